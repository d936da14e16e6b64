/** Mails on their way, as the store knows them: who may do what with them, and from which state into which. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Store } from '../../../src/store/store.js'
import type { OutgoingState } from '../../../src/turns/outgoing-mail.js'
import { ANNA, BEN, incoming, journaled, TEAM } from '../fixture.js'

const UNDO_MS = 10_000
const HASH = 'a'.repeat(64)
const OTHER_HASH = 'b'.repeat(64)
const STATES: readonly OutgoingState[] = [
  'asking',
  'held',
  'sending',
  'sent',
  'undone',
  'cancelled',
  'denied',
  'refused',
  'unconfirmed',
  'ended_access',
]
const OTHERS = [
  ['somebody else', { team: TEAM, user: BEN }],
  ['the same user id in another workspace', { team: 'T2', user: ANNA }],
] as const
const BY_ANNA = { team: TEAM, user: ANNA }

let store: Store
let now: number
let count: number

beforeEach(async () => {
  now = Date.UTC(2026, 10, 22, 9, 0)
  count = 0
  store = await Store.open(':memory:', () => now, { undoMs: UNDO_MS })
})
afterEach(async () => {
  await store.close()
})

interface Wanted {
  readonly user?: string
  readonly team?: string
  readonly sendAt?: number | null
}

/** A turn of somebody's own conversation, at work. */
async function begun({ user = ANNA, team = TEAM }: Wanted = {}) {
  count += 1
  const at = incoming(`${count}.0`, { user, team, userTeam: team, channel: `D_${user}` })
  const turn = await store.turns.queue(await journaled(store, at))
  await store.turns.take(turn)
  const person = await store.people.ensure(team, user)
  return { turn, personId: person.id }
}

/** A mail that its owner is asked about. */
async function asking(wanted: Wanted = {}) {
  const { turn, personId } = await begun(wanted)
  const { id } = await store.approvals.openHosted(turn.id, 'call')
  await store.outgoing.propose({
    approvalId: id,
    personId,
    conversationId: turn.conversationId,
    turnId: turn.id,
    callId: 'call',
    tool: 'send_email',
    senderHash: null,
    hash: HASH,
    recipients: 1,
    domains: ['example.com'],
    draftId: null,
    inReplyTo: null,
    sendAt: wanted.sendAt ?? null,
  })
  return { id, turn, personId }
}

async function held(wanted: Wanted = {}) {
  const mail = await asking(wanted)
  const { team = TEAM, user = ANNA } = wanted
  const asked = [{ id: mail.id, shown: HASH.slice(0, 16) }]
  expect(await store.approvals.decideAll(asked, 'approved', team, user)).toMatchObject({ outcome: 'decided' })
  return mail
}

const put = async (id: string, state: OutgoingState) => {
  await store.db.updateTable('outgoing_mail').set({ state }).where('id', '=', id).execute()
}
const stateOf = async (id: string) => (await store.outgoing.get(id)).state
const SHOWN = {
  hash: OTHER_HASH,
  senderHash: null,
  recipients: 2,
  domains: ['x.example'],
  draftId: 'd',
  inReplyTo: null,
}

describe('a mail is its owner’s alone', () => {
  it.each(OTHERS)('and not %s’s', async (_, by) => {
    const { id } = await held({ sendAt: now + 60_000 })
    expect(await store.outgoing.ownedBy(id, by)).toBe('not_yours')
    expect(await store.outgoing.scheduledOf(by)).toEqual([])
    expect(await store.outgoing.ownedBy(id, BY_ANNA)).toMatchObject({ id })
    expect(await store.outgoing.scheduledOf(BY_ANNA)).toMatchObject([{ id }])
  })

  it.each(OTHERS)('to approve as edited, and not %s’s', async (_, { team, user }) => {
    const { id } = await edited()
    expect(await store.approvals.approveEdit(id, OTHER_HASH, team, user)).toEqual({ outcome: 'not_yours' })
    expect(await stateOf(id)).toBe('asking')
  })

  it('each as its own card showed it: what one card shows is no yes to another', async () => {
    const [one, other] = [await asking(), await asking()]
    await store.outgoing.updateShown(other.id, SHOWN)
    const asked = [
      { id: one.id, shown: OTHER_HASH.slice(0, 16) },
      { id: other.id, shown: HASH.slice(0, 16) },
    ]
    expect(await store.approvals.decideAll(asked, 'approved', TEAM, ANNA)).toEqual({ outcome: 'changed' })
    expect([await stateOf(one.id), await stateOf(other.id)]).toEqual(['asking', 'asking'])
  })
})

