import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import { ANNA, BEN, DM, incoming, journaled, openStore, TEAM } from '../fixture.js'

let store: Store
let conversation: string

beforeEach(async () => {
  store = await openStore()
  conversation = await journaled(store, incoming('1.0'))
})
afterEach(async () => {
  await store.close()
})

const say = (ts: string) => journaled(store, incoming(ts, { threadTs: '1.0' }))

describe('taking messages', () => {
  it('takes all that waits, in the order in which it was written', async () => {
    await say('3.0')
    await say('2.0')
    const turn = await store.turns.queue(conversation)
    expect((await store.turns.take(turn)).map((message) => message.ts)).toEqual(['1.0', '2.0', '3.0'])
    expect(await store.messages.queued(conversation)).toEqual([])
    expect((await store.messages.ofTurn(turn.id)).map((message) => message.ts)).toEqual(['1.0', '2.0', '3.0'])
    expect(await store.turns.get(turn.id)).toMatchObject({ state: 'sending', startedAt: expect.any(Number) })
  })

  it('changes nothing where nothing waits any more', async () => {
    const turn = await store.turns.queue(conversation)
    await store.messages.cancel(TEAM, DM, '1.0')
    expect(await store.turns.take(turn)).toEqual([])
    expect(await store.turns.get(turn.id)).toEqual(turn)
  })

  it('gives every message to one turn alone, whatever arrives meanwhile', async () => {
    const turn = await store.turns.queue(conversation)
    const [taken] = await Promise.all([store.turns.take(turn), say('2.0'), say('3.0')])
    const left = await store.messages.queued(conversation)
    expect([...taken, ...left].map((message) => message.ts).sort()).toEqual(['1.0', '2.0', '3.0'])
  })

  it('leaves other conversations alone', async () => {
    const other = await journaled(store, incoming('5.0'))
    await store.turns.take(await store.turns.queue(conversation))
    expect(await store.messages.queued(other)).toHaveLength(1)
  })
})

describe('the turns of a conversation', () => {
  it('a conversation has at most one queued turn beside the running one', async () => {
    const current = await store.turns.queue(conversation)
    expect(await store.turns.queue(conversation)).toEqual(current)
    await store.turns.take(current)
    const next = await store.turns.queue(conversation)
    expect(next.id).not.toBe(current.id)
    expect(await Promise.all([store.turns.queue(conversation), store.turns.queue(conversation)])).toEqual([next, next])
    expect((await store.turns.unfinished(conversation)).map((turn) => turn.id)).toEqual([current.id, next.id])
  })

  it('name the one at work first, also where the other is older', async () => {
    const older = await store.turns.queue(conversation)
    await store.turns.take(older)
    const newer = await store.turns.queue(conversation)
    await store.turns.setState(newer.id, 'running')
    await store.turns.setState(older.id, 'queued')
    expect((await store.turns.unfinished(conversation)).map((turn) => turn.id)).toEqual([newer.id, older.id])
  })

  it('end for good, and move the conversation behind what was read', async () => {
    const turn = await store.turns.queue(conversation)
    await store.turns.take(turn)
    await store.turns.end(turn, 'answered', { id: 'event_9', at: '2026-11-22T09:00:00Z' })
    await store.turns.setState(turn.id, 'running')
    await store.turns.markMailboxLost(turn.id, 'event_10')
    await store.turns.restart(turn.id)
    expect(await store.turns.get(turn.id)).toMatchObject({ state: 'ended', lost: null })
    expect(await store.turns.unfinished(conversation)).toEqual([])
    expect(await store.conversations.get(conversation)).toMatchObject({ position: { id: 'event_9' } })
    const next = await store.turns.queue(conversation)
    await store.turns.end(next, 'unknown', null)
    expect(await store.conversations.get(conversation)).toMatchObject({ position: { id: 'event_9' } })
  })

  it('a refused turn ends its own messages, and no others', async () => {
    const turn = await store.turns.queue(conversation)
    const messages = await store.messages.queued(conversation)
    await say('2.0')
    await store.turns.refuse(turn, messages, 'help')
    expect((await store.messages.queued(conversation)).map((message) => message.ts)).toEqual(['2.0'])
    expect(await store.turns.get(turn.id)).toMatchObject({ state: 'ended' })
  })

  it('a refused turn leaves messages that were deleted meanwhile', async () => {
    const turn = await store.turns.queue(conversation)
    const messages = await store.messages.queued(conversation)
    await store.messages.cancel(TEAM, DM, '1.0')
    await store.turns.refuse(turn, messages, 'help')
    const rows = await store.db.selectFrom('message').select(['state', 'turn_id']).execute()
    expect(rows).toEqual([{ state: 'cancelled', turn_id: null }])
  })

  it('a discarded turn leaves nothing behind', async () => {
    const turn = await store.turns.queue(conversation)
    const key = { subject: turn.id, place: 'reply', part: 0 } as const
    await store.posts.announce(key, DM)
    await store.turns.discard(turn)
    expect(await store.posts.of(turn.id, 'reply')).toEqual([])
    expect(await store.turns.unfinished(conversation)).toEqual([])
  })
})

