import { describe, expect, test } from 'vitest'
import type { ToolCall, ToolOutcome } from '../../../src/sandbox/agents/brain.js'
import { type SendingResult, sendingResult } from '../../../src/sandbox/agents/script/sending-result.js'
import { ScriptedSession, type SessionOptions, sampleMailbox } from './scripted-session.js'

const NOT_KNOWN =
  'It is not known whether this was sent: the mailbox did not answer. Say exactly that. Do not send it again.'
const SENDING = /^(?:send_|reply_to_|gmail_send|gmail_reply)/
const ok = (answer: unknown): ToolOutcome => ({
  status: 'ok',
  text: typeof answer === 'string' ? answer : JSON.stringify(answer),
})

/** A session whose host answers so, one answer a call; the last one goes on. */
async function hosted(answers: readonly ToolOutcome[], options: SessionOptions = {}) {
  const mailbox = await sampleMailbox('anna')
  const asked: ToolCall[] = []
  const host = (call: ToolCall): ToolOutcome => {
    asked.push(call)
    return answers[Math.min(asked.length, answers.length) - 1] ?? ok('Sent.')
  }
  return { mailbox, asked, session: await ScriptedSession.open(mailbox, { ...options, host }) }
}

describe('with the tools of the host, the script asks for', () => {
  test('a reply, leaving its recipient to the host and saying nothing before', async () => {
    const { session, asked, mailbox } = await hosted([ok({ status: 'sent' })])
    await session.ask('read the mail from Rosa')
    const reply = await session.ask('Reply to her that Tuesday at 10:30 suits me')
    const original = mailbox.search({ query: 'from:rosa' })[0]
    expect(asked).toEqual([
      {
        name: 'reply_to_email',
        input: {
          thread_id: original?.threadId,
          in_reply_to_message_id: original?.mail.messageId,
          body: 'Hi Rosa,\n\nTuesday at 10:30 suits me.\n\nBest,\nAnna',
        },
      },
    ])
    expect(reply.text).not.toContain('suits me')
    expect(reply.last).toBe('Sent.')
  })

  test('a reply to all, naming everybody', async () => {
    const { session, asked } = await hosted([ok('Sent.')])
    await session.ask('read the mail about the globe room')
    await session.ask('reply to all that it is fine by me')
    expect(asked[0]?.input).toMatchObject({ to: 'ben@northwind.example', cc: 'priya@northwind.example' })
  })

  test('a new mail, a forward and a draft', async () => {
    const { session, asked, mailbox } = await hosted([ok('Sent.')])
    await session.ask('send a mail to Priya saying the floor is paid')
    const forwarded = await session.ask('forward the mail from Leila to Ben saying what do you think?')
    expect(forwarded.text).toContain('attachments stay behind')
    await session.ask('draft a reply to Rosa saying that Tuesday works')
    const draft = mailbox.drafts()[0]
    const sent = await session.ask('yes, send it')
    expect(asked).toMatchObject([
      { name: 'send_email', input: { to: 'priya@northwind.example', subject: 'The floor is paid' } },
      { name: 'send_email', input: { to: 'ben@northwind.example', subject: expect.stringMatching(/^Fwd: /) } },
      { name: 'send_draft', input: { draft_id: draft?.id } },
    ])
    expect(sent.text).toBe('Sent.')
  })

  test('warns before it asks', async () => {
    const { session, asked } = await hosted([ok('Sent.')])
    await session.ask('read the latest mail from Vandermeer')
    const reply = await session.ask('reply to it that I will do that')
    expect(asked).toHaveLength(1)
    expect(reply.text).toContain('⚠️')
  })
})

test('without them, it goes on with those of Gmail', async () => {
  const session = await ScriptedSession.open(await sampleMailbox('anna'))
  const { calls } = await session.ask('send a mail to Priya saying the floor is paid')
  expect(calls.filter(({ name }) => SENDING.test(name)).map(({ name }) => name)).toEqual(['gmail_send_message'])
  const later = await session.ask('send a mail to Priya tomorrow at 8 saying the floor is paid')
  expect(later.calls.filter(({ name }) => SENDING.test(name))).toEqual([])
  expect(later.last).toContain('I can only send right away here')
})

