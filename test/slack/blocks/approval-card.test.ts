import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GMAIL_TOOLS } from '../../../src/gmail/tools.js'
import { approvalsTogether } from '../../../src/slack/blocks/approval-group.js'
import { approvalLine } from '../../../src/slack/blocks/approval-outcome.js'
import type { ApprovalView } from '../../../src/turns/view.js'
import { expectSlackTakes, literalsOf, textsOf, wordsOf } from '../slack-limits.js'
import { approvalBlocks } from './approval-blocks.js'

function approval(name: string, input: Record<string, unknown>, rest: Partial<ApprovalView> = {}): ApprovalView {
  return {
    id: 'approval-1',
    step: { type: 'tool', id: 'call-1', name, input, state: 'undecided' },
    decision: null,
    decidedAt: null,
    reason: null,
    deniedBy: rest.decision === 'denied' ? 'press' : null,
    names: new Map(),
    mailbox: null,
    ...rest,
  }
}

const shown = (view: ApprovalView) => textsOf({ text: '', blocks: approvalBlocks(view) })
/** Block by block: how many of them go into one message is not the card's business. */
const expectTaken = (view: ApprovalView) => {
  for (const block of approvalBlocks(view)) expectSlackTakes({ text: 'x', blocks: [block] })
}
/** What Slack reads, and what it shows as it is. */
const cardOf = (view: ApprovalView) => textsAndLiterals(approvalBlocks(view))
const textsAndLiterals = (blocks: ReturnType<typeof approvalBlocks>) => wordsOf({ text: '', blocks }).join('\n')
/** The fields, as people read them. */
const fieldsOf = (view: ApprovalView) => literalsOf(approvalBlocks(view)).join('\n')

const buttons = (view: ApprovalView) =>
  approvalBlocks(view).flatMap((block) =>
    block.type === 'actions' ? block.elements.flatMap((element) => (element.type === 'button' ? [element] : [])) : [],
  )

/** The quoted text of a card, put together again without its line ends. */
const quoted = (view: ApprovalView) =>
  literalsOf(approvalBlocks(view))
    .filter((text) => text.startsWith('> '))
    .map((text) => text.slice(2))
    .join('')
    .replaceAll('\n', '')

const mail = {
  to: ['jorge@homes.example', 'maria@homes.example'],
  cc: 'ben@northwind.example',
  subject: 'The <heating> & the "window"',
  body: 'Dear Jorge,\n\nthe heating is broken.\n\nAnna',
}

