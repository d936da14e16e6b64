import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AccessEnder } from '../../../src/turns/connections/access-ending.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { House } from '../house.js'

let house: House
let ender: AccessEnder
let woken: string[]
let done: number

beforeEach(async () => {
  house = await House.open()
  woken = []
  done = 0
  ender = new AccessEnder({
    store: house.store.accessEndings,
    connections: house.scalekit,
    access: house.scalekit,
    agent: house.agent,
    stopTurn: ({ turnId }) => house.turns.endAccess(turnId),
    wake: (conversationId) => {
      woken.push(conversationId)
      house.wake(conversationId)
    },
    onDone: () => {
      done += 1
    },
    clock: house.clock,
    log: house.log,
  })
})
afterEach(async () => {
  await ender.stop()
  await house.close()
})

const gone = new Unavailable('scalekit', 'no answer')

/** Anna's message that waits for her decision. */
async function deciding() {
  house.agent.answers.push((session) => session.ask({ name: 'gmail_trash_message' }))
  const { conversation } = await house.say('Tidy up')
  await house.work(conversation)
  return { conversation, turn: await house.turnOf(conversation) }
}
const note = async (conversation: string) => {
  const { owner } = await house.store.conversations.get(conversation)
  await house.store.accessEndings.note({ personId: owner.id, reason: 'asked' })
}

describe('access that ends', () => {
  it('ending access denies what waits for a decision, and then removes the mailbox from sessions', async () => {
    const { conversation, turn } = await deciding()
    await note(conversation)
    ender.start()
    await house.pass(1_000)
    expect(house.agent.session.decisions).toMatchObject([{ allowed: false }])
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'disconnected' })
    expect(house.scalekit.connected).toBe('missing')
    expect(house.scalekit.revoked).toHaveLength(1)
    expect(house.agent.withdrawnFor).toHaveLength(1)
    expect(done).toBe(1)
    await house.pass(60_000)
    expect(done).toBe(1)
  })

  it('sessions are cleaned only when no turn runs that could still make one', async () => {
    house.agent.answers.push(() => {})
    const { conversation } = await house.say('A long one')
    house.wake(conversation)
    await house.settle()
    house.agent.fail('interrupt', { before: new Unavailable('claude', 'no answer') })
    await note(conversation)
    ender.start()
    await house.settle()
    expect(house.scalekit.connected).toBe('missing')
    expect(house.agent.withdrawnFor).toEqual([])
    await house.pass(5_000)
    expect(house.agent.withdrawnFor).toHaveLength(1)
    expect(house.endings).toEqual(['disconnected'])
  })

  it('an ending of access is tried again until all of it is done, whatever fails', async () => {
    const { conversation } = await deciding()
    const disconnect = house.scalekit.disconnect.bind(house.scalekit)
    let refusals = 3
    house.scalekit.disconnect = async () => {
      refusals -= 1
      if (refusals >= 0) throw gone
      return await disconnect()
    }
    house.agent.fail('withdrawMailbox', { before: new Unavailable('claude', 'no answer') })
    await note(conversation)
    ender.start()
    await house.pass(1_000)
    // The rest does not wait for what fails.
    expect(house.scalekit.revoked.length).toBeGreaterThan(0)
    expect(done).toBe(0)
    for (let round = 0; round < 6; round += 1) await house.pass(10_000)
    expect(done).toBe(1)
    expect(house.scalekit.connected).toBe('missing')
  })

  it('new messages wait for the end of an access ending, and then ask for a connection', async () => {
    const { conversation, turn } = await deciding()
    await note(conversation)
    const later = await house.say('And now?')
    await house.work(later.conversation)
    expect(house.scalekit.links).toBe(0)
    ender.start()
    await house.pass(2_000)
    expect(woken).toContain(later.conversation)
    expect(house.replyOf(await house.turnOf(later.conversation)).last.phase).toMatchObject({
      type: 'connecting',
      state: 'missing',
    })
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'disconnected' })
  })

  it('ending access ends a connect prompt, and a later message brings a new one', async () => {
    house.scalekit.connected = 'missing'
    const { conversation, ts } = await house.say('What is unread?')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    await house.clock.advance(Number(ts) * 1_000 - house.clock.now())
    await note(conversation)
    // The second is one second younger, by Slack's clock.
    await house.say('And now?', { threadTs: ts })
    ender.start()
    await house.pass(2_000)
    const [first, second] = await house.turnsOf(conversation)
    expect(first).toMatchObject({ id: turn.id, ending: 'disconnected' })
    expect(second).toMatchObject({ state: 'waiting_connection' })
  })

  it('an access ending that another process requested is found within seconds', async () => {
    const { conversation } = await deciding()
    ender.start()
    await house.settle()
    await note(conversation)
    await house.pass(3_000)
    await house.pass(1_000)
    expect(done).toBe(1)
  })

  it('an access ending stops at once with the bot, also where a step fails at that moment', async () => {
    const { conversation } = await deciding()
    let refuse: (reason: Error) => void = () => {}
    house.scalekit.disconnect = () => new Promise((_, reject) => (refuse = reject))
    await note(conversation)
    ender.start()
    await house.settle()
    let isStopped = false
    const stopping = ender.stop().then(() => {
      isStopped = true
    })
    refuse(gone)
    await house.settle()
    await house.settle()
    expect(isStopped).toBe(true)
    await stopping
  })
})
