import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Store } from '../../../src/store/store.js'
import { UNDO_WITHIN_MS, type WayBack } from '../../../src/turns/change-undo.js'
import { ANNA, BEN, incoming, journaled, TEAM } from '../fixture.js'

let store: Store
let now: number
let conversationId: string
let turnId: string
let ids: string[]

const way = (message: string): WayBack => ({ message, add: ['INBOX'], remove: [] })
const PLACE = { channel: 'D_ANNA', ts: '5.0', threadTs: '1.0' }
const BY_ANNA = { team: TEAM, user: ANNA }

beforeEach(async () => {
  now = Date.UTC(2026, 10, 30, 9, 0)
  store = await Store.open(':memory:', () => now)
  conversationId = await journaled(store, incoming('1.0'))
  const turn = await store.turns.queue(conversationId)
  await store.turns.take(turn)
  turnId = turn.id
  await store.approvals.open(turnId, ['c1'])
  now += 1
  ids = (await store.approvals.open(turnId, ['c2'])).map(({ id }) => id)
  for (const id of ids) await store.approvals.decide(id, 'approved', TEAM, ANNA)
})
afterEach(async () => {
  await store.close()
})

const [first, second] = [() => ids[0] ?? '', () => ids[1] ?? '']
const states = async () => ids.map(async (id) => (await store.undos.ofTurn(turnId)).get(id) ?? null)
const all = async () => await Promise.all(await states())
async function offered(): Promise<void> {
  await store.undos.note(ids.map((id, index) => ({ id, ways: [way(`m${index}`)] })))
  await store.undos.offer(ids)
}

describe('a change that can be taken back', () => {
  it('is noted once: what was noted first stays, and what cannot be known is closed', async () => {
    await store.undos.note([
      { id: first(), ways: [way('m0')] },
      { id: second(), ways: null },
    ])
    await store.undos.note([
      { id: first(), ways: null },
      { id: second(), ways: [way('m1')] },
    ])
    expect(await all()).toEqual(['known', 'closed'])
    await store.undos.offer(ids)
    expect(await all()).toEqual(['offered', 'closed'])
    expect(await store.undos.press(ids, BY_ANNA, PLACE)).toBe('unknown')
    expect(await store.undos.press([first()], BY_ANNA, PLACE)).toBe('taken')
  })

  it('is closed where nothing changed', async () => {
    await store.undos.note([{ id: first(), ways: [] }])
    expect(await all()).toEqual(['closed', null])
  })

  it('is pressed once, by its owner, within a day, all or nothing', async () => {
    await offered()
    expect(await store.undos.press([], BY_ANNA, PLACE)).toBe('unknown')
    expect(await store.undos.press([first(), 'none'], BY_ANNA, PLACE)).toBe('unknown')
    expect(await store.undos.press(ids, { team: TEAM, user: BEN }, PLACE)).toBe('not_yours')
    expect(await store.undos.press(ids, { team: 'T2', user: ANNA }, PLACE)).toBe('not_yours')
    expect(await all()).toEqual(['offered', 'offered'])
    now += UNDO_WITHIN_MS - 1
    expect(await store.undos.press(ids, BY_ANNA, PLACE)).toBe('taken')
    expect(await store.undos.press(ids, BY_ANNA, PLACE)).toBe('already')
    expect(await store.undos.press([second()], BY_ANNA, PLACE)).toBe('already')
  })

  it.each([
    ['before', false],
    ['after', true],
  ])('has expired after a day, %s what is old was deleted', async (_, isSwept) => {
    await offered()
    now += UNDO_WITHIN_MS
    if (isSwept) await store.undos.sweep()
    expect(await store.undos.press(ids, BY_ANNA, PLACE)).toBe('expired')
    await store.undos.sweep()
    expect(await all()).toEqual([null, null])
    expect(await store.undos.press(ids, BY_ANNA, PLACE)).toBe('expired')
  })

  it('is carried out from the store, as one, and begun once', async () => {
    await offered()
    await store.undos.press(ids, BY_ANNA, PLACE)
    const press = {
      id: first(),
      conversationId,
      ways: [way('m0'), way('m1')],
      place: PLACE,
      pressedAt: now,
      ending: null,
    }
    expect(await store.undos.unfinished()).toMatchObject([press])
    expect(await store.undos.begin(first())).toBe(true)
    expect(await store.undos.begin(first())).toBe(false)
    await store.undos.finish(first(), 'undone')
    await store.undos.finish(first(), 'incomplete')
    expect(await store.undos.unfinished()).toMatchObject([{ ...press, ending: 'undone' }])
    await store.undos.markShown(first())
    expect(await store.undos.unfinished()).toEqual([])
  })

  it('is heard of by the agent of its conversation, once; then its ids go, and after a day all of it', async () => {
    await offered()
    await store.undos.press([first()], BY_ANNA, PLACE)
    expect(await store.undos.unheard(conversationId)).toEqual([])
    await store.undos.finish(first(), 'undone')
    expect(await store.undos.unheard(conversationId)).toEqual([
      { id: first(), ending: 'undone', ways: [way('m0')], emails: 1 },
    ])
    expect(await store.undos.unheard(await journaled(store, incoming('2.0')))).toEqual([])
    await store.undos.markHeard([first()])
    expect(await store.undos.unheard(conversationId)).toEqual([])
    await store.undos.markShown(first())
    now += UNDO_WITHIN_MS
    await store.undos.sweep()
    expect(await all()).toEqual([null, null])
  })

  it('keeps no ids after a day, where its agent has still to hear of it', async () => {
    await offered()
    await store.undos.press([first()], BY_ANNA, PLACE)
    now += UNDO_WITHIN_MS
    await store.undos.sweep()
    expect(await store.undos.unfinished()).toMatchObject([{ ways: [way('m0')] }])
    await store.undos.finish(first(), 'undone')
    await store.undos.sweep()
    expect(await store.undos.unheard(conversationId)).toEqual([{ id: first(), ending: 'undone', ways: [], emails: 1 }])
  })

  it('goes with the access to the mailbox; what was being taken back has ended', async () => {
    await offered()
    await store.undos.press([first()], BY_ANNA, PLACE)
    const { owner } = await store.conversations.get(conversationId)
    await store.accessEndings.note({ personId: owner.id, reason: 'asked' })
    expect(await all()).toEqual(['ended_access', null])
    expect(await store.undos.press([first()], BY_ANNA, PLACE)).toBe('disconnected')
    expect(await store.undos.press([second()], BY_ANNA, PLACE)).toBe('disconnected')
    expect(await store.undos.unfinished()).toMatchObject([{ ways: [], ending: 'ended_access' }])
  })
})
