import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ANNA, House, TEAM } from '../house.js'

let house: House

beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

describe('a turn', () => {
  it('goes from a message to its answer, in one reply', async () => {
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)

    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending: 'answered' })
    const reply = house.replyOf(turn)
    expect(reply.phases).toEqual(['starting', 'working', 'ended'])
    expect(reply.last).toMatchObject({
      phase: { type: 'ended', ending: 'answered' },
      ownerName: 'Anna Lindqvist',
      mailboxAddress: null,
      notice: null,
      tookMs: 0,
    })
    expect(reply.last.reply.items).toMatchObject([{ type: 'text', text: 'You wrote: What is unread?' }])
    expect(reply.closed).toBe(true)
    expect(house.endings).toEqual(['answered'])
  })

  it('says which mailbox it was, and forgets the address with the connection', async () => {
    house.scalekit.mailboxAddress = 'anna@northwind.example'
    const first = await house.say('What is unread?')
    await house.work(first.conversation)
    expect(house.replyOf(await house.turnOf(first.conversation)).last.mailboxAddress).toBe('anna@northwind.example')
    expect(house.scalekit.forgotten).toBe(0)

    house.scalekit.connected = 'missing'
    const second = await house.say('And now?')
    await house.work(second.conversation)
    expect(house.scalekit.forgotten).toBe(1)
  })

  it('waits, and does nothing, until its owner has said where to answer', async () => {
    const channel = 'C_TEAM'
    house.surface.undecidedUntil = house.clock.now() + 60_000
    const { conversation } = await house.say('What is unread?', { channel })
    await house.work(conversation)
    expect(house.agent.calls).toEqual([])
    await house.pass(59_000)
    expect(house.surface.chosenFor).toHaveLength(1)
    house.surface.undecidedUntil = null
    await house.pass(2_000)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'answered' })
  })

  it('a turn whose message is deleted removes the question where to answer', async () => {
    house.surface.undecidedUntil = house.clock.now() + 60_000
    const { conversation, ts } = await house.say('What is unread?', { channel: 'C_TEAM' })
    await house.work(conversation)
    await house.store.messages.cancel(TEAM, 'C_TEAM', ts)
    await house.work(conversation)
    expect(house.surface.withdrawnFor).toEqual([conversation])
    expect(await house.turnsOf(conversation)).toEqual([])
  })

  it('opens the event stream before it sends', async () => {
    const { conversation } = await house.say('Hello')
    await house.work(conversation)
    expect(house.agent.calls).toEqual(['createSession', 'follow', 'sendMessages'])
  })

  it('a turn closes its event stream when it ends', async () => {
    const { conversation } = await house.say('Hello')
    await house.work(conversation)
    await house.settle()
    expect(house.agent.session.feeds).toBe(0)
  })

  it('sends the words verbatim, after a context block that holds the reference', async () => {
    const words = '  *Bold*?  <b>& "quotes"\n\n– and more '
    const { conversation } = await house.say(words)
    await house.work(conversation)
    const [sent] = house.agent.session.received
    expect(sent?.text).toBe(words)
    expect(sent?.context).toContain('From: Anna Lindqvist')
    expect(sent?.context).toContain(`Reference: ${sent?.reference}`)
  })

  it('takes what is queued together, each message as its own, in the order in which it was written', async () => {
    const first = await house.say('one')
    await house.say('two', { threadTs: first.ts })
    await house.say('three', { threadTs: first.ts })
    await house.work(first.conversation)
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['one', 'two', 'three'])
    expect(house.agent.session.batches).toEqual([3])
    expect(await house.turnsOf(first.conversation)).toHaveLength(1)
  })

  it('goes on in the same session, from where the last turn ended', async () => {
    const first = await house.say('one')
    await house.work(first.conversation)
    const { position } = await house.store.conversations.get(first.conversation)
    expect(position?.id).toBe(house.agent.session.events.at(-1)?.id)

    await house.say('two', { threadTs: first.ts })
    await house.work(first.conversation)
    expect(house.agent.sessions).toHaveLength(1)
    const [, second] = await house.turnsOf(first.conversation)
    expect(second && house.replyOf(second).last.reply.items).toMatchObject([{ text: 'You wrote: two' }])
  })

  it('uses the mailbox of the person who owns the conversation', async () => {
    const { conversation } = await house.say('one')
    await house.work(conversation)
    await house.say('two', { threadTs: '1795339921.000100' })
    await house.work(conversation)
    expect(house.scalekit.granted).toEqual(['slack:T1:U_ANNA', 'slack:T1:U_ANNA'])
    const { owner } = await house.store.conversations.get(conversation)
    expect(house.agent.session.grants).toEqual([owner.id, owner.id])
  })

  it('a reply stands below the message that it answers', async () => {
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(house.replyOf(await house.turnOf(conversation)).placedBelow.at(-1)).toEqual(['What is unread?'])
  })

  it('a turn of a channel answers where the surface decided, and asks it once', async () => {
    const { conversation, ts } = await house.say('What is unread?', { channel: 'C_GENERAL' })
    await house.work(conversation)
    await house.say('And now?', { channel: 'C_GENERAL', threadTs: ts })
    await house.work(conversation)
    expect(house.surface.chosenFor).toEqual([conversation])
    expect((await house.store.conversations.get(conversation)).address).toMatchObject({ channel: 'D_PRIVATE' })
  })

  it.each(['What does this mean?', ''])(
    'of which only the mention arrived is heard with what was passed on, which Slack is asked for once: “%s”',
    async (text) => {
      const forwarded = {
        words: { text: 'The offer ends on Friday', mentions: [] },
        author: 'Cleo',
        authorId: null,
        ts: '0.5',
        channel: 'general',
        channelId: null,
        files: [],
      }
      const { conversation, ts } = await house.say(text, { channel: 'C_GENERAL', isPartial: true })
      house.surface.rests.set(ts, { files: [], forwarded: [forwarded] })
      await house.work(conversation)
      const [heard] = house.agent.session.received
      expect(heard?.quoted?.join('\n')).toContain('The offer ends on Friday')
      expect(await house.store.messages.partial(conversation)).toEqual([])
    },
  )

  it('tells what it can do when there are no words at all, and asks nothing of anybody', async () => {
    const { conversation } = await house.say('')
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'help' })
    expect(house.agent.calls).toEqual([])
    expect(house.scalekit.asked).toBe(0)
  })

  it('the first request after a call for help is an ordinary first turn', async () => {
    const { conversation, ts } = await house.say('')
    await house.work(conversation)
    await house.say('What is unread?', { threadTs: ts })
    await house.work(conversation)
    const [, second] = await house.turnsOf(conversation)
    expect(second && house.replyOf(second).last.notice).toBeNull()
    expect(house.agent.session.received[0]?.context).not.toContain('Earlier')
  })

  it.each(['👍', ':tada:', '?', 'a'.repeat(40_000)])('takes any words: %.10s', async (words) => {
    const { conversation } = await house.say(words)
    await house.work(conversation)
    expect(house.agent.session.received.map((message) => message.text)).toEqual([words])
  })

  it('says so to the agent where there are only files, never an empty text', async () => {
    const { conversation } = await house.say('', { files: 2 })
    await house.work(conversation)
    const [sent] = house.agent.session.received
    expect(sent?.text?.trim()).not.toBe('')
    expect(sent?.quoted?.join()).toContain('offer.pdf')
  })

  it.each(['unknown_person', 'outsider', 'guest', 'deactivated'] as const)(
    'tells somebody who is %s so, and does nothing else',
    async (problem) => {
      house.surface.answer = { problem }
      const { conversation } = await house.say('What is unread?')
      await house.work(conversation)
      expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: problem })
      expect(house.agent.calls).toEqual([])
      expect(house.scalekit.asked).toBe(0)
      expect(house.scalekit.granted).toEqual([])
      await house.work(conversation)
      expect(await house.turnsOf(conversation)).toHaveLength(1)
    },
  )

  it('a turn gets a new credential after the mailbox refused the last one', async () => {
    house.agent.answers.push((session) => {
      session.push({ type: 'error', kind: 'mailbox_refused', retry: 'exhausted' })
      session.push({ type: 'idle', reason: 'retries_exhausted', awaiting: [] })
    })
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(house.endings).toEqual(['answered'])
    expect(house.scalekit.invalidated).toEqual(['slack:T1:U_ANNA'])
    expect(house.scalekit.granted).toHaveLength(2)
  })

  it('answers in the channel that there is no way to answer in private', async () => {
    house.surface.hasDirectMessages = false
    const { conversation } = await house.say('What is unread?', { channel: 'C_GENERAL' })
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending: 'no_direct_message' })
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'no_direct_message' })
    expect(house.agent.calls).toEqual([])
  })

  it('never opens a mailbox whose identifier belongs to somebody else', async () => {
    const other = await house.store.people.ensure('T1', 'U_OTHER')
    await house.store.people.identify(other, `slack:T1:${ANNA}`)
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'identifier_taken' })
    expect(house.scalekit.granted).toEqual([])
    expect(house.agent.calls).toEqual([])
  })

  it.each([
    ['refusal', 'refused'],
    ['budget_reached', 'budget_reached'],
    ['retries_exhausted', 'model_failed'],
    ['unknown', 'unknown'],
  ] as const)('that stops for %s ends in words', async (reason, ending) => {
    house.agent.answers.push((session) => session.push({ type: 'idle', reason, awaiting: [] }))
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending })
    expect(house.replyOf(await house.turnOf(conversation)).last.phase).toEqual({ type: 'ended', ending })
  })

  it('tells how long it took, from taking the messages to the end', async () => {
    house.agent.answers.push(() => {})
    const { conversation } = await house.say('What is unread?')
    house.wake(conversation)
    await house.pass(12_000)
    house.agent.session.say('Nothing.')
    house.agent.session.rest()
    await house.finished()
    expect(house.replyOf(await house.turnOf(conversation)).last.tookMs).toBe(12_000)
  })
})

