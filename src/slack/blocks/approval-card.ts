/**
 * What a tool call would do, shown to its owner in full before anything happens. Whatever comes from the agent or a mail stands in rich text, in which
 * Slack reads neither markup nor mentions: an address keeps its underscores, and no subject can look like another field. Pure.
 */

import type { Button, KnownBlock } from '@slack/web-api'
import { recipientWarning, visibly } from '../../gmail/look-alikes.js'
import { describeToolCall, isArchiving } from '../../turns/activity.js'
import { shorten } from '../../turns/shorten.js'
import type { ApprovalView } from '../../turns/view.js'
import { BUTTON_VALUE_CHARACTERS } from '../api/limits.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { ACTIONS } from './action-ids.js'
import { lines, literal, onOneLine, quotes, richTexts } from './card-text.js'
import {
  approvalValue,
  type CardParts,
  isAskingToSend,
  isOutgoing,
  outgoingLine,
  outgoingOutcome,
  outgoingQuestion,
} from './outgoing-card.js'

type Input = Readonly<Record<string, unknown>>

/** How far a turn is: `over` with its session at rest; `lost_sight`: over for its owner, though the session may go on. */
export type Stage = 'open' | 'over' | 'lost_sight'

/** Whether it waits for its owner's word. */
export function isOpen(approval: ApprovalView): boolean {
  return isOutgoing(approval) ? isAskingToSend(approval) : approval.decision === null
}

/** Nobody has seen what a press would approve: it has no button for that, and none for several covers it. */
function isUnseen({ outgoing }: ApprovalView): boolean {
  return outgoing?.mail === null
}

/** The blocks that ask for one decision, or tell how it went. */
export function approvalBlocks(approval: ApprovalView, stage: Stage = 'open'): KnownBlock[] {
  const { head, tail } = approvalParts(approval, stage)
  return [...head, ...tail]
}

/** The same blocks: what may stand in messages above, and what is not taken apart. Once a turn is not open any more, nothing that was not decided will happen. */
export function approvalParts(approval: ApprovalView, stage: Stage = 'open'): CardParts {
  if (!isOutgoing(approval)) return { head: [], tail: ownToolBlocks(approval, stage) }
  if (!isOpen(approval) || stage !== 'open')
    return outgoingOutcome(approval, { isOver: stage !== 'open', canStop: stage === 'open' })
  const { head, tail } = outgoingQuestion(approval)
  return { head: [OUR_OWN_WORDS, ...head], tail }
}

