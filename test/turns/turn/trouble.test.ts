import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotConnected, OperatorProblem, Rejected, Unavailable } from '../../../src/turns/ports.js'
import { House } from '../house.js'

const SECOND = 1_000
const MINUTE = 60 * SECOND

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const out = (service: 'slack' | 'claude' | 'scalekit', retryAfterMs?: number) =>
  new Unavailable(service, 'no answer', retryAfterMs)
const heard = () => house.agent.sessions.flatMap((session) => session.received.map((message) => message.text))

/** A turn that is being answered: the session has its message and works. */
async function working(words = 'one') {
  house.agent.answers.push(() => {})
  const { conversation, ts } = await house.say(words)
  house.wake(conversation)
  await house.settle()
  const [turn] = await house.turnsOf(conversation)
  if (turn?.state !== 'running') throw new Error(`the turn is ${turn?.state}`)
  return { conversation, ts, turn, reply: house.replyOf(turn) }
}

describe('a service that does not answer', () => {
  it.each(['claude', 'scalekit'] as const)('(%s) is tried again, and its person sees that', async (service) => {
    house.scalekit.failures.state.push(...Array.from({ length: 5 }, () => out(service)))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.settle()
    const reply = house.replyOf(await house.turnOf(conversation))
    expect(reply.last.phase).toEqual({ type: 'retrying', service })
    await house.pass(2 * MINUTE)
    await house.finished()
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'answered' })
    expect(heard()).toEqual(['Hello'])
  })

  it.each(['claude', 'scalekit'] as const)('(%s) for more than ten minutes ends the turn in words', async (service) => {
    house.scalekit.failures.state.push(...Array.from({ length: 1_000 }, () => out(service)))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(9 * MINUTE)
    expect((await house.turnOf(conversation)).state).toBe('queued')
    await house.pass(3 * MINUTE)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: `${service}_unavailable` })
    expect(house.scalekit.asked).toBeLessThan(60)
  })

  it('a message waits for as long as Slack does not tell who wrote it', async () => {
    house.surface.failures.push(...Array.from({ length: 500 }, () => out('slack')))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(60 * MINUTE)
    expect((await house.turnOf(conversation)).state).toBe('queued')
    expect(heard()).toEqual([])
    await house.pass(10 * 60 * MINUTE)
    await house.finished()
    expect(heard()).toEqual(['Hello'])
  })

  it('a service is not called again before the time that it asked for', async () => {
    house.scalekit.failures.state.push(out('scalekit', 90 * SECOND))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(89 * SECOND)
    expect(house.scalekit.asked).toBe(1)
    await house.pass(2 * SECOND)
    await house.finished()
    expect(house.scalekit.asked).toBe(2)
  })

  it('failures between new events do not add up to giving the turn up', async () => {
    const { turn } = await working()
    for (let hour = 0; hour < 5; hour += 1) {
      house.agent.session.say(`Part ${hour}.`)
      await house.pass(30 * MINUTE)
      house.agent.session.breakFeeds(out('claude'))
      await house.pass(MINUTE)
      expect((await house.store.turns.get(turn.id)).state).toBe('running')
    }
    house.agent.session.rest()
    await house.finished()
    expect(house.endings).toEqual(['answered'])
  })

  it('a turn is given up when its decision keeps failing, even though its events can be read', async () => {
    house.agent.answers.push((session) => session.ask({ name: 'gmail_trash_message' }))
    const { conversation } = await house.say('Trash it')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    await house.decide(turn, house.agent.session.waiting[0], 'approved')
    house.agent.fail('sendAnswers', ...Array.from({ length: 1_000 }, () => ({ before: out('claude') })))
    house.wake(conversation)
    await house.pass(15 * MINUTE)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'lost_contact' })
  })

  it('a service that fails does not take away the text shown so far', async () => {
    const { reply } = await working()
    house.agent.session.say('The first half.')
    await house.settle()
    house.agent.session.breakFeeds(out('claude'))
    await house.settle()
    expect(reply.last.reply.items).toMatchObject([{ text: 'The first half.' }])
    await house.pass(MINUTE)
    house.agent.session.rest()
    await house.finished()
    expect(reply.last.reply.items).toMatchObject([{ text: 'The first half.' }])
    expect(heard()).toEqual(['one'])
  })
})

