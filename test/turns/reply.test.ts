import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AgentEvent, PersistedEvent, PreviewEvent } from '../../src/turns/events.js'
import { EMPTY_REPLY, fold, type Reply, replyText, toolSteps } from '../../src/turns/reply.js'
import { log } from './log-events.js'

const replyOf = (events: readonly AgentEvent[]): Reply => events.reduce(fold, EMPTY_REPLY)
const withoutPreview = (reply: Reply): Reply => ({ ...reply, preview: null })

const started = (messageId: string): PreviewEvent => ({ type: 'preview_started', messageId })
const text = (messageId: string, piece: string): PreviewEvent => ({ type: 'preview_text', messageId, text: piece })

/** One thing that a session does within a turn, as events that belong together. */
const step = fc.oneof(
  fc
    .string({ minLength: 1, unit: 'grapheme' })
    .map((words) => [{ type: 'message', text: words } as const, { type: 'request_ended', failed: false } as const]),
  fc.constant([{ type: 'thinking' } as const]),
  fc.constant([{ type: 'other' } as const]),
  fc
    .boolean()
    .map((failed) => [
      { type: 'tool_called', name: 'gmail_fetch_mails', input: { query: 'from:dana' }, permission: 'allow' } as const,
      { type: 'tool_finished', callId: 'the call before', failed } as const,
    ]),
  fc
    .boolean()
    .map((allowed) => [
      { type: 'tool_called', name: 'gmail_trash_message', input: {}, permission: 'ask' } as const,
      { type: 'idle', reason: 'requires_action', awaiting: 'the call before' } as const,
      { type: 'tool_decided', callId: 'the call before', allowed } as const,
      { type: 'running' } as const,
      { type: 'tool_finished', callId: 'the call before', failed: !allowed } as const,
    ]),
  fc.constant([
    { type: 'error', kind: 'overloaded', retry: 'retrying' } as const,
    { type: 'request_ended', failed: true } as const,
    { type: 'running' } as const,
  ]),
)

const ending = fc.oneof(
  fc
    .constantFrom('end_turn', 'retries_exhausted', 'budget_reached', 'refusal', 'unknown')
    .map((reason) => ({ type: 'idle', reason, awaiting: [] }) as const),
  fc.constantFrom('terminated', 'deleted').map((how) => ({ type: 'session_ended', how }) as const),
)

/** What a session could really report of one turn: perhaps the end of an earlier one, then taking up, working, coming to rest. */
const history: fc.Arbitrary<PersistedEvent[]> = fc
  .tuple(fc.boolean(), fc.array(step, { maxLength: 12 }), ending)
  .map(([stale, steps, last]) => {
    const events = log()
    if (stale) events.add({ type: 'idle', reason: 'end_turn', awaiting: [] })
    events.add({ type: 'message_received', references: [] })
    events.add({ type: 'running' })
    for (const parts of steps) {
      let call = ''
      for (const part of parts) {
        if (part.type === 'tool_called') call = events.add(part).id
        else if (part.type === 'tool_finished' || part.type === 'tool_decided') events.add({ ...part, callId: call })
        else if (part.type === 'idle') events.add({ ...part, awaiting: [call] })
        else events.add(part)
      }
    }
    events.add(last)
    return events.events
  })

/** Previews of messages that will come, of messages that never come, begun twice, or without a beginning. */
const previewOf = (events: readonly PersistedEvent[]): fc.Arbitrary<PreviewEvent> =>
  fc
    .tuple(
      fc.constantFrom(
        'a message that never comes',
        ...events.flatMap((event) => (event.type === 'message' ? [event.id] : [])),
      ),
      fc.option(fc.string({ unit: 'grapheme' })),
    )
    .map(([messageId, piece]) => (piece === null ? started(messageId) : text(messageId, piece)))

const historyWithPreviews = history.chain((events) =>
  fc.array(fc.tuple(fc.nat({ max: events.length - 1 }), previewOf(events)), { maxLength: 25 }).map((previews) => ({
    events,
    mixed: events.flatMap((event, index): AgentEvent[] => [
      ...previews.flatMap(([before, preview]) => (before === index ? [preview] : [])),
      event,
    ]),
  })),
)

