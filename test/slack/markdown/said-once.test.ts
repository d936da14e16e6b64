import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { without } from '../../../src/slack/markdown/said-once.js'
import { replyMessages } from '../../../src/slack/reply/reply-blocks.js'
import type { ReplyLook } from '../../../src/slack/reply/reply-look.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import { type ApprovalView, EMPTY_VIEW, type ReplyView } from '../../../src/turns/view.js'
import { approvalBlocks } from '../blocks/approval-blocks.js'
import { wordsOf } from '../slack-limits.js'

const MAIL = 'Dear Jorge,\n\nthe heating is broken again, and it is cold.\n\nAnna'
const owner: ReplyLook = { audience: 'owner', turnId: 'turn-1', slashCommand: '/inbox' }

describe('the text of an email that a card shows', () => {
  it.each([
    ['as it is', MAIL],
    [
      'as a quotation',
      MAIL.split('\n')
        .map((line) => `> ${line}`)
        .join('\n'),
    ],
    [
      'as a quotation without empty lines',
      MAIL.split('\n\n')
        .map((line) => `> ${line}`)
        .join('\n'),
    ],
    ['as code', `\`\`\`text\n${MAIL}\n\`\`\``],
    [
      'with marks escaped and lines ended by hand',
      'Dear Jorge\\,\\\n\\\nthe heating  is broken again, and it is cold\\.\\\n\\\nAnna',
    ],
  ])('is cut from the answer, however that quotes it: %s', (_, quoted) => {
    expect(without(`Here is a draft:\n\n${quoted}\n\nShall it go?`, [MAIL]).replace(/\n+/g, '\n')).toBe(
      'Here is a draft:\nShall it go?',
    )
  })

  it.each([
    ['another word', MAIL.replace('cold', 'warm')],
    ['a line between', MAIL.replace('Anna', 'Also, the roof leaks.\n\nAnna')],
    ['its beginning alone', 'Dear Jorge,'],
  ])('stays where it is not word for word the same: %s', (_, text) => {
    expect(without(text, [MAIL])).toBe(text)
  })

  it('leaves everything else as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(without(text, [MAIL])).toBe(text)
      }),
    )
  })
})

describe('a reply that asks about an email', () => {
  const approval = (rest: Partial<ApprovalView> = {}): ApprovalView => ({
    id: 'approval-1',
    step: {
      type: 'tool',
      id: 'call',
      name: 'gmail_create_draft',
      input: { to: 'jorge@homes.example', subject: 'The heating', body: MAIL },
      state: 'undecided',
    },
    decision: null,
    decidedAt: null,
    reason: null,
    deniedBy: null,
    names: new Map(),
    mailbox: null,
    ...rest,
  })
  const view = (phase: ReplyView['phase'], approvals: ApprovalView[]): ReplyView => ({
    ...EMPTY_VIEW,
    phase,
    reply: {
      ...EMPTY_REPLY,
      begun: true,
      end: phase.type === 'ended' ? 'end_turn' : null,
      items: [
        { type: 'text', id: 'said', text: `I would write:\n\n> ${MAIL.replaceAll('\n', '\n> ')}` },
        ...approvals.map(({ step }) => step),
      ],
    },
    approvals,
    ownerName: 'Anna',
  })
  const times = (given: ReplyView, look = owner) =>
    replyMessages(given, look)
      .flatMap(({ blocks }) => wordsOf({ text: '', blocks }))
      .join('\n')
      .split('the heating is broken again').length - 1

  it('holds its text once: on the card, and in the answer once that is decided', () => {
    expect(times(view({ type: 'deciding' }, [approval()]))).toBe(1)
    expect(
      replyMessages(view({ type: 'deciding' }, [approval()]), owner)
        .flatMap(wordsOf)
        .join(),
    ).toContain('I would write:')
    const saved = approval({ decision: 'approved', step: { ...approval().step, state: 'done' } })
    expect(times(view({ type: 'ended', ending: 'answered' }, [saved]))).toBe(1)
    // Where others read along, the card is elsewhere.
    expect(times(view({ type: 'deciding' }, [approval()]), { ...owner, audience: 'others' })).toBe(1)
  })

  it('holds it no more once a change was asked for, nor does its card in private', () => {
    const reason = 'friendlier, please'
    const rejected = approval({ decision: 'denied', deniedBy: 'press', reason })
    for (const phase of [{ type: 'working' }, { type: 'ended', ending: 'answered' }] as const)
      expect(times(view(phase, [rejected]))).toBe(0)
    expect(
      times(view({ type: 'ended', ending: 'answered' }, [approval({ decision: 'denied', deniedBy: 'press' })])),
    ).toBe(1)
    const card = wordsOf({ text: '', blocks: approvalBlocks(rejected) }).join('\n')
    expect(card).not.toContain('the heating is broken')
    expect(card).toContain(reason)
    expect(card).toContain('Subject: The heating')
  })
})
