/**
 * Reads an email or a draft from a tool's answer: Gmail's resource (`payload`), the source of the email (`raw`), or flat fields, each with or without
 * a wrapper. What may be incomplete is not read, because a card must show everything.
 */

import { z } from 'zod'
import { type MailContent, UnsendableMail } from '../turns/outgoing-mail.js'
import { formatAddresses } from './addresses.js'
import { type HeaderField, headerText, type MailFields, mailFields } from './mail-fields.js'
import { type GmailPart, gmailPart, type MailParts, partsOfPayload, partsOfRaw } from './mail-parts.js'
import { readableHtml } from './readable-html.js'

export interface ReadMail {
  /** Gmail id; null where the answer does not tell. */
  readonly id: string | null
  readonly draftId: string | null
  /** Gmail id of the thread in which it lies, be it one of its own. */
  readonly threadId: string | null
  readonly labels: readonly string[]
  /** Epoch milliseconds; null where the answer does not tell. */
  readonly date: number | null
  readonly fields: MailFields
  /** Null: the answer does not hold all of it. */
  readonly parts: MailParts | null
  /** Read from fields laid out flat, which may leave out header fields. */
  readonly isFlat: boolean
}

const text = z.string().nullish()
const resource = z.looseObject({
  id: text,
  message_id: text,
  messageId: text,
  draft_id: text,
  draftId: text,
  threadId: text,
  thread_id: text,
  labelIds: z.array(z.string()).nullish().catch(null),
  label_ids: z.array(z.string()).nullish().catch(null),
  internalDate: z.coerce.number().nullish().catch(null),
  payload: gmailPart.nullish(),
  raw: text,
})

/** @param owner address of the mailbox; null where it is not known. Null: nothing here is a mail. */
export async function readMail(answer: unknown, owner: string | null): Promise<ReadMail | null> {
  const { message, draftId } = innermost(answer)
  const parsed = resource.safeParse(message)
  if (!parsed.success) return null
  const { data } = parsed
  const own = await partsOf(data.payload ?? null, data.raw ?? null)
  const parts = own ?? flatParts(parsed.data, data.payload ?? null)
  const headers = parts?.headers ?? (data.payload?.headers ?? []).map(({ name, value }): HeaderField => [name, value])
  return {
    id: data.id ?? data.message_id ?? data.messageId ?? null,
    draftId: draftId ?? data.draft_id ?? data.draftId ?? null,
    threadId: data.threadId ?? data.thread_id ?? null,
    labels: data.labelIds ?? data.label_ids ?? [],
    date: data.internalDate ?? null,
    fields: mailFields(headers.length > 0 ? headers : flatHeaders(parsed.data), owner),
    parts,
    isFlat: own === null && parts !== null,
  }
}

/** Of one message, however little else the answer tells; null where it does not tell. */
export function readLabels(answer: unknown): { readonly id: string | null; readonly labels: readonly string[] } | null {
  const parsed = resource.safeParse(innermost(answer).message)
  if (!parsed.success) return null
  const { id, message_id, messageId, labelIds, label_ids } = parsed.data
  const labels = labelIds ?? label_ids ?? null
  return labels === null ? null : { id: id ?? message_id ?? messageId ?? null, labels }
}

/**
 * Everything that would leave with it.
 * @throws UnsendableMail where it is not there whole
 */
export function contentOf(
  { fields, parts }: ReadMail,
  thread: { readonly threadId: string | null; readonly inReplyTo: string | null },
): MailContent {
  if (parts === null) throw new UnsendableMail('The email could not be read whole, so it cannot be shown or sent.')
  const content: MailContent = {
    from: fields.from,
    to: fields.to,
    cc: fields.cc,
    bcc: fields.bcc,
    subject: fields.subject,
    body: parts.body,
    attachments: parts.attachments,
    otherFields: fields.otherFields,
    ...thread,
  }
  const unseen = leavesAsDraft(content) ? unlikeAlternative(parts) : null
  return unseen === null
    ? content
    : { ...content, otherFields: [...content.otherFields, ['Plain text version', unseen]] }
}

/** Only the draft itself can carry attachments and further header fields. */
export function leavesAsDraft({ attachments, otherFields }: MailContent): boolean {
  return attachments.length > 0 || otherFields.length > 0
}

/**
 * The text beside an HTML body, where it says or links to something else. Where addresses of links stand, and the names of images, are written
 * differently by every program.
 */
function unlikeAlternative({ body, alternative }: MailParts): string | null {
  if (alternative === null || body.format === 'text') return null
  const html = readableHtml(body.source).text
  const targets = new Set(linksIn(html))
  return words(alternative) === words(html) && linksIn(alternative).every((link) => targets.has(link))
    ? null
    : alternative
}

