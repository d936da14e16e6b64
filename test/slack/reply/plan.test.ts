import { describe, expect, it } from 'vitest'
import type { MessageContent } from '../../../src/slack/api/poster.js'
import {
  isComplete,
  type Landed,
  nextEdit,
  planNext,
  type Remedy,
  type Round,
  remedyFor,
  type Step,
  signature,
  type Wanted,
} from '../../../src/slack/reply/plan.js'

const content = (text: string): MessageContent => ({ text, blocks: [{ type: 'markdown', text }] })
const [A, B, CARD] = [content('A'), content('B'), content('card')]

const wanting = (rest: Partial<Wanted>): Wanted => ({
  phase: 'working',
  reply: [A],
  card: [],
  growing: null,
  leadsTo: null,
  hasFirstWords: false,
  isHeld: false,
  ...rest,
})
const there = (shown: MessageContent | null, rest: Partial<Landed> = {}): Landed => ({
  shown: shown === null ? null : signature(shown),
  isLost: false,
  stream: null,
  ...rest,
})
const streams = (state: 'idle' | 'due' | 'broken'): Landed =>
  there(null, { stream: { canGrow: state !== 'broken', isDue: state === 'due' } })
const FRESH: Round = { refused: new Set(), hasLed: false }

const post = (place: 'reply' | 'card', part: number, what: MessageContent, asStream = false): Step => ({
  type: 'post',
  place,
  part,
  content: what,
  asStream,
})
const edit = (part: number, what: MessageContent, priority: 'text' | 'first' | 'approval' | 'final'): Step => ({
  type: 'edit',
  place: 'reply',
  part,
  content: what,
  priority,
})
const WAIT: Step = { type: 'wait' }

interface Row {
  readonly when: string
  readonly wanted?: Partial<Wanted>
  readonly reply?: readonly Landed[]
  readonly card?: readonly Landed[]
  readonly round?: Partial<Round>
  readonly next: Step
}

const ROWS: readonly Row[] = [
  { when: 'nothing stands there: the first message is posted', next: post('reply', 0, A) },
  {
    when: 'it is to grow where a stream may begin: it is posted as one',
    wanted: { growing: 0 },
    next: post('reply', 0, A, true),
  },
  {
    when: 'a full message has a successor that grows: only that one is a stream',
    wanted: { reply: [A, B], growing: 1 },
    next: post('reply', 0, A),
  },
  { when: 'everything stands there as wanted: nothing is to be done', reply: [there(A)], next: WAIT },
  { when: 'its text grew: it is edited', reply: [there(B)], next: edit(0, A, 'text') },
  {
    when: 'its first words are new: the edit is more urgent',
    wanted: { hasFirstWords: true },
    reply: [there(B)],
    next: edit(0, A, 'first'),
  },
  {
    when: 'a question is new: the edit is more urgent still',
    wanted: { phase: 'deciding', hasFirstWords: true },
    reply: [there(B)],
    next: edit(0, A, 'approval'),
  },
  {
    when: 'a connection is needed: so it is',
    wanted: { phase: 'connecting' },
    reply: [there(B)],
    next: edit(0, A, 'approval'),
  },
  {
    when: 'it is over: nothing is more urgent than that',
    wanted: { phase: 'ended', hasFirstWords: true },
    reply: [there(B)],
    next: edit(0, A, 'final'),
  },
  {
    when: 'a process before this one posted it, and what it shows is not known: it is edited',
    reply: [there(null)],
    next: edit(0, A, 'text'),
  },
  {
    when: 'a further message is needed: it is posted before the first one is edited',
    wanted: { reply: [A, B] },
    reply: [there(null)],
    next: post('reply', 1, B),
  },
  {
    when: 'a question takes a further message: what stands above it is edited first',
    wanted: { phase: 'deciding', reply: [A, B] },
    reply: [there(null)],
    next: edit(0, A, 'approval'),
  },
  {
    when: 'a question takes a further message, and all above it stands: it is posted',
    wanted: { phase: 'deciding', reply: [A, B] },
    reply: [there(A)],
    next: post('reply', 1, B),
  },
  {
    when: 'a question waits in private: that is posted though the reply is not up to date',
    wanted: { phase: 'deciding', reply: [A, B], card: [CARD] },
    reply: [there(null)],
    next: post('card', 0, CARD),
  },
  {
    when: 'both places lack a message: the reply comes first',
    wanted: { phase: 'deciding', card: [CARD] },
    next: post('reply', 0, A),
  },
  {
    when: 'Slack refused a post in this round: the other place goes on',
    wanted: { phase: 'ended', reply: [A, B], card: [CARD] },
    reply: [there(A)],
    round: { refused: new Set(['reply']) },
    next: post('card', 0, CARD),
  },
  {
    when: 'Slack refused the posts of both places: what stands is edited',
    wanted: { phase: 'ended', reply: [A, B], card: [CARD] },
    reply: [there(null)],
    round: { refused: new Set(['reply', 'card']) },
    next: edit(0, A, 'final'),
  },
  {
    when: 'there are more messages than wanted: the others are deleted',
    wanted: { phase: 'ended' },
    reply: [there(A), there(B), there(B)],
    next: { type: 'delete', place: 'reply', from: 1 },
  },
  {
    when: 'no card is wanted any more: all of it is deleted',
    wanted: { phase: 'working' },
    reply: [there(A)],
    card: [there(CARD)],
    next: { type: 'delete', place: 'card', from: 0 },
  },
  {
    when: 'the work has not begun: nobody knows yet whether there is too much',
    wanted: { phase: 'starting' },
    reply: [there(A), there(B)],
    next: WAIT,
  },
  {
    when: 'a message was deleted by somebody: it and all below it are deleted, to be posted anew in order',
    wanted: { reply: [A, B, B] },
    reply: [there(A), there(A, { isLost: true }), there(B)],
    next: { type: 'delete', place: 'reply', from: 1 },
  },
  {
    when: 'the owner is not led to their card yet: they are',
    wanted: { phase: 'deciding', card: [CARD], leadsTo: 0 },
    reply: [there(B)],
    card: [there(CARD)],
    next: { type: 'lead', part: 0 },
  },
  {
    when: 'the owner has been led to their card: the reply is edited',
    wanted: { phase: 'deciding', card: [CARD], leadsTo: 0 },
    reply: [there(B)],
    card: [there(CARD)],
    round: { hasLed: true },
    next: edit(0, A, 'approval'),
  },
  {
    when: 'the card could not be posted: nobody is led to it',
    wanted: { phase: 'deciding', card: [CARD], leadsTo: 0 },
    reply: [there(A)],
    round: { refused: new Set(['card']) },
    next: WAIT,
  },
  {
    when: 'a stream has more to say: it is asked to grow',
    wanted: { growing: 0 },
    reply: [streams('idle')],
    next: { type: 'stream', part: 0, how: 'grow' },
  },
  {
    when: 'a stream was asked to grow: it does so by itself',
    wanted: { growing: 0 },
    reply: [streams('due')],
    next: WAIT,
  },
  {
    when: 'a stream broke: it is ended, so that its message can be edited',
    wanted: { growing: 0 },
    reply: [streams('broken')],
    next: { type: 'stream', part: 0, how: 'end' },
  },
  {
    when: 'the answer is whole: its stream is ended',
    wanted: { phase: 'ended' },
    reply: [streams('due')],
    next: { type: 'stream', part: 0, how: 'end' },
  },
  {
    when: 'an answer went on in a further message while the first still streams: the further one is posted first',
    wanted: { phase: 'ended', reply: [A, B] },
    reply: [streams('idle')],
    next: post('reply', 1, B),
  },
  {
    when: 'a question comes below a text that streams: the stream is ended before anything is posted',
    wanted: { phase: 'deciding', reply: [A, B] },
    reply: [streams('idle')],
    next: { type: 'stream', part: 0, how: 'end' },
  },
  {
    when: 'one message streams and another is to be edited: growing comes first, and holds the edit up by nothing',
    wanted: { reply: [A, B], growing: 1 },
    reply: [there(null), streams('due')],
    next: edit(0, A, 'text'),
  },
  {
    when: 'nothing is to be shown any more: what stands there is left alone',
    wanted: { phase: null, reply: [], card: [] },
    reply: [there(A)],
    card: [there(CARD)],
    next: WAIT,
  },
]

