import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Unavailable } from '../../../src/turns/ports.js'
import type { FakeSession } from '../fake-agent.js'
import { House } from '../house.js'

/** A mailbox that is lost while a session works on a turn: the same reply asks for it, and the same question is answered. */

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const refuse = (session: FakeSession) => {
  session.push({ type: 'error', kind: 'mailbox_refused', retry: 'exhausted' })
  session.push({ type: 'idle', reason: 'retries_exhausted', awaiting: [] })
}
/** The account is lost, and the session finds out. */
const lose = (session: FakeSession) => {
  house.scalekit.connected = 'expired'
  session.say('Let me look.')
  refuse(session)
}
const goOn = (session: FakeSession) => {
  session.say('Three mails.')
  session.rest()
}
const received = () => house.agent.session.received.map(({ text }) => text)

/** Asked, lost, and the prompt stands. */
async function lost() {
  house.agent.answers.push(lose, goOn)
  const { conversation, ts } = await house.say('What is unread?')
  await house.work(conversation)
  const turn = await house.turnOf(conversation)
  return { conversation, ts, turn, reply: house.replyOf(turn) }
}

describe('a mailbox that is lost in the middle of a turn', () => {
  it('a mailbox lost during a turn brings a connect prompt below the text so far, and the answer follows by itself', async () => {
    const { conversation, turn, reply } = await lost()
    expect(turn.state).toBe('reconnecting')
    expect(reply.last).toMatchObject({
      phase: { type: 'connecting', state: 'expired' },
      reply: { items: [{ text: 'Let me look.' }] },
    })
    house.scalekit.connected = 'connected'
    await house.work(conversation)
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'answered' },
      reply: { items: [{ text: 'Let me look.' }, { text: 'Three mails.' }] },
    })
    expect(house.scalekit.invalidated).toHaveLength(1)
    // The person's words once; then a note in which nobody speaks.
    expect(received()).toEqual(['What is unread?', null])
    expect(house.agent.session.received[1]?.context).toContain('connected again')
  })

  it('a lost mailbox is noticed also where only tools failed and the agent apologized', async () => {
    house.agent.answers.push((session) => {
      house.scalekit.connected = 'expired'
      const call = session.push({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission: 'allow' })
      session.push({ type: 'tool_finished', callId: call?.id ?? '', failed: true })
      session.say('I could not look.')
      session.rest()
    }, goOn)
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect((await house.turnOf(conversation)).state).toBe('reconnecting')
    house.scalekit.connected = 'connected'
    await house.work(conversation)
    expect(house.endings).toEqual(['answered'])
  })

  it('a tool that fails for another reason brings no connect prompt', async () => {
    house.agent.answers.push((session) => {
      const call = session.push({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission: 'allow' })
      session.push({ type: 'tool_finished', callId: call?.id ?? '', failed: true })
      session.say('There is no such label.')
      session.rest()
    })
    const { conversation } = await house.say('What is in Foo?')
    await house.work(conversation)
    expect(house.endings).toEqual(['answered'])
    expect(received()).toEqual(['What is in Foo?'])
  })

  it('an answer is not held up where Scalekit cannot say whether the mailbox is connected', async () => {
    house.agent.answers.push((session) => {
      house.scalekit.failures.state.push(new Unavailable('scalekit', 'no answer'))
      const call = session.push({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission: 'allow' })
      session.push({ type: 'tool_finished', callId: call?.id ?? '', failed: true })
      session.say('I could not look.')
      session.rest()
    })
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(house.endings).toEqual(['answered'])
  })

  it('a mailbox that refuses although it is connected gets a new credential once', async () => {
    house.agent.answers.push(refuse, refuse)
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(house.endings).toEqual(['mailbox_refused'])
    expect(received()).toEqual(['What is unread?', null])
  })

  it('a mailbox lost twice in one turn brings a second connect prompt', async () => {
    const { conversation, reply } = await lost()
    house.agent.answers.length = 0
    house.agent.answers.push(lose, goOn)
    house.scalekit.connected = 'connected'
    await house.work(conversation)
    expect(reply.last.phase.type).toBe('connecting')
    house.scalekit.connected = 'connected'
    await house.work(conversation)
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'answered' })
    expect(received()).toEqual(['What is unread?', null, null])
  })

  it.each([
    ['had arrived', { after: new Unavailable('claude', 'lost') }],
    ['had not arrived', { before: new Unavailable('claude', 'lost') }],
  ])('is told of once, where the answer to that was lost and it %s', async (_, failure) => {
    const { conversation } = await lost()
    house.scalekit.connected = 'connected'
    house.agent.fail('sendMessages', failure)
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(received()).toEqual(['What is unread?', null])
    expect(house.endings).toEqual(['answered'])
  })

  it('a turn that lost its mailbox and then its session restarts in a new one', async () => {
    const { conversation } = await lost()
    house.agent.session.gone = 'deleted'
    house.agent.answers.length = 0
    house.scalekit.connected = 'connected'
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.agent.sessions).toHaveLength(2)
    expect(received()).toEqual(['What is unread?'])
    expect(house.endings).toEqual(['answered'])
  })

  it('a turn waits one day for a lost mailbox', async () => {
    const { conversation, reply } = await lost()
    await house.pass(23 * 60 * 60_000)
    await house.work(conversation)
    expect(reply.last.phase.type).toBe('connecting')
    await house.pass(60 * 60_000 + 10 * 60_000)
    await house.finished()
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'mailbox_refused' })
  })

  it('a turn that waits for its lost mailbox ends with a sentence when its owner disconnects', async () => {
    const { conversation, turn, reply } = await lost()
    const { id: personId } = (await house.store.conversations.get(conversation)).owner
    await house.store.accessEndings.note({ personId, reason: 'asked' })
    await house.turns.endAccess(turn.id)
    await house.settle()
    await house.finished()
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'disconnected' },
      reply: { items: [{ text: 'Let me look.' }] },
    })
  })

  it('messages written while a turn waits for its lost mailbox stay queued', async () => {
    const { conversation, ts } = await lost()
    await house.say('And since yesterday?', { threadTs: ts })
    await house.work(conversation)
    house.scalekit.connected = 'connected'
    await house.work(conversation)
    expect(received()).toEqual(['What is unread?', null, 'And since yesterday?'])
    expect(house.endings).toEqual(['answered', 'answered'])
  })
})