describe('what is taken back before anything took it', () => {
  it('a message deleted before its turn leaves no reply, no session and no turn', async () => {
    house.surface.failures.push(new Error('the process stops here'))
    const { conversation, ts } = await house.say('Never mind')
    await expect(house.work(conversation)).rejects.toThrow()
    await house.store.messages.cancel('T1', 'D_ANNA', ts)
    await house.work(conversation)
    expect(await house.turnsOf(conversation)).toEqual([])
    expect(house.agent.calls).toEqual([])
  })

  it('a message deleted while its turn waits for a connection takes the connect prompt away', async () => {
    house.scalekit.connected = 'missing'
    const { conversation, ts } = await house.say('Never mind')
    await house.work(conversation)
    const reply = house.replyOf(await house.turnOf(conversation))
    await house.store.messages.cancel('T1', 'D_ANNA', ts)
    await house.work(conversation)
    expect(reply).toMatchObject({ removed: true, closed: true })
    const { asked } = house.scalekit
    await house.pass(60_000)
    expect(house.scalekit.asked).toBe(asked)
    expect(await house.turnsOf(conversation)).toEqual([])
  })

  it('a deleted message is not sent with the ones that stay', async () => {
    const first = await house.say('one')
    const second = await house.say('two', { threadTs: first.ts })
    await house.store.messages.cancel('T1', 'D_ANNA', second.ts)
    await house.work(first.conversation)
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['one'])
  })
})

