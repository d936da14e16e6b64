/** From the words that name a mail to the mail itself: what was shown first, then a search of the mailbox. */

import { stem } from './digest.js'
import { type Filter, isEmptyTarget, type Target } from './intent.js'
import { isRecord, parseLoosely } from './loose-json.js'
import { dayNumber, list, plain } from './markdown.js'
import type { ScriptTurn } from './script-turn.js'
import { mailsIn, type SeenMail } from './seen-mail.js'

/** Mails in one search: enough for any list, few enough to read. */
const MOST_FOUND = 25

export interface SearchResult {
  readonly mails: readonly SeenMail[]
  /** How many the mailbox says there are, where it says so. */
  readonly total: number
  /** How the search differs from what was asked; undefined when it does not. */
  readonly note: string | undefined
}

/** Gmail's search syntax for a filter. */
function gmailQuery(filter: Filter): string {
  const periods = { today: '1d', yesterday: '2d', week: '7d', month: '30d' } as const
  const everywhere =
    filter.from !== undefined || filter.to !== undefined || filter.about !== undefined || filter.label !== undefined
  return [
    filter.from === undefined ? undefined : `from:${oneOperand(filter.from)}`,
    filter.to === undefined ? undefined : `to:${oneOperand(filter.to)}`,
    filter.about,
    filter.label === undefined ? undefined : `label:${filter.label.trim().replace(/[\s/]+/g, '-')}`,
    filter.unread ? 'is:unread' : undefined,
    filter.starred ? 'is:starred' : undefined,
    filter.important ? 'is:important' : undefined,
    filter.attachment ? 'has:attachment' : undefined,
    filter.newsletters ? 'category:promotions' : undefined,
    filter.noNewsletters ? '-category:promotions' : undefined,
    filter.period === undefined ? undefined : `newer_than:${periods[filter.period]}`,
    filter.sent ? 'in:sent' : filter.trash ? 'in:trash' : everywhere ? '-in:drafts' : 'in:inbox',
  ]
    .filter((term) => term !== undefined)
    .join(' ')
}

