/**
 * Splits an mbox file into its messages. Accepts the mboxo and mboxrd dialects, LF and CRLF line ends, and what Gmail
 * (Takeout), Thunderbird, mutt and Apple Mail write. Works on bytes, because the messages in one file have many charsets.
 */
import { readMailDate } from './mail-date.js'

/** The file is no mbox: its first line is not a `From ` separator. */
export class NotAnMboxError extends Error {
  override name = 'NotAnMboxError'
}

export interface MboxEntry {
  /** Its bytes, without its separator and still escaped (see `unescapeFrom`). */
  readonly raw: Buffer
  /** When it came, as the separator says it: milliseconds since 1970. Undefined where it says nothing. */
  readonly receivedAt: number | undefined
}

const LF = 0x0a
const CR = 0x0d
const SEPARATOR = Buffer.from('From ')
const BYTE_ORDER_MARK = Buffer.from('\ufeff')
const LONGEST_SEPARATOR = 500

/** Thunderbird's, where it wrote no date. */
const BARE_SEPARATOR = /^From -\s*$/
/** Who sent it: an address, or a name in quotes and one. When stands behind it. */
const SENDER = /^From (?:"[^"]*" +)?\S+ +/
/** UUCP names the machine that it came from last. */
const REMOTE = / remote from \S+\s*$/
const HEADER_LINE = /^(>?From )|^[!-9;-~]+[ \t]*:/
const ESCAPED_FROM = /^>(>*From )/gm

/**
 * Yields the messages in their order. Their bytes share the memory of `file`, so that a large export is held once.
 *
 * @throws {NotAnMboxError} when the file holds something else.
 */
export function* splitMbox(file: Buffer): Generator<MboxEntry> {
  const start = skipBlank(file, file.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? 3 : 0)
  if (start === file.length) return
  if (!isSeparator(file, start)) throw new NotAnMboxError('The file does not begin with an mbox "From " line.')

  let separator = start
  while (separator < file.length) {
    const begin = lineAfter(file, separator)
    const next = nextSeparator(file, begin)
    const end = file.subarray(next - BYTE_ORDER_MARK.length, next).equals(BYTE_ORDER_MARK) ? next - 3 : next
    yield { raw: withoutTrailingBlankLine(file.subarray(begin, end)), receivedAt: dateOf(lineAt(file, separator)) }
    separator = next
  }
}

/** Takes the escape off body lines that begin with "From " (`>From `), as mboxrd defines it. */
export function unescapeFrom(message: Buffer): Buffer {
  if (!message.includes('>From ')) return message
  return Buffer.from(message.toString('latin1').replace(ESCAPED_FROM, '$1'), 'latin1')
}

/** Where the next message's separator begins; whoever passed the message on may have left one of theirs in its first line. */
function nextSeparator(file: Buffer, begin: number): number {
  let at = begin + 1
  while (at < file.length) {
    const found = file.indexOf(SEPARATOR, at)
    if (found === -1) return file.length
    if (beginsLine(file, found) && isSeparator(file, found)) return found
    at = found + SEPARATOR.length
  }
  return file.length
}

/**
 * A date, and a header in the next line, tell a separator from a sentence that begins with "From ". An empty line before it tells
 * nothing: some programs write none, and a line of this shape in a text is escaped by all of them.
 */
function isSeparator(file: Buffer, at: number): boolean {
  const line = lineAt(file, at)
  if (!BARE_SEPARATOR.test(line) && dateOf(line) === undefined) return false
  const next = lineAfter(file, at)
  return next >= file.length || HEADER_LINE.test(lineAt(file, next))
}

function dateOf(separator: string): number | undefined {
  const sender = SENDER.exec(separator)?.[0]
  return sender === undefined ? undefined : readMailDate(separator.slice(sender.length).replace(REMOTE, ''))?.time
}

/** Files that were put together have a byte order mark in the middle, too. */
function beginsLine(file: Buffer, at: number): boolean {
  if (file[at - 1] === LF) return true
  return file[at - 4] === LF && file.subarray(at - 3, at).equals(BYTE_ORDER_MARK)
}

function lineAt(file: Buffer, at: number): string {
  const end = file.indexOf(LF, at)
  return file.toString('latin1', at, Math.min(end === -1 ? file.length : end, at + LONGEST_SEPARATOR))
}

function lineAfter(file: Buffer, at: number): number {
  const end = file.indexOf(LF, at)
  return end === -1 ? file.length : end + 1
}

function skipBlank(file: Buffer, from: number): number {
  let at = from
  while (at < file.length && (file[at] === LF || file[at] === CR)) at++
  return at
}

function withoutTrailingBlankLine(message: Buffer): Buffer {
  if (message.subarray(-4).toString('latin1') === '\r\n\r\n') return message.subarray(0, -2)
  if (message.subarray(-2).toString('latin1') === '\n\n') return message.subarray(0, -1)
  return message
}
