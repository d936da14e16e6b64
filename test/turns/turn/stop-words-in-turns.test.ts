import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { House } from '../house.js'

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

describe('a message that says nothing but stop', () => {
  it('a stop word with nothing to stop is answered in one line, and opens no session', async () => {
    const { conversation } = await house.say('Stop!')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending: 'nothing_to_stop' })
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'nothing_to_stop' })
    expect(house.agent.sessions).toEqual([])
  })

  it('a stop word stops the message before it that has not begun', async () => {
    const { conversation, ts } = await house.say('What is unread?')
    await house.say('cancel', { threadTs: ts })
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'stopped' })
    expect(house.agent.sessions).toEqual([])
  })

  it('a stop word is not sent with the message written after it', async () => {
    const { conversation, ts } = await house.say('stop')
    await house.say('What is unread?', { threadTs: ts })
    house.wake(conversation)
    await house.settle()
    const heard = house.agent.sessions.flatMap(({ received }) => received.map(({ text }) => text))
    expect(heard).toEqual(['What is unread?'])
    expect(await house.store.messages.queued(conversation)).toEqual([])
  })
})