describe('a message instead of a decision', () => {
  /** A turn whose question stands before its owner. */
  async function waiting(askedAt = Date.UTC(2026, 10, 22, 9, 0)) {
    const turn = await store.turns.queue(conversation)
    await store.turns.take(turn)
    const [approval] = await store.approvals.open(turn.id, ['call'])
    await store.approvals.markAsked([{ id: approval?.id ?? '', shown: null }], askedAt)
    await store.turns.setState(turn.id, 'waiting_approval')
    return turn
  }
  const decisions = async (turn: { id: string }) =>
    (await store.approvals.ofTurn(turn.id)).map(({ decision }) => decision)

  it('denies what is open', async () => {
    const turn = await waiting()
    await say('2.0')
    expect(await store.turns.supersede(turn)).toBe(true)
    expect(await decisions(turn)).toEqual(['denied'])
    expect(await store.turns.get(turn.id)).toMatchObject({ state: 'superseded' })
  })

  it('comes too late where its owner has pressed Stop, also between two looks at the turn', async () => {
    const turn = await waiting()
    await say('2.0')
    await store.turns.requestStop(turn.id)
    expect(await store.turns.supersede(turn)).toBe(false)
    expect(await decisions(turn)).toEqual([null])
    expect(await store.turns.get(turn.id)).toMatchObject({ state: 'waiting_approval', stopRequested: true })
  })

  /** When the question stood before its owner, by Slack's timestamps. */
  const ASKED_S = Date.UTC(2026, 10, 22, 9, 0) / 1_000

  it.each([
    ['written after the question', `${ASKED_S + 1}.000000`, {}, true],
    ['written before it, as far as clocks agree', `${ASKED_S - 4}.000000`, {}, true],
    ['written before it, which Slack brings late', `${ASKED_S - 6}.000000`, {}, false],
    ['an empty mention', `${ASKED_S + 1}.000000`, { text: '' }, false],
    [
      'a file without words',
      `${ASKED_S + 1}.000000`,
      { text: '', files: [{ id: 'F1', name: 'a', mimetype: 'text/plain', size: 1 }] },
      true,
    ],
    [
      'passed on without words',
      `${ASKED_S + 1}.000000`,
      {
        text: '',
        forwarded: [
          {
            words: { text: 'x', mentions: [] },
            author: null,
            authorId: null,
            ts: null,
            channel: null,
            channelId: null,
            files: [],
          },
        ],
      },
      true,
    ],
  ])('is one that is %s', async (_, ts, rest, counts) => {
    const turn = await waiting()
    await journaled(store, incoming(ts, { threadTs: '1.0', ...rest }))
    expect(await store.turns.supersede(turn)).toBe(counts)
    expect(await decisions(turn)).toEqual([counts ? 'denied' : null])
  })

  it('a message from before the question does not supersede a turn', async () => {
    const turn = await waiting(ASKED_S * 1_000 + 60_000)
    await say('2.0')
    expect(await store.turns.supersede(turn)).toBe(false)
    expect(await decisions(turn)).toEqual([null])
  })

  it('takes back no decision that the session has not heard of yet', async () => {
    const turn = await waiting()
    const [decided] = await store.approvals.ofTurn(turn.id)
    const open = await store.approvals.open(turn.id, ['call', 'another call'])
    const asked = open.map(({ id }) => ({ id, shown: null }))
    await store.approvals.markAsked(asked, ASKED_S * 1_000)
    await store.approvals.decide(decided?.id ?? '', 'approved', TEAM, ANNA)
    await say('2.0')
    expect(await store.turns.supersede(turn)).toBe(false)
    expect((await decisions(turn)).toSorted()).toEqual(['approved', null])
  })

  it('a message does not supersede a turn that waits for no decision', async () => {
    const turn = await waiting()
    await say('2.0')
    await store.turns.setState(turn.id, 'running')
    expect(await store.turns.supersede(turn)).toBe(false)
    expect(await decisions(turn)).toEqual([null])
  })
})

describe('stopping', () => {
  it('only its owner can stop a turn', async () => {
    const turn = await store.turns.queue(conversation)
    expect(await store.turns.ownedBy(turn.id, TEAM, ANNA)).toBe('yes')
    expect(await store.turns.ownedBy(turn.id, TEAM, BEN)).toBe('not_yours')
    expect(await store.turns.ownedBy(turn.id, 'T2', ANNA)).toBe('not_yours')
    expect(await store.turns.ownedBy('no such turn', TEAM, ANNA)).toBe('unknown')
  })

  it('a stop is recorded as long as there is something to stop', async () => {
    const turn = await store.turns.queue(conversation)
    expect(turn.stopRequested).toBe(false)
    expect(await store.turns.requestStop(turn.id)).toBe(true)
    expect(await store.turns.get(turn.id)).toMatchObject({ stopRequested: true })
    await store.turns.end(turn, 'stopped', null)
    expect(await store.turns.requestStop(turn.id)).toBe(false)
  })
})
