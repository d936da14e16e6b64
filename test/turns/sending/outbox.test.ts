import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NotConnected, OperatorProblem, Unavailable } from '../../../src/turns/ports.js'
import { content, hashOf } from '../fake-mailer.js'
import { House } from '../house.js'
import { BY_ANNA, heard, proposed, SEND_DRAFT, sendLater, UNDO_MS } from '../proposed-mail.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const away = () => new Unavailable('scalekit', 'away')
const toRosa = (body: string) => content({ to: ['rosa@example.com'], subject: 'Lunch', body })

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(async () => {
  await house.close()
})

/** Happens once, when the mailbox is read next. */
function onNextRead(happens: () => Promise<unknown>): void {
  const resolve = house.mailer.resolve.bind(house.mailer)
  house.mailer.resolve = async (...args) => {
    house.mailer.resolve = resolve
    const read = await resolve(...args)
    await happens()
    return read
  }
}

describe('a mail for later', () => {
  it('a scheduled mail whose mailbox was exchanged is asked about again, and gets no draft', async () => {
    const { press, mail } = await proposed(house, sendLater(house, 90))
    house.mailer.sender = 'other@example.com'
    await press()
    expect(await mail()).toMatchObject({ state: 'asking', changed: true })
    expect(house.mailer.drafts.size).toBe(0)
    expect(heard(house)).toEqual([])
  })

  it('a scheduled mail whose draft has other words is given up, and never sent', async () => {
    const { press, mail } = await proposed(house, sendLater(house, 90))
    const save = house.mailer.saveDraft.bind(house.mailer)
    house.mailer.saveDraft = async (person, { content: _, ...rest }) =>
      await save(person, { ...rest, content: toRosa('Never!') })
    await press()
    await house.pass(2 * HOUR)
    expect(await mail()).toMatchObject({ state: 'refused' })
    expect(house.mailer.sent).toEqual([])
    expect(house.agent.session.decisions).toMatchObject([{ failed: true }])
  })

  it('a scheduled mail gets its own draft, also where its owner has one with the same words', async () => {
    house.mailer.drafts.set('theirs', toRosa('At noon?'))
    const { press, mail } = await proposed(house, sendLater(house, 90))
    await press()
    expect((await mail()).draftId).not.toBe('theirs')
    expect(house.mailer.drafts.size).toBe(2)
  })

  it('a scheduled mail waits a day for an unavailable mailbox', async () => {
    const { press, mail } = await proposed(house, sendLater(house, 90))
    await press()
    const forTenMinutes = () => new Unavailable('scalekit', 'away', 10 * MINUTE)
    house.mailer.failures.push(...Array.from({ length: 500 }, forTenMinutes))
    await house.pass(90 * MINUTE + 23 * HOUR)
    expect(await mail()).toMatchObject({ state: 'held' })
    await house.pass(2 * HOUR)
    expect(await mail()).toMatchObject({ state: 'refused', why: 'Gmail could not be reached.' })
  })

  it('a mail notice is repeated where Slack was unavailable, and posted once where it was not', async () => {
    const { press, id } = await proposed(house, sendLater(house, 90))
    await press()
    const show = house.surface.showOutgoing.bind(house.surface)
    let asked = 0
    house.surface.showOutgoing = async (...args) => {
      asked += 1
      if (asked < 3) throw new Unavailable('slack', 'away')
      await show(...args)
    }
    await house.sending.presses.cancel(id, BY_ANNA)
    await house.settle()
    expect(asked).toBe(1)
    await house.pass(999)
    expect(asked).toBe(1)
    await house.pass(HOUR)
    expect(asked).toBe(3)
    expect(house.surface.outgoing).toMatchObject([{ outgoing: { state: 'cancelled' } }])
  })
})

