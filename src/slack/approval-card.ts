/** What a tool call would do, shown to its owner in full before anything happens. Pure. */

import type { KnownBlock } from '@slack/web-api'
import { describeToolCall } from '../turns/activity.js'
import { shorten } from '../turns/shorten.js'
import type { ApprovalView } from '../turns/view.js'
import { ACTIONS } from './action-ids.js'
import { recipientWarning, visibly } from './look-alikes.js'
import { escapeMrkdwn } from './markdown-escape.js'

type Input = Readonly<Record<string, unknown>>

/** A section's text may have 3,000 characters; what is longer goes on in the next section. */
const SECTION_LENGTH = 2_900

/**
 * The blocks that ask for one decision, or tell how it went.
 * @param over the turn has ended: what was not decided until then will not happen
 */
export function approvalBlocks(approval: ApprovalView, over = false): KnownBlock[] {
  const { step, decision } = approval
  const blocks: KnownBlock[] = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escapeMrkdwn(question(step.name))}*` } },
    ...details(step.name, approval.draft ? { ...step.input, ...approval.draft } : step.input, approval.names),
    ...(approval.draft === null ? [UNREAD_DRAFT] : []),
  ]
  if (decision !== null || over) {
    return [...blocks, { type: 'context', elements: [{ type: 'mrkdwn', text: outcome(approval) }] }]
  }
  return [
    OUR_OWN_WORDS,
    ...blocks,
    {
      type: 'actions',
      block_id: `approval:${approval.id}`,
      elements: [
        {
          type: 'button',
          action_id: ACTIONS.approve,
          style: 'primary',
          text: { type: 'plain_text', text: approveLabel(step.name) },
          value: approval.id,
        },
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
      text: '🔐 *Your decision.* Only what stands between this line and the buttons will happen, whatever the text above says.',
    },
  ],
}

/**
 * Decides all that is open at once; none where there is just one, or more than a button can name. It means exactly those that stand above it: a
 * question that comes later is not covered.
 */
export function approvalsTogether(open: readonly ApprovalView[]): KnownBlock[] {
  const value = open.map(({ id }) => id).join(',')
  if (open.length < 2 || value.length > BUTTON_VALUE_LENGTH) return []
  return [
    {
      type: 'actions',
      block_id: `approvals:${open[0]?.id}`,
      elements: [
        {
          type: 'button',
          action_id: ACTIONS.approveAll,
          style: 'primary',
          text: { type: 'plain_text', text: `Approve all ${open.length}` },
          value,
        },
        {
          type: 'button',
          action_id: ACTIONS.denyAll,
          style: 'danger',
          text: { type: 'plain_text', text: `Deny all ${open.length}` },
          value,
        },
      ],
    },
  ]
}

/** For a message that was written while these wait: going on with it means a no to all of them. */
export function denyInstead(open: readonly string[]): KnownBlock[] {
  const value = open.join(',')
  if (open.length === 0 || value.length > BUTTON_VALUE_LENGTH) return []
  const text = { type: 'plain_text', text: 'Deny that, go on with this' } as const
  return [{ type: 'actions', elements: [{ type: 'button', action_id: ACTIONS.denyAll, text, value }] }]
}

/** Slack takes so many characters in the value of a button. */
const BUTTON_VALUE_LENGTH = 2_000

const UNDECIDED = '⏹️ This is over: nobody decided, so it did not happen.'

function outcome({ decision, decidedAt, reason, deniedBy }: ApprovalView): string {
  if (decision === null) return UNDECIDED
  const when = decidedAt === null ? '' : ` ${decidedAt}`
  if (decision === 'approved') return `✅ You approved this.${when}`
  if (deniedBy === 'new_message') return `🚫 Not done: you wrote something new instead of deciding.${when}`
  if (deniedBy === 'ended_access') return `🚫 Not done: access to the mailbox was ended.${when}`
  if (reason === null) return `🚫 You said no to this.${when}`
  return `✏️ You asked for a change.${when}\n${escapeMrkdwn(shorten(onOneLine(reason), LONGEST_REASON))}`
}

const LONGEST_REASON = 500

/** One line about a decided approval, unescaped. */
export function approvalLine({ step, decision, decidedAt, reason, deniedBy }: ApprovalView): string {
  const call = describeToolCall(step.name, step.input)
  const what = call.charAt(0).toLowerCase() + call.slice(1)
  const when = decidedAt === null ? '' : ` (${decidedAt})`
  if (decision !== 'denied') return `✅ You approved ${what}${when}`
  if (deniedBy !== 'press') return `🚫 Not done: ${what}${when}`
  if (reason === null) return `🚫 You said no to ${what}${when}`
  return `✏️ You asked for a change before ${what}${when}: ${shorten(onOneLine(reason), LONGEST_REASON)}`
}

const UNREAD_DRAFT: KnownBlock = {
  type: 'section',
  text: {
    type: 'mrkdwn',
    text: '⚠️ *I cannot show what this draft says*: it was not read in this conversation, or a change of it is not decided yet. Press Deny and ask me to read it to you first.',
  },
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

function question(tool: string): string {
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

/** Ids tell a person nothing, but nothing is left out: they stand below, in small print. */
const ID_FIELD = /(^|_)ids?$/
const LABEL_FIELDS = new Set(['add_label_ids', 'remove_label_ids'])

const BODY_FIELDS = new Set(['body', 'message', 'message_body', 'html_body', 'text', 'content'])

function details(tool: string, input: Input, names: ReadonlyMap<string, string>): KnownBlock[] {
  const fields = Object.entries(input).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const order = Object.keys(LABELS)
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  fields.sort(([a], [b]) => rank(a) - rank(b))
  const isNamed = (value: unknown) => typeof value === 'string' && names.has(value)
  const isId = (name: string) => ID_FIELD.test(name) && !LABEL_FIELDS.has(name)
  const isFinePrint = (name: string, value: unknown) => isId(name) && !isNamed(value)
  const line = ([name, value]: [string, unknown]) =>
    `*${label(name)}:* ${onOneLine(escapeMrkdwn(visibly(name, inWords(value, names))))}`
  const short = fields.filter(([name, value]) => !BODY_FIELDS.has(name) && !isFinePrint(name, value)).map(line)
  const bodies = fields.filter(([name]) => BODY_FIELDS.has(name)).map(([, value]) => quote(inWords(value, names)))
  // A name comes from the mailbox, where anybody can write: the id it stands for is told as well.
  const finePrint = fields
    .filter(([name]) => isId(name))
    .map(([name, value]) => `*${idLabel(name)}:* ${onOneLine(escapeMrkdwn(inWords(value, NO_NAMES)))}`)
  if (fields.length === 0) return sections(`_${escapeMrkdwn(tool)} without any details_`)
  return [
    ...(short.length === 0 ? [] : sections(short.join('\n'))),
    ...recipientWarning(input).flatMap((words) => sections(`⚠️ *Look twice:* ${escapeMrkdwn(words)}`)),
    ...bodies.flatMap(sections),
    ...finePrint.flatMap(small),
  ]
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

function small(text: string): KnownBlock[] {
  return slices(text, SECTION_LENGTH).map((slice) => ({
    type: 'context',
    elements: [{ type: 'mrkdwn', text: slice, verbatim: true }],
  }))
}

function label(name: string): string {
  const known = Object.hasOwn(LABELS, name) ? LABELS[name] : undefined
  return known ?? onOneLine(escapeMrkdwn(name.replaceAll('_', ' ')))
}

function idLabel(name: string): string {
  return Object.hasOwn(LABELS, name) ? `${label(name)} id` : label(name)
}

/** A value that brought lines of its own could pretend to be another field. */
function onOneLine(text: string): string {
  return text.replace(/\r\n|[\n\r\u2028\u2029]/g, ' ⏎ ')
}

function inWords(value: unknown, names: ReadonlyMap<string, string>): string {
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map((item) => inWords(item, names)).join(', ')
  return JSON.stringify(value)
}

function quote(text: string): string {
  return escapeMrkdwn(text)
    .split('\n')
    .map((line) => `>${line}`)
    .join('\n')
}

function sections(text: string): KnownBlock[] {
  return slices(text, SECTION_LENGTH).map((slice) => ({
    type: 'section',
    text: { type: 'mrkdwn', text: slice, verbatim: true },
  }))
}

/** Cuts at line ends where it can; a cut inside a quote goes on as a quote. */
function slices(text: string, longest: number): string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > longest) {
    const newline = rest.lastIndexOf('\n', longest)
    const cut = newline > longest / 2 ? newline : safeCut(rest, longest)
    parts.push(rest.slice(0, cut))
    const tail = rest.slice(cut).replace(/^\n/, '')
    rest = newline > longest / 2 || !rest.startsWith('>') ? tail : `>${tail}`
  }
  parts.push(rest)
  return parts
}

/** Never inside an `&amp;`, never inside a surrogate pair. */
function safeCut(text: string, at: number): number {
  const ampersand = text.lastIndexOf('&', at)
  const cut = ampersand > at - 6 && !text.slice(ampersand, at).includes(';') ? ampersand : at
  return /[\uD800-\uDBFF]/.test(text.charAt(cut - 1)) ? cut - 1 : cut
}
