/** For whom a reply is drawn, and what of the app it tells. */

import type { AppRules } from '../blocks/consent.js'

export interface ReplyLook extends AppRules {
  /** `owner`: nobody else reads it. `others`: it stands in a channel, so decisions and links go into a private card. */
  readonly audience: 'owner' | 'others'
  readonly turnId: string
  /** Channel id of the thread that others read: what only the owner sees stands elsewhere, and says what it belongs to. */
  readonly askedIn?: string
  /**
   * While it grows it holds nothing but the answer, in whole paragraphs: Slack itself says that the agent works and offers to stop it, so no edit is
   * needed to take that away again, and the answer may go on in a further message.
   */
  readonly isBare?: boolean
  /** Where the owner, and nobody else, finds the decision that is asked of them; only where others read along. */
  readonly reviewUrl?: string
}