describe('what cannot be tried again ends in words', () => {
  it.each([
    [new OperatorProblem('credentials', 'x'), 'operator_credentials'],
    [new OperatorProblem('setup', 'x'), 'operator_setup'],
    [new OperatorProblem('billing', 'x'), 'billing'],
    [new Rejected('too_large', 'x'), 'too_long'],
    [new Rejected('budget', 'x'), 'budget_reached'],
    [new Rejected('invalid', 'x'), 'rejected'],
  ])('%s → %s', async (error, ending) => {
    house.agent.fail('sendMessages', { before: error })
    const { conversation } = await house.say('Hello')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending })
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending })
  })

  it.each([
    ['createSession', 'operator_setup'],
    ['refreshSession', 'operator_setup'],
  ] as const)('also where %s fails', async (call, ending) => {
    const { conversation, ts } = await house.say('one')
    if (call === 'refreshSession') {
      await house.work(conversation)
      await house.say('two', { threadTs: ts })
    }
    house.agent.fail(call, { before: new OperatorProblem('setup', 'x') })
    await house.work(conversation)
    expect(house.endings.at(-1)).toBe(ending)
  })

  it('a refusal is posted in the channel where no place for answers was decided', async () => {
    house.surface.failures.push(new OperatorProblem('credentials', 'users.info: missing_scope'))
    const { conversation } = await house.say('Hello', { channel: 'C_GENERAL' })
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn.ending).toBe('operator_credentials')
    expect(house.replyOf(turn).last.phase).toMatchObject({ type: 'ended' })
    expect((await house.store.conversations.get(conversation)).address).toBeNull()
  })

  it('a refusal stands where it was asked, and the next answer goes where its owner chose', async () => {
    house.surface.answer = { problem: 'unknown_person' }
    const { conversation, ts } = await house.say('Hello', { channel: 'C_GENERAL' })
    await house.work(conversation)
    expect(house.endings).toEqual(['unknown_person'])
    expect(house.surface.chosenFor).toEqual([])
    house.surface.answer = { name: 'Anna', timeZone: 'UTC', email: null }
    await house.say('What is unread?', { channel: 'C_GENERAL', threadTs: ts })
    await house.work(conversation)
    expect((await house.store.conversations.get(conversation)).address).toMatchObject({ channel: 'D_PRIVATE' })
    expect(house.agent.session.received[0]?.context).not.toContain('Earlier')
  })

  it('a message that waits behind a failed turn is answered', async () => {
    const { conversation, ts, turn } = await working('one')
    await house.say('two', { threadTs: ts })
    await house.turns.arrived(conversation)
    house.agent.session.breakFeeds(new OperatorProblem('credentials', 'x'))
    await house.settle()
    await house.finished()
    expect(house.endings).toEqual(['operator_credentials', 'answered'])
    expect(heard()).toEqual(['one', 'two'])
    expect(await house.store.messages.ofTurn(turn.id)).toMatchObject([{ text: 'one' }])
  })

  it('a turn that keeps failing with an unexpected error ends with a sentence', async () => {
    house.scalekit.failures.state.push(...Array.from({ length: 100 }, () => new Error('a bug')))
    const { conversation } = await house.say('Hello')
    for (let attempt = 0; attempt < 100 && house.endings.length === 0; attempt += 1) {
      await house.work(conversation).catch(() => {})
    }
    const turn = await house.turnOf(conversation)
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'unknown' })
    expect(turn.state).toBe('ended')
  })

  it('an unexpected error is tried again later, and the message stays queued', async () => {
    house.scalekit.failures.state.push(new Error('a bug'))
    const { conversation } = await house.say('Hello')
    await expect(house.work(conversation)).rejects.toThrow('a bug')
    await house.work(conversation)
    expect(house.endings).toEqual(['answered'])
    expect(heard()).toEqual(['Hello'])
  })
})

