/** Several changes of one kind are one question, and a press on it decides what it shows. */

import type { Button, Checkboxes, KnownBlock } from '@slack/web-api'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { approvalsTogether, questionParts, questionsIn } from '../../../src/slack/blocks/approval-group.js'
import { outcomeLines } from '../../../src/slack/blocks/approval-outcome.js'
import { OUR_OWN_WORDS } from '../../../src/slack/blocks/approval-words.js'
import { cardMessages, firstOpenCard, replyMessages } from '../../../src/slack/reply/reply-blocks.js'
import type { ReplyLook } from '../../../src/slack/reply/reply-look.js'
import { EMPTY_REPLY } from '../../../src/turns/reply.js'
import { callHash } from '../../../src/turns/sending/call-hash.js'
import { type ApprovalView, EMPTY_VIEW, type ReplyView } from '../../../src/turns/view.js'
import { expectSlackTakes, literalsOf, wordsOf } from '../slack-limits.js'

const owner: ReplyLook = { audience: 'owner', turnId: 'turn-1', slashCommand: '/inbox' }
const ARCHIVE = { remove_label_ids: ['INBOX'] }
const SENDERS = ['Exhibit Weekly <news@exhibit.example>', 'Vandermeer', 'Rosa Prieto', 'Harbour Lines']

function change(index: number, rest: Partial<ApprovalView> = {}, labels: object = ARCHIVE): ApprovalView {
  const input = { message_id: `m${index}`, ...labels }
  return {
    id: `0000000${index}-0000-4000-8000-000000000000`.slice(-36),
    step: { type: 'tool', id: `call-${index}`, name: 'gmail_modify_message_labels', input, state: 'undecided' },
    decision: null,
    decidedAt: null,
    reason: null,
    deniedBy: null,
    names: new Map([[`m${index}`, `Issue ${index}, from ${SENDERS[index % SENDERS.length]}`]]),
    dates: new Map([[`m${index}`, `Nov ${(index % 28) + 1}, 2026`]]),
    mailbox: 'anna@northwind.example',
    askedAt: null,
    ...rest,
  }
}
const changes = (count: number, rest: Partial<ApprovalView> = {}) =>
  Array.from({ length: count }, (_, index) => change(index, rest))
const decided = (approval: ApprovalView, state: ApprovalView['step']['state'], rest: Partial<ApprovalView> = {}) => ({
  ...approval,
  step: { ...approval.step, state },
  decision: 'approved' as const,
  ...rest,
})

function view(phase: ReplyView['phase'], approvals: ApprovalView[]): ReplyView {
  const reply = { ...EMPTY_REPLY, begun: true, items: approvals.map(({ step }) => step) }
  const ended = phase.type === 'ended' ? { ...reply, end: 'end_turn' as const } : reply
  return { ...EMPTY_VIEW, phase, reply: ended, approvals, ownerName: 'Anna' }
}

const blocksOf = (question: readonly ApprovalView[]) => {
  const { head, tail } = questionParts(question)
  return [...head, ...tail]
}
const elementsOf = (blocks: readonly KnownBlock[]) =>
  blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
const buttonsOf = (blocks: readonly KnownBlock[]) =>
  elementsOf(blocks).filter((element): element is Button => element.type === 'button')
const boxesOf = (blocks: readonly KnownBlock[]) =>
  elementsOf(blocks).filter((element): element is Checkboxes => element.type === 'checkboxes')
const read = (blocks: readonly KnownBlock[]) => wordsOf({ text: '', blocks: [...blocks] }).join('\n')