/** A mail whose owner left other words in the window, which a draft holds. */
async function edited(wanted: Wanted = {}) {
  const mail = await asking(wanted)
  await store.outgoing.beginEdit(mail.id, OTHER_HASH)
  await store.outgoing.settleEdit(mail.id, OTHER_HASH, 'draft')
  return mail
}

const approvalOf = async ({ id }: { readonly id: string }) =>
  await store.db.selectFrom('approval').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const rowOf = async ({ id }: { readonly id: string }) =>
  await store.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

describe('one yes to several mails', () => {
  const yes = async (...asked: { readonly id: string; readonly shown?: string; readonly atOnce?: boolean }[]) =>
    await store.approvals.decideAll(
      asked.map(({ id, shown = HASH.slice(0, 16), atOnce = false }) => ({ id, shown, atOnce })),
      'approved',
      TEAM,
      ANNA,
    )
  const states = async (...mails: { readonly id: string }[]) =>
    await Promise.all(mails.map(async ({ id }) => await stateOf(id)))

  it('counts for none of them where the turn of one is over', async () => {
    const [one, over] = [await asking(), await asking()]
    await store.turns.end(over.turn, 'stopped', null)
    await put(over.id, 'asking')
    await store.db.updateTable('approval').set({ decision: null }).where('id', '=', over.id).execute()
    expect(await yes(one, over)).toEqual({ outcome: 'unknown' })
    expect(await states(one, over)).toEqual(['asking', 'asking'])
  })

  it('counts for none of them where one card shows what is no longer so', async () => {
    const [one, other] = [await asking(), await asking()]
    expect(await yes(one, { ...other, shown: OTHER_HASH.slice(0, 16) })).toEqual({ outcome: 'changed' })
    expect(await states(one, other)).toEqual(['asking', 'asking'])
  })

  it('counts for none of them where the time of one has passed, and asks again about that one alone', async () => {
    const [late, inTime, atOnce] = [
      await asking({ sendAt: now }),
      await asking({ sendAt: now + 1 }),
      await asking({ sendAt: now }),
    ]
    const mails = [late, inTime, atOnce]
    await store.approvals.markAsked(
      mails.map(({ id }) => ({ id, shown: HASH })),
      now,
    )
    for (const { id } of mails) await store.outgoing.markNotified(id, 'asking')
    expect(await yes(late, inTime, { ...atOnce, atOnce: true })).toMatchObject({ outcome: 'late' })
    expect(await states(...mails)).toEqual(['asking', 'asking', 'asking'])
    expect((await Promise.all(mails.map(approvalOf))).map(({ asked_at }) => asked_at)).toEqual([null, now, now])
    expect((await Promise.all(mails.map(rowOf))).map(({ told_state }) => told_state)).toEqual([
      null,
      'asking',
      'asking',
    ])
    expect((await rowOf(atOnce)).send_at).toBe(now)
  })

  it('takes its time from the one whose card said that it leaves at once, and from no other', async () => {
    const [later, atOnce] = [await asking({ sendAt: now + 60_000 }), await asking({ sendAt: now })]
    expect(await yes(later, { ...atOnce, atOnce: true })).toMatchObject({ outcome: 'decided' })
    expect(await store.outgoing.get(later.id)).toMatchObject({ sendAt: now + 60_000, dueAt: now + 60_000 })
    expect(await store.outgoing.get(atOnce.id)).toMatchObject({ sendAt: null, dueAt: now + UNDO_MS })
  })

  it('is one to what is still open, and changes no mail that was decided before', async () => {
    const [denied, undone, open] = [await asking(), await held({ sendAt: now + 60_000 }), await asking()]
    await store.approvals.decide(denied.id, 'denied', TEAM, ANNA)
    now += 1
    expect(await yes({ ...undone, atOnce: true }, denied, open)).toMatchObject({ outcome: 'decided' })
    expect(await states(denied, undone, open)).toEqual(['denied', 'held', 'held'])
    expect((await rowOf(undone)).send_at).toBe(now - 1 + 60_000)
    expect((await approvalOf(denied)).decided_at).toBe(now - 1)
  })
})

