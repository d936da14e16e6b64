import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { content } from '../fake-mailer.js'
import { House } from '../house.js'
import { BY_ANNA, proposed, SEND_DRAFT, sendLater } from '../proposed-mail.js'

const EDITED = { to: 'rosa@example.com', cc: '', bcc: '', subject: 'Lunch', text: 'At one?' }

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

describe('a button that takes a mail back', () => {
  it('Undo and Cancel say the same when they are pressed twice', async () => {
    const now = await proposed(house)
    await now.press()
    const later = await proposed(house, sendLater(house, 90))
    await later.press()
    const { presses } = house.sending
    for (const _ of ['once', 'twice']) {
      expect(await presses.undo(now.id, BY_ANNA)).toBe('undone')
      expect(await presses.cancel(later.id, BY_ANNA)).toBe('cancelled')
    }
  })

  it('a card shows at once that its mail was undone or cancelled', async () => {
    const { id, press, shown } = await proposed(house)
    await press()
    await house.sending.presses.undo(id, BY_ANNA)
    await house.settle()
    expect(shown()).toMatchObject({ state: 'undone' })
  })
})

describe('the window in which a mail is edited', () => {
  it('does not open for a mail with attachments, which it cannot hold, and keeps nothing of one', async () => {
    const draft = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At noon?' })
    house.mailer.drafts.set('d1', { ...draft, attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 1 }] })
    const { id } = await proposed(house, SEND_DRAFT)
    const { presses } = house.sending
    expect(await presses.openEdit(id, BY_ANNA)).toBe('not_editable')
    expect(await presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('not_editable')
    expect(house.mailer.drafts.size).toBe(1)
  })

  it('says what is wrong with what its owner left in it, and keeps nothing', async () => {
    const { id } = await proposed(house)
    const answer = await house.sending.presses.prepareEdit(id, BY_ANNA, { ...EDITED, to: '' })
    expect(answer).toEqual({ problems: { to: 'Who should get it?' } })
    expect(house.mailer.drafts.size).toBe(0)
  })

  it('does not open for a mail that was decided', async () => {
    const { id, press } = await proposed(house)
    await press('denied')
    const { presses } = house.sending
    expect(await presses.openEdit(id, BY_ANNA)).toBe('already')
    expect(await presses.prepareEdit(id, BY_ANNA, EDITED)).toBe('already')
    expect(await presses.approveEdit(id, BY_ANNA, EDITED, true)).toBe('already')
    expect(house.mailer.drafts.size).toBe(0)
  })
})
