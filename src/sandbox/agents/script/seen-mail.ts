/**
 * Mail as the script knows it: read from whatever JSON a Gmail tool answered with. Scalekit's tools hand on Gmail's own message resource
 * (`payload.headers`, base64url bodies), others flatten it; both are understood, and what a tool leaves out stays undefined.
 */
import { isRecord, parseLoosely, textOf } from './loose-json.js'

export interface Correspondent {
  /** Display name, or an empty string. */
  readonly name: string
  readonly address: string
}

export interface SeenAttachment {
  readonly id: string
  readonly name: string
  readonly type: string
  /** Bytes. */
  readonly size: number | undefined
}

export interface SeenMail {
  readonly id: string
  readonly threadId: string | undefined
  readonly from: Correspondent
  readonly to: readonly Correspondent[]
  readonly cc: readonly Correspondent[]
  readonly replyTo: Correspondent | undefined
  readonly subject: string
  /** Message-ID header with its angle brackets, where a tool told it. */
  readonly messageId: string | undefined
  readonly date: Date | undefined
  readonly snippet: string
  /** Plain text; undefined until a tool answered with it. */
  readonly body: string | undefined
  readonly labels: readonly string[]
  /** Undefined until a tool said which there are. */
  readonly attachments: readonly SeenAttachment[] | undefined
  /** From a mailing list or a sender of bulk mail. */
  readonly bulk: boolean
}

/** All mails in a tool's answer, in its order, each once. */
export function mailsIn(answer: string): SeenMail[] {
  const found = new Map<string, SeenMail>()
  collect(parseLoosely(answer), found, 0)
  return [...found.values()]
}

/** What is known of one mail from two answers; the later one wins where both speak. */
export function mergeMail(earlier: SeenMail, later: SeenMail): SeenMail {
  return {
    ...later,
    threadId: later.threadId ?? earlier.threadId,
    from: later.from.address === '' ? earlier.from : later.from,
    to: later.to.length > 0 ? later.to : earlier.to,
    cc: later.cc.length > 0 ? later.cc : earlier.cc,
    replyTo: later.replyTo ?? earlier.replyTo,
    subject: later.subject === '' ? earlier.subject : later.subject,
    messageId: later.messageId ?? earlier.messageId,
    date: later.date ?? earlier.date,
    snippet: later.snippet === '' ? earlier.snippet : later.snippet,
    body: later.body ?? earlier.body,
    labels: later.labels.length > 0 ? later.labels : earlier.labels,
    attachments: later.attachments ?? earlier.attachments,
    bulk: later.bulk || earlier.bulk,
  }
}

