/** What every scene has, and what people do in all of them: write, change, press, wait. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type SeenMessage, SlackRefusal } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { type Verb, wordsOf } from './chaos-brain.js'
import type { ChaosHouse } from './chaos-house.js'
import type { Fate, Ledger, Talk, Written } from './ledger.js'
import type { Random } from './random.js'

export interface Stage {
  readonly chaos: ChaosHouse
  readonly ledger: Ledger
  /** Ids of people whose mailbox is connected. */
  readonly people: readonly string[]
  /** Somebody whose mailbox is not connected yet. */
  readonly stranger: string
  readonly channel: string
  /** Whether anything may be made to fail just now. */
  readonly isStormy: () => boolean
  /** What people do beside the course of this scene; it ends with it. */
  readonly meanwhile: Promise<void>[]
  /** The next token of this scene. */
  readonly nextToken: () => string
  /** Everything that is waited for has come by then, or never will; epoch milliseconds. */
  readonly deadline: () => number
}

export type Scene = (stage: Stage, random: Random) => Promise<void>

export type Button = SeenMessage['elements'][number]

export class GivenUp extends Error {}

const LONGEST_PAUSE_MS = 600
const LINES_APART_MS = 2_200
export const LOOK_EVERY_MS = 20
export const BOT = WORLD.bot.userId

/** Starts a conversation with its first message. @param prepare makes sure of what that message is about */
export async function begin(
  stage: Stage,
  random: Random,
  verb: Verb,
  kinds: readonly Talk['kind'][] = ['dm', 'mention'],
  person = random.pick(stage.people),
  prepare: (token: string, person: string) => Promise<void> = async () => undefined,
): Promise<Talk> {
  await somePause(random)
  const kind = random.pick(kinds)
  const { slack } = stage.chaos.house
  const token = stage.nextToken()
  await prepare(token, person)
  if (kind === 'dm') await apartFromOtherLines(stage, person)
  const words = wordsOf(token, verb)
  const channel = kind === 'mention' ? stage.channel : slack.person(person).dm
  const { ts } = slack.person(person).post(kind === 'mention' ? `<@${BOT}> ${words}` : words, { channel })
  const talk: Talk = { id: token, person, kind, channel, rootTs: ts, rootToken: token }
  stage.ledger.talks.push(talk)
  stage.ledger.written.push({ talk, token, verb, ts, words: [words], fate: 'heard' })
  if (kind === 'mention' && stage.chaos.variant.environment.CHANNEL_REPLIES === 'ask') {
    const answering = answerWhere(stage, random.fork('where'), talk)
    // It is awaited where the scene ends; until then, what it waited for in vain is nobody's yet.
    answering.catch(() => undefined)
    stage.meanwhile.push(answering)
  }
  return talk
}

/** Lines of a direct message that follow each other closely are one conversation; here each scene is to have its own. */
async function apartFromOtherLines({ ledger: { nextLines } }: Stage, person: string): Promise<void> {
  const at = Math.max(Date.now(), nextLines.get(person) ?? 0)
  nextLines.set(person, at + LINES_APART_MS)
  await sleep(Math.max(0, at - Date.now()))
}

/** The owner says where they want the answers, as impatiently as with every other press; a second thought comes too late. */
export async function answerWhere(stage: Stage, random: Random, talk: Talk): Promise<void> {
  talk.place = random.pick(['here', 'private'])
  const label = talk.place === 'here' ? 'Answer in the thread' : 'Answer privately'
  const contrary = random.chance(0.3)
  const questionOf = () =>
    messagesOf(stage, talk.person).find(
      ({ shown, elements }) => shown.includes(talk.rootToken) && elements.some((element) => element.label === label),
    )
  let question = await until(stage, questionOf, `the question where to answer ${talk.rootToken}`)
  await somePause(random)
  for (;;) {
    const button = question.elements.find((element) => element.label === label)
    const other = question.elements.find((element) => element.label !== label)
    if (button === undefined || other === undefined) throw new Error('where to answer has two answers')
    const outcome = await press(stage, talk, question, button)
    if (contrary && outcome === 'acknowledged') await press(stage, talk, question, other)
    if (Date.now() > stage.deadline()) throw new GivenUp(`the question where to answer ${talk.rootToken} is still open`)
    await sleep(random.between(20, 200))
    const next = questionOf()
    if (next === undefined) return
    question = next
  }
}