describe('without a connection', () => {
  it.each(['missing', 'expired'] as const)('%s: prompts with a link, sends nothing, holds nothing', async (state) => {
    house.scalekit.connected = state
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn.state).toBe('waiting_connection')
    expect(house.replyOf(turn).last.phase).toMatchObject({
      type: 'connecting',
      state,
      url: expect.stringContaining('https://'),
    })
    expect(house.agent.calls).toEqual([])
  })

  it('a request is answered by itself once its owner has connected', async () => {
    house.scalekit.connected = 'missing'
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    await house.pass(60_000)
    expect(house.agent.calls).toEqual([])
    house.scalekit.connected = 'connected'
    await house.pass(5_000)
    await house.finished()
    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending: 'answered' })
    expect(house.replyOf(turn).phases).toEqual(['starting', 'connecting', 'working', 'ended'])
    expect(house.agent.session.received.map((message) => message.text)).toEqual(['What is unread?'])
  })

  it('messages written before a connection are answered together', async () => {
    house.scalekit.connected = 'missing'
    const { conversation, ts } = await house.say('one')
    await house.work(conversation)
    await house.say('two', { threadTs: ts })
    await house.work(conversation)
    house.scalekit.connected = 'connected'
    await house.pass(5_000)
    await house.finished()
    expect(house.agent.session.batches).toEqual([2])
    expect(await house.turnsOf(conversation)).toHaveLength(1)
  })

  it('a request ends with a sentence after a day without a connection, and the next one prompts again', async () => {
    house.scalekit.connected = 'missing'
    const { conversation, ts } = await house.say('What is unread?')
    await house.work(conversation)
    await house.pass(25 * 60 * 60_000)
    await house.finished()
    const turn = await house.turnOf(conversation)
    expect(turn).toMatchObject({ state: 'ended', ending: 'not_connected' })
    expect(house.replyOf(turn).last.phase).toEqual({ type: 'ended', ending: 'not_connected' })
    const { asked } = house.scalekit
    await house.pass(60 * 60_000)
    expect(house.scalekit.asked).toBe(asked)
    await house.say('Now?', { threadTs: ts })
    await house.work(conversation)
    const [, next] = await house.turnsOf(conversation)
    expect(next && house.replyOf(next).last.phase.type).toBe('connecting')
  })

  it('the link in a connect prompt is renewed before it expires', async () => {
    house.scalekit.connected = 'missing'
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    const reply = house.replyOf(await house.turnOf(conversation))
    const [first] = reply.views.slice(-1)
    await house.pass(30 * 60_000)
    expect(reply.last.phase).toMatchObject({ type: 'connecting', state: 'missing' })
    expect(reply.last.phase).not.toEqual(first?.phase)
  })

  it('a connection lost before its request is answered is asked for again', async () => {
    const { NotConnected } = await import('../../../src/turns/ports.js')
    house.scalekit.failures.grant.push(new NotConnected())
    const { conversation } = await house.say('What is unread?')
    await house.work(conversation)
    const turn = await house.turnOf(conversation)
    expect(turn.state).toBe('waiting_connection')
    expect(house.replyOf(turn).last.phase).toMatchObject({ type: 'connecting', state: 'expired' })
    await house.pass(5_000)
    await house.finished()
    expect(await house.turnOf(conversation)).toMatchObject({ state: 'ended', ending: 'answered' })
  })
})
