import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotConnected, SessionGone, Unavailable } from '../../../src/turns/ports.js'
import { ANNA, House } from '../house.js'

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const lost = new Unavailable('claude', 'the answer was lost')

/** A conversation with an answered turn behind it, and a message that a turn has taken: the process ended right then. */
async function killedWhileSending() {
  const { conversation, ts } = await house.say('first')
  await house.work(conversation)
  await house.say('second', { threadTs: ts })
  const turn = await house.store.turns.queue(conversation)
  const [message] = await house.store.turns.take(turn)
  if (message === undefined) throw new Error('nothing was taken')
  return { conversation, turn, message }
}

/** The same, but the session has the message. */
async function killedWhileRunning(answer: Parameters<typeof house.agent.answers.push>[0] = () => {}) {
  const killed = await killedWhileSending()
  house.agent.answers.push(answer)
  house.agent.deliver(house.agent.session.id, [{ reference: killed.message.id, context: '', text: 'second' }])
  await house.store.turns.setState(killed.turn.id, 'running')
  return killed
}

const heard = () => house.agent.sessions.flatMap((session) => session.received.map((message) => message.text))

describe('a process that ended between taking messages and sending them', () => {
  it('a reply that a killed process left above new messages is moved below them first', async () => {
    const { conversation, turn } = await killedWhileSending()
    house.wake(conversation)
    await house.pass(10_000)
    await house.finished()
    expect(house.replyOf(turn).placedBelow).toEqual([['second']])
    expect(heard()).toEqual(['first', 'second'])
  })
})

describe('a lost answer', () => {
  it.each([
    ['the messages had arrived', { after: lost }],
    ['the messages had not arrived', { before: lost }],
  ])('to sending is looked up, never guessed: %s', async (_, failure) => {
    house.agent.fail('sendMessages', failure)
    const { conversation } = await house.say('Send it once')
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(heard()).toEqual(['Send it once'])
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'answered' })
  })

  it('a batch whose answer was lost sends only the missing messages again, once', async () => {
    house.agent.fail('sendMessages', { before: lost })
    const first = await house.say('one')
    await house.say('two', { threadTs: first.ts })
    house.wake(first.conversation)
    await house.settle()
    const [turn] = await house.turnsOf(first.conversation)
    const [one] = turn === undefined ? [] : await house.store.messages.ofTurn(turn.id)
    house.agent.answers.push(() => {})
    house.agent.deliver('session_1', [{ reference: one?.id ?? '', context: '', text: 'one' }])
    await house.pass(60_000)
    await house.finished()
    expect(heard()).toEqual(['one', 'two'])
  })

  it('a resumed turn waits for a send request that is still on its way', async () => {
    const { conversation, message } = await killedWhileSending()
    house.wake(conversation)
    await house.settle()
    expect(heard()).toEqual(['first'])
    house.agent.deliver(house.agent.session.id, [{ reference: message.id, context: '', text: 'second' }])
    await house.pass(60_000)
    await house.finished()
    expect(heard()).toEqual(['first', 'second'])
    expect(house.endings).toEqual(['answered', 'answered'])
  })

  it.each([
    ['the session was made', { after: lost }],
    ['the session was not made', { before: lost }],
  ])('to creating a session does not make a second one: %s', async (_, failure) => {
    house.agent.fail('createSession', failure)
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.agent.sessions).toHaveLength(1)
    expect((await house.store.conversations.get(conversation)).sessionId).toBe('session_1')
    expect(house.agent.calls).toContain('findSession')
    expect(heard()).toEqual(['Hello'])
  })

  it('an unanswered session creation is looked up without a start time where the platform’s time was not known', async () => {
    house.agent.time = null
    house.agent.fail('createSession', { after: lost })
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.agent.sessions).toHaveLength(1)
  })

  it('a decision whose answer was lost reaches the session once', async () => {
    house.agent.answers.push((session) => session.ask({ name: 'gmail_trash_message' }))
    const { conversation } = await house.say('Trash it')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    await house.decide(turn, house.agent.session.waiting[0], 'approved')
    house.agent.fail('sendAnswers', { after: lost })
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.agent.session.decisions).toHaveLength(1)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'answered' })
  })
})

