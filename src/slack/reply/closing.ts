/** What stands below the text of a reply, by its phase: what the agent does, what is asked, how it ended. Pure. */

import type { ActionsBlock, KnownBlock } from '@slack/web-api'
import { approvalQuestion, becomes, describeDone, describeToolCall } from '../../gmail/tool-words.js'
import { type ToolStep, toolSteps } from '../../turns/reply.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView, ReplyView } from '../../turns/view.js'
import { LABEL_CHARACTERS, TEXT_CHARACTERS } from '../api/limits.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { approvalParts, isOpen } from '../blocks/approval-card.js'
import { approvalsTogether, denyInstead, questionParts, questionsIn } from '../blocks/approval-group.js'
import { outcomeLines, type Stage } from '../blocks/approval-outcome.js'
import { connectBlocks } from '../blocks/connect-prompt.js'
import * as connectWords from '../blocks/connect-words.js'
import { isOutgoing, isUnderWay, outgoingOutcome } from '../blocks/outgoing-card.js'
import { escapeMrkdwn, escapeName } from '../markdown/escape.js'
import { units } from './fitting.js'
import { line, literally } from './lines.js'
import type { ReplyLook } from './reply-look.js'
import * as words from './reply-words.js'
import { undoBlocks } from './undo-button.js'

/** Steps shown while the agent works; earlier ones are counted. */
const STEPS_SHOWN = 3
/** More decisions than this stand in one small print together. */
const MOST_LINES = 20
const LONGEST_TEXT = TEXT_CHARACTERS - 100

/** What stands below the text, by what belongs together. */
export function closing(view: ReplyView, look: ReplyLook): KnownBlock[][] {
  const { phase } = view
  switch (phase.type) {
    case 'queued':
      return [[line(words.QUEUED[phase.behind]), ...(phase.behind === 'approval' ? denyInstead(phase.open) : [])]]
    case 'starting':
      return [[line(words.STARTING)]]
    case 'retrying':
      return [[line(words.RETRYING[phase.service]), stopButton(look)]]
    case 'connecting':
      return look.audience === 'owner' ? [connecting(phase, look)] : [[line(words.waitsForConnection(nameIn(view)))]]
    case 'working':
      if (phase.isResumed === true) return [[line(words.RESUMED), stopButton(look)]]
      return [...underWay(view, look), ...(look.isBare === true ? [] : [[...activity(view, look), stopButton(look)]])]
    case 'deciding':
      if (look.audience === 'owner')
        return [...decided(view), ...(phase.isToPress === true ? [[line(words.PRESS)]] : []), ...openApprovals(view)]
      return view.approvals.some(isOpen)
        ? [[line(words.waitsForApproval(nameIn(view))), ...review(view, look)]]
        : [[line(words.SENDING)]]
    case 'ended':
      return ended(view, look)
  }
}

/** Others read it, too: it says who is meant. */
function nameIn({ ownerName }: ReplyView): string | null {
  return ownerName === null ? null : escapeName(ownerName)
}

/** Leads to a message that only its owner can open; whoever else follows it sees nothing. */
function review({ ownerName }: ReplyView, { reviewUrl: url }: ReplyLook): KnownBlock[] {
  if (url === undefined) return []
  const button = {
    type: 'button',
    action_id: ACTIONS.review,
    text: { type: 'plain_text', text: words.REVIEW },
    accessibility_label: shorten(words.reviewLabel(ownerName), LABEL_CHARACTERS),
    url,
  } as const
  return [{ type: 'actions', elements: [button] }]
}

export function connecting(
  phase: { readonly state: 'missing' | 'expired'; readonly url: string },
  look: ReplyLook,
): KnownBlock[] {
  return connectBlocks(
    phase.state,
    phase.url,
    look,
    connectWords.thenAnswered(look.askedIn ?? null),
    connectWords.NEEDED,
    stopButton(look).elements,
  )
}

function activity(view: ReplyView, look: ReplyLook): KnownBlock[] {
  const steps = toolSteps(view.reply)
  if (view.reply.error?.retry === 'retrying') return [line(words.BUSY)]
  if (steps.length === 0) return [line(view.reply.preview === null ? words.THINKING : words.WRITING)]
  const lines = together(steps.map((step) => stepLine(step, look)))
  const hidden = lines.slice(0, -STEPS_SHOWN).reduce((sum, { times }) => sum + times, 0)
  const shown = lines.slice(-STEPS_SHOWN).map(({ text, times }) => words.repeated(text, times))
  return [...(hidden > 0 ? [words.earlier(hidden)] : []), ...shown].map(literally)
}

/** Neighbours that read the same are one line. */
function together(texts: readonly string[]): { text: string; times: number }[] {
  const lines: { text: string; times: number }[] = []
  for (const text of texts) {
    const last = lines.at(-1)
    if (last?.text === text) last.times += 1
    else lines.push({ text, times: 1 })
  }
  return lines
}