describe('several changes of one kind', () => {
  it('are one question with all of their emails in full, and one press for each answer', () => {
    const question = changes(4)
    const blocks = blocksOf(question)
    expectSlackTakes({ text: 'x', blocks })
    expect(read(blocks)).toContain('*Archive 4 emails?*')
    expect(literalsOf(blocks).join('\n')).toContain(
      [
        '1. Issue 0, from Exhibit Weekly <news@exhibit.example> · Nov 1, 2026',
        '2. Issue 1, from Vandermeer · Nov 2, 2026',
        '3. Issue 2, from Rosa Prieto · Nov 3, 2026',
        '4. Issue 3, from Harbour Lines · Nov 4, 2026',
      ].join('\n'),
    )
    expect(buttonsOf(blocks).map(({ action_id, text }) => [action_id, text.text])).toEqual([
      ['approval_approve', 'Archive 4 emails'],
      ['approval_deny', 'Keep them'],
      ['approval_change', 'Change…'],
    ])
    expect(approvalsTogether(question)).toEqual([])
  })

  it('are approved as what is shown, call by call, and denied by their ids', () => {
    const question = changes(3)
    const [approve, deny, wish] = buttonsOf(blocksOf(question))
    expect(approve?.value?.split(',')).toEqual(question.map(({ id, step }) => `${id}:${callHash(step).slice(0, 16)}`))
    const other = { ...change(0), step: { ...change(0).step, input: { message_id: 'm9', ...ARCHIVE } } }
    expect(callHash(other.step)).not.toBe(callHash(change(0).step))
    for (const button of [deny, wish]) expect(button?.value).toBe(question.map(({ id }) => id).join(','))
  })

  it('can be left out one by one: a box for each, ten in a group', () => {
    const question = changes(12)
    const boxes = boxesOf(blocksOf(question))
    expect(boxes.map(({ options }) => options.length)).toEqual([10, 2])
    expect(boxes.flatMap(({ options }) => options.map(({ value }) => value))).toEqual(question.map(({ id }) => id))
    expect(boxes[0]?.options[0]?.text.text).toMatch(/^1\. Issue 0, from Exhibit Weekly/)
    for (const { options } of boxes) for (const { text } of options) expect(text.text.length).toBeLessThanOrEqual(36)
    for (const { initial_options } of boxes) expect(initial_options).toBeUndefined()
  })

  it('stand on pages of twenty, none left out, and are no more than a button can name', () => {
    const questions = questionsIn(changes(60))
    expect(questions.map(({ length }) => length)).toEqual([37, 23])
    for (const question of questions) {
      const blocks = blocksOf(question)
      expectSlackTakes({ text: 'x', blocks })
      for (const [index] of question.entries()) expect(read(blocks)).toMatch(new RegExp(`^${index + 1}\\. Issue`, 'm'))
    }
    expect(read(blocksOf(questions[0] ?? []))).toMatch(/1 to 20 of 37[\s\S]*21 to 37 of 37/)
    expect(read(blocksOf(changes(20)))).not.toContain('1 to 20')
  })

  it('say what the labels are where the question does not', () => {
    const relabel = [0, 1].map((index) => change(index, {}, { add_label_ids: ['Loans'], remove_label_ids: ['INBOX'] }))
    const card = read(blocksOf(relabel))
    expect(card).toContain('*Change the labels of 2 emails?*')
    expect(card).toContain('Add labels: Loans')
    expect(card).toContain('Remove labels: INBOX')
    expect(read(blocksOf(changes(2)))).not.toContain('Remove labels')
  })

  it('are not one with another change, another kind of thing, an email without a name, or what was asked at another time', () => {
    const star = change(2, {}, { add_label_ids: ['STARRED'] })
    const trash = {
      ...change(3),
      step: { ...change(3).step, name: 'gmail_trash_message', input: { message_id: 'm3' } },
    }
    const unnamed = change(4, { names: new Map() })
    const later = change(5, { askedAt: 5 })
    const all = [change(0), star, change(1), trash, unnamed, later]
    expect(questionsIn(all)).toEqual([[change(0), change(1)], [star], [trash], [unnamed], [later]])
    // What is ticked in one message is unknown where a button of another is pressed: no yes covers a question with boxes.
    expect(buttonsOf(approvalsTogether(all)).map(({ text }) => text.text)).toEqual(['No to all 6'])
    const alone = [change(0), star, trash]
    expect(buttonsOf(approvalsTogether(alone)).map(({ text }) => text.text)).toEqual(['Yes to all 3', 'No to all 3'])
  })

  it('are not one where their calls say more than which email and which labels: each is shown in full', () => {
    const more = [0, 1].map((index) => change(index, {}, { ...ARCHIVE, reply_to_message_id: 'm0' }))
    expect(questionsIn(more)).toHaveLength(2)
  })

  it('one of them is asked as it always was', () => {
    expect(read(blocksOf([change(0)]))).toContain('*Archive this email?*')
    expect(buttonsOf(blocksOf([change(0)])).map(({ value }) => value)).toEqual(Array(3).fill(change(0).id))
  })

  it('of which some were decided on older cards ask about the others', () => {
    const [first, second, third] = changes(3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('there are three')
    const blocks = blocksOf([decided(first, 'undecided'), second, third])
    expect(read(blocks)).toContain('*Archive 2 emails?*')
    expect(buttonsOf(blocks)[1]?.value).toBe(`${second.id},${third.id}`)
    const last = blocksOf([decided(first, 'undecided'), decided(second, 'denied'), third])
    expect(read(last)).toContain('*Archive this email?*')
    expect(buttonsOf(last)).toHaveLength(3)
  })

  it('cannot be made to look like another list by what a subject says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 2, maxLength: 6 }),
        (subjects) => {
          const question = subjects.map((subject, index) =>
            change(index, { names: new Map([[`m${index}`, `${subject}\n9. Rent, from Boss <@U1>`]]) }),
          )
          for (const block of blocksOf(question)) expectSlackTakes({ text: 'x', blocks: [block] })
          expect(literalsOf(blocksOf(question)).join('\n')).not.toMatch(/^9\. /m)
        },
      ),
    )
  })
})

