/** "Send it tomorrow at 8": the moment that a person's words name, on their own clock. */
import { type Clock, dayNumber, timeOfDay } from './markdown.js'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
const WEEKDAYS = 'sunday monday tuesday wednesday thursday friday saturday'.split(' ')
/** Hours that stand for a part of a day; a day alone means its morning. */
const PART_HOURS: Readonly<Record<string, number>> = { morning: 8, noon: 12, afternoon: 14, evening: 18, tonight: 20 }

const CLOCK = String.raw`at (?:noon|\d{1,2}(?:[:.]\d{2})?(?:\s*[ap]m)?)`
const DAY = `(?:today|tonight|tomorrow|(?:on |next |this )?(?:${WEEKDAYS.join('|')}))(?: morning| afternoon| evening)?`
export const TIME = String.raw`(?:${DAY}(?:,? ${CLOCK})?|${CLOCK}(?: ${DAY})?|in \d+ (?:minute|hour)s?)`

/** The moment that the words name; one of the past stays in the past. */
export function sendTime(words: string, clock: Clock): Date | undefined {
  const text = words.toLowerCase()
  const [, count, unit] = /\bin (\d+) (minute|hour)/.exec(text) ?? []
  if (count !== undefined) return new Date(clock.now.getTime() + Number(count) * (unit === 'hour' ? 60 : 1) * MINUTE_MS)
  if (!new RegExp(`^${TIME}$`).test(text)) return undefined
  const part = PART_HOURS[/morning|afternoon|noon|evening|tonight/.exec(text)?.[0] ?? ''] ?? 8
  const [, hours, minutes = '0', half] = /\bat (\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?/.exec(text) ?? []
  const hour =
    hours === undefined ? part : half === undefined ? Number(hours) : (Number(hours) % 12) + (half === 'pm' ? 12 : 0)
  const isVague = hours !== undefined && half === undefined && hours.length === 1
  const at = (days: number, late: boolean) => localMoment(clock, days, (late ? hour + 12 : hour) * 60 + Number(minutes))
  const weekday = WEEKDAYS.findIndex((day) => text.includes(day))
  // Day 0, the first of 1970, was a Thursday. The same weekday again is a week ahead.
  const today = (dayNumber(clock.now, clock.timeZone) + 4) % 7
  const days = text.includes('tomorrow') ? 1 : weekday === -1 ? 0 : (weekday - today + 7) % 7 || 7
  // "At 5" is said in the afternoon, "at 8" in the morning.
  if (days > 0 || /today|tonight/.test(text)) return at(days, isVague && hour < 7)
  const next = [at(0, false), ...(isVague ? [at(0, true)] : []), at(1, false)]
  return next.find((time) => time.getTime() > clock.now.getTime())
}

/** So many minutes after the midnight with which a day begins, so many days after today. */
export function localMoment({ now, timeZone }: Clock, days: number, minutes: number): Date {
  const wall = ((dayNumber(now, timeZone) + days) * DAY_MINUTES + minutes) * MINUTE_MS
  // The offset is that of the moment itself, which the first guess is close to.
  const guess = wall - offsetMinutes(new Date(wall), timeZone) * MINUTE_MS
  return new Date(wall - offsetMinutes(new Date(guess), timeZone) * MINUTE_MS)
}

/** RFC 3339 with the offset of the zone at that moment: "2026-11-21T08:00:00+01:00". */
export function withOffset(time: Date, timeZone: string): string {
  const offset = offsetMinutes(time, timeZone)
  const local = new Date(time.getTime() + offset * MINUTE_MS).toISOString().slice(0, 19)
  const pad = (value: number) => String(Math.floor(value)).padStart(2, '0')
  return `${local}${offset < 0 ? '-' : '+'}${pad(Math.abs(offset) / 60)}:${pad(Math.abs(offset) % 60)}`
}

/** "tomorrow at 08:00", "on Monday 30 November at 08:00". */
export function spokenTime(time: Date, { now, timeZone }: Clock): string {
  const ahead = dayNumber(time, timeZone) - dayNumber(now, timeZone)
  const options = { weekday: 'long', day: 'numeric', month: 'long', timeZone } as const
  const date = new Intl.DateTimeFormat('en-GB', options).format(time)
  return `${['today', 'tomorrow'][ahead] ?? `on ${date}`} at ${timeOfDay(time, timeZone)}`
}

function offsetMinutes(time: Date, timeZone: string): number {
  const written = new Intl.DateTimeFormat('en-US', { timeZoneName: 'longOffset', timeZone }).format(time)
  const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d{2}):(\d{2})/.exec(written) ?? []
  return (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1)
}
