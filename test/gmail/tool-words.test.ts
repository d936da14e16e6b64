import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SENDING_TOOLS } from '../../src/gmail/sending-tools.js'
import { describeToolCall, describeToolKind } from '../../src/gmail/tool-words.js'
import { GMAIL_TOOLS } from '../../src/gmail/tools.js'

describe('what the agent does, in words', () => {
  it.each([
    ['gmail_fetch_mails', { query: 'from:dana  is:unread' }, 'Searching mail: from:dana is:unread'],
    ['gmail_fetch_mails', {}, 'Searching mail'],
    [
      'gmail_send_message',
      { to: ['a@x.example', 'b@x.example'], subject: 'Hi' },
      'Sending mail: a@x.example, b@x.example',
    ],
    ['gmail_send_message', { subject: 'Hi' }, 'Sending mail: Hi'],
    ['gmail_create_draft', { subject: 'Line\nbreak' }, 'Writing a draft: Line break'],
    ['gmail_create_draft', { subject: { not: 'text' } }, 'Writing a draft'],
    ['gmail_get_message_by_id', { message_id: '18c' }, 'Reading a message'],
    ['send_email', { to: 'rosa@x.example', subject: 'Hi', body: 'Dear Rosa' }, 'Preparing an email to rosa@x.example'],
    ['send_email', { to: ['a@x.example', 'b@x.example'] }, 'Preparing an email to a@x.example, b@x.example'],
    ['reply_to_email', { thread_id: '18c' }, 'Preparing a reply'],
    ['reply_to_email', { thread_id: '18c', to: 'rosa@x.example' }, 'Preparing a reply to rosa@x.example'],
    ['send_draft', { draft_id: 'r1' }, 'Preparing a draft for sending'],
    ['gmail_do_something_new', { secret: 'x' }, 'Using do something new'],
    ['read', { path: '/x' }, 'Using read'],
  ])('%s %j', (name, input, words) => {
    expect(describeToolCall(name, input)).toBe(words)
  })

  it('has words of its own for every tool that the agent is given', () => {
    const names = [...Object.keys(GMAIL_TOOLS), ...SENDING_TOOLS.map(({ name }) => name)]
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) expect(describeToolKind(name)).not.toMatch(/^Using/)
  })

  it('tells nothing of the input where others read along', () => {
    fc.assert(
      fc.property(fc.constantFrom('gmail_fetch_mails', 'gmail_send_message', 'gmail_reply_to_thread', 'x'), (name) => {
        expect(describeToolKind(name)).toBe(describeToolCall(name, {}))
      }),
    )
  })

  it('is one short line, whatever the tool is called and whatever is passed to it', () => {
    const name = fc.oneof(
      fc.constantFrom('gmail_fetch_mails', 'gmail_send_message', 'constructor', '__proto__', 'toString', ''),
      fc.string({ maxLength: 64 }),
    )
    const input = fc.dictionary(
      fc.constantFrom('query', 'q', 'to', 'subject', 'name'),
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.anything()),
    )
    fc.assert(
      fc.property(name, input, (tool, given) => {
        const words = describeToolCall(tool, given)
        expect(words).toBeTypeOf('string')
        expect(words).not.toMatch(/[\n\r]/)
        expect(words.length).toBeLessThanOrEqual(130)
        expect(words).not.toMatch(/\p{Surrogate}/u)
      }),
    )
  })
})
