/**
 * Several changes of one kind as one question: what would be done, a numbered list of all that it would be done to, boxes to leave some out, and one
 * press for all that is shown. A press names each of them with the beginning of the hash of its call: it approves what stands there, and nothing else. Pure.
 */

import type { ActionsBlock, KnownBlock } from '@slack/web-api'
import { namesAll, type SeveralLabels } from '../../gmail/label-changes.js'
import { visibly } from '../../gmail/look-alikes.js'
import { fieldsOf, isLabels, subjectOf } from '../../gmail/tool-fields.js'
import { changeInCommon, isWholeChange, severalLabels } from '../../gmail/tool-words.js'
import { callHash } from '../../turns/sending/call-hash.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView } from '../../turns/view.js'
import { BUTTON_VALUE_CHARACTERS, CHECKBOXES } from '../api/limits.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { ACTIONS } from './action-ids.js'
import { approvalParts, isOpen } from './approval-card.js'
import { inPassing, outcomeLines, type Stage } from './approval-outcome.js'
import * as words from './approval-words.js'
import { button, described, lines, literal, numbered, onOneLine, pagesOf, richTexts, small } from './card-text.js'
import { approvalValue, type CardParts, HASH_SHOWN } from './outgoing-card.js'

/** Begins the id of the block with the buttons of several: a press there tells which boxes are ticked. It stands in messages: rename nothing. */
export const SEVERAL_BLOCK = 'approval_several:'
/** An id, the beginning of a hash, and what stands between. */
const VALUE_EACH = 36 + 1 + HASH_SHOWN + 1
/** As many as a button can name; what comes after is another question. */
const MOST_TOGETHER = Math.floor((BUTTON_VALUE_CHARACTERS + 1) / VALUE_EACH)

/** The list above says it in full: a box is one line on a phone. */
const LONGEST_BOX = 36

/** What is asked as one, in the order in which it was asked: a question is never empty. */
export function questionsIn(approvals: readonly ApprovalView[]): ApprovalView[][] {
  const questions: ApprovalView[][] = []
  const open = new Map<string, ApprovalView[]>()
  for (const approval of approvals) {
    const kind = kindOf(approval)
    const begun = kind === null ? undefined : open.get(kind)
    if (begun !== undefined && begun.length < MOST_TOGETHER) {
      begun.push(approval)
      continue
    }
    const question = [approval]
    questions.push(question)
    if (kind !== null) open.set(kind, question)
  }
  return questions
}

/** Equal for what is one question; null for what stands for itself. An email that nobody can name is shown alone, with what to do about that. */
function kindOf({ step, names, askedAt, outgoing }: ApprovalView): string | null {
  if (outgoing !== undefined || step.isHosted === true || subjectOf(step.input, names) === null) return null
  const change = changeInCommon(step.name, step.input)
  return change === null ? null : `${askedAt ?? ''} ${change}`
}

/** The blocks that ask for one decision about all of a question, or tell how it went. */
export function questionParts(question: readonly ApprovalView[], stage: Stage = 'open'): CardParts {
  const [first] = question
  if (first === undefined || question.length < 2) return first === undefined ? NOTHING : approvalParts(first, stage)
  const open = stage === 'open' ? question.filter(isOpen) : []
  const decided = question.filter((approval) => !open.includes(approval))
  const [only] = open
  const outcome = outcomeLines(decided, stage).flatMap((texts) => richTexts([literal(texts.join('\n'))]))
  if (only !== undefined && open.length === 1) {
    const { head, tail } = approvalParts(only)
    return { head: [...head, ...outcome], tail }
  }
  const several = severalLabels(first.step.name, first.step.input)
  if (several?.asOne === undefined) throw new Error('a question about several has no words for it')
  const asked = [heading(several.asOne.question(open.length || question.length)), ...inCommon(first)]
  if (open.length === 0) return { head: [], tail: [...asked, ...outcome] }
  return {
    head: [small(words.OUR_OWN_WORDS), ...outcome, ...asked, ...numbered(open.map(entry))],
    tail: [small(words.LEAVE_OUT), ...boxes(open), decision(open, several)],
  }
}

const NOTHING: CardParts = { head: [], tail: [] }

function heading(question: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: `*${escapeMrkdwn(question)}*` } }
}

/** The mailbox, and the labels where the question does not say all of them. */
function inCommon({ step: { name, input }, names, mailbox }: ApprovalView): KnownBlock[] {
  const labels = isWholeChange(name, input) ? [] : fieldsOf(input, names).filter(isLabels)
  return richTexts(
    lines([
      ...(mailbox === null ? [] : [[words.MAILBOX, mailbox] as const]),
      ...labels.map(({ name, label, value }) => [onOneLine(label), onOneLine(visibly(name, value))] as const),
    ]),
  )
}

