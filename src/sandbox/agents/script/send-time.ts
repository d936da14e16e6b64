/** "Send it tomorrow at 8": finding the time at which a mail is to leave in a person's words, and reading it on their clock. */
import { dayNumber } from './markdown.js'

export interface TimedRequest {
  /** The request without the words about its time. */
  readonly words: string
  /** The words about its time. */
  readonly time: string
}

export interface LocalClock {
  readonly now: Date
  /** IANA time zone. */
  readonly timeZone: string
}

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000
const UNIT_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: DAY_MS } as const
const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
/** Hours that stand for a part of a day; a day alone means its morning. */
const PART_HOURS: Readonly<Record<string, number>> = { morning: 8, afternoon: 14, evening: 18, night: 20 }
const MORNING = 8
/** "At 5" is said in the afternoon, "at 8" in the morning. */
const FIRST_MORNING_HOUR = 7

const PART = '(?:morning|afternoon|evening|night)'
const CLOCK = String.raw`(?:noon|midnight|\d{1,2}(?:[:.]\d{2})?(?:\s*[ap]\.?m\b\.?)?(?:\s*o'clock)?)`
const DAY = `(?:(?:today|tonight|tomorrow|(?:on |next |this )?(?:${WEEKDAYS.join('|')}))(?: ${PART})?|this ${PART})`
const TIME = String.raw`(?:${DAY}(?:,? (?:at )?${CLOCK})?|at ${CLOCK}(?:,? ${DAY})?|in (?:\d+|an?|one|two|three|half an) (?:minutes?|hours?|days?))`
const IT = '(?:it|this|that|the (?:draft|reply|answer|mail|e-?mail|message)|my draft)'
const SEND_IT = `(?:please )?(?:send|schedule) ${IT}(?: off| out)?(?: for)?`

const ALONE = new RegExp(
  String.raw`^(?:(?:ok|okay|yes|great|good|perfect|thanks|please|and|now|then|no|rather|actually|but)\b[\s,!.]*)*${SEND_IT} (?<time>${TIME})[\s.!]*$`,
  'is',
)
const BEHIND = new RegExp(
  String.raw`^(?<words>.+?)[\s,;.!]+(?:and |then |but )*${SEND_IT} (?<time>${TIME})[\s.!]*$`,
  'is',
)
const BEFORE = new RegExp(
  String.raw`^(?<time>${TIME}),?\s+(?<words>(?:please )?(?:send|write|reply|respond|answer|e-?mail|forward)\b.+)$`,
  'is',
)
/** Between the addressee and the words of the mail; what a mail is about may name a time too, and those words are left alone. */
const AMID = new RegExp(
  String.raw`^(?<words>(?:send|write|reply|respond|answer|e-?mail|forward)\b(?:(?!\b(?:saying|that|telling|about|regarding|asking)\b)[^:]){0,80}?),?\s+(?<time>${TIME}),?(?<rest>\s+(?:saying|that|telling|to say|with the)\b.+|\s*:.+)$`,
  'is',
)

/** Takes the words about the time of sending out of a request; undefined where it names none. */
export function withoutSendTime(request: string): TimedRequest | undefined {
  const alone = ALONE.exec(request)?.groups
  if (alone !== undefined) return { words: 'send it', time: alone.time ?? '' }
  for (const pattern of [BEHIND, BEFORE, AMID]) {
    const groups = pattern.exec(request)?.groups
    if (groups !== undefined) return { words: `${groups.words}${groups.rest ?? ''}`, time: groups.time ?? '' }
  }
  return undefined
}

/** Whether the words are about a time of sending and nothing else ("send it tomorrow at 8", "tomorrow at 8"); that time. */
export function onlySendTime(words: string): string | undefined {
  return new RegExp(String.raw`^(?:${SEND_IT} )?(?<time>${TIME})[\s.!]*$`, 'i').exec(words.trim())?.groups?.time
}

