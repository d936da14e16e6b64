/** What an attachment says, for the kinds that can be read without a program of their own. */
import { inflateSync } from 'node:zlib'
import { isRecord, parseLoosely, textOf } from './loose-json.js'
import { fenced, table } from './markdown.js'

const LONGEST_TEXT = 1_500
const MOST_ROWS = 20

/** The bytes in an attachment tool's answer: base64 or base64url, under any of the usual names. */
export function attachmentBytes(answer: string): Buffer | undefined {
  const json = parseLoosely(answer)
  const coded = findCoded(json)
  return coded === undefined ? undefined : Buffer.from(coded, /[-_]/.test(coded) ? 'base64url' : 'base64')
}

function findCoded(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined
  for (const key of ['data', 'content', 'content_base64', 'base64', 'body']) {
    const found = typeof value[key] === 'string' ? textOf(value[key]) : findCoded(value[key])
    if (found !== undefined) return found
  }
  return undefined
}

/** Markdown that shows the content, or undefined for kinds that cannot be read here. */
export function attachmentMarkdown(name: string, type: string, content: Buffer): string | undefined {
  const lowerName = name.toLowerCase()
  if (type === 'text/csv' || lowerName.endsWith('.csv')) return csvMarkdown(content.toString('utf8'))
  if (type === 'text/calendar' || lowerName.endsWith('.ics')) return calendarMarkdown(content.toString('utf8'))
  if (type === 'application/pdf' || lowerName.endsWith('.pdf')) return pdfMarkdown(content)
  if (type === 'image/png' || lowerName.endsWith('.png')) return pngMarkdown(content)
  if (type.startsWith('text/')) return fenced(content.toString('utf8').slice(0, LONGEST_TEXT))
  return undefined
}

function csvMarkdown(text: string): string {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(csvCells)
  const [head, ...body] = rows
  if (head === undefined) return 'The table is empty.'
  const shown = body.slice(0, MOST_ROWS)
  const more = body.length > shown.length ? `\n\n…and ${body.length - shown.length} more rows.` : ''
  return `${table(head, shown)}${more}\n\n${body.length} rows, ${head.length} columns.`
}

function csvCells(line: string): string[] {
  const separator = line.includes(';') && !line.includes(',') ? ';' : ','
  const cells: string[] = []
  let cell = ''
  let inQuotes = false
  for (const character of line) {
    if (character === '"') inQuotes = !inQuotes
    else if (character === separator && !inQuotes) {
      cells.push(cell.trim())
      cell = ''
    } else cell += character
  }
  return [...cells, cell.trim()]
}

function calendarMarkdown(text: string): string | undefined {
  const unfolded = text.replace(/\r?\n[ \t]/g, '')
  const event = /BEGIN:VEVENT([\s\S]*?)END:VEVENT/.exec(unfolded)?.[1]
  if (event === undefined) return undefined
  const field = (name: string) =>
    new RegExp(`^${name}[^:\\n]*:(.*)$`, 'm')
      .exec(event)?.[1]
      ?.replace(/\\([,;])/g, '$1')
      .trim()
  const guests = [...event.matchAll(/^ATTENDEE[^\n]*?CN=([^;:\n]*)/gm)].map((match) => match[1] ?? '')
  const facts: [string, string | undefined][] = [
    ['What', field('SUMMARY')],
    ['Starts', calendarTime(field('DTSTART'))],
    ['Ends', calendarTime(field('DTEND'))],
    ['Where', field('LOCATION')],
    ['Guests', guests.join(', ') || undefined],
    ['Note', field('DESCRIPTION')],
  ]
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`- **${name}:** ${value}`])).join('\n')
}

/** `20270304T090000Z` → "4 March 2027, 09:00 UTC". */
function calendarTime(value: string | undefined): string | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?/.exec(value ?? '')
  if (match === null) return value
  const [, year, month, day, hour, minute, utc] = match
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const written = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(date)
  return hour === undefined ? written : `${written}, ${hour}:${minute}${utc === 'Z' ? ' UTC' : ''}`
}

const PDF_STREAM = /<<((?:[^<>]|<<[^<>]*>>|<[^<>]*>)*)>>\s*stream\r?\n/g
const PDF_STRING = /\(((?:\\[\s\S]|[^\\()])*)\)\s*(?:Tj|')/g

/** The lines of a simple PDF (text in one-byte fonts). Scans and PDFs with embedded font tables give nothing. */
export function pdfText(file: Buffer): string {
  const raw = file.toString('latin1')
  const lines: string[] = []
  for (const match of raw.matchAll(PDF_STREAM)) {
    const start = (match.index ?? 0) + match[0].length
    const end = raw.indexOf('endstream', start)
    const content = unpacked(file.subarray(start, end === -1 ? undefined : end), match[1] ?? '')
    for (const [, text] of content.matchAll(PDF_STRING)) {
      lines.push(
        (text ?? '')
          .replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
          .replace(/\\(.)/g, '$1'),
      )
    }
  }
  const text = lines
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()
  const readable = text.match(/[\p{L}\p{N}\p{P}\p{Zs}\n]/gu)?.length ?? 0
  return readable > text.length * 0.9 ? text : ''
}

function unpacked(stream: Buffer, dictionary: string): string {
  if (!dictionary.includes('FlateDecode')) return stream.toString('latin1')
  try {
    return inflateSync(stream).toString('latin1')
  } catch {
    // A damaged or encrypted stream has no readable text; the caller says that the PDF could not be read.
    return ''
  }
}

function pdfMarkdown(file: Buffer): string | undefined {
  const text = pdfText(file)
  return text === '' ? undefined : fenced(text.slice(0, LONGEST_TEXT))
}

function pngMarkdown(file: Buffer): string | undefined {
  if (file.length < 24 || file.toString('latin1', 1, 4) !== 'PNG') return undefined
  return `A PNG picture, ${file.readUInt32BE(16)} × ${file.readUInt32BE(20)} pixels. I cannot see what is on it.`
}
