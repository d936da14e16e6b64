import { describe, expect, it } from 'vitest'
import {
  loadSamples,
  Mailbox,
  MailboxError,
  type MailboxOptions,
  PostOffice,
} from '../../../../src/sandbox/mailbox/index.js'
import { WORLD } from '../../../../src/sandbox/world.js'
import { ANNA, BEN, mbox, type TestMail } from '../mbox-text.js'

const NOW = Date.parse('2027-03-10T12:00:00Z')
const clock = () => NOW

function load(mails: readonly TestMail[], options: MailboxOptions = {}): Promise<Mailbox> {
  return Mailbox.fromMbox(mbox(...mails), { address: ANNA, displayName: 'Anna Lindqvist', clock, ...options })
}

function labelsOf(mailbox: Mailbox, subject: string): string[] {
  const message = mailbox.messages().find(({ mail }) => mail.subject === subject)
  const names = new Map(mailbox.labels().map(({ id, name }) => [id, name]))
  return [...(message?.labels ?? [])].map((id) => names.get(id) ?? id).sort()
}

describe('loading mail', () => {
  it('decodes headers, bodies and attachments', async () => {
    const body = [
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Gr=FC=DFe',
      '--b',
      'Content-Type: application/pdf; name="offer.pdf"',
      'Content-Disposition: attachment; filename="offer.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('%PDF-1.7').toString('base64'),
      '--b--',
    ].join('\n')
    const mailbox = await load([
      {
        subject: '=?utf-8?B?w4VyZXRzIGZha3R1cmE=?=',
        from: '=?iso-8859-1?Q?J=FCrgen?= <jurgen@vitrine.example>',
        headers: { 'Content-Type': 'multipart/mixed; boundary=b', Cc: 'Ben <ben@northwind.example>' },
        body,
      },
    ])
    const [message] = mailbox.messages()
    expect(message?.mail).toMatchObject({
      subject: 'Årets faktura',
      from: { name: 'Jürgen', address: 'jurgen@vitrine.example' },
      cc: [{ name: 'Ben', address: BEN }],
      text: 'Grüße',
      attachments: [{ filename: 'offer.pdf', mimeType: 'application/pdf', size: 8 }],
    })
    const attachmentId = message?.mail.attachments[0]?.id ?? ''
    expect((await mailbox.attachment(message?.id ?? '', attachmentId)).content.toString()).toBe('%PDF-1.7')
    await expect(mailbox.attachment(message?.id ?? '', 'other')).rejects.toThrow(MailboxError)
  })

  it('turns HTML-only mail into text, and leaves its inline pictures out of the attachments', async () => {
    const body = [
      '--b',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>Hej</p><img src="cid:logo">',
      '--b',
      'Content-Type: image/png',
      'Content-ID: <logo>',
      'Content-Disposition: inline',
      'Content-Transfer-Encoding: base64',
      '',
      'iVBORw==',
      '--b--',
    ].join('\n')
    const mailbox = await load([{ headers: { 'Content-Type': 'multipart/related; boundary=b' }, body }])
    expect(mailbox.messages()[0]?.mail).toMatchObject({ text: 'Hej', attachments: [] })
  })

  it('gives the same ids at every loading, and different ones in different mailboxes', async () => {
    const ids = async (options?: MailboxOptions) => (await load([{}, {}], options)).messages().map(({ id }) => id)
    expect(await ids()).toEqual(await ids())
    expect((await ids())[0]).toMatch(/^[0-9a-f]{16}$/)
    expect(await ids({ address: BEN })).not.toEqual(await ids())
  })

  it('tells messages apart that say the same', async () => {
    const same = { id: '', subject: 'Ping', date: 'Mon, 1 Mar 2027 10:00:00 +0100' }
    const ids = async () => (await load([same, same, same])).messages().map(({ id }) => id)
    expect(new Set(await ids()).size).toBe(3)
    expect(await ids()).toEqual(await ids())
  })

  it('joins the copies of a message that an export has in two folders', async () => {
    const copy = { subject: 'Twice', id: '<twice@x.example>' }
    const mailbox = await load([
      { ...copy, headers: { 'X-Gmail-Labels': 'Inbox' } },
      { ...copy, headers: { 'X-Gmail-Labels': 'Starred' } },
    ])
    expect(mailbox.messages()).toHaveLength(1)
    expect(labelsOf(mailbox, 'Twice')).toEqual(['INBOX', 'STARRED'])
  })

  it('finds out whose mail it is when nobody says so', async () => {
    const file = mbox({ to: BEN }, { to: BEN, headers: { Cc: ANNA } }, { to: ANNA })
    expect((await Mailbox.fromMbox(file)).address).toBe(BEN)
  })

  it('lists a message that is beyond repair by its headers, and says that it could not be read', async () => {
    const deep = Array.from(
      { length: 300 },
      (_, level) => `Content-Type: multipart/mixed; boundary=b${level}\n\n--b${level}\n`,
    )
    const broken = `From: Carla <carla@lumen.example>\nSubject: Deep\nDate: Mon, 1 Mar 2027 09:00:00 +0000\n${deep.join('')}`
    const separator = 'From MAILER-DAEMON Mon Mar  1 10:00:00 2027\n'
    const mailbox = await Mailbox.fromMbox(Buffer.from(`${separator}${broken}\n\n${separator}Subject: fine\n\nok\n`), {
      address: ANNA,
      clock,
    })
    expect(mailbox.messages().map(({ mail }) => mail.subject)).toEqual(['fine', 'Deep'])
    const [, unreadable] = mailbox.messages()
    expect(unreadable?.mail).toMatchObject({ from: { name: 'Carla' }, text: 'This email could not be read.' })
    expect(unreadable?.date).toBe(Date.parse('2027-03-01T09:00:00Z'))
    expect(mailbox.problems).toEqual([{ position: 0, reason: expect.any(String) }])
  })
})

