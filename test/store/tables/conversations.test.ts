import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { ANNA, BEN, DM, GENERAL, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store

beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

describe('where replies go', () => {
  it('replies go to the thread itself in a direct message, and are undecided in a channel', async () => {
    const private_ = await store.conversations.get(await journaled(store, incoming('1.0')))
    const shared = await store.conversations.get(await journaled(store, incoming('1.0', { channel: GENERAL })))
    expect(private_).toMatchObject({ kind: 'im', address: { channel: DM, threadTs: '1.0' } })
    expect(shared).toMatchObject({ kind: 'shared', address: null })
  })

  it('the address of replies is decided once', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    await store.conversations.settleAddress(conversation, { channel: DM, threadTs: '5.0' })
    await store.conversations.settleAddress(conversation, { channel: GENERAL, threadTs: '1.0' })
    expect((await store.conversations.get(conversation)).address).toEqual({ channel: DM, threadTs: '5.0' })
  })

  it('a conversation is found by its address and by the thread in which it began', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL }))
    await store.conversations.settleAddress(conversation, { channel: DM, threadTs: '5.0' })
    const found = async (...where: Parameters<typeof store.conversations.inThread>) =>
      (await store.conversations.inThread(...where))?.id
    expect(await found(TEAM, GENERAL, '1.0')).toBe(conversation)
    expect(await found(TEAM, DM, '5.0')).toBe(conversation)
    expect(await found(TEAM, DM, '1.0')).toBeUndefined()
    expect(await found(TEAM, GENERAL, '5.0')).toBeUndefined()
    expect(await found('T2', GENERAL, '1.0')).toBeUndefined()
  })
})

describe('the session of a conversation', () => {
  it('a session request is recorded before the session is made', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    const request = (at: number | null) => store.conversations.requestSession(conversation, at)
    expect(await request(1_000)).toEqual({ isRepeated: false, since: null })
    // The first one may have been heard; the time is the platform's, whatever the host's clock says.
    expect(await request(5_000)).toEqual({ isRepeated: true, since: 1_000 })
    expect(await request(null)).toEqual({ isRepeated: true, since: 1_000 })
    await store.conversations.settleSession(conversation, 'session_1')
    expect(await store.conversations.get(conversation)).toMatchObject({ sessionId: 'session_1', position: null })
    expect(await request(null)).toEqual({ isRepeated: false, since: null })
    expect(await request(9_000)).toEqual({ isRepeated: true, since: null })
  })

  it('takes its place in the log along when it is let go of', async () => {
    const conversation = await journaled(store, incoming('1.0'))
    await store.conversations.settleSession(conversation, 'session_1')
    await store.turns.end(await store.turns.queue(conversation), 'answered', {
      id: 'event_1',
      at: '2026-11-22T09:00:00Z',
    })
    await store.conversations.forgetSession(conversation)
    expect(await store.conversations.get(conversation)).toMatchObject({ sessionId: null, position: null })
    expect(await store.conversations.requestSession(conversation, 1_000)).toEqual({ isRepeated: false, since: null })
  })
})

describe('a bystander', () => {
  it('a bystander is told once per conversation that it belongs to somebody else', async () => {
    const conversation = await journaled(store, incoming('1.0', { channel: GENERAL, user: ANNA }))
    const other = await journaled(store, incoming('2.0', { channel: GENERAL, user: ANNA }))
    expect(await store.conversations.tellBystander(conversation, BEN)).toBe(true)
    expect(await store.conversations.tellBystander(conversation, BEN)).toBe(false)
    expect(await store.conversations.tellBystander(conversation, 'U_CAROL')).toBe(true)
    expect(await store.conversations.tellBystander(other, BEN)).toBe(true)
  })
})
