import { describe, expect, it } from 'vitest'
import type { OutgoingMail, ResolvedMail } from '../../../src/turns/outgoing-mail.js'
import { deniedResult, sendingResult } from '../../../src/turns/sending/sending-results.js'
import { content, hashOf, outgoingMail } from '../fake-mailer.js'

const AT = Date.UTC(2026, 11, 1, 7, 0)
const MAIL = outgoingMail({ state: 'sent' })
const said = content({ to: ['rosa@example.com'], subject: 'Lunch', body: 'At one?' })
const EDITED: ResolvedMail = {
  content: {
    ...said,
    cc: [{ name: 'Ben', address: 'ben@example.com' }],
    bcc: [{ name: '', address: 'eve@b.example' }],
  },
  hash: hashOf(said),
  sentHashes: [],
  readable: 'At one?',
  warnings: [],
  draft: null,
  leavesAsDraft: false,
}
const AS_IT_READS =
  'Word for word it says:\nTo: rosa@example.com\nCc: Ben <ben@example.com>\nBcc: eve@b.example\nSubject: Lunch\n\nAt one?'
const NOT_DENIED = { by: null, reason: null }
const result = (mail: Partial<OutgoingMail>, read: ResolvedMail | null = null) =>
  sendingResult({ ...MAIL, ...mail }, read, NOT_DENIED)

describe('what the agent hears of a mail', () => {
  it.each<[string, Partial<OutgoingMail>]>([
    ['is asked about', { state: 'asking' }],
    ['can be undone', { state: 'held', dueAt: AT }],
    ['can be undone, and is a draft', { state: 'held', dueAt: AT, draftId: 'd1' }],
    ['is for later, and not kept yet', { state: 'held', dueAt: AT, sendAt: AT }],
    ['leaves', { state: 'sending' }],
    ['has left, and its draft is looked at', { state: 'sent', ownDraft: 'pending' }],
  ])('is nothing yet while it %s', (_, mail) => {
    expect(result(mail)).toBeNull()
  })

  it.each<[string, Partial<OutgoingMail>, ResolvedMail | null, RegExp | string]>([
    ['was sent', {}, null, 'Sent, exactly as proposed.'],
    ['was changed by its owner', { edited: true }, EDITED, `Sent. The person changed it first. ${AS_IT_READS}`],
    [
      'was changed by its owner, and cannot be read',
      { edited: true },
      null,
      'Sent. The person changed it first. Their version differs from yours; read it in the mailbox before you quote it.',
    ],
    [
      'leaves when its undo window is over, which ends behind its time',
      { state: 'held', dueAt: AT, sendAt: AT - 5_000, draftId: 'd1' },
      null,
      /^Approved, and scheduled for 2026-12-01T07:00:00\.000Z\. Nothing has been sent yet;/,
    ],
    [
      'was changed, and leaves later',
      { state: 'held', dueAt: AT, sendAt: AT, draftId: 'd1', edited: true },
      EDITED,
      /Nothing has been sent yet[\s\S]*Word for word it says:[\s\S]*At one\?$/,
    ],
    ['was undone', { state: 'undone' }, null, /undid it: nothing was sent\. Do not send it again/],
    ['was undone, and is a draft', { state: 'undone', draftId: 'd1' }, null, /still a draft in their Gmail/],
    ['was cancelled', { state: 'cancelled', draftId: 'd1' }, null, /nothing was sent\. The text is still a draft/],
  ])('is no failure where it %s', (_, mail, read, text) => {
    const heard = result(mail, read)
    expect(heard?.failed).toBe(false)
    if (typeof text === 'string') expect(heard?.text).toBe(text)
    else expect(heard?.text).toMatch(text)
  })

  it.each<[string, Partial<OutgoingMail>, RegExp]>([
    [
      'the mailbox refused',
      { state: 'refused', why: 'This draft was already sent.' },
      /^Nothing was sent\. This draft/,
    ],
    ['the mailbox refused without a word', { state: 'refused' }, /^Nothing was sent\. The mailbox did not accept it\./],
    ['nobody knows the end of', { state: 'unconfirmed' }, /not known whether this was sent[\s\S]*Do not send it again/],
    ['had no mailbox any more', { state: 'ended_access' }, /^Nothing was sent: Gmail was disconnected/],
  ])('is a failure where it is one that %s', (_, mail, text) => {
    expect(result(mail)).toEqual({ text: expect.stringMatching(text), failed: true })
  })
})

describe('what the agent hears of a no', () => {
  it.each<[string, Parameters<typeof deniedResult>[0], boolean, RegExp]>([
    ['pressed', { by: 'press', reason: null }, false, /^The person said no: nothing was sent/],
    ['with a wish', { by: 'press', reason: 'shorter' }, false, /wants it changed first\. In their words: shorter\n/],
    ['by a new message', { by: 'new_message', reason: null }, false, /^The person did not decide this\. They wrote/],
    ['by the end of their access', { by: 'ended_access', reason: null }, true, /Gmail was disconnected first/],
  ])('%s', (_, denial, failed, text) => {
    expect(deniedResult(denial)).toEqual({ text: expect.stringMatching(text), failed })
    const mail = sendingResult({ ...MAIL, state: 'denied' }, null, denial)
    expect(mail).toEqual(deniedResult(denial))
  })
})