describe('a yes', () => {
  it('holds a mail for the undo time also where its own time comes sooner', async () => {
    const { id } = await held({ sendAt: now + UNDO_MS - 1 })
    expect(await store.outgoing.get(id)).toMatchObject({ dueAt: now + UNDO_MS, endedAt: null })
  })

  it.each<[string, 'unknown' | 'yes', (mail: Awaited<ReturnType<typeof asking>>) => Promise<unknown>]>([
    ['is at work', 'yes', async () => {}],
    ['is stopped', 'unknown', async ({ turn }) => await store.turns.requestStop(turn.id)],
    ['has ended', 'unknown', async ({ turn }) => await store.turns.end(turn, 'answered', null)],
    [
      'has ended, but the mail is asked about again',
      'yes',
      async ({ id, turn }) => {
        await store.approvals.decideAll([{ id, shown: HASH.slice(0, 16) }], 'approved', TEAM, ANNA)
        await store.turns.end(turn, 'answered', null)
        await store.outgoing.askAgain(id, SHOWN)
      },
    ],
  ])('counts or not where the turn of the mail %s', async (_, expected, happens) => {
    const mail = await asking()
    await happens(mail)
    const { id } = mail
    await store.db.updateTable('approval').set({ decision: null }).where('id', '=', id).execute()
    const may = await store.approvals.canDecide(id, TEAM, ANNA)
    expect(may).toEqual(expected === 'yes' ? 'mail' : { outcome: 'unknown' })
    const shown = (await store.outgoing.get(id)).hash.slice(0, 16)
    const { outcome } = await store.approvals.decideAll([{ id, shown }], 'approved', TEAM, ANNA)
    expect(outcome).toBe(expected === 'yes' ? 'decided' : 'unknown')
  })

  it('may not follow Stop; a no may', async () => {
    const { id, turn } = await asking()
    await store.turns.requestStop(turn.id)
    expect(await store.approvals.decide(id, 'denied', TEAM, ANNA)).toMatchObject({ outcome: 'decided' })
  })

  it('to a mail is given by its owner alone: who else asks whether they may is told whose it is', async () => {
    const { id } = await asking()
    for (const [, { team, user }] of OTHERS)
      expect(await store.approvals.canDecide(id, team, user)).toEqual({ outcome: 'not_yours' })
    expect(await store.approvals.canDecide(id, TEAM, ANNA)).toBe('mail')
    await store.approvals.decide(id, 'denied', TEAM, ANNA)
    expect(await store.approvals.canDecide(id, TEAM, ANNA)).toEqual({ outcome: 'already', decision: 'denied' })
    expect(await store.approvals.canDecide('nothing', TEAM, ANNA)).toEqual({ outcome: 'unknown' })
  })
})