describe('labels', () => {
  it.each<[string, Record<string, string>, string[]]>([
    [
      'Takeout labels',
      { 'X-Gmail-Labels': 'Inbox,Unread,Important,Category Promotions,"Atlas, press",Opened' },
      ['Atlas, press', 'CATEGORY_PROMOTIONS', 'IMPORTANT', 'INBOX', 'UNREAD'],
    ],
    ['encoded Takeout labels', { 'X-Gmail-Labels': '=?UTF-8?Q?Archived,F=C3=B6rs=C3=A4kring?=' }, ['Försäkring']],
    ['a read message', { Status: 'RO' }, ['CATEGORY_PERSONAL', 'INBOX']],
    ['an unread message', { Status: 'O' }, ['CATEGORY_PERSONAL', 'INBOX', 'UNREAD']],
    ['a flagged message', { Status: 'RO', 'X-Status': 'AF' }, ['CATEGORY_PERSONAL', 'INBOX', 'STARRED']],
    ['a deleted message', { 'X-Status': 'D', Status: 'R' }, ['TRASH']],
    ['a draft', { 'X-Status': 'T', Status: 'R' }, ['DRAFT']],
    ['Thunderbird flags', { 'X-Mozilla-Status': '0005' }, ['CATEGORY_PERSONAL', 'INBOX', 'STARRED']],
    ['a newsletter', { Status: 'R', 'List-Unsubscribe': '<https://x.example>' }, ['CATEGORY_PROMOTIONS', 'INBOX']],
  ])('honours %s', async (_case, headers, labels) => {
    expect(labelsOf(await load([{ subject: 'It', headers }]), 'It')).toEqual(labels)
  })

  it('puts mail from the account and its aliases into SENT', async () => {
    const mailbox = await load(
      [
        { subject: 'own', from: `Anna <${ANNA.toUpperCase()}>`, to: BEN },
        { subject: 'alias', from: 'anna@home.example', to: BEN },
      ],
      { aliases: ['anna@home.example'] },
    )
    expect(labelsOf(mailbox, 'own')).toEqual(['SENT'])
    expect(labelsOf(mailbox, 'alias')).toEqual(['SENT'])
  })

  it('takes the last week for unread in a file without any flags, and nothing where others have them', async () => {
    const old = { subject: 'old', date: '2027-01-01' }
    const recent = { subject: 'recent', date: '2027-03-01' }
    expect((await load([old, recent])).search({ query: 'is:unread' }).map(({ mail }) => mail.subject)).toEqual([
      'recent',
    ])
    const flagged = await load([
      { ...old, headers: { Status: 'RO' } },
      { ...recent, headers: { Status: 'RO' } },
    ])
    expect(flagged.search({ query: 'is:unread' })).toEqual([])
  })

  it('adds and removes, and refuses what Gmail refuses', async () => {
    const mailbox = await load([{ headers: { 'X-Gmail-Labels': 'Inbox,Unread,Atlas' } }])
    const id = mailbox.messages()[0]?.id ?? ''
    const atlas = mailbox.labels().find(({ name }) => name === 'Atlas')?.id ?? ''
    mailbox.modifyLabels([id], ['STARRED'], ['UNREAD', atlas])
    expect([...mailbox.message(id).labels].sort()).toEqual(['INBOX', 'STARRED'])
    expect(() => mailbox.modifyLabels([id], [], [])).toThrow('No label add or removes specified')
    expect(() => mailbox.modifyLabels([id], ['Label_99'], [])).toThrow('Invalid label: Label_99')
    expect(() => mailbox.modifyLabels([id], ['SENT'], [])).toThrow('Invalid label: SENT')
    expect(() => mailbox.modifyLabels(['0000000000000000'], ['STARRED'], [])).toThrow('Requested entity was not found')
  })

  it('changes nothing when one of several messages is unknown', async () => {
    const mailbox = await load([{ headers: { 'X-Gmail-Labels': 'Inbox' } }])
    const id = mailbox.messages()[0]?.id ?? ''
    expect(() => mailbox.modifyLabels([id, 'unknown'], ['STARRED'], [])).toThrow(MailboxError)
    expect([...mailbox.message(id).labels]).toEqual(['INBOX'])
  })

  it('brings a message back from the trash to where it was', async () => {
    const mailbox = await load([{ headers: { 'X-Gmail-Labels': 'Inbox,Starred' } }])
    const id = mailbox.messages()[0]?.id ?? ''
    mailbox.trash([id])
    mailbox.trash([id])
    expect([...mailbox.message(id).labels].sort()).toEqual(['STARRED', 'TRASH'])
    expect(mailbox.search()).toEqual([])
    mailbox.untrash([id])
    expect([...mailbox.message(id).labels].sort()).toEqual(['INBOX', 'STARRED'])
    expect(mailbox.search()).toHaveLength(1)
  })
})

