import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { House } from '../house.js'

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const running = () => new AbortController().signal

/** Answers the conversation of a turn that failed four times. */
async function failedFourTimes(): Promise<string> {
  const { conversation } = await house.say('Hello')
  for (let failure = 0; failure < 4; failure += 1) {
    house.scalekit.failures.state.push(new Error('a bug'))
    await expect(house.turns.run(conversation, running())).rejects.toThrow('a bug')
  }
  return conversation
}

describe('a turn that fails for a reason that nobody foresaw', () => {
  it('is tried again, as it may have been something that passes', async () => {
    const conversation = await failedFourTimes()
    await house.turns.run(conversation, running())
    expect(house.replyOf(await house.turnOf(conversation)).last.phase).toEqual({ type: 'ended', ending: 'answered' })
  })

  it('is given up after the fifth time, and its person is told', async () => {
    const conversation = await failedFourTimes()
    house.scalekit.failures.state.push(new Error('a bug'))
    await house.turns.run(conversation, running())
    expect(house.replyOf(await house.turnOf(conversation)).last.phase).toEqual({ type: 'ended', ending: 'unknown' })
  })

  it('is not given up where the bot is stopping: its next process tries it', async () => {
    const conversation = await failedFourTimes()
    const stop = new AbortController()
    house.scalekit.state = async () => {
      stop.abort(new Error('the bot is shutting down'))
      throw new Error('a bug')
    }
    await expect(house.turns.run(conversation, stop.signal)).rejects.toThrow()
    expect((await house.turnOf(conversation)).state).not.toBe('ended')
  })
})

describe('a turn whose messages were edited', () => {
  it('restarts with the new words while it runs', async () => {
    house.agent.answers.push(() => {})
    const { conversation, ts } = await house.say('one')
    house.wake(conversation)
    await house.settle()
    const turn = await house.turnOf(conversation)
    const words = { text: 'other', mentions: [], forwarded: [] }
    const { channel } = (await house.store.conversations.get(conversation)).origin
    const revised = await house.store.revisions.edit({ team: 'T1', channel, ts, ...words }, `${Number(ts) + 1}`)
    expect(revised).toBe(turn.id)
    await house.turns.revise(turn.id)
    await house.finished()
    const heard = house.agent.sessions.flatMap((session) => session.received.map((message) => message.text))
    expect(heard).toEqual(['one', 'other'])
  })
})
