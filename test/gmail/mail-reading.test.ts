import { describe, expect, it } from 'vitest'
import { readAddresses, recipientsIn } from '../../src/gmail/addresses.js'
import { contentOf, leavesAsDraft, readMail } from '../../src/gmail/mail-reading.js'

const OWNER = 'anna@northwind.example'
const b64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64url')
const header = (name: string, value: string) => ({ name, value })
const TO = header('To', 'ben@x.example')

async function content(answer: unknown) {
  const mail = await readMail(answer, OWNER)
  if (mail === null) throw new Error('no mail')
  return contentOf(mail, { threadId: null, inReplyTo: null })
}

function part(mimeType: string, data: string, headers: { name: string; value: string }[] = [], filename = '') {
  return { mimeType, filename, headers, body: { size: data.length, data: b64(data) } }
}

describe('addresses in header fields', () => {
  it.each([
    ['a@b.example', [['', 'a@b.example']]],
    ['Name <a@b.example>', [['Name', 'a@b.example']]],
    [
      '"Doe, John" <a@b.example>, c@d.example',
      [
        ['Doe, John', 'a@b.example'],
        ['', 'c@d.example'],
      ],
    ],
    ['"a@bank.example" <a@evil.example>', [['a@bank.example', 'a@evil.example']]],
    ['=?utf-8?q?J=C3=B6rg?= =?utf-8?q?_M=C3=BCller?= <a@b.example>', [['Jörg Müller', 'a@b.example']]],
    ['=?utf-8?b?w4U=?=\r\n =?utf-8?b?c2E=?= <a@b.example>', [['Åsa', 'a@b.example']]],
    ['=?iso-8859-1?q?Tandv=E5rd?= <a@b.example>', [['Tandvård', 'a@b.example']]],
    [
      'Team: a@b.example, c@d.example;',
      [
        ['', 'a@b.example'],
        ['', 'c@d.example'],
      ],
    ],
    ['a@b.example (Rosa)', [['Rosa', 'a@b.example']]],
    // An address in an encoded word is no address.
    [`=?utf-8?b?${Buffer.from('Rosa <eve@evil.example>').toString('base64')}?=`, [['Rosa <eve@evil.example>', '']]],
    [`=?utf-8?b?${Buffer.from('eve@evil.example').toString('base64')}?=`, [['eve@evil.example', '']]],
    ['=?utf-8?q?=3D=3Futf-8=3Fq=3FEve=3F=3D?= <a@b.example>', [['Eve', 'a@b.example']]],
    ['undisclosed recipients', [['undisclosed recipients', '']]],
    ['', []],
  ])('%j', (value, expected) => {
    expect(readAddresses(value).map(({ name, address }) => [name, address])).toEqual(expected)
  })

  it.each([
    [
      ['a@b.example; c@d.example,A@b.EXAMPLE', 'a@B.example'],
      { addresses: ['a@b.example', 'c@d.example', 'A@b.EXAMPLE'] },
    ],
    [['Rosa'], { unusable: ['Rosa'] }],
    [['a@b'], { unusable: ['a@b'] }],
    [['a@b.example x'], { addresses: ['a@b.example'] }],
    [['a@b.example c@d.example'], { unusable: [] }],
    [['Team: a@b.example'], { unusable: [] }],
    [['"Re: x" <a@b.example>'], { addresses: ['a@b.example'] }],
    [['a\u200B@b.example'], { unusable: ['a\u200B@b.example'] }],
    [['a@@b.example'], { unusable: ['a@@b.example'] }],
    [['a@b.example\r\nBcc: eve@evil.example'], { unusable: ['a@b.example Bcc'] }],
    [[], { addresses: [] }],
  ])('%j as recipients', (texts, expected) => {
    const read = recipientsIn(texts)
    if ('addresses' in expected)
      expect('addresses' in read && read.addresses.map(({ address }) => address)).toEqual(expected.addresses)
    else expect(read).not.toHaveProperty('addresses')
  })
})

