import { beforeAll, describe, expect, it } from 'vitest'
import { Mailbox } from '../../../../src/sandbox/mailbox/index.js'
import { ANNA, BEN, mbox } from '../mbox-text.js'

const NOW = Date.parse('2027-03-10T12:00:00Z')
let mailbox: Mailbox

beforeAll(async () => {
  const attachment = [
    '--b',
    'Content-Type: text/plain',
    '',
    'The offer is attached.',
    '--b',
    'Content-Type: application/pdf',
    'Content-Disposition: attachment; filename="Offer-2027.pdf"',
    '',
    'x',
    '--b--',
  ].join('\n')
  const file = mbox(
    {
      subject: 'invoice',
      from: 'Lumen AB <billing@lumen.example>',
      date: '2027-03-10T09:00:00Z',
      headers: { 'X-Gmail-Labels': 'Inbox,Unread,Important,Category Updates' },
      body: 'Your invoices for March, grand total 1 200 kr. Årsmöte i Växjö.',
    },
    {
      subject: 'offer',
      from: 'Jürgen Groß <jurgen@vitrine.example>',
      to: `${ANNA}, ${BEN}`,
      date: '2027-03-08T09:00:00Z',
      headers: { 'X-Gmail-Labels': 'Inbox,Starred,Project Atlas', 'Content-Type': 'multipart/mixed; boundary=b' },
      body: attachment,
    },
    {
      subject: 'sent',
      from: `Anna Lindqvist <${ANNA}>`,
      to: `Ben Okafor <${BEN}>`,
      date: '2027-02-20T09:00:00Z',
      headers: { 'X-Gmail-Labels': 'Sent', Cc: 'carla@lumen.example' },
      body: 'The total grand opening.',
    },
    {
      subject: 'newsletter',
      from: 'Studio Weekly <news@weekly.example>',
      date: '2026-09-01T09:00:00Z',
      id: '<weekly-1@weekly.example>',
      headers: { 'X-Gmail-Labels': 'Category Promotions', 'List-Id': 'Weekly <list.weekly.example>' },
      body: `Read all about it. 会議は明日です。 ${'filler '.repeat(400)}`,
    },
    {
      subject: 'spam',
      date: '2027-03-09T09:00:00Z',
      headers: { 'X-Gmail-Labels': 'Spam' },
      body: 'You won an invoice',
    },
    { subject: 'trash', date: '2027-03-09T10:00:00Z', headers: { 'X-Gmail-Labels': 'Trash' }, body: 'Old invoice' },
  )
  mailbox = await Mailbox.fromMbox(file, { address: ANNA, clock: () => NOW })
})

describe('a Gmail search finds', () => {
  it.each<[string, string[]]>([
    ['', ['invoice', 'offer', 'sent', 'newsletter']],
    ['invoice', ['invoice']],
    ['INVOICES', ['invoice']],
    ['voice', []],
    ['vaxjo', ['invoice']],
    ['årsmöte', ['invoice']],
    ['gross', ['offer']],
    ['会議', ['newsletter']],
    ['"grand total"', ['invoice']],
    ['“total grand”', ['sent']],
    ['"the offer is', ['offer']],
    ['grand total', ['invoice', 'sent']],
    ['from:lumen', ['invoice']],
    ['from:billing@lumen.example', ['invoice']],
    ['from:jur', ['offer']],
    ['from:"Jürgen Groß"', ['offer']],
    ['from:me', ['sent']],
    ['to:me', ['invoice', 'offer', 'newsletter']],
    ['to:ben', ['offer', 'sent']],
    ['cc:carla', ['sent']],
    ['subject:offer', ['offer']],
    ['subject:attached', []],
    ['from:(lumen OR weekly)', ['invoice', 'newsletter']],
    ['from:{lumen weekly}', ['invoice', 'newsletter']],
    ['{from:lumen subject:sent}', ['invoice', 'sent']],
    ['from:lumen OR from:weekly', ['invoice', 'newsletter']],
    ['grand invoice OR opening', ['invoice', 'sent']],
    ['is:unread', ['invoice']],
    ['is:read', ['offer', 'sent', 'newsletter']],
    ['is:starred', ['offer']],
    ['is:important', ['invoice']],
    ['-is:unread in:inbox', ['offer']],
    ['-(from:lumen OR from:weekly)', ['offer', 'sent']],
    ['in:sent', ['sent']],
    ['in:anywhere invoice', ['invoice', 'trash', 'spam']],
    ['in:trash', ['trash']],
    ['in:spam', ['spam']],
    ['label:project-atlas', ['offer']],
    ['label:"Project Atlas"', ['offer']],
    ['label:inbox', ['invoice', 'offer']],
    ['category:promotions', ['newsletter']],
    ['category:updates', ['invoice']],
    ['has:attachment', ['offer']],
    ['has:userlabels', ['offer']],
    ['filename:pdf', ['offer']],
    ['filename:offer-2027.pdf', ['offer']],
    ['filename:docx', []],
    ['newer_than:1d', ['invoice']],
    ['newer_than:3d', ['invoice', 'offer']],
    ['newer_than:1m', ['invoice', 'offer', 'sent']],
    ['older_than:1m', ['newsletter']],
    ['older_than:2h newer_than:12h', ['invoice']],
    ['after:2027/03/01', ['invoice', 'offer']],
    ['after:2027-03-01 before:2027-03-09', ['offer']],
    ['after:03/09/2027', ['invoice']],
    [`after:${Date.parse('2027-03-08T10:00:00Z') / 1000}`, ['invoice']],
    ['before:2027/01/01', ['newsletter']],
    ['after:yesterday', []],
    ['larger:2K', ['newsletter']],
    ['smaller:2k', ['invoice', 'offer', 'sent']],
    ['list:weekly.example', ['newsletter']],
    ['rfc822msgid:weekly-1@weekly.example', ['newsletter']],
    ['unknown:operator', []],
    ['is:unread from:lumen "grand total" -has:attachment', ['invoice']],
    [')) from:lumen (', ['invoice']],
    ['OR from:lumen OR', ['invoice']],
  ])('%s', (query, subjects) => {
    expect(mailbox.search({ query }).map(({ mail }) => mail.subject)).toEqual(subjects)
  })

  it('only what has all the given labels', () => {
    const subjects = (labelIds: string[]) => mailbox.search({ labelIds }).map(({ mail }) => mail.subject)
    expect(subjects(['INBOX', 'UNREAD'])).toEqual(['invoice'])
    expect(subjects(['SPAM'])).toEqual(['spam'])
    expect(() => subjects(['Nonsense'])).toThrow('Invalid label: Nonsense')
  })

  it('spam and trash when asked to include them', () => {
    expect(mailbox.search({ includeSpamTrash: true })).toHaveLength(6)
  })
})
