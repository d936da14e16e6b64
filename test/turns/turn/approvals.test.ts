import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Unavailable } from '../../../src/turns/ports.js'
import type { WantedCall } from '../fake-agent.js'
import { FakeReply } from '../fake-surface.js'
import { ANNA, DM, House, TEAM } from '../house.js'

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const SEND = { name: 'gmail_send_message', input: { to: 'jorge@x.example', body: 'Hello' } }
const TRASH = { name: 'gmail_trash_message', input: { message_id: '18c' } }

/** A turn that waits for its owner to decide on these calls. */
async function asked(...tools: readonly WantedCall[]) {
  let calls: string[] = []
  house.agent.answers.push((session) => {
    session.say('I would do this.')
    calls = session.ask(...tools)
  })
  const { conversation, ts } = await house.say('Do it')
  await house.work(conversation)
  const turn = await house.turnOf(conversation)
  return { conversation, ts, turn, calls, reply: house.replyOf(turn) }
}

describe('a tool call that needs a yes', () => {
  it('a tool call that needs a decision is shown in full, and its turn holds no stream while it waits', async () => {
    const { conversation, turn, reply } = await asked(SEND)
    expect((await house.turnOf(conversation)).state).toBe('waiting_approval')
    expect(reply.last).toMatchObject({
      phase: { type: 'deciding' },
      reply: { items: [{ text: 'I would do this.' }, SEND] },
      approvals: [{ step: { ...SEND, state: 'undecided' }, decision: null }],
    })
    await house.settle()
    expect(house.agent.session.feeds).toBe(0)
    expect(await house.approvalsOf(turn)).toMatchObject([{ decision: null, delivered: false }])
  })

  it('a tool call without a decision never happens', async () => {
    const { conversation } = await asked(SEND)
    await house.pass(48 * 60 * 60_000)
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([])
    expect((await house.turnOf(conversation)).state).toBe('waiting_approval')
  })

  it.each([
    ['approved', true],
    ['denied', false],
  ] as const)('that is %s goes on in the same reply', async (decision, allowed) => {
    const { conversation, turn, calls, reply } = await asked(SEND)
    await house.decide(turn, calls[0], decision)
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([{ callId: calls[0], allowed }])
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'answered' },
      reply: { items: [{ text: 'I would do this.' }, SEND, { text: 'That is done.' }] },
      approvals: [{ decision }],
    })
    expect(await house.turnOf(conversation)).toMatchObject({ id: turn.id, ending: 'answered' })
    expect(await house.approvalsOf(turn)).toMatchObject([{ decision, delivered: true }])
  })

  it('a decided call is shown by name also by a process that did not ask', async () => {
    const { conversation, turn, calls, reply } = await asked(TRASH)
    house.agent.names.set('18c', 'Invoice 20417, from Vandermeer')
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(reply.last).toMatchObject({ phase: { type: 'ended' }, approvals: [{ decision: 'approved' }] })
    expect(reply.last.approvals[0]?.names.get('18c')).toBe('Invoice 20417, from Vandermeer')
  })

  it('a decided call is shown by name where its message is deleted after one of two calls was allowed', async () => {
    const { conversation, ts, turn, calls, reply } = await asked(TRASH, SEND)
    house.agent.names.set('18c', 'Invoice 20417, from Vandermeer')
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    await house.store.revisions.retract({ team: TEAM, channel: DM, ts })
    house.wake(conversation)
    await house.settle()
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'retracted' })
    expect(reply.last.approvals[0]?.names.get('18c')).toBe('Invoice 20417, from Vandermeer')
  })

  it('a session gets a fresh credential before a decision is delivered', async () => {
    const { conversation, turn, calls } = await asked(SEND)
    const before = { granted: house.scalekit.granted.length, calls: house.agent.calls.length }
    await house.pass(5 * 60 * 60_000)
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(house.scalekit.granted.slice(before.granted)).toEqual(['slack:T1:U_ANNA'])
    // The session has it before it goes on: then it reads its credentials.
    const told = house.agent.calls.slice(before.calls).filter((call) => /^(refreshSession|sendAnswers)$/.test(call))
    expect(told).toEqual(['refreshSession', 'sendAnswers'])
  })

  it('a turn can ask for a second decision', async () => {
    const { conversation, turn, calls, reply } = await asked(TRASH)
    house.agent.afterDecisions = (session) => session.ask(SEND)
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(reply.last).toMatchObject({
      phase: { type: 'deciding' },
      approvals: [
        { step: TRASH, decision: 'approved' },
        { step: SEND, decision: null },
      ],
    })
    house.agent.afterDecisions = (session) => session.rest()
    await house.decide(turn, house.agent.session.waiting[0], 'denied')
    await house.work(conversation)
    expect(house.agent.session.decisions.map((one) => 'allowed' in one && one.allowed)).toEqual([true, false])
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended' })
  })
})

