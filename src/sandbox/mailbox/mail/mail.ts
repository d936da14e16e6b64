/**
 * One mail, decoded: what `postal-mime` finds in the raw message, flattened into what a mailbox needs. Attachment contents are
 * not kept; they are decoded again from the raw message when somebody asks, so that a large mbox stays one buffer in memory.
 */
import { createHash } from 'node:crypto'
import type { Address, Attachment, Email } from 'postal-mime'
import { readMailDate } from './mail-date.js'
import { unescapeFrom } from './mbox.js'
import { parseMime } from './mime.js'
import { headOf } from './raw-headers.js'
import { readableText } from './readable-text.js'

export interface MailAddress {
  /** Display name, or an empty string. */
  readonly name: string
  readonly address: string
}

export interface MailHeader {
  readonly name: string
  readonly value: string
}

export interface MailAttachment {
  readonly id: string
  readonly filename: string
  readonly mimeType: string
  /** Bytes, decoded. */
  readonly size: number
}

export interface Mail {
  /** Message-ID header with its angle brackets, or an empty string. */
  readonly messageId: string
  /** Message-IDs of In-Reply-To and References, in their order. */
  readonly references: readonly string[]
  readonly headers: readonly MailHeader[]
  readonly from: MailAddress
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly bcc: readonly MailAddress[]
  readonly subject: string
  /** Milliseconds since 1970, from the Date header; undefined where it is missing or unreadable. */
  readonly sentAt: number | undefined
  /** The same of the newest Received header that says when. */
  readonly receivedAt: number | undefined
  /** Plain text; for HTML-only mail, the text that a reader would see. */
  readonly text: string
  /** MIME type of the whole message. */
  readonly mimeType: string
  readonly attachments: readonly MailAttachment[]
  /** Bytes of the raw message. */
  readonly size: number
  readonly raw: Buffer
}

const UNREADABLE = 'This email could not be read.'
/** What says how a body is encoded; there is none of it any more. */
const CONTENT_HEADERS = /^(?:Content-|MIME-Version:)[^\n]*\n?(?:[ \t][^\n]*\n?)*/gim
/** Characters of headers that are tried again; those of mail that is meant to be read are shorter. */
const READABLE_HEAD = 100_000
const MESSAGE_ID = /<[^<>\s]+>/g

/** Decodes a message of an mbox file, or any raw RFC 5322 message. Rejects when its MIME structure is beyond repair. */
export async function parseMail(raw: Buffer): Promise<Mail> {
  const email = await parseMime(unescapeFrom(raw))
  const first = (key: string) => email.headers.find((header) => header.key === key)?.value
  return {
    messageId: first('message-id')?.match(MESSAGE_ID)?.[0] ?? '',
    references: [...(first('references')?.match(MESSAGE_ID) ?? []), ...(first('in-reply-to')?.match(MESSAGE_ID) ?? [])],
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
    from: flatten(email.from === undefined ? [] : [email.from])[0] ?? { name: '', address: '' },
    to: flatten(email.to ?? []),
    cc: flatten(email.cc ?? []),
    bcc: flatten(email.bcc ?? []),
    subject: (email.subject ?? '').trim(),
    sentAt: readMailDate(first('date') ?? '')?.time,
    receivedAt: receivedAt(email),
    text: textOf(email),
    mimeType: (first('content-type') ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? 'text/plain',
    attachments: listedAttachments(email, raw).map(({ id, attachment }, index) => ({
      id,
      filename: attachment.filename ?? defaultName(attachment, index),
      mimeType: attachment.mimeType,
      size: contentOf(attachment).length,
    })),
    size: raw.length,
    raw,
  }
}

/** In place of a message that `parseMail` rejects: what its headers say, as far as they can be read, and that the rest cannot. */
export async function unreadableMail(raw: Buffer): Promise<Mail> {
  const head = headOf(raw).toString('latin1').replace(CONTENT_HEADERS, '').slice(0, READABLE_HEAD)
  const mail = await parseMail(Buffer.from(`${head.trimEnd()}\n\n${UNREADABLE}\n`, 'latin1'))
  return { ...mail, subject: mail.subject === '' ? UNREADABLE : mail.subject, size: raw.length }
}

/** The decoded bytes of one attachment, or undefined when the mail has none with this id. */
export async function attachmentContent(mail: Mail, attachmentId: string): Promise<Buffer | undefined> {
  const email = await parseMime(unescapeFrom(mail.raw))
  const found = listedAttachments(email, mail.raw).find(({ id }) => id === attachmentId)
  return found === undefined ? undefined : contentOf(found.attachment)
}

/** `Name <address>`, or the address alone. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === '') return address
  return /[",;:<>@()[\]\\]/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}" <${address}>` : `${name} <${address}>`
}

/** Attachments a mail program lists: pictures that are drawn inside the HTML body are not among them. */
function listedAttachments(email: Email, raw: Buffer): { id: string; attachment: Attachment }[] {
  const seed = createHash('sha256').update(raw).digest('base64url').slice(0, 24)
  return email.attachments
    .map((attachment, index) => ({ id: `ANGjdJ_${seed}_${index}`, attachment }))
    .filter(({ attachment }) => !(attachment.related === true && attachment.disposition !== 'attachment'))
}

function contentOf({ content }: Attachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content))
}

function defaultName(attachment: Attachment, index: number): string {
  if (attachment.mimeType === 'text/calendar') return 'invite.ics'
  if (attachment.mimeType === 'message/rfc822') return 'forwarded-message.eml'
  return `attachment-${index + 1}`
}

function flatten(addresses: readonly Address[]): MailAddress[] {
  return addresses.flatMap((entry) =>
    entry.group === undefined ? [{ name: entry.name, address: entry.address }] : [...entry.group],
  )
}

/** Every server puts its own on top, the date behind the last semicolon. */
function receivedAt(email: Email): number | undefined {
  const dates = email.headers
    .filter(({ key }) => key === 'received')
    .map(({ value }) => readMailDate(value.slice(value.lastIndexOf(';') + 1))?.time)
  return dates.find((date) => date !== undefined)
}

function textOf(email: Email): string {
  const text = email.text?.replaceAll('\r\n', '\n').trim() ?? ''
  return text !== '' ? text : readableText(email.html ?? '')
}
