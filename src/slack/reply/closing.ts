/** What stands below the text of a reply, by its phase: what the agent does, what is asked, how it ended. Pure. */

import type { ActionsBlock, KnownBlock } from '@slack/web-api'
import { describeToolCall, describeToolKind } from '../../gmail/tool-words.js'
import { type ToolStep, toolSteps } from '../../turns/reply.js'
import type { ApprovalView, ReplyView } from '../../turns/view.js'
import { TEXT_CHARACTERS } from '../api/limits.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { approvalParts, approvalsTogether, denyInstead, isOpen } from '../blocks/approval-card.js'
import { approvalLine, type Stage } from '../blocks/approval-outcome.js'
import { connectBlocks } from '../blocks/connect-prompt.js'
import { isOutgoing, isUnderWay, outgoingOutcome } from '../blocks/outgoing-card.js'
import { escapeMrkdwn, escapeName } from '../markdown/escape.js'
import { units } from './fitting.js'
import { line, literally } from './lines.js'
import type { ReplyLook } from './reply-look.js'

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
      return [[line(QUEUED[phase.behind]), ...(phase.behind === 'approval' ? denyInstead(phase.open) : [])]]
    case 'starting':
      return [[line('👀 On it…')]]
    case 'retrying':
      return [[line(`⏳ ${RETRYING[phase.service]} I keep trying; you need not send it again.`), stopButton(look)]]
    case 'connecting':
      return look.audience === 'owner'
        ? [connecting(phase, look)]
        : [[line(`🔒 I need access to ${whose(view)} mailbox first: they have a direct message about it.`)]]
    case 'working':
      return phase.isResumed === true
        ? [
            [
              line('✍️ I was interrupted, and go on now: what I was writing comes back when it is whole.'),
              stopButton(look),
            ],
          ]
        : [...underWay(view, look), [...activity(view, look), stopButton(look)]]
    case 'deciding':
      if (look.audience === 'owner') return [...decided(view), ...openApprovals(view)]
      return view.approvals.some(isOpen)
        ? [
            [
              line(`🔒 I need ${whose(view)} decision before I go on: it waits in a direct message to them.`),
              ...review(look),
            ],
          ]
        : [[line('⏳ Sending…')]]
    case 'ended':
      return ended(view, look)
  }
}

const QUEUED = {
  turn: "⏳ Got it. I'll answer when I'm done with your message above.",
  approval: "⏳ Got it. I'll answer when you've decided about the request above.",
  mail: "⏳ Got it. I'll answer when the email has left.",
}

/** Others read it, too: it says who is meant. */
function whose({ ownerName }: ReplyView): string {
  return ownerName === null ? 'the asker’s' : `${escapeName(ownerName)}’s`
}

/** Leads to a message that only its owner can open; whoever else follows it sees nothing. */
function review({ reviewUrl: url }: ReplyLook): KnownBlock[] {
  if (url === undefined) return []
  const button = {
    type: 'button',
    action_id: ACTIONS.review,
    text: { type: 'plain_text', text: 'Review' },
    url,
  } as const
  return [{ type: 'actions', elements: [button] }]
}

const RETRYING = {
  slack: 'Slack does not tell me who you are just now.',
  claude: 'Claude does not answer just now.',
  scalekit: 'The service that connects me to your mailbox does not answer just now.',
}

export function connecting(
  phase: { readonly state: 'missing' | 'expired'; readonly url: string },
  look: ReplyLook,
): KnownBlock[] {
  return connectBlocks(
    phase.state,
    phase.url,
    look,
    'I answer your question by myself as soon as you are connected.',
    '*To do this I need access to your Gmail.*',
    stopButton(look).elements,
  )
}

function activity(view: ReplyView, look: ReplyLook): KnownBlock[] {
  const steps = toolSteps(view.reply)
  if (view.reply.error?.retry === 'retrying') return [line('⏳ Claude is busy; trying again…')]
  if (steps.length === 0) return [line(view.reply.preview === null ? '💭 Thinking…' : '✍️ Writing…')]
  const lines = together(steps.map((step) => stepLine(step, look)))
  const hidden = lines.slice(0, -STEPS_SHOWN).reduce((sum, { times }) => sum + times, 0)
  const shown = lines.slice(-STEPS_SHOWN).map(({ text, times }) => (times === 1 ? text : `${text} (${times}×)`))
  return [...(hidden > 0 ? [`${hidden} earlier ${hidden === 1 ? 'step' : 'steps'}`] : []), ...shown].map(literally)
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
  return `${STEP_MARKS[step.state]} ${stepWords(step, look)}${step.state === 'failed' ? ' (failed)' : ''}`
}

export function stepWords(step: ToolStep, { audience }: ReplyLook): string {
  return audience === 'owner' ? describeToolCall(step.name, step.input) : describeToolKind(step.name)
}

function openApprovals(view: ReplyView): KnownBlock[][] {
  const open = view.approvals.filter(isOpen)
  return [...open.flatMap((approval) => units(approvalParts(approval))), approvalsTogether(open)]
}

/** What was decided, a line each; mails that can still be stopped with the button for it. */
function decided(view: ReplyView): KnownBlock[][] {
  const isOver = stageOf(view) !== 'open'
  const all = view.approvals.filter((approval) => !isOpen(approval) || (isOver && isOutgoing(approval)))
  const isInFull = (approval: ApprovalView) =>
    isOutgoing(approval) && ((!isOver && isUnderWay(approval)) || approval.outgoing.edited)
  const lines = all.filter((approval) => !isInFull(approval)).map((approval) => approvalLine(approval, stageOf(view)))
  return [
    ...(lines.length > MOST_LINES ? packed(lines) : lines).map((text) => [literally(text)]),
    ...all.filter(isInFull).flatMap((approval) => units(approvalParts(approval, stageOf(view)))),
  ]
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
  const steps = toolSteps(view.reply)
  const facts = [
    view.ownerName === null || steps.length === 0 ? '' : `📬 ${whoseMailbox(view.ownerName, view, look)}`,
    steps.length === 0 ? '' : `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`,
    view.tookMs === null || view.reply.items.length === 0 ? '' : duration(view.tookMs),
  ].filter((fact) => fact !== '')
  return facts.length === 0 ? blocks : [...blocks, [line(facts.join(' · '))]]
}

/** To others the owner's name says enough; the owner is to notice when it is not the account they meant. */
function whoseMailbox(ownerName: string, { mailboxAddress }: ReplyView, { audience }: ReplyLook): string {
  const connected = `Gmail connected by ${escapeName(ownerName)}`
  return mailboxAddress === null || audience === 'others' ? connected : `${connected} (${escapeMrkdwn(mailboxAddress)})`
}

function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000))
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
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
      { type: 'button', action_id: ACTIONS.stop, text: { type: 'plain_text', text: 'Stop' }, value: look.turnId },
    ],
  }
}