describe('an owner whom Slack lets nobody ask in private', () => {
  it('an owner who cannot be asked in private is told so, and the tool call does not happen', async () => {
    house.agent.answers.push((session) => session.ask(SEND))
    const { conversation } = await house.say('Do it')
    const turn = await house.store.turns.queue(conversation)
    house.surface.replies.set(turn.id, Object.assign(new FakeReply(), { reachesOwner: false }))
    await house.work(conversation)
    expect(house.endings).toEqual(['no_direct_message'])
    expect(house.agent.session).toMatchObject({ interrupts: 1, decisions: [] })
  })

  it('a turn does not wait for a connection of an owner who cannot be asked in private', async () => {
    house.scalekit.connected = 'missing'
    const { conversation } = await house.say('Do it')
    const turn = await house.store.turns.queue(conversation)
    house.surface.replies.set(turn.id, Object.assign(new FakeReply(), { reachesOwner: false }))
    await house.work(conversation)
    expect(house.endings).toEqual(['no_direct_message'])
  })
})

describe('two tool calls that wait together', () => {
  it('tool calls are asked in the order in which the agent made them', async () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      name: 'gmail_trash_message',
      input: { message_id: `${index}` },
    }))
    const { reply, calls } = await asked(...many)
    expect(reply.last.approvals.map((approval) => approval.step.id)).toEqual(calls)
  })

  it('two waiting calls may be decided one by one', async () => {
    const { conversation, turn, calls, reply } = await asked(TRASH, SEND)
    expect(reply.last.approvals).toHaveLength(2)
    await house.decide(turn, calls[1], 'denied')
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([{ callId: calls[1], allowed: false }])
    expect((await house.turnOf(conversation)).state).toBe('waiting_approval')
    expect(reply.last).toMatchObject({
      phase: { type: 'deciding' },
      approvals: [{ decision: null }, { decision: 'denied' }],
    })

    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([
      { callId: calls[1], allowed: false },
      { callId: calls[0], allowed: true },
    ])
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'answered' })
    expect(reply.last.reply.items).toMatchObject([
      { type: 'text' },
      { state: 'working' },
      { state: 'denied' },
      { type: 'text' },
    ])
  })

  it('two waiting calls may both be decided before the turn looks', async () => {
    const { conversation, turn, calls } = await asked(TRASH, SEND)
    await house.decide(turn, calls[0], 'approved')
    await house.decide(turn, calls[1], 'denied')
    await house.work(conversation)
    expect(house.agent.session.decisions).toHaveLength(2)
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })

  it('a second call may be decided while the first decision is being delivered', async () => {
    const { conversation, turn, calls } = await asked(TRASH, SEND)
    await house.decide(turn, calls[0], 'approved')
    house.agent.fail('sendAnswers', { before: new Unavailable('claude', 'no answer') })
    house.wake(conversation)
    await house.settle()
    await house.decide(turn, calls[1], 'approved')
    await house.pass(30_000)
    await house.finished()
    expect(house.agent.session.decisions).toHaveLength(2)
    expect(await house.turnOf(conversation)).toMatchObject({ ending: 'answered' })
  })
})