/** The moment that the words name; undefined where they name none. One of the past stays in the past. */
export function sendTime(words: string, { now, timeZone }: LocalClock): Date | undefined {
  const text = words.toLowerCase()
  const [, count, unit] = /\bin (\S+(?: an)?) (minute|hour|day)s?\b/.exec(text) ?? []
  if (count !== undefined && (unit === 'minute' || unit === 'hour' || unit === 'day'))
    return new Date(now.getTime() + countOf(count) * UNIT_MS[unit])
  const day = dayOf(text)
  const clock = clockOf(text)
  if (day === undefined && clock === undefined) return undefined
  const today = dayNumber(now, timeZone)
  const minutes = clock ?? { at: (PART_HOURS[new RegExp(PART).exec(text)?.[0] ?? ''] ?? MORNING) * 60, vague: false }
  if (day !== undefined) return moment(today + daysAhead(day, today), dayMinutes(minutes), timeZone)
  // No day: the next time that the clock shows it.
  const choices = minutes.vague && minutes.at < 720 ? [minutes.at, minutes.at + 720] : [minutes.at]
  const times = [today, today + 1].flatMap((date) => choices.map((at) => moment(date, at, timeZone)))
  return times.find((time) => time.getTime() > now.getTime())
}

/** RFC 3339 with the offset of the zone at that moment: "2026-11-21T08:00:00+01:00". */
export function withOffset(time: Date, timeZone: string): string {
  const offset = offsetMinutes(time, timeZone)
  const local = new Date(time.getTime() + offset * MINUTE_MS).toISOString().slice(0, 19)
  const size = Math.abs(offset)
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}

/** "tomorrow at 08:00", "on Monday, 30 November at 08:00". */
export function spokenTime(time: Date, { now, timeZone }: LocalClock): string {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(time)
  const ahead = dayNumber(time, timeZone) - dayNumber(now, timeZone)
  const day =
    ahead === 0
      ? 'today'
      : ahead === 1
        ? 'tomorrow'
        : `on ${format({ weekday: 'long', day: 'numeric', month: 'long' })}`
  return `${day} at ${format({ hour: '2-digit', minute: '2-digit' })}`
}

interface Minutes {
  /** Since midnight. */
  readonly at: number
  /** Neither am nor pm was said, and it could be either. */
  readonly vague: boolean
}

function countOf(words: string): number {
  const known: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, 'half an': 0.5 }
  return known[words] ?? Number(words)
}

function dayOf(text: string): string | undefined {
  return new RegExp(String.raw`\b(?:today|tonight|tomorrow|${WEEKDAYS.join('|')}|this ${PART})\b`).exec(text)?.[0]
}

function daysAhead(day: string, today: number): number {
  if (day === 'tomorrow') return 1
  const weekday = WEEKDAYS.indexOf(day)
  if (weekday === -1) return 0
  // Day 0, the first of 1970, was a Thursday. The same weekday again is a week ahead.
  return (weekday - ((today + 4) % 7) + 7) % 7 || 7
}

function clockOf(text: string): Minutes | undefined {
  if (/\bnoon\b/.test(text)) return { at: 720, vague: false }
  if (/\bmidnight\b/.test(text)) return { at: 0, vague: false }
  const match = /\b(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\b)?/.exec(text)
  if (match === null) return undefined
  const [, hours = '', minutes = '0', half] = match
  const at = (half === undefined ? Number(hours) : (Number(hours) % 12) + (half.startsWith('p') ? 12 : 0)) * 60
  return { at: at + Number(minutes), vague: half === undefined && Number(hours) <= 12 && hours.length < 2 }
}

function dayMinutes({ at, vague }: Minutes): number {
  return vague && at < FIRST_MORNING_HOUR * 60 ? at + 720 : at
}

/** @param date days since 1970 on the zone's calendar @param minutes since its midnight */
function moment(date: number, minutes: number, timeZone: string): Date {
  const wall = date * DAY_MS + minutes * MINUTE_MS
  // The offset is that of the moment itself, which the first guess is close to.
  const guess = new Date(wall - offsetMinutes(new Date(wall), timeZone) * MINUTE_MS)
  return new Date(wall - offsetMinutes(guess, timeZone) * MINUTE_MS)
}

function offsetMinutes(time: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).formatToParts(time)
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)?.value ?? 0)
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return Math.round((wall - Math.floor(time.getTime() / MINUTE_MS) * MINUTE_MS) / MINUTE_MS)
}