describe('what its owner left in the window', () => {
  it('an edit is approved under the name of its owner', async () => {
    const mail = await edited()
    await store.approvals.approveEdit(mail.id, OTHER_HASH, TEAM, ANNA)
    expect(await approvalOf(mail)).toMatchObject({ decision: 'approved', decided_by: ANNA, decided_at: now })
  })

  it('an edit is not approved before a draft holds it', async () => {
    const { id } = await asking()
    await store.outgoing.beginEdit(id, OTHER_HASH)
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({ outcome: 'changed' })
    expect(await stateOf(id)).toBe('asking')
  })

  it('an edit is not approved after Stop', async () => {
    const { id, turn } = await edited()
    await store.turns.requestStop(turn.id)
    await put(id, 'asking')
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({ outcome: 'unknown' })
    expect(await stateOf(id)).toBe('asking')
  })

  it('an edit of a mail whose time has passed is asked about again; approved to leave at once, it has no time', async () => {
    const mail = await edited({ sendAt: now })
    await store.approvals.markAsked([{ id: mail.id, shown: HASH }], now)
    await store.outgoing.markNotified(mail.id, 'asking')
    expect(await store.approvals.approveEdit(mail.id, OTHER_HASH, TEAM, ANNA)).toEqual({
      outcome: 'late',
      conversationId: mail.turn.conversationId,
    })
    expect(await rowOf(mail)).toMatchObject({ state: 'asking', hash: HASH, send_at: now, told_state: null })
    expect(await approvalOf(mail)).toMatchObject({ decision: null, asked_at: null })
    await store.approvals.approveEdit(mail.id, OTHER_HASH, TEAM, ANNA, true)
    expect(await rowOf(mail)).toMatchObject({ state: 'held', send_at: null, due_at: now + UNDO_MS })
  })

  it('an edit of a mail for later keeps its time', async () => {
    const mail = await edited({ sendAt: now + 60_000 })
    await store.approvals.approveEdit(mail.id, OTHER_HASH, TEAM, ANNA)
    expect(await rowOf(mail)).toMatchObject({ state: 'held', send_at: now + 60_000, due_at: now + 60_000 })
  })

  it('an edit is approved as the draft that holds it', async () => {
    const { id } = await edited()
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toMatchObject({ outcome: 'decided' })
    expect(await store.outgoing.get(id)).toMatchObject({
      state: 'held',
      hash: OTHER_HASH,
      draftId: 'draft',
      edited: true,
    })
  })

  it('an edit is not approved where its draft holds something else', async () => {
    const { id } = await edited()
    expect(await store.approvals.approveEdit(id, HASH, TEAM, ANNA)).toEqual({ outcome: 'changed' })
    expect(await stateOf(id)).toBe('asking')
  })

  it('an edit is not approved after a decision', async () => {
    const { id } = await edited()
    await store.approvals.decide(id, 'denied', TEAM, ANNA)
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({
      outcome: 'already',
      decision: 'denied',
    })
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'denied', hash: HASH })
  })

  it('an edit is not approved after its turn has ended', async () => {
    const { id, turn } = await edited()
    await store.turns.end(turn, 'stopped', null)
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({ outcome: 'unknown' })
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'denied', hash: HASH })
  })

  it('an edit does not get the draft of an earlier edit', async () => {
    const { id } = await asking()
    await store.outgoing.beginEdit(id, HASH)
    await store.outgoing.beginEdit(id, OTHER_HASH)
    await store.outgoing.settleEdit(id, HASH, 'draft of before')
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({ outcome: 'changed' })
  })

  it('an edit is forgotten where its mail is asked about again', async () => {
    const { id } = await edited()
    await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)
    expect(await store.outgoing.askAgain(id, SHOWN)).toBe(true)
    expect(await store.approvals.approveEdit(id, OTHER_HASH, TEAM, ANNA)).toEqual({ outcome: 'changed' })
  })
})