/** A turn that waits for its owner to decide, and a message that they wrote before they could see that. */
async function askedBehind(words: string) {
  house.agent.answers.push(() => {})
  const { conversation, ts } = await house.say('Do it')
  house.wake(conversation)
  await house.settle()
  const second = await house.say(words, { threadTs: ts })
  await house.pass(1_000)
  const [callId = ''] = house.agent.session.ask(SEND)
  await house.finished()
  const [turn, waiting] = await house.turnsOf(conversation)
  if (turn === undefined || waiting === undefined) throw new Error('nothing waits')
  return { conversation, ts, second, turn, callId, waiting, reply: house.replyOf(waiting) }
}

describe('a message from before a question', () => {
  it('a message from before a question waits, and is answered after the decision in its own reply', async () => {
    const { conversation, turn, callId, reply } = await askedBehind('And how is the weather?')
    const [open] = await house.approvalsOf(turn)
    expect(reply.last.phase).toEqual({ type: 'queued', behind: 'approval', open: [open?.id] })
    await house.work(conversation)
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['Do it'])

    await house.decide(turn, callId, 'approved')
    await house.work(conversation)
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['Do it', 'And how is the weather?'])
    expect(reply.phases).toEqual(['queued', 'starting', 'working', 'ended'])
    expect(house.endings).toEqual(['answered', 'answered'])
    expect(await house.turnsOf(conversation)).toHaveLength(2)
  })

  it('shows that it waits as soon as it arrives, for an answer too', async () => {
    house.agent.answers.push(() => {})
    const { conversation, ts } = await house.say('one')
    house.wake(conversation)
    await house.settle()
    await house.say('two', { threadTs: ts })
    await house.turns.arrived(conversation)
    const [, waiting] = await house.turnsOf(conversation)
    expect(waiting && house.replyOf(waiting).last.phase).toEqual({ type: 'queued', behind: 'turn' })
    house.agent.session.rest()
    await house.finished()
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['one', 'two'])
  })

  it('a waiting message that is deleted takes its reply along, and leaves the question', async () => {
    const { conversation, second, turn, callId, reply } = await askedBehind('Never mind')
    await house.store.messages.cancel(TEAM, DM, second.ts)
    await house.work(conversation)
    await house.decide(turn, callId, 'approved')
    await house.work(conversation)
    expect(reply).toMatchObject({ removed: true, closed: true })
    expect(house.endings).toEqual(['answered'])
    expect(await house.turnsOf(conversation)).toHaveLength(1)
  })

  it('a waiting message is sent with the one that is written instead of a decision', async () => {
    const { conversation, ts, turn } = await askedBehind('two')
    await house.say('three', { threadTs: ts })
    await house.work(conversation)
    expect(house.agent.session.batches).toEqual([1, 2])
    expect(await house.approvalsOf(turn)).toMatchObject([
      { decision: 'denied', deniedBy: 'new_message', delivered: true },
    ])
  })
})

