/** What people do in a run: each scene is one conversation with the bot, with its own course and its own random moments. */

import { setTimeout as sleep } from 'node:timers/promises'
import { type SeenMessage, SlackRefusal } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { type Verb, wordsOf } from './chaos-brain.js'
import { type ChaosHouse, mailOf } from './chaos-house.js'
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

type Button = SeenMessage['elements'][number]

class GivenUp extends Error {}

const LONGEST_PAUSE_MS = 600
const LOOK_EVERY_MS = 20
const BOT = WORLD.bot.userId

/** A scene to its end; what it waited for in vain is in the ledger then. */
export async function play(scene: Scene, stage: Stage, random: Random): Promise<void> {
  try {
    await scene(stage, random)
    await Promise.all(stage.meanwhile)
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error
    stage.ledger.stuck.push(error.message)
  }
}

/** A question and some more, as they come to mind; some are changed or taken back, when nobody can know whether they were read. */
const chat: Scene = async (stage, random) => {
  const talk = await begin(stage, random, random.pick(['say', 'say', 'look', 'long']))
  const followUps = random.between(0, 4)
  for (let index = 0; index < followUps; index += 1) {
    if (random.chance(0.5)) await somePause(random)
    const written = write(stage, talk, random.pick(['say', 'say', 'say', 'look']))
    const second = random.pick(['none', 'none', 'none', 'none', 'change', 'take back'])
    if (second === 'change') change(stage, written, 'this too')
    if (second === 'take back') takeBack(stage, written, 'either')
    if (random.chance(0.2)) await redeliver(stage, written)
  }
}

/** A long answer, behind which messages wait that are written, changed and taken back in the meantime: here it is known what counts. */
const held: Scene = async (stage, random) => {
  const talk = await begin(stage, random, 'hold', ['dm', 'mention'])
  await until(stage, () => stage.chaos.brain.holds(talk.rootToken), `${talk.rootToken} at the agent`)
  const waiting: Written[] = []
  const count = random.between(1, 5)
  for (let index = 0; index < count; index += 1) {
    if (random.chance(0.4)) await somePause(random)
    waiting.push(write(stage, talk, 'say'))
  }
  for (const written of random.shuffled(waiting)) {
    const second = random.pick(['none', 'change', 'change twice', 'take back'])
    if (second.startsWith('change')) change(stage, written, 'only this')
    if (second === 'change twice') change(stage, written, 'only this', 'rather than what came before')
    if (second === 'take back') takeBack(stage, written, 'unheard')
    if (random.chance(0.2)) await redeliver(stage, written)
  }
  await until(
    stage,
    () => waiting.every(({ token }) => isDelivered(stage, token)),
    `what waits behind ${talk.rootToken}`,
  )
  stage.ledger.together.push(waiting.map(({ token }) => token))
  stage.chaos.brain.release(talk.rootToken)
}

/** A mail that its owner allows or not, pressing as impatient people press, or writes past. */
const decision: Scene = async (stage, random) => {
  const verb = random.pick(['send', 'send', 'both'] as const)
  const talk = await begin(stage, random, verb)
  const token = talk.rootToken
  const label = random.pick(['Approve', 'Deny'] as const)
  stage.ledger.decisions.set(token, label === 'Approve' ? 'allow' : 'deny')
  await until(stage, () => cardOf(stage, talk) !== undefined, `the question about ${token}`)
  if (random.chance(0.4)) {
    stage.ledger.writtenPast.add(token)
    write(stage, talk, 'say')
  }
  await somePause(random)
  const contrary = random.chance(0.3)
  const twice = random.chance(0.3)
  for (;;) {
    const card = await until(
      stage,
      () => cardOf(stage, talk) ?? (isShown(stage, talk, `${token} came to this`) ? 'over' : undefined),
      `the end of the decision about ${token}`,
    )
    if (card === 'over') return
    const button = card.elements.find((element) => element.label.startsWith(label))
    const other = card.elements.find(
      (element) => element.blockId === button?.blockId && element.actionId !== button.actionId,
    )
    if (button === undefined || other === undefined) throw new Error('a question has two buttons')
    const presses = twice ? [button, button] : [button]
    const outcomes = await Promise.all(presses.map((each) => press(stage, talk, card, each)))
    // Once the bot has taken the first one, the other button must not count any more.
    if (contrary && outcomes.includes('acknowledged')) await press(stage, talk, card, other)
    // A question that stands twice keeps a copy that no press ends.
    if (Date.now() > stage.deadline()) throw new GivenUp(`the question about ${token} is still open`)
    await sleep(random.between(20, 200))
  }
}

