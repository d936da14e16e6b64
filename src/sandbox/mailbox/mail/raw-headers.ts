/** Reading and changing headers of raw messages, without touching the rest of their bytes. */
import { readMailDate, writeMailDate } from './mail-date.js'

const DATE_HEADER = /^Date:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)/im

/** The header lines of a raw message. */
export function headOf(raw: Buffer): Buffer {
  const ends = [raw.indexOf('\n\n'), raw.indexOf('\r\n\r\n')].filter((end) => end !== -1)
  return raw.subarray(0, ends.length === 0 ? raw.length : Math.min(...ends) + 1)
}

/** The moment in a raw message's Date header (milliseconds since 1970), or undefined. */
export function dateOf(raw: Buffer): number | undefined {
  return readMailDate(DATE_HEADER.exec(headOf(raw).toString('latin1'))?.[1] ?? '')?.time
}

/** The same message with its date moved, so that a sample or an old export looks like today's mail; the time zone of its writer stays. Messages without a date stay as they are. */
export function movedBy(raw: Buffer, milliseconds: number): Buffer {
  if (milliseconds === 0) return raw
  return changedHead(raw, (head) =>
    head.replace(DATE_HEADER, (line, value: string) => {
      const date = readMailDate(value)
      return date === undefined ? line : `Date: ${writeMailDate({ ...date, time: date.time + milliseconds })}`
    }),
  )
}

/** The same message without a header, wherever it occurs. */
export function withoutHeader(raw: Buffer, name: string): Buffer {
  const header = new RegExp(`^${name}:[^\\n]*\\n?(?:[ \\t][^\\n]*\\n?)*`, 'gim')
  return changedHead(raw, (head) => head.replace(header, ''))
}

/** One character a byte, so that nothing else changes. */
function changedHead(raw: Buffer, change: (head: string) => string): Buffer {
  const head = headOf(raw)
  return Buffer.concat([Buffer.from(change(head.toString('latin1')), 'latin1'), raw.subarray(head.length)])
}
