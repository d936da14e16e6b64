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

const press = (rest: object = {}) => ({
  team: TEAM,
  channel: DM,
  threadTs: '1.0',
  home: TEAM,
  user: ANNA,
  ts: '5.0',
  ...rest,
})

async function working(ts = '1.0', rest = {}) {
  const conversation = await journaled(store, incoming(ts, rest))
  const turn = await store.turns.queue(conversation)
  await store.turns.take(turn)
  return { conversation, turn }
}

describe('a stop of whatever is under way in a thread', () => {
  it('is noted where its owner asks, and may be noted twice', async () => {
    const { turn } = await working()
    for (const _ of [1, 2])
      expect(await store.turns.requestStopIn(press())).toEqual({ outcome: 'stopping', turnId: turn.id })
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: true })
  })

  it('means the turn that is at work, not the one that waits behind it', async () => {
    const { conversation, turn } = await working()
    await journaled(store, incoming('2.0', { threadTs: '1.0' }))
    const behind = await store.turns.queue(conversation)
    expect(await store.turns.requestStopIn(press())).toEqual({ outcome: 'stopping', turnId: turn.id })
    expect(await store.turns.get(behind.id)).toMatchObject({ stopRequested: false })
  })

  it('is found by where the conversation is answered, too', async () => {
    const { conversation, turn } = await working('1.0', { channel: GENERAL })
    await store.conversations.settleAddress(conversation, { channel: DM, threadTs: '5.0' })
    expect(await store.turns.requestStopIn(press({ threadTs: '5.0' }))).toEqual({
      outcome: 'stopping',
      turnId: turn.id,
    })
  })

  it('that is delivered late means nothing that was written after it', async () => {
    const { conversation, turn } = await working()
    await store.turns.end(turn, 'answered', null)
    await journaled(store, incoming('6.0', { threadTs: '1.0' }))
    const next = await store.turns.queue(conversation)
    await store.turns.take(next)
    expect(await store.turns.requestStopIn(press())).toEqual({ outcome: 'outlived' })
    expect(await store.turns.get(next.id)).toMatchObject({ stopRequested: false })
  })

  it('is nobody else’s to ask for', async () => {
    const { turn } = await working('1.0', { channel: GENERAL })
    const elsewhere = press({ channel: GENERAL })
    expect(await store.turns.requestStopIn({ ...elsewhere, user: BEN })).toEqual({ outcome: 'not_yours' })
    expect(await store.turns.requestStopIn({ ...elsewhere, home: 'T2' })).toEqual({ outcome: 'not_yours' })
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: false })
  })

  it('finds nothing under way after the end, and nothing at all where there is no conversation', async () => {
    const { turn } = await working()
    await store.turns.end(turn, 'answered', null)
    expect(await store.turns.requestStopIn(press())).toEqual({ outcome: 'at_rest' })
    expect(await store.turns.requestStopIn(press({ threadTs: '9.0' }))).toEqual({ outcome: 'unknown' })
    expect(await store.turns.requestStopIn(press({ team: 'T2' }))).toEqual({ outcome: 'unknown' })
  })
})

describe('the first words of a conversation', () => {
  it('are what its owner wrote first, as it reads now', async () => {
    const conversation = await journaled(store, incoming('2.0', { text: '' }))
    expect(await store.conversations.firstWords(conversation)).toBeNull()
    await journaled(store, incoming('4.0', { threadTs: '2.0', text: 'and then?' }))
    await journaled(store, incoming('3.0', { threadTs: '2.0', text: 'What is unread?' }))
    expect(await store.conversations.firstWords(conversation)).toEqual({ text: 'What is unread?', mentions: [] })
  })
})