/** An answer that would never end, stopped by its owner; then they go on. */
const stop: Scene = async (stage, random) => {
  const talk = await begin(stage, random, 'hold', ['dm', 'mention'])
  const token = talk.rootToken
  await until(stage, () => stage.chaos.brain.holds(token), `${token} at the agent`)
  if (random.chance(0.5)) write(stage, talk, 'say')
  await somePause(random)
  stage.ledger.stopped.add(token)
  for (let isTaken = false; !isTaken; ) {
    const found = await until(stage, () => stopButton(stage, talk), `a way to stop ${token}`)
    // The interruption is a request like any other: it may fail, and nothing else happens in the session that would remind the bot of it.
    if (stage.isStormy() && random.chance(0.3))
      stage.chaos.house.agents.faults.answer('sessions.events.send', 503, { times: random.between(1, 2) })
    isTaken = found === 'stopped' || (await press(stage, talk, found.message, found.button)) === 'acknowledged'
    await sleep(LOOK_EVERY_MS)
  }
  if (random.chance(0.5)) await somePause(random)
  if (random.chance(0.5)) write(stage, talk, 'say')
}

/** A request by command, which Slack brings once: what was not acknowledged may be lost, and its person was told so. */
const command: Scene = async (stage, random) => {
  const person = random.pick(stage.people)
  const token = stage.nextToken()
  const verb = random.pick(['say', 'look'] as const)
  const channel = random.pick([stage.channel, stage.chaos.house.slack.person(person).dm])
  const talk: Talk = { id: token, person, kind: 'command', channel, rootTs: undefined, rootToken: token }
  const written: Written = { talk, token, verb, ts: undefined, words: [wordsOf(token, verb)], fate: 'either' }
  stage.ledger.talks.push(talk)
  stage.ledger.written.push(written)
  const { acknowledged, reply } = await stage.chaos.house.slack
    .person(person)
    .command(wordsOf(token, verb), { channel })
  if (acknowledged && reply?.shown.startsWith('On it')) written.fate = 'heard'
  if (written.fate === 'either' || random.chance(0.5)) return
  const quote = await until(stage, () => quoteOf(stage, person, token), `the quote of ${token}`)
  await somePause(random)
  write(stage, { ...talk, channel: quote.channel, rootTs: quote.ts }, 'say')
}

/** Somebody whose mailbox is not connected yet: asked once, connected, answered. */
const connect: Scene = async (stage, random) => {
  const person = stage.stranger
  const talk = await begin(stage, random, 'look', ['dm'], person)
  if (random.chance(0.5)) write(stage, talk, 'say')
  const url = await until(
    stage,
    () =>
      messagesOf(stage, person)
        .flatMap(({ elements }) => elements)
        .find(({ label, url }) => label.startsWith('Connect') && url !== undefined)?.url,
    `the way to connect for ${talk.rootToken}`,
  )
  await somePause(random)
  await stage.chaos.house.scalekit.press(url, 'allow', mailOf(person))
}

/** Somebody else writes in the thread: nothing of that is heard, and from then on its owner's words count only with a mention. */
const company: Scene = async (stage, random) => {
  const talk = await begin(stage, random, 'say', ['mention'])
  await until(stage, () => isDelivered(stage, talk.rootToken), `the beginning of ${talk.rootToken}`)
  for (let count = random.between(1, 2); count > 0; count -= 1) {
    if (random.chance(0.5)) await somePause(random)
    const author = stage.stranger
    const overheard = write(stage, talk, 'say', { author, mentions: random.chance(0.3) })
    overheard.fate = 'unheard'
    stage.ledger.overheard.push(overheard.token)
  }
  // Which of them arrives first is anybody's guess.
  if (random.chance(0.5)) write(stage, talk, 'say').fate = 'either'
  write(stage, talk, 'say', { mentions: true })
}

/** Likelier ones stand here more than once. */
export const SCENES: readonly Scene[] = [
  chat,
  chat,
  chat,
  held,
  held,
  held,
  decision,
  decision,
  stop,
  stop,
  command,
  company,
]
/** Takes seconds, since its end is learned by asking. */
export const SLOW_SCENE: Scene = connect

