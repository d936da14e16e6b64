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
async function edited() {
  const mail = await asking()
  await store.outgoing.beginEdit(mail.id, OTHER_HASH)
  await store.outgoing.settleEdit(mail.id, OTHER_HASH, 'draft')
  return mail
}

describe('what its owner left in the window', () => {
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
    const { id } = await asking()
    await put(id, 'ended_access')
    await store.approvals.decideAll([{ id, shown: HASH.slice(0, 16) }], 'approved', TEAM, ANNA)
    expect(await stateOf(id)).toBe('ended_access')
  })
})

describe('a mail leaves', () => {
  it('not before the time in which it can be undone is over', async () => {
    const { id } = await held()
    now += UNDO_MS - 1
    expect(await store.outgoing.begin(id, [])).toBe(false)
    now += 1
    expect(await store.outgoing.begin(id, [])).toBe(true)
    expect(await store.outgoing.begin(id, [])).toBe(false)
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
