/** What became of a decision, in a line: on the card that asked for it, and in the reply. Plain text. Pure. */

import { subjectOf } from '../../gmail/tool-fields.js'
import { describeToolCall } from '../../gmail/tool-words.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView } from '../../turns/view.js'
import * as words from './approval-words.js'
import { onOneLine } from './card-text.js'
import { isOutgoing, outgoingLine } from './outgoing-card.js'

/** How far a turn is: `over` with its session at rest; `lost_sight`: over for its owner, though the session may go on. */
export type Stage = 'open' | 'over' | 'lost_sight'

const LONGEST_REASON = 500
const LONGEST_NAME = 80

/** On the card. Once a turn is not open any more, nothing that was not decided will happen. */
export function approvalOutcome(approval: ApprovalView, stage: Stage): string {
  const { decision, decidedAt: when, reason, deniedBy } = approval
  if (decision === null) return words.UNDECIDED
  if (decision === 'approved') {
    const lost = unheard(approval, stage)
    if (lost === null) return words.approved(when)
    return lost === 'not_done' ? words.tooLate(when) : words.approvedUnheard(when)
  }
  if (deniedBy === 'new_message') return words.wroteInstead(when)
  if (deniedBy === 'ended_access') return words.disconnected(when)
  if (deniedBy === 'outdated') return words.ASKED_ANEW
  return reason === null ? words.denied(when) : words.changeAsked(when, shorten(onOneLine(reason), LONGEST_REASON))
}

/** In the reply: one line about a decided approval, to be shown as it is. */
export function approvalLine(approval: ApprovalView, stage: Stage = 'open'): string {
  if (isOutgoing(approval)) return outgoingLine(approval, stage !== 'open')
  const { decision, decidedAt: when, reason, deniedBy } = approval
  const what = inPassing(approval)
  if (decision !== 'denied') {
    const lost = unheard(approval, stage)
    if (lost === null) return words.approvedWhat(what, when)
    return lost === 'not_done' ? words.tooLateFor(what, when) : words.unheardOf(what, when)
  }
  if (deniedBy === 'outdated') return words.askedAnewFor(what)
  if (deniedBy !== 'press') return words.notDone(what, when)
  return reason === null
    ? words.deniedWhat(what, when)
    : words.changeAskedBefore(what, when, shorten(onOneLine(reason), LONGEST_REASON))
}

/** A yes of which the session's own events say nothing: it came when all was over, or nobody has seen what became of it. */
function unheard({ step, decision }: ApprovalView, stage: Stage): 'not_done' | 'unknown' | null {
  if (stage === 'open' || decision !== 'approved' || step.state !== 'undecided') return null
  return stage === 'over' ? 'not_done' : 'unknown'
}

/** What the call is about, in a few words: "archiving a message: Issue 214, from Exhibit Weekly". */
function inPassing({ step, names }: ApprovalView): string {
  const call = describeToolCall(step.name, step.input)
  const subject = subjectOf(step.input, names)
  const what = call.charAt(0).toLowerCase() + call.slice(1)
  return subject === null || what.includes(':') ? what : `${what}: ${shorten(onOneLine(subject), LONGEST_NAME)}`
}