/** Of a tool that the session runs by itself. */
function ownToolBlocks(approval: ApprovalView, stage: Stage): KnownBlock[] {
  const { step, decision } = approval
  const warnings = new Set(recipientWarning(step.input))
  const fields = fieldsOf(step.input, approval.names)
  const blocks: KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escapeMrkdwn(question(step.name, step.input))}*` } },
    ...richTexts(
      approval.mailbox === null ? [] : lines([[/send|reply/.test(step.name) ? 'From' : 'Mailbox', approval.mailbox]]),
    ),
    ...details(step.name, fields, warnings),
  ]
  if (decision !== null || stage !== 'open') {
    return [
      ...blocks,
      { type: 'context', elements: [{ type: 'plain_text', text: outcome(approval, stage), emoji: false }] },
    ]
  }
  const approve: Button = {
    type: 'button',
    action_id: ACTIONS.approve,
    style: 'primary',
    text: { type: 'plain_text', text: approveLabel(step.name) },
    value: approval.id,
  }
  return [
    OUR_OWN_WORDS,
    ...blocks,
    ...(isUnnamed(fields) ? [UNNAMED] : []),
    {
      type: 'actions',
      block_id: `approval:${approval.id}`,
      elements: [
        approve,
        {
          type: 'button',
          action_id: ACTIONS.deny,
          style: 'danger',
          text: { type: 'plain_text', text: 'Deny' },
          value: approval.id,
        },
        {
          type: 'button',
          action_id: ACTIONS.change,
          text: { type: 'plain_text', text: 'Change…' },
          value: approval.id,
        },
      ],
    },
  ]
}

/** The answer above may hold a text that looks like a card, copied from a mail. Text of the agent's never is in this small print. */
const OUR_OWN_WORDS: KnownBlock = {
  type: 'context',
  elements: [
    {
      type: 'mrkdwn',
      text: '🔐 *Nothing happens until you choose.* Only what is shown below will be done.',
    },
  ],
}

/**
 * Decides all that is open at once; none where there is just one, or more than a button can name. It means exactly those that stand above it: a
 * question that comes later is not covered.
 */
export function approvalsTogether(open: readonly ApprovalView[]): KnownBlock[] {
  if (open.length < 2) return []
  const seen = open.filter((approval) => !isUnseen(approval))
  const buttons = [
    ...(seen.length < 2
      ? []
      : together(ACTIONS.approveAll, 'primary', `Approve all ${seen.length}`, seen.map(approvalValue))),
    ...together(
      ACTIONS.denyAll,
      'danger',
      `Deny all ${open.length}`,
      open.map(({ id }) => id),
    ),
  ]
  return buttons.length === 0 ? [] : [{ type: 'actions', block_id: `approvals:${open[0]?.id}`, elements: buttons }]
}

function together(
  action_id: string,
  style: NonNullable<Button['style']>,
  text: string,
  values: readonly string[],
): Button[] {
  const value = values.join(',')
  if (value.length > BUTTON_VALUE_CHARACTERS) return []
  return [{ type: 'button', action_id, style, text: { type: 'plain_text', text }, value }]
}

/** For a message that was written while these wait: going on with it means a no to all of them. */
export function denyInstead(open: readonly string[]): KnownBlock[] {
  const value = open.join(',')
  if (open.length === 0 || value.length > BUTTON_VALUE_CHARACTERS) return []
  const text = { type: 'plain_text', text: 'Deny that, go on with this' } as const
  return [{ type: 'actions', elements: [{ type: 'button', action_id: ACTIONS.denyAll, text, value }] }]
}

const UNDECIDED = '⏹️ This is over: nobody decided, so it did not happen.'

/** A yes of which the session's own events say nothing: it came when all was over, or nobody has seen what became of it. */
function unheard({ step, decision }: ApprovalView, stage: Stage): 'not_done' | 'unknown' | null {
  if (stage === 'open' || decision !== 'approved' || step.state !== 'undecided') return null
  return stage === 'over' ? 'not_done' : 'unknown'
}

function outcome(approval: ApprovalView, stage: Stage): string {
  const { decision, decidedAt, reason, deniedBy } = approval
  if (decision === null) return UNDECIDED
  const when = decidedAt === null ? '' : ` ${decidedAt}`
  const lost = unheard(approval, stage)
  if (lost === 'not_done') return `🚫 Not done: you approved this, but it was over before that.${when}`
  if (lost === 'unknown') return `⚠️ You approved this; whether it was done I cannot say.${when}`
  if (decision === 'approved') return `✅ You approved this.${when}`
  if (deniedBy === 'new_message') return `🚫 Not done: you wrote something new instead of deciding.${when}`
  if (deniedBy === 'ended_access') return `🚫 Not done: access to the mailbox was ended.${when}`
  if (deniedBy === 'outdated') return "🚫 Not done: I'm asking you again in a new message."
  if (reason === null) return `🚫 You said no to this.${when}`
  return `✏️ You asked for a change.${when}\n${shorten(onOneLine(reason), LONGEST_REASON)}`
}

const LONGEST_REASON = 500

/** What the call is about, in a few words: "archiving a message: Issue 214, from Exhibit Weekly". */
function inPassing({ step, names }: ApprovalView): string {
  const call = describeToolCall(step.name, step.input)
  const [name] = Object.entries(step.input).flatMap(([field, value]) =>
    ID_FIELD.test(field) && !LABEL_FIELDS.has(field) && typeof value === 'string' ? (names.get(value) ?? []) : [],
  )
  const words = call.charAt(0).toLowerCase() + call.slice(1)
  return name === undefined || words.includes(':') ? words : `${words}: ${shorten(onOneLine(name), LONGEST_NAME)}`
}

const LONGEST_NAME = 80

/** One line about a decided approval, to be shown as it is. */
export function approvalLine(approval: ApprovalView, stage: Stage = 'open'): string {
  if (isOutgoing(approval)) return outgoingLine(approval, stage !== 'open')
  const { decision, decidedAt, reason, deniedBy } = approval
  const what = inPassing(approval)
  const when = decidedAt === null ? '' : ` (${decidedAt})`
  const lost = unheard(approval, stage)
  if (lost === 'not_done') return `🚫 Not done: ${what}. You approved it${when}, but it was over before that`
  if (lost === 'unknown') return `⚠️ You approved ${what}${when}; whether it was done I cannot say`
  if (decision !== 'denied') return `✅ You approved ${what}${when}`
  if (deniedBy === 'outdated') return `🚫 Not done: ${what}. I'm asking you again in a new message.`
  if (deniedBy !== 'press') return `🚫 Not done: ${what}${when}`
  if (reason === null) return `🚫 You said no to ${what}${when}`
  return `✏️ You asked for a change before ${what}${when}: ${shorten(onOneLine(reason), LONGEST_REASON)}`
}

const SUBJECTS = new Set(['message_id', 'message_ids', 'thread_id', 'thread_ids', 'draft_id', 'draft_ids'])

/** Nothing on the card says which mail it is about. */
function isUnnamed(fields: readonly Field[]): boolean {
  const isShown = (field: Field) => field.named !== null || field.name === 'subject' || BODY_FIELDS.has(field.name)
  return (
    fields.some(({ name }) => SUBJECTS.has(name)) &&
    !fields.some((field) => !LABEL_FIELDS.has(field.name) && isShown(field))
  )
}

