/** Whether a message satisfies a Gmail search. */

import type { Label } from '../mail/labels.js'
import { formatAddress, type Mail, type MailAddress } from '../mail/mail.js'
import { fold, holdsPhrase, type WordMatch } from './folding.js'
import type { SearchNode, SearchOperator } from './search-syntax.js'

export interface Searchable {
  readonly mail: Mail
  /** Milliseconds since 1970. */
  readonly date: number
  /** Label ids. */
  readonly labels: ReadonlySet<string>
}

/** What relative and personal terms (`newer_than:2d`, `from:me`, label names) refer to. */
export interface SearchContext {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly labels: readonly Label[]
  isAccount(address: string): boolean
}

const DAY = 86_400_000
const PERIOD = /^(\d+)\s*(h|d|w|m|y)/i
const CALENDAR_DAY = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/
const AMERICAN_DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/
const SIZE = /^(\d+)\s*([km]?)b?$/i
const UNIT_DAYS = { h: 1 / 24, d: 1, w: 7, m: 30, y: 365 } as const
const UNIT_BYTES = { '': 1, k: 1024, m: 1024 * 1024 } as const

/** `is:` and `in:` words that are label ids by another name. */
const PLACES: Readonly<Record<string, string>> = { draft: 'DRAFT', drafts: 'DRAFT', bin: 'TRASH', chats: 'CHAT' }

/** Folded text of each mail; mails never change, so this outlives a search. */
const foldedMails = new WeakMap<Mail, FoldedMail>()

interface FoldedMail {
  readonly from: string
  readonly to: string
  readonly cc: string
  readonly bcc: string
  readonly subject: string
  readonly everything: string
}

export function matches(node: SearchNode, message: Searchable, context: SearchContext): boolean {
  switch (node.type) {
    case 'and':
      return node.nodes.every((child) => matches(child, message, context))
    case 'or':
      return node.nodes.some((child) => matches(child, message, context))
    case 'not':
      return !matches(node.node, message, context)
    case 'text':
      return holdsPhrase(folded(message.mail).everything, node.text, node.exact ? 'exact' : 'plural')
    case 'operator':
      return operatorMatches(node.name, node.value, node.exact, message, context)
  }
}

/** Whether the query itself asks for spam or trash; otherwise Gmail leaves both out. */
export function asksForSpamOrTrash(node: SearchNode): boolean {
  switch (node.type) {
    case 'and':
    case 'or':
      return node.nodes.some(asksForSpamOrTrash)
    case 'operator':
      return ['in', 'is', 'label'].includes(node.name) && /^(anywhere|trash|bin|spam)$/i.test(node.value)
    case 'not':
    case 'text':
      return false
  }
}

function operatorMatches(
  name: SearchOperator,
  value: string,
  exact: boolean,
  message: Searchable,
  context: SearchContext,
): boolean {
  const { mail } = message
  switch (name) {
    case 'from':
      return personMatches([mail.from], folded(mail).from, value, context)
    case 'to':
    case 'deliveredto':
      return personMatches([...mail.to, ...mail.cc, ...mail.bcc], folded(mail).to, value, context)
    case 'cc':
      return personMatches(mail.cc, folded(mail).cc, value, context)
    case 'bcc':
      return personMatches(mail.bcc, folded(mail).bcc, value, context)
    case 'subject':
      return holdsPhrase(folded(mail).subject, value, wordMatch(exact))
    case 'label':
    case 'category':
      return hasLabel(message, name === 'category' ? `category_${categoryName(value)}` : value, context)
    case 'in':
      return value.toLowerCase() === 'anywhere' || hasLabel(message, value, context)
    case 'is':
      return value.toLowerCase() === 'read' ? !message.labels.has('UNREAD') : hasLabel(message, value, context)
    case 'has':
      return hasThing(message, value)
    case 'filename':
      return mail.attachments.some(({ filename }) => holdsPhrase(fold(filename), value, 'prefix'))
    case 'list':
      return holdsPhrase(fold(headerOf(mail, 'list-id')), value, 'prefix')
    case 'after':
    case 'newer':
      return compareDay(value, (day) => message.date >= day)
    case 'before':
    case 'older':
      return compareDay(value, (day) => message.date < day)
    case 'newer_than':
      return comparePeriod(value, (period) => message.date >= context.now - period)
    case 'older_than':
      return comparePeriod(value, (period) => message.date < context.now - period)
    case 'larger':
    case 'size':
      return compareSize(value, (bytes) => mail.size >= bytes)
    case 'smaller':
      return compareSize(value, (bytes) => mail.size < bytes)
    case 'rfc822msgid':
      return mail.messageId.replace(/[<>]/g, '') === value.replace(/[<>]/g, '')
  }
}