describe('from which state a mail goes on', () => {
  it.each(STATES)('%s', async (state) => {
    const { id } = await held()
    await put(id, state)
    now += UNDO_MS
    const before = await store.outgoing.get(id)
    await store.outgoing.updateShown(id, SHOWN)
    await store.outgoing.beginEdit(id, OTHER_HASH)
    const row = await store.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect([row.hash, row.edit_hash]).toEqual(state === 'asking' ? [OTHER_HASH, OTHER_HASH] : [before.hash, null])
    expect(await store.outgoing.begin(id, [])).toBe(state === 'held')
    await put(id, state)
    await store.outgoing.revertToHeld(id)
    expect(await stateOf(id)).toBe(state === 'sending' ? 'held' : state)
    await put(id, state)
    expect(await store.outgoing.finish(id, ['held'], 'undone')).toBe(state === 'held')
    await put(id, state)
    expect(await store.outgoing.askAgain(id, SHOWN)).toBe(state === 'held')
  })

  it('a decision changes only what is asked', async () => {
    const { id } = await asking({ sendAt: now })
    await put(id, 'ended_access')
    await store.approvals.decideAll([{ id, shown: HASH.slice(0, 16), atOnce: true }], 'approved', TEAM, ANNA)
    expect(await store.outgoing.get(id)).toMatchObject({ state: 'ended_access', sendAt: now })
  })
})

describe('a mail leaves', () => {
  it('not before the time in which it can be undone is over', async () => {
    const { id } = await held()
    now += UNDO_MS - 1
    expect(await store.outgoing.begin(id, [])).toBe(false)
    now += 1
    expect(await store.outgoing.begin(id, ['by this it is found'])).toBe(true)
    expect(await store.outgoing.begin(id, [])).toBe(false)
    expect(await store.outgoing.get(id)).toMatchObject({ sendingSince: now, sentHashes: ['by this it is found'] })
  })

  it('not before its time', async () => {
    const { id } = await held({ sendAt: now + 60_000 })
    now += UNDO_MS
    expect(await store.outgoing.begin(id, [])).toBe(false)
    now += 60_000 - UNDO_MS
    expect(await store.outgoing.begin(id, [])).toBe(true)
  })

  it('not while its owner’s access is being ended; another may, when that is done', async () => {
    const { personId } = await begun()
    const ending = await store.accessEndings.note({ personId, reason: 'asked' })
    const { id } = await held()
    const other = await held({ user: BEN })
    now += UNDO_MS
    expect(await store.outgoing.begin(id, [])).toBe(false)
    expect(await store.outgoing.begin(other.id, [])).toBe(true)
    await store.accessEndings.finish(ending)
    const later = await held()
    now += UNDO_MS
    expect(await store.outgoing.begin(later.id, [])).toBe(true)
  })
})

describe('a mail whose request was not sent goes back to being held', () => {
  const leaving = async (wanted: Wanted = {}) => {
    const mail = await held(wanted)
    now += 120_000
    expect(await store.outgoing.begin(mail.id, ['h'])).toBe(true)
    return mail
  }

  it('also where another person’s access ended meanwhile, or its owner’s had ended before', async () => {
    const { personId } = await begun()
    await store.accessEndings.finish(await store.accessEndings.note({ personId, reason: 'asked' }))
    const mail = await leaving()
    const ben = await store.people.ensure(TEAM, BEN)
    await store.accessEndings.note({ personId: ben.id, reason: 'asked' })
    expect(await store.outgoing.revertToHeld(mail.id)).toBe(true)
    expect(await rowOf(mail)).toMatchObject({ state: 'held', sending_since: null, ended_at: null })
  })

  it('and ends where its owner’s access ended since, even in the same millisecond', async () => {
    const mail = await leaving()
    await store.accessEndings.finish(await store.accessEndings.note({ personId: mail.personId, reason: 'asked' }))
    now += 1
    expect(await store.outgoing.revertToHeld(mail.id)).toBe(false)
    expect(await rowOf(mail)).toMatchObject({ state: 'ended_access', ended_at: now })
  })

  it('and is undone where its turn was stopped, unless it waits for its time', async () => {
    const [mail, scheduled] = [await leaving(), await leaving({ sendAt: now + 120_000 })]
    for (const { turn } of [mail, scheduled]) await store.turns.requestStop(turn.id)
    expect(await store.outgoing.revertToHeld(mail.id)).toBe(false)
    expect(await rowOf(mail)).toMatchObject({ state: 'undone', ended_at: now })
    expect(await store.outgoing.revertToHeld(scheduled.id)).toBe(true)
    expect(await stateOf(scheduled.id)).toBe('held')
  })
})