describe('a turn whose process was killed', () => {
  it('a turn killed while its messages were queued runs like a new one', async () => {
    const { conversation } = await house.say('Hello')
    await house.store.turns.queue(conversation)
    await house.work(conversation)
    expect(heard()).toEqual(['Hello'])
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })

  it('a turn killed while it waited for a connection answers at once when there is one now', async () => {
    const { conversation } = await house.say('Hello')
    const turn = await house.store.turns.queue(conversation)
    await house.store.turns.setState(turn.id, 'waiting_connection')
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ id: turn.id, ending: 'answered' })
  })

  it('a turn killed while it waited for a connection goes on waiting, in the same turn', async () => {
    house.scalekit.connected = 'missing'
    const { conversation } = await house.say('Hello')
    const turn = await house.store.turns.queue(conversation)
    await house.store.turns.setState(turn.id, 'waiting_connection')
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ id: turn.id, state: 'waiting_connection' })
    expect(house.replyOf(turn).last.phase.type).toBe('connecting')
  })

  it('a turn killed between taking its messages and sending them sends them', async () => {
    const { conversation } = await killedWhileSending()
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(heard()).toEqual(['first', 'second'])
    expect(house.agent.session.received[1]?.context).toContain('From: Anna')
  })

  it('a turn killed after sending its messages follows the answer and sends nothing', async () => {
    const { conversation, turn, message } = await killedWhileSending()
    house.agent.deliver(house.agent.session.id, [{ reference: message.id, context: '', text: 'second' }])
    await house.work(conversation)
    expect(heard()).toEqual(['first', 'second'])
    expect(house.replyOf(turn).last.reply.items).toMatchObject([{ text: 'You wrote: second' }])
  })

  it('a turn killed in the middle of its answer goes on in the same reply', async () => {
    const { conversation, turn } = await killedWhileRunning((session) => session.say('The first half.'))
    house.wake(conversation)
    await house.settle()
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'working', isResumed: true },
      reply: { items: [{ text: 'The first half.' }] },
    })
    house.agent.session.say('The second half.')
    await house.settle()
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'working' },
      reply: { items: [{ text: 'The first half.' }, { text: 'The second half.' }] },
    })
    expect(house.replyOf(turn).last.phase).not.toHaveProperty('isResumed')
    house.agent.session.rest()
    await house.finished()
    expect(house.replyOf(turn).last.reply.items).toMatchObject([
      { text: 'The first half.' },
      { text: 'The second half.' },
    ])
    expect(heard()).toEqual(['first', 'second'])
  })

  it('a resumed turn whose session is idle by now shows the whole answer', async () => {
    const { conversation, turn } = await killedWhileRunning((session) => {
      session.say('All of it.')
      session.rest()
    })
    await house.work(conversation)
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'ended', ending: 'answered' },
      reply: { items: [{ text: 'All of it.' }] },
    })
  })

  it('a turn killed while it waited for a decision does not ask again', async () => {
    const { conversation, turn } = await killedWhileRunning((session) => session.ask({ name: 'gmail_trash_message' }))
    await house.work(conversation)
    expect((await house.store.turns.get(turn.id)).state).toBe('waiting_approval')
    const { calls } = house.agent
    const before = calls.length
    await house.work(conversation)
    expect(calls).toHaveLength(before)
    await house.decide(turn, house.agent.session.waiting[0], 'approved')
    await house.work(conversation)
    expect(house.agent.session.decisions).toMatchObject([{ allowed: true }])
    expect(house.endings.at(-1)).toBe('answered')
  })

  it('a turn killed after sending a decision does not send it again', async () => {
    const { conversation, turn } = await killedWhileRunning((session) => session.ask({ name: 'gmail_trash_message' }))
    await house.work(conversation)
    const [callId = ''] = house.agent.session.waiting
    await house.decide(turn, callId, 'approved')
    await house.agent.sendAnswers(house.agent.session.id, [{ callId, allowed: true }])
    await house.work(conversation)
    expect(house.agent.session.decisions).toHaveLength(1)
    expect(house.endings.at(-1)).toBe('answered')
  })

  it('a resumed turn whose owner is disconnected by now waits for a connection, and says nothing twice', async () => {
    const { conversation, turn } = await killedWhileSending()
    house.scalekit.failures.grant.push(new NotConnected())
    await house.work(conversation)
    expect(house.replyOf(turn).last.phase).toMatchObject({ type: 'connecting', state: 'expired' })
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'answered' })
    expect(heard()).toEqual(['first', 'second'])
  })

  it('a resumed turn whose owner has left the workspace ends, and so does their access', async () => {
    const { conversation, turn } = await killedWhileRunning((session) => {
      session.say('All of it.')
      session.rest()
    })
    house.surface.answer = { problem: 'deactivated' }
    await house.work(conversation)
    expect(house.replyOf(turn).last).toMatchObject({
      phase: { type: 'ended', ending: 'disconnected' },
      reply: { items: [{ text: 'All of it.' }] },
    })
    expect(await house.store.accessEndings.unfinished()).toMatchObject([{ person: { user: ANNA } }])
  })
})

