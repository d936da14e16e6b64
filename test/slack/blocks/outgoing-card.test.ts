import type { Button, KnownBlock } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { approvalsTogether } from '../../../src/slack/blocks/approval-group.js'
import { approvalLine } from '../../../src/slack/blocks/approval-outcome.js'
import { cardOf } from '../../../src/slack/reply/fitting.js'
import { cardMessages, replyMessages } from '../../../src/slack/reply/reply-blocks.js'
import type { ReplyLook } from '../../../src/slack/reply/reply-look.js'
import type { OutgoingMailView } from '../../../src/turns/outgoing-mail.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import { type ApprovalView, EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { expectSlackTakes, literalsOf, textsOf, wordsOf } from '../slack-limits.js'
import { approvalBlocks } from './approval-blocks.js'
import { AT, JORGE, mail, outgoing, ROSA } from './outgoing-views.js'

const buttonsOf = (blocks: readonly KnownBlock[]): Button[] =>
  blocks.flatMap((block) =>
    block.type === 'actions' ? block.elements.flatMap((one) => (one.type === 'button' ? [one] : [])) : [],
  )
const labelsOf = (view: ApprovalView) => buttonsOf(approvalBlocks(view)).map(({ text }) => text.text)
const shown = (view: ApprovalView) => wordsOf({ text: '', blocks: approvalBlocks(view) }).join('\n')

