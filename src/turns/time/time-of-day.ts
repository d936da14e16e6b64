/** Times as people read them where Slack cannot show its reader's own clock. Pure. */

/** "5:09 PM". An unknown time zone falls back to UTC. @param at epoch milliseconds */
export function timeOfDay(at: number, timeZone: string): string {
  return inZone(at, timeZone, { hour: 'numeric', minute: '2-digit' })
}

/** "Mon, Nov 30 at 8:00 AM". @param at epoch milliseconds */
export function dayAndTime(at: number, timeZone: string): string {
  return `${inZone(at, timeZone, { weekday: 'short', month: 'short', day: 'numeric' })} at ${timeOfDay(at, timeZone)}`
}

/** "Nov 30, 2026". @param at epoch milliseconds */
export function day(at: number, timeZone: string): string {
  return inZone(at, timeZone, { year: 'numeric', month: 'short', day: 'numeric' })
}

/** Newer versions of Node.js put a narrow no-break space before AM and PM. */
function inZone(at: number, timeZone: string, style: Intl.DateTimeFormatOptions): string {
  const zone = isTimeZone(timeZone) ? timeZone : 'UTC'
  return new Intl.DateTimeFormat('en-US', { ...style, timeZone: zone }).format(at).replaceAll('\u202F', ' ')
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch {
    return false
  }
}
