/**
 * A small model of the platform: every order in which it may legally report one turn of a session. It makes the log between the end of the
 * turn before and the end of this one, and says what the turn's own words are.
 */

import fc from 'fast-check'
import type { PersistedEvent } from '../../src/turns/events.js'
import { type LogBuilder, type LogEntry, log } from './log-events.js'

/** When a `user.message` counts as processed: as its answer begins, as that is complete, or only behind the rest that follows. */
type Processed = 'taken' | 'finished' | 'rested'

export interface TurnLog {
  readonly events: readonly PersistedEvent[]
  readonly references: readonly string[]
  /** The answer, text by text. */
  readonly own: readonly string[]
  /** What was said about the turn before, and cannot be told from the answer by anything in the log. */
  readonly inseparable: readonly string[]
  /** What was said about the turn before, and is only known as that once its own message was processed. */
  readonly forAMoment: readonly string[]
  /** Its last rest looks like one of the turn before: only that nothing follows tells that it was the end. */
  readonly isAmbiguous: boolean
}

const idle = (awaiting: readonly string[] = []): LogEntry =>
  awaiting.length > 0
    ? { type: 'idle', reason: 'requires_action', awaiting }
    : { type: 'idle', reason: 'end_turn', awaiting: [] }

/** What may happen while a session rests, and means nothing. */
const noise = fc.array(fc.constantFrom<LogEntry>(idle(), { type: 'other' }), { maxLength: 2 })

/** What a session may do before it takes up the message. */
const before = fc.oneof(
  // It was at rest.
  fc.constant({ what: 'nothing' } as const),
  // An interruption of the turn before comes late: it may run and rest for that.
  fc.constant({ what: 'late interruption' } as const),
  // The denials of the same batch come first, and are answered, or not; it may rest before the message.
  fc.record({ what: fc.constant('denials' as const), says: fc.boolean(), rests: fc.boolean() }),
  // A copy of an earlier message, whose request was taken for lost, is answered.
  fc.constant({ what: 'earlier message' } as const),
)

const step = fc.constantFrom('text', 'tool', 'question', 'retry', 'thinking')

const shape = fc.record({
  before,
  noise: fc.array(noise, { minLength: 4, maxLength: 4 }),
  processed: fc.constantFrom<Processed>('taken', 'finished', 'rested'),
  /** Of each message of the batch, what the session does for it; together or one after the other, with a rest between or not. */
  answers: fc.array(fc.array(step, { maxLength: 3 }), { minLength: 1, maxLength: 3 }),
  taking: fc.constantFrom('together', 'one by one', 'one by one, with rests'),
  runsFirst: fc.boolean(),
})

export const turnLogs: fc.Arbitrary<TurnLog> = shape.map((given) => {
  const events = log()
  const add = (...entries: readonly LogEntry[]): void => {
    for (const entry of entries) events.add(entry)
  }
  const inseparable: string[] = []
  const forAMoment: string[] = []
  let isRunning = false
  const run = () => {
    if (!isRunning) add({ type: 'running' })
    isRunning = true
  }
  const rest = () => {
    add(idle())
    isRunning = false
  }
  add(...(given.noise[0] ?? []))
  const earlier = given.before
  if (earlier.what === 'late interruption') {
    run()
    add({ type: 'other' })
    rest()
  } else if (earlier.what === 'denials') {
    add({ type: 'tool_decided', callId: 'a call of the turn before', allowed: false })
    run()
    add({ type: 'tool_finished', callId: 'a call of the turn before', failed: true })
    if (earlier.says) add({ type: 'message', text: 'I did not send it.' })
    if (earlier.rests) rest()
    else if (earlier.says && given.processed !== 'taken') inseparable.push('I did not send it.')
  } else if (earlier.what === 'earlier message') {
    const copy: LogEntry = { type: 'message_received', references: ['an earlier message'] }
    if (given.processed === 'taken') add(copy)
    run()
    add({ type: 'message', text: 'An earlier answer.' })
    // Until then nothing tells it apart.
    if (given.processed !== 'taken') forAMoment.push('An earlier answer.')
    if (given.processed === 'finished') add(copy)
    rest()
    if (given.processed === 'rested') add(copy)
  }
  if (!isRunning) add(...(given.noise[1] ?? []))

  const own: string[] = []
  const parts = given.answers.map((steps, index) => ({ reference: `message_${index + 1}`, steps }))
  // The run that dealt with the turn before goes on with the answer, and the message is only processed behind the rest of both.
  const isAmbiguous = earlier.what === 'denials' && !earlier.rests && given.processed === 'rested'
  const groups = given.taking === 'together' || isAmbiguous ? [parts] : parts.map((part) => [part])
  for (const [index, group] of groups.entries()) {
    const receive = () => {
      for (const { reference } of group) add({ type: 'message_received', references: [reference] })
    }
    const isLast = index === groups.length - 1
    if (given.runsFirst) run()
    if (given.processed === 'taken') receive()
    if (!isRunning) add(...(given.noise[2] ?? []))
    run()
    // The last one is always answered, so that it can be seen which way round its message stands.
    const steps = group.flatMap((part) => part.steps)
    for (const each of [...steps, 'text']) work(events, each, own)
    if (given.processed === 'finished') receive()
    const rests = isLast || given.taking === 'one by one, with rests' || given.processed === 'rested'
    if (rests) rest()
    if (given.processed === 'rested') {
      add(...(given.noise[3] ?? []))
      receive()
    }
    if (rests && !isLast && given.processed !== 'rested') add(...(given.noise[3] ?? []))
  }
  return {
    events: events.events,
    isAmbiguous,
    forAMoment,
    references: parts.map(({ reference }) => reference),
    own,
    inseparable,
  }
})

function work(events: LogBuilder, step: string, own: string[]): void {
  switch (step) {
    case 'text': {
      const text = `Answer ${own.length + 1}.`
      own.push(text)
      events.add({ type: 'message', text })
      events.add({ type: 'request_ended', failed: false })
      return
    }
    case 'tool': {
      const { id } = events.add({ type: 'tool_called', name: 'gmail_fetch_mails', input: {}, permission: 'allow' })
      events.add({ type: 'tool_finished', callId: id, failed: false })
      return
    }
    case 'question': {
      const call = { type: 'tool_called', name: 'gmail_trash_message', input: {}, permission: 'ask' } as const
      const first = events.add(call).id
      events.add(idle([first]))
      // It waits for one more, without having run between.
      const second = events.add(call).id
      events.add(idle([first, second]))
      events.add({ type: 'tool_decided', callId: first, allowed: true })
      // Told of fewer than all, it waits for the rest.
      events.add(idle([second]))
      events.add({ type: 'tool_decided', callId: second, allowed: false })
      events.add({ type: 'running' })
      events.add({ type: 'tool_finished', callId: first, failed: false })
      events.add({ type: 'tool_finished', callId: second, failed: true })
      return
    }
    case 'retry':
      events.add({ type: 'error', kind: 'overloaded', retry: 'retrying' })
      events.add({ type: 'running' })
      return
    default:
      events.add({ type: 'thinking' })
  }
}