/** Starts a conversation with its first message. */
async function begin(
  stage: Stage,
  random: Random,
  verb: Verb,
  kinds: readonly Talk['kind'][] = ['dm', 'mention'],
  person = random.pick(stage.people),
): Promise<Talk> {
  await somePause(random)
  const kind = random.pick(kinds)
  const { slack } = stage.chaos.house
  const token = stage.nextToken()
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

/** The owner says where they want the answers, as impatiently as with every other press; a second thought comes too late. */
async function answerWhere(stage: Stage, random: Random, talk: Talk): Promise<void> {
  talk.place = random.pick(['here', 'private'])
  const label = talk.place === 'here' ? 'Answer there' : 'Answer privately'
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

function write(
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
function change(stage: Stage, written: Written, counts: 'only this' | 'this too', how = 'rather this'): void {
  const words = `${written.token} say ${how}`
  written.words = counts === 'only this' ? [words] : [...written.words, words]
  if (written.ts !== undefined)
    stage.chaos.house.slack.person(written.talk.person).edit(written.talk.channel, written.ts, words)
}

function takeBack(stage: Stage, written: Written, fate: Fate): void {
  written.fate = fate
  if (written.ts !== undefined)
    stage.chaos.house.slack.person(written.talk.person).delete(written.talk.channel, written.ts)
}

/** Slack brings it once more, in a fresh envelope, whether it was acknowledged or not. */
async function redeliver(stage: Stage, { token }: Written): Promise<void> {
  const { deliveries } = stage.chaos.house.slack
  const delivery = deliveries.all
    .slice(stage.ledger.firstDelivery)
    .find(({ payload }) => JSON.stringify(payload).includes(token))
  if (delivery !== undefined) await deliveries.redeliver(delivery.key)
}

function isDelivered(stage: Stage, token: string): boolean {
  return stage.chaos.house.slack.deliveries.all
    .slice(stage.ledger.firstDelivery)
    .filter(({ type, payload }) => type === 'events_api' && JSON.stringify(payload).includes(token))
    .every(({ acknowledged }) => acknowledged)
}

async function press(
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

/** Where a decision about a message can be pressed. */
function cardOf(stage: Stage, talk: Talk): SeenMessage | undefined {
  return messagesOf(stage, talk.person).find(
    ({ shown, elements }) =>
      shown.includes(talk.rootToken) && elements.some(({ label }) => label.startsWith('Approve')),
  )
}

/** What stops the turn that is at work in a conversation; `stopped` where that has happened already. */
function stopButton(stage: Stage, talk: Talk): { message: SeenMessage; button: Button } | 'stopped' | undefined {
  const threads = [talk.rootTs, quoteOf(stage, talk.person, talk.rootToken)?.ts]
  const replies = messagesOf(stage, talk.person).filter(
    ({ threadTs }) => threadTs !== undefined && threads.includes(threadTs),
  )
  if (replies.some(({ shown }) => shown.includes('Stopped, as you asked'))) return 'stopped'
  for (const message of replies) {
    const button = message.elements.find(({ label }) => label.startsWith('Stop'))
    if (button !== undefined) return { message, button }
  }
  return undefined
}

function isShown(stage: Stage, talk: Talk, words: string): boolean {
  return messagesOf(stage, talk.person).some(({ shown }) => shown.includes(words))
}

function quoteOf(stage: Stage, person: string, token: string): SeenMessage | undefined {
  return messagesOf(stage, person).find(({ shown, threadTs }) => threadTs === undefined && shown.includes(token))
}

function messagesOf(stage: Stage, person: string): SeenMessage[] {
  return stage.chaos.house.slack
    .person(person)
    .messages()
    .filter(({ user }) => user === BOT)
}

async function somePause(random: Random): Promise<void> {
  await sleep(random.between(0, LONGEST_PAUSE_MS))
}

async function until<T>(stage: Stage, check: () => T | undefined | false, what: string): Promise<T> {
  for (;;) {
    const found = check()
    if (found !== undefined && found !== false) return found
    if (Date.now() > stage.deadline()) throw new GivenUp(`waited in vain for ${what}`)
    await sleep(LOOK_EVERY_MS)
  }
}