describe('the card of a tool call', () => {
  it('shows the whole mail before it is sent', () => {
    const card = cardOf(approval('gmail_send_message', mail))
    expect(card).toContain('*Send this email?*')
    expect(card).toContain('To: jorge@homes.example, maria@homes.example\n')
    expect(card).toContain('Cc: ben@northwind.example\n')
    expect(card).toContain('Subject: The <heating> & the "window"')
    expect(card).toContain('> Dear Jorge,\n\nthe heating is broken.\n\nAnna')
  })

  it('says whose mailbox it would happen in, where that is known', () => {
    const mailbox = '_anna_@northwind.example'
    expect(fieldsOf(approval('gmail_send_message', mail, { mailbox }))).toMatch(/^From: _anna_@northwind.example\nTo:/)
    expect(fieldsOf(approval('gmail_trash_message', {}, { mailbox }))).toMatch(/^Mailbox: _anna_/)
  })

  it('puts the addressees first and the text last, however the agent ordered them', () => {
    const card = fieldsOf(
      approval('gmail_send_message', { body: 'Text', subject: 'Subject', bcc: 'x@x.example', to: 'y@y.example' }),
    )
    const order = ['To:', 'Bcc:', 'Subject:', '> Text'].map((part) => card.indexOf(part))
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
  })

  it('has a button for yes and one for no, which say what they do, and what about to those who hear them', () => {
    const names = new Map([['18c', 'Issue 214, from Exhibit Weekly']])
    const [yes, no] = buttons(approval('gmail_trash_message', { message_id: '18c' }, { names }))
    expect(yes).toMatchObject({
      style: 'primary',
      value: 'approval-1',
      text: { text: 'Move to trash' },
      accessibility_label: 'Move to trash: Issue 214, from Exhibit Weekly',
    })
    expect(no).toMatchObject({
      style: 'danger',
      value: 'approval-1',
      text: { text: 'Keep it' },
      accessibility_label: 'Keep it: Issue 214, from Exhibit Weekly',
    })
    expect(yes?.action_id).not.toBe(no?.action_id)
    const labels = buttons(approval('gmail_send_message', mail)).map(({ text }) => text.text)
    expect(labels).toEqual(['Send', "Don't send", 'Change…'])
  })

  it.each([
    ['approved', /⏳ Sending an email/],
    ['denied', /🚫 Not sent/],
  ] as const)('that is %s has no buttons any more, and still shows what it was about', (decision, words) => {
    const view = approval('gmail_send_message', mail, { decision })
    expect(buttons(view)).toEqual([])
    expect(cardOf(view)).toMatch(words)
    expect(cardOf(view)).toContain('the heating is broken.')
    expect(approvalLine(view)).toMatch(words)
  })

  it('that was left undone for a new message says so, and not that anybody said no', () => {
    const view = approval('gmail_send_message', mail, {
      decision: 'denied',
      decidedAt: '8:13 PM',
      deniedBy: 'new_message',
    })
    expect(cardOf(view)).toContain('Not sent. I set it aside because you wrote again.')
    expect(approvalLine(view)).toBe('🚫 Not sent: The <heating> & the "window"')
    expect(buttons(view)).toEqual([])
  })

  it('is told in a few words that say what it was about', () => {
    const names = new Map([['18c', 'Issue 214, from Exhibit Weekly']])
    const archiving = approval(
      'gmail_modify_message_labels',
      { message_id: '18c', remove_label_ids: ['INBOX'] },
      { names },
    )
    expect(cardOf(archiving)).toContain('*Archive this email?*')
    // The question has said what the labels would.
    expect(fieldsOf(archiving)).toBe('Email: Issue 214, from Exhibit Weekly')
    expect(approvalLine({ ...archiving, decision: 'approved' })).toBe('⏳ Archiving an email…')
    const archived = { ...archiving, step: { ...archiving.step, state: 'done' as const } }
    expect(approvalLine({ ...archived, decision: 'approved' })).toBe('✅ Archived: Issue 214, from Exhibit Weekly')
    expect(cardOf({ ...archived, decision: 'approved', decidedAt: '8:13 PM' })).toContain('✅ Archived at 8:13 PM')
    const labelling = approval('gmail_modify_message_labels', { message_id: '18c', remove_label_ids: ['INBOX', 'X'] })
    expect(cardOf(labelling)).toContain('*Change the labels of this email?*')
    expect(fieldsOf(labelling)).toContain('Remove labels: INBOX, X')
    const labelled = { ...labelling.step, state: 'done' as const }
    expect(approvalLine({ ...labelling, step: labelled, decision: 'approved' })).toBe(
      '✅ Changed the labels of an email',
    )
  })

  it('that was approved when it was over already did not happen, and says so', () => {
    const unheard = approval('gmail_send_message', mail, { decision: 'approved', decidedAt: '8:13 PM' })
    expect(textsAndLiterals(approvalBlocks(unheard, 'over'))).toContain('Not sent: this had already ended')
    expect(approvalLine(unheard, 'over')).toMatch(/^🚫 Not sent: .* This had already ended\.$/)
    expect(approvalLine(unheard, 'lost_sight')).toMatch(/^⚠️ I can't tell whether this was sent: The <heating>/)
    expect(textsAndLiterals(approvalBlocks(unheard, 'lost_sight'))).toContain("can't tell whether this was sent")
    expect(approvalLine(unheard)).toBe('⏳ Sending an email to jorge@homes.example, maria@homes.example…')
    const heard = { ...unheard, step: { ...unheard.step, state: 'done' as const } }
    expect(approvalLine(heard, 'over')).toMatch(/^✅ Sent: The <heating>/)
  })

  it.each(['over', 'lost_sight'] as const)(
    'that was begun and never came to an end is not said to be done: %s',
    (stage) => {
      const step = { ...approval('gmail_trash_message', {}).step, state: 'working' as const }
      const begun = approval('gmail_trash_message', {}, { decision: 'approved', step })
      expect(approvalLine(begun, stage)).toBe("⚠️ I can't tell whether this was moved to the trash")
    },
  )

  it('that failed says so, and what to do', () => {
    const step = { ...approval('gmail_trash_message', {}).step, state: 'failed' as const }
    const failed = approval('gmail_trash_message', {}, { decision: 'approved', step })
    expect(approvalLine(failed, 'over')).toBe('⚠️ Not moved to the trash. Something went wrong.')
    expect(cardOf(failed)).toContain('⚠️ Not moved to the trash: something went wrong. Ask me to try again.')
  })

  it('says what should have been different', () => {
    const reason = 'say Wednesday, <!channel> & not Friday'
    const view = approval('gmail_send_message', mail, { decision: 'denied', decidedAt: '8:13 PM', reason })
    for (const text of [cardOf(view), approvalLine(view)]) {
      expect(text).toContain('You asked for a change')
      expect(text).toContain('say Wednesday, <!channel> & not Friday')
    }
    expectSlackTakes({ text: 'decided', blocks: approvalBlocks({ ...view, reason: 'x'.repeat(2_000) }) })
  })

  it('can be asked to change what it would do', () => {
    expect(buttons(approval('gmail_send_message', mail))[2]).toMatchObject({
      text: { text: 'Change…' },
      value: 'approval-1',
    })
  })

  it('asks in words of its own for every tool that needs a yes', () => {
    const asking = Object.entries(GMAIL_TOOLS).filter(([, { kind }]) => kind !== 'read')
    expect(asking.length).toBeGreaterThan(5)
    const questions = asking.map(([name]) => shown(approval(name, {}))[2])
    expect(new Set(questions).size).toBe(asking.length)
    for (const question of questions) expect(question).not.toContain('Allow this?')
  })

  it('of a tool that nobody foresaw names it and shows all of its input', () => {
    const card = cardOf(approval('gmail_brand_new', { some_setting: true, depth: 0, nested: { a: ['<b>', 1] } }))
    expect(card).toContain('gmail_brand_new')
    expect(card).toContain('some setting: true')
    expect(card).toContain('depth: 0')
    expect(card).toContain('nested: {"a":["<b>",1]}')
  })

  it('says so where there is nothing to show', () => {
    expect(cardOf(approval('gmail_send_draft', { cc: '', bcc: null }))).toContain('No details were given.')
  })

  it('tells what an id stands for where that is known, and that nobody knows where it is not; never the id', () => {
    const named = approval(
      'gmail_trash_message',
      { message_id: '18c' },
      { names: new Map([['18c', 'Invoice <20417>, from Vandermeer']]) },
    )
    expect(cardOf(named)).toContain('Email: Invoice <20417>, from Vandermeer')
    expect(cardOf(named)).not.toMatch(/18c|don't know its subject/)
    const unnamed = cardOf(approval('gmail_trash_message', { message_id: '18c' }))
    expect(unnamed).not.toContain('18c')
    expect(unnamed).toContain("don't know its subject")
    // What to do about it is no use once it is decided.
    const decided = cardOf(approval('gmail_trash_message', { message_id: '18c' }, { decision: 'approved' }))
    expect(decided).not.toContain("don't know its subject")
  })

  it('shows a draft of 40,000 characters whole', () => {
    const body = Array.from({ length: 800 }, (_, index) => `Line ${index} of this & that <draft>, 😀 and on.`).join(
      '\n',
    )
    const view = approval('gmail_create_draft', { ...mail, body: body.slice(0, 40_000) })
    expect(quoted(view)).toBe(body.slice(0, 40_000).replaceAll('\n', ''))
    expectTaken(view)
  })

  it('leaves nothing of a text out and breaks nothing in it, wherever it has to be cut', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom(
        '&',
        '<',
        '>',
        '\n',
        '\n\n',
        '&amp;',
        '😀',
        '👩‍👩‍👧‍👦',
        '>quote\n',
        ' ',
        'x'.repeat(500),
        '&'.repeat(700),
        '😀'.repeat(900),
      ),
    )
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 40 }), (pieces) => {
        const body = pieces.join('')
        const view = approval('gmail_create_draft', { body })
        expectTaken(view)
        if (body !== '') expect(quoted(view)).toBe(body.replaceAll('\n', ''))
      }),
    )
  })

  it('cannot be made to say what Slack would read as something else, nor what it would refuse', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '<!channel>',
        '<@U0ANNA>',
        '<https://evil.example|your bank>',
        '&lt;!here&gt;',
        '*',
        '```',
        '>',
        '~',
        '\u202E',
      ),
      fc.string({ unit: 'grapheme', maxLength: 100 }),
      fc.constant('y'.repeat(9_000)),
    )
    const value = fc.oneof(
      hostile,
      fc.array(hostile, { maxLength: 4 }),
      fc.boolean(),
      fc.integer(),
      fc.record({ nested: hostile }),
    )
    const name = fc.oneof(
      fc.constantFrom(
        'to',
        'subject',
        'body',
        'message_id',
        'add_label_ids',
        '__proto__',
        'constructor',
        'a\n*To:* me',
      ),
      hostile,
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 6 }), hostile, (fields, tool) => {
        const input = JSON.parse(
          `{${fields.map(([key, given]) => `${JSON.stringify(key)}:${JSON.stringify(given)}`).join(',')}}`,
        )
        const view = approval(tool.slice(0, 64), input)
        expectTaken(view)
      }),
    )
  })

  it('begins with a line of its own, in a form that no answer can have, so that a card in an answer is told from it', () => {
    const [first] = approvalBlocks(approval('gmail_send_message', mail))
    expect(first).toMatchObject({
      type: 'context',
      elements: [{ text: expect.stringContaining('Nothing happens until you choose') }],
    })
  })

  it('says where an address is not what it looks like, beside the address', () => {
    const to = 'helen@meridi\u0430n.example, ben@north\u200Bwind.example'
    const card = cardOf(approval('gmail_send_message', { ...mail, to }))
    expect(card).toContain('ben@north[U+200B]wind.example')
    expect(card).toContain('⚠️ Check: ')
    expect(card).toContain('mixes Latin and Cyrillic')
    expect(cardOf(approval('gmail_send_message', mail))).not.toContain('⚠️ Check: ')
  })

  it('lets no value pretend to be another field, neither by lines of its own nor by blanks nor by markup', () => {
    const view = approval('gmail_send_message', {
      to: 'mallory@x.example',
      subject: `Hi\n*To:* boss@northwind.example\r*Cc:* x\u2028*Bcc:* y${' '.repeat(2_900)}*To:* boss@northwind.example`,
    })
    const fields = fieldsOf(view)
    expect(fields.match(/^\W*(To|Cc|Bcc):.*$/gm)).toEqual(['To: mallory@x.example'])
    expect(fields).toContain('y *To:* boss@northwind.example')
    const bold = approvalBlocks(view).flatMap((block) =>
      block.type === 'rich_text'
        ? block.elements.flatMap(({ elements }) => elements.filter((part) => 'style' in part && part.style?.bold))
        : [],
    )
    expect(bold.map((part) => ('text' in part ? part.text : ''))).toEqual(['To: ', '\nSubject: '])
  })

  it('shows addresses and texts letter by letter, whatever markup they could be', () => {
    const card = fieldsOf(approval('gmail_send_message', { to: '_anna_@x.example', body: 'I do ~not~ `agree` *now*' }))
    expect(card).toContain('To: _anna_@x.example')
    expect(card).toContain('> I do ~not~ `agree` *now*')
  })

  it('takes nothing for an id that is none: a text that happens to be one stays as it is', () => {
    const names = new Map([['18c', 'I agree to your terms, from Mallory']])
    const card = fieldsOf(approval('gmail_reply_to_thread', { thread_id: '18c', body: '18c' }, { names }))
    expect(card).toContain('Conversation: I agree to your terms')
    expect(card).toContain('> 18c')
  })
})

