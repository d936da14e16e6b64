import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store
beforeEach(async () => {
  store = await openStore()
})
afterEach(async () => {
  await store.close()
})

async function noted(ts: string, slackId = 'F1') {
  const conversationId = await journaled(store, incoming(ts))
  const messageId = (await store.messages.queued(conversationId)).find((message) => message.ts === ts)?.id ?? ''
  const file = { conversationId, messageId, slackId, name: 'a.csv', mimetype: 'text/csv', size: 7, problem: null }
  return await store.files.note(file)
}

it('a file is noted before it is uploaded, and what becomes of it after', async () => {
  const file = await noted('1795339920.000100')
  expect(file).toMatchObject({ fileId: null, isMounted: false, requestedAt: expect.any(Number) })
  expect(await store.files.ofMessages([file.messageId])).toEqual([file])
  await store.files.settle(file.id, 'file_1')
  await store.files.markMounted(file.id)
  expect(await store.files.ofMessages([file.messageId])).toEqual([{ ...file, fileId: 'file_1', isMounted: true }])
  await store.files.fail(file.id, 'not_taken')
  expect(await store.files.ofMessages([file.messageId])).toMatchObject([{ problem: 'not_taken' }])
})

it('files of a turn are those of the messages that it has taken', async () => {
  const file = await noted('1795339920.000100')
  await noted('1795349920.000100')
  const turn = await store.turns.queue(file.conversationId)
  expect(await store.files.ofTurn(turn.id)).toEqual([])
  await store.turns.take(turn)
  expect(await store.files.ofTurn(turn.id)).toEqual([file])
})

it('a session that is given up leaves its files over, and the next has none of them', async () => {
  const file = await noted('1795339920.000100')
  const other = await noted('1795349920.000100')
  await store.conversations.forgetSession(file.conversationId)
  expect(await store.files.leftovers()).toEqual([file])
  expect(await store.files.ofMessages([file.messageId, other.messageId])).toEqual([other])
  await store.files.remove(file.id)
  expect(await store.files.leftovers()).toEqual([])
})

it('a message that is taken back leaves its files over', async () => {
  const file = await noted('1795339920.000100')
  await store.messages.cancel(TEAM, 'D_ANNA', '1795339920.000100')
  expect(await store.files.leftovers()).toEqual([file])
})

it('a message that is heard anew keeps its files, under its new id', async () => {
  const file = await noted('1795339920.000100')
  const turn = await store.turns.queue(file.conversationId)
  await store.turns.take(turn)
  await store.turns.setState(turn.id, 'running')
  expect(await store.revisions.requeue(turn, null)).toBe(true)
  const [message] = await store.messages.queued(file.conversationId)
  expect(message?.id).not.toBe(file.messageId)
  expect(await store.files.ofMessages([message?.id ?? ''])).toEqual([{ ...file, messageId: message?.id }])
})

it('a message that is taken back while a session hears it leaves its files to the session', async () => {
  const file = await noted('1795339920.000100')
  const turn = await store.turns.queue(file.conversationId)
  await store.turns.take(turn)
  await store.turns.setState(turn.id, 'running')
  await store.files.settle(file.id, 'file_1')
  await store.revisions.retract({ team: TEAM, channel: 'D_ANNA', ts: '1795339920.000100' })
  expect(await store.files.leftovers()).toEqual([])
  await store.conversations.forgetSession(file.conversationId)
  expect(await store.files.leftovers()).toMatchObject([{ id: file.id }])
})
