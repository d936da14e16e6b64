import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { replyText } from '../../../src/turns/reply.js'
import type { FakeSession } from '../fake-agent.js'
import { House } from '../house.js'

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const SEND = { name: 'gmail_send_message', input: { to: 'jorge@x.example', body: 'Hello' } }
const TRASH = { name: 'gmail_trash_message', input: { message_id: '18c' } }
const FIVE_MINUTES = 5 * 60_000

const shown = (turn: { readonly id: string }) => replyText(house.replyOf(turn).last.reply)

/** A turn that asked for a yes; its owner is about to write something else. */
async function asked(answer: (session: FakeSession) => void = (session) => session.ask(SEND)) {
  house.agent.answers.push(answer)
  const { conversation, ts } = await house.say('Send it')
  await house.work(conversation)
  return { conversation, ts, turn: await house.turnOf(conversation) }
}

describe('the end of a turn', () => {
  it('says once how to go on: below the first answer in direct messages that ended well', async () => {
    const guides = async (text: string, where: Parameters<House['say']>[1] = {}) => {
      const { conversation, ts } = await house.say(text, where)
      await house.work(conversation)
      const turn = (await house.turnsOf(conversation)).at(-1)
      return { ts, says: turn !== undefined && house.replyOf(turn).last.saysHowToGoOn }
    }
    expect(await guides('In a channel', { channel: 'C_GENERAL' })).toMatchObject({ says: false })
    house.agent.answers.push((session) => session.rest())
    expect(await guides('Say nothing')).toMatchObject({ says: false })
    const first = await guides('Hello')
    expect(first).toMatchObject({ says: true })
    expect(await guides('And now?', { threadTs: first.ts })).toMatchObject({ says: false })
    expect(await guides('Something new')).toMatchObject({ says: false })
  })

  it('a turn does not end with the idle event that follows the denials of its batch', async () => {
    const { conversation, ts } = await asked()
    house.agent.restsAfterDenials = true
    await house.say('Something else', { threadTs: ts })
    await house.work(conversation)
    const [, next] = await house.turnsOf(conversation)
    expect(next).toMatchObject({ state: 'ended', ending: 'answered' })
    expect(shown(next ?? { id: '' })).toBe('You wrote: Something else')
  })

  it('a turn does not end with an idle event that is repeated before its message was processed', async () => {
    const { conversation, ts } = await house.say('Hello')
    await house.work(conversation)
    house.agent.isDeaf = true
    await house.say('And now?', { threadTs: ts })
    house.wake(conversation)
    await house.settle()
    const { session } = house.agent
    session.rest()
    session.push({ type: 'running' })
    session.rest()
    await house.settle()
    const next = (await house.turnsOf(conversation))[1] ?? { id: '' }
    expect(next).toMatchObject({ state: 'running' })
    session.push({ type: 'message_received', references: [session.received.at(-1)?.reference ?? ''] })
    session.push({ type: 'running' })
    session.say('Now this.')
    session.rest()
    await house.finished()
    expect((await house.turnsOf(conversation))[1]).toMatchObject({ ending: 'answered' })
    expect(shown(next)).toBe('Now this.')
  })

  it('a turn ends after a silence where its session only repeats that it is idle', async () => {
    const { conversation, ts } = await house.say('Hello')
    await house.work(conversation)
    house.agent.isDeaf = true
    await house.say('And now?', { threadTs: ts })
    house.wake(conversation)
    await house.settle()
    house.agent.session.push({ type: 'running' })
    house.agent.session.rest()
    await house.pass(FIVE_MINUTES - 60_000)
    house.agent.session.rest()
    await house.pass(60_000)
    await house.finished()
    expect((await house.turnsOf(conversation))[1]).toMatchObject({ ending: 'stalled' })
  })

  it('a turn does not end by silence while its session is at work', async () => {
    house.agent.answers.push(() => {})
    const { conversation } = await house.say('Take your time')
    house.wake(conversation)
    await house.pass(4 * FIVE_MINUTES)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'running' })
    house.agent.session.say('There.')
    house.agent.session.rest()
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })

  it('a turn stopped before its session went to work ends at once', async () => {
    house.agent.isDeaf = true
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.settle()
    const turn = await house.turnOf(conversation)
    const { session } = house.agent
    session.push({ type: 'message_received', references: [session.received[0]?.reference ?? ''] })
    await house.store.turns.requestStop(turn.id)
    await house.turns.stop(turn.id)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'stopped' })
  })
})

describe('a session that calls for more while it waits', () => {
  it('calls that a session makes while it waits are asked together', async () => {
    let calls: string[] = []
    const { conversation, turn } = await asked((session) => {
      calls = session.ask(SEND)
      calls.push(session.widen(TRASH))
    })
    expect((await house.approvalsOf(turn)).map(({ callId }) => callId)).toEqual(calls)
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'deciding' },
      approvals: [{ step: SEND }, { step: TRASH }],
    })
    for (const callId of calls) await house.decide(turn, callId, 'approved')
    await house.work(conversation)
    expect(house.agent.session.decisions.map(({ callId }) => callId)).toEqual(calls)
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })

  it('a call that a session makes after its turn stopped following is noticed', async () => {
    const { conversation, turn } = await asked()
    const second = house.agent.session.widen(TRASH)
    await house.pass(10_000)
    await house.finished()
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'deciding' },
      approvals: [{ step: SEND }, { step: TRASH }],
    })
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'waiting_approval' })
    const [first] = house.agent.session.waiting
    await house.decide(turn, second, 'denied')
    await house.work(conversation)
    // Told of fewer than all, it waits for the rest, and what was decided is not asked again.
    expect(house.agent.session.waiting).toEqual([first])
    expect(house.replyOf(turn).last.approvals).toMatchObject([{ decision: null }, { decision: 'denied' }])
    await house.decide(turn, first, 'approved')
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([
      { callId: second, allowed: false },
      { callId: first, allowed: true },
    ])
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })
})
