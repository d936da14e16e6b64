/** What people do in a run: each scene is one conversation with the bot, with its own course and its own random moments. */

import { setTimeout as sleep } from 'node:timers/promises'
import { wordsOf } from './chaos-brain.js'
import { mailOf } from './chaos-house.js'
import type { Talk, Written } from './ledger.js'
import { mailScene } from './mail-scenes.js'
import type { Random } from './random.js'
import {
  begin,
  change,
  GivenUp,
  isDelivered,
  LOOK_EVERY_MS,
  messagesOf,
  press,
  quoteOf,
  redeliver,
  type Scene,
  type Stage,
  somePause,
  stopButton,
  takeBack,
  until,
  write,
} from './stage.js'

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
  // Where the answer stands right there, nothing is said.
  if (acknowledged && (reply === undefined || reply.shown.startsWith('On it'))) written.fate = 'heard'
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
  mailScene,
  mailScene,
  mailScene,
  mailScene,
  stop,
  stop,
  command,
  company,
]
/** Takes seconds, since its end is learned by asking. */
export const SLOW_SCENE: Scene = connect