describe('threads', () => {
  async function threadsOf(mails: readonly TestMail[]): Promise<string[][]> {
    const mailbox = await load(mails)
    const threads = new Set(mailbox.messages().map(({ threadId }) => threadId))
    return [...threads].map((id) => mailbox.thread(id).map(({ mail }) => mail.messageId)).sort()
  }

  it('follows References and In-Reply-To, also to mail that is not there', async () => {
    const threads = await threadsOf([
      { id: '<1@x>', subject: 'Floor' },
      { id: '<2@x>', subject: 'Another subject', headers: { 'In-Reply-To': '<1@x>' } },
      { id: '<3@x>', subject: 'Re: Lamps', headers: { References: '<gone@x>' } },
      { id: '<4@x>', subject: 'Lamps, continued', headers: { References: '<gone@x> <3@x>' } },
      { id: '<5@x>', subject: 'Floor' },
    ])
    expect(threads).toEqual([['<1@x>', '<2@x>'], ['<3@x>', '<4@x>'], ['<5@x>']])
  })

  it('falls back to the subject of a reply between the same people', async () => {
    const threads = await threadsOf([
      { id: '<1@x>', subject: 'Glas für Atlas', from: 'j@vitrine.example' },
      { id: '<2@x>', subject: 'AW: Glas für Atlas', from: ANNA, to: 'j@vitrine.example' },
      { id: '<3@x>', subject: 'Re: AW: glas für  Atlas', from: 'j@vitrine.example' },
      { id: '<4@x>', subject: 'Re: Glas für Atlas', from: 'someone@else.example' },
    ])
    expect(threads).toEqual([['<1@x>', '<2@x>', '<3@x>'], ['<4@x>']])
  })

  it('keeps newsletters with the same subject apart', async () => {
    expect(await threadsOf([{ subject: 'Weekly' }, { subject: 'Weekly' }])).toHaveLength(2)
  })

  it('takes its id from the first message', async () => {
    const mailbox = await load([{ id: '<1@x>' }, { headers: { References: '<1@x>' } }])
    const [latest, first] = mailbox.messages()
    expect(latest?.threadId).toBe(first?.id)
  })
})

