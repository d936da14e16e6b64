import { describe, expect, it } from 'vitest'
import { readMail } from '../../src/gmail/mail-reading.js'
import { answeredMessage, draftPlace, replySubject, replyTargets } from '../../src/gmail/mail-threads.js'
import { mailWarnings, outsiders } from '../../src/gmail/mail-warnings.js'
import type { MailContent } from '../../src/turns/outgoing-mail.js'

const OWNER = 'anna@mail.northwind.example'
const MAIL: MailContent = {
  from: null,
  to: [{ name: 'Ben', address: 'ben@x.example' }],
  cc: [],
  bcc: [],
  subject: 'Hello',
  body: { format: 'text', source: 'Hi' },
  attachments: [],
  otherFields: [],
  threadId: null,
  inReplyTo: null,
}
const NOTHING = { owner: OWNER, strangers: [], repliesTo: [] }
const to = (name: string, address: string): Partial<MailContent> => ({ to: [{ name, address }] })

describe('what is said about a mail', () => {
  it.each<[Partial<MailContent>, string[]]>([
    [{}, []],
    [{ subject: 'Grüße 👨‍👩‍👧 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️' }, []],
    [{ subject: 'Việt Nam, Привет, שלום' }, []],
    [{ subject: 'In\u200Bvoice' }, ['The subject contains invisible characters: [U+200B].']],
    [{ subject: 'a\u2800b' }, ['The subject contains invisible characters: [U+2800].']],
    [{ subject: 'a\u202Eb' }, ['The subject contains invisible characters: [U+202E].']],
    [{ subject: 'a\u0335\u0336b' }, ['The subject contains marks that cover letters: [U+0335] [U+0336].']],
    [{ subject: 'p\u0430ypal' }, ['The subject mixes Latin and Cyrillic letters in one word: p\u0430[U+0430]ypal.']],
    [
      to('B\u0435n', 'ben@x.example'),
      ['The name of ben@x.example mixes Latin and Cyrillic letters in one word: B\u0435[U+0435]n.'],
    ],
    [to('boss@x.example', 'eve@evil.example'), ['The name says boss@x.example, but it goes to eve@evil.example.']],
    [to('ben@x.example', 'Ben@x.example'), []],
    [to('', 'be\u200Bn@x.example'), ['be[U+200B]n@x.example contains invisible characters.']],
    [to('', 'ben\u2800@x.example'), ['ben[U+2800]@x.example contains invisible characters.']],
    [to('', 'b\u0435n@x.example'), ['b\u0435n@x.example mixes Latin and Cyrillic letters, which look alike.']],
    [{ subject: 'x\u0302 = 3, tab\there' }, []],
    [{ subject: 'Vie\u0323\u0302t Nam' }, []],
    [{ subject: 'a\u0007b' }, ['The subject contains invisible characters: [U+0007].']],
    [{ subject: 'a\u2028b\u2029c' }, ['The subject contains invisible characters: [U+2028] [U+2029].']],
    [{ subject: 'a\u3164b' }, ['The subject contains invisible characters: [U+3164].']],
    [{ subject: 'a\uFFF9b' }, ['The subject contains invisible characters: [U+FFF9].']],
    [{ subject: '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645' }, []],
    [{ subject: 'pay\u200Cpal' }, ['The subject contains invisible characters: [U+200C].']],
    [{ subject: 'a\u20D0\u20D1b' }, ['The subject contains marks that cover letters: [U+20D0] [U+20D1].']],
    [{ subject: 'p\u0561ypal' }, ['The subject mixes Latin and Armenian letters in one word: p\u0561[U+0561]ypal.']],
    [{ subject: 'p\u13AAypal' }, ['The subject mixes Latin and Cherokee letters in one word: p\u13AA[U+13AA]ypal.']],
    [to('', 'jose\u0301@x.example'), []],
    [to('', 'be\u0335n@x.example'), ['be[U+0335]n@x.example contains marks that change how it looks.']],
  ])('%j: %j', (change, expected) => {
    expect(mailWarnings({ ...MAIL, ...change }, null, NOTHING)).toEqual(expected)
  })

  it('names strangers, other addresses for replies, and HTML', () => {
    const known = { owner: OWNER, strangers: ['ben@x.example'], repliesTo: ['desk@x.example'] }
    expect(mailWarnings(MAIL, { hidden: true, conditional: true }, known)).toEqual([
      'Replies go to a different address: desk@x.example.',
      'You have never written to ben@x.example.',
      'This email is formatted (HTML).',
      'Some of its text is hidden from readers.',
      'Some of it only shows in Outlook.',
    ])
  })

  it.each(['to', 'cc', 'bcc'] as const)('looks at every recipient: %s', (field) => {
    const people = [{ name: 'boss@x.example', address: 'b\u0435n@evil.example' }]
    const content = { ...MAIL, [field]: people }
    expect(mailWarnings(content, null, NOTHING)).toEqual([
      'b\u0435n@evil.example mixes Latin and Cyrillic letters, which look alike.',
      'The name says boss@x.example, but it goes to b\u0435n@evil.example.',
    ])
    expect(outsiders(content, OWNER)).toContain('b\u0435n@evil.example')
  })

  it('says the same of nobody twice', () => {
    const [ben] = [...MAIL.to]
    const twice = { name: '', address: 'b\u0435n@x.example' }
    expect(mailWarnings({ ...MAIL, to: [twice], cc: [twice] }, null, NOTHING)).toHaveLength(1)
    expect(outsiders({ ...MAIL, cc: [...MAIL.to], bcc: [{ name: 'Nobody', address: '' }] }, OWNER)).toEqual([
      ben?.address,
    ])
  })

  it('tells so much of a subject at most', () => {
    const [invisible] = mailWarnings({ ...MAIL, subject: '\u200B\u200C\u200D\u200E\u200F\u202A\u202B' }, null, NOTHING)
    expect(invisible?.match(/\[U\+/g)).toHaveLength(5)
    const [marks] = mailWarnings({ ...MAIL, subject: 'a\u0332\u0333\u0334\u0335\u0336\u0337\u0338' }, null, NOTHING)
    expect(marks?.match(/\[U\+/g)).toHaveLength(5)
    const mixed = mailWarnings({ ...MAIL, subject: 'p\u0430a p\u0430b p\u0430c p\u0430d' }, null, NOTHING)
    expect(mixed).toHaveLength(3)
    const [long] = mailWarnings({ ...MAIL, subject: `p${'\u0430'.repeat(500)}` }, null, NOTHING)
    expect(long?.length).toBeLessThan(160)
  })

  it.each([
    [OWNER, 'ben@northwind.example', false],
    [OWNER, 'ben@other.northwind.example', false],
    [OWNER, 'ben@notnorthwind.example', true],
    ['a@x.co.uk', 'b@y.co.uk', true],
    [null, 'b@y.co.uk', false],
  ])('%s to %s is outside: %s', (owner, address, expected) => {
    expect(outsiders({ ...MAIL, ...to('', address) }, owner).length > 0).toBe(expected)
  })
})

async function message(id: string, headers: Record<string, string>, labels: string[] = [], internalDate?: string) {
  const list = Object.entries(headers).map(([name, value]) => ({ name, value }))
  const read = await readMail({ id, threadId: 't', labelIds: labels, internalDate, payload: { headers: list } }, OWNER)
  if (read === null) throw new Error('no mail')
  return read
}

describe('a reply', () => {
  it.each<[string, Record<string, string>, string[], string[], string[]]>([
    ['the sender', { From: 'Ben <ben@x.example>' }, [], ['ben@x.example'], []],
    [
      'Reply-To',
      { From: 'ben@x.example', 'Reply-To': 'd@y.example, e@y.example' },
      [],
      ['d@y.example', 'e@y.example'],
      ['d@y.example', 'e@y.example'],
    ],
    ['Reply-To, the same', { From: 'ben@x.example', 'Reply-To': 'Ben <BEN@x.example>' }, [], ['BEN@x.example'], []],
    [
      'those the owner wrote to',
      { From: `Anna <${OWNER}>`, To: 'a@x.example, b@x.example' },
      [],
      ['a@x.example', 'b@x.example'],
      [],
    ],
    [
      'those the owner wrote to by another name',
      { From: 'me@z.example', To: 'a@x.example' },
      ['SENT'],
      ['a@x.example'],
      [],
    ],
    [
      'each of those the owner wrote to once',
      { From: `Anna <${OWNER}>`, To: 'a@x.example, Ann <a@x.example>' },
      [],
      ['a@x.example'],
      [],
    ],
    [
      'each of Reply-To once',
      { From: 'ben@x.example', 'Reply-To': 'ben@x.example, Ben <ben@x.example>' },
      [],
      ['ben@x.example'],
      [],
    ],
    ['the owner, who wrote to hidden recipients alone', { From: `Anna <${OWNER}>` }, ['SENT'], [OWNER], []],
    ['nobody', { To: OWNER }, [], [], []],
  ])('goes to %s', async (_, headers, labels, addresses, elsewhere) => {
    const targets = replyTargets(await message('m', headers, labels), OWNER)
    expect([targets.to.map(({ address }) => address), targets.elsewhere]).toEqual([addresses, elsewhere])
  })

  it.each([
    ['Hello', 'Re: Hello'],
    ['Re: Hello', 'Re: Hello'],
    ['RE : Hello', 'RE : Hello'],
    ['Regarding', 'Re: Regarding'],
    ['Score: 3', 'Re: Score: 3'],
    ['', 'Re:'],
  ])('to %j says %j', (subject, expected) => {
    expect(replySubject(subject)).toBe(expected)
  })

  it('answers the newest message that was written, or the one that is named', async () => {
    const messages = await Promise.all([
      message('m1', { 'Message-ID': '<one@x>' }, [], '100'),
      message('m3', {}, [], '300'),
      message('m2', {}, [], '200'),
      message('m4', {}, ['DRAFT'], '400'),
      message('m5', {}, ['TRASH'], '500'),
    ])
    const answered = (named: string | null) => answeredMessage(messages, named).id
    expect([null, 'm1', '<one@x>', 'one@x'].map(answered)).toEqual(['m3', 'm1', 'm1', 'm1'])
    for (const named of ['m4', 'm9', '<two@x>']) expect(() => answered(named)).toThrow(/not in this thread/)
    expect(() => answeredMessage([], null)).toThrow(/no message/)
  })

  it('answers the last of messages with the same date, and one in the trash where nothing else is left', async () => {
    const same = await Promise.all([message('m1', {}, [], '100'), message('m2', {}, [], '100')])
    expect(answeredMessage(same, null).id).toBe('m2')
    expect(answeredMessage([await message('m3', {}, ['TRASH'])], null).id).toBe('m3')
  })

  it('in a draft begins a thread of its own where only drafts are beside it, or the mailbox tells no labels', async () => {
    const draft = await message('d', {})
    expect(draftPlace(draft, [await message('e', {}, ['DRAFT']), draft])).toEqual({ threadId: null, inReplyTo: null })
  })

  it('a draft belongs to a thread that others are in', async () => {
    const draft = await message('d', { 'In-Reply-To': '<one@x>' }, ['DRAFT'])
    const alone = await message('d', {}, ['DRAFT'])
    const one = await message('m1', { 'Message-ID': '<one@x>' })
    const two = await message('m2', { 'Message-ID': '<two@x>' })
    expect(draftPlace(draft, [one, two, draft])).toEqual({ threadId: 't', inReplyTo: 'm1' })
    expect(draftPlace(draft, [two, draft])).toEqual({ threadId: 't', inReplyTo: '<one@x>' })
    expect(draftPlace(draft, [])).toEqual({ threadId: 't', inReplyTo: '<one@x>' })
    expect(draftPlace(alone, [one, alone])).toEqual({ threadId: 't', inReplyTo: null })
    expect(draftPlace(alone, [alone])).toEqual({ threadId: null, inReplyTo: null })
  })
})