const UNNAMED: KnownBlock = {
  type: 'context',
  elements: [
    {
      type: 'mrkdwn',
      text: "⚠️ I can't tell you its subject. To see it first, press Deny and ask me to read it to you.",
    },
  ],
}

const QUESTIONS: Readonly<Record<string, string>> = {
  gmail_send_message: 'Send this mail?',
  gmail_send_draft: 'Send this draft?',
  gmail_reply_to_thread: 'Send this reply?',
  gmail_create_draft: 'Save this draft?',
  gmail_update_draft: 'Change this draft?',
  gmail_modify_message_labels: 'Change the labels of this message?',
  gmail_modify_thread_labels: 'Change the labels of this conversation?',
  gmail_trash_message: 'Move this message to the trash?',
  gmail_trash_thread: 'Move this conversation to the trash?',
  gmail_untrash_message: 'Take this message out of the trash?',
  gmail_untrash_thread: 'Take this conversation out of the trash?',
}

function question(tool: string, input: Input): string {
  if (isArchiving(tool, input)) return `Archive this ${tool.includes('thread') ? 'conversation' : 'message'}?`
  const known = Object.hasOwn(QUESTIONS, tool) ? QUESTIONS[tool] : undefined
  return known ?? `Allow this? (${tool})`
}

function approveLabel(tool: string): string {
  return /send|reply/.test(tool) ? 'Approve and send' : 'Approve'
}

/** Field names of the tools, in words; whatever is not named here is shown under its own name, never left out. */
const LABELS: Readonly<Record<string, string>> = {
  to: 'To',
  recipient_email: 'To',
  cc: 'Cc',
  bcc: 'Bcc',
  subject: 'Subject',
  body: 'Text',
  message: 'Text',
  message_body: 'Text',
  html_body: 'Text (HTML)',
  thread_id: 'Conversation',
  message_id: 'Message',
  in_reply_to_message_id: 'In reply to message',
  draft_id: 'Draft',
  add_label_ids: 'Add labels',
  remove_label_ids: 'Remove labels',
  attachments: 'Attachments',
}

/** Ids tell a person nothing: what one stands for is named, or it is said that nobody knows. */
const ID_FIELD = /(^|_)ids?$/
const LABEL_FIELDS = new Set(['add_label_ids', 'remove_label_ids'])

const BODY_FIELDS = new Set(['body', 'message', 'message_body', 'html_body', 'text', 'content'])

interface Field {
  readonly name: string
  readonly label: string
  readonly value: unknown
  /** What the id stands for, in words of the mailbox; null where it is no id, or nobody has said. */
  readonly named: string | null
}

function fieldsOf(input: Input, names: ReadonlyMap<string, string>): Field[] {
  const isGiven = ([, value]: [string, unknown]) => value !== null && value !== undefined && value !== ''
  const field = ([name, value]: [string, unknown]): Field => ({
    name,
    label: label(name),
    value,
    named: ID_FIELD.test(name) ? nameOf(name, value, names) : null,
  })
  const fields = Object.entries(input).filter(isGiven).map(field)
  const order = Object.keys(LABELS)
  const rank = ({ name }: Field) => (order.includes(name) ? order.indexOf(name) : order.length)
  return fields.sort((a, b) => rank(a) - rank(b))
}

function details(tool: string, fields: readonly Field[], warnings: ReadonlySet<string>): KnownBlock[] {
  if (fields.length === 0) return richTexts([literal(`${tool} without any details`)])
  const isId = ({ name }: Field) => ID_FIELD.test(name) && !LABEL_FIELDS.has(name)
  const short = fields.filter((field) => !BODY_FIELDS.has(field.name) && (!isId(field) || field.named !== null))
  const bodies = fields.filter(({ name }) => BODY_FIELDS.has(name))
  return [
    ...richTexts(
      lines(short.map((field) => [field.label, onOneLine(visibly(field.name, field.named ?? inWords(field.value)))])),
    ),
    ...richTexts(lines([...warnings].map((words) => ['⚠️ Look twice', onOneLine(words)]))),
    ...bodies.flatMap((field) => [
      ...(bodies.length === 1 ? [] : richTexts([literal(field.label, true)])),
      ...quotes(inWords(field.value)),
    ]),
  ]
}

function label(name: string): string {
  const known = Object.hasOwn(LABELS, name) ? LABELS[name] : undefined
  return known ?? onOneLine(name.replaceAll('_', ' '))
}

/** Null where one of the ids is not known by name; labels have ids that can be read. */
function nameOf(field: string, value: unknown, names: ReadonlyMap<string, string>): string | null {
  const ids: unknown[] = Array.isArray(value) ? value : [value]
  const known = ids.map((id) => (typeof id === 'string' ? names.get(id) : undefined))
  if (LABEL_FIELDS.has(field)) return ids.map((id, index) => known[index] ?? inWords(id)).join(', ')
  return known.every((name) => name !== undefined) ? known.join(', ') : null
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  return value === undefined ? '' : JSON.stringify(value)
}
