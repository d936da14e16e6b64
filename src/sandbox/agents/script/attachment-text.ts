/** What an attachment says, for the kinds that can be read without a program of their own: text, tables and dates as text, simple PDFs. */
import { inflateSync } from 'node:zlib'
import { z } from 'zod'
import { parsed } from './mail.js'

const TEXT_FILE = /\.(?:txt|csv|tsv|ics|eml|md|json|xml|ya?ml|html?|log)$/i
const EVENT: Readonly<Record<string, string>> = { SUMMARY: 'What', LOCATION: 'Where', DTSTART: 'Start', DTEND: 'End' }
const PDF_STREAM = /<<((?:[^<>]|<<[^<>]*>>|<[^<>]*>)*)>>\s*stream\r?\n/g
const PDF_STRING = /\(((?:\\[\s\S]|[^\\()])*)\)\s*(?:Tj|')/g

/** @param answer of the tool that fetches attachments. Undefined where the kind cannot be read here. */
export function attachmentText(name: string, answer: string): string | undefined {
  return textOfFile(name, Buffer.from(parsed(z.object({ data: z.string() }), answer)?.data ?? '', 'base64url'))
}

/** Undefined where the kind cannot be read here. */
export function textOfFile(name: string, file: Buffer): string | undefined {
  const raw = TEXT_FILE.test(name) ? file.toString('utf8') : /\.pdf$/i.test(name) ? pdfText(file) : ''
  const text = (/\.ics$/i.test(name) ? calendarText(raw) : raw).trim()
  return text === '' ? undefined : text
}

/** The event of a calendar file: `DTSTART:20270304T090000Z` is "Start: 2027-03-04 09:00 UTC". */
function calendarText(file: string): string {
  const lines = file.replace(/\r?\n[ \t]/g, '').matchAll(/^(SUMMARY|LOCATION|DT(?:START|END))[^:\n]*:(.*)$/gm)
  const time = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?$/
  const written = (value: string) =>
    value.trim().replace(time, '$1-$2-$3 $4:$5 $6').replace(/ Z$/, ' UTC').replace(/\\/g, '')
  return [...lines].map(([, name, value = '']) => `${EVENT[name ?? ''] ?? name}: ${written(value)}`).join('\n')
}

/** The lines of a simple PDF (text in one-byte fonts). Scans and PDFs with embedded font tables give nothing. */
function pdfText(file: Buffer): string {
  const raw = file.toString('latin1')
  const lines = [...raw.matchAll(PDF_STREAM)].flatMap((match) => {
    const start = match.index + match[0].length
    const end = raw.indexOf('endstream', start)
    const content = unpacked(file.subarray(start, end === -1 ? undefined : end), match[1] ?? '')
    return [...content.matchAll(PDF_STRING)].map(([, text = '']) =>
      text
        .replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
        .replace(/\\(.)/g, '$1'),
    )
  })
  const text = lines.join('\n')
  const readable = text.match(/[\p{L}\p{N}\p{P}\p{S}\p{Zs}\n]/gu)?.length ?? 0
  return readable > text.length * 0.9 ? text : ''
}

function unpacked(stream: Buffer, dictionary: string): string {
  if (!dictionary.includes('FlateDecode')) return stream.toString('latin1')
  try {
    return inflateSync(stream).toString('latin1')
  } catch {
    // A damaged or encrypted stream has no readable text; the caller says that the file could not be read.
    return ''
  }
}