describe('sending later', () => {
  test.each<[string, string, string]>([
    [
      'send a mail to Priya saying the floor is paid, and send it tomorrow at 8',
      'send_email',
      '2026-11-21T08:00:00+01:00',
    ],
    ['reply to Rosa that Tuesday works. Send it at 9pm', 'reply_to_email', '2026-11-20T21:00:00+01:00'],
  ])('%s', async (request, name, send_at) => {
    const { session, asked } = await hosted([ok('Scheduled.')])
    const reply = await session.ask(request)
    expect(asked).toMatchObject([{ name, input: { send_at } }])
    expect(String(asked[0]?.input.body)).not.toMatch(/tomorrow|9pm/i)
    expect(reply.last).toMatch(/^It will go out (?:tomorrow at 08:00|today at 21:00)\.$/)
  })

  test('a draft that was written before, which is none any more then', async () => {
    const { session, asked } = await hosted([ok({ status: 'scheduled', send_at: '2026-11-21T09:00:00+01:00' })])
    await session.ask('draft a reply to Rosa saying that Tuesday works')
    const reply = await session.ask('send it tomorrow at 8')
    expect(asked).toMatchObject([{ name: 'send_draft', input: { send_at: '2026-11-21T08:00:00+01:00' } }])
    // What the host says counts.
    expect(reply.last).toBe('It will go out tomorrow at 09:00.')
    expect((await session.ask('yes')).last).toContain('Yes to what')
  })

  test('a time that has passed sends nothing', async () => {
    const { session, asked } = await hosted([ok('Sent.')])
    const reply = await session.ask('send a mail to Priya saying hello, send it today at 5pm')
    expect(asked).toEqual([])
    expect(reply.last).toBe('That time has passed. When should it go out?')
  })
})

describe('what became of it is said shortly', () => {
  test.each<[string, ToolOutcome, string]>([
    ['sent', ok('Sent.'), 'Sent.'],
    [
      'sent, edited',
      ok({ status: 'sent', edited: true, body: 'It was not sent earlier.' }),
      'Sent, with your changes.',
    ],
    ['undone', ok({ status: 'undone' }), "It wasn't sent: you undid it."],
    [
      'not known',
      ok({ status: 'unconfirmed' }),
      "I can't tell whether it was sent. Please look in your Sent folder before you send it again.",
    ],
    ['denied', ok({ status: 'denied' }), 'Not sent. What should be different?'],
    ['denied with words', ok({ status: 'denied', reason: 'make it friendlier' }), 'How should it read?'],
    [
      'not known, as an error',
      { status: 'error', text: NOT_KNOWN },
      "I can't tell whether it was sent. Please look in your Sent folder before you send it again.",
    ],
    [
      'disconnected',
      { status: 'error', text: 'Nothing was sent: Gmail was disconnected first.' },
      "It wasn't sent. Gmail was disconnected first.",
    ],
    [
      'undone, and kept',
      ok('The person approved this and then undid it: nothing was sent. The text is still a draft in their Gmail.'),
      "It wasn't sent: you undid it. It is still in your drafts.",
    ],
    [
      'an error',
      { status: 'error', text: 'Daily sending limit reached.' },
      "It wasn't sent. Daily sending limit reached.",
    ],
    [
      'something else',
      ok('Gmail refused it: Daily sending limit reached.'),
      'Gmail refused it: Daily sending limit reached.',
    ],
  ])('%s', async (_, outcome, said) => {
    const { session } = await hosted([outcome])
    const { last } = await session.ask('send a mail to Priya saying the floor is paid')
    expect(last).toBe(said)
  })

  test.each<[string, Record<string, unknown>]>([
    ['Say Wednesday instead of Tuesday', { body: expect.stringContaining('Wednesday works') }],
    ['say that Friday would be better', { body: 'Hi Rosa,\n\nFriday would be better.\n\nBest,\nAnna' }],
    ['send it tomorrow at 8', { send_at: '2026-11-21T08:00:00+01:00', body: expect.stringContaining('Tuesday works') }],
  ])('a no with "%s" is proposed anew', async (reason, input) => {
    const { session, asked } = await hosted([ok({ status: 'denied', reason }), ok('Sent.')])
    const reply = await session.ask('reply to Rosa that Tuesday works')
    expect(asked).toMatchObject([{ name: 'reply_to_email' }, { name: 'reply_to_email', input }])
    expect(reply.last).toBe('Sent.')
  })

  test('a no that asks for a draft keeps it as one', async () => {
    const { session, asked, mailbox } = await hosted([ok({ status: 'denied', reason: 'make it a draft please' })])
    const before = mailbox.drafts().length
    const reply = await session.ask('send a mail to Priya saying the floor is paid')
    expect(asked).toHaveLength(1)
    expect(mailbox.drafts()).toHaveLength(before + 1)
    expect(reply.last).toBe('It is in your Drafts folder. Nothing has been sent.')
  })

  test('a no that comes with a message is answered by what that message asks', async () => {
    const denied = ok('Not sent: the person wrote something new instead of deciding.')
    const { session, asked } = await hosted([denied, ok('Sent.')], { isFollowed: true })
    const passed = await session.ask('send a mail to Priya saying the floor is paid')
    expect(passed.text).not.toMatch(/not sent|different/i)
    const yes = await session.ask('yes')
    expect(asked[1]).toEqual(asked[0])
    expect(yes.text).toContain('press **Send** on the card')
    expect(yes.last).toBe('Sent.')
  })
})

