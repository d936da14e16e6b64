/** Times as people read them where Slack cannot show its reader's own clock. Pure. */

const STYLES = {
  time: { hour: 'numeric', minute: '2-digit' },
  weekday: { weekday: 'short', month: 'short', day: 'numeric' },
  day: { year: 'numeric', month: 'short', day: 'numeric' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

/** A format takes far longer to make than to use, and a card is drawn at each change of its reply. There are a few hundred time zones. */
const formats = new Map<string, Intl.DateTimeFormat>()
/** Names that turned out to be time zones. */
const zones = new Set<string>()

/** "5:09 PM". An unknown time zone falls back to UTC. @param at epoch milliseconds */
export function timeOfDay(at: number, timeZone: string): string {
  return inZone(at, timeZone, 'time')
}

/** "Mon, Nov 30 at 8:00 AM". @param at epoch milliseconds */
export function dayAndTime(at: number, timeZone: string): string {
  return `${inZone(at, timeZone, 'weekday')} at ${timeOfDay(at, timeZone)}`
}

/** "Nov 30, 2026". @param at epoch milliseconds */
export function day(at: number, timeZone: string): string {
  return inZone(at, timeZone, 'day')
}

/** Newer versions of Node.js put a narrow no-break space before AM and PM. */
function inZone(at: number, timeZone: string, style: keyof typeof STYLES): string {
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC'
  const key = `${style} ${zone}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat('en-US', { ...STYLES[style], timeZone: zone })
  formats.set(key, format)
  return format.format(at).replaceAll('\u202F', ' ')
}

export function isTimeZone(name: string): boolean {
  if (zones.has(name)) return true
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    zones.add(name)
    return true
  } catch {
    return false
  }
}
