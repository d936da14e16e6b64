import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageContent } from '../../../src/slack/api/poster.js'
import { helpText } from '../../../src/slack/commands/command-words.js'
import { growthSteps } from '../../../src/slack/reply/growth.js'
import { cardMessages, firstOpenCard, replyMessages } from '../../../src/slack/reply/reply-blocks.js'
import type { ReplyLook } from '../../../src/slack/reply/reply-look.js'
import { ENDING_WORDS, type Ending } from '../../../src/turns/endings.js'
import { EMPTY_REPLY, type Reply, type ReplyItem, type ToolStep } from '../../../src/turns/reply.js'
import { type ApprovalView, EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { propertyRuns } from '../../support/property-runs.js'
import { expectSlackTakes, literalsOf, wordsOf } from '../slack-limits.js'

const owner: ReplyLook = { audience: 'owner', turnId: 'turn-1', slashCommand: '/inbox' }
const others: ReplyLook = { ...owner, audience: 'others' }

function view(phase: Phase, rest: Partial<ReplyView> = {}): ReplyView {
  return {
    ...EMPTY_VIEW,
    phase,
    ownerName: 'Anna Lindqvist',
    ...rest,
  }
}

const replyOf = (...items: ReplyItem[]): Reply => ({ ...EMPTY_REPLY, begun: true, items })
const said = (text: string): ReplyItem => ({ type: 'text', id: text.slice(0, 20), text })
const tool = (
  name: string,
  input: Record<string, unknown>,
  state: ToolStep['state'] = 'done',
  id = name,
): ToolStep => ({
  type: 'tool',
  id,
  name,
  input,
  state,
})
const asks = (step: ToolStep, decision: ApprovalView['decision'] = null): ApprovalView => ({
  id: `approval of ${step.id}`,
  step,
  decision,
  decidedAt: null,
  reason: null,
  deniedBy: decision === 'denied' ? 'press' : null,
  names: new Map(),
  mailbox: null,
})

const read = (given: ReplyView, look = owner) => replyMessages(given, look).flatMap(wordsOf).join('\n')
const buttonsOf = (given: ReplyView, look = owner) =>
  [...replyMessages(given, look), ...cardMessages(given, look)].flatMap((message) =>
    message.blocks.flatMap((block) =>
      block.type === 'actions' ? block.elements.flatMap((one) => (one.type === 'button' ? [one.text.text] : [])) : [],
    ),
  )

const ended = (ending: Ending): Phase => ({ type: 'ended', ending })
const send = tool('gmail_send_message', { to: 'jorge@homes.example', body: 'The heating is broken' }, 'undecided')

describe('what a reply shows', () => {
  it.each<[string, Phase, RegExp, string[]]>([
    ['waiting for an answer', { type: 'queued', behind: 'turn' }, /Got it. I'll answer when I'm done/, []],
    ['going on after a restart', { type: 'working', isResumed: true }, /was interrupted\. Picking up/, ['Stop']],
    ['waiting for a mail', { type: 'queued', behind: 'mail' }, /answer when the email above has gone out/, []],
    ['waiting for decisions', { type: 'queued', behind: 'approval', open: [] }, /answer when you've decided/, []],
    [
      'waiting for a decision',
      { type: 'queued', behind: 'approval', open: ['a1'] },
      /answer when you've decided/,
      ['Skip that, go on with this'],
    ],
    ['just begun', { type: 'starting' }, /On it/, []],
    ['Claude out', { type: 'retrying', service: 'claude' }, /Claude isn't answering.+keep trying/, ['Stop']],
    ['Scalekit out', { type: 'retrying', service: 'scalekit' }, /can't reach your mailbox.+keep trying/, ['Stop']],
    ['Slack out', { type: 'retrying', service: 'slack' }, /Slack isn't answering.+keep trying/, ['Stop']],
    [
      'no connection',
      { type: 'connecting', state: 'missing', url: 'https://x.example/1' },
      /need access to your Gmail/,
      ['Connect Gmail', 'Stop'],
    ],
    [
      'an expired connection',
      { type: 'connecting', state: 'expired', url: 'https://x.example/1' },
      /has expired/,
      ['Connect Gmail again', 'Stop'],
    ],
    ['at work', { type: 'working' }, /Thinking/, ['Stop']],
  ])('%s', (_, phase, words, buttons) => {
    expect(read(view(phase))).toMatch(words)
    expect(buttonsOf(view(phase))).toEqual(buttons)
  })

  it('carries the link on its Connect button, and says that it is for its owner alone', () => {
    const connecting = view({ type: 'connecting', state: 'missing', url: 'https://connect.example/abc' })
    const [message] = replyMessages(connecting, owner)
    expect(JSON.stringify(message?.blocks)).toContain('"url":"https://connect.example/abc"')
    expect(read(connecting)).toMatch(/only for you/)
  })

  it('shows what is being done, the last of it, and counts the rest', () => {
    const steps = [
      tool('gmail_list_drafts', {}),
      tool('gmail_get_contacts', {}),
      tool('gmail_fetch_mails', { query: 'is:unread in:inbox' }),
      tool('gmail_get_message_by_id', { message_id: '18c' }),
      tool('gmail_list_labels', {}),
    ]
    const text = read(view({ type: 'working' }, { reply: replyOf(...steps) }))
    expect(text).toContain('2 more before this')
    expect(text).toContain('✓ Searched your unread email')
    expect(text).not.toMatch(/contacts|is:unread|18c/)
  })

  it.each([
    ['working', '⏳'],
    ['done', '✓'],
    ['failed', '⚠️'],
    ['denied', '🚫'],
  ] as const)('marks a step that is %s', (state, mark) => {
    expect(read(view({ type: 'working' }, { reply: replyOf(tool('gmail_list_labels', {}, state)) }))).toContain(mark)
  })

  it('shows the text as it grows, before it is confirmed', () => {
    const reply = { ...replyOf(said('First part.')), preview: { messageId: 'm', text: 'Second pa' } }
    const text = read(view({ type: 'working' }, { reply }))
    expect(text).toContain('First part.')
    expect(text).toContain('Second pa')
  })

  it('says that Claude is busy while a request is repeated', () => {
    const reply = { ...EMPTY_REPLY, error: { kind: 'overloaded', retry: 'retrying' } as const }
    expect(read(view({ type: 'working' }, { reply }))).toContain('Trying again')
  })

  it.each(Object.entries(ENDING_WORDS).filter((entry): entry is [Ending, string] => entry[1] !== null))(
    'that ended as %s says so below what was written',
    (ending, words) => {
      const text = read(view(ended(ending), { reply: replyOf(said('Half an answer.')) }))
      expect(text).toContain('Half an answer.')
      expect(text.replace(/\s+/g, ' ')).toContain(words.replace(/\s+/g, ' ').replaceAll('&', '&amp;'))
      expect(buttonsOf(view(ended(ending)))).toEqual([])
    },
  )

  it('that is a question for help tells how to ask, with the command of this installation', () => {
    expect(read(view(ended('help')), { ...owner, slashCommand: '/mail' })).toContain('/mail')
    expect(helpText({ slashCommand: '/mail' })).toContain('`/mail connect`')
  })

  it('ends with whose mailbox it was, where it looked into one', () => {
    const reply = replyOf(tool('gmail_list_labels', {}), said('Done.'))
    expect(read(view(ended('answered'), { reply }))).toBe('Done.\nDone.\nFrom your Gmail')
    expect(read(view(ended('answered'), { reply: replyOf(said('Hi.')) }))).toBe('Hi.\nHi.')
  })

  it('says last how to go on, where it is the first', () => {
    const reply = replyOf(tool('gmail_list_labels', {}), said('Done.'))
    const guided = { reply, saysHowToGoOn: true }
    const hint = '💬 To go on, reply in this thread or write a new message.'
    expect(read(view(ended('answered'), guided))).toBe(`Done.\nDone.\nFrom your Gmail\n${hint}`)
  })

  it('tells its owner the address of that mailbox, and nobody else', () => {
    const reply = replyOf(tool('gmail_list_labels', {}), said('Done.'))
    const last = view(ended('answered'), { reply, mailboxAddress: 'anna@northwind.example' })
    expect(read(last)).toContain('From anna@northwind.example')
    expect(read(last, others)).toContain('From Anna Lindqvist’s Gmail')
    expect(read(last, others)).not.toContain('@northwind')
  })

  it('puts what the person should know above the answer', () => {
    const text = read(view(ended('answered'), { reply: replyOf(said('Hello.')), notice: 'I had to start afresh.' }))
    expect(text.indexOf('start afresh')).toBeLessThan(text.lastIndexOf('Hello.'))
  })

  it('keeps the beginning of what was never finished, when it was stopped', () => {
    expect(read(view(ended('stopped'), { cutOff: 'There are three ' }))).toContain('There are three …')
  })
})

describe('a step in a native stream', () => {
  const title = (query: string, look = owner) =>
    growthSteps(view({ type: 'working' }, { reply: replyOf(tool('gmail_fetch_mails', { query })) }), look).map(
      (step) => step.title,
    )

  it('says what is done, in plain words', () => {
    expect(title('from dana')).toEqual(['Searched your email'])
    expect(title('from dana', others)).toEqual(['Searched your email'])
  })

  it.each(['<!channel>', 'https://evil.example/?q=1', '[a](b)', 'a & b'])(
    'says only what kind of step it is where its words could do more than be read: %s',
    (to) => {
      const steps = growthSteps(view({ type: 'working' }, { reply: replyOf(tool('send_email', { to })) }), owner)
      expect(steps).toMatchObject([{ title: 'Prepared an email' }])
    },
  )
})

describe('a decision', () => {
  const deciding = view(
    { type: 'deciding' },
    { reply: replyOf(said('I would send this.'), send), approvals: [asks(send)] },
  )

  it('is asked in the reply where only its owner reads it', () => {
    expect(buttonsOf(deciding)).toEqual(['Send', "Don't send", 'Change…'])
    expect(read(deciding)).toContain('The heating is broken')
    expect(cardMessages(deciding, owner)).toEqual([])
  })

  it('is asked in private where others read the reply, which tells them nothing of it', () => {
    const text = read(deciding, others)
    expect(text).toContain('Waiting for Anna Lindqvist to approve')
    expect(text).not.toContain('jorge')
    expect(text).not.toContain('heating')
    const card = cardMessages(deciding, others).flatMap(wordsOf).join('\n')
    expect(card).toContain('The heating is broken')
  })

  it('that was made is one line, beside those that are still open', () => {
    const trash = tool('gmail_trash_message', {}, 'working', 'trash')
    const half = view(
      { type: 'deciding' },
      { reply: replyOf(trash, send), approvals: [asks(trash, 'approved'), asks(send)] },
    )
    expect(read(half)).toContain('⏳ Moving an email to the trash…')
    expect(buttonsOf(half)).toHaveLength(3)
  })

  it('that was made stays with the answer', () => {
    const text = read(
      view(ended('answered'), { reply: replyOf(send, said('Sent.')), approvals: [asks(send, 'denied')] }),
    )
    expect(text).toContain('🚫 Not sent')
  })

  it('each stands on a line of its own, as far as there is room', () => {
    const steps = Array.from({ length: 30 }, (_, index) => tool('gmail_trash_message', {}, 'done', `trash-${index}`))
    const linesFor = (count: number) => {
      const approvals = steps.slice(0, count).map((step) => asks(step, 'approved'))
      const [message] = replyMessages(view(ended('answered'), { reply: replyOf(...steps), approvals }), owner)
      return message?.blocks.filter((block) => JSON.stringify(block).includes('Moved an email')).length
    }
    expect(linesFor(3)).toBe(3)
    expect(linesFor(30)).toBe(1)
  })

  it('that nobody made is not asked any more once the turn is over, in private neither', () => {
    for (const look of [owner, others]) {
      expect(buttonsOf(view(ended('stopped'), { reply: replyOf(send), approvals: [asks(send)] }), look)).toEqual([])
    }
  })
})

describe('many decisions, and long ones', () => {
  const draft = (index: number) =>
    tool('gmail_create_draft', { subject: `Mail ${index}` }, 'undecided', `draft-${index}`)
  const many = Array.from({ length: 60 }, (_, index) => asks(draft(index)))
  const deciding = (text: string, approvals: ApprovalView[]) =>
    view({ type: 'deciding' }, { reply: replyOf(said(text), ...approvals.map(({ step }) => step)), approvals })
  const actionsOf = (message: MessageContent) =>
    message.blocks.flatMap((block) =>
      block.type === 'actions' && block.block_id?.startsWith('approval:') ? [block.block_id.slice(9)] : [],
    )
  /** The numbers of the mails that cards in this message are about. */
  const subjectsOf = (message: MessageContent) =>
    literalsOf(message.blocks).flatMap((text) => /^Subject: Mail (\d+)$/.exec(text)?.[1] ?? [])

  it('stand each in one message with their buttons', () => {
    const messages = replyMessages(deciding('Sixty to go.', many), owner)
    expect(messages.length).toBeGreaterThan(2)
    for (const message of messages) {
      expectSlackTakes(message)
      expect(actionsOf(message)).toEqual(subjectsOf(message).map((index) => `approval of draft-${index}`))
    }
    expect(messages.flatMap(subjectsOf)).toHaveLength(60)
  })

  it.each([
    ['a mail of 30,000 characters', 'I would send this.', 30_000],
    ['an ordinary mail below a long answer', 'Sentence of words. '.repeat(570), 2_500],
  ])('never fill a message beyond what Slack takes, and end with their buttons: %s', (_name, text, length) => {
    const mail = tool('gmail_send_message', { to: 'a@x.example', body: 'word '.repeat(length / 5) }, 'undecided')
    const reply = deciding(text, [asks(mail)])
    for (const messages of [replyMessages(reply, owner), cardMessages(reply, others)]) {
      for (const message of messages) {
        expect(wordsOf(message).join('').length).toBeLessThan(12_000)
        expectSlackTakes(message)
      }
      const withButtons = messages.filter((message) => actionsOf(message).length > 0)
      expect(withButtons).toEqual([messages.at(-1)])
    }
  })
})

describe('the first card that asks something', () => {
  it('is found behind others that take several messages', () => {
    const long = tool('gmail_send_message', { body: 'word '.repeat(5_000) }, 'working', 'long')
    const deciding = view(
      { type: 'deciding' },
      { reply: replyOf(long, send), approvals: [asks(long, 'approved'), asks(send)] },
    )
    const cards = cardMessages(deciding, others)
    const first = firstOpenCard(deciding, others)
    expect(first).toBeGreaterThan(1)
    expect(JSON.stringify(cards[first])).toContain('Nothing happens until you choose')
    expect(JSON.stringify(cards.slice(0, first))).not.toContain('Nothing happens until you choose')
    expect(firstOpenCard({ ...deciding, approvals: [asks(long, 'approved')] }, others)).toBe(-1)
  })
})

describe('where others read along', () => {
  it('steps name the kind of work and nothing of what it is about', () => {
    const reply = replyOf(tool('gmail_fetch_mails', { query: 'diagnosis' }, 'working'))
    for (const phase of [{ type: 'working' }, ended('answered')] as const) {
      const text = read(view(phase, { reply, approvals: [asks(send, 'approved')] }), others)
      expect(text).not.toMatch(/diagnosis|jorge|heating/)
    }
    expect(read(view({ type: 'working' }, { reply }), others)).toContain('Searching your email')
  })

  it('a link to connect is only in the private card', () => {
    const connecting = view({ type: 'connecting', state: 'missing', url: 'https://connect.example/abc' })
    expect(JSON.stringify(replyMessages(connecting, others))).not.toContain('connect.example')
    expect(JSON.stringify(cardMessages(connecting, others))).toContain('connect.example')
  })
})

describe('Slack', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.constantFrom(
      '<!channel>',
      '<@U0ANNA> <#C1|x>',
      '<https://evil.example|your bank>',
      '[your bank](https://evil.example)',
      '![x](https://evil.example/pixel.png)',
      '```\ncode <b>\n',
      '| a | b |\n|---|---|\n| <1> | & |\n',
      '# Heading\n',
      '- item\n  - item\n',
      '\n\n',
      '&lt;!here&gt;',
      '&',
      '😀',
      'word '.repeat(800),
      '😀'.repeat(300),
    ),
  )
  const words = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const step = fc
    .record({
      name: fc.constantFrom('gmail_fetch_mails', 'gmail_send_message', 'constructor', 'brand_new_tool'),
      input: fc.dictionary(fc.constantFrom('query', 'to', 'subject', 'body', 'message_id'), words),
      state: fc.constantFrom('undecided', 'working', 'done', 'failed', 'denied'),
      id: fc.uuid(),
    })
    .map((given): ToolStep => ({ type: 'tool', ...given }))
  const item: fc.Arbitrary<ReplyItem> = fc.oneof(
    step,
    fc.record({ type: fc.constant('text'), id: fc.uuid(), text: words }),
  )
  const phase: fc.Arbitrary<Phase> = fc.oneof(
    fc.constantFrom<Phase>(
      { type: 'queued', behind: 'turn' },
      { type: 'starting' },
      { type: 'retrying', service: 'claude' },
      { type: 'connecting', state: 'expired', url: 'https://connect.example/abc?d=e' },
      { type: 'working' },
      { type: 'deciding' },
    ),
    fc.constantFrom(...(Object.keys(ENDING_WORDS) as Ending[])).map(ended),
  )
  const anyView = fc
    .record({
      phase,
      items: fc.array(item, { maxLength: 6 }),
      preview: fc.option(words),
      ownerName: fc.option(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })),
      mailboxAddress: fc.option(fc.emailAddress()),
      notice: fc.option(fc.constant('I had to start afresh.')),
      cutOff: fc.option(words),
      tookMs: fc.option(fc.nat()),
      decisions: fc.array(fc.constantFrom('approved', 'denied', null), { minLength: 6, maxLength: 6 }),
    })
    .map(({ phase, items, preview, decisions, ...rest }) => {
      const steps = items.filter((one) => one.type === 'tool')
      const reply = { ...replyOf(...items), preview: preview === null ? null : { messageId: 'm', text: preview } }
      return view(phase, { reply, ...rest, approvals: steps.map((one, index) => asks(one, decisions[index] ?? null)) })
    })

  it('takes whatever there is to show, and reads nothing in it that the bot did not mean', () => {
    fc.assert(
      fc.property(anyView, fc.constantFrom(owner, others), (given, look) => {
        const messages = replyMessages(given, look)
        expect(messages.length).toBeGreaterThan(0)
        for (const message of [...messages, ...cardMessages(given, look)]) expectSlackTakes(message)
      }),
      { numRuns: propertyRuns(150) },
    )
  })

  it('takes a hundred decisions in one turn', () => {
    const steps = Array.from({ length: 100 }, (_, index) =>
      tool('gmail_create_draft', { subject: '&<>'.repeat(60), body: 'x'.repeat(3_500) }, 'undecided', `call ${index}`),
    )
    for (const decision of [null, 'approved'] as const) {
      const given = view(
        { type: 'deciding' },
        { reply: replyOf(...steps), approvals: steps.map((one) => asks(one, decision)) },
      )
      for (const look of [owner, others]) {
        const messages = [...replyMessages(given, look), ...cardMessages(given, look)]
        for (const message of messages) expectSlackTakes(message)
        if (decision === null) expect(buttonsOf(given, look)).toHaveLength(302)
      }
    }
  })

  it.each([
    ['marks', '**Hi** _you_ `so` ~~no~~ # x', 'Hi you so no # x'],
    ['a heading and a list', '# Plan\n- a\n- [x] b\n\n1. c\n2. d', 'Plan • a • ☑ b 1. c 2. d'],
    ['a mail address', 'Ask a_b_c@d_e.example', 'Ask a_b_c@d_e.example'],
    ['names and sums', 'snake_case_name is 2 * 3 * 4 | 5 > 4', 'snake_case_name is 2 * 3 * 4 | 5 &gt; 4'],
    ['code', 'Run `a_b --c > d`:\n```\nx_y *z*\n```', 'Run a_b --c &gt; d: x_y *z*'],
    ['a link', 'See [the _page_](https://x.org/a_b)', 'See the page (x.org)'],
    ['a quote', '> a\n\nb', 'a b'],
    ['dates', '28. Dezember\n4. Januar', '28. Dezember 4. Januar'],
    ['a command', '<!channel> R&D &eacute;', '&lt;!channel&gt; R&amp;D é'],
    ['a table', '| a_b | c |\n|---|---|\n| 1 | 2 |', 'a_b c ─── ─ 1 2'],
    ['a long link first', `[a](https://x.org/${'y_'.repeat(900)}) b`, 'a (x.org) b'],
  ])('is told in words what is new, for notifications: %s', (_, text, expected) => {
    const [first] = replyMessages(view(ended('answered'), { reply: replyOf(said(text)) }), owner)
    expect(first?.text).toBe(expected)
  })

  it('is told in a short line what is new, for notifications: no half character, no half entity', () => {
    fc.assert(
      fc.property(words, (text) => {
        const [first] = replyMessages(view(ended('answered'), { reply: replyOf(said(`${text}x`)) }), owner)
        expect(first?.text.length).toBeLessThanOrEqual(141)
        expect(first?.text).not.toMatch(/&(?!amp;|lt;|gt;)/)
      }),
    )
  })
})