describe('a session that shows no sign of life', () => {
  it('a silent session is given up after some minutes, and interrupted', async () => {
    house.agent.answers.push(() => {})
    house.agent.isDeaf = true
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.pass(4 * MINUTE)
    expect(house.endings).toEqual([])
    await house.pass(2 * MINUTE)
    await house.finished()
    const turn = await house.turnOf(conversation)
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'stalled' })
    expect(house.agent.session.interrupts).toBe(1)
  })

  it('a session that works for a long time is not given up as silent', async () => {
    await working()
    await house.pass(60 * MINUTE)
    house.agent.session.rest()
    await house.finished()
    expect(house.endings).toEqual(['empty_answer'])
  })
})

describe('a turn that was given up in the middle', () => {
  /** Contact is lost for good while the session goes on with it. */
  async function lost() {
    const { conversation, ts, turn, reply } = await working('one')
    house.agent.session.say('The first half.')
    await house.settle()
    house.agent.fail('follow', ...Array.from({ length: 1_000 }, () => ({ before: out('claude') })))
    house.agent.session.breakFeeds(out('claude'))
    await house.pass(15 * MINUTE)
    await house.finished()
    house.agent.failures.follow = []
    return { conversation, ts, turn, reply }
  }

  it('a turn given up in the middle says that part of it may have been done', async () => {
    const { turn, reply } = await lost()
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'lost_contact' })
    expect(await house.store.turns.get(turn.id)).toMatchObject({ state: 'ended' })
  })

  it('what a given-up turn left running is interrupted before the next turn', async () => {
    const { conversation, ts } = await lost()
    house.agent.session.say('The second half.')
    await house.say('two', { threadTs: ts })
    await house.work(conversation)
    const [, next] = await house.turnsOf(conversation)
    expect(house.agent.session.interrupts).toBe(1)
    expect(next && house.replyOf(next).last).toMatchObject({
      phase: { type: 'ended', ending: 'answered' },
      reply: { items: [{ text: 'You wrote: two' }] },
      notice: null,
    })
  })
})

