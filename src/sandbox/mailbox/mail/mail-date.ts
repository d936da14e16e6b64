/**
 * Dates as mail has them: the Date header of RFC 5322, what mail programs made of it over the years, and the date behind the sender in
 * an mbox separator. Read word by word, since the words come in every order.
 */

const MONTHS = 'january february march april may june july august september october november december'.split(' ')
const WEEKDAY = /^(?:mon|tues?|wed|thu|thurs?|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\.?$/
const CLOCK = /^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?(am|pm)?$/
const YEAR_FIRST = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/
const DAY_FIRST = /^(\d{1,2})[-.](\d{1,2}|[a-z]{3})[-.](\d{4}|\d{2})$/
const OFFSET = /^(?:gmt|utc)?([+-])(\d{2}):?(\d{2})$/
/** Longer is no date. */
const LONGEST = 200

/** Hours east of Greenwich. Where several zones share a name, the one of RFC 5322, else the one that most mail with it is from. */
const ZONES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7, akst: -9, akdt: -8, hst: -10 },
    ...{ ast: -4, adt: -3, nst: -3.5, ndt: -2.5, brt: -3, art: -3 },
    ...{ bst: 1, west: 1, cet: 1, met: 1, mez: 1, cest: 2, mest: 2, mesz: 2, eet: 2, sast: 2, eest: 3, msk: 3 },
    ...{ gst: 4, pkt: 5, ist: 5.5, wib: 7, ict: 7, sgt: 8, hkt: 8, awst: 8, jst: 9, kst: 9 },
    ...{ acst: 9.5, aest: 10, acdt: 10.5, aedt: 11, nzst: 12, nzdt: 13 },
  }),
)

export interface MailDate {
  /** Milliseconds since 1970. */
  readonly time: number
  /** Where its writer was, in minutes east of Greenwich. */
  readonly offset: number
}

type Field = 'day' | 'month' | 'year' | 'clock' | 'offset'
/** `clock` in milliseconds of the day, `offset` in minutes. */
type Fields = Partial<Record<Field, number>>

/**
 * Reads a date. Without a time of day it is midnight; without a zone, or with one of an unknown name, it is Greenwich's. Undefined where
 * a word is no part of a date.
 */
export function readMailDate(text: string): MailDate | undefined {
  if (text.length > LONGEST) return undefined
  const fields: Fields = {}
  for (const word of wordsOf(text)) {
    const read = readWord(word, fields)
    if (read === undefined) return undefined
    for (const field of ['day', 'month', 'year', 'clock', 'offset'] as const) {
      if (read[field] === undefined) continue
      if (fields[field] !== undefined && field !== 'offset') return undefined
      fields[field] ??= read[field]
    }
  }
  const { day, month, year, clock = 0, offset = 0 } = fields
  if (day === undefined || month === undefined || year === undefined) return undefined
  const midnight = Date.UTC(year, month, day)
  // The 30th of February is another day for `Date`.
  if (new Date(midnight).getUTCDate() !== day || new Date(midnight).getUTCMonth() !== month) return undefined
  return { time: midnight + clock - offset * 60_000, offset }
}

/** A date as the Date header writes it. */
export function writeMailDate({ time, offset }: MailDate): string {
  const local = new Date(time + offset * 60_000).toUTCString().replace(/ GMT$/, '')
  const absolute = Math.abs(offset)
  const zone = String(Math.floor(absolute / 60) * 100 + (absolute % 60)).padStart(4, '0')
  return `${local} ${offset < 0 ? '-' : '+'}${zone}`
}

/** Without comments, which mostly repeat the zone; what is written together (ISO 8601, "10:00pm") apart. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\([^()]*\)/g, ' ')
    .replace(/^\s*(\d{4}-\d{2}-\d{2})t/, '$1 ')
    .replace(/([:.]\d{2}(?:[.,]\d+)?)(z|[+-]\d{2}:?\d{2})\s*$/, '$1 $2')
    .replace(/(\d)\s+([ap]m)\b/, '$1$2')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

/** What a word says; undefined where it is no part of a date. */
function readWord(word: string, { day, clock }: Fields): Fields | undefined {
  if (WEEKDAY.test(word)) return {}
  // "10.12.27" is a date at the beginning, and a time behind a day.
  if (day === undefined) {
    const [, year, yearMonth, yearDay] = YEAR_FIRST.exec(word) ?? []
    if (year !== undefined) return dateOf(yearDay, yearMonth, year)
    const [, first, second, third] = DAY_FIRST.exec(word) ?? []
    if (first !== undefined) return dateOf(first, second, third)
    if (/^\d{1,2}\.?$/.test(word)) return { day: Number.parseInt(word, 10) }
  }
  if (CLOCK.test(word)) return clockOf(word)
  if (/^\d{2,4}$/.test(word)) return { year: fullYear(word) }
  const month = monthOf(word)
  if (month !== undefined) return { month }
  const [, sign, hours, minutes] = OFFSET.exec(word) ?? []
  if (sign !== undefined) return { offset: (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1) }
  return clock !== undefined && /^[a-z]{1,5}$/.test(word) ? { offset: (ZONES.get(word) ?? 0) * 60 } : undefined
}

function dateOf(day = '', month = '', year = ''): Fields | undefined {
  const index = /^\d/.test(month) ? Number(month) - 1 : monthOf(month)
  return index === undefined ? undefined : { day: Number(day), month: index, year: fullYear(year) }
}

function monthOf(word: string): number | undefined {
  const name = word.replace(/\.$/, '')
  const index = name.length < 3 ? -1 : MONTHS.findIndex((month) => month.startsWith(name))
  return index === -1 ? undefined : index
}

/** Two and three digits as RFC 5322 reads them. */
function fullYear(digits: string): number {
  const value = Number(digits)
  if (digits.length === 4) return value
  return value < 50 ? value + 2000 : value + 1900
}

function clockOf(word: string): Fields | undefined {
  const [, hours = '', minutes = '', seconds = '0', half] = CLOCK.exec(word) ?? []
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half === 'pm' ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined
  return { clock: ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 }
}
