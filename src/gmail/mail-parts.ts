/**
 * The body and the attachments of an email, read from Gmail's own form (`payload`) or from the source of the email (`raw`). An incomplete body counts
 * as missing.
 */

import PostalMime from 'postal-mime'
import { z } from 'zod'
import type { MailAttachment, MailContent } from '../turns/outgoing-mail.js'
import { type HeaderField, headerText } from './mail-fields.js'

export interface MailParts {
  readonly headers: readonly HeaderField[]
  readonly body: MailContent['body']
  /** Text that leaves beside an HTML body, for mail programs that show none. */
  readonly alternative: string | null
  readonly attachments: readonly MailAttachment[]
}

export interface GmailPart {
  readonly mimeType?: string | undefined
  readonly filename?: string | undefined
  readonly headers?: readonly { readonly name: string; readonly value: string }[] | undefined
  readonly body?:
    | {
        readonly size?: number | undefined
        readonly data?: string | undefined
        readonly attachmentId?: string | undefined
      }
    | undefined
  readonly parts?: readonly GmailPart[] | undefined
}

const headers = z.array(z.looseObject({ name: z.string(), value: z.string().catch('') })).optional()
const bodySchema = z.looseObject({
  size: z.number().optional(),
  data: z.string().optional(),
  attachmentId: z.string().optional(),
})

/** A part of Gmail's `payload`; a tree that was made up cannot be too deep to read. */
export const gmailPart: z.ZodType<GmailPart> = z.looseObject({
  mimeType: z.string().optional(),
  filename: z
    .string()
    .nullish()
    .transform((name) => name ?? undefined),
  headers,
  body: bodySchema.nullish().transform((body) => body ?? undefined),
  get parts() {
    return z
      .array(gmailPart)
      .nullish()
      .transform((parts) => parts ?? undefined)
  },
})

/** Null where the body is not in it, or not all of it. */
export async function partsOfPayload(payload: GmailPart): Promise<MailParts | null> {
  if (payload.body === undefined && payload.parts === undefined) return null
  const found: FoundParts = { segments: [], attachments: [], isWhole: true }
  await collect(payload, found, null)
  if (!found.isWhole) return null
  return { headers: headerFields(payload), attachments: found.attachments, ...joined(found.segments) }
}

/** @throws where it is no mail at all */
export async function partsOfRaw(raw: string): Promise<MailParts> {
  const mail = await PostalMime.parse(Buffer.from(raw, 'base64url'), { forceRfc822Attachments: true })
  const type = mail.headers.find(({ key }) => key === 'content-type')?.value ?? ''
  // An HTML body without a word is still HTML.
  const html = mail.html ?? (/^\s*text\/html/i.test(type) ? '' : null)
  const text = unixLines(mail.text ?? '')
  return {
    headers: mail.headers.map(({ originalKey, value }) => [originalKey, value]),
    body: html === null ? { format: 'text', source: text } : { format: 'html', source: unixLines(html) },
    alternative: html === null || mail.text === undefined ? null : text,
    attachments: mail.attachments.map(({ filename, mimeType, content }) => ({
      name: attachmentName(filename ?? '', mimeType),
      type: mimeType,
      size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength,
    })),
  }
}

interface Segment {
  readonly format: 'text' | 'html'
  readonly text: string
  /** The `multipart/alternative` that it is one form of. */
  readonly choice: GmailPart | null
}

interface FoundParts {
  readonly segments: Segment[]
  readonly attachments: MailAttachment[]
  isWhole: boolean
}

async function collect(part: GmailPart, found: FoundParts, choice: GmailPart | null): Promise<void> {
  const type = (part.mimeType ?? 'text/plain').toLowerCase()
  if (type.startsWith('multipart/')) {
    const inner = type === 'multipart/alternative' ? (choice ?? part) : choice
    if (part.parts === undefined) found.isWhole = false
    for (const child of part.parts ?? []) await collect(child, found, inner)
    return
  }
  const isText = type === 'text/plain' || type === 'text/html'
  if (!isText || isAttached(part)) {
    const size = part.body?.size ?? null
    found.attachments.push({ name: attachmentName(part.filename ?? '', type), type, size })
    return
  }
  const text = await textOf(part)
  if (text === null) found.isWhole = false
  else found.segments.push({ format: type === 'text/html' ? 'html' : 'text', text, choice })
}

function isAttached(part: GmailPart): boolean {
  const disposition = headerOf(part, 'content-disposition').trim().toLowerCase()
  return disposition.startsWith('attachment') || ((part.filename ?? '') !== '' && !disposition.startsWith('inline'))
}

/** Null where the mailbox left it out, as it does with very long ones. */
async function textOf(part: GmailPart): Promise<string | null> {
  const { data, size, attachmentId } = part.body ?? {}
  if (data === undefined) return (size ?? 0) === 0 && attachmentId === undefined ? '' : null
  const bytes = Buffer.from(data, 'base64url')
  const declared = headerOf(part, 'content-type').replace(/[\r\n]+/g, ' ')
  const type = isUtf8(bytes) ? withUtf8(declared) : declared
  const mail = `Content-Type: ${type || 'text/plain; charset=utf-8'}\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes.toString('base64')}`
  const { text, html } = await PostalMime.parse(mail)
  return unixLines((/^\s*text\/html/i.test(type) ? html : text) ?? '')
}

/** Gmail decodes most texts to UTF-8 and keeps what the part said of itself; bytes that are UTF-8 beyond ASCII are nothing else. */
function isUtf8(bytes: Buffer): boolean {
  if (bytes.every((byte) => byte < 0x80)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    // In the charset that the part names.
    return false
  }
}

function withUtf8(type: string): string {
  const [mime = '', ...parameters] = (type || 'text/plain').split(';')
  const others = parameters.filter((parameter) => !/^\s*charset\s*\*?\s*=/i.test(parameter))
  return [mime, ' charset=utf-8', ...others].join(';')
}

function unixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n')
}

function joined(segments: readonly Segment[]): Pick<MailParts, 'body' | 'alternative'> {
  const shown = segments.filter(
    ({ format, choice }) =>
      choice === null ||
      format === 'html' ||
      !segments.some((other) => other.choice === choice && other.format === 'html'),
  )
  const text = (list: readonly Segment[]) => list.map((segment) => segment.text).join('\n')
  if (!shown.some(({ format }) => format === 'html')) {
    return { body: { format: 'text', source: text(shown) }, alternative: null }
  }
  const source = shown.map((segment) => (segment.format === 'html' ? segment.text : asHtml(segment.text))).join('\n')
  const others = segments.filter((segment) => !shown.includes(segment))
  return { body: { format: 'html', source }, alternative: others.length === 0 ? null : text(others) }
}

function asHtml(text: string): string {
  const escaped = text
    .trim()
    .replace(/[<>"'?&]/g, (character) => `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`)
  return `<div>${escaped.replace(/\n/g, '<br />')}</div>`
}

function headerFields(part: GmailPart): HeaderField[] {
  return (part.headers ?? []).map(({ name, value }) => [name, value])
}

function headerOf(part: GmailPart, name: string): string {
  return part.headers?.find((header) => header.name.toLowerCase() === name)?.value ?? ''
}

function attachmentName(filename: string, type: string): string {
  const name = headerText(filename)
  if (name !== '') return name
  if (type === 'message/rfc822') return 'Forwarded message'
  return type.startsWith('image/') ? 'Image in the text' : 'Part without a name'
}