describe('Stop', () => {
  /** The owner presses the button; the bot works on the turn, or not. */
  async function press(turn: { readonly id: string }) {
    await house.store.turns.requestStop(turn.id)
    await house.turns.stop(turn.id)
  }

  it('Stop before anything was sent sends nothing', async () => {
    house.scalekit.failures.state.push(out('scalekit'))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.settle()
    const turn = await house.turnOf(conversation)
    await press(turn)
    await house.pass(MINUTE)
    await house.finished()
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'stopped' })
    expect(house.agent.calls).toEqual([])
  })

  it.each(['waiting_approval', 'waiting_connection'] as const)(
    'is not overheard in the very moment of %s',
    async (state) => {
      if (state === 'waiting_connection') house.scalekit.connected = 'missing'
      house.agent.answers.push((session) => session.ask({ name: 'gmail_send_message' }))
      const { turns } = house.store
      const setState = turns.setState.bind(turns)
      let pressed: Promise<void> | undefined
      turns.setState = async (id, next) => {
        await setState(id, next)
        if (next === state) pressed ??= press({ id })
      }
      const { conversation } = await house.say('Hello')
      house.wake(conversation)
      await house.settle()
      await pressed
      await house.finished()
      expect(house.endings).toEqual(['stopped'])
    },
  )

  it('Stop ends a turn that asks for a connection', async () => {
    house.scalekit.connected = 'missing'
    const { conversation } = await house.say('Hello')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(house.replyOf(turn).last.phase).toMatchObject({ type: 'connecting' })
    await press(turn)
    await house.work(conversation)
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'stopped' })
    house.scalekit.connected = 'connected'
    await house.pass(MINUTE)
    expect(house.agent.calls).toEqual([])
  })

  it('Stop ends a turn that asks for a connection after its messages were taken', async () => {
    const { conversation } = await house.say('Hello')
    const turn = await house.store.turns.queue(conversation)
    await house.store.conversations.settleAddress(conversation, { channel: 'D_ANNA', threadTs: '1.0' })
    await house.store.turns.take(turn)
    house.scalekit.failures.grant.push(new NotConnected(), new NotConnected())
    await house.work(conversation)
    expect(house.replyOf(turn).last.phase).toMatchObject({ type: 'connecting' })
    await press(turn)
    await house.settle()
    expect(house.endings).toEqual(['stopped'])
    expect(house.agent.calls).toEqual([])
  })

  it('Stop ends the wait for an unavailable service', async () => {
    house.scalekit.failures.state.push(...Array.from({ length: 1_000 }, () => out('scalekit')))
    const { conversation } = await house.say('Hello')
    house.wake(conversation)
    await house.settle()
    const turn = await house.turnOf(conversation)
    await press(turn)
    await house.pass(MINUTE)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'stopped' })
  })

  it('Stop interrupts a working agent once, and keeps the text so far', async () => {
    const { turn, reply } = await working()
    house.agent.session.say('The first half.')
    await house.settle()
    await press(turn)
    await press(turn)
    await house.settle()
    await house.finished()
    expect(house.agent.session.interrupts).toBe(1)
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'stopped' },
      reply: { items: [{ text: 'The first half.' }] },
    })
  })

  it('an interruption that does not reach the session is repeated until it does', async () => {
    const { turn, reply } = await working()
    house.agent.fail('interrupt', { before: out('claude') })
    await house.store.turns.requestStop(turn.id)
    await expect(house.turns.stop(turn.id)).rejects.toThrow(Unavailable)
    await house.pass(MINUTE)
    await house.finished()
    expect(house.agent.session.interrupts).toBe(1)
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'stopped' })
  })

  it('the next turn waits for an interruption that the end of its turn overtook', async () => {
    const { ts, turn } = await working()
    let arrive = () => {}
    house.agent.interrupt = () =>
      new Promise((resolve) => {
        arrive = resolve
      })
    const pressed = press(turn)
    await house.settle()
    house.agent.session.say('Too late.')
    house.agent.session.rest()
    await house.say('two', { threadTs: ts })
    await house.settle()
    expect(heard()).toEqual(['one'])
    arrive()
    await pressed
    await house.finished()
    expect(heard()).toEqual(['one', 'two'])
  })

  it('Stop pressed before a restart still counts after it', async () => {
    const { conversation } = await house.say('Hello')
    const turn = await house.store.turns.queue(conversation)
    await house.store.turns.requestStop(turn.id)
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'stopped' })
    expect(heard()).toEqual([])
  })

  it('Stop pressed before a restart interrupts a session that still works', async () => {
    const { conversation, ts } = await house.say('one')
    await house.work(conversation)
    await house.say('two', { threadTs: ts })
    const turn = await house.store.turns.queue(conversation)
    const [message] = await house.store.turns.take(turn)
    house.agent.answers.push((session) => session.say('Half'))
    house.agent.deliver('session_1', [{ reference: message?.id ?? '', context: '', text: 'two' }])
    await house.store.turns.setState(turn.id, 'running')
    await house.store.turns.requestStop(turn.id)
    await house.work(conversation)
    expect(house.agent.session.interrupts).toBe(1)
    expect(house.endings).toEqual(['answered', 'stopped'])
  })

  it('Stop pressed before a restart keeps back messages that had not been sent', async () => {
    const { conversation, ts } = await house.say('one')
    await house.work(conversation)
    await house.say('two', { threadTs: ts })
    const turn = await house.store.turns.queue(conversation)
    await house.store.turns.take(turn)
    await house.store.turns.requestStop(turn.id)
    house.wake(conversation)
    await house.pass(MINUTE)
    await house.finished()
    expect(heard()).toEqual(['one'])
    expect(house.endings).toEqual(['answered', 'stopped'])
  })

  it('Stop just before a question is asked keeps it from being asked', async () => {
    const { turn, reply } = await working()
    await house.store.turns.requestStop(turn.id)
    house.agent.fail('interrupt', { before: out('claude') })
    await house.turns.stop(turn.id).catch(() => {})
    house.agent.session.ask({ name: 'gmail_trash_message' })
    await house.pass(MINUTE)
    await house.finished()
    expect(reply.last.phase).toEqual({ type: 'ended', ending: 'stopped' })
    expect(house.agent.session.decisions).toEqual([])
  })

  it('Stop ends a turn that waits for a decision, and the call does not happen', async () => {
    house.agent.answers.push((session) => session.ask({ name: 'gmail_trash_message' }))
    const { conversation } = await house.say('Trash it')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    await press(turn)
    await house.settle()
    await house.finished()
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'stopped' })
    expect(house.agent.session.interrupts).toBe(1)
    expect(house.agent.session.decisions).toEqual([])
  })

  it('Stop does not stop the messages that wait behind the turn', async () => {
    const { conversation, ts, turn } = await working('one')
    await house.say('two', { threadTs: ts })
    await house.turns.arrived(conversation)
    await press(turn)
    await house.settle()
    await house.finished()
    expect(house.endings).toEqual(['stopped', 'answered'])
  })
})

