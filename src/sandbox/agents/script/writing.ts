/** Answers that write: replies, drafts, new emails, forwards. Nothing here asks for approval; the tools themselves do. */

import { z } from 'zod'
import { type Correspondent, draftsIn, parsed } from './mail.js'
import { enumerated, listTitle, when } from './markdown.js'
import { pickAndRead, pickOne } from './pick-mail.js'
import { type EmailToSend, letter, saveDraft, send } from './sending.js'
import { read, type ScriptTurn, warnings } from './turn.js'
import type { Captures, Intent } from './understand.js'
import * as say from './words.js'

type Making = (turn: ScriptTurn, said: Captures) => Promise<EmailToSend | undefined>

export const sending =
  (make: Making): Intent['handle'] =>
  async (turn, said) => {
    const email = await make(turn, said)
    const isEmpty = email?.tool === 'reply_to_email' && said.text === undefined
    if (isEmpty) await turn.say(say.whatToAnswer(email.to))
    else if (email !== undefined) await send(turn, email, said.time)
  }

export const drafting =
  (make: Making): Intent['handle'] =>
  async (turn, said) => {
    const email = await make(turn, said)
    if (email === undefined) return
    await saveDraft(turn, email.draft)
    await turn.say(say.drafted(email.to, String(email.draft.body)))
  }

/** A reply in the words given, else one that says that an answer comes. */
export const replyTo: Making = async (turn, { mail: words, text }) => {
  const mail = await pickAndRead(turn, asSender(words))
  if (mail === undefined) return undefined
  const to = mail.replyTo ?? mail.from
  const subject = mail.subject.replace(/^(?:(?:re|aw|sv|fwd):\s*)+/i, '')
  const body = letter(text ?? say.holdingWords(subject), to, turn.context.person)
  await turn.say(await warnings(turn, [mail]))
  // Whom a reply goes to, the host finds by itself.
  const input = { thread_id: mail.threadId, body, in_reply_to_message_id: mail.messageId }
  const draft = { to: to.address, subject: `Re: ${subject}`, body, thread_id: mail.threadId }
  return { tool: 'reply_to_email', input, to, draft }
}

/** "to Helen": a bare name is a sender. */
function asSender(words = 'it'): string {
  return /^\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)?$/u.test(words) ? `from ${words}` : words
}

export const emailTo: Making = async (turn, { who = '', text, subject }) => {
  const to = await addressee(turn, who)
  if (to !== undefined && text === undefined) await turn.say(say.whatToWrite(who))
  if (to === undefined || text === undefined) return undefined
  const title = subject ?? /^[^.!?\n]{0,60}(?!\S)/.exec(text)?.[0] ?? 'Hello'
  const body = letter(text, to, turn.context.person)
  const input = { to: to.address, subject: title.charAt(0).toLocaleUpperCase() + title.slice(1), body }
  return { tool: 'send_email', input, to, draft: input }
}

export const forwarded: Making = async (turn, { mail: words = 'it', who = '', text }) => {
  const seen = await pickOne(turn, words)
  const to = seen === undefined ? undefined : await addressee(turn, who)
  if (seen === undefined || to === undefined) return undefined
  const mail = await read(turn, seen)
  const note = text === undefined ? [] : [letter(text, to, turn.context.person)]
  const head = say.forwarded(mail.from, when(mail.date, turn.context), mail.subject)
  const input = { to: to.address, subject: `Fwd: ${mail.subject}`, body: [...note, head, mail.text].join('\n\n') }
  await turn.say(await warnings(turn, [mail]), mail.files.length > 0 ? say.FILES_STAY : '')
  return { tool: 'send_email', input, to, draft: input }
}

/** Whom a name means; asks the person and answers undefined where that is not clear. @throws {Obstacle} */
async function addressee(turn: ScriptTurn, name: string): Promise<Correspondent | undefined> {
  const address = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(name)?.[0]
  if (address !== undefined) return { name: '', address }
  const isPronoun = /^(?:him|her|them)$/i.test(name)
  if (isPronoun && turn.shown.mail !== undefined) return turn.shown.mail.from
  const people = isPronoun ? [] : await peopleNamed(turn, name)
  if (people.length === 1) return people[0]
  await turn.say(isPronoun ? say.WHICH : people.length === 0 ? say.noAddress(name) : say.whichAddress(name, people))
  return undefined
}

const NAMES = z.array(z.object({ displayName: z.string() }))
const PERSON = z.object({ names: NAMES, emailAddresses: z.array(z.object({ value: z.string() })) })
const PEOPLE = z.object({ results: z.array(z.object({ person: PERSON })) })

/** People that Gmail knows by this name. @throws {Obstacle} */
export async function peopleNamed({ tools }: ScriptTurn, name: string): Promise<Correspondent[]> {
  const answer = await tools.call('gmail_search_people', { query: name, other_contacts: true })
  return (parsed(PEOPLE, answer)?.results ?? []).map(({ person: { names, emailAddresses } }) => ({
    name: names[0]?.displayName ?? '',
    address: emailAddresses[0]?.value ?? '',
  }))
}

/** The draft written last, else the only one there is. */
export async function sendDraft(turn: ScriptTurn, { time }: Captures): Promise<void> {
  const { draftId } = turn.shown
  const drafts = draftId === undefined ? draftsIn(await turn.tools.call('gmail_list_drafts', { max_results: 20 })) : []
  const draft_id = draftId ?? drafts[0]?.id
  const titles = drafts.map(({ message }) => `“${listTitle(message)}”`)
  if (draft_id === undefined) return await turn.say(say.NO_DRAFTS)
  if (drafts.length > 1) return await turn.say(say.severalDrafts(enumerated(titles)))
  await send(turn, { tool: 'send_draft', input: { draft_id }, draft: {}, to: undefined }, time)
}
