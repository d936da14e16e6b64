import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddresses } from '../../src/gmail/addresses.js'
import { contentHash, draftHash, sentKey } from '../../src/gmail/content-hash.js'
import { contentOf, readMail } from '../../src/gmail/mail-reading.js'
import type { MailContent } from '../../src/turns/outgoing-mail.js'
import { propertyRuns } from '../support/property-runs.js'

const OWNER = 'anna@northwind.example'

const word = fc
  .string({ unit: fc.constantFrom(...'abzÅüß 漢🎉,.@"\\='), minLength: 1, maxLength: 12 })
  .map((text) => text.replace(/\s+/g, ' ').trim())
const name = fc
  .string({ unit: fc.constantFrom(...'abz ÅüO,.-'), maxLength: 10 })
  .map((text) => text.replace(/\s+/g, ' ').trim())
const address = fc
  .tuple(name, fc.constantFrom('a', 'b.c', 'd+e'), fc.constantFrom('x.example', 'y.example'))
  .map(([shown, local, domain]) => ({
    name: shown,
    address: `${local}@${domain}`,
  }))
const people = fc.uniqueArray(address, { maxLength: 3, selector: (one) => one.address })
const body = fc.string({ unit: fc.constantFrom(...'abz Åü漢🎉=.<>&\n\n'), maxLength: 60 })

const content: fc.Arbitrary<MailContent> = fc.record({
  from: fc.constant({ name: '', address: OWNER }),
  to: fc.uniqueArray(address, { minLength: 1, maxLength: 3, selector: (one) => one.address }),
  cc: people,
  bcc: people,
  subject: word,
  body: fc.record({ format: fc.constantFrom('text' as const, 'html' as const), source: body }),
  attachments: fc.constant([]),
  otherFields: fc.constant([]),
  threadId: fc.constant(null),
  inReplyTo: fc.constant(null),
})

const encodedWord = (text: string) =>
  /^[\x20-\x7E]*$/.test(text) && !text.includes('=?')
    ? text
    : [...text].map((character) => `=?utf-8?B?${Buffer.from(character).toString('base64')}?=`).join('\r\n ')

const person = ({ name: shown, address: mailbox }: { name: string; address: string }) => {
  if (shown === '') return mailbox
  const written = encodedWord(shown)
  return written === shown ? `"${shown.replace(/["\\]/g, '\\$&')}" <${mailbox}>` : `${written}\r\n <${mailbox}>`
}

function quotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((line) =>
      [...Buffer.from(line)]
        .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
        .join('')
        .replace(/(.{72})(?=.)/g, '$1=\r\n'),
    )
    .join('\r\n')
}

function raw(mail: MailContent, encoding: 'quoted-printable' | 'base64'): string {
  const source = mail.body.source.replace(/\n/g, '\r\n')
  const encoded =
    encoding === 'base64'
      ? Buffer.from(source)
          .toString('base64')
          .replace(/(.{76})/g, '$1\r\n')
      : quotedPrintable(mail.body.source)
  const lists = (['to', 'cc', 'bcc'] as const).flatMap((field) =>
    mail[field].length === 0 ? [] : [`${field}: ${mail[field].map(person).join(',\r\n ')}`],
  )
  return [
    'Received: by mail',
    `From: Anna <${OWNER}>`,
    ...lists,
    `Subject: ${encodedWord(mail.subject)}`,
    `Content-Type: text/${mail.body.format === 'html' ? 'html' : 'plain'}; charset="UTF-8"`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    encoded,
  ].join('\r\n')
}

function payload(mail: MailContent) {
  const mimeType = mail.body.format === 'html' ? 'text/html' : 'text/plain'
  const lists = (['to', 'cc', 'bcc'] as const).map((field) => ({ name: field, value: formatAddresses(mail[field]) }))
  const data = Buffer.from(`${mail.body.source}\r\n`).toString('base64url')
  return {
    mimeType,
    headers: [
      ...lists,
      { name: 'Subject', value: mail.subject },
      { name: 'Content-Type', value: `${mimeType}; charset="UTF-8"` },
    ],
    body: { size: 1, data },
  }
}

