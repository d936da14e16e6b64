import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { GENERAL, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

const NEW = 'C_NEW'

it('moves conversations, their messages and posts to the new id, once and for all', async () => {
  const id = await journaled(store, incoming('1.0', { channel: GENERAL }))
  const elsewhere = await journaled(store, incoming('1.0', { channel: 'C_OTHER' }))
  await store.conversations.settleAddress(id, { channel: GENERAL, threadTs: '1.0' })
  await store.posts.announce({ subject: 'turn', place: 'reply', part: 0 }, GENERAL)
  expect(await store.channels.changeId(TEAM, GENERAL, NEW)).toEqual({ moved: 1, kept: 0 })
  expect(await store.channels.changeId(TEAM, GENERAL, NEW)).toEqual({ moved: 0, kept: 0 })
  const address = { channel: NEW, threadTs: '1.0' }
  expect(await store.conversations.get(id)).toMatchObject({ origin: address, address })
  expect(await store.messages.queued(id)).toMatchObject([{ channel: NEW }])
  expect(await store.posts.of('turn', 'reply')).toMatchObject([{ channel: NEW }])
  expect(await store.conversations.get(elsewhere)).toMatchObject({ origin: { channel: 'C_OTHER' } })
  // A copy of a message that comes under the new id is a copy.
  expect(await store.messages.journal(incoming('1.0', { channel: NEW }))).toMatchObject({
    conversationId: id,
    isNew: false,
  })
})

it('leaves an answer that goes to direct messages where it goes', async () => {
  const id = await journaled(store, incoming('1.0', { channel: GENERAL }))
  await store.conversations.settleAddress(id, { channel: 'D_ANNA', threadTs: '9.0' })
  await store.channels.changeId(TEAM, GENERAL, NEW)
  expect(await store.conversations.get(id)).toMatchObject({
    origin: { channel: NEW },
    address: { channel: 'D_ANNA', threadTs: '9.0' },
  })
})

it('lets alone what began under the new id before it was told', async () => {
  await journaled(store, incoming('1.0', { channel: GENERAL }))
  const early = await journaled(store, incoming('1.0', { channel: NEW }))
  const other = await journaled(store, incoming('2.0', { channel: GENERAL }))
  expect(await store.channels.changeId(TEAM, GENERAL, NEW)).toEqual({ moved: 1, kept: 1 })
  expect((await store.conversations.inThread(TEAM, NEW, '1.0'))?.id).toBe(early)
  expect((await store.conversations.inThread(TEAM, NEW, '2.0'))?.id).toBe(other)
})