describe('previews', () => {
  it('change nothing of the reply that stands in the end, whatever comes of them, or not', () => {
    fc.assert(
      fc.property(historyWithPreviews, ({ events, mixed }) => {
        expect(replyOf(mixed)).toEqual(replyOf(events))
      }),
    )
  })

  it('change nothing but what is being written, at any moment', () => {
    fc.assert(
      fc.property(historyWithPreviews, ({ mixed }) => {
        for (let count = 0; count <= mixed.length; count += 1) {
          const seen = mixed.slice(0, count)
          const persisted = seen.filter((event) => event.type !== 'preview_started' && event.type !== 'preview_text')
          expect(withoutPreview(replyOf(seen))).toEqual(withoutPreview(replyOf(persisted)))
        }
      }),
    )
  })

  it('show a message as it is written, until the message itself takes their place', () => {
    const events = log()
    events.add({ type: 'running' })
    const writing = replyOf([...events.events, started('m'), text('m', 'Three mails '), text('m', 'are unr')])
    expect(replyText(writing)).toBe('Three mails are unr')
    expect(replyText(fold(writing, { id: 'm', at: '', type: 'message', text: 'Three mails are unread.' }))).toBe(
      'Three mails are unread.',
    )
  })

  it('stand below what was said before them', () => {
    const said = log()
    said.add({ type: 'message', text: 'Let me look.' })
    expect(replyText(replyOf([...said.events, started('m'), text('m', 'Found it')]))).toBe('Let me look.\n\nFound it')
  })

  it.each([
    ['of a message that was not begun', [text('m', 'lost')]],
    ['of another message than the one being written', [started('m'), text('n', 'lost')]],
    [
      'of a message that has arrived',
      [started('m'), { id: 'm', at: '', type: 'message', text: 'Whole.' } as const, started('m'), text('m', 'again')],
    ],
    ['that hold only blanks', [started('m'), text('m', ' \n')]],
  ])('%s are not shown', (_, events: AgentEvent[]) => {
    expect(replyText(replyOf(events))).not.toMatch(/lost|again|^\s+$/)
  })

  it.each([
    ['its request ended', { type: 'request_ended', failed: true }],
    ['the turn ended', { type: 'idle', reason: 'end_turn', awaiting: [] }],
    ['the session ended', { type: 'session_ended', how: 'terminated' }],
    ['the session waits for a decision', { type: 'idle', reason: 'requires_action', awaiting: ['call'] }],
  ] as const)('that were never confirmed go away when %s', (_, end) => {
    const running = log()
    running.add({ type: 'running' })
    const writing = replyOf([...running.events, started('m'), text('m', 'half a sent')])
    expect(replyText(writing)).toBe('half a sent')
    expect(fold(writing, { id: 'e', at: '', ...end }).preview).toBeNull()
  })
})

