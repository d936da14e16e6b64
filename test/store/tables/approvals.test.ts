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

  it('of a tool that runs in the bot is found by its turn and its call', async () => {
    const other = await store.turns.queue(conversation)
    const opened = []
    for (const [id, call] of [
      [turn.id, 'call'],
      [turn.id, 'second call'],
      [other.id, 'call'],
    ] as const)
      opened.push(await store.approvals.openHosted(id, call))
    expect(opened).toMatchObject([
      { turnId: turn.id, callId: 'call', isHosted: true },
      { turnId: turn.id, callId: 'second call', isHosted: true },
      { turnId: other.id, callId: 'call', isHosted: true },
    ])
    expect(await store.approvals.openHosted(turn.id, 'second call')).toEqual(opened[1])
    expect(await store.approvals.openHosted(other.id, 'call')).toEqual(opened[2])
  })

  it('is noted as asked once, with the hash of what was shown then', async () => {
    const { id } = await open()
    const other = await open('other')
    await store.approvals.markAsked([{ id, shown: 'first' }], 1)
    await store.approvals.markAsked([{ id, shown: 'second' }], 2)
    const rows = await store.db.selectFrom('approval').select(['id', 'asked_at', 'shown_hash']).execute()
    expect(rows).toEqual([
      { id, asked_at: 1, shown_hash: 'first' },
      { id: other.id, asked_at: null, shown_hash: null },
    ])
  })

  it('that was delivered is not denied as outdated any more', async () => {
    const [heard, unheard] = [await open('heard'), await open('unheard')]
    await store.approvals.decide(heard.id, 'approved', TEAM, ANNA)
    await store.approvals.markDelivered([heard.id])
    await store.approvals.denyOutdated([heard.id, unheard.id])
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([
      { callId: 'heard', decision: 'approved', deniedBy: null },
      { callId: 'unheard', decision: 'denied', deniedBy: 'outdated' },
    ])
  })

  it.each([
    ['a press', { decided_by: ANNA }, 'press'],
    ['a new message', { decided_by: ANNA, superseded: 1 }, 'new_message'],
    ['a version that sends otherwise', { decided_by: ANNA, outdated: 1 }, 'outdated'],
    ['the end of access', {}, 'ended_access'],
  ] as const)('that was denied says that it was by %s', async (_, set, deniedBy) => {
    const { id } = await open()
    await store.db
      .updateTable('approval')
      .set({ decision: 'denied', ...set })
      .where('id', '=', id)
      .execute()
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ deniedBy }])
  })

  it('that nobody denied says by nobody', async () => {
    const { id } = await open()
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ deniedBy: null }])
    await store.approvals.decide(id, 'approved', TEAM, ANNA)
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([{ deniedBy: null }])
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
