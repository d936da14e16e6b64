/** What a reply looks like in Slack: one value in, one or more messages out. Pure, so that the same state always looks the same. */

import type { ActionsBlock, KnownBlock } from '@slack/web-api'
import { describeToolCall, describeToolKind } from '../../gmail/tool-words.js'
import { ENDING_WORDS } from '../../turns/endings.js'
import { isWriting, replyTexts, type ToolStep, toolSteps } from '../../turns/reply.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView, ReplyView } from '../../turns/view.js'
import { BLOCKS_CHARACTERS, MESSAGE_BLOCKS, TEXT_CHARACTERS } from '../api/limits.js'
import type { MessageContent } from '../api/poster.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { approvalParts, approvalsTogether, denyInstead, isOpen } from '../blocks/approval-card.js'
import { approvalLine, type Stage } from '../blocks/approval-outcome.js'
import { connectBlocks } from '../blocks/connect-prompt.js'
import { type AppRules, helpLines } from '../blocks/consent.js'
import { type CardParts, isOutgoing, isUnderWay, outgoingOutcome } from '../blocks/outgoing-card.js'
import { escapeMrkdwn, escapeName } from '../markdown/escape.js'
import type { Part } from '../markdown/markdown.js'
import { Pager } from '../markdown/pages.js'
import { plainText } from '../markdown/plain-text.js'
import { holdsLink } from '../markdown/streamed-text.js'
import type { GrowthStep } from './reply-stream.js'

export interface ReplyLook extends AppRules {
  /** `owner`: nobody else reads it. `others`: it stands in a channel, so decisions and links go into a private card. */
  readonly audience: 'owner' | 'others'
  readonly turnId: string
  /** Channel id of the thread that others read: what only the owner sees stands elsewhere, and says what it belongs to. */
  readonly askedIn?: string
  /** Where the owner, and nobody else, finds the decision that is asked of them; only where others read along. */
  readonly reviewUrl?: string
}

/** Steps shown while the agent works; earlier ones are counted. */
const STEPS_SHOWN = 3
const NOTIFICATION_LENGTH = 140
/** More decisions than this stand in one small print together. */
const MOST_LINES = 20
/** Characters of the blocks of a message: some hold more than their texts. */
const MOST_CHARACTERS = BLOCKS_CHARACTERS - 800
/** A full page of the answer, and a line of our own below it: the two are not taken apart. */
const MOST_WITH_A_LINE = 12_100
const LINE_WEIGHT = 1_000
const CONTAINER_WEIGHT = 40
const LONGEST_TEXT = TEXT_CHARACTERS - 100

/**
 * The messages of the reply, in order; at least one. All but the last stay as they are while the reply grows.
 * @param pager kept by whoever shows a growing reply, so that what is frozen is not read again at every edit
 */
export function replyMessages(view: ReplyView, look: ReplyLook, pager: Pager = new Pager()): MessageContent[] {
  const isWhole = view.phase.type === 'ended' || view.phase.type === 'deciding' || !isWriting(view.reply)
  const texts = pager.update(parts(view, look), isWhole)
  const bodies = texts.length === 0 ? [''] : texts
  const notification = notificationText(view, bodies)
  const messages = bodies.map((text, index): MessageContent => {
    return {
      text: index === 0 ? notification : `… ${notificationOf(text)}`,
      blocks: text === '' ? [] : [{ type: 'markdown', text }],
    }
  })
  return append(messages, closing(view, look))
}

/** What only the owner may see of a reply that others can read: messages in their DM. */
export function cardMessages(view: ReplyView, look: ReplyLook): MessageContent[] {
  return cards(view, look).flat()
}

/** Which of the card messages is the first that asks something; -1 where none does. */
export function firstOpenCard(view: ReplyView, look: ReplyLook): number {
  const open = view.approvals.findIndex(isOpen)
  return open === -1 ? -1 : cards(view, look).slice(0, open).flat().length
}

/** The messages of each approval. */
function cards(view: ReplyView, look: ReplyLook): MessageContent[][] {
  if (look.audience === 'owner') return []
  const about =
    look.askedIn === undefined
      ? []
      : [
          line(
            `About what you asked in <#${look.askedIn}>. To say something about it, press a button or write there: what you write here stays between us, and begins something new.`,
          ),
        ]
  if (view.phase.type === 'connecting')
    return [[{ text: 'Connect your Gmail', blocks: [...about, ...connecting(view.phase, look)] }]]
  const stage = stageOf(view)
  const over = stage !== 'open'
  const open = over ? [] : view.approvals.filter(isOpen)
  return view.approvals.map((approval) => {
    const together = approval === open.at(-1) ? approvalsTogether(open) : []
    const message = { text: cardNotification(isOpen(approval), over), blocks: [] }
    const { head, tail } = approvalParts(approval, stage)
    return append([message], units({ head: [...about, ...head], tail: [...tail, ...together] }))
  })
}

/** A turn without an end of its own was given up: what became of what was approved last, nobody has seen. */
function stageOf({ phase, reply }: ReplyView): Stage {
  if (phase.type !== 'ended') return 'open'
  return reply.end === null ? 'lost_sight' : 'over'
}

function cardNotification(isOpen: boolean, over: boolean): string {
  if (!isOpen) return 'Decided'
  return over ? 'This is over' : 'I need your decision'
}