describe('a mail that is found in the Sent mail', () => {
  it('is sent as that message, which confirms no other mail', async () => {
    const [one, other] = [await held(), await held()]
    for (const { id } of [one, other]) await put(id, 'sending')
    expect(await store.outgoing.claimSent(one.id, 'm1')).toBe(true)
    expect(await store.outgoing.claimSent(other.id, 'm1')).toBe(false)
    expect(await rowOf(one)).toMatchObject({ state: 'sent', message_id: 'm1', ended_at: now })
    expect(await stateOf(other.id)).toBe('sending')
  })

  it.each(STATES.filter((state) => state !== 'sending'))('is not taken for one that is %s', async (state) => {
    const { id } = await held()
    await put(id, state)
    expect(await store.outgoing.claimSent(id, 'm1')).toBe(false)
    expect(await stateOf(id)).toBe(state)
  })
})

describe('a draft that stands on two cards', () => {
  it.each(STATES)('is spent for the second or not while the first is %s', async (state) => {
    const [first, second, bens] = [await asking(), await asking(), await asking({ user: BEN })]
    for (const { id } of [first, second, bens]) await store.outgoing.settleDraft(id, 'd1')
    await put(first.id, state)
    const isSpent = async ({ id }: typeof first) => await store.outgoing.isDraftSpent(await store.outgoing.get(id))
    expect(await isSpent(second)).toBe(['sending', 'sent', 'unconfirmed'].includes(state))
    expect([await isSpent(first), await isSpent(bens)]).toEqual([false, false])
  })

  it('is none where a mail has no draft', async () => {
    const [first, second] = [await asking(), await asking()]
    await put(first.id, 'sent')
    expect(await store.outgoing.isDraftSpent(await store.outgoing.get(second.id))).toBe(false)
  })
})

describe('a draft that is made for a mail', () => {
  it('is told since when it has been tried, until it is there', async () => {
    const { id } = await held()
    const began = now
    expect(await store.outgoing.beginDraft(id)).toBeNull()
    now += 5
    expect(await store.outgoing.beginDraft(id)).toBe(began)
    expect(await store.outgoing.beginDraft(id)).toBe(began)
    await store.outgoing.settleDraft(id, 'd1')
    expect(await rowOf({ id })).toMatchObject({ draft_id: 'd1', drafting_since: null })
  })

  it('for an edit is known by what was left: other words begin another', async () => {
    const { id } = await asking()
    const began = now
    expect(await store.outgoing.beginEdit(id, HASH)).toEqual({ draftId: null, triedSince: null })
    now += 1
    expect(await store.outgoing.beginEdit(id, HASH)).toEqual({ draftId: null, triedSince: began })
    await store.outgoing.settleEdit(id, HASH, 'd1')
    expect(await store.outgoing.beginEdit(id, HASH)).toEqual({ draftId: 'd1', triedSince: null })
    expect(await store.outgoing.beginEdit(id, OTHER_HASH)).toEqual({ draftId: null, triedSince: null })
    expect(await rowOf({ id })).toMatchObject({ edit_hash: OTHER_HASH, edit_draft_id: null })
  })
})

