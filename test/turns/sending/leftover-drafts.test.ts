/** What becomes of the drafts that a mail leaves behind: in the trash where nobody needs them, and never where their owner changed them. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EditedMail, OutgoingState } from '../../../src/turns/outgoing-mail.js'
import { NotConnected, Unavailable } from '../../../src/turns/ports.js'
import { type DraftFate, draftFate, LeftoverDrafts } from '../../../src/turns/sending/leftover-drafts.js'
import { content } from '../fake-mailer.js'
import { ANNA, House, TEAM } from '../house.js'
import { BY_ANNA, heard, proposed, SEND_DRAFT, UNDO_MS } from '../proposed-mail.js'

const EDITED: EditedMail = { to: 'rosa@example.com', cc: '', bcc: '', subject: 'Lunch', text: 'At one?' }
const AT_NOON = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' })
const MINE = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'Keep this' })
const STILL_THERE = 'The draft in their Gmail was changed meanwhile: it was not put in the trash, and is still there.'
const AN_HOUR = 60 * 60_000

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

const draftTexts = () => [...house.mailer.drafts.values()].map(({ body }) => body.source)
const rows = async () => await house.store.db.selectFrom('mail_draft').selectAll().execute()
const logged = (message: string) => house.log.lines.filter((line) => line.message === message)

async function edit(id: string): Promise<void> {
  expect(await house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('ready')
}
async function approveEdit(id: string): Promise<void> {
  await edit(id)
  expect(await house.sending.presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('approved')
}

describe('a draft of the owner’s own, edited in the card', () => {
  beforeEach(() => {
    house.mailer.drafts.set('d1', AT_NOON)
  })

  it('is put in the trash when the edited mail has left', async () => {
    const { id, shown } = await proposed(house, SEND_DRAFT)
    await approveEdit(id)
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At one?' } } }])
    expect([draftTexts(), await rows()]).toEqual([[], []])
    expect(shown()).toMatchObject({ state: 'sent', isDraftKept: false })
    expect(heard(house)).toEqual([expect.not.stringContaining(STILL_THERE)])
  })

  it('stays where it was changed since the card, and its owner and the agent are told', async () => {
    const { id, shown } = await proposed(house, SEND_DRAFT)
    await approveEdit(id)
    house.mailer.drafts.set('d1', MINE)
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At one?' } } }])
    expect(draftTexts()).toEqual(['Keep this'])
    expect(shown()).toMatchObject({ state: 'sent', isDraftKept: true })
    expect(heard(house)).toEqual([expect.stringMatching(`At one\\?[^]*${STILL_THERE}$`)])
    expect(await rows()).toEqual([])
  })

  it('is looked at again where the mailbox was away; its owner is told though the agent has heard', async () => {
    const { id } = await proposed(house, SEND_DRAFT)
    await approveEdit(id)
    house.mailer.beforeDiscarding = async () => await Promise.reject(new Unavailable('scalekit', 'away'))
    await house.pass(UNDO_MS)
    expect(heard(house)).toHaveLength(1)
    house.mailer.beforeDiscarding = async () => {}
    house.mailer.drafts.set('d1', MINE)
    await house.pass(AN_HOUR)
    expect(draftTexts()).toEqual(['Keep this'])
    expect(house.surface.outgoing.at(-1)).toMatchObject({ outgoing: { state: 'sent', isDraftKept: true } })
  })

  it('stays, as it is, when the edited mail was undone', async () => {
    const { id } = await proposed(house, SEND_DRAFT)
    await approveEdit(id)
    await house.sending.presses.undo(id, BY_ANNA)
    await house.pass(UNDO_MS)
    expect([draftTexts(), await rows()]).toEqual([['At noon?', 'At one?'], []])
  })
})

describe('a draft of the owner’s own that leaves as it is', () => {
  it('is put in the trash, where it was not changed while it left', async () => {
    house.mailer.drafts.set('d1', AT_NOON)
    const { press } = await proposed(house, SEND_DRAFT)
    await press()
    await house.pass(UNDO_MS)
    expect([draftTexts(), heard(house)]).toEqual([[], ['Sent, exactly as proposed.']])
  })

  it('stays where it was changed while it left, and the agent is told', async () => {
    house.mailer.drafts.set('d1', AT_NOON)
    const { press, shown } = await proposed(house, SEND_DRAFT)
    house.mailer.beforeSending = async () => {
      house.mailer.drafts.set('d1', MINE)
    }
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ content: { body: { source: 'At noon?' } } }])
    expect(draftTexts()).toEqual(['Keep this'])
    expect(heard(house)).toEqual([`Sent, exactly as proposed.\n\n${STILL_THERE}`])
    expect(shown()).toMatchObject({ isDraftKept: true })
  })

  it('is put in the trash also where the answer to the sending was lost', async () => {
    house.mailer.drafts.set('d1', AT_NOON)
    house.mailer.fates.push('sent_lost')
    const { press } = await proposed(house, SEND_DRAFT)
    await press()
    await house.pass(UNDO_MS)
    expect([draftTexts(), heard(house)]).toEqual([[], ['Sent, exactly as proposed.']])
  })
})

describe('the draft of an edit that was never approved', () => {
  it.each<[string, (mail: Awaited<ReturnType<typeof proposed>>) => Promise<unknown>]>([
    ['its owner says no', ({ press }) => press('denied')],
    [
      'its owner asks for a change',
      async ({ id, conversation }) => {
        await house.store.approvals.decide(id, 'denied', TEAM, ANNA, 'Friendlier')
        house.wake(conversation)
      },
    ],
    [
      'its owner writes instead',
      async ({ conversation }) => {
        const { origin } = await house.store.conversations.get(conversation)
        await house.say('Something else', { threadTs: origin.threadTs })
        house.wake(conversation)
      },
    ],
    [
      'its owner stops the turn',
      async ({ turn, conversation }) => {
        await house.store.turns.requestStop(turn.id)
        house.wake(conversation)
      },
    ],
    [
      'its owner deletes what they asked',
      async ({ turn, conversation }) => {
        const [message] = await house.store.messages.ofTurn(turn.id)
        const { origin } = await house.store.conversations.get(conversation)
        await house.store.revisions.retract({ team: TEAM, channel: origin.channel, ts: message?.ts ?? '' })
        house.wake(conversation)
      },
    ],
    [
      'their access ends, before the account is gone',
      async ({ mail }) => {
        await house.store.accessEndings.note({ personId: (await mail()).personId, reason: 'asked' })
        house.sending.outbox.wake()
      },
    ],
  ])('is put in the trash where %s', async (_, happens) => {
    const mail = await proposed(house)
    await edit(mail.id)
    expect(draftTexts()).toEqual(['At one?'])
    await happens(mail)
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect([draftTexts(), await rows()]).toEqual([[], []])
  })

  it('is put in the trash by the next process where this one ended before', async () => {
    const { id, press } = await proposed(house)
    await edit(id)
    const { mailer } = house
    let release = () => {}
    mailer.beforeDiscarding = () => new Promise((resolve) => (release = resolve))
    await press('denied')
    await house.settle()
    expect(draftTexts()).toEqual(['At one?'])
    mailer.beforeDiscarding = async () => {}
    const { store, clock, log } = house
    const next = new LeftoverDrafts({ store, mailer, onChange: () => {}, clock, log })
    for (const draft of await store.drafts.leftovers()) await next.putAway(draft)
    expect([draftTexts(), await rows()]).toEqual([[], []])
    release()
  })

  it('stays where its owner changed it in Gmail', async () => {
    const { id, press } = await proposed(house)
    await edit(id)
    house.mailer.drafts.set('draft_1', MINE)
    await press('denied')
    await house.pass(UNDO_MS)
    expect([draftTexts(), await rows()]).toEqual([['Keep this'], []])
  })

  it('is put in the trash where it comes to be after the no', async () => {
    const { id, press } = await proposed(house)
    let release = () => {}
    house.mailer.beforeSaving = () => new Promise((resolve) => (release = resolve))
    const preparing = house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)
    await house.settle()
    await press('denied')
    release()
    expect(await preparing).toBe('already')
    await house.settle()
    expect([draftTexts(), await rows()]).toEqual([[], []])
  })

  it('is looked for, and put in the trash, where the answer to its making was lost', async () => {
    const { id, press } = await proposed(house)
    house.mailer.losesDraft = true
    await expect(house.sending.presses.prepareEdit(id, BY_ANNA, EDITED)).rejects.toThrow(Unavailable)
    await press('denied')
    await house.pass(60_000)
    expect(draftTexts()).toEqual(['At one?'])
    await house.pass(60_000)
    expect([draftTexts(), await rows()]).toEqual([[], []])
  })

  it('is seen to again where the mailbox is away, and given up after so many attempts', async () => {
    const { id, press } = await proposed(house)
    await edit(id)
    let attempts = 0
    house.mailer.beforeDiscarding = async () => {
      attempts += 1
      throw new Unavailable('scalekit', 'away')
    }
    await press('denied')
    for (let count = 0; count < 20; count += 1) await house.pass(AN_HOUR)
    expect([attempts, await rows()]).toEqual([12, []])
    expect(draftTexts()).toEqual(['At one?'])
    expect(logged('mail draft not trashed').map(({ fields }) => fields)).toEqual(
      Array.from({ length: 12 }, (_, index) => expect.objectContaining({ mail: id, isLast: index === 11 })),
    )
  })

  it('stays where Gmail was disconnected, and is not tried again', async () => {
    const { id, press } = await proposed(house)
    await edit(id)
    house.mailer.beforeDiscarding = async () => await Promise.reject(new NotConnected())
    await press('denied')
    await house.pass(AN_HOUR)
    expect([logged('mail draft not trashed').length, await rows()]).toEqual([1, []])
  })
})

describe('what becomes of a draft', () => {
  const mail = { draftId: 'd1', editHash: 'h2', editDraftId: 'd2' }
  const drafts = {
    'own, replaced': { purpose: 'own', hash: 'h1', draftId: 'd0' },
    'edit, holds the mail': { purpose: 'edit', hash: 'h1', draftId: 'd1' },
    'edit, newest': { purpose: 'edit', hash: 'h2', draftId: 'd2' },
    'edit, being made': { purpose: 'edit', hash: 'h2', draftId: null },
    'edit, of before': { purpose: 'edit', hash: 'h3', draftId: 'd3' },
    'edit, of before, being made': { purpose: 'edit', hash: 'h3', draftId: null },
  } as const
  const all = (fate: DraftFate) => Array<DraftFate>(6).fill(fate)
  const denied: DraftFate[] = ['leave', 'trash', 'trash', 'trash', 'trash', 'trash']
  const ended: DraftFate[] = ['leave', 'leave', 'trash', 'trash', 'trash', 'trash']

  it.each<[OutgoingState, DraftFate[]]>([
    ['asking', ['needed', 'needed', 'needed', 'needed', 'trash', 'trash']],
    ['held', all('needed')],
    ['sending', all('needed')],
    ['sent', all('trash')],
    ['denied', denied],
    ['ended_access', denied],
    ['undone', ended],
    ['cancelled', ended],
    ['refused', ended],
    ['unconfirmed', ended],
  ])('whose mail is %s', (state, fates) => {
    expect(Object.values(drafts).map((draft) => draftFate(draft, { ...mail, state }))).toEqual(fates)
  })
})
