import { expect, it } from 'vitest'
import { Mailbox } from '../../../src/sandbox/mailbox/index.js'
import { repairWindows1252 } from '../../../src/sandbox/mailbox/windows-1252.js'

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

it('leaves other characters alone', () => {
  expect(repairWindows1252('naïve €“” 日本 \n\t')).toBe('naïve €“” 日本 \n\t')
})
