/** What became of a decision, in a line: on the card that asked for it, and in the reply. Plain text. Pure. */

import { subjectOf } from '../../gmail/tool-fields.js'
import { becomes, describeDone, describeToolCall, severalLabels } from '../../gmail/tool-words.js'
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
  const { step, decision, decidedAt: when, reason, deniedBy } = approval
  const past = becomes(step.name, step.input)
  if (decision === null) return words.undecided(past)
  if (decision === 'approved') {
    switch (cameTo(approval, stage)) {
      case 'done':
        return words.done(past, when)
      case 'under_way':
        return words.underWay(onOneLine(describeToolCall(step.name, step.input)))
      case 'failed':
        return words.failed(past)
      case 'not_done':
        return words.tooLate(past)
      case 'unknown':
        return words.unheard(past)
    }
  }
  if (deniedBy === 'new_message') return words.wroteInstead(past)
  if (deniedBy === 'ended_access') return words.disconnected(past)
  if (deniedBy === 'outdated') return words.askedAnew(past)
  if (deniedBy === 'left_out') return words.leftOut(past)
  return reason === null ? words.denied(past) : words.changeAsked(shorten(onOneLine(reason), LONGEST_REASON))
}

/**
 * In the reply: one line about a decided approval, to be shown as it is.
 * @param isOneOfMany it is said of several, which stand below the line
 */
export function approvalLine(approval: ApprovalView, stage: Stage = 'open', isOneOfMany = false): string {
  if (isOutgoing(approval)) return outgoingLine(approval, stage !== 'open')
  const { step, decision, reason, deniedBy } = approval
  const past = becomes(step.name, step.input)
  const what = isOneOfMany ? null : inPassing(approval)
  if (decision !== 'denied') {
    switch (cameTo(approval, stage)) {
      case 'done':
        return words.doneWith(past, onOneLine(describeDone(step.name, step.input)), what)
      case 'under_way':
        return words.underWay(onOneLine(describeToolCall(step.name, step.input)))
      case 'failed':
        return words.failedWith(past, what)
      case 'not_done':
        return words.tooLateFor(past, what)
      case 'unknown':
        return words.unheardOf(past, what)
    }
  }
  if (deniedBy === 'outdated') return words.askedAnewFor(past, what)
  if (deniedBy === 'left_out') return words.leftOutOf(past, what)
  if (deniedBy !== 'press' || reason === null) return words.notDone(past, what)
  return words.changeAskedFor(past, what, shorten(onOneLine(reason), LONGEST_REASON))
}

/**
 * In the reply: lines about approvals that were one question, those that came to the same end under one line that counts them. Each is to be shown as
 * it is.
 */
export function outcomeLines(approvals: readonly ApprovalView[], stage: Stage = 'open'): string[][] {
  const ends = new Map<string, ApprovalView[]>()
  for (const approval of approvals) {
    const end = approvalLine(approval, stage, true)
    ends.set(end, [...(ends.get(end) ?? []), approval])
  }
  return [...ends].flatMap(([end, all]) => {
    const [first] = all
    if (first === undefined || all.length < 2) return all.map((approval) => [approvalLine(approval, stage)])
    const { name, input } = first.step
    const several = severalLabels(name, input)?.asOne
    const counted = first.decision === 'denied' || several === undefined ? null : cameTo(first, stage)
    const heading =
      counted === 'done' && several !== undefined
        ? words.doneSeveral(several.ran(all.length))
        : counted === 'under_way' && several !== undefined
          ? words.underWay(several.running(all.length))
          : end
    return [[heading, ...all.flatMap((approval) => listed(approval))]]
  })
}

function listed(approval: ApprovalView): string[] {
  const what = inPassing(approval)
  return what === null ? [] : [`• ${what}`]
}

/**
 * What became of a yes. One of which the session's own events say nothing came when all was over, or nobody has seen what became of it; the same goes for
 * what was begun and never came to an end.
 */
function cameTo({ step }: ApprovalView, stage: Stage): 'done' | 'under_way' | 'failed' | 'not_done' | 'unknown' {
  switch (step.state) {
    case 'done':
      return 'done'
    case 'failed':
      return 'failed'
    case 'denied':
      return 'not_done'
    case 'working':
      return stage === 'open' ? 'under_way' : 'unknown'
    case 'undecided':
      return stage === 'open' ? 'under_way' : stage === 'over' ? 'not_done' : 'unknown'
  }
}

/** What the call is about, in a few words: "Issue 214, from Exhibit Weekly"; null where nobody knows. */
export function inPassing({ step, names }: ApprovalView): string | null {
  const { subject } = step.input
  const what = subjectOf(step.input, names) ?? (typeof subject === 'string' && subject.trim() !== '' ? subject : null)
  return what === null ? null : shorten(onOneLine(what), LONGEST_NAME)
}
