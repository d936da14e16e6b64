import { APIConnectionError } from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import type { TurnFailure } from '../../../../src/sandbox/agents/index.js'
import {
  clientOf,
  exchange,
  gate,
  history,
  invalid,
  message,
  missing,
  newSession,
  of,
  refusal,
  said,
  start,
  stopReasons,
  Watch,
} from '../fixture.js'

test('a stream that ends reads as EOF; the session goes on, and another stream sees the rest', async () => {
  const held = gate()
  const bench = await start(async (turn) => {
    await turn.say('One')
    await held.opened
    await turn.say('Two')
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Go')] })
  await watch.until(({ seen }) => said(seen).length === 1)
  bench.sandbox.driver.endStreams(id)
  await watch.eof()
  const next = await Watch.open(bench.beta, id)
  expect(bench.sandbox.driver.streams(id)).toBe(1)
  held.open()
  await next.idle()
  expect(said(watch.seen)).toEqual(['One'])
  expect(said(next.seen)).toEqual(['Two'])
  expect(said(await history(bench.beta, id))).toEqual(['One', 'Two'])
})

test('a stream that hangs says nothing more, while a new one does', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const hung = await Watch.open(bench.beta, id)
  bench.sandbox.driver.hangStreams(id)
  const watch = await exchange(bench, id, [message('Hello')])
  expect(said(watch.seen)).toHaveLength(1)
  expect(hung.seen).toEqual([])
  expect(hung.ended).toBe(false)
})

test.each(['end', 'hang'] as const)('streams can %s right after an event', async (how) => {
  const bench = await start()
  const { id } = await newSession(bench)
  bench.sandbox.faults.cutStreams('agent.message', how)
  const cut = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await cut.until(({ seen }) => said(seen).length === 1)
  if (how === 'end') await cut.eof()
  // A later turn, seen on a stream of its own, shows that the cut happened once and that nothing came after it.
  const next = await exchange(bench, id, [message('Again')])
  expect(said(next.seen).at(-1)).toBe('You said: Again')
  expect(cut.types().at(-1)).toBe('agent.message')
  expect(cut.ended).toBe(how === 'end')
})

test('a dropped answer leaves the work done', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  bench.sandbox.faults.dropAnswer('sessions.events.send')
  await expect(bench.beta.sessions.events.send(id, { events: [message('Hello')] })).rejects.toThrow(APIConnectionError)
  await watch.idle()
  expect(said(watch.seen)).toEqual(['You said: Hello'])
})

test('an SDK that repeats after a dropped answer says it twice', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  bench.sandbox.faults.dropAnswer('sessions.events.send')
  await clientOf(bench.sandbox)
    .withOptions({ maxRetries: 1 })
    .beta.sessions.events.send(id, { events: [message('Hello')] })
  await watch.idle(2)
  expect(said(watch.seen)).toEqual(['You said: Hello', 'You said: Hello'])
})

test('a status that is asked for is answered once, and nothing is done', async () => {
  const bench = await start()
  bench.sandbox.faults.answer('vaults.create', 529, { message: 'Overloaded' })
  const create = () => bench.beta.vaults.create({ display_name: 'Anna' })
  expect(await refusal(create())).toMatchObject({ status: 529, type: 'overloaded_error', message: 'Overloaded' })
  expect(bench.sandbox.driver.vaults()).toEqual([])
  await create()
  bench.sandbox.faults.answer('vaults.create', 400, { times: 2 })
  for (const status of [400, 400]) expect(await refusal(create())).toMatchObject({ status })
  await create()
})

test('a delayed call waits', async () => {
  const held = gate()
  const bench = await start()
  bench.sandbox.faults.delay('vaults.create', held.opened)
  const creating = bench.beta.vaults.create({ display_name: 'Slow' })
  await bench.beta.vaults.create({ display_name: 'Fast' })
  expect(bench.sandbox.driver.vaults().map(({ vault }) => vault.display_name)).toEqual(['Fast'])
  held.open()
  expect((await creating).display_name).toBe('Slow')
})

test('stream events can come twice', async () => {
  const bench = await start()
  bench.sandbox.faults.duplicateStreamEvents = true
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [message('Hello')], 2)
  expect(said(watch.seen)).toEqual(['You said: Hello', 'You said: Hello'])
  expect(said(await history(bench.beta, id))).toEqual(['You said: Hello'])
})

test('deltas can stop in the middle', async () => {
  const bench = await start(async (turn) => turn.say('one two three four five six seven'))
  bench.sandbox.faults.deltasPerMessage = 1
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('Count')] })
  await watch.idle()
  expect(of(watch.seen, 'event_delta')).toHaveLength(1)
  expect(said(watch.seen)).toEqual(['one two three four five six seven'])
})