export function write(
  stage: Stage,
  talk: Talk,
  verb: Verb,
  options: { readonly author?: string; readonly mentions?: boolean } = {},
): Written {
  const token = stage.nextToken()
  const words = wordsOf(token, verb)
  const typed = options.mentions === true ? `<@${BOT}> ${words}` : words
  const place = { channel: talk.channel, ...(talk.rootTs === undefined ? {} : { threadTs: talk.rootTs }) }
  const { ts } = stage.chaos.house.slack.person(options.author ?? talk.person).post(typed, place)
  const written: Written = { talk, token, verb, ts, words: [words], fate: 'heard' }
  stage.ledger.written.push(written)
  return written
}

/** @param counts whether the message may still be heard as it was */
export function change(stage: Stage, written: Written, counts: 'only this' | 'this too', how = 'rather this'): void {
  const words = `${written.token} say ${how}`
  written.words = counts === 'only this' ? [words] : [...written.words, words]
  if (written.ts !== undefined)
    stage.chaos.house.slack.person(written.talk.person).edit(written.talk.channel, written.ts, words)
}

export function takeBack(stage: Stage, written: Written, fate: Fate): void {
  written.fate = fate
  if (written.ts !== undefined)
    stage.chaos.house.slack.person(written.talk.person).delete(written.talk.channel, written.ts)
}

/** Slack brings it once more, in a fresh envelope, whether it was acknowledged or not. */
export async function redeliver(stage: Stage, { token }: Written): Promise<void> {
  const { deliveries } = stage.chaos.house.slack
  const delivery = deliveries.all
    .slice(stage.ledger.firstDelivery)
    .find(({ payload }) => JSON.stringify(payload).includes(token))
  if (delivery !== undefined) await deliveries.redeliver(delivery.key)
}

export function isDelivered(stage: Stage, token: string): boolean {
  return stage.chaos.house.slack.deliveries.all
    .slice(stage.ledger.firstDelivery)
    .filter(({ type, payload }) => type === 'events_api' && JSON.stringify(payload).includes(token))
    .every(({ acknowledged }) => acknowledged)
}

export async function press(
  stage: Stage,
  talk: Talk,
  message: SeenMessage,
  { actionId, blockId }: Button,
): Promise<'acknowledged' | 'unheard' | 'gone'> {
  try {
    const outcome = await stage.chaos.house.slack.person(talk.person).press(message, { actionId, blockId })
    return outcome.acknowledged ? 'acknowledged' : 'unheard'
  } catch (error) {
    // The message has changed since it was seen.
    if (error instanceof SlackRefusal) return 'gone'
    throw error
  }
}

/** What stops the turn that is at work in a conversation; `stopped` where that has happened already. */
export function stopButton(stage: Stage, talk: Talk): { message: SeenMessage; button: Button } | 'stopped' | undefined {
  const threads = [talk.rootTs, quoteOf(stage, talk.person, talk.rootToken)?.ts]
  const replies = messagesOf(stage, talk.person).filter(
    ({ threadTs }) => threadTs !== undefined && threads.includes(threadTs),
  )
  if (replies.some(({ shown }) => shown.includes('Stopped. Write again'))) return 'stopped'
  for (const message of replies) {
    const button = message.elements.find(({ label }) => label.startsWith('Stop'))
    if (button !== undefined) return { message, button }
  }
  return undefined
}

export function isShown(stage: Stage, talk: Talk, words: string): boolean {
  return messagesOf(stage, talk.person).some(({ shown }) => shown.includes(words))
}

export function quoteOf(stage: Stage, person: string, token: string): SeenMessage | undefined {
  return messagesOf(stage, person).find(({ shown, threadTs }) => threadTs === undefined && shown.includes(token))
}

export function messagesOf(stage: Stage, person: string): SeenMessage[] {
  return stage.chaos.house.slack
    .person(person)
    .messages()
    .filter(({ user }) => user === BOT)
}

export async function somePause(random: Random): Promise<void> {
  await sleep(random.between(0, LONGEST_PAUSE_MS))
}

export async function until<T>(stage: Stage, check: () => T | undefined | false, what: string): Promise<T> {
  for (;;) {
    const found = check()
    if (found !== undefined && found !== false) return found
    if (Date.now() > stage.deadline()) throw new GivenUp(`waited in vain for ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
