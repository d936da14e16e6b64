import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import type { IncomingMessage } from '../../../src/turns/admission.js'
import { BEN, DM, GENERAL, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store

beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

const line = (ts: string, rest: Partial<IncomingMessage> = {}) => journaled(store, incoming(ts, rest))
const threadOf = async (conversation: string) => (await store.conversations.get(conversation)).address?.threadTs

describe('lines of a direct message that follow each other', () => {
  it('are one conversation, whose replies go below the last of them', async () => {
    const first = await line('10.0')
    expect([await line('11.5'), await line('13.4')]).toEqual([first, first])
    expect(await threadOf(first)).toBe('13.4')
    expect((await store.messages.queued(first)).map(({ ts }) => ts)).toEqual(['10.0', '11.5', '13.4'])
  })

  it('are one conversation also where Slack delivers the later one first', async () => {
    const second = await line('11.5')
    expect(await line('10.0')).toBe(second)
    expect(await threadOf(second)).toBe('11.5')
    expect((await store.messages.queued(second)).map(({ ts }) => ts)).toEqual(['10.0', '11.5'])
  })

  it('go on in the thread of any of them', async () => {
    const first = await line('10.0')
    await line('11.0')
    await line('12.0')
    const replies = await Promise.all(
      ['10.0', '11.0', '12.0'].map((threadTs, index) => line(`2${index}.0`, { threadTs })),
    )
    expect(replies).toEqual([first, first, first])
  })

  it('are known again when Slack repeats one of them', async () => {
    const first = await line('10.0')
    await line('11.0')
    await line('12.0')
    expect(await store.messages.journal(incoming('11.0'))).toMatchObject({ conversationId: first, isNew: false })
    expect(await threadOf(first)).toBe('12.0')
  })

  it('are two conversations once a session has heard the first', async () => {
    const first = await line('10.0')
    await store.turns.take(await store.turns.queue(first))
    expect(await line('11.0')).not.toBe(first)
    expect(await threadOf(first)).toBe('10.0')
  })

  it.each<[string, string, Partial<IncomingMessage>]>([
    ['more than two seconds lie between them', '12.1', {}],
    ['somebody else writes in the same place', '10.5', { user: BEN }],
    ['they come from different organisations', '10.5', { userTeam: 'T9' }],
    ['they stand in different direct messages', '10.5', { channel: 'D_OTHER' }],
    ['they stand in a channel', '10.5', { channel: GENERAL }],
    ['the second is in a thread of its own', '10.5', { threadTs: '3.0' }],
  ])('are two conversations where %s', async (_, ts, rest) => {
    const first = await line('10.0', rest.channel === GENERAL ? { channel: GENERAL } : {})
    expect(await line(ts, rest)).not.toBe(first)
    expect(await threadOf(first)).toBe(rest.channel === GENERAL ? undefined : '10.0')
  })

  it('a reply in a thread is no line that another could join', async () => {
    const first = await line('10.0')
    await line('20.0', { threadTs: '10.0' })
    expect(await line('20.5')).not.toBe(first)
  })

  it('are answered below the last that is left, where one is taken back', async () => {
    const first = await line('10.0')
    await line('11.0')
    await line('12.0')
    await store.messages.cancel(TEAM, DM, '12.0')
    expect(await threadOf(first)).toBe('11.0')
    await store.messages.retract(incoming('12.5'))
    expect(await threadOf(first)).toBe('11.0')
    await store.messages.cancel(TEAM, DM, '10.0')
    expect(await threadOf(first)).toBe('11.0')
  })

  it('are answered below the last that is left, where a session has heard one that is taken back', async () => {
    const first = await line('10.0')
    await line('11.0')
    await store.turns.take(await store.turns.queue(first))
    await store.turns.setState((await store.turns.queue(first)).id, 'running')
    await store.revisions.retract({ team: TEAM, channel: DM, ts: '11.0' })
    expect(await threadOf(first)).toBe('10.0')
  })

  it('neither join the quote of a command nor are joined by it', async () => {
    const typed = await line('10.0')
    const quote = await line('10.5', { isQuote: true })
    await store.posts.announce({ subject: 'command', place: 'quote', part: 0 }, DM)
    await store.posts.settle({ subject: 'command', place: 'quote', part: 0 }, '10.5')
    const later = await line('12.1')
    expect(new Set([typed, quote, later]).size).toBe(3)
    expect(await line('12.5', { isQuote: true })).not.toBe(later)
  })

  it('stop, written right after a line, stops it', async () => {
    const first = await line('10.0')
    await store.turns.queue(first)
    expect(await store.messages.journal(incoming('11.0', { text: 'stop' }))).toMatchObject({ conversationId: first })
  })
})

describe('the session that heard a person last in their direct messages', () => {
  const heard = async (ts: string, session: string, rest: Partial<IncomingMessage> = {}) => {
    const conversation = await line(ts, rest)
    await store.conversations.settleSession(conversation, session)
    await store.turns.take(await store.turns.queue(conversation))
  }
  const lastHeard = async (ts: string, since = 0) =>
    await store.conversations.sessionBefore(await store.conversations.get(await line(ts)), ts, since)

  it('is the newest one, and not their own', async () => {
    await heard('10.0', 'session_1')
    await heard('20.0', 'session_2')
    expect(await lastHeard('30.0')).toBe('session_2')
    expect(await lastHeard('15.0')).toBe('session_1')
    expect(await lastHeard('20.0')).toBe('session_1')
  })

  it('is none where there is only what others said, what was said in a channel, or long ago', async () => {
    await heard('10.0', 'session_ben', { user: BEN, channel: 'D_BEN' })
    await heard('20.0', 'session_channel', { channel: GENERAL })
    expect(await lastHeard('30.0')).toBeNull()
    await heard('40.0', 'session_1')
    expect(await lastHeard('50.0', Date.UTC(2026, 10, 22, 9, 1))).toBeNull()
    expect(await lastHeard('50.0')).toBe('session_1')
  })

  it('is none where no session has heard what they wrote', async () => {
    await store.conversations.settleSession(await line('10.0'), 'session_1')
    expect(await lastHeard('20.0')).toBeNull()
  })
})
