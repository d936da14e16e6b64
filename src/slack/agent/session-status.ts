/** What Slack is told of a conversation beside its messages: how it stands, and what it is about. Pure. */

import type { Ending } from '../../turns/endings.js'
import { shorten } from '../../turns/shorten.js'
import type { ReplyView } from '../../turns/view.js'
import { isOpen } from '../blocks/approval-card.js'

/**
 * `processing`: the agent works, and Slack shows its own Stop button. `suspended`: it waits for its person. `active`: it has answered, and hears what is
 * written next. `closed`: nothing is heard there any more.
 */
export type SessionStatus = 'processing' | 'suspended' | 'active' | 'closed'

/** Nobody is served in these, so there is no session of an agent either. */
const NOT_SERVED: ReadonlySet<Ending> = new Set(['unknown_person', 'outsider', 'guest'])
/** What these endings say is that nothing more can be done here. */
const CLOSING: ReadonlySet<Ending> = new Set(['context_full', 'deactivated'])

/** Null: the view says nothing new about its conversation. */
export function sessionStatus({ phase, approvals }: Pick<ReplyView, 'phase' | 'approvals'>): SessionStatus | null {
  switch (phase.type) {
    case 'queued':
      // The turn before it says how the conversation stands.
      return null
    case 'starting':
    case 'retrying':
    case 'working':
      return 'processing'
    case 'connecting':
      return 'suspended'
    case 'deciding':
      // What is approved and on its way can be stopped.
      return approvals.some(isOpen) ? 'suspended' : 'processing'
    case 'ended':
      if (NOT_SERVED.has(phase.ending)) return null
      return CLOSING.has(phase.ending) ? 'closed' : 'active'
  }
}

/** Short enough to be read at a glance in a list of threads; Slack takes 200 characters. */
const TITLE_CHARACTERS = 80

/** The first words of a request as plain text in one line, cut between words; null where there are none. */
export function sessionTitle(text: string): string | null {
  // Angle brackets begin links and mentions wherever Slack reads more than words.
  const line = text
    .replace(/[<>`*]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  if (line === '') return null
  if (line.length <= TITLE_CHARACTERS) return line
  const words = line.slice(0, TITLE_CHARACTERS).replace(/\s+\S*$/, '')
  const isCut = words.length > TITLE_CHARACTERS / 2 && words.length < TITLE_CHARACTERS
  return isCut ? `${words}…` : shorten(line, TITLE_CHARACTERS)
}