describe('the card of a mail that is to leave', () => {
  it('shows the text first and in full, then whom it goes to, beside the buttons', () => {
    const content = { cc: [JORGE], bcc: [{ name: 'Ben', address: 'ben@x.example' }] }
    const blocks = approvalBlocks(outgoing({ mail: mail(content, { warnings: ['You have never written to them.'] }) }))
    expectSlackTakes({ text: 'x', blocks })
    expect(literalsOf(blocks)).toEqual([
      '> Dear Rosa,\n\nthe heating is broken.\n\nAnna',
      [
        'From: Anna <anna@northwind.example>',
        'To: Rosa Diaz <rosa@homes.example>',
        'Cc: jorge@homes.example',
        'Bcc: Ben <ben@x.example>',
        'Subject: The heating',
        '⚠️ Check: You have never written to them.',
      ].join('\n'),
    ])
    expect(blocks.at(-1)?.type).toBe('actions')
    expect(blocks.at(-2)?.type).toBe('rich_text')
  })

  it.each<[string, Partial<OutgoingMailView>, RegExp]>([
    ['a new one', {}, /\*Send this email\?\*/],
    ['a reply', { mail: mail({ inReplyTo: 'm1' }) }, /\*Send this reply\?\*/],
    [
      'one for later',
      { sendAt: AT },
      /\*Send this email <!date\^1795968540\^\{date_short_pretty\} at \{time\}\|Sun, Nov 29 at 5:09 PM>\?\*/,
    ],
    [
      'one whose time has passed',
      { sendAt: AT, isLate: true },
      /time for this has passed\.\*\n\*Send this email now\?\*/,
    ],
    ['one that was changed', { changed: true }, /changed in the meantime/],
    ['HTML', { mail: mail({ body: { format: 'html', source: 'x' } }) }, /Format: HTML/],
    [
      'no words',
      { mail: mail({ subject: '', body: { format: 'text', source: '' } }) },
      /\(no text\)[\s\S]*\(no subject\)/,
    ],
    [
      'attachments',
      { mail: mail({ attachments: [{ name: 'a.pdf', type: 'application/pdf', size: 1_234_567 }] }) },
      /Attachments: a\.pdf \(PDF, 1\.2 MB\)/,
    ],
    ['other fields', { mail: mail({ otherFields: [['Reply-To', 'x@y.example']] }) }, /Reply-To: x@y\.example/],
    ['what nobody sees', { mail: mail({ to: [{ name: 'R\u200Bosa', address: 'a@x.example' }] }) }, /R\[U\+200B\]osa/],
    ['nothing to show', { mail: null }, /I can't show this email right now/],
  ])('says what it is: %s', (_, view, words) => {
    expect(shown(outgoing(view))).toMatch(words)
  })

  it.each<[string, Partial<OutgoingMailView>, string[]]>([
    ['to be sent now', {}, ['Send', 'Edit', 'Change…', "Don't send"]],
    ['for later', { sendAt: AT }, ['Schedule', 'Edit', 'Change…', "Don't send"]],
    ['whose time has passed', { sendAt: AT, isLate: true }, ['Send now', 'Edit', 'Change…', "Don't send"]],
    [
      'with attachments',
      { mail: mail({ attachments: [{ name: 'a', type: 'b/c', size: null }] }) },
      ['Send', 'Change…', "Don't send"],
    ],
    ['that leaves as a draft', { mail: mail({}, { leavesAsDraft: true }) }, ['Send', 'Change…', "Don't send"]],
    ['that cannot be shown', { mail: null }, ['Change…', "Don't send"]],
    ['that can be undone', { state: 'held', dueAt: AT }, ['Undo']],
    ['that waits for its time', { state: 'held', dueAt: AT, sendAt: AT }, ['Cancel']],
    ['that leaves', { state: 'sending' }, []],
    ['that left', { state: 'sent', endedAt: AT }, []],
  ])('has buttons for what can be done with a mail %s', (_, view, labels) => {
    expect(labelsOf(outgoing(view))).toEqual(labels)
  })

  it('binds the button that approves to what was shown, and no other', () => {
    const [send, edit, change, deny] = buttonsOf(approvalBlocks(outgoing({ mail: mail({ to: [ROSA, JORGE] }) })))
    expect(send).toMatchObject({
      action_id: 'approval_approve',
      value: 'approval-1:0123456789abcdef',
      accessibility_label: 'Send this email to Rosa Diaz and 1 other',
    })
    expect(edit).toMatchObject({ action_id: 'approval_edit', value: 'approval-1' })
    expect([change, deny]).toMatchObject([
      { value: 'approval-1', accessibility_label: 'Change… this email to Rosa Diaz and 1 other' },
      { value: 'approval-1', accessibility_label: "Don't send this email to Rosa Diaz and 1 other" },
    ])
  })

  it('says to its button that it leaves at once where its time has passed', () => {
    const [send] = buttonsOf(approvalBlocks(outgoing({ sendAt: AT, isLate: true })))
    expect(send).toMatchObject({
      value: 'approval-1:0123456789abcdef:now',
      accessibility_label: 'Send now: email to Rosa Diaz',
    })
    expect(shown(outgoing({ sendAt: AT, isLate: true }))).not.toContain('5:09')
  })

  it('is never approved together with others while it cannot be shown', () => {
    const open = [outgoing({}, { id: 'a1' }), outgoing({ mail: null }, { id: 'a2' }), outgoing({}, { id: 'a3' })]
    expect(buttonsOf(approvalsTogether(open)).map(({ text, value }) => [text.text, value])).toEqual([
      ['Send both', 'a1:0123456789abcdef,a3:0123456789abcdef'],
      ["Don't send any", 'a1,a2,a3'],
    ])
    expect(buttonsOf(approvalsTogether(open.slice(0, 2))).map(({ text }) => text.text)).toEqual(["Don't send any"])
  })

  it.each<[string, Partial<OutgoingMailView>, Partial<ApprovalView>, string]>([
    ['held', { state: 'held', dueAt: AT }, {}, '⏳ Sending the email to Rosa Diaz at 5:09 PM…'],
    [
      'later',
      { state: 'held', dueAt: AT, sendAt: AT },
      {},
      '🗓️ Email to Rosa Diaz: scheduled for Sun, Nov 29 at 5:09 PM',
    ],
    ['sending', { state: 'sending' }, {}, '⏳ Sending the email to Rosa Diaz…'],
    ['approved just now', {}, { decision: 'approved' }, '⏳ Sending the email to Rosa Diaz…'],
    [
      'sent',
      { state: 'sent', endedAt: AT, mail: mail({ inReplyTo: 'm' }) },
      {},
      '✅ Reply to Rosa Diaz sent at 5:09 PM',
    ],
    [
      'sent, its draft changed',
      { state: 'sent', endedAt: AT, isDraftKept: true },
      {},
      '✅ Email to Rosa Diaz sent at 5:09 PM. Your draft was changed in Gmail, so I left it there.',
    ],
    ['sent, text unknown', { state: 'sent', endedAt: AT, mail: null }, {}, '✅ Email sent at 5:09 PM'],
    ['denied', { state: 'denied' }, {}, '🚫 Not sent: email to Rosa Diaz'],
    [
      'change asked',
      { state: 'denied' },
      { reason: 'shorter\nplease' },
      '✏️ You asked for a change to the email to Rosa Diaz: shorter ⏎ please',
    ],
    [
      'set aside',
      { state: 'denied' },
      { deniedBy: 'new_message' },
      '🚫 Not sent: email to Rosa Diaz. I set it aside because you wrote again. Ask me if you still want it.',
    ],
    [
      'asked anew',
      { state: 'denied' },
      { deniedBy: 'outdated' },
      "🚫 Not sent: email to Rosa Diaz. I'm asking you again in a new message.",
    ],
    ['undone', { state: 'undone' }, {}, '↩️ Undone. The email to Rosa Diaz was not sent.'],
    ['cancelled', { state: 'cancelled' }, {}, '🚫 Cancelled. The email to Rosa Diaz was not sent.'],
    [
      'refused',
      { state: 'refused', why: 'Gmail did not accept it.' },
      {},
      '⚠️ Not sent: email to Rosa Diaz. Gmail did not accept it.',
    ],
    [
      'unconfirmed',
      { state: 'unconfirmed' },
      {},
      "⚠️ I can't tell whether the email to Rosa Diaz was sent: it isn't in your Sent mail. Check there before you ask me again.",
    ],
    ['ended access', { state: 'ended_access' }, {}, '🚫 Not sent: email to Rosa Diaz. Gmail was disconnected.'],
  ])('folds into one line and the recipients: %s', (_, view, rest, words) => {
    const approval = outgoing(view, rest)
    const [first, second, ...more] = approvalLine(approval).split('\n')
    expect(first).toBe(words)
    expect(second).toBe(view.mail === null ? undefined : 'To: Rosa Diaz <rosa@homes.example>')
    expect(more).toEqual([])
    expect(shown(approval)).not.toContain('the heating is broken')
    expectSlackTakes({ text: 'x', blocks: approvalBlocks(approval) })
  })

  it('shows the text as it leaves where its owner changed it', () => {
    for (const state of ['held', 'sending', 'sent'] as const) {
      const text = shown(outgoing({ state, edited: true }))
      expect(text).toContain('the heating is broken')
      expect(text).toContain('You edited this')
      expect(text.includes('before it was sent')).toBe(state === 'sent')
    }
    expect(shown(outgoing({ state: 'undone', edited: true }))).not.toContain('the heating is broken')
  })

  it('keeps what a mail says out of whatever Slack reads', () => {
    const evil = '<!channel> *x* <https://evil.example|y> & :smile:'
    const address = { name: evil, address: evil }
    const content = mail({
      to: [address],
      cc: [address],
      bcc: [address],
      subject: evil,
      body: { format: 'text', source: evil },
      otherFields: [[evil, evil]],
      from: address,
    })
    for (const state of ['asking', 'held', 'sent', 'refused'] as const) {
      const blocks = approvalBlocks(outgoing({ state, mail: content, edited: true, why: evil }))
      expectSlackTakes({ text: 'x', blocks })
      expect(textsOf({ text: '', blocks }).join('\n')).not.toMatch(/evil|channel/)
    }
  })
})

describe('a mail in a reply', () => {
  const owner: ReplyLook = { audience: 'owner', turnId: 'turn-1', slashCommand: '/inbox' }
  const view = (phase: Phase, ...approvals: ApprovalView[]): ReplyView => ({
    ...EMPTY_VIEW,
    phase,
    reply: { ...EMPTY_REPLY, begun: true, items: [{ type: 'text', id: 't', text: 'Here it is.' }] },
    approvals,
    ownerName: 'Anna',
  })

  it.each([
    ['a long text', mail({ body: { format: 'text', source: 'A line of words.\n'.repeat(2_000) } })],
    [
      'a long text and many recipients',
      mail({
        body: { format: 'text', source: 'word '.repeat(5_000) },
        to: Array.from({ length: 400 }, (_, index) => ({ name: `Person ${index}`, address: `p${index}@x.example` })),
      }),
    ],
  ])('has who, to whom and what about in the message with the buttons: %s', (_, long) => {
    const asking = outgoing({ mail: long })
    for (const messages of [
      replyMessages(view({ type: 'deciding' }, asking), owner),
      cardMessages(view({ type: 'deciding' }, asking), { ...owner, audience: 'others' }),
      cardOf(asking, 'An email'),
    ]) {
      expect(messages.length).toBeGreaterThan(2)
      for (const message of messages) expectSlackTakes(message)
      const last = messages.at(-1)
      expect(buttonsOf(last?.blocks ?? []).map(({ text }) => text.text)).toContain('Send')
      expect(literalsOf(last?.blocks ?? []).join('\n')).toMatch(/From: Anna[\s\S]*To: [\s\S]*Subject: The heating/)
      const all = messages.flatMap(wordsOf).join('\n')
      for (const { address } of long.content.to) expect(all).toContain(address)
    }
  })

  it.each<[string, Phase]>([
    ['decisions are asked', { type: 'deciding' }],
    ['the agent goes on', { type: 'working' }],
  ])('can be undone while %s', (_, phase) => {
    const labels = replyMessages(view(phase, outgoing({ state: 'held', dueAt: AT })), owner).flatMap(({ blocks }) =>
      buttonsOf(blocks).map(({ text }) => text.text),
    )
    expect(labels).toContain('Undo')
    expect(labels).not.toContain('Send')
  })

  it('that is over holds no button: what waits for its time has a message of its own', () => {
    const later = view({ type: 'ended', ending: 'answered' }, outgoing({ state: 'held', dueAt: AT, sendAt: AT }))
    const [message] = replyMessages(later, owner)
    expect(buttonsOf(message?.blocks ?? [])).toEqual([])
    expect(message === undefined ? [] : wordsOf(message).join('\n')).toContain(
      'scheduled for Sun, Nov 29 at 5:09 PM. You can cancel it in my Home tab.',
    )
  })

  it.each<Partial<OutgoingMailView>>([{ state: 'sending' }, { state: 'held', dueAt: AT }])(
    'that is over does not say for ever that a mail is being sent, another message tells how that went: %o',
    (mail) => {
      const stopped = view({ type: 'ended', ending: 'stopped' }, outgoing(mail))
      const text = replyMessages(stopped, owner).flatMap(wordsOf).join('\n')
      expect(text).toContain("Email to Rosa Diaz: I'll say below whether it was sent.")
      expect(text).not.toContain('Sending')
    },
  )

  it('is asked about once more where it was changed after the press', () => {
    const changed = outgoing({ state: 'asking', changed: true }, { decision: 'approved' })
    const text = replyMessages(view({ type: 'deciding' }, changed), owner)
      .flatMap(wordsOf)
      .join('\n')
    expect(text).toContain('changed in the meantime')
    expect(text).toContain('the heating is broken')
  })
})