describe('dates', () => {
  const MINUTE = 60_000

  it('stay as they are', async () => {
    expect((await load([{ date: 'Mon, 1 Mar 2027 10:00:00 +0100' }])).messages()[0]?.date).toBe(
      Date.parse('2027-03-01T09:00:00Z'),
    )
  })

  it('move so that the newest message came a few minutes ago, in the writer’s time zone', async () => {
    const mails = [{ date: 'Mon, 1 Mar 2004 10:00:00 -0500' }, { date: 'Tue, 2 Mar 2004 10:00:00 +0100 (CET)' }]
    const [newest, oldest] = (await load(mails, { shiftToNow: true })).messages()
    expect(newest?.date).toBe(NOW - 4 * MINUTE)
    expect((newest?.date ?? 0) - (oldest?.date ?? 0)).toBe(18 * 60 * MINUTE)
    const header = newest?.mail.headers.find(({ name }) => name === 'Date')?.value
    expect(header).toBe('Wed, 10 Mar 2027 12:56:00 +0100')
    expect(newest?.mail.raw.toString()).toContain(`Date: ${header}`)
  })

  it('stay, while the mailbox’s time begins at its newest message', async () => {
    let now = NOW
    const mailbox = await load([{ date: '2004-03-01T10:00:00Z' }, { date: '2004-01-01T10:00:00Z' }], {
      newestIsNow: true,
      clock: () => now,
    })
    expect(mailbox.search({ query: 'newer_than:2d' })).toHaveLength(1)
    now += MINUTE
    expect(mailbox.now()).toBe(Date.parse('2004-03-01T10:05:00Z'))
  })
})

describe('the date of a message', () => {
  const RECEIVED = 'from a.example by b.example; Tue, 2 Mar 2027 10:00:00 +0100 (CET)'
  // The separator of these files says the 1st of March at 10.
  it.each([
    ['its Date header, whatever else there is', { date: 'Wed, 3 Mar 2027 10:00:00 CET', Received: RECEIVED }, '03T09'],
    ['its Received header, where its own cannot be read', { date: 'yesterday', Received: RECEIVED }, '02T09'],
    [
      'its Received header, where its own is years ahead',
      { date: 'Fri, 1 Jan 2038 10:00:00 +0000', Received: RECEIVED },
      '02T09',
    ],
    ['its separator, where it has neither', { date: '' }, '01T10'],
  ])('is that of %s', async (_what, { date, ...headers }, moment) => {
    expect((await load([{ date, headers }])).messages()[0]?.date).toBe(Date.parse(`2027-03-${moment}:00:00Z`))
  })

  it('is that of the mail before it, where nothing says when it came', async () => {
    const file = 'From -\nSubject: a\nDate: Mon, 1 Mar 2027 10:00:00 +0000\n\none\n\nFrom -\nSubject: b\n\ntwo\n'
    const mailbox = await Mailbox.fromMbox(Buffer.from(file), { address: ANNA, clock })
    expect(mailbox.messages().map(({ date }) => date)).toEqual(Array(2).fill(Date.parse('2027-03-01T10:00:00Z')))
  })

  it('does not move the mailbox’s time where it is years ahead', async () => {
    const file =
      'From -\nSubject: a\nDate: Mon, 1 Mar 2027 10:00:00 +0000\n\none\n\nFrom -\nSubject: b\nDate: Fri, 1 Jan 2038 10:00:00 +0000\n\ntwo\n'
    const mailbox = await Mailbox.fromMbox(Buffer.from(file), { address: ANNA, clock, newestIsNow: true })
    expect(mailbox.now()).toBe(Date.parse('2027-03-01T10:04:00Z'))
    expect(mailbox.search({ query: 'is:unread' }).map(({ mail }) => mail.subject)).toContain('a')
  })
})