describe('a reply', () => {
  it('is the messages of the agent, in order, with a blank line between them', () => {
    fc.assert(
      fc.property(history, (events) => {
        const said = events.flatMap((event) =>
          event.type === 'message' && event.text.trim() !== '' ? [event.text] : [],
        )
        expect(replyText(replyOf(events))).toBe(said.join('\n\n'))
      }),
    )
  })

  it('is at the last persisted event', () => {
    fc.assert(
      fc.property(historyWithPreviews, ({ events, mixed }) => {
        const last = events.at(-1)
        expect(replyOf(mixed).position).toEqual({ id: last?.id, at: last?.at })
      }),
    )
  })

  it('comes to its end with the last event of the turn, not earlier', () => {
    fc.assert(
      fc.property(history, (events) => {
        expect(replyOf(events.slice(0, -1)).end).toBeNull()
        expect(replyOf(events).end).not.toBeNull()
      }),
    )
  })

  it('waits for nothing and has no open calls once the session came to rest', () => {
    fc.assert(
      fc.property(history, (events) => {
        expect(replyOf(events).awaiting).toEqual([])
        expect(toolSteps(replyOf(events)).filter((tool) => tool.state === 'undecided')).toEqual([])
      }),
    )
  })

  it('has not ended when the session is idle before it took this turn up: that was an earlier one', () => {
    const events = log()
    events.add({ type: 'idle', reason: 'end_turn', awaiting: [] })
    expect(replyOf(events.events)).toMatchObject({ begun: false, end: null })
    events.add({ type: 'message_received', references: [] })
    events.add({ type: 'idle', reason: 'end_turn', awaiting: [] })
    expect(replyOf(events.events)).toMatchObject({ begun: true, end: 'end_turn' })
  })

  it('ends with its session even where the session never took it up', () => {
    const events = log()
    events.add({ type: 'session_ended', how: 'deleted' })
    expect(replyOf(events.events).end).toBe('deleted')
  })

  it('goes on when a session that was idle runs again', () => {
    const events = log()
    events.add({ type: 'running' })
    events.add({ type: 'idle', reason: 'end_turn', awaiting: [] })
    events.add({ type: 'running' })
    expect(replyOf(events.events).end).toBeNull()
  })

  it('knows an error until something shows that it was overcome', () => {
    const events = log()
    events.add({ type: 'running' })
    events.add({ type: 'error', kind: 'overloaded', retry: 'retrying' })
    events.add({ type: 'request_ended', failed: true })
    events.add({ type: 'running' })
    expect(replyOf(events.events).error).toEqual({ kind: 'overloaded', retry: 'retrying' })
    events.add({ type: 'request_ended', failed: false })
    expect(replyOf(events.events).error).toBeNull()
    events.add({ type: 'error', kind: 'rate_limited', retry: 'retrying' })
    events.add({ type: 'message', text: 'Here it is.' })
    expect(replyOf(events.events).error).toBeNull()
    events.add({ type: 'error', kind: 'model_failed', retry: 'exhausted' })
    events.add({ type: 'idle', reason: 'retries_exhausted', awaiting: [] })
    expect(replyOf(events.events)).toMatchObject({
      error: { kind: 'model_failed', retry: 'exhausted' },
      end: 'retries_exhausted',
    })
  })
})

describe('a tool call', () => {
  const stateAfter = (...build: ((call: string) => Parameters<ReturnType<typeof log>['add']>[0])[]) => {
    const events = log()
    const { id } = events.add({ type: 'tool_called', name: 'gmail_send_message', input: {}, permission: 'ask' })
    for (const part of build) events.add(part(id))
    return { reply: replyOf(events.events), state: toolSteps(replyOf(events.events))[0]?.state }
  }
  const decided = (allowed: boolean) => (callId: string) => ({ type: 'tool_decided', callId, allowed }) as const
  const finished = (failed: boolean) => (callId: string) => ({ type: 'tool_finished', callId, failed }) as const

  it.each([
    ['undecided, until its owner said something', [], 'undecided'],
    ['at work, once it was approved', [decided(true)], 'working'],
    ['done', [decided(true), finished(false)], 'done'],
    ['failed', [decided(true), finished(true)], 'failed'],
    ['denied', [decided(false)], 'denied'],
    ['denied, also when the denial comes back as its result', [decided(false), finished(true)], 'denied'],
    ['denied, also when its result does not count as a failure', [decided(false), finished(false)], 'denied'],
  ] as const)('is %s', (_, parts, state) => {
    expect(stateAfter(...parts).state).toBe(state)
  })

  it.each([
    ['allow', 'working'],
    ['ask', 'undecided'],
    ['deny', 'denied'],
  ] as const)('that the policy answers with %s starts as %s', (permission, state) => {
    const events = log()
    events.add({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission })
    expect(toolSteps(replyOf(events.events))[0]?.state).toBe(state)
  })

  it('of several that wait is taken off the list by its own decision alone', () => {
    const events = log()
    const first = events.add({ type: 'tool_called', name: 'gmail_trash_message', input: {}, permission: 'ask' })
    const second = events.add({ type: 'tool_called', name: 'gmail_send_message', input: {}, permission: 'ask' })
    events.add({ type: 'idle', reason: 'requires_action', awaiting: [first.id, second.id] })
    expect(replyOf(events.events)).toMatchObject({ awaiting: [first.id, second.id], end: null })
    events.add({ type: 'tool_decided', callId: second.id, allowed: false })
    expect(replyOf(events.events)).toMatchObject({ awaiting: [first.id] })
    expect(toolSteps(replyOf(events.events)).map((tool) => tool.state)).toEqual(['undecided', 'denied'])
    events.add({ type: 'idle', reason: 'requires_action', awaiting: [first.id] })
    events.add({ type: 'tool_decided', callId: first.id, allowed: true })
    expect(replyOf(events.events).awaiting).toEqual([])
  })
})
