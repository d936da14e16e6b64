import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../../src/store/store.js'
import type { Turn } from '../../../src/turns/model.js'
import { incoming, journaled, openStore } from '../fixture.js'

let store: Store
let turn: Turn

const FIRST = incoming('1.0')
const SECOND = incoming('2.0')
const POSITION = { id: 'event-9', at: '2026-11-22T09:00:00Z' }

/** A turn that has taken two messages, the first of them edited once before that. */
beforeEach(async () => {
  store = await openStore()
  const conversation = await journaled(store, incoming('1.0'))
  await journaled(store, incoming('2.0', { threadTs: '1.0' }))
  await store.messages.edit({ ...FIRST, text: 'first words' }, '5.0')
  turn = await store.turns.queue(conversation)
  await store.turns.take(turn)
  await store.turns.setState(turn.id, 'running')
})
afterEach(async () => {
  await store.close()
})

const isRevised = async () => (await store.turns.get(turn.id)).isRevised
const texts = async () => (await store.messages.ofTurn(turn.id)).map(({ text }) => text)

describe('an edit of what a turn has taken', () => {
  it.each([
    { what: 'new words', text: 'new', revision: '6.0', revises: true },
    { what: 'the same words, edited back and forth', text: 'first words', revision: '6.0', revises: false },
    { what: 'a link that was looked up', text: 'first words', revision: '', revises: false },
    { what: 'an edit that came before', text: 'first words', revision: '5.0', revises: false },
    { what: 'an older edit that comes late', text: 'older words', revision: '4.0', revises: false },
    { what: 'other words without an edit', text: 'other', revision: '', revises: false },
  ])('$what', async ({ text, revision, revises }) => {
    expect(await store.revisions.edit({ ...FIRST, text }, revision)).toBe(revises ? turn.id : null)
    expect(await isRevised()).toBe(revises)
    expect(await texts()).toEqual([revises ? text : 'first words', 'words of 2.0'])
  })

  it('brings the message that a link leads to, once, without having been edited', async () => {
    const [words, rest] = [
      { text: 'Lunch?', mentions: [] },
      { author: 'Ben', authorId: null, ts: null },
    ]
    const forwarded = [{ words, ...rest, channel: null, channelId: null, files: [] }]
    const lookedUp = { ...FIRST, text: 'first words', forwarded }
    expect(await store.revisions.edit(lookedUp, '')).toBeNull()
    expect(await store.revisions.edit(lookedUp, '5.0')).toBe(turn.id)
    expect(await store.messages.ofTurn(turn.id)).toMatchObject([{ text: 'first words', forwarded }, {}])
    expect(await store.revisions.edit(lookedUp, '5.0')).toBeNull()
  })

  it('counts once, however often it is delivered', async () => {
    expect(await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')).toBe(turn.id)
    expect(await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')).toBeNull()
  })

  it('knows the last of several, in whatever order they come', async () => {
    await store.revisions.edit({ ...FIRST, text: 'newest' }, '7.0')
    expect(await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')).toBeNull()
    expect(await texts()).toEqual(['newest', 'words of 2.0'])
  })

  it.each(['stopped', 'ended', 'superseded'] as const)('changes nothing of a turn that is %s', async (how) => {
    if (how === 'stopped') await store.turns.requestStop(turn.id)
    if (how === 'ended') await store.turns.end(turn, 'answered', POSITION)
    if (how === 'superseded') await store.turns.setState(turn.id, 'superseded')
    expect(await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')).toBeNull()
    expect(await store.revisions.retract(SECOND)).toBeNull()
    expect(await isRevised()).toBe(false)
  })

  it('denies what is open, by nobody’s press, and keeps what was decided', async () => {
    const [yes, open] = await store.approvals.open(turn.id, ['call-1', 'call-2'])
    const person = (await store.conversations.get(turn.conversationId)).owner
    await store.approvals.decide(yes?.id ?? '', 'approved', person.team, person.user)
    await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')
    expect(await store.approvals.ofTurn(turn.id)).toMatchObject([
      { id: yes?.id, decision: 'approved' },
      { id: open?.id, decision: 'denied', deniedBy: 'new_message', delivered: false },
    ])
  })
})

describe('a revised turn', () => {
  it('a revised turn does not end with the answer to its old messages', async () => {
    await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')
    expect(await store.turns.end(turn, 'answered', POSITION)).toBe(false)
    expect((await store.turns.get(turn.id)).state).toBe('running')
  })

  it('ends where it is given up', async () => {
    await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')
    expect(await store.turns.end(turn, 'lost_contact', null)).toBe(true)
  })

  it('a revised turn restarts with all of its messages, under new references', async () => {
    const before = await store.messages.ofTurn(turn.id)
    await store.revisions.edit({ ...FIRST, text: 'new' }, '6.0')
    expect(await store.revisions.requeue(turn, POSITION)).toBe(true)
    const queued = await store.messages.queued(turn.conversationId)
    expect(queued).toMatchObject([
      { text: 'new', replaces: true },
      { text: 'words of 2.0', replaces: true },
    ])
    expect(queued.map(({ id }) => id)).not.toEqual(expect.arrayContaining([before[0]?.id]))
    expect(await store.turns.unfinished(turn.conversationId)).toMatchObject([
      { id: turn.id, state: 'queued', isRevised: false, startedAt: null },
    ])
    expect((await store.conversations.get(turn.conversationId)).position).toEqual(POSITION)
    // And it can be edited further, as what waits can.
    expect(await store.messages.edit({ ...FIRST, text: 'newer' }, '7.0')).toBe(true)
  })

  it('a revised turn has nothing left once all of its messages were deleted', async () => {
    expect(await store.revisions.retract(FIRST)).toBe(turn.id)
    expect(await texts()).toEqual(['words of 2.0'])
    expect(await store.revisions.retract(SECOND)).toBe(turn.id)
    expect(await store.revisions.requeue(turn, POSITION)).toBe(false)
    expect(await store.turns.end(turn, 'retracted', POSITION)).toBe(true)
  })
})
