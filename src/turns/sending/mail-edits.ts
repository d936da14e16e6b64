/** Which mails can still be edited in their card, and what the others answer. Pure. */

import type { OutgoingState } from '../outgoing-mail.js'

/** Why a mail cannot be edited: it was decided about, it left or leaves right now, or it is over. */
export type EditRefusal = 'already' | 'too_late' | 'unknown'

/** Null: it is asked about, so its owner may edit it. */
export function editRefusal(state: OutgoingState): EditRefusal | null {
  switch (state) {
    case 'asking':
      return null
    case 'held':
    case 'denied':
    case 'undone':
    case 'cancelled':
      return 'already'
    case 'sending':
    case 'sent':
    case 'unconfirmed':
      return 'too_late'
    case 'refused':
    case 'ended_access':
      return 'unknown'
  }
}