describe('writing', () => {
  async function pair(): Promise<{ anna: Mailbox; ben: Mailbox }> {
    const carrier = new PostOffice()
    const anna = await load([{ id: '<1@x>', subject: 'Floor', from: `Ben <${BEN}>` }], { carrier })
    const ben = await load([{ id: '<1@x>', subject: 'Floor', from: `Ben <${BEN}>` }], {
      address: BEN,
      displayName: 'Ben Okafor',
      carrier,
    })
    carrier.add(anna)
    carrier.add(ben)
    return { anna, ben }
  }

  it('delivers what is sent to the other mailbox, in its thread, without the hidden recipients', async () => {
    const { anna, ben } = await pair()
    const thread = anna.messages()[0]?.threadId ?? ''
    const sent = await anna.send(
      { to: 'carla@lumen.example', bcc: BEN, subject: 'Re: Floor – größer', body: 'Grüße\näöü', inReplyTo: '<1@x>' },
      thread,
    )
    expect([...sent.labels]).toEqual(['SENT'])
    expect(anna.thread(thread)).toHaveLength(2)

    const received = ben.messages()[0]
    expect(received?.mail).toMatchObject({
      subject: 'Re: Floor – größer',
      text: 'Grüße\näöü',
      from: { name: 'Anna Lindqvist', address: ANNA },
      bcc: [],
    })
    expect(received?.mail.raw.toString()).not.toContain(BEN)
    expect([...(received?.labels ?? [])]).toContain('UNREAD')
    expect(ben.thread(received?.threadId ?? '')).toHaveLength(2)
  })

  it('keeps mail to oneself in one message, sent and received', async () => {
    const { anna } = await pair()
    const before = anna.messages().length
    const sent = await anna.send({ to: ANNA, subject: 'Note', body: 'to self' })
    expect([...sent.labels].sort()).toEqual(['INBOX', 'SENT', 'UNREAD'])
    expect(anna.messages()).toHaveLength(before + 1)
  })

  it('encodes long headers so that they come back whole', async () => {
    const { anna } = await pair()
    const subject = 'Föräldramöte och utställningsöppning 🎉 '.repeat(5).trim()
    const sent = await anna.send({ to: '"Åsa, från Växjö" <asa@x.example>', subject, body: '' })
    expect(sent.mail.subject).toBe(subject)
    expect(sent.mail.to).toEqual([{ name: 'Åsa, från Växjö', address: 'asa@x.example' }])
  })

  it('drafts, changes and sends a draft as it stands', async () => {
    const { anna, ben } = await pair()
    const draft = await anna.createDraft({ to: BEN, subject: 'First', body: 'one' })
    expect(draft.id).toMatch(/^r-\d+$/)
    const updated = await anna.updateDraft(draft.id, {
      to: BEN,
      cc: ANNA,
      subject: 'Second',
      body: '<b>two</b>',
      contentType: 'text/html',
    })
    expect(updated.id).toBe(draft.id)
    expect(anna.drafts().map(({ message }) => message.mail.subject)).toEqual(['Second'])
    expect(anna.search({ query: 'First' })).toEqual([])

    const sent = await anna.sendDraft(draft.id)
    expect([...sent.labels].sort()).toEqual(['INBOX', 'SENT', 'UNREAD'])
    expect(anna.drafts()).toEqual([])
    expect(() => anna.draft(draft.id)).toThrow(MailboxError)
    expect(ben.messages()[0]?.mail).toMatchObject({ subject: 'Second', text: 'two', mimeType: 'text/html' })
  })

  it('sends the drafts that an mbox brought, dated now', async () => {
    const mailbox = await load([{ from: ANNA, to: BEN, subject: 'Old draft', headers: { 'X-Gmail-Labels': 'Drafts' } }])
    const draft = mailbox.drafts()[0]
    const sent = await mailbox.sendDraft(draft?.id ?? '')
    expect(sent.date).toBe(NOW)
    expect(sent.mail.sentAt).toBe(NOW)
    expect([...sent.labels]).toEqual(['SENT'])
  })

  it.each([
    ['no address', { to: 'nobody' }, 'Invalid To header'],
    ['half a list', { to: `${BEN}, nobody` }, 'Invalid To header'],
    ['a broken copy', { to: BEN, cc: 'x@' }, 'Invalid Cc header'],
    ['nobody', { to: ' ' }, 'Recipient address required'],
    ['a smuggled header', { to: BEN, subject: 'Hi\r\nBcc: x@y.example' }, 'line breaks'],
    ['a smuggled recipient', { to: `${BEN}\nBcc: x@y.example` }, 'line breaks'],
    ['a reference that is none', { to: BEN, inReplyTo: 'x\r\nBcc: y@z.example' }, 'Invalid In-Reply-To'],
  ])('refuses to write to %s', async (_case, letter, message) => {
    const { anna, ben } = await pair()
    const before = anna.messages().length
    await expect(anna.send({ subject: 'S', body: 'B', ...letter })).rejects.toThrow(message)
    expect(anna.messages()).toHaveLength(before)
    expect(ben.messages()).toHaveLength(1)
  })

  it('refuses an unknown thread or draft', async () => {
    const { anna } = await pair()
    const letter = { to: BEN, subject: 'S', body: 'B' }
    await expect(anna.send(letter, 'ffffffffffffffff')).rejects.toThrow('there is no thread')
    await expect(anna.createDraft(letter, 'ffffffffffffffff')).rejects.toThrow('there is no thread')
    await expect(anna.sendDraft('r-1')).rejects.toThrow('there is no draft')
  })
})