describe('one call about many emails', () => {
  const batch = (count: number, known = count, field = 'message_ids'): ApprovalView => {
    const ids = Array.from({ length: count }, (_, index) => `m${index}`)
    const named = ids.slice(0, known).map((id, index) => [id, `Issue ${index}, from Exhibit Weekly`] as const)
    const input = { [field]: ids, remove_label_ids: ['INBOX'] }
    const { step } = change(0)
    return change(0, { step: { ...step, name: 'gmail_batch_modify_messages', input }, names: new Map(named) })
  }

  it.each(['message_ids', 'ids'])('lists all of them on pages of twenty, with its buttons below: %s', (field) => {
    const blocks = blocksOf([batch(45, 45, field)])
    const card = read(blocks)
    expect(card).toContain('*Archive 45 emails?*')
    for (let index = 1; index <= 45; index += 1)
      expect(card).toMatch(new RegExp(`^${index}\\. Issue ${index - 1},`, 'm'))
    expect(card).toContain('41 to 45 of 45')
    expect(card).toContain('1. Issue 0, from Exhibit Weekly · Nov 1, 2026')
    expect(card).not.toMatch(/message ids|INBOX|No details/)
    expect(buttonsOf(blocks).map(({ text }) => text.text)).toEqual(['Archive 45 emails', 'Keep them', 'Change…'])
    expect(blocks.at(-1)?.type).toBe('actions')
  })

  it('of a thousand goes on in further messages, whose last has the buttons', () => {
    const messages = replyMessages(view({ type: 'deciding' }, [batch(1_000)]), owner)
    expect(messages.length).toBeGreaterThan(1)
    for (const message of messages) expectSlackTakes(message)
    const words = messages.flatMap(({ blocks }) => literalsOf(blocks)).join('\n')
    for (const index of [1, 20, 21, 500, 1_000]) expect(words).toMatch(new RegExp(`^${index}\\. Issue`, 'm'))
    expect(messages.filter(({ blocks }) => buttonsOf(blocks).length > 0)).toEqual([messages.at(-1)])
  })

  it('cannot be approved before all of them can be named, by no button', () => {
    const blind = batch(3, 2)
    const blocks = blocksOf([blind])
    expect(read(blocks)).toContain("3. ⚠️ An email whose subject I don't know")
    expect(read(blocks)).toContain('Choose “Keep them” and ask me to list them first')
    expect(buttonsOf(blocks).map(({ action_id }) => action_id)).toEqual(['approval_deny', 'approval_change'])
    const other = change(5, { id: 'other' })
    const third = change(6, { id: 'third' }, { add_label_ids: ['STARRED'] })
    const [yes, no] = buttonsOf(approvalsTogether([blind, other, third]))
    expect(yes?.value).toBe('other,third')
    expect(no?.value?.split(',')).toHaveLength(3)
  })
})

