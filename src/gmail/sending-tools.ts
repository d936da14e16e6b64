/**
 * The host-side tools with which the agent asks to send an email. The agent has no tool that sends. The bot shows what would leave on a card, and
 * sends it after a press. Each description is complete by itself, because an older session has a system prompt that does not mention these tools.
 */

import { z } from 'zod'
import { type SendRequest, UnsendableMail } from '../turns/outgoing-mail.js'
import type { SendingHostTool } from '../turns/sending/host-tools.js'
import { toWhom } from './tool-input.js'
import { type GmailToolName, SEVERAL_EMAILS, type ToolSentence, type ToolWords } from './tools.js'

export type SendingToolName = 'send_email' | 'reply_to_email' | 'send_draft'

export interface SendingTool {
  readonly name: SendingToolName
  readonly description: string
  /** JSON schema of its input. */
  readonly inputSchema: {
    readonly type: 'object'
    readonly properties: Readonly<Record<string, unknown>>
    readonly required: readonly string[]
    readonly additionalProperties: false
  }
  /** The Gmail tool whose entry in `TOOL_POLICIES` governs this one. */
  readonly governedBy: GmailToolName
  readonly words: ToolWords
  /** One line: what it may read or change. */
  readonly touches: string
  /** It asks to answer a mail. */
  readonly isReply: boolean
  /** @throws UnsendableMail in words for the agent */
  toRequest(input: unknown): SendRequest
  /**
   * When it was asked to leave, in epoch milliseconds; null: at once.
   * @param now epoch milliseconds
   * @throws UnsendableMail where that is past, or more than a year ahead
   */
  sendAt(input: unknown, now: number): number | null
}

/** The furthest that a mail may be put off, in milliseconds. */
const LONGEST_DELAY_MS = 366 * 24 * 3_600_000

const addresses = z.union([z.string(), z.array(z.string())])
const recipients = addresses.describe(
  'Recipients: one address, several separated by commas, or a list. "Name <address>" is fine.',
)
const cc = addresses.optional().describe('Cc recipients, written like `to`.')
const bcc = addresses.optional().describe('Bcc recipients, written like `to`.')
const body = z.string().describe('The whole text of the email: plain text, or HTML when content_type says so.')
const contentType = z
  .enum(['text/plain', 'text/html'])
  .optional()
  .describe('Type of the body; text/plain when left out. Prefer it.')
const sendAt = z.iso
  .datetime({ offset: true })
  .optional()
  .describe(
    "When it should leave, as RFC 3339 with the person's own UTC offset, e.g. 2026-12-01T08:00:00+01:00. Leave it out to send as soon as it is approved.",
  )

const newMail = z.strictObject({
  to: recipients,
  cc,
  bcc,
  subject: z.string().describe('The subject line.'),
  body,
  content_type: contentType,
  thread_id: z.string().min(1).optional().describe('Gmail thread id, only to put the email into that thread.'),
  send_at: sendAt,
})
const reply = z.strictObject({
  thread_id: z.string().min(1).describe('Gmail thread id of the conversation that is answered.'),
  to: recipients.optional().describe('Recipients. Leave it out to answer whoever the message asks answers to go to.'),
  cc,
  bcc,
  subject: z.string().optional().describe('The subject line. Leave it out to keep that of the thread.'),
  body,
  content_type: contentType,
  in_reply_to_message_id: z
    .string()
    .min(1)
    .optional()
    .describe('The message that is answered: its Gmail id or its Message-ID header. Leave it out for the newest one.'),
  send_at: sendAt,
})
const draft = z.strictObject({
  draft_id: z.string().min(1).describe('Gmail draft id.'),
  send_at: sendAt,
})

const HOW_IT_GOES = `The person whose mailbox it is gets a card with exactly this email and decides: call this tool as soon as their request is clear, and do not ask for permission in words or announce the email beforehand. They may edit it, undo it within seconds, or say no. Nothing leaves before they agree. The result tells what really happened: sent (with the final recipients, subject and text if they edited it), scheduled for a later time, not sent, or not known. Report that and nothing else; when they said no or undid it, do not try again unless they ask.`

const KEPT_AND_SENT =
  'If the email was edited or is scheduled, keeps it as a draft, and trashes the draft once it is no longer needed. Sends it once, after a press of Send.'