describe('the samples', () => {
  it('are whole, belong to their accounts and came in the last minutes', async () => {
    const mailboxes = await loadSamples(WORLD.mailAccounts, { clock })
    expect([...mailboxes.keys()]).toEqual([ANNA, BEN])
    for (const [address, mailbox] of mailboxes) {
      expect(mailbox.problems).toEqual([])
      expect(mailbox.address).toBe(address)
      expect(mailbox.search({ query: 'in:inbox is:unread' }).length).toBeGreaterThan(3)
      expect(mailbox.search({ query: 'in:sent from:me' }).length).toBeGreaterThan(0)
      expect(mailbox.messages()[0]?.date).toBeLessThan(NOW)
    }
    const newest = [...mailboxes.values()].map((mailbox) => mailbox.messages()[0]?.date ?? 0)
    expect(Math.max(...newest)).toBe(NOW - 4 * 60_000)
  })

  it('reach each other', async () => {
    const mailboxes = await loadSamples(WORLD.mailAccounts, { clock })
    await mailboxes.get(ANNA)?.send({ to: BEN, subject: 'Between the samples', body: 'Hi' })
    expect(mailboxes.get(BEN)?.messages()[0]?.mail.subject).toBe('Between the samples')
  })

  it('are empty for an account without a file', async () => {
    const mailboxes = await loadSamples([{ address: 'nobody@northwind.example', displayName: 'Nobody' }])
    expect(mailboxes.get('nobody@northwind.example')?.messages()).toEqual([])
  })
})