describe('what a tool of the host says', () => {
  test.each<[string, SendingResult]>([
    ['{"status":"sent","message_id":"18c"}', { type: 'sent', edited: false }],
    ['{"state":"sent","edited":true}', { type: 'sent', edited: true }],
    ['Sent.', { type: 'sent', edited: false }],
    ['The person edited the email, and it was sent as follows: {"body":"I undid it"}', { type: 'sent', edited: true }],
    ['Sent after the person changed it:\nTo: a@x.example\n\nIt was not sent before.', { type: 'sent', edited: true }],
    [
      'It is scheduled for 2026-11-21T08:00:00+01:00.',
      { type: 'scheduled', at: new Date('2026-11-21T07:00:00Z'), edited: false },
    ],
    [
      '{"status":"scheduled","send_at":"2026-11-21T08:00:00+01:00"}',
      { type: 'scheduled', at: new Date('2026-11-21T07:00:00Z'), edited: false },
    ],
    ['Undone by the person.', { type: 'undone', kept: false }],
    ['Not sent: the person undid it.', { type: 'undone', kept: false }],
    ['Not sent: the person said: shorter', { type: 'denied', words: 'shorter' }],
    ['The person undid it, so it was not sent.', { type: 'undone', kept: false }],
    ['Not sent. The person said no.', { type: 'denied', words: undefined }],
    ['Not sent. The person wants it different: "shorter, please"', { type: 'denied', words: 'shorter, please' }],
    ['{"status":"denied","reason":"shorter"}', { type: 'denied', words: 'shorter' }],
    ['{"status":"cancelled"}', { type: 'cancelled', kept: false }],
    ['The person cancelled this before its time: nothing was sent.', { type: 'cancelled', kept: false }],
    ['Sent, exactly as proposed.', { type: 'sent', edited: false }],
    [
      'Sent. The person changed it first. Word for word it says:\nTo: a@x.example\nSubject: I said no\n\nNothing was sent.',
      { type: 'sent', edited: true },
    ],
    ['The person said no: nothing was sent. Do not try another way round.', { type: 'denied', words: undefined }],
    [
      'Nothing was sent. The person wants it changed first. In their words: say "Wednesday" instead of "Friday": it is sent then\nCall the tool again with the changed email.',
      { type: 'denied', words: 'say "Wednesday" instead of "Friday": it is sent then' },
    ],
    [
      'The person did not decide this. They wrote a new message instead, which follows: go on with that. Do this only if they ask for it again.',
      { type: 'denied', words: undefined },
    ],
    [
      'Approved, and scheduled for 2026-11-21T07:00:00.000Z. Nothing has been sent yet; it leaves by itself then, unless the person cancels it. Word for word it says:\nTo: a@x.example',
      { type: 'scheduled', at: new Date('2026-11-21T07:00:00Z'), edited: true },
    ],
    [NOT_KNOWN, { type: 'unconfirmed' }],
    ['It is not known whether it was sent.', { type: 'unconfirmed' }],
    ['{"status":"unconfirmed"}', { type: 'unconfirmed' }],
    ['{"status":"refused","why":"Too many recipients"}', { type: 'other', text: 'Too many recipients' }],
  ])('%s', (answer, result) => {
    expect(sendingResult(answer)).toEqual(result)
  })
})
