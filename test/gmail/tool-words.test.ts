import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SENDING_TOOLS } from '../../src/gmail/sending-tools.js'
import {
  approvalQuestion,
  approveLabel,
  becomes,
  denyLabel,
  describeDone,
  describeToolCall,
  describeToolKind,
  isWholeChange,
} from '../../src/gmail/tool-words.js'
import { GMAIL_TOOLS } from '../../src/gmail/tools.js'

describe('one call about many emails', () => {
  const archive = (...message_ids: string[]) => ({ message_ids, remove_label_ids: ['INBOX'] })
  const batch = 'gmail_batch_modify_messages'

  it('says how many, and what becomes of them', () => {
    expect(approvalQuestion(batch, archive('a', 'b', 'c'))).toBe('Archive 3 emails?')
    expect(approveLabel(batch, archive('a', 'b', 'c'))).toBe('Archive 3 emails')
    expect(denyLabel(batch, archive('a', 'b', 'c'))).toBe('Keep them')
    expect(describeToolCall(batch, archive('a', 'b'))).toBe('Archiving 2 emails')
    expect(describeDone(batch, archive('a', 'b'))).toBe('Archived 2 emails')
    expect(becomes(batch, archive('a', 'b'))).toBe('archived')
    expect(approvalQuestion(batch, { ids: ['a', 'b'], add_label_ids: ['Loans'] })).toBe(
      'Change the labels of 2 emails?',
    )
  })

  it('is about one where it names one, and counts nothing where it names none', () => {
    expect(approvalQuestion(batch, archive('a'))).toBe('Archive this email?')
    for (const input of [{}, { message_ids: 'a' }, { message_ids: [1] }, archive()])
      expect(approvalQuestion(batch, input)).not.toMatch(/\d/)
    expect(describeToolKind(batch)).toBe('Changing the labels of several emails')
  })
})

describe('what the agent does, in words', () => {
  it.each([
    ['gmail_fetch_mails', { query: 'from:dana' }, 'Searching your email', 'Searched your email'],
    [
      'gmail_fetch_mails',
      { query: 'is:unread  in:inbox' },
      'Searching your unread email',
      'Searched your unread email',
    ],
    ['gmail_fetch_mails', { query: '-is:unread' }, 'Searching your email', 'Searched your email'],
    ['gmail_fetch_mails', { query: 'is:unread OR x' }, 'Searching your email', 'Searched your email'],
    ['gmail_fetch_mails', {}, 'Searching your email', 'Searched your email'],
    [
      'gmail_send_message',
      { to: ['a@x.example', 'b@x.example'], subject: 'Hi' },
      'Sending an email to a@x.example, b@x.example',
      'Sent an email to a@x.example, b@x.example',
    ],
    ['gmail_create_draft', { subject: 'Line\nbreak' }, 'Saving a draft', 'Saved a draft'],
    ['gmail_get_message_by_id', { message_id: '18c' }, 'Reading an email', 'Read an email'],
    [
      'send_email',
      { to: 'rosa@x.example', subject: 'Hi', body: 'Dear Rosa' },
      'Preparing an email to rosa@x.example',
      'Prepared an email to rosa@x.example',
    ],
    [
      'send_email',
      { to: ['a@x.example', 'b@x.example'] },
      'Preparing an email to a@x.example, b@x.example',
      'Prepared an email to a@x.example, b@x.example',
    ],
    ['reply_to_email', { thread_id: '18c' }, 'Preparing a reply', 'Prepared a reply'],
    [
      'reply_to_email',
      { thread_id: '18c', to: 'rosa@x.example' },
      'Preparing a reply to rosa@x.example',
      'Prepared a reply to rosa@x.example',
    ],
    ['send_draft', { draft_id: 'r1' }, 'Preparing a draft for sending', 'Prepared a draft for sending'],
    ['gmail_do_something_new', { secret: 'x' }, 'Using do something new', 'Used do something new'],
    ['read', { path: '/x' }, 'Using read', 'Used read'],
  ])('%s %j', (name, input, running, ran) => {
    expect(describeToolCall(name, input)).toBe(running)
    expect(describeDone(name, input)).toBe(ran)
  })

  it.each([
    [{ remove_label_ids: ['INBOX'] }, 'Archive this email?', 'Archive', 'Keep it', 'archived'],
    [{ add_label_ids: ['STARRED'], remove_label_ids: [] }, 'Star this email?', 'Star', 'Leave it', 'starred'],
    [{ remove_label_ids: ['UNREAD'] }, 'Mark this email as read?', 'Mark as read', 'Leave it', 'marked as read'],
    [
      { add_label_ids: ['INBOX'] },
      'Move this email to your inbox?',
      'Move to your inbox',
      'Leave it',
      'moved to your inbox',
    ],
    [
      { remove_label_ids: ['INBOX', 'UNREAD'] },
      'Change the labels of this email?',
      'Change labels',
      'Leave them',
      'relabeled',
    ],
    [{ add_label_ids: ['X'] }, 'Change the labels of this email?', 'Change labels', 'Leave them', 'relabeled'],
    [{ add_label_ids: [['STARRED']] }, 'Change the labels of this email?', 'Change labels', 'Leave them', 'relabeled'],
    [{ add_label_ids: 'STARRED' }, 'Change the labels of this email?', 'Change labels', 'Leave them', 'relabeled'],
  ])('says what a change of labels does, where it has a name: %j', (input, question, yes, no, past) => {
    const name = 'gmail_modify_message_labels'
    expect([approvalQuestion(name, input), approveLabel(name, input), denyLabel(name, input)]).toEqual([
      question,
      yes,
      no,
    ])
    expect(becomes(name, input)).toBe(past)
    expect(isWholeChange(name, input)).toBe(past !== 'relabeled')
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