/** Several words after an operator must stand in brackets, else only the first belongs to it. */
function oneOperand(words: string): string {
  const clean = words.replace(/[(){}"]/g, ' ').trim()
  return /\s/.test(clean) ? `(${clean})` : clean
}

/** Searches the mailbox, newest first. @throws {Obstacle} */
export async function search(turn: ScriptTurn, filter: Filter, limit = MOST_FOUND): Promise<SearchResult> {
  const exact = await fetched(turn, gmailQuery(filter), limit)
  if (exact.mails.length > 0) return inPeriod(exact, filter, turn)
  if (filter.from !== undefined && Object.keys(filter).length === 1) {
    const mentions = await fetched(turn, `${filter.from} -in:drafts`, limit)
    return { ...mentions, note: `Nothing is from **${plain(filter.from)}**, but this mentions the name.` }
  }
  const words = (filter.about ?? '').split(/\s+/).filter((word) => word.length > 2)
  const variants = [...new Set(words.flatMap((word) => [word, stem(word)]))]
  if (variants.length < 2) return exact
  const loose = await fetched(turn, gmailQuery({ ...filter, about: `{${variants.join(' ')}}` }), limit)
  return loose.mails.length === 0
    ? exact
    : {
        ...inPeriod(loose, filter, turn),
        note: `Nothing has all of “${filter.about}” in it; this is what has some of it.`,
      }
}

/** Runs one Gmail search as it is written. @throws {Obstacle} */
export async function fetched(turn: ScriptTurn, query: string, limit = MOST_FOUND): Promise<SearchResult> {
  const answer = await turn.tools.call('gmail_fetch_mails', { query, limit })
  turn.shown.query = query
  const mails = turn.shown.learn(mailsIn(answer))
  const json = parseLoosely(answer)
  const estimate = isRecord(json) && typeof json.resultSizeEstimate === 'number' ? json.resultSizeEstimate : 0
  return { mails, total: Math.max(estimate, mails.length), note: undefined }
}

/** Gmail counts back in whole days from now; "today" is a day on the person's calendar. */
function inPeriod(result: SearchResult, filter: Filter, { context }: ScriptTurn): SearchResult {
  if (filter.period !== 'today' && filter.period !== 'yesterday') return result
  const wanted = dayNumber(context.now, context.timeZone) - (filter.period === 'yesterday' ? 1 : 0)
  const mails = result.mails.filter(
    (mail) => mail.date !== undefined && dayNumber(mail.date, context.timeZone) === wanted,
  )
  if (mails.length > 0) return { ...result, mails, total: mails.length }
  const from =
    filter.period === 'today'
      ? 'Nothing has come since midnight; this is from the 24 hours before now.'
      : 'Nothing is dated yesterday; this is from the last two days.'
  return { ...result, note: from }
}

export type Found =
  | { readonly mails: readonly [SeenMail, ...SeenMail[]]; readonly note: string | undefined }
  /** What to ask or tell the person instead. */
  | { readonly question: string }

/**
 * The mails that a target means.
 *
 * @param alone whether one mail is wanted; then of several that fit the newest is taken, if `choosing` allows, else the person is asked
 * @throws {Obstacle} when a search is needed and fails
 */
export async function find(
  turn: ScriptTurn,
  target: Target,
  alone: boolean,
  choosing: 'newest' | 'ask' = 'newest',
): Promise<Found> {
  const { shown } = turn
  if (target.ordinals.length > 0) return byOrdinals(turn, target.ordinals)
  if (target.filter === undefined && target.latest)
    return foundOr(await fetched(turn, 'in:inbox', 1), 'The inbox is empty.')
  if (target.filter !== undefined) return await byFilter(turn, target, target.filter, alone, choosing)
  if (target.plural && shown.list.length > 0) return some(shown.list, undefined) ?? { question: whichOne(turn) }
  if (shown.mail !== undefined) return { mails: [shown.mail], note: undefined }
  return { question: isEmptyTarget(target) || shown.list.length !== 1 ? whichOne(turn) : '' }
}

function byOrdinals({ shown }: ScriptTurn, ordinals: readonly number[]): Found {
  if (shown.list.length === 0) {
    return {
      question:
        'I have not shown you a numbered list yet, so I do not know which mail that is. Ask me for one, for example “what is unread?”.',
    }
  }
  const mails = ordinals
    .map((number) => shown.list.at(number < 0 ? number : number - 1))
    .filter((mail) => mail !== undefined)
  return (
    some(mails, undefined) ?? {
      question: `The list I showed you last has ${shown.list.length} ${shown.list.length === 1 ? 'entry' : 'entries'}. Which one do you mean?`,
    }
  )
}

async function byFilter(
  turn: ScriptTurn,
  target: Target,
  filter: Filter,
  alone: boolean,
  choosing: 'newest' | 'ask',
): Promise<Found> {
  const onList = turn.shown.list.filter((mail) => fits(mail, filter))
  const about = turn.shown.mail !== undefined && fits(turn.shown.mail, filter) ? [turn.shown.mail] : []
  const near = about.length > 0 && !target.plural ? about : onList
  const { mails, note } =
    near.length > 0 && !target.plural ? { mails: near, note: undefined } : await search(turn, filter)
  if (mails.length === 0) return { question: nothingFound(filter) }
  if (!alone || mails.length === 1 || target.plural) return some(mails, note) ?? { question: nothingFound(filter) }
  const bySubject = mails.filter(
    (mail) => filter.about !== undefined && mail.subject.toLowerCase().includes(filter.about.toLowerCase()),
  )
  const best = bySubject.length > 0 ? bySubject : mails
  if (choosing === 'newest' || target.latest || best.length === 1)
    return some(best.slice(0, 1), note) ?? { question: nothingFound(filter) }
  turn.shown.showList(best.slice(0, 10))
  return { question: `Several mails fit. Which one do you mean?\n\n${list(turn.shown.list, turn.context)}` }
}

/** Whether a mail that was already shown is what a search by name or subject means. */
function fits(mail: SeenMail, filter: Filter): boolean {
  const { from, about, ...rest } = filter
  if (Object.keys(rest).length > 0 || (from === undefined && about === undefined)) return false
  const writer = `${mail.from.name} ${mail.from.address}`.toLowerCase()
  const subject = `${mail.subject} ${about !== undefined && from === undefined ? writer : ''}`.toLowerCase()
  return (
    (from ?? '')
      .toLowerCase()
      .split(/\s+/)
      .every((word) => writer.includes(word)) &&
    (about ?? '')
      .toLowerCase()
      .split(/\s+/)
      .every((word) => subject.includes(stem(word)))
  )
}

function foundOr(result: SearchResult, otherwise: string): Found {
  return some(result.mails, result.note) ?? { question: otherwise }
}

function some(mails: readonly SeenMail[], note: string | undefined): Found | undefined {
  const [first, ...others] = mails
  return first === undefined ? undefined : { mails: [first, ...others], note }
}

function whichOne({ shown, context }: ScriptTurn): string {
  return shown.list.length === 0
    ? 'Which mail do you mean? Name its sender or its subject, for example “the mail from Helen” or “the one about the budget”.'
    : `Which of these do you mean?\n\n${list(shown.list, context)}`
}

/** Says what was looked for. */
export function nothingFound(filter: Filter): string {
  return `I found no ${describe(filter, 'mail')}.`
}

/**
 * A filter in words: "unread mails from **Helen** about **the floor**".
 *
 * @param noun "mail" or "mails"
 */
export function describe(filter: Filter, noun: 'mail' | 'mails'): string {
  const periods = {
    today: 'from today',
    yesterday: 'from yesterday',
    week: 'from the last seven days',
    month: 'from the last thirty days',
  } as const
  const kind = filter.newsletters ? (noun === 'mail' ? 'newsletter or promotion' : 'newsletters and promotions') : noun
  const parts = [
    filter.unread ? 'unread' : undefined,
    filter.starred ? 'starred' : undefined,
    filter.important ? 'important' : undefined,
    kind,
    filter.sent ? 'that you sent' : undefined,
    filter.trash ? 'in the trash' : undefined,
    filter.from === undefined ? undefined : `from **${plain(filter.from)}**`,
    filter.to === undefined ? undefined : `to **${plain(filter.to)}**`,
    filter.about === undefined ? undefined : `about **${plain(filter.about)}**`,
    filter.noNewsletters ? 'other than newsletters' : undefined,
    filter.attachment ? 'with an attachment' : undefined,
    filter.label === undefined ? undefined : `labelled **${plain(filter.label)}**`,
    filter.period === undefined ? undefined : periods[filter.period],
  ].filter((part) => part !== undefined)
  return parts.length === 1 && kind === noun ? `${noun} in the inbox` : parts.join(' ')
}
