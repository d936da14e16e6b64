import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAddresses } from '../../src/gmail/addresses.js'
import { contentHash } from '../../src/gmail/content-hash.js'
import { contentOf, readMail } from '../../src/gmail/mail-reading.js'
import type { MailContent } from '../../src/turns/outgoing-mail.js'

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
      { numRuns: 150 },
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

  it.each<[string, Partial<MailContent>]>([
    ['a recipient', { to: [{ name: 'Ben', address: 'ben@y.example' }] }],
    ['the case of a local part', { to: [{ name: 'Ben', address: 'Ben@x.example' }] }],
    ['a name', { to: [{ name: 'Benn', address: 'ben@x.example' }] }],
    ['a copy made hidden', { cc: [], bcc: BASE.cc }],
    ['the subject', { subject: 'subject' }],
    ['a letter', { body: { format: 'text', source: 'One\n\ntwo' } }],
    ['a paragraph', { body: { format: 'text', source: 'One\nTwo' } }],
    ['an indent', { body: { format: 'text', source: 'One\n\n  Two' } }],
    ['the format', { body: { format: 'html', source: 'One\n\nTwo' } }],
    ['the size of an attachment', { attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 4 }] }],
    ['the name of an attachment', { attachments: [{ name: 'b.pdf', type: 'application/pdf', size: 3 }] }],
    ['no attachment', { attachments: [] }],
    ['a field', { otherFields: [['Importance', 'low']] }],
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
    ['line ends', { body: { format: 'text', source: 'One  \r\n\r\nTwo\r\n\r\n' } }],
    ['blanks in a header', { subject: ' Subject ' }],
    ['the case of a type', { attachments: [{ name: 'a.pdf', type: 'Application/PDF', size: 3 }] }],
    ['the sender', { from: { name: 'Anna', address: OWNER } }],
    ['which message of the thread is answered', { inReplyTo: null }],
  ])('does not change with %s', (_, change) => {
    expect(contentHash({ ...BASE, ...change })).toBe(contentHash(BASE))
  })
})