/**
 * Adds what stands below the last message, and opens further messages where there is no room. What belongs together stays together: buttons stand
 * below the whole of what they are about, in the same message wherever Slack takes it as one, in the last one otherwise.
 */
function append(messages: readonly MessageContent[], units: readonly (readonly KnownBlock[])[]): MessageContent[] {
  const result = messages.slice(0, -1)
  let current = messages.at(-1) ?? { text: '…', blocks: [] }
  const add = (blocks: readonly KnownBlock[]) => {
    if (!fits(current.blocks, blocks) && current.blocks.length > 0) {
      result.push(current)
      current = { text: current.text, blocks: [] }
    }
    current = { ...current, blocks: [...current.blocks, ...blocks] }
  }
  for (const unit of units) {
    if (fits([], unit)) add(unit)
    else for (const block of unit) add([block])
  }
  result.push(current.blocks.length === 0 ? { ...current, blocks: [line('…')] } : current)
  return result
}

/** Together where there is room for all of it; otherwise what stands beside the buttons stays with them. */
function units({ head, tail }: CardParts): KnownBlock[][] {
  return fits([], [...head, ...tail]) ? [[...head, ...tail]] : [...head.map((block) => [block]), tail]
}

/** A card that is not part of a reply, in as many messages as it takes. @param text for notifications */
export function cardOf(approval: ApprovalView, text: string): MessageContent[] {
  return append([{ text, blocks: [] }], units(approvalParts(approval)))
}

function fits(blocks: readonly KnownBlock[], more: readonly KnownBlock[]): boolean {
  const added = weight(more)
  const total = weight(blocks) + added
  const isLine = added <= LINE_WEIGHT
  return blocks.length + more.length <= MESSAGE_BLOCKS && total <= (isLine ? MOST_WITH_A_LINE : MOST_CHARACTERS)
}

/** What Slack counts, as far as anybody knows: every text, and something for what holds it. */
function weight(blocks: readonly KnownBlock[]): number {
  const ofValue = (value: unknown, key: string): number => {
    if (typeof value === 'string') return key === 'text' ? value.length : 0
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + ofValue(item, key), 0)
    if (typeof value !== 'object' || value === null) return 0
    return Object.entries(value).reduce((sum, [name, item]) => sum + ofValue(item, name), 0)
  }
  return blocks.reduce((sum, block) => sum + CONTAINER_WEIGHT + ofValue(block, ''), 0)
}

/** What the agent said and what the bot says about it, each read by itself: nothing that the agent left open reaches further. */
function parts(view: ReplyView, look: ReplyLook): Part[] {
  const texts: Part[] = [
    { text: view.notice === null ? '' : `_${view.notice}_` },
    ...replyTexts(view.reply).map((text) => ({ text })),
    { text: view.cutOff ?? '', isBrokenOff: true },
  ]
  if (view.phase.type === 'ended') {
    const { ending } = view.phase
    texts.push({ text: ending === 'help' ? helpLines(look).join('\n\n') : (ENDING_WORDS[ending] ?? '') })
  }
  return texts.filter(({ text }) => text.trim() !== '')
}

/** What stands below the text, by what belongs together. */
function closing(view: ReplyView, look: ReplyLook): KnownBlock[][] {
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

function connecting(
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

function stepWords(step: ToolStep, { audience }: ReplyLook): string {
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

/** The same steps for a native stream, which shows them in its own way. */
export function growthSteps(view: ReplyView, look: ReplyLook): GrowthStep[] {
  return toolSteps(view.reply).map((step) => ({
    id: step.id,
    title: streamedWords(step, look),
    status: STREAMED_STEPS[step.state],
  }))
}

/** Nothing escapes a title, and nothing forbids previews in it: words that could be read as more than words stay out. */
function streamedWords(step: ToolStep, look: ReplyLook): string {
  const words = stepWords(step, look)
  return /[<>&]/.test(words) || holdsLink(words) ? describeToolKind(step.name) : words
}

const STREAMED_STEPS = {
  undecided: 'in_progress',
  working: 'in_progress',
  done: 'complete',
  failed: 'error',
  denied: 'error',
} as const

export function stopButton(look: ReplyLook): ActionsBlock {
  return {
    type: 'actions',
    elements: [
      { type: 'button', action_id: ACTIONS.stop, text: { type: 'plain_text', text: 'Stop' }, value: look.turnId },
    ],
  }
}

function line(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}

/** Words of which some come from the agent or a mail: Slack reads nothing in them. */
function literally(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }
}

function notificationText(view: ReplyView, bodies: readonly string[]): string {
  switch (view.phase.type) {
    case 'queued':
      return 'Your message waits'
    case 'connecting':
      return 'Connect your Gmail first'
    case 'deciding':
      return view.approvals.some(isOpen) ? 'I need your decision' : 'Sending…'
    case 'ended':
      return notificationOf(bodies[0] ?? '') || 'Done'
    default:
      return notificationOf(bodies[0] ?? '') || 'On it…'
  }
}

/** The beginning of a text for a notification, without its marks; what is cut from an entity is dropped with it. */
function notificationOf(rendered: string): string {
  const words = plainText(rendered, 'words', NOTIFICATION_LENGTH).replace(/\s+/g, ' ').trim()
  return shorten(escapeMrkdwn(words), NOTIFICATION_LENGTH).replace(/&[a-z]*…$/, '…')
}
