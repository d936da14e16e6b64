/** How the script writes: dates in the person's time zone, numbered lists, quotes and tables, all safe against Markdown in the mail itself. */
import type { Correspondent, SeenMail } from './mail.js'

export interface Clock {
  readonly now: Date
  /** IANA time zone. */
  readonly timeZone: string
}

export type Gist = (mail: SeenMail) => string

/** Text from a mail for the middle of a sentence: one line, no Markdown of its own, no link or image behind words. */
export function plain(text: string, longest = 160): string {
  const line = text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, '(link)')
    .replace(/[*_`~|<>\s]+/g, ' ')
    .trim()
  if (line.length <= longest) return line
  const space = line.lastIndexOf(' ', longest)
  return `${line.slice(0, space > longest / 2 ? space : longest).trimEnd()}…`
}

/** The subject as it stands in lists; a follow-up finds the mail again by it. */
export function listTitle(mail: SeenMail): string {
  return plain(mail.subject, 120) || '(no subject)'
}

/** The sender's name as it stands in lists. Has no comma, which ends it there. */
export function sender({ from }: SeenMail): string {
  return plain(from.name || from.address || 'unknown sender', 60).replaceAll(',', '')
}

export function addressed({ name, address }: Correspondent): string {
  return name === '' ? `**${plain(address)}**` : `**${plain(name, 60)}** (${plain(address)})`
}

export function named(mail: SeenMail): string {
  return `**${listTitle(mail)}** from ${sender(mail)}`
}

export function timeOfDay(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(date)
}

/** "today at 14:08", "yesterday at 09:12", "9 Nov at 14:08", "9 Nov 2024 at 14:08". */
export function when(date: Date, { now, timeZone }: Clock): string {
  const daysAgo = dayNumber(now, timeZone) - dayNumber(date, timeZone)
  const year = (one: Date) => new Intl.DateTimeFormat('en-GB', { year: 'numeric', timeZone }).format(one)
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone }).format(date)
  const written = year(date) === year(now) ? day : `${day} ${year(date)}`
  return `${['today', 'yesterday'][daysAgo] ?? written} at ${timeOfDay(date, timeZone)}`
}

/** Days since 1970 on the calendar of a time zone. */
export function dayNumber(date: Date, timeZone: string): number {
  const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone })
  return Math.round(Date.parse(`${day.format(date)}T00:00:00Z`) / 86_400_000)
}

/** Numbered, so that a follow-up can name one. `shown.ts` reads these lines back. */
export function list(mails: readonly SeenMail[], clock: Clock, gist: Gist): string {
  const line = (mail: SeenMail, index: number) => {
    const marks = [
      when(mail.date, clock),
      mail.labels.includes('UNREAD') && 'unread',
      mail.files.length > 0 && 'attachment',
    ]
    return `${index + 1}. **${listTitle(mail)}** — ${sender(mail)}, ${marks.filter(Boolean).join(', ')}. ${plain(gist(mail), 400)}`.trimEnd()
  }
  return mails.map(line).join('\n')
}

/** A mail's text as a block quote. Pictures that it would load from elsewhere are named, not shown. */
export function quoted(text: string): string {
  return text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '(picture left out)')
    .replace(/^(?=.)/gm, '> ')
    .replace(/^$/gm, '>')
}

/** Text exactly as it is, in a code fence longer than any in it. */
export function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${fence}\n${text}\n${fence}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replace(/[|\s]+/g, ' ')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

export function counted(count: number): string {
  return count === 1 ? '1 email' : `${count} emails`
}

export function enumerated(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
