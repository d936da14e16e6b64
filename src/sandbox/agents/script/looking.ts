/** Answers that show lists: what is unread, what was found, who somebody is; and the long report. */
import { keySentences } from './facts.js'
import type { SeenMail } from './mail.js'
import { describe, gmailQuery, readMailWords } from './mail-words.js'
import { type Gist, listTitle, plain, sender, table, when } from './markdown.js'
import { LONGEST_LIST, search } from './pick-mail.js'
import { noticesOf, numbered, type ScriptTurn } from './turn.js'
import type { Captures } from './understand.js'
import { quotableText } from './warnings.js'
import * as say from './words.js'
import { peopleNamed } from './writing.js'

/** Mails that the words name, newest first, in a numbered list. */
export async function listMails(turn: ScriptTurn, said: Captures, gist?: Gist): Promise<void> {
  const from = said.from === undefined ? undefined : nameOf(turn, said.from)
  if (said.from !== undefined && from === undefined) return await turn.say(say.WHICH)
  const fields = Object.entries({ from, to: said.to, about: said.about }).filter(([, value]) => value !== undefined)
  const words = said.mail ?? (fields.map((field) => field.join(' ')).join(' ') || 'unread')
  const wanted = readMailWords(words, turn.context)
  const { mails, total } = await search(turn, gmailQuery(wanted), Math.min(wanted.limit ?? LONGEST_LIST, LONGEST_LIST))
  if (mails.length === 0) return await turn.say(say.noneFound(describe(wanted, 2)))
  const more = mails.length < total ? say.SAY_MORE : ''
  await turn.say(say.heading(mails.length, total, describe(wanted, total)), await numbered(turn, mails, gist), more)
}

/** Of "she", the sender of the mail spoken of last. */
function nameOf({ shown: { mail } }: ScriptTurn, words: string): string | undefined {
  return /^(?:it|s?he|they|this|that)$/i.test(words) ? mail?.from.name || mail?.from.address : words
}

export async function digest(turn: ScriptTurn, { mail: words = 'today' }: Captures): Promise<void> {
  await listMails(turn, { mail: words }, (mail) => keySentences(quotableText(mail), 1).join(' '))
}

/** The next mails of the search that found the list shown last. */
export async function more(turn: ScriptTurn): Promise<void> {
  const { query, list: before } = turn.shown
  const last = before.at(-1)
  if (query === undefined || last === undefined) return await turn.say(say.MORE_OF_WHAT)
  const { mails } = await search(turn, query, 200)
  const next = mails.slice(mails.findIndex(({ id }) => id === last.id) + 1).slice(0, LONGEST_LIST)
  if (next.length === 0) return await turn.say(say.NO_MORE)
  await turn.say(say.NEXT_ONES, await numbered(turn, next))
}

export async function whoIs(turn: ScriptTurn, { who = '' }: Captures): Promise<void> {
  const name = nameOf(turn, who)
  if (name === undefined) return await turn.say(say.WHICH)
  const people = (await peopleNamed(turn, name)).slice(0, 5)
  if (people.length === 0) return await turn.say(say.nobody(name))
  const { mails } = await search(turn, `{${people.map(({ address }) => `from:${address}`).join(' ')}}`, 3)
  await turn.say(say.people(people), await numbered(turn, mails))
}

/** "Write a long report about my mail": long on purpose, with headings, a table and a fence. */
export async function report(turn: ScriptTurn): Promise<void> {
  const { mails, total } = await search(turn, '-in:drafts', 60)
  const notices = await noticesOf(turn, mails)
  const names = [...new Set(mails.map(sender))]
  const rows = names.map((name) => [name, String(mails.filter((mail) => sender(mail) === name).length)])
  const told = (mail: SeenMail) => {
    const gist = keySentences(quotableText(mail), 4).map((sentence) => `- “${plain(sentence, 420)}”`)
    const head = `### ${listTitle(mail)}\n\n${sender(mail)}, ${when(mail.date, turn.context)}.`
    return [head, gist.join('\n'), say.warned(notices(mail))].join('\n\n').trim()
  }
  const intro = `# Your email\n\n${say.heading(mails.length, total, 'emails')}\n\n## Who wrote`
  const figures = `${table(['Sender', 'Emails'], rows)}\n\n## What they say`
  await turn.say(intro, figures, ...mails.map(told))
}