/** `Name <address>`, `address` or `{name, email}`. */
export function correspondent(value: unknown): Correspondent {
  if (isRecord(value)) {
    return {
      name: textOf(value.name) ?? textOf(value.displayName) ?? '',
      address: textOf(value.address) ?? textOf(value.email) ?? '',
    }
  }
  const text = (textOf(value) ?? '').trim()
  const angled = /^(.*)<([^<>]*)>\s*$/s.exec(text)
  if (angled === null) return { name: '', address: text }
  return {
    name: (angled[1] ?? '')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replace(/\\(["\\])/g, '$1'),
    address: (angled[2] ?? '').trim(),
  }
}

function correspondents(value: unknown): Correspondent[] {
  if (Array.isArray(value)) return value.flatMap(correspondents)
  if (typeof value !== 'string') return value === undefined || value === null ? [] : [correspondent(value)]
  return splitAddresses(value).map(correspondent)
}

/** Commas between addresses, not those within a quoted name. */
function splitAddresses(list: string): string[] {
  return [...list.matchAll(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g)].map(([one]) => one.trim()).filter((one) => one !== '')
}

const DEEPEST = 6

function collect(value: unknown, found: Map<string, SeenMail>, depth: number): void {
  if (depth > DEEPEST) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found, depth + 1)
    return
  }
  if (!isRecord(value)) return
  const mail = looksLikeMail(value) ? readMail(value) : undefined
  if (mail !== undefined) {
    const known = found.get(mail.id)
    found.set(mail.id, known === undefined ? mail : mergeMail(known, mail))
    return
  }
  for (const child of Object.values(value)) collect(child, found, depth + 1)
}

function looksLikeMail(record: Record<string, unknown>): boolean {
  if (idOf(record) === undefined || Array.isArray(record.messages)) return false
  return ['payload', 'from', 'sender', 'subject', 'headers'].some((key) => key in record)
}

function idOf(record: Record<string, unknown>): string | undefined {
  return textOf(record.id) ?? textOf(record.message_id) ?? textOf(record.messageId)
}

function readMail(record: Record<string, unknown>): SeenMail | undefined {
  const id = idOf(record)
  if (id === undefined) return undefined
  const payload = isRecord(record.payload) ? record.payload : {}
  const header = headerReader([payload.headers, record.headers])
  const replyTo = textOf(record.reply_to) ?? textOf(record.replyTo) ?? header('reply-to')
  return {
    id,
    threadId: textOf(record.threadId) ?? textOf(record.thread_id),
    from: correspondent(record.from ?? record.sender ?? header('from')),
    to: correspondents(record.to ?? header('to')),
    cc: correspondents(record.cc ?? header('cc')),
    replyTo: replyTo === undefined ? undefined : correspondent(replyTo),
    subject: textOf(record.subject) ?? header('subject') ?? '',
    messageId: header('message-id'),
    date: dateOf(record, header),
    snippet: (textOf(record.snippet) ?? textOf(record.preview) ?? '').replace(/\s+/g, ' ').trim(),
    body: bodyOf(record, payload),
    labels: labelsOf(record),
    attachments: attachmentsOf(record, payload),
    bulk:
      header('list-id') !== undefined || header('list-unsubscribe') !== undefined || header('precedence') === 'bulk',
  }
}

function headerReader(sources: readonly unknown[]): (name: string) => string | undefined {
  const values = new Map<string, string>()
  const put = (name: unknown, value: unknown) => {
    if (typeof name === 'string' && typeof value === 'string') values.set(name.toLowerCase(), value)
  }
  for (const source of sources) {
    if (Array.isArray(source)) for (const one of source) if (isRecord(one)) put(one.name, one.value)
    if (isRecord(source)) for (const [name, value] of Object.entries(source)) put(name, value)
  }
  return (name) => values.get(name)
}

function dateOf(record: Record<string, unknown>, header: (name: string) => string | undefined): Date | undefined {
  const internal = Number(record.internalDate ?? record.internal_date)
  if (Number.isFinite(internal) && internal > 0) return new Date(internal)
  const written = textOf(record.date) ?? textOf(record.received_at) ?? textOf(record.timestamp) ?? header('date')
  const time = Date.parse(written ?? '')
  return Number.isNaN(time) ? undefined : new Date(time)
}

function labelsOf(record: Record<string, unknown>): string[] {
  const labels = record.labelIds ?? record.label_ids ?? record.labels
  return Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : []
}

function bodyOf(record: Record<string, unknown>, payload: Record<string, unknown>): string | undefined {
  for (const value of [
    record.body,
    record.text,
    record.body_text,
    record.bodyText,
    record.plain_text,
    record.textBody,
    record.content,
  ]) {
    if (typeof value === 'string') return value.replaceAll('\r\n', '\n').trim()
    if (isRecord(value)) {
      const inner = textOf(value.text) ?? textOf(value.plain)
      if (inner !== undefined) return inner.replaceAll('\r\n', '\n').trim()
    }
  }
  const parts = partsOf(payload)
  const plain = parts.find((part) => part.type === 'text/plain' && part.text !== undefined)?.text
  const html = parts.find((part) => part.type === 'text/html' && part.text !== undefined)?.text
  return (plain ?? (html === undefined ? undefined : withoutTags(html)))?.replaceAll('\r\n', '\n').trim()
}

function attachmentsOf(
  record: Record<string, unknown>,
  payload: Record<string, unknown>,
): SeenAttachment[] | undefined {
  if (Array.isArray(record.attachments)) {
    return record.attachments.filter(isRecord).map((one, index) => ({
      id: textOf(one.id) ?? textOf(one.attachment_id) ?? textOf(one.attachmentId) ?? String(index),
      name: textOf(one.filename) ?? textOf(one.name) ?? `attachment ${index + 1}`,
      type: textOf(one.mimeType) ?? textOf(one.mime_type) ?? textOf(one.content_type) ?? 'application/octet-stream',
      size: typeof one.size === 'number' ? one.size : undefined,
    }))
  }
  if (!Array.isArray(payload.parts) && !isRecord(payload.body)) return undefined
  return partsOf(payload)
    .filter((part) => part.name !== '' && part.attachmentId !== undefined)
    .map((part) => ({ id: part.attachmentId ?? '', name: part.name, type: part.type, size: part.size }))
}

interface Part {
  readonly type: string
  readonly name: string
  readonly text: string | undefined
  readonly attachmentId: string | undefined
  readonly size: number | undefined
}

/** The leaves of Gmail's part tree. */
function partsOf(payload: Record<string, unknown>): Part[] {
  if (Array.isArray(payload.parts) && payload.parts.length > 0) return payload.parts.filter(isRecord).flatMap(partsOf)
  const body = isRecord(payload.body) ? payload.body : {}
  const coded = textOf(body.data)
  return [
    {
      type: (textOf(payload.mimeType) ?? '').toLowerCase(),
      name: textOf(payload.filename) ?? '',
      text: coded === undefined ? undefined : Buffer.from(coded, 'base64url').toString('utf8'),
      attachmentId: textOf(body.attachmentId),
      size: typeof body.size === 'number' ? body.size : undefined,
    },
  ]
}

/** Rough, for servers that answer with HTML only: a line per block, no markup. */
function withoutTags(html: string): string {
  return html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, '')
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h\d)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
}
