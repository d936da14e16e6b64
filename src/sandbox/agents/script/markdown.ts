/** How the script writes: dates in the person's time zone, lists of mails, quotes and tables, all safe against Markdown in the mail itself. */
import type { Correspondent, SeenMail } from './seen-mail.js'

export interface Clock {
  readonly now: Date
  /** IANA time zone. */
  readonly timeZone: string
}

/** Text from a mail for the middle of a sentence: one line, no Markdown of its own, no link or image behind words. */
export function plain(text: string, longest = 160): string {
  const line = text
    .replace(/!\[[^\]]*\]\([^)]*\)/g, '(image)')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/https?:\/\/\S+/g, '(link)')
    .replace(/[*_`~|<>]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return shortened(line, longest)
}

/** Cut at a word, with an ellipsis. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest)
  const space = cut.lastIndexOf(' ')
  return `${cut.slice(0, space > longest / 2 ? space : longest).trimEnd()}…`
}

/** The subject as it stands in lists; a follow-up finds the mail again by it. */
export function listTitle(mail: SeenMail): string {
  return plain(mail.subject, 120) || '(no subject)'
}

/** The sender's name as it stands in lists. Has no comma, which ends it there. */
export function sender(mail: SeenMail): string {
  return plain(mail.from.name || mail.from.address || 'unknown sender', 60).replaceAll(',', '')
}

/** "**Ben Okafor** (ben@northwind.example)"; what is not known is left out. */
export function addressed({ name, address }: Correspondent): string {
  const bold = `**${plain(name || address || 'unknown sender', 60).replaceAll(',', '')}**`
  return name === '' || address === '' ? bold : `${bold} (${plain(address)})`
}

/** "today 14:08", "yesterday 09:12", "Mon 14:08", "9 Nov" or "9 Nov 2024". */
export function when(date: Date | undefined, { now, timeZone }: Clock): string {
  if (date === undefined) return 'undated'
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(date)
  const time = format({ hour: '2-digit', minute: '2-digit' })
  const daysAgo = dayNumber(now, timeZone) - dayNumber(date, timeZone)
  if (daysAgo === 0) return `today ${time}`
  if (daysAgo === 1) return `yesterday ${time}`
  if (daysAgo > 1 && daysAgo < 7) return `${format({ weekday: 'short' })} ${time}`
  const sameYear =
    format({ year: 'numeric' }) === new Intl.DateTimeFormat('en-GB', { year: 'numeric', timeZone }).format(now)
  return format({ day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) })
}

/** Whether `when` could have written this of a date, on whatever day it did. */
export function isWhen(written: string, date: Date | undefined, timeZone: string): boolean {
  if (date === undefined) return written === 'undated'
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(date)
  return /\d\d:\d\d$/.test(written)
    ? written.endsWith(format({ hour: '2-digit', minute: '2-digit' }))
    : written.startsWith(format({ day: 'numeric', month: 'short' }))
}

/** Days since 1970 on the calendar of a time zone. */
export function dayNumber(date: Date, timeZone: string): number {
  const day = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', timeZone }).format(
    date,
  )
  return Math.round(Date.parse(`${day}T00:00:00Z`) / 86_400_000)
}

/** One numbered line of a list. */
function listLine(mail: SeenMail, number: number, clock: Clock): string {
  const marks = [
    when(mail.date, clock),
    ...(mail.labels.includes('UNREAD') ? ['unread'] : []),
    ...(mail.labels.includes('STARRED') ? ['starred'] : []),
    ...(mail.attachments?.length ? [`${counted(mail.attachments.length, 'attachment')}`] : []),
  ]
  const gist = plain(mail.snippet || mail.body || '', 110)
  return `${number}. **${listTitle(mail)}** — ${sender(mail)}, ${marks.join(', ')}${gist === '' ? '' : `. ${gist}`}`
}

export function list(mails: readonly SeenMail[], clock: Clock): string {
  return mails.map((mail, index) => listLine(mail, index + 1, clock)).join('\n')
}

/** A mail's text as a block quote. Pictures it would load from elsewhere are named, not shown. */
export function quoted(text: string): string {
  return text
    .replace(/!\[([^\]]*)\]\(([^)]*)\)/g, '(picture left out)')
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')
}

/** Text exactly as it is, in a code fence longer than any in it. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '/').replace(/\s+/g, ' ')).join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

/** "1 mail", "3 mails". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** "911 bytes", "4.3 kB". */
export function bytes(size: number | undefined): string {
  if (size === undefined) return 'size unknown'
  if (size < 1024) return `${size} bytes`
  return size < 1024 * 1024 ? `${(size / 1024).toFixed(1)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`
}

/** "a, b and c". */
export function enumerated(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
