/** Reading and changing headers of raw messages, without touching the rest of their bytes. */
import { mailDate } from './letter.js'

const DATE_HEADER = /^Date:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)/im
const ZONE = /([+-])(\d{2})(\d{2})\s*(?:\(|$)/

/** The moment in a raw message's Date header (milliseconds since 1970), or undefined. */
export function dateOf(raw: Buffer): number | undefined {
  const value = DATE_HEADER.exec(headerPart(raw))?.[1]
  const time = Date.parse(value?.replace(/\s+/g, ' ').trim() ?? '')
  return Number.isNaN(time) ? undefined : time
}

/** The same message with its date moved, so that a sample or an old export looks like today's mail; the time zone of its writer stays. Messages without a date stay as they are. */
export function movedBy(raw: Buffer, milliseconds: number): Buffer {
  const time = dateOf(raw)
  if (time === undefined || milliseconds === 0) return raw
  const head = headerPart(raw)
  const moved = head.replace(DATE_HEADER, (_line, value: string) => {
    const [, sign, hours, minutes] = ZONE.exec(value.trim()) ?? []
    const offset = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -1 : 1)
    return `Date: ${mailDate(time + milliseconds, offset)}`
  })
  return Buffer.concat([Buffer.from(moved, 'latin1'), raw.subarray(head.length)])
}

/** The same message without a header, wherever it occurs. */
export function withoutHeader(raw: Buffer, name: string): Buffer {
  const head = headerPart(raw)
  const header = new RegExp(`^${name}:[^\\n]*\\n(?:[ \\t][^\\n]*\\n)*`, 'gim')
  return Buffer.concat([Buffer.from(head.replace(header, ''), 'latin1'), raw.subarray(head.length)])
}

/** Header lines, one character a byte. */
function headerPart(raw: Buffer): string {
  const ends = [raw.indexOf('\n\n'), raw.indexOf('\r\n\r\n')].filter((end) => end !== -1)
  return raw.toString('latin1', 0, ends.length === 0 ? raw.length : Math.min(...ends) + 1)
}