describe('a message instead of a decision', () => {
  it('a message instead of a decision denies what is open, and is sent with the denials in one batch', async () => {
    const { conversation, ts, turn, calls, reply } = await asked(TRASH, SEND)
    await house.say('Rather tell me a joke', { threadTs: ts })
    await house.work(conversation)
    expect(house.agent.calls.filter((call) => call === 'sendAnswers')).toEqual([])
    const denied = { allowed: false, reason: expect.stringContaining('new message instead') }
    expect(house.agent.session.decisions).toEqual(calls.map((callId) => ({ callId, ...denied })))
    expect(house.agent.session.batches).toEqual([1, 1])
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'superseded' },
      reply: { items: [{ text: 'I would do this.' }, TRASH, SEND] },
      approvals: [
        { decision: 'denied', deniedBy: 'new_message' },
        { decision: 'denied', deniedBy: 'new_message' },
      ],
    })
    expect(await house.approvalsOf(turn)).toMatchObject([
      { decision: 'denied', deniedBy: 'new_message', delivered: true },
      { decision: 'denied', deniedBy: 'new_message', delivered: true },
    ])
    const [, next] = await house.turnsOf(conversation)
    expect(next && house.replyOf(next).last.reply.items).toMatchObject([{ text: 'You wrote: Rather tell me a joke' }])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('is answered though the session had called for more, of which nobody was asked', async () => {
    const { conversation, ts, calls } = await asked(TRASH)
    const more = house.agent.session.widen({ name: 'gmail_trash_message', input: { message_id: '18d' } })
    await house.say('Something else', { threadTs: ts })
    await house.work(conversation)
    expect(house.agent.session.decisions.map(({ callId }) => callId)).toEqual([...calls, more])
    expect(house.agent.session.decisions).toEqual(
      calls.concat(more).map(() => expect.objectContaining({ allowed: false })),
    )
    expect(house.agent.session.received.map(({ text }) => text)).toEqual(['Do it', 'Something else'])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('a message instead of a decision leaves earlier decisions as they are', async () => {
    const { conversation, ts, turn, calls } = await asked(TRASH, SEND)
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    await house.say('Rather not the mail', { threadTs: ts })
    await house.work(conversation)
    expect(house.agent.session.decisions).toMatchObject([
      { callId: calls[0], allowed: true },
      { callId: calls[1], allowed: false },
    ])
    expect(await house.approvalsOf(turn)).toMatchObject([
      { decision: 'approved', deniedBy: null },
      { decision: 'denied', deniedBy: 'new_message' },
    ])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('a message after a press waits for what the press leads to', async () => {
    const { conversation, ts, turn, calls } = await asked(SEND)
    await house.say('On second thought', { threadTs: ts })
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(house.agent.session.decisions).toEqual([{ callId: calls[0], allowed: true }])
    expect(house.endings).toEqual(['answered', 'answered'])
  })

  it('a press after a message instead of a decision counts for nothing', async () => {
    const { conversation, ts, turn } = await asked(SEND)
    await house.say('Something else', { threadTs: ts })
    await house.work(conversation)
    const [approval] = await house.approvalsOf(turn)
    expect(await house.store.approvals.decide(approval?.id ?? '', 'approved', TEAM, ANNA)).toEqual({
      outcome: 'already',
      decision: 'denied',
    })
  })

  it.each([
    ['an empty mention', { text: '', files: 0 }, 'waiting_approval'],
    ['nothing but a file', { text: '', files: 1 }, 'ended'],
  ] as const)('may be anything but %s', async (_name, { text, files }, state) => {
    const { conversation, ts } = await asked(SEND)
    await house.say(text, { threadTs: ts, files })
    await house.work(conversation)
    const [turn] = await house.turnsOf(conversation)
    expect(turn?.state).toBe(state)
  })

  it('a message written before a question and delivered after it denies nothing', async () => {
    const { conversation, ts } = await asked(SEND)
    await house.pass(60_000)
    await house.say('With a friendly greeting, please', { threadTs: ts, writtenAt: house.clock.now() - 70_000 })
    await house.work(conversation)
    expect((await house.turnsOf(conversation)).map(({ state }) => state)).toEqual(['waiting_approval', 'queued'])
    await house.say('No, something else', { threadTs: ts, writtenAt: house.clock.now() - 1_000 })
    await house.work(conversation)
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('a message written while Slack delayed the question denies nothing', async () => {
    house.agent.answers.push(() => {})
    const { conversation, ts } = await house.say('Do it')
    house.wake(conversation)
    await house.settle()
    const [turn] = await house.turnsOf(conversation)
    const reply = house.replyOf(turn ?? { id: '' })
    let land = () => {}
    reply.settled = () =>
      new Promise<void>((resolve) => {
        land = resolve
      })
    house.agent.session.ask(SEND)
    await house.pass(20_000)
    await house.say('With a friendly greeting, please', { threadTs: ts })
    await house.pass(10_000)
    reply.settled = async () => {}
    land()
    await house.finished()
    expect((await house.turnsOf(conversation)).map(({ state }) => state)).toEqual(['waiting_approval', 'queued'])
  })

  it('denies what is left where one of two was pressed after it', async () => {
    const { conversation, ts, turn, calls } = await asked(TRASH, SEND)
    await house.say('And skip the mail', { threadTs: ts })
    await house.decide(turn, calls[0], 'approved')
    await house.work(conversation)
    expect(await house.approvalsOf(turn)).toMatchObject([
      { decision: 'approved' },
      { decision: 'denied', deniedBy: 'new_message' },
    ])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('is answered though the session names once more what it had waited for', async () => {
    const { conversation, ts, calls } = await asked(TRASH, SEND)
    const { agent } = house
    const deliver = agent.deliver.bind(agent)
    agent.deliver = (id, messages, denials) => {
      agent.session.push({ type: 'idle', reason: 'requires_action', awaiting: calls.slice(1) })
      deliver(id, messages, denials)
    }
    await house.say('Rather tell me a joke', { threadTs: ts })
    await house.work(conversation)
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('a message instead of a decision that is deleted in time denies nothing', async () => {
    const { conversation, ts, turn } = await asked(SEND)
    const second = await house.say('Never mind', { threadTs: ts })
    await house.store.messages.cancel(TEAM, DM, second.ts)
    await house.work(conversation)
    expect(await house.approvalsOf(turn)).toMatchObject([{ decision: null }])
  })

  it.each([
    ['before it arrived', { before: new Unavailable('claude', 'no answer') }],
    ['after it arrived', { after: new Unavailable('claude', 'no answer') }],
  ] as const)('is sent once, and the denials once, when the request fails %s', async (_name, failure) => {
    const { conversation, ts, turn, calls } = await asked(SEND)
    await house.say('Something else', { threadTs: ts })
    house.agent.fail('sendMessages', failure)
    house.wake(conversation)
    await house.pass(60_000)
    await house.finished()
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['Do it', 'Something else'])
    expect(house.agent.session.decisions).toMatchObject([{ callId: calls[0], allowed: false }])
    expect(await house.approvalsOf(turn)).toMatchObject([{ delivered: true }])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('is found again by a process that starts after one that was killed between the denial and its words', async () => {
    const { conversation, ts, turn, calls, reply } = await asked(SEND)
    await house.say('Something else', { threadTs: ts })
    expect(await house.store.turns.supersede(turn)).toBe(true)
    expect(await house.store.turns.supersede(turn)).toBe(false)
    await house.work(conversation)
    expect(reply.last).toMatchObject({ phase: { type: 'ended', ending: 'superseded' } })
    expect(house.agent.session.decisions).toMatchObject([{ callId: calls[0], allowed: false }])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('is not taken further by what a process read that was told to stop: the next one goes on', async () => {
    const { conversation, ts, calls } = await asked(SEND)
    await house.say('Something else', { threadTs: ts })
    const stop = new AbortController()
    const follow = house.agent.follow.bind(house.agent)
    house.agent.follow = (...args) => {
      stop.abort(new Error('told to stop'))
      return follow(...args)
    }
    await expect(house.turns.run(conversation, stop.signal)).rejects.toThrow('told to stop')
    expect((await house.turnOf(conversation)).state).toBe('superseded')
    house.agent.follow = follow
    await house.work(conversation)
    expect(house.agent.session.decisions).toMatchObject([{ callId: calls[0], allowed: false }])
    expect(house.agent.session.interrupts).toBe(0)
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('begins a new session where the old one is gone, and tells that one of no denials', async () => {
    const { conversation, ts } = await asked(SEND)
    house.agent.session.gone = 'deleted'
    await house.say('Something else', { threadTs: ts })
    await house.work(conversation)
    await house.pass(30_000)
    expect(house.agent.sessions).toHaveLength(2)
    expect(house.agent.session.decisions).toEqual([])
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['Something else'])
    expect(house.endings).toEqual(['superseded', 'answered'])
  })

  it('a message denies nothing once Stop was pressed', async () => {
    const { conversation, ts, turn } = await asked(SEND)
    await house.say('Something else', { threadTs: ts })
    await house.store.turns.requestStop(turn.id)
    await house.work(conversation)
    expect(house.endings).toEqual(['stopped', 'answered'])
    expect(house.agent.session.decisions).toEqual([])
  })
})