/** Subject, sender and date of each, in full. */
function entry({ step, names, dates }: ApprovalView): string {
  return described(subjectOf(step.input, names) ?? '', dates === undefined ? null : subjectOf(step.input, dates))
}

function boxes(open: readonly ApprovalView[]): ActionsBlock[] {
  const options = open.map((approval, index) => ({
    text: {
      type: 'plain_text',
      text: shorten(`${index + 1}. ${inPassing(approval) ?? ''}`, LONGEST_BOX),
    } as const,
    value: approval.id,
  }))
  return pagesOf(options, CHECKBOXES).map((page, index) => ({
    type: 'actions',
    block_id: `leave_out:${open[0]?.id}:${index}`,
    elements: [{ type: 'checkboxes', action_id: ACTIONS.leaveOut, options: page }],
  }))
}

function decision(open: readonly ApprovalView[], { approve, deny }: SeveralLabels): ActionsBlock {
  const ids = open.map(({ id }) => id).join(',')
  const about = open.map((approval) => inPassing(approval)).join('; ')
  const labelled = (action: string, text: string, value: string, style?: 'primary' | 'danger') => ({
    ...button(action, text, value, style),
    accessibility_label: words.buttonLabel(text, about),
  })
  return {
    type: 'actions',
    block_id: `${SEVERAL_BLOCK}${open[0]?.id}`,
    elements: [
      labelled(ACTIONS.approve, approve(open.length), open.map(shownValue).join(','), 'primary'),
      labelled(ACTIONS.deny, deny, ids, 'danger'),
      labelled(ACTIONS.change, words.CHANGE, ids),
    ],
  }
}

function shownValue({ id, step }: ApprovalView): string {
  return `${id}:${callHash(step).slice(0, HASH_SHOWN)}`
}

/**
 * Decides all that is open at once; none where there is just one question, or more than a button can name. It means exactly those that stand above it: a
 * question that comes later is not covered.
 */
export function approvalsTogether(open: readonly ApprovalView[]): KnownBlock[] {
  const questions = questionsIn(open)
  if (questions.length < 2) return []
  const seen = open.filter((approval) => !isUnseen(approval))
  // Slack tells what is ticked in the message of the press only: a yes to all could not leave out what was ticked in another.
  const hasBoxes = questions.some((question) => question.length > 1)
  const approve = seen.length < 2 || hasBoxes ? '' : jointValue(seen.map(approvalValue))
  const deny = jointValue(open.map(({ id }) => id))
  const yes = together(seen)?.approve(seen.length) ?? words.approveAll(seen.length)
  const no = together(open)?.deny ?? words.denyAll(open.length)
  const buttons = [
    ...(approve === '' ? [] : [button(ACTIONS.approveAll, yes, approve, 'primary')]),
    ...(deny === '' ? [] : [button(ACTIONS.denyAll, no, deny, 'danger')]),
  ]
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: `approvals:${open[0]?.id}`, elements: buttons }]
}

/** What the buttons say where all of them ask for the same; null where they do not. One that waits for a time is scheduled, and not sent. */
function together(approvals: readonly ApprovalView[]): SeveralLabels | null {
  const all = approvals.map(({ step }) => severalLabels(step.name, step.input))
  const [first = null] = all
  const isSame = (other: SeveralLabels | null) => other?.approve(2) === first?.approve(2) && other?.deny === first?.deny
  const hasTime = approvals.some(({ outgoing }) => outgoing !== undefined && outgoing.sendAt !== null)
  return !hasTime && all.every(isSame) ? first : null
}

/** Nobody has seen what a press would approve: it has no button for that, and none for several covers it. */
function isUnseen({ outgoing, step, names }: ApprovalView): boolean {
  return outgoing?.mail === null || !namesAll(step.input, names)
}

/** For a message that was written while these wait: going on with it means a no to all of them. */
export function denyInstead(open: readonly string[]): KnownBlock[] {
  const value = jointValue(open)
  return value === '' ? [] : [{ type: 'actions', elements: [button(ACTIONS.denyAll, words.DENY_INSTEAD, value)] }]
}

/** What a button for several stands for; empty where that is more than a button can name. */
function jointValue(parts: readonly string[]): string {
  const value = parts.join(',')
  return value.length > BUTTON_VALUE_CHARACTERS ? '' : value
}
