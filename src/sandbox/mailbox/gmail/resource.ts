/**
 * What the mailbox's tools answer with: Gmail's resources, with the mail's text and attachments laid out flat so that a model
 * reads them without decoding MIME.
 */

import { formatAddress, type MailAddress, type MailHeader } from '../mail/mail.js'
import type { Draft, Mailbox, Message } from '../store/mailbox.js'
import type { GmailPart } from './payload.js'

export const MESSAGE_FORMATS = ['full', 'metadata', 'minimal', 'raw'] as const
export type MessageFormat = (typeof MESSAGE_FORMATS)[number]

export interface GmailAttachment {
  attachmentId: string
  filename: string
  mimeType: string
  /** Bytes. */
  size: number
}

export interface GmailMessage {
  id: string
  threadId: string
  labelIds: string[]
  snippet: string
  historyId: string
  /** Milliseconds since 1970, as a string. */
  internalDate: string
  sizeEstimate: number
  /** All but `minimal` and `raw`; with the parts where a single message or draft is asked for in full. */
  payload?: { mimeType: string; headers: MailHeader[] } | GmailPart
  /** `full` and `metadata`: the headers a reader looks at. Dates are ISO 8601. */
  from?: string
  to?: string
  cc?: string
  subject?: string
  date?: string
  /** `full` only: plain text, also of HTML mail. */
  body?: string
  /** `full` only. */
  attachments?: GmailAttachment[]
  /** `raw` only: the message, base64url. */
  raw?: string
}

export interface GmailMessageList {
  messages: GmailMessage[]
  nextPageToken?: string
  resultSizeEstimate: number
}

export interface GmailThread {
  id: string
  historyId: string
  snippet: string
  messages: GmailMessage[]
}

export interface GmailThreadList {
  threads: { id: string; historyId: string; snippet: string }[]
  nextPageToken?: string
  resultSizeEstimate: number
}

export interface GmailDraft {
  id: string
  message: GmailMessage
}

export interface GmailDraftList {
  drafts: GmailDraft[]
  nextPageToken?: string
  resultSizeEstimate: number
}

/** What sending, labelling and trashing answer with. */
export interface GmailMessageReference {
  id: string
  threadId: string
  labelIds: string[]
}

export interface GmailProfile {
  emailAddress: string
  messagesTotal: number
  threadsTotal: number
  historyId: string
}

export interface GmailLabel {
  id: string
  name: string
  type: 'system' | 'user'
  messagesTotal: number
  messagesUnread: number
}

/** People API's person, as far as a mailbox knows one. */
export interface Person {
  resourceName: string
  names: { displayName: string }[]
  emailAddresses: { value: string }[]
}

const SNIPPET_LENGTH = 200
/** Headers that help a reader or a reply; the others are the mail system's. */
const SHOWN_HEADERS = new Set(
  'from to cc bcc reply-to subject date message-id in-reply-to references list-id list-unsubscribe'.split(' '),
)

export function gmailMessage(
  mailbox: Mailbox,
  message: Message,
  format: MessageFormat = 'full',
  metadataHeaders: readonly string[] = [],
): GmailMessage {
  const { mail } = message
  const resource: GmailMessage = {
    ...gmailReference(message),
    snippet: snippetOf(message),
    historyId: mailbox.historyId,
    internalDate: String(message.date),
    sizeEstimate: mail.size,
  }
  if (format === 'raw') resource.raw = mail.raw.toString('base64url')
  if (format === 'full' || format === 'metadata') {
    const wanted = new Set(metadataHeaders.map((name) => name.toLowerCase()))
    const shown = format === 'metadata' && wanted.size > 0 ? wanted : SHOWN_HEADERS
    resource.payload = {
      mimeType: mail.mimeType,
      headers: mail.headers.filter(({ name }) => shown.has(name.toLowerCase())),
    }
    resource.from = formatAddress(mail.from)
    resource.to = formatList(mail.to)
    if (mail.cc.length > 0) resource.cc = formatList(mail.cc)
    resource.subject = mail.subject
    resource.date = new Date(message.date).toISOString()
  }
  if (format === 'full') {
    resource.body = mail.text
    resource.attachments = mail.attachments.map(({ id, filename, mimeType, size }) => ({
      attachmentId: id,
      filename,
      mimeType,
      size,
    }))
  }
  return resource
}

export function gmailReference({ id, threadId, labels }: Message): GmailMessageReference {
  return { id, threadId, labelIds: [...labels] }
}

export function gmailThread(
  mailbox: Mailbox,
  messages: readonly Message[],
  format: MessageFormat = 'full',
  metadataHeaders: readonly string[] = [],
): GmailThread {
  const latest = messages.at(-1)
  return {
    id: latest?.threadId ?? '',
    historyId: mailbox.historyId,
    snippet: latest === undefined ? '' : snippetOf(latest),
    messages: messages.map((message) => gmailMessage(mailbox, message, format, metadataHeaders)),
  }
}

export function gmailDraft(mailbox: Mailbox, { id, message }: Draft, format: MessageFormat = 'full'): GmailDraft {
  return { id, message: gmailMessage(mailbox, message, format) }
}

export function snippetOf({ mail }: Message): string {
  const text = mail.text.replace(/\s+/g, ' ').trim()
  return text.length <= SNIPPET_LENGTH ? text : `${text.slice(0, SNIPPET_LENGTH).trimEnd()}…`
}

function formatList(addresses: readonly MailAddress[]): string {
  return addresses.map(formatAddress).join(', ')
}
