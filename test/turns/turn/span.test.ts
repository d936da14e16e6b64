import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toolSteps } from '../../../src/turns/reply.js'
import { Reading } from '../../../src/turns/turn/reading.js'
import { propertyRuns } from '../../support/property-runs.js'
import { type LogEntry, log } from '../log-events.js'
import { type TurnLog, turnLogs } from '../session-model.js'

const TURN = 'turn_1'
const MINE: LogEntry = { type: 'message_received', references: ['message_1'] }
const RUNNING: LogEntry = { type: 'running' }
const RESTS: LogEntry = { type: 'idle', reason: 'end_turn', awaiting: [] }
const DENIED: LogEntry = { type: 'tool_decided', callId: 'a call of the turn before', allowed: false }
/** The same where the bot itself was to do it: its result says that it was not done. */
const REFUSED: LogEntry = { type: 'tool_finished', callId: 'a call of the turn before', failed: false }
const says = (text: string): LogEntry => ({ type: 'message', text })

const textsOf = (reading: Reading) => reading.reply.items.flatMap((item) => (item.type === 'text' ? [item.text] : []))

function begun(references: readonly string[], lost: string | null = null): Reading {
  const reading = new Reading()
  reading.begin({ turnId: TURN, references }, lost)
  return reading
}

/** Reads a log as it comes; answers what was shown after each event, and after how many the turn was over. */
function follow({ events, references }: Pick<TurnLog, 'events' | 'references'>) {
  const reading = begun(references)
  const shown: string[][] = []
  for (const event of events) {
    reading.take(event)
    shown.push(textsOf(reading))
    if (reading.reply.end !== null) break
  }
  return { reading, shown, count: shown.length }
}

const followEntries = (...entries: readonly LogEntry[]) => {
  const events = log()
  for (const entry of entries) events.add(entry)
  return follow({ events: events.events, references: ['message_1'] })
}

describe('a turn, in every order in which a session may report it', () => {
  // A message that is only processed behind the rest, in a run that dealt with something else before, looks as if that rest was for the latter.
  const decidable = turnLogs.filter(({ isAmbiguous }) => !isAmbiguous)

  it('a turn ends exactly with its own answer, shows all of it, and nothing of an earlier turn', () => {
    fc.assert(
      fc.property(decidable, (turn) => {
        const { reading, count } = follow(turn)
        expect(reading.reply.end).toBe('end_turn')
        expect(count).toBe(turn.events.length)
        expect(textsOf(reading)).toEqual([...turn.inseparable, ...turn.own])
      }),
      { numRuns: propertyRuns(2_000) },
    )
  })

  it('never shows a word of an earlier turn, not even for a moment, unless nothing tells it apart', () => {
    fc.assert(
      fc.property(decidable, (turn) => {
        const allowed = [...turn.forAMoment, ...turn.inseparable, ...turn.own]
        for (const texts of follow(turn).shown) expect(allowed).toEqual(expect.arrayContaining(texts))
      }),
      { numRuns: propertyRuns(1_000) },
    )
  })

  it('a turn whose end the log does not tell ends after a silence, with its whole answer', () => {
    fc.assert(
      fc.property(
        turnLogs.filter(({ isAmbiguous }) => isAmbiguous),
        (turn) => {
          const { reading } = follow(turn)
          expect(reading.reply.end).toBeNull()
          expect(reading.isAtWork).toBe(false)
          expect(reading.settle()).toBe(true)
          expect(textsOf(reading)).toEqual([...turn.inseparable, ...turn.own])
        },
      ),
      { numRuns: propertyRuns(300) },
    )
  })
})