function personMatches(people: readonly MailAddress[], names: string, value: string, context: SearchContext): boolean {
  if (value.toLowerCase() === 'me') return people.some(({ address }) => context.isAccount(address))
  return holdsPhrase(names, value, 'prefix')
}

function hasLabel(message: Searchable, value: string, context: SearchContext): boolean {
  const wanted = labelKey(PLACES[value.toLowerCase()] ?? value)
  return context.labels.some(
    (label) => message.labels.has(label.id) && (labelKey(label.id) === wanted || labelKey(label.name) === wanted),
  )
}

/** Gmail writes "Project Atlas/Press" as `label:project-atlas-press`. */
function labelKey(name: string): string {
  return name.toLowerCase().replace(/[\s/_&-]+/g, '-')
}

function categoryName(value: string): string {
  return value.toLowerCase() === 'primary' ? 'personal' : value
}

function hasThing(message: Searchable, value: string): boolean {
  switch (value.toLowerCase()) {
    case 'attachment':
      return message.mail.attachments.length > 0
    case 'userlabels':
      return [...message.labels].some((id) => id.startsWith('Label_'))
    case 'nouserlabels':
      return ![...message.labels].some((id) => id.startsWith('Label_'))
    case 'yellow-star':
      return message.labels.has('STARRED')
    default:
      return false
  }
}

/** A date that cannot be read matches nothing; Gmail answers so too, with an empty list. Days begin at midnight UTC. */
function compareDay(value: string, holds: (day: number) => boolean): boolean {
  const seconds = /^\d{9,}$/.test(value) ? Number(value) : undefined
  if (seconds !== undefined) return holds(seconds * 1000)
  const [, year, month, day] = CALENDAR_DAY.exec(value) ?? reordered(AMERICAN_DAY.exec(value)) ?? []
  if (year === undefined || month === undefined || day === undefined) return false
  return holds(Date.UTC(Number(year), Number(month) - 1, Number(day)))
}

function reordered(match: RegExpExecArray | null): (string | undefined)[] | undefined {
  return match === null ? undefined : [match[0], match[3], match[1], match[2]]
}

function comparePeriod(value: string, holds: (milliseconds: number) => boolean): boolean {
  const [, count, unit] = PERIOD.exec(value) ?? []
  if (count === undefined || unit === undefined) return false
  return holds(Number(count) * UNIT_DAYS[unit.toLowerCase() as keyof typeof UNIT_DAYS] * DAY)
}

function compareSize(value: string, holds: (bytes: number) => boolean): boolean {
  const [, count, unit] = SIZE.exec(value) ?? []
  if (count === undefined || unit === undefined) return false
  return holds(Number(count) * UNIT_BYTES[unit.toLowerCase() as keyof typeof UNIT_BYTES])
}

function wordMatch(exact: boolean): WordMatch {
  return exact ? 'exact' : 'plural'
}

function headerOf(mail: Mail, name: string): string {
  return mail.headers.find((header) => header.name.toLowerCase() === name)?.value ?? ''
}

function folded(mail: Mail): FoldedMail {
  const known = foldedMails.get(mail)
  if (known !== undefined) return known
  const people = (addresses: readonly MailAddress[]) => fold(addresses.map(formatAddress).join(' , '))
  const made: FoldedMail = {
    from: people([mail.from]),
    to: people([...mail.to, ...mail.cc, ...mail.bcc]),
    cc: people(mail.cc),
    bcc: people(mail.bcc),
    subject: fold(mail.subject),
    everything: fold(
      [
        mail.subject,
        [mail.from, ...mail.to, ...mail.cc].map(formatAddress).join(' , '),
        mail.text,
        mail.attachments.map(({ filename }) => filename).join(' '),
      ].join('\n'),
    ),
  }
  foldedMails.set(mail, made)
  return made
}
