import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GmailMailer } from '../../src/gmail/mailer.js'
import { loadSamples, type Mailbox } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ScalekitTools } from '../../src/scalekit/tool-execution.js'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import { type SendRequest, UnsendableMail } from '../../src/turns/outgoing-mail.js'
import { NotConnected, Unavailable } from '../../src/turns/ports.js'
import { SilentLog } from '../turns/silent-log.js'

const PERSON: IdentifiedPerson = { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
const ANNA = 'anna@northwind.example'
const REST = 'POST /api/v1/execute_tool'

const NEW: SendRequest = {
  type: 'new',
  to: ['Rosa "R" Vandermeer <rosa@vandermeer.example>', 'ben@northwind.example'],
  cc: ['priya@northwind.example'],
  bcc: ['helen.marsh@meridian-museum.example'],
  subject: 'Überraschung: zwei Wörter, und ein sehr langer Betreff, der gefaltet werden muss, damit er ankommt',
  body: 'Grüße,  \r\n\r\nfünf € = 5 \r\n-- \r\nAnna\r\n\r\n',
  format: 'text',
  threadId: null,
}

/** Long before everything here. */
const SINCE = 0

describe('the mailbox, over the wire', () => {
  let sandbox: ScalekitSandbox
  let mailbox: Mailbox
  let mailer: GmailMailer
  let log: SilentLog

  beforeEach(async () => {
    sandbox = await startScalekit({ world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) })
    sandbox.connect(PERSON.identifier, ANNA)
    const found = sandbox.mailboxes.get(ANNA)
    if (found === undefined) throw new Error('no mailbox')
    mailbox = found
    log = new SilentLog()
    const tools = new ScalekitTools(new Scalekit(sandbox), 'gmail')
    mailer = new GmailMailer({ tools, address: { address: async () => ANNA }, log, now: Date.now })
  })
  afterEach(() => sandbox.close())

  const written = () => sandbox.requests(REST).map(({ tool }) => tool)
  const searches = () => sandbox.requests('grpc ExecuteTool').filter(({ tool }) => tool === 'gmail_fetch_mails').length
  const sentNow = (subject: string) => mailbox.search({ query: `in:sent subject:"${subject}"` })

  it('keeps a mail as a draft that is the same mail, finds it, sends it once, and puts the draft away', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    const saved = await mailer.saveDraft(PERSON, mail)
    expect(saved.hash).toBe(mail.hash)
    expect(saved.draft?.id).toEqual(expect.any(String))
    expect(saved.content.threadId).toBeNull()
    expect((await mailer.findDraft(PERSON, mail.hash, SINCE))?.draft).toEqual(saved.draft)
    const since = Date.now()
    expect(await mailer.findSent(PERSON, mail.sentHashes, since)).toEqual([])
    const outcome = await mailer.send(PERSON, saved)
    expect(outcome).toMatchObject({ outcome: 'sent', messageId: expect.any(String) })
    expect(written()).toEqual(['gmail_create_draft', 'gmail_send_message'])
    expect(await mailer.discardDraft(PERSON, { id: saved.draft?.id ?? '', hash: mail.hash })).toBe('trashed')
    expect(await mailer.findDraft(PERSON, mail.hash, SINCE)).toBeNull()
    expect(await mailer.findSent(PERSON, mail.sentHashes, since)).toEqual([
      outcome.outcome === 'sent' && outcome.messageId,
    ])
    expect(await mailer.findSent(PERSON, mail.sentHashes, since + 3_600_000)).toEqual([])
    const other = await mailer.resolve(PERSON, { ...NEW, body: 'Other' })
    expect(await mailer.findSent(PERSON, other.sentHashes, since)).toEqual([])
  })

  it('finds what left although the answer was lost', async () => {
    const mail = await mailer.resolve(PERSON, { ...NEW, format: 'html', body: '<p>Hello <b>you</b></p>' })
    sandbox.fault(REST, { type: 'drop-answer' }, 1, 'gmail_send_message')
    const since = Date.now()
    expect(await mailer.send(PERSON, mail)).toEqual({ outcome: 'lost' })
    expect(await mailer.findSent(PERSON, mail.sentHashes, since)).toEqual([expect.any(String)])
    expect(written()).toEqual(['gmail_send_message'])
  })

  it('finds the draft that was made although the answer was lost', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    sandbox.fault(REST, { type: 'drop-answer' }, 1, 'gmail_create_draft')
    await expect(mailer.saveDraft(PERSON, mail)).rejects.toBeInstanceOf(Unavailable)
    const found = await mailer.findDraft(PERSON, mail.hash, SINCE)
    expect(found?.hash).toBe(mail.hash)
    if (found?.draft == null) throw new Error('no draft')
    const { id } = found.draft
    expect(await mailer.discardDraft(PERSON, { id, hash: mail.hash })).toBe('trashed')
    expect(await mailer.discardDraft(PERSON, { id, hash: mail.hash })).toBe('gone')
    expect(await mailer.findDraft(PERSON, mail.hash, SINCE)).toBeNull()
  })

  it('answers whom the message names, in its thread, and the draft of it is the same mail', async () => {
    const [message] = mailbox.search({ query: 'from:helen.marsh subject:"Opening evening"' })
    if (message === undefined) throw new Error('no such mail')
    const request: SendRequest = {
      type: 'reply',
      threadId: message.threadId,
      to: null,
      cc: [],
      bcc: [],
      subject: null,
      body: 'Six of us.',
      format: 'text',
      inReplyTo: null,
    }
    const mail = await mailer.resolve(PERSON, request)
    expect(mail.content.to).toEqual([{ name: 'Helen Marsh', address: 'helen.marsh@meridian-museum.example' }])
    expect(mail.content.subject).toBe('Re: Opening evening: how many of yours?')
    const pinned = await mailer.resolve(PERSON, { ...request, inReplyTo: mail.content.inReplyTo })
    expect(pinned.hash).toBe(mail.hash)
    const saved = await mailer.saveDraft(PERSON, mail)
    expect(saved.hash).toBe(mail.hash)
    const read = await mailer.resolve(PERSON, { type: 'draft', draftId: saved.draft?.id ?? '' })
    expect(read.hash).toBe(mail.hash)
    const since = Date.now()
    const outcome = await mailer.send(PERSON, read)
    expect(written()).toContain('gmail_reply_to_thread')
    expect(outcome).toMatchObject({ outcome: 'sent' })
    const [reply] = sentNow('Re: Opening evening')
    expect(reply?.threadId).toBe(message.threadId)
    expect(await mailer.findSent(PERSON, mail.sentHashes, since)).toEqual([reply?.id])
  })

  it.each<[string, SendRequest]>([
    ['a draft', { type: 'draft', draftId: 'r-none' }],
    [
      'a thread',
      {
        type: 'reply',
        threadId: 'none',
        to: null,
        cc: [],
        bcc: [],
        subject: null,
        body: '',
        format: 'text',
        inReplyTo: null,
      },
    ],
    ['an address', { ...NEW, cc: ['Rosa'] }],
  ])('says when there is no such thing: %s', async (_, request) => {
    await expect(mailer.resolve(PERSON, request)).rejects.toBeInstanceOf(UnsendableMail)
  })

  const LETTER = { to: 'rosa@vandermeer.example', subject: 'Plan', body: 'See the plan.' }
  const FILE = { filename: 'plan.pdf', mimeType: 'application/pdf', content: Buffer.from('%PDF-1.7') }

  it('a draft with attachments leaves as itself, and only as it was shown', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, attachments: [FILE] })
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    expect(mail).toMatchObject({ leavesAsDraft: true, draft: { id: draft.id } })
    expect(mail.content.attachments).toEqual([{ name: 'plan.pdf', type: 'application/pdf', size: 8 }])
    await mailbox.updateDraft(draft.id, { ...LETTER, body: 'See the plan!', attachments: [FILE] })
    expect(await mailer.send(PERSON, mail)).toEqual({ outcome: 'changed' })
    expect(written()).toEqual([])
    const now = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    const since = Date.now()
    expect(await mailer.send(PERSON, now)).toMatchObject({ outcome: 'sent' })
    expect(written()).toEqual(['gmail_send_draft'])
    expect(await mailer.findSent(PERSON, now.sentHashes, since)).toEqual([sentNow('Plan')[0]?.id])
    expect(await mailer.send(PERSON, now)).toEqual({ outcome: 'changed' })
  })

  it('a draft whose attachment was exchanged for one of the same name, type and size does not leave', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, attachments: [FILE] })
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    await mailbox.updateDraft(draft.id, { ...LETTER, attachments: [{ ...FILE, content: Buffer.from('%PDF-6.6') }] })
    expect(await mailer.send(PERSON, mail)).toEqual({ outcome: 'changed' })
    expect((await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).hash).not.toBe(mail.hash)
    expect(written()).toEqual([])
  })

  it('a draft to an address in code is not sent', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, to: '=?utf-8?q?eve=40evil.example?=@vandermeer.example' })
    await expect(mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).rejects.toBeInstanceOf(UnsendableMail)
  })

  it('a mail to an address in code is not sent: readers of it may take another one', async () => {
    const to = ['=?utf-8?q?eve=40evil.example?=@vandermeer.example']
    await expect(mailer.resolve(PERSON, { ...NEW, to })).rejects.toBeInstanceOf(UnsendableMail)
  })

  it('a draft whose answers go elsewhere leaves as itself, and says so', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, replyTo: 'eve@evil.example' })
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    expect(mail.content.otherFields).toEqual([['Reply-To', 'eve@evil.example']])
    expect(mail.leavesAsDraft).toBe(true)
  })

  it('a draft without attachments leaves by its content, whatever the draft has become', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, body: '<p>See</p>', contentType: 'text/html' })
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    expect(mail).toMatchObject({ leavesAsDraft: false, readable: 'See', content: { body: { format: 'html' } } })
    await mailbox.updateDraft(draft.id, { ...LETTER, body: 'Something else' })
    expect((await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).hash).not.toBe(mail.hash)
    expect(await mailer.send(PERSON, mail)).toMatchObject({ outcome: 'sent' })
    expect(written()[0]).toBe('gmail_send_message')
    expect(sentNow('Plan').map(({ mail: { text } }) => text.trim())).toEqual(['See'])
  })

  it('a draft that was thrown away, or says nobody, is not sent', async () => {
    const draft = await mailbox.createDraft(LETTER)
    mailbox.trash([draft.message.id])
    await expect(mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).rejects.toThrow(/no such draft/)
  })

  it('shows a subject as its readers will see it', async () => {
    const mail = await mailer.resolve(PERSON, { ...NEW, subject: '=?utf-8?q?Pay_now?=' })
    expect(mail.content.subject).toBe('Pay now')
  })

  it('asks about no recipient where a mail is only compared, and it is the same mail', async () => {
    const request = { ...NEW, to: ['stranger@elsewhere.example'], bcc: [] }
    const shown = await mailer.resolve(PERSON, request)
    const asked = searches()
    expect(asked).toBeGreaterThan(0)
    const compared = await mailer.resolve(PERSON, request, 'comparison')
    const { draft } = await mailer.saveDraft(PERSON, compared)
    const kept = await mailer.resolve(PERSON, { type: 'draft', draftId: draft?.id ?? '' }, 'comparison')
    const found = await mailer.findDraft(PERSON, shown.hash, SINCE)
    expect([compared.hash, kept.hash, found?.hash]).toEqual([shown.hash, shown.hash, shown.hash])
    expect(searches()).toBe(asked)
  })

  it('says who was never written to, and that of nobody in the own house', async () => {
    const { warnings } = await mailer.resolve(PERSON, { ...NEW, to: ['stranger@elsewhere.example', ANNA], bcc: [] })
    expect(warnings).toEqual(['You have never written to stranger@elsewhere.example.'])
  })

  it('claims nothing about recipients where the mailbox does not answer', async () => {
    sandbox.fault('grpc ExecuteTool', { type: 'fail', status: 404 }, 10, 'gmail_fetch_mails')
    const { warnings } = await mailer.resolve(PERSON, { ...NEW, to: ['stranger@elsewhere.example'], bcc: [] })
    expect(warnings).toEqual([])
  })

  it('a mail with what its owner made of it', async () => {
    const mail = await mailer.resolve(PERSON, { ...NEW, format: 'html', body: '<p>x</p>' })
    const fields = {
      to: 'Rosa <rosa@vandermeer.example>; ben@northwind.example',
      cc: '',
      bcc: '',
      subject: ' A\n b ',
      text: 'New',
    }
    const result = await mailer.edit(PERSON, mail, fields)
    if (!('mail' in result)) throw new Error('not edited')
    expect(result.mail).toMatchObject({ readable: 'New', draft: null, leavesAsDraft: false })
    expect(result.mail.content).toMatchObject({
      subject: 'A b',
      body: { format: 'text', source: 'New' },
      cc: [],
      bcc: [],
    })
    expect(result.mail.content.to.map(({ address }) => address)).toEqual([
      'rosa@vandermeer.example',
      'ben@northwind.example',
    ])
    expect((await mailer.saveDraft(PERSON, result.mail)).hash).toBe(result.mail.hash)
    expect(await mailer.edit(PERSON, mail, { ...fields, to: ' ', cc: 'nobody' })).toEqual({
      problems: { to: 'Add at least one email address.', cc: 'Check this address: nobody' },
    })
  })

  it('a mail or draft without a recipient is not sent', async () => {
    await expect(mailer.resolve(PERSON, { ...NEW, to: [] })).rejects.toThrow(/no recipient/)
    const draft = await mailbox.createDraft({ ...LETTER, to: '' })
    await expect(mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).rejects.toThrow(/no recipient/)
  })

  it.each(['to', 'cc', 'bcc'])(
    'a draft with an address in code among its recipients is not sent: %s',
    async (field) => {
      const draft = await mailbox.createDraft({
        ...LETTER,
        [field]: '=?utf-8?q?eve=40evil.example?=@vandermeer.example',
      })
      await expect(mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })).rejects.toBeInstanceOf(UnsendableMail)
    },
  )

  it('a mail with parts that only its draft can hold is neither edited nor saved without them', async () => {
    const draft = await mailbox.createDraft({ ...LETTER, attachments: [FILE] })
    const mail = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    const fields = { to: 'rosa@vandermeer.example', cc: '', bcc: '', subject: 'Plan', text: 'New' }
    await expect(mailer.edit(PERSON, mail, fields)).rejects.toBeInstanceOf(UnsendableMail)
    await expect(mailer.saveDraft(PERSON, mail)).rejects.toBeInstanceOf(UnsendableMail)
    await expect(mailer.send(PERSON, { ...mail, draft: null })).rejects.toBeInstanceOf(UnsendableMail)
    expect(written()).toEqual([])
  })

  it.each(['to', 'cc', 'bcc'])('an edited mail names the address that cannot be used: %s', async (field) => {
    const mail = await mailer.resolve(PERSON, NEW)
    const fields = { to: 'rosa@vandermeer.example', cc: '', bcc: '', subject: 'Plan', text: 'New' }
    expect(await mailer.edit(PERSON, mail, { ...fields, [field]: 'nobody' })).toEqual({
      problems: { [field]: 'Check this address: nobody' },
    })
  })

  it('an edited mail shows its subject as its readers will see it', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    const fields = { to: 'rosa@vandermeer.example', cc: '', bcc: '', subject: '=?utf-8?q?Pay_now?=', text: 'New' }
    expect(await mailer.edit(PERSON, mail, fields)).toMatchObject({ mail: { content: { subject: 'Pay now' } } })
  })

  it('a draft that Gmail does not keep is said; one that it keeps is shown with the same warnings', async () => {
    const mail = await mailer.resolve(PERSON, { ...NEW, to: ['stranger@elsewhere.example'] })
    expect(mail.warnings).not.toEqual([])
    sandbox.fault(REST, { type: 'fail', status: 400 }, 1, 'gmail_create_draft')
    await expect(mailer.saveDraft(PERSON, mail)).rejects.toBeInstanceOf(UnsendableMail)
    expect((await mailer.saveDraft(PERSON, mail)).warnings).toEqual(mail.warnings)
  })

  it('a draft is found among others, and no other is taken for it', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    expect(await mailer.findDraft(PERSON, mail.hash, SINCE)).toBeNull()
    const saved = await mailer.saveDraft(PERSON, mail)
    for (const subject of ['One', 'Two', 'Three']) await mailbox.createDraft({ ...LETTER, subject })
    expect((await mailer.findDraft(PERSON, mail.hash, SINCE))?.draft).toEqual(saved.draft)
  })

  it('an answer that names no message does not say that the mail left', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    const tools = new ScalekitTools(new Scalekit(sandbox), 'gmail')
    const mute = new GmailMailer({
      tools: { read: tools.read.bind(tools), write: async () => ({ outcome: 'done', data: {} }) },
      address: { address: async () => ANNA },
      log,
      now: Date.now,
    })
    expect(await mute.send(PERSON, mail)).toEqual({ outcome: 'lost' })
  })

  it('a sent mail is looked for from a minute before on, since clocks differ', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    expect(mail.sentHashes).toHaveLength(2)
    const since = Date.now()
    await mailer.send(PERSON, mail)
    expect(await mailer.findSent(PERSON, mail.sentHashes, since + 50_000)).toHaveLength(1)
    expect(await mailer.findSent(PERSON, mail.sentHashes, since + 600_000)).toEqual([])
  })

  it('a draft is put away as it was compared, one that was changed stays, and a lost answer is said', async () => {
    const draft = await mailbox.createDraft(LETTER)
    const { hash } = await mailer.resolve(PERSON, { type: 'draft', draftId: draft.id })
    await mailbox.updateDraft(draft.id, { ...LETTER, body: 'Something else' })
    expect(await mailer.discardDraft(PERSON, { id: draft.id, hash })).toBe('changed')
    expect(written()).toEqual([])
    await mailbox.updateDraft(draft.id, LETTER)
    sandbox.fault(REST, { type: 'fail', status: 400 }, 1, 'gmail_trash_message')
    await expect(mailer.discardDraft(PERSON, { id: draft.id, hash })).rejects.toBeInstanceOf(Unavailable)
    sandbox.fault(REST, { type: 'drop-answer' }, 1, 'gmail_trash_message')
    await expect(mailer.discardDraft(PERSON, { id: draft.id, hash })).rejects.toBeInstanceOf(Unavailable)
    expect(await mailer.discardDraft(PERSON, { id: draft.id, hash })).toBe('gone')
  })

  it('a draft that was there before is not taken for one that was made here', async () => {
    const mail = await mailer.resolve(PERSON, NEW)
    await mailer.saveDraft(PERSON, mail)
    expect(await mailer.findDraft(PERSON, mail.hash, Date.now())).not.toBeNull()
    expect(await mailer.findDraft(PERSON, mail.hash, Date.now() + 600_000)).toBeNull()
  })

  it('claims nothing about an address that cannot be searched for, and asks about so many at most', async () => {
    const odd = await mailer.resolve(PERSON, { ...NEW, to: ["o'neil@elsewhere.example"], bcc: [] })
    expect(odd.warnings).toEqual([])
    const to = Array.from({ length: 12 }, (_, index) => `stranger${index}@elsewhere.example`)
    expect((await mailer.resolve(PERSON, { ...NEW, to, bcc: [] })).warnings).toHaveLength(10)
  })

  it('is not asked about recipients where it is not connected any more', async () => {
    sandbox.expire(PERSON.identifier)
    const request = { ...NEW, to: ['stranger@elsewhere.example'] }
    await expect(mailer.resolve(PERSON, request)).rejects.toBeInstanceOf(NotConnected)
  })
})