describe('several decisions together', () => {
  const open = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...approval('gmail_trash_message', {}), id: `approval-${index}` }))
  const together = (count: number) =>
    approvalsTogether(open(count)).flatMap((block) => (block.type === 'actions' ? block.elements : []))

  it('are made about exactly those that are shown', () => {
    expect(together(3)).toMatchObject([
      { text: { text: 'Move 3 emails to trash' }, value: 'approval-0,approval-1,approval-2' },
      { text: { text: 'Keep them' }, value: 'approval-0,approval-1,approval-2' },
    ])
    expectSlackTakes({ text: 'decide', blocks: approvalsTogether(open(40)) })
  })

  it('say yes and no to all where they are not about the same', () => {
    const [first] = open(1)
    const other = { ...approval('gmail_create_draft', {}), id: 'approval-1' }
    const labels = approvalsTogether([first, other].flatMap((one) => one ?? [])).flatMap((block) =>
      block.type === 'actions' ? block.elements.flatMap((one) => (one.type === 'button' ? [one.text.text] : [])) : [],
    )
    expect(labels).toEqual(['Yes to all 2', 'No to all 2'])
  })

  it('are not offered for one, nor for more than a button can name', () => {
    expect(together(1)).toEqual([])
    expect(together(500)).toEqual([])
  })
})