describe('what is looked for in the store', () => {
  it('mails that wait for their time are those that are held and have one, soonest first', async () => {
    const second = await held({ sendAt: now + 120_000 })
    const first = await held({ sendAt: now + 60_000 })
    await asking({ sendAt: now + 60_000 })
    await held()
    await put((await held({ sendAt: now + 60_000 })).id, 'cancelled')
    expect((await store.outgoing.scheduledOf(BY_ANNA)).map(({ id }) => id)).toEqual([first.id, second.id])
  })

  it.each(STATES)('a mail that is %s is unfinished or not', async (state) => {
    const { id } = await held()
    await put(id, state)
    const ids = (await store.outgoing.unfinished()).map((mail) => mail.id)
    expect(ids).toEqual(state === 'held' || state === 'sending' ? [id] : [])
  })

  it.each([
    ['ended', true, 'sent', { ended_at: 1 }, null, true],
    ['ended, which was told as held', true, 'sent', { ended_at: 1 }, 'held', true],
    ['ended, which was told', true, 'sent', { ended_at: 1 }, 'sent', false],
    ['is asked about again', true, 'asking', { changed: 1 }, null, true],
    ['is held as it was approved', true, 'held', {}, null, false],
    ['ended in a turn at work', false, 'sent', { ended_at: 1 }, null, false],
    ['is asked about again in a turn at work', false, 'asking', { changed: 1 }, null, false],
  ] as const)(
    'a mail that %s is told in a message of its own, or not',
    async (_, isOver, state, set, told, expected) => {
      const { id, turn } = await held({ sendAt: now + 60_000 })
      if (isOver) await store.turns.end(turn, 'answered', null)
      await store.db
        .updateTable('outgoing_mail')
        .set({ state, told_state: told, ...set })
        .where('id', '=', id)
        .execute()
      expect((await store.outgoing.unnotified()).map((mail) => mail.id)).toEqual(expected ? [id] : [])
    },
  )

  it('a mail that is told leaves the others untold', async () => {
    const [one, other] = [await held(), await held()]
    await store.outgoing.markNotified(one.id, 'sent')
    expect([(await rowOf(one)).told_state, (await rowOf(other)).told_state]).toEqual(['sent', null])
  })
})

describe('a mail that was changed elsewhere', () => {
  it('is asked about as if nobody had decided, with what was shown last', async () => {
    const mail = await edited({ sendAt: now + 60_000 })
    await store.approvals.markAsked([{ id: mail.id, shown: HASH }], now)
    await store.approvals.approveEdit(mail.id, OTHER_HASH, TEAM, ANNA)
    await store.outgoing.askAgain(mail.id, SHOWN)
    const { hash, draftId } = SHOWN
    const again = { changed: 1, due_at: null, edit_hash: null, edit_draft_id: null, hash, draft_id: draftId }
    expect(await rowOf(mail)).toMatchObject({ state: 'asking', ...again })
    expect(await store.outgoing.get(mail.id)).toMatchObject({ changed: true })
    const undecided = { decision: null, decided_by: null, decided_at: null, reason: null, asked_at: null }
    expect(await approvalOf(mail)).toMatchObject(undecided)
  })

  it('keeps its decision where it is not held any more', async () => {
    const mail = await held()
    await put(mail.id, 'undone')
    await store.outgoing.askAgain(mail.id, SHOWN)
    expect(await approvalOf(mail)).toMatchObject({ decision: 'approved', decided_by: ANNA })
  })
})

describe('the end of a mail is noted with its moment', () => {
  it('by a no, by what became of it, and by the end of access', async () => {
    const [denied, refused, ended] = [await asking(), await held(), await held()]
    now += 60_000
    await store.approvals.decide(denied.id, 'denied', TEAM, ANNA)
    await store.outgoing.finish(refused.id, ['held'], 'refused', { why: 'w', messageId: 'm' })
    expect(await rowOf(refused)).toMatchObject({ why: 'w', message_id: 'm' })
    await store.accessEndings.note({ personId: ended.personId, reason: 'asked' })
    await put(ended.id, 'held')
    await store.db.updateTable('outgoing_mail').set({ ended_at: null }).where('id', '=', ended.id).execute()
    expect(await store.outgoing.begin(ended.id, [])).toBe(false)
    const rows = await Promise.all([denied, refused, ended].map(rowOf))
    expect(rows.map(({ state, ended_at }) => [state, ended_at])).toEqual([
      ['denied', now],
      ['refused', now],
      ['ended_access', now],
    ])
  })
})