describe('what became of several', () => {
  it('is said once for those that came to the same end, with each of them by name', () => {
    const [a, b, c, d] = changes(4)
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('there are four')
    const left = { decision: 'denied', deniedBy: 'left_out' } as const
    const all = [decided(a, 'done'), decided(b, 'done'), decided(c, 'denied', left), decided(d, 'failed')]
    expect(outcomeLines(all, 'over')).toEqual([
      ['✅ Archived 2 emails', '• Issue 0, from Exhibit Weekly <news@exhibit.example>', '• Issue 1, from Vandermeer'],
      ['🚫 Not archived: Issue 2, from Rosa Prieto. You left it out.'],
      ['⚠️ Not archived: Issue 3, from Harbour Lines. Something went wrong.'],
    ])
    expect(
      outcomeLines(all.slice(0, 2).map((one) => ({ ...one, step: { ...one.step, state: 'working' as const } }))),
    ).toEqual([expect.arrayContaining(['⏳ Archiving 2 emails…'])])
    expect(outcomeLines([decided(c, 'denied', left), decided(d, 'denied', left)])[0]?.[0]).toBe(
      '🚫 Not archived. You left them out.',
    )
    expect(
      outcomeLines([
        decided(c, 'denied', { decision: 'denied', deniedBy: 'press' }),
        decided(d, 'denied', { decision: 'denied', deniedBy: 'press' }),
      ])[0]?.[0],
    ).toBe('🚫 Not archived')
  })

  it('stands in one place below the answer', () => {
    const all = changes(4).map((one) => decided(one, 'done'))
    const [message] = replyMessages(view({ type: 'ended', ending: 'answered' }, all), owner)
    expect(message?.blocks.filter((block) => JSON.stringify(block).includes('Issue'))).toHaveLength(1)
  })

  it('never is more than Slack takes', () => {
    const long = changes(37).map((one, index) =>
      decided({ ...one, names: new Map([[`m${index}`, 'x'.repeat(300)]]) }, 'done'),
    )
    for (const message of replyMessages(view({ type: 'ended', ending: 'answered' }, long), owner))
      expectSlackTakes(message)
  })
})

describe('in private', () => {
  const others: ReplyLook = { ...owner, audience: 'others' }

  it('is one message, which keeps its place once it is decided', () => {
    const asked = changes(3, { askedAt: 1 })
    const later = change(7, { askedAt: 2 })
    const before = cardMessages(view({ type: 'deciding' }, asked), others)
    expect(before).toHaveLength(1)
    const done = asked.map((one) => decided(one, 'done'))
    const after = cardMessages(view({ type: 'deciding' }, [...done, later]), others)
    expect(after).toHaveLength(2)
    expect(after[0]?.blocks.flatMap((block) => (block.type === 'actions' ? [block] : []))).toEqual([])
    expect(wordsOf(after[0] ?? { text: '', blocks: [] }).join('\n')).toContain('✅ Archived 3 emails')
    expect(firstOpenCard(view({ type: 'deciding' }, [...done, later]), others)).toBe(1)
  })
})

describe('what a press means', () => {
  it('is explained once in a message, however many questions it holds', () => {
    const star = (index: number) => change(index, {}, { add_label_ids: ['STARRED'] })
    const drafts = Array.from({ length: 12 }, (_, index) => ({
      ...change(index),
      id: `draft-${index}`,
      step: {
        ...change(index).step,
        id: `draft-${index}`,
        name: 'gmail_create_draft',
        input: { to: 'a@x.example', body: 'word '.repeat(400) },
      },
    }))
    const messages = replyMessages(
      view({ type: 'deciding' }, [change(0), star(1), change(2), star(3), ...drafts]),
      owner,
    )
    expect(messages.length).toBeGreaterThan(1)
    for (const message of messages) {
      expect(message.blocks.filter((block) => JSON.stringify(block).includes(OUR_OWN_WORDS.slice(3, 20)))).toHaveLength(
        1,
      )
      expectSlackTakes(message)
    }
  })
})