function linksIn(value: string): string[] {
  return [...value.matchAll(/\bhttps?:\/\/[^\s<>()[\]"]+/gi)].map(([link]) => link.replace(/[.,;:!?/]+$/, ''))
}

/** Letters and numbers; what stands inside a number makes it another one. */
function words(value: string): string {
  return value
    .replace(/\[(?:hidden|image|cid)(?::[^\]]*)?\]/g, '')
    .replace(/\b(?:https?:\/\/|mailto:)\S+/g, '')
    .replace(/(?!(?<=\p{N})[.,](?=\p{N}))[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
}

const DEEPEST = 6

/** The mail itself, out of `data`, `draft` and `message`, and the draft's id on the way there. */
function innermost(answer: unknown): { message: unknown; draftId: string | null } {
  let value = answer
  let draftId: string | null = null
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    if (typeof value !== 'object' || value === null) break
    const fields = new Map<string, unknown>(Object.entries(value))
    const inner = ['message', 'draft', 'data'].find((name) => isObject(fields.get(name)))
    if (inner === undefined || fields.has('payload') || fields.has('raw')) break
    const id = fields.get('draft_id') ?? fields.get('draftId') ?? (inner === 'message' ? fields.get('id') : undefined)
    if (typeof id === 'string') draftId = id
    value = fields.get(inner)
  }
  return { message: value, draftId }
}

async function partsOf(payload: GmailPart | null, raw: string | null): Promise<MailParts | null> {
  if (raw !== null && raw !== '') return await partsOfRaw(raw)
  return payload === null ? null : await partsOfPayload(payload)
}

const flat = z.looseObject({
  body: text,
  message_body: text,
  text,
  html_body: text,
  htmlBody: text,
  html: text,
  content_type: text,
  attachments: z
    .array(
      z.looseObject({
        filename: text,
        file_name: text,
        name: text,
        mimeType: text,
        mime_type: text,
        type: text,
        size: z.number().nullish(),
      }),
    )
    .nullish(),
})

/**
 * Reads flat fields. Beside Gmail's own form they are a summary without HTML and parts, and are taken only where that form says that the email is
 * plain text.
 */
function flatParts(fields: object, payload: GmailPart | null): MailParts | null {
  const parsed = flat.safeParse(fields)
  if (!parsed.success) return null
  const { data } = parsed
  const html = data.html_body ?? data.htmlBody ?? data.html ?? null
  const plain = data.body ?? data.message_body ?? data.text ?? null
  const isPlain = payload === null || (payload.mimeType ?? '').toLowerCase() === 'text/plain'
  if (html === null && (plain === null || !isPlain)) return null
  const attachments = (data.attachments ?? []).map((attachment) => ({
    name: headerText(attachment.filename ?? attachment.file_name ?? attachment.name ?? '') || 'Part without a name',
    type: attachment.mimeType ?? attachment.mime_type ?? attachment.type ?? 'application/octet-stream',
    size: attachment.size ?? null,
  }))
  const headers = (payload?.headers ?? []).map(({ name, value }): HeaderField => [name, value])
  if (html !== null && html !== '') {
    return { headers, body: { format: 'html', source: html }, alternative: plain, attachments }
  }
  const format = data.content_type === 'text/html' ? 'html' : 'text'
  return { headers, body: { format, source: plain ?? '' }, alternative: null, attachments }
}

const FLAT_FIELDS: readonly (readonly [header: string, names: readonly string[]])[] = [
  ['From', ['from', 'sender']],
  ['To', ['to', 'recipient_email', 'recipients']],
  ['Cc', ['cc']],
  ['Bcc', ['bcc']],
  ['Subject', ['subject']],
  ['Reply-To', ['reply_to', 'replyTo']],
  ['In-Reply-To', ['in_reply_to', 'inReplyTo']],
]

function flatHeaders(fields: object): HeaderField[] {
  const values = new Map<string, unknown>(Object.entries(fields))
  return FLAT_FIELDS.flatMap(([header, names]) =>
    names.flatMap((name): HeaderField[] => {
      const value = flatValue(values.get(name))
      return value === '' ? [] : [[header, value]]
    }),
  )
}

const person = z.union([
  z.string(),
  z
    .looseObject({ name: text, email: text, address: text })
    .transform(({ name, email, address }) => formatAddresses([{ name: name ?? '', address: email ?? address ?? '' }])),
])

function flatValue(value: unknown): string {
  const parsed = z.union([person, z.array(person).transform((list) => list.join(', '))]).safeParse(value)
  return parsed.success ? parsed.data : ''
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
