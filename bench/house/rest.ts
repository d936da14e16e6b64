/** What is not being worked on: threads that nobody writes in, starts, and what a killed process leaves behind. */

import { randomUUID } from 'node:crypto'
import { Store } from '../../src/store/store.js'
import { TestBrain } from '../../test/support/brains.js'
import { CHARACTERS_PER_SECOND } from '../replies/answer.js'
import { mean } from '../replies/staleness.js'
import { megabytes, milliseconds, Workshop } from './workshop.js'

/** Memory and connections of a bot that has answered in so many threads, beside one that has answered in one. */
export async function idleThreads(threads: number): Promise<void> {
  const workshop = await Workshop.open({ limits: false })
  const { house } = workshop
  try {
    await workshop.startBot()
    await workshop.ask(workshop.newPerson(), 'what is new?')
    await house.bot.kill('SIGTERM')
    const few = await startedTwice(workshop)
    await multiply(house.databasePath, threads)
    const many = await startedTwice(workshop)
    console.log(`\n### ${threads} idle threads\n`)
    for (const [name, { startMs, pulse }] of [
      ['1 thread', few],
      [`${threads} threads`, many],
    ] as const)
      console.log(
        `- ${name}: heap ${megabytes(pulse.heapUsed)}, ${pulse.connections} connections, ready after ${milliseconds(startMs)}`,
      )
    console.log(`- that is ${((many.pulse.heapUsed - few.pulse.heapUsed) / threads).toFixed(0)} bytes a thread`)
  } finally {
    await workshop.close()
  }
}

/** The second of two starts: the first one warms the files. */
async function startedTwice(workshop: Workshop) {
  await workshop.startBot()
  await workshop.house.bot.kill('SIGTERM')
  const startMs = await workshop.startBot()
  const pulse = await workshop.pulse({ rest: true })
  await workshop.house.bot.kill('SIGTERM')
  return { startMs, pulse }
}

/** Copies the one conversation there is, with its message, turn and post, until there are so many. */
async function multiply(databasePath: string, threads: number): Promise<void> {
  const store = await Store.open(databasePath)
  const { db } = store
  const conversation = await db.selectFrom('conversation').selectAll().executeTakeFirstOrThrow()
  const message = await db.selectFrom('message').selectAll().executeTakeFirstOrThrow()
  const turn = await db.selectFrom('turn').selectAll().executeTakeFirstOrThrow()
  const post = await db.selectFrom('post').selectAll().executeTakeFirstOrThrow()
  await db.transaction().execute(async (tx) => {
    for (let index = 1; index < threads; index += 1) {
      const [id, turnId] = [randomUUID(), randomUUID()]
      const ts = `${1_600_000_000 + index}.000100`
      const thread = { thread_ts: ts, address_thread_ts: ts }
      await tx
        .insertInto('conversation')
        .values({ ...conversation, ...thread, id, session_id: `sesn_${index}` })
        .execute()
      await tx
        .insertInto('turn')
        .values({ ...turn, id: turnId, conversation_id: id })
        .execute()
      await tx
        .insertInto('message')
        .values({ ...message, id: randomUUID(), conversation_id: id, turn_id: turnId, ts })
        .execute()
      await tx
        .insertInto('post')
        .values({ ...post, subject: turnId })
        .execute()
    }
  })
  await store.close()
}

/** From the start of the process until it receives. */
export async function coldStart(starts: number): Promise<void> {
  const workshop = await Workshop.open({ limits: false })
  try {
    const times: number[] = []
    for (let start = 0; start < starts; start += 1) {
      times.push(await workshop.startBot())
      await workshop.house.bot.kill('SIGTERM')
    }
    console.log(`\n### Start (${starts} times)\n`)
    console.log(
      `- from the start of the process until it receives: mean ${milliseconds(mean(times))}, slowest ${milliseconds(Math.max(...times))}`,
    )
  } finally {
    await workshop.close()
  }
}

/** Words of one message of the agent while it is killed: a hundred and fifty characters. */
const WORDS_A_MESSAGE = 30

/**
 * From `kill -9` in the middle of a reply, with the next start at once: until its first edit, and until that reply shows more than before. The
 * agent speaks in messages of half a second, as between tool calls: what was said of a message before a process followed it, the platform repeats only when
 * the message is complete.
 */
export async function recovery(times: number): Promise<void> {
  const brain = new TestBrain().when(/./, async (turn) => {
    for (let word = 1; word <= 3_000; ) {
      const message = turn.startMessage()
      for (const end = word + WORDS_A_MESSAGE; word < end; word += 1) {
        await message.write(`${word} `)
        await new Promise((resolve) => setTimeout(resolve, (1_000 * 5) / CHARACTERS_PER_SECOND))
        turn.signal.throwIfAborted()
      }
      await message.end()
    }
  })
  const edited: number[] = []
  const grown: number[] = []
  for (let time = 0; time < times; time += 1) {
    // A workspace for each: replies of earlier times would be taken up again, too.
    const workshop = await Workshop.open({ limits: true, brain })
    const { house } = workshop
    try {
      await workshop.startBot()
      const person = house.slack.person(workshop.newPerson())
      const question = person.post('what is new?')
      const shown = () => person.thread(question.channel, question.ts).at(-1)?.shown ?? ''
      const lastWord = () => Number(/(\d+)\s*(?=\D*$)/.exec(shown())?.[1] ?? 0)
      await house.slack.waitFor(() => lastWord() > 100)
      const killedAt = performance.now()
      await house.bot.kill('SIGKILL')
      const [before, wordsBefore] = [shown(), lastWord()]
      const started = workshop.startBot()
      await house.slack.waitFor(() => shown() !== before)
      edited.push(performance.now() - killedAt)
      await house.slack.waitFor(() => lastWord() > wordsBefore)
      grown.push(performance.now() - killedAt)
      await started
    } finally {
      await workshop.close()
    }
  }
  console.log(`\n### From kill -9 in the middle of a reply (${times} times, the next start at once)\n`)
  console.log(
    `- until its first edit: mean ${milliseconds(mean(edited))}, slowest ${milliseconds(Math.max(...edited))}`,
  )
  console.log(
    `- until it shows more than before: mean ${milliseconds(mean(grown))}, slowest ${milliseconds(Math.max(...grown))}`,
  )
}