describe('the end of somebody’s access', () => {
  it('ends what is asked and what is held, of theirs alone', async () => {
    const mine = [await asking(), await held(), await held({ sendAt: now + 60_000 })]
    const leaving = await held()
    await put(leaving.id, 'sending')
    const bens = [await asking({ user: BEN }), await held({ user: BEN })]
    await store.accessEndings.note({ personId: leaving.personId, reason: 'asked' })
    expect(await Promise.all(mine.map(({ id }) => stateOf(id)))).toEqual(mine.map(() => 'ended_access'))
    expect(await stateOf(leaving.id)).toBe('sending')
    expect(await Promise.all(bens.map(({ id }) => stateOf(id)))).toEqual(['asking', 'held'])
  })
})

describe('an edit of the words that a mail was proposed for', () => {
  it('denies what is asked, and leaves what was decided before as it is', async () => {
    const { id, turn } = await asking()
    const [message] = await store.messages.ofTurn(turn.id)
    const words = incoming(message?.ts ?? '', { channel: `D_${ANNA}`, text: 'To Ben instead' })
    await store.turns.setState(turn.id, 'waiting_approval')
    expect(await store.revisions.edit(words, '9.0')).toBe(turn.id)
    expect(await stateOf(id)).toBe('denied')
  })

  it('changes nothing where the access of its owner has ended', async () => {
    const { turn, personId } = await asking()
    const [message] = await store.messages.ofTurn(turn.id)
    const words = incoming(message?.ts ?? '', { channel: `D_${ANNA}`, text: 'To Ben instead' })
    await store.turns.setState(turn.id, 'waiting_approval')
    await store.accessEndings.note({ personId, reason: 'asked' })
    expect(await store.revisions.edit(words, '9.0')).toBeNull()
    expect(await store.turns.get(turn.id)).toMatchObject({ isRevised: false })
  })
})

describe('Stop', () => {
  it('takes back what is held in this turn, and leaves alone what waits for its time and what is asked elsewhere', async () => {
    const [mail, scheduled, other] = [await held(), await held({ sendAt: now + 60_000 }), await held()]
    for (const { turn } of [mail, scheduled]) await store.turns.requestStop(turn.id)
    const states = await Promise.all([mail, scheduled, other].map(({ id }) => stateOf(id)))
    expect(states).toEqual(['undone', 'held', 'held'])
  })

  it('changes nothing about a mail that leaves', async () => {
    const { id, turn } = await held()
    await put(id, 'sending')
    await store.turns.requestStop(turn.id)
    expect(await stateOf(id)).toBe('sending')
  })
})

describe('denials that no session has heard', () => {
  it('undelivered denials are those that a new message made in this conversation', async () => {
    const [mine, other, pressed] = [await asking(), await asking(), await asking()]
    for (const { id, turn } of [mine, other]) {
      await store.approvals.markAsked([{ id, shown: HASH }], now)
      await store.turns.setState(turn.id, 'waiting_approval')
      now += 1
      count += 1
      const { origin } = await store.conversations.get(turn.conversationId)
      await journaled(store, incoming(`${count}.5`, { channel: origin.channel, threadTs: origin.threadTs }))
      expect(await store.turns.supersede(turn)).toBe(true)
      expect(await stateOf(id)).toBe('denied')
    }
    await store.approvals.decide(pressed.id, 'denied', TEAM, ANNA)
    const unnotified = async ({ turn }: typeof mine) =>
      (await store.approvals.undeliveredDenials(turn.conversationId)).map(({ id }) => id)
    expect([await unnotified(mine), await unnotified(other), await unnotified(pressed)]).toEqual([
      [mine.id],
      [other.id],
      [],
    ])
    await store.approvals.markDelivered([mine.id])
    expect(await unnotified(mine)).toEqual([])
  })
})