const STEP_MARKS = { undecided: '❔', working: '⏳', done: '✓', failed: '⚠️', denied: '🚫' } as const

function stepLine(step: ToolStep, look: ReplyLook): string {
  return `${STEP_MARKS[step.state]} ${stepWords(step, look)}`
}

/** A step that nobody agreed to yet is asked about, and not announced. Others are told the kind of step, and nothing of what it is about. */
export function stepWords({ name, input, state }: ToolStep, { audience }: Pick<ReplyLook, 'audience'>): string {
  const told = audience === 'owner' ? input : {}
  switch (state) {
    case 'undecided':
      return approvalQuestion(name, told)
    case 'working':
      return words.underWay(describeToolCall(name, told))
    case 'done':
      return describeDone(name, told)
    case 'failed':
      return words.notWorked(describeToolCall(name, told))
    case 'denied':
      return words.notDone(becomes(name, told))
  }
}

function openApprovals(view: ReplyView): KnownBlock[][] {
  const open = view.approvals.filter(isOpen)
  return [...questionsIn(open).flatMap((question) => units(questionParts(question))), approvalsTogether(open)]
}

/** What was decided, a line each; mails that can still be stopped with the button for it. */
function decided(view: ReplyView): KnownBlock[][] {
  const isOver = stageOf(view) !== 'open'
  const all = view.approvals.filter((approval) => !isOpen(approval) || (isOver && isOutgoing(approval)))
  const isInFull = (approval: ApprovalView) =>
    isOutgoing(approval) && ((!isOver && isUnderWay(approval)) || approval.outgoing.edited)
  const inShort = questionsIn(all.filter((approval) => !isInFull(approval)))
  const outcomes = inShort.map((question) => ({
    lines: outcomeLines(question, stageOf(view)).flatMap(packed),
    undo: undoBlocks(question),
  }))
  const lines = outcomes.flatMap((outcome) => outcome.lines)
  return [
    ...(lines.length > MOST_LINES
      ? [...packed(lines).map((text) => [literally(text)]), undoBlocks(inShort.flat())].filter(isAny)
      : outcomes.flatMap((outcome) => withLast(outcome.lines.map(literally), outcome.undo))),
    ...all.filter(isInFull).flatMap((approval) => units(approvalParts(approval, stageOf(view)))),
  ]
}

function isAny(blocks: readonly KnownBlock[]): boolean {
  return blocks.length > 0
}

/** Each by itself; what comes below the last of them stays with it. */
function withLast(blocks: readonly KnownBlock[], below: readonly KnownBlock[]): KnownBlock[][] {
  return blocks.map((block, index) => (index === blocks.length - 1 ? [block, ...below] : [block]))
}

/** Mails that leave, or wait for the end of their undo window, while the agent goes on. */
function underWay(view: ReplyView, look: ReplyLook): KnownBlock[][] {
  if (look.audience !== 'owner') return []
  const mails = view.approvals.filter(isOutgoing).filter(isUnderWay)
  return mails.flatMap((approval) => units(outgoingOutcome(approval, { isOver: false, canStop: true })))
}

/** Lines, together as far as Slack takes them in one text. */
function packed(lines: readonly string[]): string[] {
  const texts: string[] = []
  for (const one of lines) {
    const last = texts.at(-1)
    if (last !== undefined && last.length + one.length < LONGEST_TEXT) texts[texts.length - 1] = `${last}\n${one}`
    else texts.push(one)
  }
  return texts
}

function ended(view: ReplyView, look: ReplyLook): KnownBlock[][] {
  const blocks = look.audience === 'owner' ? decided(view) : []
  const mailbox = toolSteps(view.reply).length === 0 ? null : whoseMailbox(view, look)
  const lines = [...(mailbox === null ? [] : [mailbox]), ...(view.saysHowToGoOn ? [words.HOW_TO_GO_ON] : [])]
  return [...blocks, ...lines.map((text) => [line(text)])]
}

/** To others the owner's name says enough; the owner is to notice when it is not the account they meant. Null before it is known. */
function whoseMailbox({ ownerName, mailboxAddress }: ReplyView, { audience }: ReplyLook): string | null {
  if (ownerName === null) return null
  if (audience === 'others') return words.fromMailboxOf(escapeName(ownerName))
  return words.fromMailbox(mailboxAddress === null ? null : escapeMrkdwn(mailboxAddress))
}

/** A turn without an end of its own was given up: what became of what was approved last, nobody has seen. */
export function stageOf({ phase, reply }: ReplyView): Stage {
  if (phase.type !== 'ended') return 'open'
  return reply.end === null ? 'lost_sight' : 'over'
}

export function stopButton(look: ReplyLook): ActionsBlock {
  return {
    type: 'actions',
    elements: [
      { type: 'button', action_id: ACTIONS.stop, text: { type: 'plain_text', text: words.STOP }, value: look.turnId },
    ],
  }
}
