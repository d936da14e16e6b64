import { expect, it } from 'vitest'
import { Mailbox } from '../../../../src/sandbox/mailbox/index.js'
import { parseMail } from '../../../../src/sandbox/mailbox/mail/mail.js'
import { decodedBytes } from '../../../../src/sandbox/mailbox/mail/mime.js'

it('reads the euro sign and curly quotes of windows-1252 in subject and text', async () => {
  const mbox = [
    'From zoe@shop.example Thu Jan  1 00:00:00 2026',
    'From: =?windows-1252?Q?Zo=EB_=96_Shop?= <zoe@shop.example>',
    'To: Max Power <max@own.example>',
    'Subject: =?windows-1252?Q?Price_=80_100?=',
    'Date: Thu, 01 Jan 2026 10:00:00 +0000',
    'Message-ID: <a@shop.example>',
    'Content-Type: text/plain; charset=windows-1252',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'That is =93fine=94 for 800 =80.',
    '',
  ].join('\n')
  const [message] = (await Mailbox.fromMbox(Buffer.from(mbox), { address: 'max@own.example' })).search()
  expect(message?.mail.subject).toBe('Price € 100')
  expect(message?.mail.text).toBe('That is “fine” for 800 €.')
  expect(message?.mail.from.name).toBe('Zoë – Shop')
})

it('reads headers that hold bytes of their writer’s charset', async () => {
  const raw =
    'From: Zo\u00eb <zoe@shop.example>\nSubject: F\u00f6rslag \u0096 800 \u0080\nContent-Type: text/plain\n\nHi\n'
  const mail = await parseMail(Buffer.from(raw, 'latin1'))
  expect(mail).toMatchObject({ from: { name: 'Zoë' }, subject: 'Förslag – 800 €' })
})

it('reads a charset that nobody knows', () => {
  expect(decodedBytes(Buffer.from('naïve'), 'x-nobody')).toBe('naïve')
})

it.each([
  ['utf-8', [0xe2, 0x82, 0xac], '€'],
  ['windows-1252', [0x80, 0x93, 0x94], '€“”'],
  ['iso-8859-1', [0xe9, 0x80], 'é€'],
  ['windows-1251', [0xcf, 0xf0, 0xe8], 'При'],
  ['shift_jis', [0x93, 0xfa], '日'],
])('decodes %s', (charset, bytes, text) => {
  expect(decodedBytes(Uint8Array.from(bytes), charset)).toBe(text)
})
