import { describe, expect, it } from 'vitest'
import { SENDING_TOOLS } from '../../src/gmail/sending-tools.js'
import { GMAIL_TOOLS } from '../../src/gmail/tools.js'
import { UnsendableMail } from '../../src/turns/outgoing-mail.js'

const NOW = Date.parse('2026-11-29T12:00:00Z')

function tool(name: string) {
  const found = SENDING_TOOLS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no tool ${name}`)
  return found
}

const NEW = { to: 'a@b.example', subject: 'Hi', body: 'Text' }

describe('the tools that ask to send', () => {
  it('are the three that there are, each governed by the Gmail tool that sends for it', () => {
    expect(SENDING_TOOLS.map(({ name, governedBy }) => [name, governedBy, GMAIL_TOOLS[governedBy].kind])).toEqual([
      ['send_email', 'gmail_send_message', 'leave'],
      ['reply_to_email', 'gmail_reply_to_thread', 'leave'],
      ['send_draft', 'gmail_send_draft', 'leave'],
    ])
  })

  it.each([
    [
      'send_email',
      ['to', 'cc', 'bcc', 'subject', 'body', 'content_type', 'thread_id', 'send_at'],
      ['to', 'subject', 'body'],
    ],
    [
      'reply_to_email',
      ['thread_id', 'to', 'cc', 'bcc', 'subject', 'body', 'content_type', 'in_reply_to_message_id', 'send_at'],
      ['thread_id', 'body'],
    ],
    ['send_draft', ['draft_id', 'send_at'], ['draft_id']],
  ])('%s offers its fields, and no others, as JSON schema', (name, fields, required) => {
    const { inputSchema } = tool(name)
    expect(Object.keys(inputSchema.properties)).toEqual(fields)
    expect(inputSchema.required).toEqual(required)
    expect(inputSchema.additionalProperties).toBe(false)
    for (const property of Object.values(inputSchema.properties)) expect(property).toHaveProperty('description')
  })

  it.each([
    [
      'send_email',
      NEW,
      {
        type: 'new',
        to: ['a@b.example'],
        cc: [],
        bcc: [],
        subject: 'Hi',
        body: 'Text',
        format: 'text',
        threadId: null,
      },
    ],
    [
      'send_email',
      { ...NEW, to: ['a@b.example', ' c@d.example '], cc: '', bcc: [''], content_type: 'text/html', thread_id: 't1' },
      {
        type: 'new',
        to: ['a@b.example', 'c@d.example'],
        cc: [],
        bcc: [],
        subject: 'Hi',
        body: 'Text',
        format: 'html',
        threadId: 't1',
      },
    ],
    [
      'reply_to_email',
      { thread_id: 't1', body: 'Yes' },
      {
        type: 'reply',
        threadId: 't1',
        to: null,
        cc: [],
        bcc: [],
        subject: null,
        body: 'Yes',
        format: 'text',
        inReplyTo: null,
      },
    ],
    [
      'reply_to_email',
      { thread_id: 't1', body: 'Yes', to: '', subject: ' ', in_reply_to_message_id: '<m@x>' },
      {
        type: 'reply',
        threadId: 't1',
        to: null,
        cc: [],
        bcc: [],
        subject: null,
        body: 'Yes',
        format: 'text',
        inReplyTo: '<m@x>',
      },
    ],
    ['send_draft', { draft_id: 'r-1' }, { type: 'draft', draftId: 'r-1' }],
  ])('%s %j is a request', (name, input, request) => {
    expect(tool(name).toRequest(input)).toEqual(request)
  })

  it.each([
    [
      'send_email',
      { ...NEW, attachments: ['secret.pdf'], reply_to: 'x' },
      /There is no field "attachments", "reply_to"\./,
    ],
    ['send_email', { to: 'a@b.example' }, /The field "subject" is missing\. The field "body" is missing\./],
    ['send_email', { ...NEW, to: 7 }, /The field "to" cannot be read/],
    ['send_email', { ...NEW, send_at: 'tomorrow' }, /RFC 3339/],
    ['send_email', { ...NEW, send_at: '2026-12-01T08:00:00' }, /RFC 3339/],
    ['send_draft', 'r-1', /The input must be an object/],
    ['send_draft', { draft_id: '' }, /The field "draft_id" cannot be read/],
  ])('%s %j is refused in words', (name, input, words) => {
    const read = () => tool(name).toRequest(input)
    expect(read).toThrow(UnsendableMail)
    expect(read).toThrow(words)
    expect(read).not.toThrow(/secret|tomorrow|a@b/)
  })

  it.each([
    [undefined, null],
    ['2026-11-29T12:00:01Z', NOW + 1000],
    ['2026-12-01T08:00:00+01:00', Date.parse('2026-12-01T07:00:00Z')],
    ['2027-11-29T12:00:00Z', Date.parse('2027-11-29T12:00:00Z')],
  ])('send_at %s is %s', (at, expected) => {
    expect(tool('send_draft').sendAt({ draft_id: 'r-1', send_at: at }, NOW)).toBe(expected)
  })

  it.each([
    ['2026-11-29T12:00:00Z', /in the past/],
    ['2026-11-29T12:30:00+01:00', /in the past/],
    ['2028-01-01T00:00:00Z', /more than a year/],
  ])('send_at %s is refused in words', (at, words) => {
    expect(() => tool('send_draft').sendAt({ draft_id: 'r-1', send_at: at }, NOW)).toThrow(words)
  })
})