export const SENDING_TOOLS: readonly SendingTool[] = [
  sendingTool('send_email', {
    description: `Asks to send a new email from the person's Gmail. ${HOW_IT_GOES} No draft is needed first. Attachments cannot be added here: an email that has some must be a draft, sent with send_draft.`,
    schema: newMail,
    governedBy: 'gmail_send_message',
    running: (input) => toWhom('Preparing an email', input),
    ran: (input) => toWhom('Prepared an email', input),
    question: 'Send this email?',
    touches: `Looks for its recipients in the owner's mail. ${KEPT_AND_SENT}`,
    isReply: false,
    toRequest: (input) => ({
      type: 'new',
      to: listed(input.to),
      cc: listed(input.cc),
      bcc: listed(input.bcc),
      subject: input.subject,
      body: input.body,
      format: formatOf(input.content_type),
      threadId: input.thread_id ?? null,
    }),
  }),
  sendingTool('reply_to_email', {
    description: `Asks to send a reply within an existing Gmail thread. ${HOW_IT_GOES} No draft is needed first. It goes to the sender of the answered message, or to the address that this message names for answers; name everybody in \`to\` and \`cc\` to answer more people.`,
    schema: reply,
    governedBy: 'gmail_reply_to_thread',
    running: (input) => toWhom('Preparing a reply', input),
    ran: (input) => toWhom('Prepared a reply', input),
    question: 'Send this reply?',
    touches: `Reads the thread that it answers, and looks for its recipients in the owner's mail. ${KEPT_AND_SENT}`,
    isReply: true,
    toRequest: (input) => ({
      type: 'reply',
      threadId: input.thread_id,
      to: input.to === undefined || listed(input.to).length === 0 ? null : listed(input.to),
      cc: listed(input.cc),
      bcc: listed(input.bcc),
      subject: input.subject === undefined || input.subject.trim() === '' ? null : input.subject,
      body: input.body,
      format: formatOf(input.content_type),
      inReplyTo: input.in_reply_to_message_id ?? null,
    }),
  }),
  sendingTool('send_draft', {
    description: `Asks to send a draft that is already in the person's Gmail, as it stands, with its attachments. ${HOW_IT_GOES} Use it for a draft that exists; to send new text use send_email or reply_to_email.`,
    schema: draft,
    governedBy: 'gmail_send_draft',
    running: 'Preparing a draft for sending',
    ran: 'Prepared a draft for sending',
    question: 'Send this draft?',
    touches:
      "Reads the draft and the thread that it is in, and looks for its recipients in the owner's mail. Sends it once, after a press of Send.",
    isReply: false,
    toRequest: (input) => ({ type: 'draft', draftId: input.draft_id }),
  }),
]

/** As the bot runs them. */
export function asHostTool(tool: SendingTool): SendingHostTool {
  return {
    kind: 'sends',
    name: tool.name,
    description: tool.description,
    inputSchema: tool.inputSchema,
    touches: tool.touches,
    toRequest: tool.toRequest,
    sendAt: tool.sendAt,
  }
}

function sendingTool<Schema extends z.ZodType<{ send_at?: string | undefined }>>(
  name: SendingToolName,
  tool: {
    readonly description: string
    readonly schema: Schema
    readonly governedBy: GmailToolName
    /** Nothing is sent before its owner agrees: until then, it is only made ready. */
    readonly running: ToolSentence
    readonly ran: ToolSentence
    readonly question: string
    readonly touches: string
    readonly isReply: boolean
    readonly toRequest: (input: z.output<Schema>) => SendRequest
  },
): SendingTool {
  const { properties = {}, required = [] } = z.toJSONSchema(tool.schema, { io: 'input' })
  const read = (input: unknown): z.output<Schema> => {
    const parsed = tool.schema.safeParse(input)
    if (!parsed.success) throw new UnsendableMail(misread(name, parsed.error, Object.keys(properties)))
    return parsed.data
  }
  return {
    name,
    description: tool.description,
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    governedBy: tool.governedBy,
    words: {
      kind: 'leave',
      running: tool.running,
      ran: tool.ran,
      question: tool.question,
      approve: 'Send',
      deny: "Don't send",
      several: () => SEVERAL_EMAILS,
      past: 'sent',
    },
    touches: tool.touches,
    isReply: tool.isReply,
    toRequest: (input) => tool.toRequest(read(input)),
    sendAt(input, now) {
      const { send_at: at } = read(input)
      if (at === undefined) return null
      const time = Date.parse(at)
      if (!Number.isFinite(time)) throw new UnsendableMail(NO_TIME)
      if (time <= now)
        throw new UnsendableMail('send_at is in the past. Leave it out to send now, or give a later time.')
      if (time - now > LONGEST_DELAY_MS)
        throw new UnsendableMail('send_at is more than a year ahead, which is too far.')
      return time
    },
  }
}

const NO_TIME = 'send_at must be a time as RFC 3339 with a UTC offset, e.g. 2026-12-01T08:00:00+01:00.'

/** Every problem of an input, by field; never a value of it. */
function misread(tool: SendingToolName, error: z.ZodError, fields: readonly string[]): string {
  const problems = error.issues.map((issue) => {
    const field = issue.path.length > 0 ? String(issue.path[0]) : ''
    if (issue.code === 'unrecognized_keys')
      return `There is no field ${issue.keys.map((key) => `"${key}"`).join(', ')}.`
    if (field === 'send_at') return NO_TIME
    if (field === '') return 'The input must be an object.'
    return issue.input === undefined && issue.code === 'invalid_type'
      ? `The field "${field}" is missing.`
      : `The field "${field}" cannot be read: ${issue.message}.`
  })
  return `${tool} was not understood, and nothing was sent. ${[...new Set(problems)].join(' ')} Fields: ${fields.join(', ')}.`
}

function listed(value: string | readonly string[] | undefined): string[] {
  const list = value === undefined ? [] : typeof value === 'string' ? [value] : value
  return list.map((entry) => entry.trim()).filter((entry) => entry !== '')
}

function formatOf(contentType: 'text/plain' | 'text/html' | undefined): 'text' | 'html' {
  return contentType === 'text/html' ? 'html' : 'text'
}
