/**
 * Splits an mbox file into its messages. Accepts the mboxo and mboxrd dialects, LF and CRLF line ends, and what Gmail
 * (Takeout), Thunderbird, mutt and Apple Mail write. Works on bytes, because the messages in one file have many charsets.
 */

/** The file is no mbox: its first line is not a `From ` separator. */
export class NotAnMboxError extends Error {
  override name = 'NotAnMboxError'
}

const LF = 0x0a
const CR = 0x0d
const SEPARATOR = Buffer.from('From ')

/** `From sender date`: a time of day tells a separator from a sentence that begins with "From ". */
const SEPARATOR_LINE = /^From \S.*\d{1,2}:\d{2}/
const HEADER_LINE = /^(>?From )|^[!-9;-~]+[ \t]*:/
const ESCAPED_FROM = /^>(>*From )/gm

/**
 * Yields each message's bytes, without its separator and still escaped (see `unescapeFrom`). The pieces share the
 * memory of `file`, so that a large export is held once.
 *
 * @throws {NotAnMboxError} when the file holds something else.
 */
export function* splitMbox(file: Buffer): Generator<Buffer> {
  const start = skipBlank(file, file.subarray(0, 3).toString('latin1') === '\u00ef\u00bb\u00bf' ? 3 : 0)
  if (start === file.length) return
  if (!isSeparator(file, start)) throw new NotAnMboxError('The file does not begin with an mbox "From " line.')

  let separator = start
  while (separator < file.length) {
    const begin = lineAfter(file, separator)
    const next = nextSeparator(file, begin)
    yield withoutTrailingBlankLine(file.subarray(begin, next))
    separator = next
  }
}

/** Takes the escape off body lines that begin with "From " (`>From `), as mboxrd defines it. */
export function unescapeFrom(message: Buffer): Buffer {
  if (!message.includes('>From ')) return message
  return Buffer.from(message.toString('latin1').replace(ESCAPED_FROM, '$1'), 'latin1')
}

function nextSeparator(file: Buffer, from: number): number {
  let at = from
  while (at < file.length) {
    const found = file.indexOf(SEPARATOR, at)
    if (found === -1) return file.length
    if (followsBlankLine(file, found) && isSeparator(file, found)) return found
    at = found + SEPARATOR.length
  }
  return file.length
}

function isSeparator(file: Buffer, at: number): boolean {
  if (!SEPARATOR_LINE.test(lineAt(file, at))) return false
  const next = lineAfter(file, at)
  return next >= file.length || HEADER_LINE.test(lineAt(file, next))
}

function followsBlankLine(file: Buffer, at: number): boolean {
  if (file[at - 1] !== LF) return false
  const before = file[at - 2]
  return before === LF || (before === CR && file[at - 3] === LF)
}

function lineAt(file: Buffer, at: number): string {
  const end = file.indexOf(LF, at)
  return file.toString('latin1', at, Math.min(end === -1 ? file.length : end, at + 500))
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