describe('what comes next for a reply', () => {
  it.each(ROWS)('when $when', ({ wanted = {}, reply = [], card = [], round = {}, next }) => {
    expect(planNext(wanting(wanted), { reply, card }, { ...FRESH, ...round })).toEqual(next)
  })
})

describe('a reply stands complete', () => {
  it.each([
    ['when every message shows what is wanted', {}, [there(A)], true],
    ['not while one is missing', { reply: [A, B] }, [there(A)], false],
    ['not while one is out of date', {}, [there(B)], false],
    ['not while one is lost', {}, [there(A, { isLost: true })], false],
    ['while a stream goes on by itself', { growing: 0 }, [streams('due')], true],
  ])('%s', (_, wanted, reply, expected) => {
    expect(isComplete(wanting(wanted), { reply, card: [] })).toBe(expected)
  })
})

it('an edit that the budget allows is made though posts are missing', () => {
  const edited = nextEdit(wanting({ phase: 'ended', reply: [A, B] }), { reply: [there(null)], card: [] })
  expect(edited).toEqual(edit(0, A, 'final'))
})

describe('what Slack’s refusal of a message leads to', () => {
  const reply = { place: 'reply', isPosted: true, canLeave: false } as const
  it.each<[string, Parameters<typeof remedyFor>[1], Remedy]>([
    ['message_not_found', reply, 'replace'],
    ['edit_window_closed', reply, 'replace'],
    ['cant_update_message', { ...reply, isPosted: false }, 'plainer'],
    ['is_archived', reply, 'give_up'],
    ['is_archived', { ...reply, canLeave: true }, 'leave'],
    ['not_in_channel', { ...reply, isPosted: false, canLeave: true }, 'leave'],
    ['is_archived', { ...reply, place: 'card', canLeave: true }, 'give_up'],
    ['token_revoked', { ...reply, canLeave: true }, 'give_up'],
    ['invalid_blocks', reply, 'plainer'],
    ['a_code_that_nobody_has_met', reply, 'plainer'],
    ['constructor', reply, 'plainer'],
    ['messages_tab_disabled', reply, 'plainer'],
    ['messages_tab_disabled', { ...reply, place: 'card' }, 'give_up'],
    ['invalid_blocks', { ...reply, place: 'card' }, 'plainer'],
    ['invalid_blocks', undefined, 'give_up'],
  ])('%s of %o: %s', (code, at, remedy) => {
    expect(remedyFor(code, at)).toBe(remedy)
  })
})
