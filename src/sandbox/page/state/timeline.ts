import type { PageMessage } from '../../slack/wire/page-api.js'

/** Days, times and grouping of a message list, in the viewer's time zone, as Slack writes them in English. */

export type TimelineRow =
  | { type: 'day'; key: string; label: string }
  /** The red line above the first message that was new when the list was opened. */
  | { type: 'new'; key: string }
  | {
      type: 'message'
      key: string
      message: PageMessage /** Follows its author's last one closely: no avatar and name. */
      isGrouped: boolean
    }

const GROUP_WITHIN_SECONDS = 300

/**
 * The rows of a list.
 * @param newFrom `ts` of the first message that was new when the list was opened; undefined for no line.
 * @param now milliseconds since the epoch, for "Today" and "Yesterday".
 * @param inThread the first message is a thread's parent: no day above it, and its first reply stands on its own.
 */
export function timeline(
  messages: readonly PageMessage[],
  options: { tz: string; now: number; newFrom?: string; inThread?: boolean },
): TimelineRow[] {
  const rows: TimelineRow[] = []
  let previous: PageMessage | undefined
  for (const [index, message] of messages.entries()) {
    const day = dayOf(secondsOf(message.ts), options.tz)
    const isOtherDay = !previous || dayOf(secondsOf(previous.ts), options.tz) !== day
    if (isOtherDay && !(options.inThread && !previous))
      rows.push({ type: 'day', key: `day-${day}`, label: dayLabel(secondsOf(message.ts), options.tz, options.now) })
    const startsNew = message.ts === options.newFrom && !message.ephemeral
    if (startsNew) rows.push({ type: 'new', key: 'new' })
    const isGrouped =
      !isOtherDay &&
      !startsNew &&
      !(options.inThread && index === 1) &&
      previous !== undefined &&
      previous.user === message.user &&
      !previous.ephemeral &&
      !message.ephemeral &&
      secondsOf(message.ts) - secondsOf(previous.ts) < GROUP_WITHIN_SECONDS
    rows.push({ type: 'message', key: `${message.ts}${message.ephemeral ? '-e' : ''}`, message, isGrouped })
    previous = message
  }
  return rows
}

/** Seconds since the epoch of a Slack `ts`. */
function secondsOf(ts: string): number {
  return Number(ts)
}

/** "2:05 PM" */
export function timeLabel(ts: string, tz: string): string {
  return format(tz, { hour: 'numeric', minute: '2-digit' }).format(secondsOf(ts) * 1000)
}

/** "2:05", as beside a grouped message. */
export function shortTimeLabel(ts: string, tz: string): string {
  return timeLabel(ts, tz).replace(/\s?[AP]M$/, '')
}

/** "Monday, November 16th at 2:05:07 PM", as the tooltip of a time. */
export function fullTimeLabel(ts: string, tz: string, now: number): string {
  const time = format(tz, { hour: 'numeric', minute: '2-digit', second: '2-digit' }).format(secondsOf(ts) * 1000)
  return `${dayLabel(secondsOf(ts), tz, now)} at ${time}`
}

/** "today at 2:05 PM", after "Last reply". */
export function lastReplyLabel(ts: string, tz: string, now: number): string {
  const day = dayLabel(secondsOf(ts), tz, now)
  return `${day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : day} at ${timeLabel(ts, tz)}`
}

/** A moment as an app's `<!date^…>` asks for it, in the reader's time zone; its fallback where the pattern has a name that Slack does not know. */
export function momentLabel(
  { seconds, pattern, fallback }: { seconds: number; pattern: string; fallback: string },
  tz: string,
  now: number,
): string {
  const date = seconds * 1000
  const part = (options: Intl.DateTimeFormatOptions) => format(tz, options).format(date)
  const day = Number(part({ day: 'numeric' }))
  const long = `${part({ month: 'long' })} ${day}${ordinal(day)}, ${part({ year: 'numeric' })}`
  const short = part({ month: 'short', day: 'numeric', year: 'numeric' })
  const weekday = `${part({ weekday: 'long' })}, ${long}`
  const relative = dayLabel(seconds, tz, now)
  const isTomorrow = dayOf(seconds, tz) === dayOf(now / 1000 + 24 * 60 * 60, tz)
  const pretty = (otherwise: string) => {
    if (isTomorrow) return 'tomorrow'
    return relative === 'Today' || relative === 'Yesterday' ? relative.toLowerCase() : otherwise
  }
  const [month, number, year] = dayOf(seconds, tz).split('/')
  const names: Readonly<Record<string, string>> = {
    date_num: `${year}-${month}-${number}`,
    date: long,
    date_short: short,
    date_long: weekday,
    date_pretty: pretty(long),
    date_short_pretty: pretty(short),
    date_long_pretty: pretty(weekday),
    time: part({ hour: 'numeric', minute: '2-digit' }),
    time_secs: part({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  }
  const used = [...pattern.matchAll(/\{(\w*)\}/g)].map(([, name = '']) => name)
  if (used.length === 0 || used.some((name) => names[name] === undefined)) return fallback
  return pattern.replace(/\{(\w+)\}/g, (_all, name: string) => names[name] ?? '')
}

function dayLabel(seconds: number, tz: string, now: number): string {
  const day = dayOf(seconds, tz)
  if (day === dayOf(now / 1000, tz)) return 'Today'
  if (day === dayOf(now / 1000 - 86_400, tz)) return 'Yesterday'
  const date = new Date(seconds * 1000)
  const number = Number(format(tz, { day: 'numeric' }).format(date))
  const [weekday, month] = [format(tz, { weekday: 'long' }).format(date), format(tz, { month: 'long' }).format(date)]
  return `${weekday}, ${month} ${number}${ordinal(number)}`
}

function ordinal(day: number): string {
  if (day >= 11 && day <= 13) return 'th'
  return { 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th'
}

/** "2026-11-16": the calendar day in the time zone. */
function dayOf(seconds: number, tz: string): string {
  return format(tz, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(seconds * 1000)
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Formatters are expensive to make and asked for on every render. */
function format(tz: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tz} ${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-US', { ...options, timeZone: tz })
  formats.set(key, known)
  return known
}
