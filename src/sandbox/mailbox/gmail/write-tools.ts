/** The tools that change the mailbox in ways that can be taken back, and those that send. */
import { z } from 'zod'
import { formatAddress } from '../mail/mail.js'
import type { Letter } from '../store/letter.js'
import type { Mailbox, Message } from '../store/mailbox.js'
import { type GmailMessageReference, gmailDraft, gmailReference } from './resource.js'
import { type GmailTool, gmailTool } from './tool.js'

const to = z
  .string()
  .min(1)
  .describe("Recipient email address(es): one address or a comma-separated list, e.g. 'a@example.com,b@example.com'.")
const cc = z.string().optional().describe('CC recipients, comma-separated.')
const bcc = z.string().optional().describe('BCC recipients, comma-separated.')
const subject = z.string().describe('The subject line.')
const body = z.string().describe('The body content: plain text, or HTML when content_type says so.')
const contentType = z
  .enum(['text/plain', 'text/html'])
  .optional()
  .describe("MIME type of the body. Defaults to 'text/plain'.")
const threadId = z
  .string()
  .min(1)
  .optional()
  .describe('The Gmail thread ID of an existing conversation this belongs to.')
const addLabelIds = z.array(z.string()).optional().describe('Label IDs to add, e.g. ["STARRED"].')
const removeLabelIds = z.array(z.string()).optional().describe('Label IDs to remove, e.g. ["UNREAD"].')
const messageId = z.string().min(1).describe('The Gmail message ID.')
const requiredThreadId = z.string().min(1).describe('The Gmail thread ID.')
const draftId = z.string().min(1).describe("The Gmail draft ID. Example: 'r-1234567890123456789'.")

const LETTER = { to, cc, bcc, subject, body, content_type: contentType, thread_id: threadId }

export const CHANGE_TOOLS: readonly GmailTool[] = [
  gmailTool(
    'gmail_create_draft',
    'changes',
    'Create a new draft email. Supports plain text and HTML, CC, BCC, and threading.',
    LETTER,
    async (mailbox, input) => {
      const letter = answering(mailbox, letterOf(input), input.thread_id)
      return draftReference(mailbox, await mailbox.createDraft(letter, input.thread_id))
    },
  ),
  gmailTool(
    'gmail_update_draft',
    'changes',
    'Replace the content of an existing Gmail draft.',
    { draft_id: draftId, ...LETTER },
    async (mailbox, input) => {
      const letter = answering(mailbox, letterOf(input), input.thread_id)
      return draftReference(mailbox, await mailbox.updateDraft(input.draft_id, letter, input.thread_id))
    },
  ),
  gmailTool(
    'gmail_modify_message_labels',
    'changes',
    'Add or remove labels on a Gmail message. At least one of add_label_ids or remove_label_ids should be provided.',
    { message_id: messageId, add_label_ids: addLabelIds, remove_label_ids: removeLabelIds },
    (mailbox, input) =>
      only(mailbox.modifyLabels([input.message_id], input.add_label_ids ?? [], input.remove_label_ids ?? [])),
  ),
  gmailTool(
    'gmail_batch_modify_messages',
    'changes',
    'Add or remove labels on up to 1,000 Gmail messages at once. Answers nothing about the single messages.',
    {
      message_ids: z.array(z.string().min(1)).min(1).max(1_000).describe('The Gmail message IDs.'),
      add_label_ids: addLabelIds,
      remove_label_ids: removeLabelIds,
    },
    (mailbox, input) => {
      mailbox.modifyLabels(input.message_ids, input.add_label_ids ?? [], input.remove_label_ids ?? [])
      return {}
    },
  ),
  gmailTool(
    'gmail_modify_thread_labels',
    'changes',
    'Add or remove Gmail labels across every message in a thread at once.',
    { thread_id: requiredThreadId, add_label_ids: addLabelIds, remove_label_ids: removeLabelIds },
    (mailbox, input) =>
      threadReference(
        input.thread_id,
        mailbox.modifyLabels(idsOf(mailbox, input.thread_id), input.add_label_ids ?? [], input.remove_label_ids ?? []),
      ),
  ),
  gmailTool(
    'gmail_trash_message',
    'changes',
    'Move a Gmail message to the Trash. It is not permanently deleted and can be recovered. Idempotent.',
    { message_id: messageId },
    (mailbox, input) => only(mailbox.trash([input.message_id])),
  ),
  gmailTool(
    'gmail_trash_thread',
    'changes',
    'Move an entire Gmail thread (all its messages) to Trash. Idempotent.',
    { thread_id: requiredThreadId },
    (mailbox, input) => threadReference(input.thread_id, mailbox.trash(idsOf(mailbox, input.thread_id))),
  ),
  gmailTool(
    'gmail_untrash_message',
    'changes',
    'Remove a Gmail message from Trash and restore it to its previous location. Idempotent.',
    { message_id: messageId },
    (mailbox, input) => only(mailbox.untrash([input.message_id])),
  ),
  gmailTool(
    'gmail_untrash_thread',
    'changes',
    'Remove an entire Gmail thread from Trash. Idempotent.',
    { thread_id: requiredThreadId },
    (mailbox, input) => threadReference(input.thread_id, mailbox.untrash(idsOf(mailbox, input.thread_id))),
  ),
]

