/** Writing mail: what a person fills in, and the raw message that comes of it. */
import { addressParser } from 'postal-mime'
import { formatAddress, type MailAddress } from '../mail/mail.js'
import { writeMailDate } from '../mail/mail-date.js'
import { MailboxError } from './mailbox-error.js'

export interface Letter {
  /** Addresses apart by commas, with or without names. */
  readonly to: string
  readonly cc?: string | undefined
  readonly bcc?: string | undefined
  readonly subject: string
  readonly body: string
  readonly contentType?: 'text/plain' | 'text/html' | undefined
  /** The same in HTML, beside a plain body, as a mail program's own page writes it. */
  readonly html?: string | undefined
  readonly attachments?: readonly LetterAttachment[] | undefined
  readonly replyTo?: string | undefined
  /** Message-ID that this answers, with its angle brackets. */
  readonly inReplyTo?: string | undefined
  readonly references?: readonly string[] | undefined
}

export interface LetterAttachment {
  readonly filename: string
  readonly mimeType: string
  readonly content: Uint8Array
}

export interface Envelope {
  readonly from: MailAddress
  /** Message-ID, with its angle brackets. */
  readonly messageId: string
  /** Milliseconds since 1970. */
  readonly date: number
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/
const MESSAGE_ID = /^<[^<>\s]+>$/

/** Everybody the letter goes to, each address once. @throws {MailboxError} for what is no address, in Gmail's words. */
export function recipients(letter: Letter): MailAddress[] {
  const everybody = [
    ...addressList('To', letter.to),
    ...addressList('Cc', letter.cc ?? ''),
    ...addressList('Bcc', letter.bcc ?? ''),
  ]
  const seen = new Set<string>()
  return everybody.filter(({ address }) => {
    const key = address.toLowerCase()
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}

/**
 * The raw message as its writer keeps it; before delivery its Bcc header has to go.
 *
 * @throws {MailboxError} for what is no address, and for line breaks where they would start another header.
 */
export function rawMessage(letter: Letter, envelope: Envelope): Buffer {
  if (letter.inReplyTo !== undefined && !MESSAGE_ID.test(letter.inReplyTo)) {
    throw new MailboxError('Invalid In-Reply-To header: a Message-ID in angle brackets is expected.')
  }
  const references = [
    ...new Set([...(letter.references ?? []), ...(letter.inReplyTo === undefined ? [] : [letter.inReplyTo])]),
  ]
  const headers: [string, string][] = [
    ['From', addressHeader([envelope.from])],
    ['To', addressHeader(addressList('To', letter.to))],
    ['Cc', addressHeader(addressList('Cc', letter.cc ?? ''))],
    ['Bcc', addressHeader(addressList('Bcc', letter.bcc ?? ''))],
    ['Subject', encodedWords(singleLine('Subject', letter.subject))],
    ['Date', writeMailDate({ time: envelope.date, offset: 0 })],
    ['Message-ID', envelope.messageId],
    ['In-Reply-To', letter.inReplyTo ?? ''],
    ['References', references.join('\r\n ')],
    ['Reply-To', addressHeader(addressList('Reply-To', letter.replyTo ?? ''))],
    ['MIME-Version', '1.0'],
  ]
  return Buffer.from(`${headerLines(headers)}${contentOf(letter, boundaryOf(envelope))}`)
}

/** The content headers and the body behind them. */
function contentOf(letter: Letter, boundary: string): string {
  const own = textPart(letter.contentType ?? 'text/plain', letter.body)
  const text =
    letter.html === undefined
      ? own
      : multipart('multipart/alternative', `${boundary}a`, [own, textPart('text/html', letter.html)])
  const attachments = (letter.attachments ?? []).map(attachmentPart)
  return attachments.length === 0 ? text : multipart('multipart/mixed', `${boundary}m`, [text, ...attachments])
}

function textPart(type: string, text: string): string {
  return encodedPart([['Content-Type', `${type}; charset=utf-8`]], Buffer.from(text))
}

function attachmentPart({ filename, mimeType, content }: LetterAttachment): string {
  const name = encodedWords(singleLine('Content-Disposition', filename).replace(/["\\]/g, '_'))
  const headers: [string, string][] = [
    ['Content-Type', `${singleLine('Content-Type', mimeType)}; name="${name}"`],
    ['Content-Disposition', `attachment; filename="${name}"`],
  ]
  return encodedPart(headers, Buffer.from(content))
}

function encodedPart(headers: readonly [string, string][], content: Buffer): string {
  const body = content.toString('base64').replace(/.{76}/g, '$&\r\n')
  return `${headerLines([...headers, ['Content-Transfer-Encoding', 'base64']])}\r\n${body}\r\n`
}

function multipart(type: string, boundary: string, parts: readonly string[]): string {
  const inner = parts.map((part) => `--${boundary}\r\n${part}`).join('\r\n')
  return `${headerLines([['Content-Type', `${type}; boundary="${boundary}"`]])}\r\n${inner}\r\n--${boundary}--\r\n`
}

/** Made of the Message-ID, which nothing else in the mail is made of; base64 holds no "=_". */
function boundaryOf({ messageId }: Envelope): string {
  return `=_${messageId.replace(/\W/g, '').slice(0, 24)}`
}

function headerLines(headers: readonly [string, string][]): string {
  return headers
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
}

function addressList(header: 'To' | 'Cc' | 'Bcc' | 'Reply-To', value: string): MailAddress[] {
  if (value.trim() === '') return []
  const parsed = addressParser(singleLine(header, value), { flatten: true })
  const addresses = parsed.flatMap((entry) =>
    entry.group === undefined ? [{ name: entry.name, address: entry.address }] : [...entry.group],
  )
  if (addresses.length === 0 || addresses.some(({ address }) => !ADDRESS.test(address))) {
    throw new MailboxError(`Invalid ${header} header: "${value}" is not a list of email addresses.`)
  }
  return addresses
}

function singleLine(header: string, value: string): string {
  if (/[\r\n]/.test(value)) throw new MailboxError(`Invalid ${header} header: it must not contain line breaks.`)
  return value
}

function addressHeader(addresses: readonly MailAddress[]): string {
  return addresses
    .map((entry) => (isAscii(entry.name) ? formatAddress(entry) : `${encodedWords(entry.name)} <${entry.address}>`))
    .join(', ')
}

/** RFC 2047 for text beyond ASCII; an encoded word may hold 45 bytes, and must not split a character. */
function encodedWords(text: string): string {
  if (isAscii(text)) return text
  const words: string[] = []
  let chunk = ''
  for (const character of text) {
    if (Buffer.byteLength(chunk + character) > 45) {
      words.push(chunk)
      chunk = ''
    }
    chunk += character
  }
  words.push(chunk)
  return words.map((word) => `=?utf-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
