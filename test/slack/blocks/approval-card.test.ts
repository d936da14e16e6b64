import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GMAIL_TOOLS } from '../../../src/gmail/tools.js'
import { approvalsTogether } from '../../../src/slack/blocks/approval-card.js'
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
    expect(card).toContain('*Send this mail?*')
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

  it('has Approve and Deny, which say what they do and whom they are about', () => {
    const [yes, no] = buttons(approval('gmail_send_message', mail))
    expect(yes).toMatchObject({
      style: 'primary',
      value: 'approval-1',
      text: { text: expect.stringMatching(/^Approve.*send/) },
    })
    expect(no).toMatchObject({ style: 'danger', value: 'approval-1', text: { text: expect.stringMatching(/^Deny/) } })
    expect(yes?.action_id).not.toBe(no?.action_id)
    expect(buttons(approval('gmail_trash_message', {}))[0]?.text.text).toBe('Approve')
  })

  it.each([
    ['approved', /You approved/],
    ['denied', /You said no/],
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
      decidedAt: '27 Nov, 20:13',
      deniedBy: 'new_message',
    })
    expect(cardOf(view)).toContain('Not done: you wrote something new instead')
    expect(approvalLine(view)).toMatch(/^🚫 Not done: sending mail: .* \(27 Nov, 20:13\)$/)
    expect(buttons(view)).toEqual([])
  })

  it('is told in a few words that say what it was about', () => {
    const names = new Map([['18c', 'Issue 214, from Exhibit Weekly']])
    const archiving = approval(
      'gmail_modify_message_labels',
      { message_id: '18c', remove_label_ids: ['INBOX'] },
      { names },
    )
    expect(cardOf(archiving)).toContain('*Archive this message?*')
    expect(approvalLine({ ...archiving, decision: 'approved' })).toBe(
      '✅ You approved archiving a message: Issue 214, from Exhibit Weekly',
    )
    const labelling = approval('gmail_modify_message_labels', { message_id: '18c', remove_label_ids: ['INBOX', 'X'] })
    expect(cardOf(labelling)).toContain('*Change the labels of this message?*')
    expect(approvalLine({ ...labelling, decision: 'approved' })).toBe(
      '✅ You approved changing the labels of a message',
    )
  })

  it('that was approved when it was over already did not happen, and says so', () => {
    const unheard = approval('gmail_send_message', mail, { decision: 'approved', decidedAt: '27 Nov, 20:13' })
    expect(textsAndLiterals(approvalBlocks(unheard, 'over'))).toContain('Not done: you approved this, but it was over')
    expect(approvalLine(unheard, 'over')).toMatch(/^🚫 Not done: sending mail: .* You approved it \(27 Nov, 20:13\)/)
    expect(approvalLine(unheard, 'lost_sight')).toMatch(
      /^⚠️ You approved sending mail.*whether it was done I cannot say$/,
    )
    expect(textsAndLiterals(approvalBlocks(unheard, 'lost_sight'))).toContain('whether it was done I cannot say')
    expect(approvalLine(unheard)).toMatch(/^✅ You approved/)
    const heard = { ...unheard, step: { ...unheard.step, state: 'done' as const } }
    expect(approvalLine(heard, 'over')).toMatch(/^✅ You approved/)
  })

  it('says when it was decided, and what should have been different', () => {
    const reason = 'say Wednesday, <!channel> & not Friday'
    const view = approval('gmail_send_message', mail, { decision: 'denied', decidedAt: '27 Nov, 20:13', reason })
    for (const text of [cardOf(view), approvalLine(view)]) {
      expect(text).toContain('You asked for a change')
      expect(text).toContain('27 Nov, 20:13')
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
    expect(cardOf(approval('gmail_send_draft', { cc: '', bcc: null }))).toContain('without any details')
  })

  it('tells what an id stands for where that is known, and that nobody knows where it is not; never the id', () => {
    const named = approval(
      'gmail_trash_message',
      { message_id: '18c' },
      { names: new Map([['18c', 'Invoice <20417>, from Vandermeer']]) },
    )
    expect(cardOf(named)).toContain('Message: Invoice <20417>, from Vandermeer')
    expect(cardOf(named)).not.toMatch(/18c|can't tell you its subject/)
    const unnamed = cardOf(approval('gmail_trash_message', { message_id: '18c' }))
    expect(unnamed).not.toContain('18c')
    expect(unnamed).toContain("can't tell you its subject")
    // What to do about it is no use once it is decided.
    const decided = cardOf(approval('gmail_trash_message', { message_id: '18c' }, { decision: 'approved' }))
    expect(decided).not.toContain("can't tell you its subject")
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
    expect(card).toContain('Look twice')
    expect(card).toContain('mixes Latin and Cyrillic')
    expect(cardOf(approval('gmail_send_message', mail))).not.toContain('Look twice')
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
      { text: { text: 'Approve all 3' }, value: 'approval-0,approval-1,approval-2' },
      { text: { text: 'Deny all 3' }, value: 'approval-0,approval-1,approval-2' },
    ])
    expectSlackTakes({ text: 'decide', blocks: approvalsTogether(open(40)) })
  })

  it('are not offered for one, nor for more than a button can name', () => {
    expect(together(1)).toEqual([])
    expect(together(500)).toEqual([])
  })
})
