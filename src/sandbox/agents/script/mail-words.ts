/** The words that name mails: "unread emails from Helen about the floor", "the second one", "it". Each counts or is known to say nothing. */
import type { Clock } from './markdown.js'
import { localMoment } from './send-time.js'

export interface MailWords {
  /** "the second one" → [2]; -1 is the last of the list shown. */
  readonly numbers: readonly number[]
  /** "it", "that email": what the last answer was about. */
  readonly isPronoun: boolean
  /** "them", "all of these": the list shown last. */
  readonly isAll: boolean
  readonly isMany: boolean
  readonly isNewest: boolean
  readonly limit: number | undefined
  readonly fields: Fields
  readonly flags: readonly Flag[]
  readonly saysMail: boolean
  readonly isSearch: boolean
}

/** Words of the sender, the addressee, the subject; `named`: of sender or subject. Empty where there are none. */
type Fields = Record<'from' | 'to' | 'about' | 'named', string>
/** Gmail's term, and its English before and behind "emails". */
type Flag = readonly [query: string, before: string, behind: string]

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '))
const FIELD_WORDS: readonly (readonly [keyof Fields, ReadonlySet<string>])[] = [
  ['from', words('from by')],
  ['to', words('to')],
  ['about', words('about regarding on re called titled mentioning')],
]
const FLAGS: readonly (readonly [ReadonlySet<string>, Flag])[] = [
  [words('unread unopened'), ['is:unread', 'unread', '']],
  [words('starred flagged'), ['is:starred', 'starred', '']],
  [words('important urgent'), ['is:important', 'important', '']],
  [words('attachment attachments attached'), ['has:attachment', '', 'with an attachment']],
  [words('newsletter newsletters promotions'), ['category:promotions', '', 'that are newsletters or offers']],
  [words('sent'), ['in:sent', 'sent', '']],
  [words('trash'), ['in:trash', '', 'in the trash']],
  [words('drafts'), ['in:drafts', 'draft', '']],
]
/** Days from today to the midnights between which it lies. */
const PERIODS: readonly (readonly [ReadonlySet<string>, begin: number, end: number, behind: string])[] = [
  [words('today morning'), 0, 1, 'from today'],
  [words('yesterday'), -1, 0, 'from yesterday'],
  [words('week'), -6, 1, 'from the last 7 days'],
  [words('month'), -29, 1, 'from the last 30 days'],
]
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ')
const COUNTS = 'zero one two three four five six seven eight nine ten'.split(' ')
const MAIL = words('mail email e-mail message thread conversation inbox mailbox')
const MAILS = words('mails emails e-mails messages threads conversations newsletters anything')
const THESE = words('them these those both')
const ALL = words('all every everything')
const PRONOUNS = words('it this that him her he she')
const NEWEST = words('last latest newest recent')
const NEGATIONS = words('without except no')
export const FILLER = words(
  'a an the my our me i we us you your please of for in and or is are was were be been has have had got get do does did there one ones any some something which who what whats how many much most came come arrived received wrote written write so far yet just again also folder list show give see tell number numbers top more with',
)

export function tokens(text: string): string[] {
  return text.split(/[\s,;]+/).flatMap((raw) => raw.replace(/^["“„«(]+|[.?!:"”“»)]+$/g, '') || [])
}