describe('a turn', () => {
  it.each<[string, LogEntry[], string[]]>([
    [
      'whose batch had denials that were answered first',
      [DENIED, RUNNING, says('Not sent.'), RESTS, MINE, RUNNING, says('Here.'), RESTS],
      ['Here.'],
    ],
    [
      'likewise, its message processed when the answer is complete',
      [DENIED, RUNNING, says('Not sent.'), RESTS, RUNNING, says('Here.'), MINE, RESTS],
      ['Here.'],
    ],
    [
      'whose batch had a denial that is answered in the same run',
      [DENIED, RUNNING, says('Not sent.'), MINE, says('Here.'), RESTS],
      ['Here.'],
    ],
    [
      'likewise, of a call that the bot itself was to handle',
      [REFUSED, RUNNING, says('Not sent.'), MINE, says('Here.'), RESTS],
      ['Here.'],
    ],
    ['whose message a late interruption came before', [RUNNING, RESTS, MINE, RUNNING, says('Here.'), RESTS], ['Here.']],
    [
      'whose session repeats that it rests, before and after it processed the message',
      [RESTS, MINE, RESTS, RUNNING, says('Here.'), RESTS],
      ['Here.'],
    ],
    [
      'whose session rests at the moment at which it has processed the message',
      [RUNNING, says('Here.'), RESTS, MINE],
      ['Here.'],
    ],
    ['that is answered with nothing', [RUNNING, MINE, RESTS], []],
  ])('%s ends with its own answer', (_, entries, words) => {
    const { reading, count } = followEntries(...entries)
    expect({ end: reading.reply.end, count, words: textsOf(reading) }).toEqual({
      end: 'end_turn',
      count: entries.length,
      words,
    })
  })

  it('a turn has not ended while one of its messages is unprocessed', () => {
    const events = log()
    for (const entry of [MINE, RUNNING, says('First.'), RESTS]) events.add(entry)
    const { reading } = follow({ events: events.events, references: ['message_1', 'message_2'] })
    expect(reading.reply.end).toBeNull()
    expect(reading.isAtWork).toBe(false)
    reading.take(events.add({ type: 'message_received', references: ['message_2'] }))
    reading.take(events.add(RUNNING))
    reading.take(events.add(says('Second.')))
    reading.take(events.add(RESTS))
    expect(textsOf(reading)).toEqual(['First.', 'Second.'])
    expect(reading.reply.end).toBe('end_turn')
  })

  it('a turn ends with a failed run that dropped its message', () => {
    const { reading } = followEntries(
      DENIED,
      RUNNING,
      { type: 'error', kind: 'model_failed', retry: 'exhausted' },
      { type: 'idle', reason: 'retries_exhausted', awaiting: [] },
    )
    expect(reading.reply).toMatchObject({ end: 'retries_exhausted', error: { kind: 'model_failed' } })
  })

  it('asks what its session wants to know before it takes up the message, and keeps what was said about it', () => {
    const events = log()
    const reading = begun(['message_1'])
    for (const entry of [DENIED, RUNNING, says('Then I trash it.')]) reading.take(events.add(entry))
    expect(textsOf(reading)).toEqual([])
    const call = events.add({ type: 'tool_called', name: 'gmail_trash_message', input: {}, permission: 'ask' })
    reading.take(call)
    reading.take(events.add({ type: 'idle', reason: 'requires_action', awaiting: [call.id] }))
    expect(reading.reply.awaiting).toEqual([call.id])
    expect(textsOf(reading)).toEqual(['Then I trash it.'])
    for (const entry of [
      { type: 'tool_decided', callId: call.id, allowed: true } as const,
      RUNNING,
      says('Done.'),
      RESTS,
    ])
      reading.take(events.add(entry))
    expect(reading.reply.end).toBeNull()
    for (const entry of [MINE, RUNNING, says('Here.'), RESTS]) {
      expect(reading.reply.end).toBeNull()
      reading.take(events.add(entry))
    }
    expect(textsOf(reading)).toEqual(['Then I trash it.', 'Done.', 'Here.'])
    expect(toolSteps(reading.reply)).toHaveLength(1)
    expect(reading.reply.end).toBe('end_turn')
  })

  it('a turn resumed after a lost mailbox ends with the answer to the note, and keeps the text before it', () => {
    const events = log()
    for (const entry of [MINE, RUNNING, says('I look.')]) events.add(entry)
    const lost = events.add(RESTS)
    const note: LogEntry = { type: 'message_received', references: [`${TURN}/${lost.id}`] }
    for (const entry of [RESTS, RUNNING, RESTS, note, RUNNING, says('Found it.'), RESTS]) events.add(entry)
    const reading = begun(['message_1'], lost.id)
    for (const event of events.events) {
      expect(reading.reply.end).toBeNull()
      reading.take(event)
    }
    expect(reading.reply.end).toBe('end_turn')
    expect(textsOf(reading)).toEqual(['I look.', 'Found it.'])
  })
})
