/** An edit in the card, at every state of its mail: it is taken, or refused in words; nothing else happens. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EditedMail, OutgoingState } from '../../../src/turns/outgoing-mail.js'
import { content } from '../fake-mailer.js'
import { ANNA, House, TEAM } from '../house.js'
import { BY_ANNA, heard, proposed, SEND_DRAFT, sendLater, UNDO_MS } from '../proposed-mail.js'

const EDITED: EditedMail = { to: 'rosa@example.com', cc: '', bcc: '', subject: 'Lunch', text: 'At one?' }
const AGAIN: EditedMail = { ...EDITED, text: 'At two?' }

/** Each state, and what an edit of a mail in it is answered. */
const STATES: readonly (readonly [OutgoingState, 'already' | 'too_late' | 'unknown'])[] = [
  ['held', 'already'],
  ['denied', 'already'],
  ['undone', 'already'],
  ['cancelled', 'already'],
  ['sending', 'too_late'],
  ['sent', 'too_late'],
  ['unconfirmed', 'too_late'],
  ['refused', 'unknown'],
  ['ended_access', 'unknown'],
]

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const rowOf = async (id: string) =>
  await house.store.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
const put = async (id: string, state: OutgoingState) => {
  await house.store.db.updateTable('outgoing_mail').set({ state }).where('id', '=', id).execute()
}

describe('an edit of a mail', () => {
  it('that is asked about is approved', async () => {
    const { id } = await proposed(house)
    const { presses } = house.sending
    expect(await presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
    expect(await presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('approved')
  })

  it.each(STATES)('that is %s is answered %s, and changes nothing', async (state, answer) => {
    const { id } = await proposed(house)
    const { presses } = house.sending
    await presses.prepareEdit(id, BY_ANNA, EDITED)
    await put(id, state)
    const before = await rowOf(id)
    expect([
      await presses.openEdit(id, BY_ANNA),
      await presses.prepareEdit(id, BY_ANNA, AGAIN),
      await presses.approveEdit(id, BY_ANNA, EDITED, true),
    ]).toEqual([answer, answer, answer])
    expect(house.mailer.made).toBe(1)
    expect(await rowOf(id)).toEqual(before)
  })

  it.each(STATES)('that became %s in the very moment is not taken by the store either', async (state) => {
    const { id } = await proposed(house)
    await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    const { edit_hash } = await rowOf(id)
    await put(id, state)
    const before = await rowOf(id)
    const { outcome } = await house.store.approvals.approveEdit(id, edit_hash ?? '', TEAM, ANNA, true)
    expect(outcome).toBe('unknown')
    expect(await house.store.outgoing.beginEdit(id, 'b'.repeat(64))).toBeNull()
    expect(await house.store.outgoing.settleEdit(id, edit_hash ?? '', 'other')).toBe(false)
    expect(await rowOf(id)).toEqual(before)
    expect(await house.approvalsOf({ id: before.turn_id })).toMatchObject([{ decision: null }])
  })

  it('whose draft is made while the mail leaves comes too late, and the agent hears what left', async () => {
    const { id, press } = await proposed(house)
    let release = () => {}
    house.mailer.beforeSaving = () => new Promise((resolve) => (release = resolve))
    const preparing = house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    await house.settle()
    await press()
    await house.pass(UNDO_MS)
    release()
    expect(await preparing).toBe('too_late')
    expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('too_late')
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At noon?' } } }])
    expect(heard(house)).toEqual(['Sent, exactly as proposed.'])
  })

  it('that is approved in the moment in which the mail is taken for sending comes too late', async () => {
    const { id, press } = await proposed(house)
    await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    const edit = house.mailer.edit.bind(house.mailer)
    house.mailer.edit = async (...given) => {
      await press()
      await house.pass(UNDO_MS)
      return await edit(...given)
    }
    expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('too_late')
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At noon?' } } }])
    expect(heard(house)).toEqual(['Sent, exactly as proposed.'])
  })
})

describe('an edit that was made ready', () => {
  it.each<[string, 'changed' | 'unknown', (id: string) => Promise<unknown>]>([
    ['another edit was made ready since', 'changed', (id) => house.sending.presses.prepareEdit(id, BY_ANNA, AGAIN)],
    [
      'the mail was changed in Gmail into one with an attachment',
      'changed',
      async (id) => {
        const draft = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' })
        const attachments = [{ name: 'a.pdf', type: 'application/pdf', size: 1 }]
        house.mailer.drafts.set('d1', { ...draft, attachments })
        await house.store.outgoing.updateShown(id, { ...(await house.store.outgoing.get(id)), ...SHOWN })
      },
    ],
    ['its owner stopped the turn', 'unknown', async (id) => house.store.turns.requestStop((await rowOf(id)).turn_id)],
  ])('is not approved where %s: %s', async (_, answer, happens) => {
    house.mailer.drafts.set('d1', content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' }))
    const { id } = await proposed(house, SEND_DRAFT)
    expect(await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
    await happens(id)
    expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe(answer)
    expect(await rowOf(id)).toMatchObject({ state: 'asking', edited: 0 })
  })

  const SHOWN = { hash: 'c'.repeat(64), recipients: 1, domains: ['example.com'] }

  it('is not approved where it was never made ready, or has a mistake', async () => {
    const { id } = await proposed(house)
    const { presses } = house.sending
    expect(await presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('changed')
    expect(await presses.approveEdit(id, BY_ANNA, { ...EDITED, to: '' }, true)).toBe('changed')
  })

  it('is another person’s to nobody', async () => {
    const { id } = await proposed(house)
    const { presses } = house.sending
    await presses.prepareEdit(id, BY_ANNA, EDITED)
    expect(await presses.approveEdit(id, { team: TEAM, user: 'U_BEN' }, EDITED, true)).toBe('not_yours')
    expect(await presses.approveEdit('nothing', BY_ANNA, EDITED, true)).toBe('unknown')
  })
})

describe('a mail that leaves at once because its time had passed', () => {
  const sendNow = async (id: string) => {
    const { hash } = await house.store.outgoing.get(id)
    await house.store.approvals.decideAll([{ id, shown: hash, atOnce: true }], 'approved', TEAM, ANNA)
    house.sending.outbox.wake()
    await house.pass(UNDO_MS)
  }

  it('the agent hears when it left', async () => {
    const { id, mail } = await proposed(house, sendLater(house, 90))
    await house.pass(90 * 60_000)
    await sendNow(id)
    const at = new Date((await mail()).endedAt ?? 0).toISOString()
    expect(heard(house)).toEqual([
      `Sent at ${at}. The time it was proposed for had passed, and the person sent it at once. It says exactly what was proposed.`,
    ])
  })

  it('the agent hears it of one that was edited, too', async () => {
    const { id, mail } = await proposed(house, sendLater(house, 90))
    await house.pass(90 * 60_000)
    const { presses } = house.sending
    await presses.prepareEdit(id, BY_ANNA, EDITED)
    await presses.approveEdit(id, BY_ANNA, EDITED, true)
    await house.pass(UNDO_MS)
    const at = new Date((await mail()).endedAt ?? 0).toISOString()
    expect(heard(house)).toEqual([expect.stringMatching(`^Sent at ${at}\\. The time .+ changed it first\\.`)])
  })

  it('one that never had a time is as proposed', async () => {
    const { id } = await proposed(house)
    await sendNow(id)
    expect(heard(house)).toEqual(['Sent, exactly as proposed.'])
  })
})