describe('a shutdown', () => {
  it('a shutdown leaves running turns to the next start, and shows nothing', async () => {
    const { turn, reply } = await working()
    const views = reply.views.length
    await house.close()
    expect(reply.views).toHaveLength(views)
    expect(reply.closed).toBe(false)
    expect(house.endings).toEqual([])
    house = await House.open()
    expect(turn.state).toBe('running')
  })
})

describe('events that are lost sight of', () => {
  it('the line that Claude does not answer goes away when events come again', async () => {
    house.agent.answers.push((session) => session.push({ type: 'thinking' }))
    const { conversation } = await house.say('Think')
    house.wake(conversation)
    await house.pass(1_000)
    house.agent.session.breakFeeds(out('claude'))
    await house.pass(1)
    const reply = house.replyOf(await house.turnOf(conversation))
    expect(reply.last.phase.type).toBe('retrying')
    await house.pass(MINUTE)
    expect(reply.last.phase.type).toBe('working')
  })

  it('a lost event stream takes nothing away that was shown', async () => {
    house.agent.answers.push((session) => {
      session.say('Half of the answer.')
      session.push({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission: 'allow' })
    })
    const { conversation } = await house.say('Think')
    house.wake(conversation)
    await house.pass(1_000)
    const reply = house.replyOf(await house.turnOf(conversation))
    const before = reply.views.length
    const follow = house.agent.follow.bind(house.agent)
    let broken = 1
    house.agent.follow = (...args) => {
      const feed = follow(...args)
      if (broken === 0) return feed
      broken -= 1
      house.agent.session.breakFeeds(out('claude'))
      return feed
    }
    house.agent.session.breakFeeds(out('claude'))
    await house.pass(MINUTE)
    await house.pass(MINUTE)
    expect(house.agent.session.feeds).toBe(1)
    for (const view of reply.views.slice(before - 1)) expect(view.reply.items).toHaveLength(2)
  })

  it('a stopped turn that may have been sent ends by interrupting the session', async () => {
    const { conversation, ts } = await house.say('first')
    await house.work(conversation)
    await house.say('second', { threadTs: ts })
    const turn = await house.store.turns.queue(conversation)
    const [message] = await house.store.turns.take(turn)
    house.agent.answers.push((session) => session.push({ type: 'thinking' }))
    house.agent.deliver(house.agent.session.id, [{ reference: message?.id ?? '', context: '', text: 'second' }])
    house.scalekit.failures.grant.push(new NotConnected())
    await house.store.turns.requestStop(turn.id)
    await house.work(conversation)
    expect(house.endings).toEqual(['answered', 'stopped'])
    expect(house.agent.session.interrupts).toBe(1)
  })
})
