/** What turns cost: CPU time and memory of one after the other, and how the event loop does with very many at once. */

import { TestBrain } from '../../test/support/brains.js'
import { answerOf } from '../replies/answer.js'
import { megabytes, milliseconds, Workshop } from './workshop.js'

/** A turn as people have them: a look into the mailbox, then an answer of two thousand characters that is being written for eight seconds. */
function brainOf({ seconds, withTool }: { seconds: number; withTool: boolean }): TestBrain {
  return new TestBrain().when(/./, async (turn) => {
    if (withTool) await turn.callTools([{ name: 'gmail_fetch_mails', input: { query: 'in:inbox', max_results: 1 } }])
    const message = turn.startMessage()
    const { pieces } = answerOf(seconds)
    const startedAt = Date.now()
    for (const { at, text } of pieces) {
      const wait = startedAt + at - Date.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      turn.signal.throwIfAborted()
      await message.write(text)
    }
    await message.end()
  })
}

const ANSWER_SECONDS = 8

/** CPU time and memory of turns that run twenty at a time. */
export async function costOfTurns(turns: number): Promise<void> {
  const workshop = await Workshop.open({ limits: false, brain: brainOf({ seconds: ANSWER_SECONDS, withTool: true }) })
  try {
    await workshop.startBot()
    const people = Array.from({ length: 20 }, () => workshop.newPerson())
    // The first turns pay for what is loaded and compiled once.
    await Promise.all(people.map((person) => workshop.ask(person, 'what is new?')))
    const before = await workshop.pulse({ rest: true })
    for (let asked = 0; asked < turns; asked += people.length)
      await Promise.all(people.map((person) => workshop.ask(person, 'and now?')))
    const busy = await workshop.pulse()
    const after = await workshop.pulse({ rest: true })
    console.log(`\n### A turn (${turns} turns, ${people.length} at a time, ${ANSWER_SECONDS} s of text each)\n`)
    console.log(`- CPU time of the bot: ${milliseconds((busy.cpuMs - before.cpuMs) / turns)} a turn`)
    console.log(
      `- held in memory afterwards: ${((after.heapUsed - before.heapUsed) / turns / 1e3).toFixed(1)} kB a turn (heap ${megabytes(before.heapUsed)} → ${megabytes(after.heapUsed)})`,
    )
    console.log(
      `- event-loop delay: p50 ${milliseconds(busy.delayP50Ms)}, p99 ${milliseconds(busy.delayP99Ms)}, longest ${milliseconds(busy.delayMaxMs)}`,
    )
  } finally {
    await workshop.close()
  }
}

/** So many people who ask at the same moment. */
export async function crowd(turns: number): Promise<void> {
  const workshop = await Workshop.open({ limits: false, brain: brainOf({ seconds: ANSWER_SECONDS, withTool: false }) })
  try {
    await workshop.startBot()
    await workshop.ask(workshop.newPerson(), 'what is new?')
    const people = Array.from({ length: turns }, () => workshop.newPerson())
    const before = await workshop.pulse({ rest: true })
    const startedAt = performance.now()
    let peak = before.rss
    let connections = before.connections
    let done = false
    const all = Promise.all(people.map((person) => workshop.ask(person, 'what is new?'))).finally(() => {
      done = true
    })
    while (!done) {
      await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 1_000))])
      const pulse = await workshop.pulse()
      peak = Math.max(peak, pulse.rss)
      connections = Math.max(connections, pulse.connections)
    }
    const unanswered = (await all).filter((answered) => !answered).length
    const took = performance.now() - startedAt
    const busy = await workshop.pulse()
    const after = await workshop.pulse({ rest: true })
    console.log(`\n### ${turns} turns at once\n`)
    console.log(
      `- all over after ${(took / 1_000).toFixed(1)} s (the text of each takes ${ANSWER_SECONDS} s), ${unanswered} of them without an answer`,
    )
    console.log(
      `- event-loop delay: p50 ${milliseconds(busy.delayP50Ms)}, p99 ${milliseconds(busy.delayP99Ms)}, longest ${milliseconds(busy.delayMaxMs)}`,
    )
    console.log(
      `- memory: ${megabytes(before.rss)} before, ${megabytes(peak)} at most; heap ${megabytes(before.heapUsed)} before, ${megabytes(after.heapUsed)} afterwards`,
    )
    console.log(`- connections: ${connections} at most, ${after.connections} afterwards`)
    console.log(`- CPU time of the bot: ${milliseconds((busy.cpuMs - before.cpuMs) / turns)} a turn`)
  } finally {
    await workshop.close()
  }
}
