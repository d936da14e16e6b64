import { describe, expect, test } from 'vitest'
import { INTENTS } from '../../../../src/sandbox/agents/script/intents.js'
import { understand } from '../../../../src/sandbox/agents/script/understand.js'

/** Name of the intent and what its slots held; null where nothing was understood. */
const read = (message: string) =>
  understand(message, INTENTS).map(({ understood }) => {
    if (understood === undefined) return null
    const said = Object.entries(understood.said).filter(([, value]) => value !== undefined)
    return [understood.intent.name, Object.fromEntries(said)]
  })

describe('one request', () => {
  test.each<[string, string, Record<string, string>]>([
    ['Could you please read the mail from Rosa?', 'read', { mail: 'the mail from Rosa' }],
    ['no, wait: what is unread?', 'unread', {}],
    ['hey can you pls show me whats unread', 'unread', {}],
    ['What’s unread?', 'unread', {}],
    ['yes, send it', 'send draft', {}],
    ['send it tomorrow at 8', 'send draft', { time: 'tomorrow at 8' }],
    ['is the bank mail real?', 'risk', { words: 'is the bank mail real' }],
    ['what do I need to pay?', 'null', {}],
    ['show me the invoice amounts in a table', 'bills', {}],
    ['show me all unpaid bills', 'bills', {}],
    ['any invoices from Lumenwerk?', 'list', { mail: 'invoices from Lumenwerk' }],
    ['what did Ben say about the budget?', 'list', { from: 'Ben', about: 'the budget' }],
    ['has Kerstin replied yet?', 'list', { from: 'Kerstin' }],
    ['what did I send to Helen?', 'list', { to: 'Helen' }],
    ['mails with attachments this week', 'bare list', { mail: 'mails with attachments this week' }],
    ['Who wrote to me this week, and what about?', 'digest', { mail: 'this week' }],
    ['who wrote 3?', 'read', { mail: 'who wrote 3' }],
    ['show me the mail from Priya', 'read', { mail: 'the mail from Priya' }],
    ["what's in the attachment of the second one?", 'attachment', { mail: 'the second one' }],
    ['mark the bank mail as read', 'mark read', { mail: 'the bank mail' }],
    ['label the second one as Atlas/Texts', 'label', { mail: 'the second one', label: 'Atlas/Texts' }],
    ['label it Invoices', 'label', { label: 'Invoices' }],
    ['reply to Rosa at 5pm: Tuesday works', 'reply', { mail: 'Rosa', time: 'at 5pm', text: 'Tuesday works' }],
    ['draft a reply to Rosa saying that it is fine', 'draft a reply', { mail: 'Rosa', text: 'it is fine' }],
    ['email <mailto:x@y.example|x@y.example> that I am late', 'email', { who: 'x@y.example', text: 'I am late' }],
    [
      'send a mail to Ben about the meeting tomorrow at 8 saying that I am late',
      'email',
      { who: 'Ben', subject: 'the meeting tomorrow at 8', text: 'I am late' },
    ],
    ['forward it to Ben: please handle', 'forward', { mail: 'it', who: 'Ben', text: 'please handle' }],
  ])('%s', (message, name, said) => {
    expect(read(message)).toEqual([name === 'null' ? null : [name, said]])
  })

  test.each([
    "what's the weather like in Oslo today?",
    'sing me a song',
    'book a table for two at seven',
    'asdf qwer zxcv tyui',
    'burn the emails from Helen',
    'wat is unread',

    'remind me tomorrow',
    'translate it',
    '🎉',
    'read about from to with that and the '.repeat(1_100),
  ])('“%s” is not understood, and nothing is guessed', (message) => {
    expect(read(message)).toEqual([null])
  })

  test('long texts are read in no time worth noticing', () => {
    expect(read(`find mail about ${'from that with to about '.repeat(160)}`)).toHaveLength(1)
    expect(read(`label ${'it as with under into '.repeat(170)}`)).toHaveLength(1)
    expect(read(`reply to Rosa that ${'it is fine and we are glad, '.repeat(130)}`)).toHaveLength(1)
  })
})

describe('what the page and the README suggest', () => {
  test.each([
    ['What’s unread?', ['unread']],
    ['Find the most recent invoice', ['bills']],
    ['Who wrote to me this week, and what about?', ['digest']],
    ['What can you do?', ['help']],
    ['read the second one', ['read']],
    ['reply to her that I will call tomorrow', ['reply']],
    ['Reply to her that I will be late, and send it tomorrow at 8', ['reply']],
    ['Draft a reply saying that Tuesday works', ['draft a reply']],
  ])('“%s”', (message, names) => {
    expect(understand(message, INTENTS).map(({ understood }) => understood?.intent.name)).toEqual(names)
  })
})

describe('two requests in one message', () => {
  test.each<[string, unknown[]]>([
    [
      'archive it and reply to Rosa',
      [
        ['archive', { mail: 'it' }],
        ['reply', { mail: 'Rosa' }],
      ],
    ],
    [
      'find the mail from Grace, trash it and then star it.',
      [
        ['list', { mail: 'the mail from Grace' }],
        ['trash', { mail: 'it' }],
        ['star', { mail: 'it' }],
      ],
    ],
    ['archive it and book a table', [['archive', { mail: 'it' }], null]],
    [
      'what is unread and what do I owe?',
      [
        ['unread', {}],
        ['bills', {}],
      ],
    ],
    ['find mails about bread and butter', [['list', { mail: 'mails about bread and butter' }]]],
    [
      'reply to her that Tuesday works and archive it',
      [
        ['reply', { mail: 'her', text: 'Tuesday works' }],
        ['archive', { mail: 'it' }],
      ],
    ],
    [
      'reply to Rosa that Tuesday works. Send it at 9pm',
      [['reply', { mail: 'Rosa', text: 'Tuesday works', time: 'at 9pm' }]],
    ],
  ])('%s', (message, expected) => {
    expect(read(message)).toEqual(expected)
  })

  test.each([
    [
      'send a mail to Ben saying please read the plan and archive it, then reply to Helen',
      'please read the plan and archive it, then reply to Helen',
    ],
    ['Reply to Rosa saying:\nTuesday, 10:30.\n\nBring BOOTS', 'Tuesday, 10:30.\n\nBring BOOTS'],
    ['reply: Yes, send it. And archive it.', 'Yes, send it. And archive it.'],
  ])('but what a mail shall say is not cut up: %s', (message, text) => {
    expect(read(message)).toEqual([[expect.any(String), expect.objectContaining({ text })]])
  })
})
