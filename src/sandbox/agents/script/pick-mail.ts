/** Which mail is meant: by number in the last list, by what the last answer was about, by sender and subject. One, or the person is asked. */
import { z } from 'zod'
import { fold } from '../../mailbox/search/folding.js'
import { mailsIn, parsed, type SeenMail } from './mail.js'
import { describe, gmailQuery, type MailWords, readMailWords } from './mail-words.js'
import { numbered, read, type ScriptTurn } from './turn.js'
import * as say from './words.js'

export const LONGEST_LIST = 10
/** At most so many mails in one go: a mistake must stay small enough to see. */
const MOST_PICKED = 25

export interface Found {
  readonly mails: readonly SeenMail[]
  readonly total: number
}

/** Runs a Gmail search, newest first. @throws {Obstacle} */
export async function search({ tools, shown }: ScriptTurn, query: string, max_results = MOST_PICKED): Promise<Found> {
  const answer = await tools.call('gmail_fetch_mails', { query, max_results })
  shown.beginSearch(query)
  const total = parsed(z.object({ resultSizeEstimate: z.number() }), answer)?.resultSizeEstimate ?? 0
  return { mails: shown.learn(mailsIn(answer)), total }
}

/** The one mail that the words mean; undefined when the person was asked or told instead. @throws {Obstacle} */
export async function pickOne(turn: ScriptTurn, words: string): Promise<SeenMail | undefined> {
  const picked = await pick(turn, readMailWords(words, turn.context), 'a conversation')
  if (picked === undefined || picked.mails.length === 1) return picked?.mails[0]
  await turn.say(say.whichListed(await numbered(turn, [...turn.shown.list])))
  return undefined
}

export async function pickAndRead(turn: ScriptTurn, words = 'it'): Promise<SeenMail | undefined> {
  const seen = await pickOne(turn, words)
  return seen === undefined ? undefined : await read(turn, seen)
}

/** The mails that the words mean, several only where they say so. @throws {Obstacle} */
export async function pickSome(turn: ScriptTurn, words: string): Promise<Found | undefined> {
  const wanted = readMailWords(words, turn.context)
  return await pick(turn, wanted, wanted.isMany ? 'several' : 'a mail')
}

type Kind = 'a conversation' | 'a mail' | 'several'

async function pick(turn: ScriptTurn, wanted: MailWords, kind: Kind): Promise<Found | undefined> {
  if (!wanted.isSearch) return await pickShown(turn, wanted)
  const near = kind === 'several' || wanted.isNewest ? [] : nearby(turn, wanted)
  const found = near.length > 0 ? all(near) : await search(turn, gmailQuery(wanted, kind !== 'several'), wanted.limit)
  const [first, ...others] = found.mails
  if (first === undefined) {
    await turn.say(say.noneFound(describe(wanted, 2)))
    return undefined
  }
  // Where a conversation is wanted, its newest mail stands for it; of several the person chooses.
  const isOneThread = found.total === found.mails.length && others.every(({ threadId }) => threadId === first.threadId)
  if (others.length === 0 || wanted.isNewest || (kind === 'a conversation' && isOneThread)) return all([first])
  if (kind === 'several') return found
  const shown = found.mails.slice(0, LONGEST_LIST)
  await turn.say(say.whichOf(await numbered(turn, shown), shown.length, found.total))
  return undefined
}

async function pickShown(turn: ScriptTurn, wanted: MailWords): Promise<Found | undefined> {
  const { numbers, isAll, isMany, isNewest } = wanted
  const { list: before, mail } = turn.shown
  const counted = numbers.flatMap((number) => before.at(number < 0 ? number : number - 1) ?? [])
  if (numbers.length > 0 && counted.length === numbers.length) return all(counted)
  if (numbers.length === 0 && isNewest) return await search(turn, 'in:inbox', 1)
  if (numbers.length === 0 && isAll && before.length > 0) return all(before)
  if (numbers.length === 0 && !isMany && mail !== undefined) return all([mail])
  const asked = before.length === 0 ? say.WHICH : say.whichListed(await numbered(turn, [...before]))
  await turn.say(numbers.length === 0 ? asked : before.length === 0 ? say.NO_LIST : say.listHas(before.length))
  return undefined
}

const all = (mails: readonly SeenMail[]): Found => ({ mails: [...mails], total: mails.length })

/** What the conversation has in view and the words fit: the mail spoken of, else those of the list. */
function nearby({ shown }: ScriptTurn, { fields, flags }: MailWords): SeenMail[] {
  if (fields.to !== '' || flags.length > 0) return []
  const has = (text: string, words: string) =>
    words.split(' ').every((word) => fold(text).includes(fold(word).slice(0, -1)))
  const fits = ({ from, subject }: SeenMail) => {
    const writer = `${from.name} ${from.address}`
    return has(writer, fields.from) && has(subject, fields.about) && has(`${writer} ${subject}`, fields.named)
  }
  return shown.mail !== undefined && fits(shown.mail) ? [shown.mail] : shown.list.filter(fits)
}