test.each(['retries_exhausted', 'budget_reached', 'refusal'] as const)('a turn can stop with %s', async (stop) => {
  const bench = await start()
  const { id } = await newSession(bench)
  bench.sandbox.faults.failNextTurn({ stop })
  const watch = await exchange(bench, id, [message('Hello')])
  expect(stopReasons(watch.seen)).toEqual([stop])
  expect(said(watch.seen)).toEqual([])
  expect(said((await exchange(bench, id, [message('Again')])).seen)).toEqual(['You said: Again'])
})

test('a refusal can say why', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const details = { type: 'refusal' as const, category: 'cyber' as const, explanation: 'No.' }
  bench.sandbox.faults.failNextTurn({ stop: 'refusal', details }, { when: 'end' })
  const watch = await exchange(bench, id, [message('Hello')])
  expect(said(watch.seen)).toEqual(['You said: Hello'])
  expect(of(watch.seen, 'session.status_idle')[0]?.stop_details).toEqual(details)
})

const overloaded = { type: 'model_overloaded_error' as const, message: 'Overloaded' }

test('a retried error reschedules the session, and the turn succeeds', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  bench.sandbox.faults.failNextTurn({ error: overloaded, retry: 'retrying' }, { when: 'mid_message' })
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await watch.idle()
  expect(of(watch.seen, 'session.error')[0]?.error).toEqual({ ...overloaded, retry_status: { type: 'retrying' } })
  const statuses = watch.types().filter((type) => type.startsWith('session.status'))
  expect(statuses).toEqual([
    'session.status_running',
    'session.status_rescheduled',
    'session.status_running',
    'session.status_idle',
  ])
  // The first preview broke off; only the second became a message.
  expect(of(watch.seen, 'event_start')).toHaveLength(2)
  expect(of(watch.seen, 'span.model_request_end').map((event) => event.is_error)).toEqual([true, false])
  expect(said(watch.seen)).toEqual(['You said: Hello'])
})

test('an exhausted error in the middle of a message leaves its preview without an event', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  bench.sandbox.faults.failNextTurn({ error: overloaded, retry: 'exhausted' }, { when: 'mid_message', sessionId: id })
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await watch.idle()
  expect(of(watch.seen, 'event_delta')).toHaveLength(1)
  expect(said(watch.seen)).toEqual([])
  expect(of(watch.seen, 'span.model_request_end')[0]?.is_error).toBe(true)
  expect(stopReasons(watch.seen)).toEqual(['retries_exhausted'])
})

test.each<TurnFailure>([{ error: overloaded, retry: 'terminal' }, { end: 'terminated' }])(
  '%o ends the session',
  async (failure) => {
    const bench = await start()
    const { id } = await newSession(bench)
    bench.sandbox.faults.failNextTurn(failure)
    const watch = await Watch.open(bench.beta, id)
    await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
    await watch.until(({ seen }) => of(seen, 'session.status_terminated').length === 1)
    expect((await bench.beta.sessions.retrieve(id)).status).toBe('terminated')
    expect(watch.types().at(-1)).toBe('session.status_terminated')
    expect(await refusal(bench.beta.sessions.events.send(id, { events: [message('More')] }))).toMatchObject(
      invalid(/terminated/),
    )
    expect(await refusal(bench.beta.sessions.update(id, { title: 'x' }))).toMatchObject(invalid(/terminated/))
  },
)

test('a session can be deleted under its own turn', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  bench.sandbox.faults.failNextTurn({ end: 'deleted' }, { when: 'end' })
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await watch.eof()
  expect(watch.types().at(-1)).toBe('session.deleted')
  expect(await refusal(bench.beta.sessions.retrieve(id))).toMatchObject(missing(/Session/))
})

test('a failure meant for one session passes the others by', async () => {
  const bench = await start()
  const [one, other] = [await newSession(bench), await newSession(bench)]
  bench.sandbox.faults.failNextTurn({ stop: 'refusal' }, { sessionId: one.id })
  expect(stopReasons((await exchange(bench, other.id, [message('Hello')])).seen)).toEqual(['end_turn'])
  expect(stopReasons((await exchange(bench, one.id, [message('Hello')])).seen)).toEqual(['refusal'])
})

test('closing ends the streams and stops the brains', async () => {
  const [started, stopped] = [gate(), gate()]
  const bench = await start(async (turn) => {
    turn.signal.addEventListener('abort', () => stopped.open())
    started.open()
    await new Promise((_, reject) => turn.signal.addEventListener('abort', () => reject(turn.signal.reason)))
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await started.opened
  await bench.sandbox.close()
  await stopped.opened
  await watch.eof()
})