async function readBack(answer: unknown): Promise<MailContent> {
  const mail = await readMail(answer, OWNER)
  if (mail === null) throw new Error('no mail')
  return contentOf(mail, { threadId: null, inReplyTo: null })
}

const BASE: MailContent = {
  from: null,
  to: [{ name: 'Ben', address: 'ben@x.example' }],
  cc: [{ name: '', address: 'c@x.example' }],
  bcc: [],
  subject: 'Subject',
  body: { format: 'text', source: 'One\n\nTwo' },
  attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 3 }],
  otherFields: [['Importance', 'high']],
  threadId: 't1',
  inReplyTo: 'm1',
}

describe('the hash of a mail', () => {
  it('is the same for the same mail, however the mailbox writes it', async () => {
    await fc.assert(
      fc.asyncProperty(
        content,
        fc.constantFrom('quoted-printable' as const, 'base64' as const),
        async (mail, encoding) => {
          const hash = contentHash(mail)
          expect(contentHash(await readBack({ raw: Buffer.from(raw(mail, encoding)).toString('base64url') }))).toBe(
            hash,
          )
          expect(contentHash(await readBack({ message: { payload: payload(mail) } }))).toBe(hash)
        },
      ),
      { numRuns: propertyRuns(150) },
    )
  })

  it('is another one for another mail', () => {
    const normal = (mail: MailContent) =>
      JSON.stringify(
        [mail.to, mail.cc, mail.bcc]
          .map((list) => list.map(({ name: shown, address: at }) => [shown, at]).sort())
          .concat([
            [[mail.subject, mail.body.format]],
            [
              [
                mail.body.source
                  .split('\n')
                  .map((line) => line.trimEnd())
                  .join('\n')
                  .trimEnd(),
                '',
              ],
            ],
          ]),
      )
    fc.assert(
      fc.property(content, content, (one, other) => {
        expect(contentHash(one) === contentHash(other)).toBe(normal(one) === normal(other))
      }),
    )
  })

  it.each<[string, Partial<MailContent>]>([
    ['a recipient', { to: [{ name: 'Ben', address: 'ben@y.example' }] }],
    ['the case of a local part', { to: [{ name: 'Ben', address: 'Ben@x.example' }] }],
    ['a name', { to: [{ name: 'Benn', address: 'ben@x.example' }] }],
    ['one more recipient', { to: [...BASE.to, { name: '', address: 'eve@evil.example' }] }],
    ['another copy', { cc: [{ name: '', address: 'd@x.example' }] }],
    ['no copy', { cc: [] }],
    ['a hidden copy', { bcc: [{ name: '', address: 'eve@evil.example' }] }],
    ['a copy made hidden', { cc: [], bcc: BASE.cc }],
    ['the subject', { subject: 'subject' }],
    ['a letter', { body: { format: 'text', source: 'One\n\ntwo' } }],
    ['a paragraph', { body: { format: 'text', source: 'One\nTwo' } }],
    ['an indent', { body: { format: 'text', source: 'One\n\n  Two' } }],
    ['an indent of the first line', { body: { format: 'text', source: '  One\n\nTwo' } }],
    ['blank lines before the first', { body: { format: 'text', source: '\n\nOne\n\nTwo' } }],
    ['the format', { body: { format: 'html', source: 'One\n\nTwo' } }],
    ['the size of an attachment', { attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 4 }] }],
    ['the name of an attachment', { attachments: [{ name: 'b.pdf', type: 'application/pdf', size: 3 }] }],
    ['the type of an attachment', { attachments: [{ name: 'a.pdf', type: 'text/html', size: 3 }] }],
    ['one more attachment', { attachments: [...BASE.attachments, ...BASE.attachments] }],
    ['no attachment', { attachments: [] }],
    ['a field', { otherFields: [['Importance', 'low']] }],
    ['the name of a field', { otherFields: [['Priority', 'high']] }],
    [
      'one more field',
      {
        otherFields: [
          ['Importance', 'high'],
          ['Reply-To', 'eve@evil.example'],
        ],
      },
    ],
    ['the thread', { threadId: 't2' }],
    ['no thread', { threadId: null }],
  ])('changes with %s', (_, change) => {
    expect(contentHash({ ...BASE, ...change })).not.toBe(contentHash(BASE))
  })

  it.each<[string, Partial<MailContent>]>([
    ['the case of a domain', { to: [{ name: 'Ben', address: 'ben@X.Example' }] }],
    ['the case of the name of a field, and blanks in it', { otherFields: [['importance', ' high ']] }],
    ['line ends', { body: { format: 'text', source: 'One  \r\n\r\nTwo\r\n\r\n' } }],
    ['line ends of old', { body: { format: 'text', source: 'One\r\rTwo' } }],
    ['blanks in a header', { subject: ' Subject ' }],
    ['the case of a type', { attachments: [{ name: 'a.pdf', type: 'Application/PDF', size: 3 }] }],
    ['the sender', { from: { name: 'Anna', address: OWNER } }],
    ['which message of the thread is answered', { inReplyTo: null }],
  ])('does not change with %s', (_, change) => {
    expect(contentHash({ ...BASE, ...change })).toBe(contentHash(BASE))
  })

  it('does not change with the order in which recipients, attachments and fields stand', () => {
    const to = [...BASE.to, { name: '', address: 'eve@x.example' }]
    const attachments = [...BASE.attachments, { name: 'b.pdf', type: 'application/pdf', size: 4 }]
    const otherFields = [...BASE.otherFields, ['X-Priority', '1'] as const]
    const one: MailContent = { ...BASE, to, attachments, otherFields }
    const other: MailContent = {
      ...BASE,
      to: to.toReversed(),
      attachments: attachments.toReversed(),
      otherFields: otherFields.toReversed(),
    }
    expect(contentHash(other)).toBe(contentHash(one))
  })
})