describe('a mail that is due', () => {
  it('a mail undone during the last comparison is not sent', async () => {
    const { press, id, shown } = await proposed(house)
    await press()
    onNextRead(async () => expect(await house.sending.presses.undo(id, BY_ANNA)).toBe('undone'))
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({ state: 'undone' })
  })

  it('a mail whose owner’s access ends during the last comparison is not sent, and its card says so', async () => {
    const { press, id, shown } = await proposed(house)
    await press()
    onNextRead(async () => {
      const { personId } = await house.store.outgoing.get(id)
      await house.store.accessEndings.note({ personId, reason: 'asked' })
    })
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(shown()).toMatchObject({ state: 'ended_access' })
  })

  it('a mail is sent from the mailbox that is connected when it is due', async () => {
    const { press } = await proposed(house)
    await press()
    const known = house.scalekit.forgotten
    let forgotten = known
    onNextRead(async () => {
      forgotten = house.scalekit.forgotten
    })
    await house.pass(UNDO_MS)
    expect(forgotten).toBe(known + 1)
  })

  it('a mail is not sent where its tool was switched off since', async () => {
    const { press, mail } = await proposed(house)
    await press()
    house.sending.hostCalls.tools.find = () => null
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toEqual([])
    expect(await mail()).toMatchObject({
      state: 'refused',
      why: 'Sending this kind of email was switched off here.',
    })
  })

  it('a card shows that its mail is being sent, and then that the mailbox refused it', async () => {
    const { press, shown } = await proposed(house)
    await press()
    let release = () => {}
    house.mailer.beforeSending = () => new Promise((resolve) => (release = resolve))
    house.mailer.fates.push('refused')
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'sending' })
    release()
    await house.settle()
    expect(shown()).toMatchObject({ state: 'refused', why: 'Gmail did not accept it.' })
    expect(heard(house)).toEqual(['Nothing was sent. Gmail did not accept it.'])
  })

  it('a draft on two cards is sent once, also where both were approved at one moment', async () => {
    house.mailer.drafts.set('d1', toRosa('At noon?'))
    const cards = [await proposed(house, SEND_DRAFT), await proposed(house, SEND_DRAFT)]
    for (const { press } of cards) await press()
    await house.pass(UNDO_MS + MINUTE)
    expect(house.mailer.sent).toHaveLength(1)
    const states = await Promise.all(cards.map(async ({ mail }) => (await mail()).state))
    expect(states.sort()).toEqual(['refused', 'sent'])
  })

  it('a mail whose draft changed at the last moment is asked about again', async () => {
    house.mailer.drafts.set('d1', toRosa('At noon?'))
    const { press, shown } = await proposed(house, SEND_DRAFT)
    await press()
    const send = house.mailer.send.bind(house.mailer)
    house.mailer.send = async () => {
      house.mailer.send = send
      house.mailer.drafts.set('d1', toRosa('Never!'))
      return { outcome: 'changed' }
    }
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'asking', changed: true, mail: { readable: 'Never!' } })
    await house.pass(HOUR)
    expect(house.mailer.sent).toEqual([])
    await press()
    await house.pass(UNDO_MS)
    expect(house.mailer.sent).toMatchObject([{ hash: hashOf(toRosa('Never!')) }])
  })

  it('a mail that could not be sent yet is sent later, once', async () => {
    const { press, shown } = await proposed(house)
    await press()
    let attempts = 0
    house.mailer.beforeSending = async () => {
      attempts += 1
      if (attempts < 3) throw away()
    }
    await house.pass(UNDO_MS + MINUTE)
    expect(attempts).toBe(3)
    expect(house.mailer.sent).toHaveLength(1)
    expect(shown()).toMatchObject({ state: 'sent' })
  })

  it('a mail that waits to be retried ends with its owner’s access, and a notice says so', async () => {
    const { press, id, mail, shown } = await proposed(house)
    await press()
    house.mailer.beforeSending = async () => {
      const { personId } = await house.store.outgoing.get(id)
      await house.store.accessEndings.finish(await house.store.accessEndings.note({ personId, reason: 'asked' }))
      await house.settle()
      expect(shown()).toMatchObject({ state: 'sending' })
      throw away()
    }
    await house.pass(UNDO_MS)
    expect(await mail()).toMatchObject({ state: 'ended_access' })
    expect(house.surface.outgoing).toMatchObject([{ outgoing: { state: 'ended_access' } }])
  })

  it('retries of a mail wait longer each time, and at least as long as the service asks for', async () => {
    const { press } = await proposed(house)
    await press()
    const { reads } = house.mailer
    house.mailer.failures.push(away(), new Unavailable('scalekit', 'later', 30_000), away())
    await house.pass(UNDO_MS + 999)
    expect(house.mailer.reads - reads).toBe(1)
    await house.pass(1)
    expect(house.mailer.reads - reads).toBe(2)
    await house.pass(29_999)
    expect(house.mailer.reads - reads).toBe(2)
    await house.pass(1)
    expect(house.mailer.reads - reads).toBe(3)
    await house.pass(3_999)
    expect(house.mailer.sent).toEqual([])
    await house.pass(1)
    expect(house.mailer.sent).toHaveLength(1)
  })

  it.each<[string, () => Error, string]>([
    ['the mailbox stays out of reach', away, 'Gmail could not be reached.'],
    [
      'this app is not allowed in',
      () => new OperatorProblem('credentials', 'no'),
      'This app is not set up completely. Tell whoever runs it.',
    ],
  ])('is given up after ten minutes in which %s', async (_, problem, why) => {
    const { press, mail } = await proposed(house)
    await press()
    house.mailer.failures.push(...Array.from({ length: 500 }, problem))
    await house.pass(UNDO_MS + 9 * MINUTE)
    expect(await mail()).toMatchObject({ state: 'held' })
    await house.pass(2 * MINUTE)
    expect(await mail()).toMatchObject({ state: 'refused', why })
    expect(heard(house)).toEqual([`Nothing was sent. ${why}`])
  })

  it('a mail whose mailbox is disconnected ends at once', async () => {
    const { press, shown } = await proposed(house)
    await press()
    house.mailer.failures.push(new NotConnected())
    await house.pass(UNDO_MS)
    expect(shown()).toMatchObject({ state: 'ended_access' })
  })

  it('a mail whose owner is not known any more ends at once', async () => {
    const { press, mail } = await proposed(house)
    await press()
    await house.store.db.updateTable('person').set({ identifier: null }).execute()
    await house.pass(UNDO_MS)
    expect(await mail()).toMatchObject({ state: 'ended_access' })
    expect(house.mailer.sent).toEqual([])
  })

  it('a mail is sent within the hour where the clock was set back', async () => {
    const { press, id } = await proposed(house)
    await press()
    await house.store.db
      .updateTable('outgoing_mail')
      .set({ due_at: house.clock.now() + 100 * HOUR })
      .where('id', '=', id)
      .execute()
    await house.pass(UNDO_MS)
    await house.store.db.updateTable('outgoing_mail').set({ due_at: house.clock.now() }).where('id', '=', id).execute()
    await house.pass(HOUR)
    expect(house.mailer.sent).toHaveLength(1)
  })
})

