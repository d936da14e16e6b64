import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import type { Turn } from '../../../src/turns/model.js'
import { ANNA, BEN, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store
let conversation: string
let turn: Turn

beforeEach(async () => {
  store = await openStore()
  conversation = await journaled(store, incoming('1.0'))
  turn = await store.turns.queue(conversation)
  await store.turns.take(turn)
})
afterEach(async () => {
  await store.close()
})

async function open(callId = 'call') {
  const approval = (await store.approvals.open(turn.id, [callId])).find((one) => one.callId === callId)
  if (approval === undefined) throw new Error('nothing was opened')
  return approval
}

describe('a decision', () => {
  it.each(['approved', 'denied'] as const)('is stored once: %s', async (decision) => {
    const { id } = await open()
    expect(await store.approvals.decide(id, decision, TEAM, ANNA)).toEqual({
      outcome: 'decided',
      conversationId: conversation,
    })
    const [other] = (['approved', 'denied'] as const).filter((one) => one !== decision)
    expect(await store.approvals.decide(id, other ?? decision, TEAM, ANNA)).toEqual({ outcome: 'already', decision })
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ decision, delivered: false }])
  })

  it('two presses at the same moment are one decision', async () => {
    const { id } = await open()
    const outcomes = await Promise.all([
      store.approvals.decide(id, 'approved', TEAM, ANNA),
      store.approvals.decide(id, 'denied', TEAM, ANNA),
    ])
    expect(outcomes.map((one) => one.outcome).sort()).toEqual(['already', 'decided'])
  })

  it.each([
    ['somebody else', TEAM, BEN],
    ['the same user id in another workspace', 'T2', ANNA],
  ])('of %s changes nothing and tells nothing', async (_, team, user) => {
    const { id } = await open()
    expect(await store.approvals.decide(id, 'approved', team, user)).toEqual({ outcome: 'not_yours' })
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ decision: null }])
    await store.approvals.decide(id, 'denied', TEAM, ANNA)
    expect(await store.approvals.decide(id, 'approved', team, user)).toEqual({ outcome: 'not_yours' })
  })

  it('a yes to an email counts for nothing before its content is known', async () => {
    const { id } = await store.approvals.openHosted(turn.id, 'call')
    expect(await store.approvals.decide(id, 'approved', TEAM, ANNA)).toEqual({ outcome: 'changed' })
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ decision: null }])
    expect(await store.approvals.decide(id, 'denied', TEAM, ANNA)).toMatchObject({ outcome: 'decided' })
  })

  it('about something that nobody asked for is none', async () => {
    expect(await store.approvals.decide('no such approval', 'approved', TEAM, ANNA)).toEqual({ outcome: 'unknown' })
  })

  it('about a turn that is over is none: nothing would come of it', async () => {
    const { id } = await open()
    await store.turns.end(turn, 'stopped', null)
    expect(await store.approvals.decide(id, 'approved', TEAM, ANNA)).toEqual({ outcome: 'unknown' })
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ decision: null }])
  })
})

describe('an approval', () => {
  it('an approval is opened once for a call, and keeps its decision', async () => {
    const { id } = await open()
    await store.approvals.decide(id, 'approved', TEAM, ANNA)
    const again = await store.approvals.open(turn.id, ['call', 'another call'])
    expect(again).toHaveLength(2)
    expect(again[0]).toMatchObject({ id, callId: 'call', decision: 'approved' })
    expect(again[1]).toMatchObject({ callId: 'another call', decision: null })
  })

  it('belongs to its turn: another turn has its own for the same call', async () => {
    const { id } = await open()
    const other = await store.turns.queue(conversation)
    const [theirs] = await store.approvals.open(other.id, ['call'])
    expect(theirs?.id).not.toBe(id)
  })

  it('an approval is marked as delivered alone', async () => {
    const first = await open('first')
    const second = await open('second')
    await store.approvals.markDelivered([first.id])
    await store.approvals.markDelivered([])
    const approvals = await store.approvals.ofTurn(turn.id)
    expect(approvals.find((one) => one.id === first.id)?.delivered).toBe(true)
    expect(approvals.find((one) => one.id === second.id)?.delivered).toBe(false)
  })
})