describe('the hash of a draft that leaves as itself', () => {
  it.each<[string, Partial<MailContent>, string | null]>([
    ['any change of its message, which its attachments are a part of', {}, 'm2'],
    ['a change of its words', { subject: 'Other' }, 'm1'],
    ['a mailbox that does not tell its message', {}, null],
  ])('changes with %s', (_, change, messageId) => {
    expect(draftHash({ ...BASE, ...change }, messageId)).not.toBe(draftHash(BASE, 'm1'))
  })

  it('is that of its content where the mailbox does not tell its message', () => {
    expect(draftHash(BASE, null)).toBe(contentHash(BASE))
  })
})

describe('what a sent mail is recognized by', () => {
  const bcc = [{ name: '', address: 'b@x.example' }]
  const SENT: MailContent = { ...BASE, bcc }
  const key = (content: MailContent, words = 'One Two', withBcc = true) => sentKey(content, words, { withBcc })

  it.each<[string, Partial<MailContent>]>([
    ['a recipient', { to: [{ name: 'Ben', address: 'ben@y.example' }] }],
    ['a copy', { cc: [] }],
    ['a hidden copy', { bcc: [{ name: '', address: 'eve@x.example' }] }],
    ['the subject', { subject: 'subject' }],
    ['the name of an attachment', { attachments: [{ name: 'b.pdf', type: 'application/pdf', size: 3 }] }],
  ])('is another one with another value of %s', (_, change) => {
    expect(key({ ...SENT, ...change })).not.toBe(key(SENT))
  })

  it('is another one with other words', () => {
    expect(key(SENT, 'One Three')).not.toBe(key(SENT))
  })

  it.each<[string, MailContent, string]>([
    ['how its lines are wrapped', SENT, ' One\r\n  Two\n'],
    ['the case of an address', { ...SENT, to: [{ name: 'Ben', address: 'BEN@X.example' }] }, 'One Two'],
    ['the names of recipients', { ...SENT, to: [{ name: '', address: 'ben@x.example' }] }, 'One Two'],
    ['the thread that it was put into', { ...SENT, threadId: 't2' }, 'One Two'],
    [
      'the size that its attachments have in the mailbox',
      { ...SENT, attachments: BASE.attachments.map((file) => ({ ...file, size: 4 })) },
      'One Two',
    ],
  ])('is the same whatever sending changes: %s', (_, content, words) => {
    expect(key(content, words)).toBe(key(SENT))
  })

  it('has no hidden copies where the mailbox leaves them out', () => {
    expect(key(SENT, 'One Two', false)).toBe(key({ ...SENT, bcc: [] }))
  })
})