describe('a mail whose answer was lost', () => {
  it('a mail whose answer was lost is not mistaken for an earlier one with the same words', async () => {
    const first = await proposed(house)
    const second = await proposed(house)
    await first.press()
    await house.pass(UNDO_MS)
    house.mailer.fates.push('lost')
    await second.press()
    await house.pass(UNDO_MS + MINUTE)
    expect(house.mailer.sent).toHaveLength(1)
    expect(await second.mail()).toMatchObject({ state: 'unconfirmed' })
  })

  it('a mail whose answer was lost is looked for again, since it may reach the Sent mail late', async () => {
    const { press, mail } = await proposed(house)
    house.mailer.fates.push('lost')
    await press()
    await house.pass(UNDO_MS + 10_000)
    house.mailer.sent.push({ identifier: '', content: toRosa('At noon?'), hash: hashOf(toRosa('At noon?')) })
    await house.pass(MINUTE)
    expect(await mail()).toMatchObject({ state: 'sent' })
  })

  it.each([
    ['is out of reach', away],
    ['is not connected', () => new NotConnected()],
  ])('is not known to have left where the mailbox %s for long, and is not sent again', async (_, problem) => {
    const { press, mail } = await proposed(house)
    house.mailer.fates.push('lost')
    house.mailer.findSent = async () => {
      throw problem()
    }
    await press()
    await house.pass(UNDO_MS + 9 * MINUTE)
    expect(await mail()).toMatchObject({ state: 'sending' })
    await house.pass(2 * MINUTE)
    expect(await mail()).toMatchObject({ state: 'unconfirmed' })
    expect(house.mailer.sent).toEqual([])
  })

  it('a mail whose answer was lost is looked up by the next process, and not sent again', async () => {
    house.mailer.drafts.set('d1', toRosa('At noon?'))
    const { press, id, mail } = await proposed(house, SEND_DRAFT)
    await press()
    const began = house.clock.now() + UNDO_MS
    await house.clock.advance(UNDO_MS - 1)
    await house.store.db
      .updateTable('outgoing_mail')
      .set({ state: 'sending', sending_since: began, sent_hashes: JSON.stringify([hashOf(toRosa('At noon?'))]) })
      .where('id', '=', id)
      .execute()
    await house.pass(HOUR)
    expect(await mail()).toMatchObject({ state: 'unconfirmed' })
    expect(new Set(house.mailer.lookedSince)).toEqual(new Set([began]))
    expect(house.mailer.sent).toEqual([])
  })
})

describe('the outbox that stops', () => {
  it('a stopping outbox waits for the mail being sent, and begins no other', async () => {
    const first = await proposed(house)
    const second = await proposed(house)
    await first.press()
    await house.pass(1_000)
    await second.press()
    let release = () => {}
    house.mailer.beforeSending = () => new Promise((resolve) => (release = resolve))
    await house.pass(UNDO_MS - 1_000)
    let isStopped = false
    const stopped = house.sending.outbox.stop().then(() => {
      isStopped = true
    })
    await house.settle()
    expect(isStopped).toBe(false)
    release()
    await stopped
    expect(await first.mail()).toMatchObject({ state: 'sent' })
    house.sending.outbox.wake()
    await house.pass(HOUR)
    expect(house.mailer.sent).toHaveLength(1)
    expect(await second.mail()).toMatchObject({ state: 'held' })
  })
})