export const SEND_TOOLS: readonly GmailTool[] = [
  gmailTool(
    'gmail_send_message',
    'leaves the mailbox',
    'Send an email message immediately. Supports plain text and HTML, CC, BCC, and attaching it to an existing thread.',
    LETTER,
    async (mailbox, input) =>
      gmailReference(await mailbox.send(answering(mailbox, letterOf(input), input.thread_id), input.thread_id)),
  ),
  gmailTool(
    'gmail_send_draft',
    'leaves the mailbox',
    'Send an existing draft email. The draft is removed from Drafts and delivered as a sent message.',
    { draft_id: draftId },
    async (mailbox, input) => gmailReference(await mailbox.sendDraft(input.draft_id)),
  ),
  gmailTool(
    'gmail_reply_to_thread',
    'leaves the mailbox',
    'Send a reply within an existing Gmail thread.',
    {
      thread_id: requiredThreadId,
      to: to
        .optional()
        .describe('Recipient email address(es). If omitted, whoever the answered message asks answers to go to.'),
      cc,
      bcc,
      body,
      content_type: contentType,
      subject: z
        .string()
        .optional()
        .describe("The subject line. If omitted, defaults to 'Re:'; pass the original subject prefixed with 'Re: '."),
      in_reply_to_message_id: z
        .string()
        .optional()
        .describe("The Message-ID header of the message being replied to. Example: '<abc123@mail.gmail.com>'."),
    },
    async (mailbox, input) => {
      const answered = answeredMessage(mailbox, input.thread_id, input.in_reply_to_message_id)
      const recipients = input.to ?? replyRecipients(mailbox, answered)
      const letter: Letter = {
        ...letterOf({ ...input, to: recipients, subject: input.subject ?? 'Re:' }),
        inReplyTo: input.in_reply_to_message_id ?? (answered?.mail.messageId || undefined),
        references: answered === undefined ? [] : ancestors(answered),
      }
      return gmailReference(await mailbox.send(letter, input.thread_id))
    },
  ),
]

interface LetterInput {
  readonly to: string
  readonly cc?: string | undefined
  readonly bcc?: string | undefined
  readonly subject: string
  readonly body: string
  readonly content_type?: 'text/plain' | 'text/html' | undefined
}

function letterOf(input: LetterInput): Letter {
  return {
    to: input.to,
    cc: input.cc,
    bcc: input.bcc,
    subject: input.subject,
    body: input.body,
    contentType: input.content_type,
  }
}

/** A letter in a thread refers to the thread's last message, so that the recipient's mailbox threads it too. */
function answering(mailbox: Mailbox, letter: Letter, thread: string | undefined): Letter {
  if (thread === undefined) return letter
  const messages = mailbox.thread(thread).filter(({ labels }) => !labels.has('DRAFT'))
  const references = messages.map(({ mail }) => mail.messageId).filter((id) => id !== '')
  return { ...letter, inReplyTo: references.at(-1), references }
}

/** The message of a thread with this Message-ID; without one, the last that somebody wrote. */
function answeredMessage(mailbox: Mailbox, thread: string, messageId: string | undefined): Message | undefined {
  const messages = mailbox.thread(thread).filter(({ labels }) => !labels.has('DRAFT') && !labels.has('TRASH'))
  return messageId === undefined ? messages.at(-1) : messages.find(({ mail }) => mail.messageId === messageId)
}

/** Who asked for answers, else who wrote; an answer to a mail of one's own goes where that went. */
function replyRecipients(mailbox: Mailbox, answered: Message | undefined): string {
  if (answered === undefined) return ''
  const { mail } = answered
  if (mailbox.isAccount(mail.from.address)) return mail.to.map(formatAddress).join(', ')
  return mail.headers.find(({ name }) => name.toLowerCase() === 'reply-to')?.value ?? formatAddress(mail.from)
}

function ancestors({ mail }: Message): string[] {
  return [...new Set([...mail.references, mail.messageId])].filter((id) => id !== '')
}

function idsOf(mailbox: Mailbox, thread: string): string[] {
  return mailbox.thread(thread).map(({ id }) => id)
}

function only(messages: readonly Message[]): GmailMessageReference | undefined {
  const message = messages[0]
  return message === undefined ? undefined : gmailReference(message)
}

function threadReference(id: string, messages: readonly Message[]): { id: string; messages: GmailMessageReference[] } {
  return { id, messages: messages.map(gmailReference) }
}

function draftReference(mailbox: Mailbox, draft: Parameters<typeof gmailDraft>[1]) {
  const { id, threadId: thread, labelIds } = gmailDraft(mailbox, draft, 'minimal').message
  return { id: draft.id, message: { id, threadId: thread, labelIds } }
}
