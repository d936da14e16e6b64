/**
 * The MIME library at its edge: what mail programs show and it, or the runtime below it, reads differently is put right here. Nothing
 * else of the sandbox takes in raw mail.
 */
import { isUtf8 } from 'node:buffer'
import PostalMime, { type Address, decodeWords, type Email, type PostalMimeOptions } from 'postal-mime'
import { headOf } from './raw-headers.js'

/** Node 20's `TextDecoder('windows-1252')` leaves these undecoded unless it decodes a stream (nodejs/node#56542); no mail contains them. */
const UNDECODED = /[\u0080-\u009F]/g

/** Parses a raw message, its headers decoded. Rejects when its MIME structure is beyond repair. */
export async function parseMime(raw: Buffer, options?: PostalMimeOptions): Promise<Email> {
  const email = await PostalMime.parse(withReadableHead(raw), options)
  return {
    ...email,
    headers: email.headers.map((header) => ({ ...header, value: decodedWords(header.value) })),
    subject: email.subject && decodedText(email.subject),
    from: email.from && decodedAddress(email.from),
    to: email.to?.map(decodedAddress),
    cc: email.cc?.map(decodedAddress),
    bcc: email.bcc?.map(decodedAddress),
    text: email.text && decodedText(email.text),
    html: email.html && decodedText(email.html),
    attachments: email.attachments.map((each) => ({ ...each, filename: each.filename && decodedText(each.filename) })),
  }
}

/** A header's text without encoded words. */
export function decodedWords(value: string): string {
  return decodedText(decodeWords(value))
}

/** Bytes in a charset; one that nobody knows is taken for UTF-8, since most such mail is ASCII. */
export function decodedBytes(bytes: Uint8Array, charset = 'utf-8'): string {
  const decoder = decoderOf(charset)
  return decoder.decode(bytes, { stream: decoder.encoding === 'windows-1252' })
}

function decoderOf(charset: string) {
  try {
    return new TextDecoder(charset, { ignoreBOM: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return new TextDecoder('utf-8', { ignoreBOM: true })
  }
}

/** Old mail programs put bytes of their own charset into headers; the library takes all of them for UTF-8. */
function withReadableHead(raw: Buffer): Buffer {
  const head = headOf(raw)
  if (isUtf8(head)) return raw
  return Buffer.concat([Buffer.from(decodedBytes(head, 'windows-1252')), raw.subarray(head.length)])
}

function decodedAddress(entry: Address): Address {
  const name = decodedText(entry.name)
  return entry.group === undefined
    ? { ...entry, name }
    : { name, group: entry.group.map((each) => ({ ...each, name: decodedText(each.name) })) }
}

function decodedText(text: string): string {
  return text.replace(UNDECODED, (character) => decodedBytes(Buffer.from(character, 'latin1'), 'windows-1252'))
}
