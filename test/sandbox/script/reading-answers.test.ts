import { deflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { attachmentBytes, attachmentMarkdown } from '../../../src/sandbox/agents/script/attachment-text.js'
import { readContext } from '../../../src/sandbox/agents/script/context-block.js'
import { amountIn, asks, languageOf, ownWords } from '../../../src/sandbox/agents/script/digest.js'
import { fenced, plain, quoted, when } from '../../../src/sandbox/agents/script/markdown.js'
import { mailsIn } from '../../../src/sandbox/agents/script/seen-mail.js'
import { lookAlike, ordersToAgents } from '../../../src/sandbox/agents/script/suspicion.js'

const coded = (text: string) => Buffer.from(text).toString('base64url')

describe("a tool's answer", () => {
  test("in Gmail's own form, with coded parts, is a mail", () => {
    const message = {
      id: 'm1',
      threadId: 't1',
      labelIds: ['UNREAD'],
      internalDate: '1795173000000',
      payload: {
        mimeType: 'multipart/mixed',
        headers: [
          { name: 'From', value: '"Lindqvist, Anna" <anna@northwind.example>' },
          { name: 'To', value: 'Ben <ben@northwind.example>, "Raman, Priya" <priya@northwind.example>' },
          { name: 'Subject', value: 'Grüße' },
          { name: 'List-Id', value: 'x' },
        ],
        parts: [
          {
            mimeType: 'multipart/alternative',
            parts: [
              { mimeType: 'text/plain', filename: '', body: { data: coded('Hallo Ärger') } },
              { mimeType: 'text/html', filename: '', body: { data: coded('<p>no</p>') } },
            ],
          },
          { mimeType: 'application/pdf', filename: 'a.pdf', body: { attachmentId: 'att1', size: 12 } },
        ],
      },
    }
    expect(mailsIn(`Here it is: ${JSON.stringify({ data: { messages: [message] } })}`)).toMatchObject([
      {
        id: 'm1',
        threadId: 't1',
        from: { name: 'Lindqvist, Anna', address: 'anna@northwind.example' },
        to: [{ address: 'ben@northwind.example' }, { name: 'Raman, Priya' }],
        subject: 'Grüße',
        body: 'Hallo Ärger',
        date: new Date(1_795_173_000_000),
        labels: ['UNREAD'],
        attachments: [{ id: 'att1', name: 'a.pdf', type: 'application/pdf', size: 12 }],
        bulk: true,
      },
    ])
  })

  test.each(['', 'nothing here', '{"messages":[]}', '[1,2]', '{"id":"r-1"}'])('“%s” holds no mail', (answer) => {
    expect(mailsIn(answer)).toEqual([])
  })
})

describe('the context block', () => {
  const now = new Date('2026-11-20T12:00:00Z')
  test('is found whatever its wording', () => {
    expect(
      readContext(['From: Ada Lovelace (Slack user U1, ada@x.example)\nWritten: … (America/New_York)', 'hi'], now),
    ).toEqual({
      person: 'Ada Lovelace',
      mailbox: 'ada@x.example',
      timeZone: 'America/New_York',
      now,
    })
    expect(readContext(['This message is from Ada Lovelace, Europe/Paris.', 'hi'], now)).toMatchObject({
      person: 'Ada Lovelace',
      timeZone: 'Europe/Paris',
    })
  })

  test('is not the person’s own words, and may be missing', () => {
    expect(readContext(['From: Mallory\nEurope/Paris'], now)).toEqual({
      person: undefined,
      mailbox: undefined,
      timeZone: 'UTC',
      now,
    })
  })
})

describe('an attachment', () => {
  test('comes as base64 or base64url, at any depth', () => {
    expect(attachmentBytes(JSON.stringify({ data: coded('??>>') }))?.toString()).toBe('??>>')
    expect(
      attachmentBytes(JSON.stringify({ data: { content: Buffer.from('ÿþ').toString('base64') } }))?.toString(),
    ).toBe('ÿþ')
    expect(attachmentBytes('no')).toBeUndefined()
  })

  test('that is a PDF shows its lines, packed or not; one without text says nothing', () => {
    const pdf = (dictionary: string, stream: Buffer) =>
      Buffer.concat([
        Buffer.from(`%PDF-1.4\n4 0 obj\n<< ${dictionary}/Length ${stream.length} >>\nstream\n`),
        stream,
        Buffer.from('\nendstream'),
      ])
    const content = Buffer.from('BT (Total \\(net\\)) Tj T* (EUR 5) Tj ET')
    expect(attachmentMarkdown('a.pdf', 'application/pdf', pdf('', content))).toContain('Total (net)\nEUR 5')
    expect(
      attachmentMarkdown('a.pdf', 'application/pdf', pdf('/Filter /FlateDecode ', deflateSync(content))),
    ).toContain('EUR 5')
    expect(
      attachmentMarkdown('a.pdf', 'application/pdf', pdf('/Filter /FlateDecode ', Buffer.from('broken'))),
    ).toBeUndefined()
    expect(attachmentMarkdown('a.zip', 'application/zip', content)).toBeUndefined()
  })

  test('that is a table keeps its quoted commas, and is cut when it is long', () => {
    const csv = `name,note\n"Ashby, Sir Colin",yes\n${'x,y\n'.repeat(40)}`
    const shown = attachmentMarkdown('a.csv', 'text/csv', Buffer.from(csv)) ?? ''
    expect(shown).toContain('| Ashby, Sir Colin | yes |')
    expect(shown).toContain('…and 21 more rows')
  })
})

describe('writing', () => {
  test('takes Markdown, links and pictures out of what stands in a sentence', () => {
    expect(plain('**a** [b](https://x.example) ![c](https://y.example/?d=1) <!channel> `d`')).toBe(
      'a b (image) !channel d',
    )
    expect(quoted('a\n![c](https://y.example/?d=1)')).toBe('> a\n> (picture left out)')
    expect(fenced('a\n```\nb')).toBe('````\na\n```\nb\n````')
  })

  test('tells days by the calendar of the time zone', () => {
    const clock = { now: new Date('2026-11-20T23:30:00Z'), timeZone: 'Europe/Stockholm' }
    expect(when(new Date('2026-11-20T23:10:00Z'), clock)).toBe('today 00:10')
    expect(when(new Date('2026-11-20T22:10:00Z'), clock)).toBe('yesterday 23:10')
    expect(when(new Date('2026-11-16T10:00:00Z'), clock)).toBe('Mon 11:00')
    expect(when(new Date('2026-11-01T10:00:00Z'), clock)).toBe('1 Nov')
    expect(when(new Date('2024-11-01T10:00:00Z'), clock)).toBe('1 Nov 2024')
    expect(when(undefined, clock)).toBe('undated')
  })
})

describe('reading a mail', () => {
  test('leaves out what it answers, but not what it quotes on its own', () => {
    expect(ownWords('Yes.\n\nBen wrote:\n> no?')).toBe('Yes.')
    expect(ownWords('The letter:\n\n> Dear Helen\n\nOK?')).toContain('Dear Helen')
  })

  test.each([
    ['Total: EUR 3,920.00\nDay rate EUR 740', 'EUR 3,920.00'],
    ['two pieces\nGesamtbetrag: 412,50 EUR', '412,50 EUR'],
    ['he wants 8 500 kronor', '8 500 kronor'],
    ['$23.75 in all', '$23.75'],
    ['no money here, 14 days', undefined],
  ])('finds the amount in “%s”', (text, amount) => {
    expect(amountIn(text)).toBe(amount)
  })

  test('finds what is asked', () => {
    expect(asks('Dear Anna,\n\nAll is well. Could you sign by Friday?\n\nBest,\nB')).toEqual([
      'Could you sign by Friday?',
    ])
  })

  test.each([
    ['Können wir das bitte noch ändern und wir sind nicht da?', 'German'],
    ['Vi kommer och det är jag som har nyckeln', 'Swedish'],
    ['どうぞよろしくお願いいたします', 'Japanese'],
    ['ok', 'English'],
  ])('knows the language of “%s”', (text, language) => {
    expect(languageOf(text)).toBe(language)
  })
})

describe('suspicion', () => {
  const known = [{ name: 'Anna Lindqvist', address: 'anna@northwind.example' }]
  test.each(['anna@northw1nd.example', 'anna@nothwind.example', 'anna@north-wind.example'])(
    '%s imitates a known domain',
    (address) => {
      expect(lookAlike({ name: 'Anna Lindqvist', address }, known)).toEqual(known[0])
    },
  )

  test.each(['ben@northwind.example', 'helen@meridian-museum.example', 'anna@southwall.example'])(
    '%s does not',
    (address) => {
      expect(lookAlike({ name: 'X', address }, known)).toBeUndefined()
    },
  )

  test('the same name under another top-level domain is suspicious only where the person is said to be the same', () => {
    expect(lookAlike({ name: 'Yamada', address: 'yamada@northwind.test' }, known)).toBeUndefined()
    expect(lookAlike({ name: 'Yamada', address: 'yamada@northwind.exampl' }, known)).toBeUndefined()
    expect(lookAlike({ name: 'Anna Lindqvist', address: 'anna@northwind.exampl' }, known)).toEqual(known[0])
  })

  test('a mail about instructions gives none', () => {
    const [mail] = mailsIn(
      JSON.stringify({
        id: '1',
        subject: 'Mounting instructions',
        body: 'Please follow the instructions in the box. System: oak.',
      }),
    )
    expect(mail).toBeDefined()
    if (mail !== undefined) expect(ordersToAgents(mail)).toBeUndefined()
  })
})
