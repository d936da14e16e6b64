/** A raw message as the tree of its parts, each decoded: what Gmail answers as `payload`. Nothing is joined, cut or left out. */
import type { MailHeader } from './mail.js'
import { unescapeFrom } from './mbox.js'
import { decodedBytes, decodedWords, parseMime } from './mime.js'

export interface MimePart {
  /** Gmail's: empty for the whole message, then "0", "1", "0.1". */
  readonly partId: string
  readonly mimeType: string
  /** Empty for a text of the mail itself. */
  readonly filename: string
  /** Decoded. */
  readonly headers: readonly MailHeader[]
  /** Attached, or shown inside the text; the texts of the mail itself are neither. */
  readonly isAttachment: boolean
  /** Decoded bytes, those of a text in UTF-8; empty for a multipart. */
  readonly content: Buffer
  readonly parts: readonly MimePart[]
}

/** One character a byte, so that cutting at line ends loses nothing. */
const BYTES = 'latin1'
const HEAD_END = /\r?\n\r?\n/
const MULTIPART = /^multipart\/[\w.+-]+/i
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)/i

export async function mimeParts(raw: Buffer): Promise<MimePart> {
  return await partOf(Buffer.from(unescapeFrom(raw)).toString(BYTES), '')
}

/** The parts that hold something: all but the multiparts, in their order. */
export function leaves(part: MimePart): MimePart[] {
  return part.parts.length === 0 ? [part] : part.parts.flatMap(leaves)
}

async function partOf(text: string, partId: string): Promise<MimePart> {
  const { headers, value, body } = opened(text)
  const type = value('content-type')
  const multipart = MULTIPART.exec(type)?.[0]
  const [, quoted, bare] = BOUNDARY.exec(type) ?? []
  const boundary = quoted ?? bare
  if (multipart !== undefined && boundary !== undefined) {
    const parts: MimePart[] = []
    for (const [index, inner] of innerTexts(body, boundary).entries())
      parts.push(await partOf(inner, partId === '' ? String(index) : `${partId}.${index}`))
    const mimeType = multipart.toLowerCase()
    return { partId, mimeType, filename: '', headers, isAttachment: false, content: Buffer.alloc(0), parts }
  }
  const { attachments } = await parseMime(Buffer.from(text, BYTES), { forceRfc822Attachments: true })
  const [attachment] = attachments
  if (attachment !== undefined) {
    const { mimeType, filename } = attachment
    return {
      partId,
      mimeType,
      filename: filename ?? '',
      headers,
      isAttachment: true,
      content: bytesOf(attachment),
      parts: [],
    }
  }
  const decoded = unencoded(body, value('content-transfer-encoding'))
  const content = Buffer.from(decodedBytes(decoded, CHARSET.exec(type)?.[1]))
  const mimeType = /^text\/html\b/i.test(type) ? 'text/html' : 'text/plain'
  return { partId, mimeType, filename: '', headers, isAttachment: false, content, parts: [] }
}

function opened(text: string): { headers: MailHeader[]; body: string; value(name: string): string } {
  const end = HEAD_END.exec(text)
  // A part may have no headers at all; then it begins with the empty line.
  const bare = /^\r?\n/.exec(text)
  const head = bare === null ? text.slice(0, end?.index ?? text.length) : ''
  const body =
    bare === null ? text.slice(end === null ? text.length : end.index + end[0].length) : text.slice(bare[0].length)
  const raw = head
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, name, value] = /^([!-9;-~]+):[ \t]*(.*)$/s.exec(line) ?? []
      return name === undefined ? [] : [{ name, value: value ?? '' }]
    })
  const value = (name: string) => raw.find((header) => header.name.toLowerCase() === name)?.value ?? ''
  const headers = raw.map((header) => ({
    name: header.name,
    value: decodedWords(Buffer.from(header.value, BYTES).toString()),
  }))
  return { headers, body, value }
}

/** What stands between the boundary lines; the line end before each belongs to it. */
function innerTexts(body: string, boundary: string): string[] {
  const line = new RegExp(
    `(?:^|\\r?\\n)--${boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(--)?[ \\t]*(?=\\r?\\n|$)`,
    'g',
  )
  const inner: string[] = []
  let from: number | undefined
  for (const match of body.matchAll(line)) {
    if (from !== undefined) inner.push(body.slice(from, match.index).replace(/^\r?\n/, ''))
    from = match[1] === undefined ? match.index + match[0].length : undefined
    if (from === undefined) break
  }
  if (from !== undefined) inner.push(body.slice(from).replace(/^\r?\n/, ''))
  return inner
}

function unencoded(body: string, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64')
    case 'quoted-printable':
      return Buffer.from(
        body
          .replace(/[ \t]+(?=\r?\n|$)/g, '')
          .replace(/=\r?\n/g, '')
          .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        BYTES,
      )
    default:
      return Buffer.from(body, BYTES)
  }
}

function bytesOf({ content }: { readonly content: string | ArrayBuffer | Uint8Array }): Buffer {
  if (typeof content === 'string') return Buffer.from(content)
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(new Uint8Array(content))
}
