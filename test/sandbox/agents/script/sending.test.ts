import { describe, expect, test } from 'vitest'
import type { ToolCall, ToolOutcome } from '../../../../src/sandbox/agents/session/brain.js'
import { ScriptedSession, type SessionOptions, sampleMailbox } from './scripted-session.js'

/** As the bot says it to its agent. */
const SENT = 'Sent, exactly as proposed.'
const SCHEDULED = (at: string) =>
  `Approved, and scheduled for ${at}. Nothing has been sent yet; it leaves by itself then.`
const DENIED = 'The person said no: nothing was sent. Do not try another way round.'
const CHANGED = (words: string) =>
  `Nothing was sent. The person wants it changed first. In their words: ${words}\nCall the tool again with the changed email.`
const SET_ASIDE = 'The person did not decide this. They wrote a new message instead, which follows: go on with that.'

const NOT_KNOWN =
  'It is not known whether this was sent: the mailbox did not answer. Say exactly that. Do not send it again.'
const ok = (text: string): ToolOutcome => ({ status: 'ok', text })

/** A session whose host answers so, one answer a call; the last one goes on. */
async function hosted(answers: readonly ToolOutcome[], options: SessionOptions = {}) {
  const mailbox = await sampleMailbox('anna')
  const asked: ToolCall[] = []
  const host = (call: ToolCall): ToolOutcome => {
    asked.push(call)
    return answers[Math.min(asked.length, answers.length) - 1] ?? ok(SENT)
  }
  return { mailbox, asked, session: await ScriptedSession.open(mailbox, { ...options, host }) }
}

describe('with the tools of the host, the script asks for', () => {
  test('a reply, leaving its recipient to the host and saying nothing before', async () => {
    const { session, asked, mailbox } = await hosted([ok(SENT)])
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

  test('a new mail, a forward and a draft', async () => {
    const { session, asked, mailbox } = await hosted([ok(SENT)])
    await session.ask('send a mail to Priya saying the floor is paid')
    const forwarded = await session.ask('forward the mail from Leila to Ben saying what do you think?')
    expect(forwarded.text).toContain("attachments won't go along")
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
    const { session, asked } = await hosted([ok(SENT)])
    await session.ask('read the latest mail from Vandermeer')
    const reply = await session.ask('reply to it that I will do that')
    expect(asked).toHaveLength(1)
    expect(reply.text).toContain('⚠️')
  })
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
    const { session, asked } = await hosted([ok(SCHEDULED(new Date(send_at).toISOString()))])
    const reply = await session.ask(request)
    expect(asked).toMatchObject([{ name, input: { send_at } }])
    expect(String(asked[0]?.input.body)).not.toMatch(/tomorrow|9pm/i)
    expect(reply.last).toMatch(/^It will go out (?:tomorrow at 08:00|today at 21:00)\.$/)
  })

  test('a draft that was written before, which is none any more then', async () => {
    const { session, asked } = await hosted([ok(SCHEDULED('2026-11-21T08:00:00.000Z'))])
    await session.ask('draft a reply to Rosa saying that Tuesday works')
    const reply = await session.ask('send it tomorrow at 8')
    expect(asked).toMatchObject([{ name: 'send_draft', input: { send_at: '2026-11-21T08:00:00+01:00' } }])
    // What the host says counts.
    expect(reply.last).toBe('It will go out tomorrow at 09:00.')
    expect((await session.ask('yes')).last).toContain('Nothing is waiting')
  })

  test('a time that has passed sends nothing', async () => {
    const { session, asked } = await hosted([ok(SENT)])
    const reply = await session.ask('send a mail to Priya saying hello, send it today at 5pm')
    expect(asked).toEqual([])
    expect(reply.last).toBe('That time has passed. When should it go out?')
  })
})

describe('what became of it is said shortly', () => {
  test.each<[string, ToolOutcome, string]>([
    ['sent', ok(SENT), 'Sent.'],
    [
      'sent, edited',
      ok('Sent. The person changed it first. Word for word it says:\nSubject: I said no\n\nNothing was sent.'),
      'Sent, with your changes.',
    ],
    [
      'undone',
      ok('The person approved this and then undid it: nothing was sent. Do not send it again unless they ask.'),
      "It wasn't sent: you undid it.",
    ],
    [
      'undone, and kept',
      ok('The person approved this and then undid it: nothing was sent. The text is still a draft in their Gmail.'),
      "It wasn't sent: you undid it. It's still in your drafts.",
    ],
    [
      'cancelled',
      ok('The person cancelled this before its time: nothing was sent.'),
      "It wasn't sent: you cancelled it.",
    ],
    ['denied', ok(DENIED), 'Not sent. What should be different?'],
    ['denied with words', ok(CHANGED('make it friendlier')), 'Not sent. How should it read?'],
    [
      'not known',
      { status: 'error', text: NOT_KNOWN },
      "I can't tell whether it was sent. Please look in your Sent folder before you send it again.",
    ],
    [
      'refused',
      { status: 'error', text: 'Nothing was sent. Daily sending limit reached.' },
      "That didn't work. Gmail answered: “Nothing was sent. Daily sending limit reached.”. Please try again.",
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
    const { session, asked } = await hosted([ok(CHANGED(reason)), ok(SENT)])
    const reply = await session.ask('reply to Rosa that Tuesday works')
    expect(asked).toMatchObject([{ name: 'reply_to_email' }, { name: 'reply_to_email', input }])
    expect(reply.last).toBe('Sent.')
  })

  test('a no that asks for a draft keeps it as one', async () => {
    const { session, asked, mailbox } = await hosted([ok(CHANGED('make it a draft please'))])
    const before = mailbox.drafts().length
    const reply = await session.ask('send a mail to Priya saying the floor is paid')
    expect(asked).toHaveLength(1)
    expect(mailbox.drafts()).toHaveLength(before + 1)
    expect(reply.last).toBe("It's in your drafts. It wasn't sent.")
  })

  test('a no that comes with a message is answered by what that message asks', async () => {
    const { session, asked } = await hosted([ok(SET_ASIDE), ok(SENT)], { isFollowed: true })
    const passed = await session.ask('send a mail to Priya saying the floor is paid')
    expect(passed.text).not.toMatch(/not sent|different/i)
    const yes = await session.ask('yes')
    expect(asked[1]).toEqual(asked[0])
    expect(yes.text).toContain('Only the button on the card does that')
    expect(yes.last).toBe('Sent.')
  })
})