describe('a mail as the mailbox answers it', () => {
  it.each<[string, unknown, object]>([
    [
      'plain payload',
      {
        id: 'm',
        threadId: 't',
        payload: {
          ...part('text/plain', 'Hi\r\n'),
          headers: [TO, header('Subject', '=?utf-8?q?H=C3=A4?=\r\n =?utf-8?q?_b?=')],
        },
      },
      { to: [{ name: '', address: 'ben@x.example' }], subject: 'Hä b', body: { format: 'text', source: 'Hi\n' } },
    ],
    [
      'a draft in its wrapping',
      { data: { id: 'r-1', message: { id: 'm', payload: { ...part('text/plain', 'Hi'), headers: [TO] } } } },
      { to: [{ name: '', address: 'ben@x.example' }] },
    ],
    [
      'alternative: what readers see is the HTML',
      {
        payload: {
          mimeType: 'multipart/alternative',
          headers: [TO],
          body: { size: 0 },
          parts: [part('text/plain', 'Hi'), part('text/html', '<p>Hi</p>')],
        },
      },
      { body: { format: 'html', source: '<p>Hi</p>' }, attachments: [] },
    ],
    [
      'mixed, with an attachment, an inline image, and a forwarded mail',
      {
        payload: {
          mimeType: 'multipart/mixed',
          headers: [TO],
          parts: [
            {
              mimeType: 'multipart/related',
              parts: [
                part('text/html', '<img src="cid:a">'),
                {
                  mimeType: 'image/png',
                  filename: '',
                  headers: [header('Content-ID', '<a>')],
                  body: { size: 9, attachmentId: 'x' },
                },
              ],
            },
            {
              mimeType: 'application/pdf',
              filename: '=?utf-8?q?=C3=84.pdf?=',
              body: { size: 1234, attachmentId: 'y' },
            },
            { mimeType: 'message/rfc822', filename: '', body: { size: 77 }, parts: [part('text/plain', 'inner')] },
            part('text/plain', 'a,b', [header('Content-Disposition', 'attachment; filename="list.csv"')], 'list.csv'),
          ],
        },
      },
      {
        attachments: [
          { name: 'Image in the text', type: 'image/png', size: 9 },
          { name: 'Ä.pdf', type: 'application/pdf', size: 1234 },
          { name: 'Forwarded message', type: 'message/rfc822', size: 77 },
          { name: 'list.csv', type: 'text/plain', size: 3 },
        ],
      },
    ],
    [
      'a charset of its own',
      {
        payload: {
          mimeType: 'text/plain',
          headers: [TO, header('Content-Type', 'text/plain; charset=iso-8859-1')],
          body: { size: 3, data: b64('Gr\u00FC', 'latin1') },
        },
      },
      { body: { format: 'text', source: 'Grü' } },
    ],
    [
      'UTF-8 in spite of the charset it names',
      {
        payload: {
          mimeType: 'text/plain',
          headers: [TO, header('Content-Type', 'text/plain; charset="iso-8859-1"')],
          body: { size: 4, data: b64('Grü') },
        },
      },
      { body: { format: 'text', source: 'Grü' } },
    ],
    [
      'the mail itself',
      {
        message: {
          raw: b64(
            'To: ben@x.example\r\nSubject: a\r\n b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=\r\n=C3=9Fe\r\n',
          ),
        },
      },
      { subject: 'a b', body: { format: 'text', source: 'Grüße\n' } },
    ],
    [
      'flat fields',
      {
        recipient_email: 'Ben <ben@x.example>',
        cc: ['c@x.example'],
        subject: 'S',
        message_body: 'Hi',
        attachments: [{ filename: 'a.txt', mimeType: 'text/plain', size: 3 }],
      },
      {
        to: [{ name: 'Ben', address: 'ben@x.example' }],
        cc: [{ name: '', address: 'c@x.example' }],
        body: { format: 'text', source: 'Hi' },
        attachments: [{ name: 'a.txt', type: 'text/plain', size: 3 }],
      },
    ],
    [
      'flat fields with HTML',
      { draft: { to: 'b@x.example', subject: 'S', body: 'Hi', html_body: '<p>Hi</p>' } },
      { body: { format: 'html', source: '<p>Hi</p>' } },
    ],
    [
      'an empty text',
      { payload: { mimeType: 'text/plain', headers: [TO], body: { size: 0 } } },
      { body: { format: 'text', source: '' } },
    ],
  ])('%s', async (_, answer, expected) => {
    expect(await content(answer)).toMatchObject(expected)
  })

  it.each<[string, object, object]>([
    ['by Gmail’s names', { id: 'm', threadId: 't', labelIds: ['SENT'], internalDate: '5' }, {}],
    ['by flat names', { message_id: 'm', thread_id: 't', label_ids: ['SENT'], internalDate: 5 }, {}],
    ['by names in one word', { messageId: 'm', threadId: 't', label_ids: ['SENT'], internalDate: 5 }, {}],
    [
      'with labels and a date in other shapes',
      { id: 'm', threadId: 't', labelIds: 'SENT', internalDate: 'Monday' },
      { labels: [], date: null },
    ],
    [
      'with a draft’s id',
      { id: 'm', threadId: 't', labelIds: ['SENT'], internalDate: 5, draft_id: 'r' },
      { draftId: 'r' },
    ],
  ])('is known %s', async (_, named, expected) => {
    const known = { id: 'm', draftId: null, threadId: 't', labels: ['SENT'], date: 5, isFlat: false, ...expected }
    expect(await readMail({ ...named, payload: part('text/plain', 'Hi') }, OWNER)).toMatchObject(known)
  })

  it.each<[string, (message: object) => object, string | null]>([
    ['a draft', (message) => ({ id: 'r', message }), 'r'],
    ['a draft that names itself', (message) => ({ draft_id: 'r', message: { ...message, draft_id: 'x' } }), 'r'],
    ['a draft in data', (message) => ({ id: 'x', data: { draftId: 'r', message } }), 'r'],
    ['data alone', (message) => ({ id: 'x', data: message }), null],
  ])('is found inside %s', async (_, wrapped, draftId) => {
    const message = { id: 'm', payload: part('text/plain', 'Hi'), data: { id: 'another' } }
    expect(await readMail(wrapped(message), OWNER)).toMatchObject({ id: 'm', draftId, isFlat: false })
  })

  it('is flat where only its fields tell what it says', async () => {
    const read = async (answer: object) => await readMail({ id: 'm', ...answer }, OWNER)
    expect(await read({ body: 'Hi' })).toMatchObject({
      isFlat: true,
      parts: { body: { format: 'text', source: 'Hi' } },
    })
    expect(await read({ raw: '', body: 'Hi' })).toMatchObject({ isFlat: true })
    expect(await read({ snippet: 'Hi' })).toMatchObject({ isFlat: false, parts: null })
  })

  it.each<[string, object, object]>([
    ['a text', { body: 'Hi', html: '' }, { body: { format: 'text', source: 'Hi' } }],
    ['HTML', { body: '<p>Hi</p>', content_type: 'text/html' }, { body: { format: 'html', source: '<p>Hi</p>' } }],
    [
      'where answers go',
      { body: 'Hi', reply_to: 'eve@evil.example' },
      { otherFields: [['Reply-To', 'eve@evil.example']] },
    ],
    [
      'who gets it unseen',
      { body: 'Hi', bcc: 'eve@evil.example' },
      { bcc: [{ name: '', address: 'eve@evil.example' }] },
    ],
    [
      'a file without a name',
      { body: 'Hi', attachments: [{}] },
      { attachments: [{ name: 'Part without a name', type: 'application/octet-stream', size: null }] },
    ],
    [
      'a text beside HTML that says something else',
      { body: 'Pay 5000', html: '<p>Hi</p>', attachments: [{ name: 'a' }] },
      { otherFields: [['Plain text version', 'Pay 5000']] },
    ],
  ])('in flat fields tells %s', async (_, fields, expected) => {
    expect(await content({ to: 'ben@x.example', ...fields })).toMatchObject(expected)
  })

  it.each([
    ['=?utf-8?q?a?= =?utf-8?q?b?=', 'ab'],
    ['a  =?utf-8?q?b?=\r\n c', 'a b c'],
    ['=?utf-8?q?=3D=3Futf-8=3Fq=3Fpay=3F=3D?=', 'pay'],
    ['5 =? 5', '5 =? 5'],
  ])('the subject %j reads as %j', async (value, subject) => {
    const headers = [TO, header('Subject', value)]
    expect(await content({ payload: { ...part('text/plain', 'Hi'), headers } })).toMatchObject({ subject })
  })

  it.each<[string, unknown]>([
    ['a snippet only', { id: 'm', snippet: 'Hi', payload: { mimeType: 'text/plain', headers: [TO] } }],
    [
      'a text that was left out',
      { payload: { mimeType: 'text/plain', headers: [TO], body: { size: 90_000, attachmentId: 'a' } } },
    ],
    ['parts that were left out', { payload: { mimeType: 'multipart/mixed', headers: [TO], body: { size: 0 } } }],
    ['a view of an HTML mail', { payload: { mimeType: 'text/html', headers: [TO] }, body: 'Hi' }],
    ['nothing', {}],
  ])('%s cannot be shown', async (_, answer) => {
    await expect(content(answer)).rejects.toThrow(/could not be read whole/)
  })

  it.each([
    ['Reply-To', 'Eve <eve@evil.example>', [['Reply-To', 'Eve <eve@evil.example>']]],
    ['Importance', 'high', [['Importance', 'high']]],
    ['X-Priority', '1', [['X-Priority', '1']]],
    ['Disposition-Notification-To', 'eve@evil.example', [['Disposition-Notification-To', 'eve@evil.example']]],
    ['From', 'Boss <boss@x.example>', [['From', 'Boss <boss@x.example>']]],
    ['From', 'Anna <ANNA@northwind.example>', []],
    ['Sender', OWNER, []],
    ['Sender', 'eve@evil.example', [['Sender', 'eve@evil.example']]],
    ...[
      'Received',
      'Message-ID',
      'Date',
      'MIME-Version',
      'Content-Type',
      'X-Google-DKIM',
      'X-Gm-Message-State',
      'References',
      'In-Reply-To',
    ].map((name): [string, string, string[][]] => [name, '<x@y>', []]),
  ])('%s: %s leaves as %j', async (name, value, expected) => {
    const { otherFields, ...rest } = await content({
      payload: { ...part('text/plain', 'Hi'), headers: [TO, header(name, value)] },
    })
    expect(otherFields).toEqual(expected)
    expect(leavesAsDraft({ otherFields, ...rest })).toBe(expected.length > 0)
  })

  it('shows a text beside the HTML that says something else, where it leaves too', async () => {
    const mail = (plain: string, extra: object[]) => ({
      payload: {
        mimeType: 'multipart/mixed',
        headers: [TO],
        parts: [
          {
            mimeType: 'multipart/alternative',
            parts: [part('text/plain', plain), part('text/html', '<p>Hi <a href="https://x.example">there</a></p>')],
          },
          ...extra,
        ],
      },
    })
    const file = { mimeType: 'application/pdf', filename: 'a.pdf', body: { size: 1, attachmentId: 'a' } }
    expect((await content(mail('*Hi* there <https://x.example>', [file]))).otherFields).toEqual([])
    for (const plain of ['Pay 5000', 'Hi there <https://evil.example>', 'Hi there https://x.example/pay'])
      expect((await content(mail(plain, [file]))).otherFields).toEqual([['Plain text version', plain]])
    expect((await content(mail('Pay 5000', []))).otherFields).toEqual([])
  })
})