export function readMailWords(text: string, clock: Clock = { now: new Date(0), timeZone: 'UTC' }): MailWords {
  const [quoted = '', quote] = /["“„«]([^"“”„«»]{2,80})["”“»]/.exec(text) ?? []
  const fields: Fields = { from: '', to: '', about: quote === undefined ? '' : `"${quote}"`, named: '' }
  const flags: Flag[] = []
  const numbers: number[] = []
  let limit: number | undefined
  let field: keyof Fields = 'named'
  const said = tokens(text.replace(quoted, ' ').replace(/\bnew (?=(?:e-?)?mails?\b|messages?\b)/gi, 'unread '))
  const small = said.map((raw) => raw.toLowerCase())
  for (const [index, word] of small.entries()) {
    const [raw = '', previous = ''] = [said[index], small[index - 1]]
    const number = field === 'named' && fields.named === '' ? numberIn(word) : 0
    const [next] = FIELD_WORDS.find(([, list]) => list.has(word)) ?? []
    const [, flag] = FLAGS.find(([list]) => list.has(word)) ?? []
    const [, begin = 0, end = 0, period] = PERIODS.find(([list]) => list.has(word)) ?? []
    const at = (days: number) => localMoment(clock, days, 0).getTime() / 1000
    if (next !== undefined) field = next
    else if (/.'s?$/.test(raw) && field === 'named') fields.from = `${fields.from} ${raw.replace(/'s?$/, '')}`.trim()
    else if (number > 0 && NEWEST.has(previous)) limit = number
    else if (number > 0 && /^(?:first|top)$/.test(previous))
      numbers.splice(0, 1, ...Array.from({ length: number }, (_, less) => less + 1))
    else if (number > 0 && word !== 'one') numbers.push(number)
    else if (period !== undefined) flags.push([`after:${at(begin)} before:${at(end)}`, '', period])
    else if (flag !== undefined) flags.push(NEGATIONS.has(previous) ? [`-${flag[0]}`, '', `without ${word}`] : flag)
    else if (![MAIL, MAILS, ALL, THESE, PRONOUNS, NEWEST, NEGATIONS, FILLER].some((set) => set.has(word)))
      fields[field] = `${fields[field]} ${raw}`.trim()
  }
  const says = (set: ReadonlySet<string>) => small.some((word) => set.has(word))
  const isSearch = Object.values(fields).join('') !== '' || flags.length > 0
  const isBare = !isSearch && numbers.length === 0
  const isLast = isBare && /\blast(?: one)?$/.test(small.join(' '))
  return {
    numbers: isLast ? [-1] : numbers,
    isPronoun: isBare && !says(NEWEST) && !says(ALL) && (says(PRONOUNS) || (says(MAIL) && small.includes('the'))),
    isAll: isBare && (says(THESE) || (small.includes('all') && !says(MAIL) && !says(MAILS))),
    isMany: says(MAILS) || says(ALL) || says(THESE) || limit !== undefined,
    isNewest: !isLast && limit === undefined && says(NEWEST),
    limit,
    fields,
    flags,
    saysMail: says(MAIL) || says(MAILS),
    isSearch,
  }
}

function numberIn(word: string): number {
  const [, digits = '0'] = /^#?(\d{1,2})(?:st|nd|rd|th)?$/.exec(word) ?? []
  return Math.max(ORDINALS.indexOf(word) + 1, COUNTS.indexOf(word), Number(digits))
}

/** "my inbox", "unread emails": a list, whatever the verb. */
const isSeveral = ({ isMany, saysMail, isPronoun, isSearch, numbers, flags, fields: { from, named } }: MailWords) =>
  numbers.length === 0 && (isMany || (saysMail && !isPronoun && !isSearch) || (flags.length > 0 && from + named === ''))

const isListing = ({ fields, saysMail, flags, ...said }: MailWords) =>
  isSeveral({ ...said, fields, saysMail, flags }) ||
  (fields.from + fields.about !== '' && (saysMail || flags.length > 0 || fields.named !== ''))

/** Slots for words that name mails in one way only; `bare` stands without a verb. */
export const MAIL_SLOTS: Readonly<Record<string, (words: MailWords) => boolean>> = {
  several: isSeveral,
  bare: (said) => said.fields.named === '' && isListing(said),
  listing: isListing,
  number: ({ numbers, isSearch }) => numbers.length === 1 && !isSearch,
}

/** Gmail's search for the words. @param isForOne a mail to act on: by its sender and subject alone, and none that the person sent */
export function gmailQuery({ fields: { from, to, about, named }, flags }: MailWords, isForOne = false): string {
  const clean = (value: string) => value.replace(/[(){}"]/g, ' ').trim()
  const each = (value: string, term: (word: string) => string) =>
    value === '' ? [] : clean(value).split(' ').map(term)
  const terms = [
    from && `from:(${clean(from)})`,
    to && `to:(${clean(to)})`,
    ...(isForOne ? each(about, (word) => `subject:${word}`) : [about]),
    ...each(named, (word) => `{from:(${word}) subject:${word}}`),
    ...flags.map(([query]) => query),
  ]
  const isPlaced = flags.some(([query]) => query.startsWith('in:'))
  const where = isForOne ? '-in:sent -in:drafts' : from + to + about + named === '' ? 'in:inbox' : '-in:drafts'
  return [...terms, isPlaced ? '' : where].filter((term) => term !== '').join(' ')
}

/** "unread emails from **Helen** about **floor**": what was looked for, word by word. */
export function describe({ fields: { from, to, about, named }, flags }: MailWords, count: number): string {
  const said = [from && `from **${from}**`, to && `to **${to}**`, about && `about **${about}**`]
  const either = named && `with **${named}** in sender or subject`
  const [before, behind] = [flags.map((flag) => flag[1]), flags.map((flag) => flag[2])]
  const parts = [...before, count === 1 ? 'email' : 'emails', ...said, either, ...behind]
  return parts.filter((part) => part !== '').join(' ')
}