describe('a session that is gone', () => {
  it.each(['deleted', 'terminated', 'archived', 'outdated'] as const)(
    '(%s) is replaced by a new one that is told what was said before, and its person learns of it',
    async (how) => {
      const { conversation, ts } = await house.say('My landlord is Jorge')
      await house.work(conversation)
      house.agent.session.gone = how
      await house.say('Write to my landlord', { threadTs: ts })
      await house.work(conversation)
      expect(house.agent.sessions).toHaveLength(2)
      const [sent] = house.agent.session.received
      expect(sent?.text).toBe('Write to my landlord')
      expect(sent?.context).toContain('- My landlord is Jorge')
      expect(house.agent.askedForExchange).toEqual([])
      const [, second] = await house.turnsOf(conversation)
      const reply = second && house.replyOf(second).last
      expect(reply?.notice).toMatch(/^I had to start over/)
      expect(reply?.reply.items).toMatchObject([{ text: 'You wrote: Write to my landlord' }])
    },
  )

  it('a lost session is mentioned in one reply only', async () => {
    const { conversation, ts } = await house.say('one')
    await house.work(conversation)
    house.agent.session.gone = 'deleted'
    for (const words of ['two', 'three']) {
      await house.say(words, { threadTs: ts })
      await house.work(conversation)
    }
    const [, , third] = await house.turnsOf(conversation)
    expect(third && house.replyOf(third).last.notice).toBeNull()
    expect(house.agent.session.received.at(-1)?.context).not.toContain('Earlier')
    expect(house.agent.sessions).toHaveLength(2)
  })

  it.each([
    ['terminated', 'session_terminated'],
    ['deleted', 'session_deleted'],
  ] as const)(
    'in the middle of an answer (%s) ends it in words; the next message starts afresh',
    async (how, ending) => {
      house.agent.answers.push((session) => {
        session.say('The first half.')
        session.push({ type: 'session_ended', how })
        session.gone = how
      })
      const { conversation, ts } = await house.say('one')
      await house.work(conversation)
      const turn = await house.turnOf(conversation)
      expect(house.replyOf(turn).last).toMatchObject({
        phase: { type: 'ended', ending },
        reply: { items: [{ text: 'The first half.' }] },
      })
      await house.say('two', { threadTs: ts })
      await house.work(conversation)
      expect(house.agent.sessions).toHaveLength(2)
      expect(house.endings).toEqual([ending, 'answered'])
    },
  )

  it('a session that is deleted while its stream is open ends the turn with a sentence, and the next message is answered', async () => {
    house.agent.answers.push(() => {})
    const { conversation, ts } = await house.say('one')
    house.wake(conversation)
    await house.settle()
    await house.say('two', { threadTs: ts })
    house.agent.session.gone = 'deleted'
    house.agent.session.breakFeeds(new SessionGone('deleted'))
    await house.settle()
    await house.finished()
    expect(house.endings).toEqual(['session_deleted', 'answered'])
    expect(heard()).toEqual(['one', 'two'])
  })
})
