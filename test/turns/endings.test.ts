import { describe, expect, it } from 'vitest'
import { ENDING_WORDS, type Ending, endingOf } from '../../src/turns/endings.js'
import type { AgentErrorKind } from '../../src/turns/events.js'
import { EMPTY_REPLY, type Reply, type ReplyEnd } from '../../src/turns/reply.js'

const ERRORS: readonly AgentErrorKind[] = [
  'overloaded',
  'rate_limited',
  'model_failed',
  'billing',
  'mailbox_refused',
  'mailbox_unreachable',
  'too_many_steps',
  'context_full',
  'unknown',
]
const said = (text: string): Reply['items'] => [{ type: 'text', id: 'm', text }]
const failed = (kind: AgentErrorKind, retry: 'retrying' | 'exhausted' | 'terminal' = 'exhausted') => ({ kind, retry })
const ended = (end: ReplyEnd, rest: Partial<Reply> = {}): Reply => ({ ...EMPTY_REPLY, begun: true, end, ...rest })

describe('how a turn ended', () => {
  it.each<[string, Reply, boolean, Ending]>([
    ['the agent said something', ended('end_turn', { items: said('Done.') }), false, 'answered'],
    ['the agent said nothing', ended('end_turn'), false, 'empty_answer'],
    ['the agent said only blanks', ended('end_turn', { items: said(' \n ') }), false, 'empty_answer'],
    ['its owner stopped it', ended('end_turn', { items: said('Half') }), true, 'stopped'],
    [
      'its owner stopped it while something failed',
      ended('end_turn', { error: failed('overloaded') }),
      true,
      'stopped',
    ],
    [
      'an error was being retried and then nothing more was said of it',
      ended('end_turn', { items: said('Done.'), error: failed('overloaded', 'retrying') }),
      false,
      'answered',
    ],
    ['Claude declined', ended('refusal', { items: said('Half') }), false, 'refused'],
    ['Claude declined after an error', ended('refusal', { error: failed('overloaded') }), false, 'refused'],
    ['the budget is used up', ended('budget_reached'), false, 'budget_reached'],
    ['retries were used up for no stated reason', ended('retries_exhausted'), false, 'model_failed'],
    ['the session broke off', ended('terminated'), false, 'session_terminated'],
    [
      'the session broke off over an error that a new session may not have',
      ended('terminated', { error: failed('model_failed', 'terminal') }),
      false,
      'session_terminated',
    ],
    [
      'the session broke off for lack of credit, as the next one would',
      ended('terminated', { error: failed('billing', 'terminal') }),
      false,
      'billing',
    ],
    ['the session was deleted', ended('deleted', { error: failed('overloaded') }), false, 'session_deleted'],
    ['the session stopped for a reason newer than this code', ended('unknown'), false, 'unknown'],
    ['something unforeseen ended it', ended('unknown', { error: failed('mailbox_refused') }), false, 'mailbox_refused'],
  ])('%s', (_, reply, stopRequested, ending) => {
    expect(endingOf(reply, stopRequested)).toBe(ending)
  })

  it.each(ERRORS)('an error that nothing overcame names the ending: %s', (kind) => {
    for (const end of ['end_turn', 'retries_exhausted', 'unknown'] as const) {
      expect(endingOf(ended(end, { items: said('Half'), error: failed(kind) }), false)).toBe(kind)
    }
  })
})

describe('the words for an ending', () => {
  const spoken = Object.entries(ENDING_WORDS).filter((entry): entry is [string, string] => entry[1] !== null)

  it('are there for every ending but an answer, which speaks for itself, and help, which is words already', () => {
    const silent = Object.entries(ENDING_WORDS).filter(([, words]) => words === null)
    expect(silent.map(([ending]) => ending).sort()).toEqual(['answered', 'help'])
    expect(spoken.length).toBeGreaterThan(20)
  })

  it('belong to one ending alone', () => {
    expect(new Set(spoken.map(([, words]) => words)).size).toBe(spoken.length)
  })

  it.each(spoken)('%s: say what happened and what to do next, in plain words', (_, words) => {
    expect(words.split(/[.!?;](?:\s|$)/).filter((sentence) => sentence.trim() !== '').length).toBeGreaterThanOrEqual(2)
    expect(words).toMatch(/\b(ask|send|write|tell|put|start)\b/i)
    expect(words).not.toMatch(/undefined|null|error|exception|\{|\}|<|>|stop_reason/i)
    expect(words).toMatch(/[.!?]$/)
  })
})
