import { type AccumulatedEvent, accumulateManagedAgentsEvent } from '@anthropic-ai/sdk/lib/sessions/accumulate'
import { expect, test } from 'vitest'
import type { BrainTurn } from '../../../../src/sandbox/agents/session/brain.js'
import {
  clientOf,
  echo,
  exchange,
  gate,
  history,
  invalid,
  lastWords,
  message,
  missing,
  newSession,
  of,
  refusal,
  type SendEvents,
  said,
  start,
  stopReasons,
  Watch,
} from '../fixture.js'

const BETA = { 'anthropic-beta': 'managed-agents-2026-04-01' }
const poem = '# A *poem*\n\nRoses are red,\n  violets   are blue.\n\n- one\n- two\n'

test('a turn from first to last', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  const { data } = await bench.beta.sessions.events.send(id, { events: [message('Hello')] })
  await watch.idle()
  expect(watch.types()).toEqual([
    'user.message',
    'session.status_running',
    'user.message',
    'span.model_request_start',
    'agent.thinking',
    'agent.message',
    'span.model_request_end',
    'session.usage',
    'session.status_idle',
  ])
  expect(said(watch.seen)).toEqual(['You said: Hello'])
  expect(of(watch.seen, 'session.status_idle')[0]).toMatchObject({
    stop_reason: { type: 'end_turn' },
    stop_details: null,
  })
  // The message is sent, queued and processed under one id.
  const [queued, processed] = of(watch.seen, 'user.message')
  expect(data).toEqual([queued])
  expect(queued).toMatchObject({ processed_at: null, content: [{ type: 'text', text: 'Hello' }] })
  expect(processed).toEqual({ ...queued, processed_at: expect.any(String) })
  const [start_, end] = [of(watch.seen, 'span.model_request_start')[0], of(watch.seen, 'span.model_request_end')[0]]
  expect(end).toMatchObject({ model_request_start_id: start_?.id, is_error: false })
  // The list remembers what the stream showed, the message once.
  expect(await history(bench.beta, id)).toEqual(watch.seen.slice(1))
})

test('the stream shows only what happens after it opened', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  await exchange(bench, id, [message('One')])
  const late = await exchange(bench, id, [message('Two')])
  expect(said(late.seen)).toEqual(['You said: Two'])
})

test('previews stream the text and the buffered event is its sum', async () => {
  const bench = await start(async (turn) => turn.say(poem))
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id, ['agent.message', 'agent.thinking'])
  await bench.beta.sessions.events.send(id, { events: [message('A poem')] })
  await watch.idle()
  const [thinking, writing] = of(watch.seen, 'event_start')
  const [thought] = of(watch.seen, 'agent.thinking')
  const [buffered] = of(watch.seen, 'agent.message')
  expect(thinking?.event).toEqual({ type: 'agent.thinking', id: thought?.id })
  expect(writing?.event).toEqual({ type: 'agent.message', id: buffered?.id })
  const deltas = of(watch.seen, 'event_delta')
  expect(deltas.length).toBeGreaterThan(3)
  let folded: AccumulatedEvent | undefined
  for (const event of watch.seen.filter(
    (event) => event.type === 'event_delta' || (event.type === 'event_start' && event.event.type === 'agent.message'),
  )) {
    folded = accumulateManagedAgentsEvent(folded, event)
  }
  expect(folded).toEqual({ ...buffered, processed_at: '' })
  expect(said(watch.seen)).toEqual([poem])
  const order = watch.types()
  expect(order.indexOf('event_delta')).toBeGreaterThan(order.indexOf('event_start'))
  expect(order.lastIndexOf('event_delta')).toBeLessThan(order.indexOf('agent.message'))
  // Previews are never history.
  expect((await history(bench.beta, id)).map((event) => event.type)).not.toContain('event_delta')
})

test('previews come only where they were asked for', async () => {
  const bench = await start(async (turn) => turn.say(poem))
  const { id } = await newSession(bench)
  const thinking = await Watch.open(bench.beta, id, ['agent.thinking'])
  const plain = await exchange(bench, id, [message('A poem')])
  await thinking.idle()
  expect(of(plain.seen, 'event_start')).toEqual([])
  expect(of(thinking.seen, 'event_start').map((event) => event.event.type)).toEqual(['agent.thinking'])
  expect(of(thinking.seen, 'event_delta')).toEqual([])
})

test('previews do not come where the organization does not have them', async () => {
  const bench = await start(async (turn) => turn.say(poem), { eventDeltas: false })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('A poem')] })
  await watch.idle()
  expect(watch.types().filter((type) => type.startsWith('event_'))).toEqual([])
  expect(said(watch.seen)).toEqual([poem])
})

test('a stream that opens in the middle of a message gets no deltas without their start', async () => {
  const [first, second] = [gate(), gate()]
  const bench = await start(async (turn) => {
    const writer = turn.startMessage()
    await writer.write('Once upon a time ')
    first.open()
    await second.opened
    await writer.write('there was a stream.')
    await writer.end()
  })
  const { id } = await newSession(bench)
  await bench.beta.sessions.events.send(id, { events: [message('A story')] })
  await first.opened
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  second.open()
  await watch.idle()
  expect(of(watch.seen, 'event_delta')).toEqual([])
  expect(said(watch.seen)).toEqual(['Once upon a time there was a stream.'])
})

test('several messages in one batch are one turn, in their order', async () => {
  const bench = await start(async (turn) =>
    turn.say(turn.history.map((item) => (item.type === 'user' ? item.texts.join('|') : '')).join(' / ')),
  )
  const { id } = await newSession(bench)
  const two: SendEvents[number] = {
    type: 'user.message',
    content: [
      { type: 'text', text: 'context' },
      { type: 'text', text: 'two' },
    ],
  }
  const watch = await exchange(bench, id, [message('one'), two])
  expect(said(watch.seen)).toEqual(['one / context|two'])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
})

test('messages sent while it runs wait for their turn, each batch its own', async () => {
  const held = gate()
  const bench = await start(async (turn) => {
    await held.opened
    await echo(turn)
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  for (const text of ['one', 'two', 'three']) await bench.beta.sessions.events.send(id, { events: [message(text)] })
  // Three queued copies, and the processed one of the first.
  await watch.until(({ seen }) => of(seen, 'user.message').length === 4)
  // Queued events have no time, so they come last, and no time bound includes them.
  const list = await history(bench.beta, id)
  expect(list.slice(-2)).toMatchObject([{ processed_at: null }, { processed_at: null }])
  const bounded = await bench.beta.sessions.events.list(id, {
    'created_at[gte]': '2001-01-01T00:00:00Z',
    types: ['user.message'],
  })
  expect(bounded.data).toHaveLength(1)
  held.open()
  await watch.idle(3)
  expect(said(watch.seen)).toEqual(['You said: one', 'You said: two', 'You said: three'])
  const middle = watch.types().slice(watch.types().indexOf('session.status_idle'))
  expect(middle.slice(0, 3)).toEqual(['session.status_idle', 'session.status_running', 'user.message'])
})

test('a user message can also count as processed only when its turn ends', async () => {
  const bench = await start(echo, { messageProcessed: 'finished' })
  const { id } = await newSession(bench)
  await exchange(bench, id, [message('Hello')])
  const types = (await history(bench.beta, id)).map((event) => event.type)
  expect(types.indexOf('user.message')).toBeGreaterThan(types.indexOf('agent.message'))
  expect(types.at(-1)).toBe('session.status_idle')
})

test('a brain that fails ends the turn, and what was queued goes with it', async () => {
  const held = gate()
  const bench = await start(async (turn) => {
    if (lastWords(turn) === 'Fail') {
      await held.opened
      throw new Error('out of ideas')
    }
    await echo(turn)
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Fail')] })
  await bench.beta.sessions.events.send(id, { events: [message('Lost')] })
  held.open()
  await watch.idle()
  expect(of(watch.seen, 'session.error')[0]?.error).toEqual({
    type: 'model_request_failed_error',
    message: 'out of ideas',
    retry_status: { type: 'exhausted' },
  })
  expect(stopReasons(watch.seen)).toEqual(['retries_exhausted'])
  expect((await history(bench.beta, id)).every((event) => event.processed_at !== null)).toBe(true)
  await exchange(bench, id, [message('Hello')])
  expect(said(await history(bench.beta, id))).toEqual(['You said: Hello'])
})

test.each<[string, (turn: BrainTurn) => Promise<unknown>, RegExp]>([
  ['two messages at once', async (turn) => [turn.startMessage(), turn.startMessage()], /before this one has not ended/],
  [
    'tools in the middle of a message',
    async (turn) => {
      turn.startMessage()
      await turn.callTools([{ name: 'a', input: {} }])
    },
    /after the message has ended/,
  ],
])('a brain that wants %s is told, and the turn fails', async (_, wrong, why) => {
  const bench = await start(async (turn) => void (await wrong(turn)))
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [message('Go')])
  expect(of(watch.seen, 'session.error')[0]?.error.message).toMatch(why)
})

test('a message without words is none', async () => {
  const bench = await start(async (turn) => {
    await turn.callTools([])
    await turn.say('')
  })
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [message('Hush')])
  expect(said(watch.seen)).toEqual([])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
})

test('an interrupt jumps the queue, ends the turn, and the message never comes', async () => {
  const held = gate()
  const bench = await start(async (turn) => {
    if (lastWords(turn) !== 'Talk') return echo(turn)
    const writer = turn.startMessage()
    await writer.write('I was just about to ')
    held.open()
    await new Promise((_, reject) => turn.signal.addEventListener('abort', () => reject(turn.signal.reason)))
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('Talk')] })
  await held.opened
  await bench.beta.sessions.events.send(id, { events: [message('Next')] })
  await bench.beta.sessions.events.send(id, { events: [{ type: 'user.interrupt' }] })
  await watch.idle(2)
  expect(stopReasons(watch.seen)).toEqual(['end_turn', 'end_turn'])
  expect(said(watch.seen)).toEqual(['You said: Next'])
  const types = watch.types()
  expect(types.indexOf('user.interrupt')).toBeLessThan(types.indexOf('session.status_idle'))
  expect(of(watch.seen, 'span.model_request_end').map((event) => event.is_error)).toEqual([true, false])
  const [begun] = of(watch.seen, 'event_start')
  expect((await history(bench.beta, id)).map((event) => event.id)).not.toContain(begun?.event.id)
})

test('an interrupt does not wait for the typing pace', async () => {
  const bench = await start(echo, { pace: 1_000_000 })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('one two three four five')] })
  await watch.until(({ seen }) => of(seen, 'event_delta').length === 1)
  await bench.beta.sessions.events.send(id, { events: [{ type: 'user.interrupt' }] })
  await watch.idle()
  expect(of(watch.seen, 'event_delta')).toHaveLength(1)
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
})

test('an interrupted brain that does not listen changes nothing any more', async () => {
  const [started, released, tried] = [gate(), gate(), gate()]
  let outcome: unknown
  const bench = await start(async (turn) => {
    started.open()
    await released.opened
    outcome = await turn.say('Too late').catch((error: unknown) => error)
    tried.open()
  })
  const { id } = await newSession(bench)
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('Talk')] })
  await started.opened
  await bench.beta.sessions.events.send(id, { events: [{ type: 'user.interrupt' }] })
  await watch.idle()
  released.open()
  await tried.opened
  expect(outcome).toBeInstanceOf(Error)
  expect((await history(bench.beta, id)).at(-1)?.type).toBe('session.status_idle')
})

test('an interrupt of a session at rest only goes on record', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [{ type: 'user.interrupt' }, message('Hello')])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  expect((await history(bench.beta, id)).filter((event) => event.type === 'user.interrupt')).toHaveLength(1)
})

test('the stream may carry interrupts with an empty id', async () => {
  const bench = await start()
  bench.sandbox.faults.emptyInterruptIds = true
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [{ type: 'user.interrupt' }, message('Hello')])
  expect(of(watch.seen, 'user.interrupt').map((event) => event.id)).toEqual(['', ''])
})

test('a system message joins the system prompt for this turn and all that follow', async () => {
  const bench = await start(async (turn) => turn.say(turn.system))
  const { id } = await newSession(bench, { agent: { system: 'Be kind' } })
  const system: SendEvents[number] = { type: 'system.message', content: [{ type: 'text', text: 'Be quick' }] }
  expect(said((await exchange(bench, id, [message('Hello'), system])).seen)).toEqual(['Be kind\n\nBe quick'])
  expect(said((await exchange(bench, id, [message('Hello')])).seen)).toEqual(['Be kind\n\nBe quick'])
  const send = (...events: SendEvents) => bench.beta.sessions.events.send(id, { events })
  expect(await refusal(send(system))).toMatchObject(invalid(/immediately follow/))
  expect(await refusal(send(message('Hello'), system, system))).toMatchObject(invalid(/final event/))
  expect(await refusal(send(message('Hello'), system, message('Bye')))).toMatchObject(invalid(/final event/))
})

test('images and documents are taken in', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const file = await bench.beta.files.upload({ file: new File(['x'], 'a.pdf', { type: 'application/pdf' }) })
  const content: Extract<SendEvents[number], { type: 'user.message' }>['content'] = [
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
    { type: 'image', source: { type: 'url', url: 'https://pictures.example/cat.png' } },
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Dear Anna' }, title: 'Letter' },
    { type: 'document', source: { type: 'file', file_id: file.id } },
    { type: 'text', text: 'What is this?' },
  ]
  const watch = await exchange(bench, id, [{ type: 'user.message', content }])
  expect(said(watch.seen)).toEqual(['You said: What is this?'])
  expect(of(watch.seen, 'user.message')[1]?.content).toEqual(content)
})

const text = (value: string) => ({ type: 'text', text: value })
test.each<[string, object, RegExp]>([
  ['nothing', { events: [] }, /^events: /],
  ['no list', {}, /^events: Field required/],
  ['something beside the list', { events: [message('x')], priority: 1 }, /^priority: Extra inputs/],
  ['an event of an unknown type', { events: [{ type: 'user.shout' }] }, /^events\.0/],
  ['an event of the agent', { events: [{ type: 'agent.message', content: [text('x')] }] }, /^events\.0/],
  ['a message without content', { events: [{ type: 'user.message', content: [] }] }, /^events\.0\.content: /],
  ['an empty text', { events: [message('')] }, /^events\.0\.content\.0\.text: /],
  ['an id of its own', { events: [{ ...message('x'), id: 'sevt_1' }] }, /^events\.0\.id: Extra inputs/],
  [
    'an image of no known kind',
    {
      events: [
        {
          type: 'user.message',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/tiff', data: 'AA==' } }],
        },
      ],
    },
    /media_type/,
  ],
  [
    'data that is not base64',
    {
      events: [
        {
          type: 'user.message',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: '?' } }],
        },
      ],
    },
    /data/,
  ],
  [
    'a file that is not there',
    {
      events: [{ type: 'user.message', content: [{ type: 'document', source: { type: 'file', file_id: 'file_x' } }] }],
    },
    /file `file_x` not found/,
  ],
  [
    'an interrupt of another thread',
    { events: [{ type: 'user.interrupt', session_thread_id: 'sthr_1' }] },
    /no such thread/,
  ],
  [
    'a confirmation of nothing',
    { events: [{ type: 'user.tool_confirmation', tool_use_id: 'sevt_x', result: 'allow' }] },
    /does not match any `agent.tool_use` or `agent.mcp_tool_use` event/,
  ],
  [
    'a result of nothing',
    { events: [{ type: 'user.custom_tool_result', custom_tool_use_id: 'sevt_x' }] },
    /does not match any `agent.custom_tool_use`/,
  ],
  [
    'a confirmation that is neither yes nor no',
    { events: [{ type: 'user.tool_confirmation', tool_use_id: 'x', result: 'maybe' }] },
    /^events\.0\.result/,
  ],
  [
    'a reason with a yes',
    { events: [{ type: 'user.tool_confirmation', tool_use_id: 'x', result: 'allow', deny_message: 'no' }] },
    /deny_message/,
  ],
  [
    'one good event and one bad',
    { events: [message('x'), { type: 'user.tool_confirmation', tool_use_id: 'x', result: 'allow' }] },
    /^events\[1\]/,
  ],
])('sending %s is refused and leaves no trace', async (_, body, why) => {
  const bench = await start()
  const { id } = await newSession(bench)
  const call = clientOf(bench.sandbox).post(`/v1/sessions/${id}/events`, { body, headers: BETA })
  expect(await refusal(call)).toMatchObject(invalid(why))
  expect(await history(bench.beta, id)).toEqual([])
})

test('forty thousand characters are a message like any other', async () => {
  const bench = await start(async (turn) => turn.say(String(lastWords(turn).length)))
  const { id } = await newSession(bench)
  expect(said((await exchange(bench, id, [message('x'.repeat(40_000))])).seen)).toEqual(['40000'])
})

test('the list has pages, an order, types and bounds on the processing time', async () => {
  let now = Date.UTC(2026, 0, 1)
  const bench = await start(echo, { now: () => now })
  const { beta } = bench
  const { id } = await newSession(bench)
  await exchange(bench, id, [message('one')])
  now += 1000
  await exchange(bench, id, [message('two')])
  const all = await history(beta, id)
  const walked: string[] = []
  for await (const event of beta.sessions.events.list(id, { limit: 3 })) walked.push(event.id)
  expect(walked).toEqual(all.map((event) => event.id))
  const backwards = (await beta.sessions.events.list(id, { order: 'desc' })).data.map((event) => event.id)
  expect(backwards).toEqual(walked.toReversed())
  expect(said((await beta.sessions.events.list(id, { types: ['agent.message', 'user.message'] })).data)).toEqual([
    'You said: one',
    'You said: two',
  ])
  const at = new Date(now).toISOString()
  const count = async (params: Parameters<typeof beta.sessions.events.list>[1]) =>
    (await beta.sessions.events.list(id, params)).data.length
  expect(await count({ 'created_at[gte]': at })).toBe(all.length / 2)
  expect(await count({ 'created_at[gt]': at })).toBe(0)
  expect(await count({ 'created_at[lt]': at })).toBe(all.length / 2)
  expect(await count({ 'created_at[lte]': at })).toBe(all.length)
  expect(await refusal(beta.sessions.events.list(id, { 'created_at[gte]': 'yesterday' }))).toMatchObject(
    invalid(/created_at/),
  )
  expect(await refusal(beta.sessions.events.list(id, {}, { query: { types: ['user.shout'] } }))).toMatchObject(
    invalid(/not an event type/),
  )
  expect(await refusal(beta.sessions.events.list('sesn_x'))).toMatchObject(missing(/Session/))
})

test('the history a brain sees grows over the turns', async () => {
  const seen: string[][] = []
  const bench = await start(async (turn: BrainTurn) => {
    seen.push(turn.history.map((item) => item.type))
    await turn.say('One')
    await turn.say('Two')
  })
  const { id } = await newSession(bench)
  await exchange(bench, id, [message('a')])
  const watch = await exchange(bench, id, [message('b')])
  expect(seen).toEqual([['user'], ['user', 'agent', 'agent', 'user']])
  expect(said(watch.seen)).toEqual(['One', 'Two'])
})

test('pings keep the connection alive, as events of their own', async () => {
  const { sandbox, beta } = await start(echo, { pingEvery: 1 })
  const { id } = await newSession({ sandbox, beta })
  const abort = new AbortController()
  const headers = {
    authorization: `Bearer ${sandbox.apiKey}`,
    'anthropic-version': '2023-06-01',
    ...BETA,
  }
  const response = await fetch(`${sandbox.url}/v1/sessions/${id}/events/stream`, { headers, signal: abort.signal })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const first = await response.body?.getReader().read()
  expect(new TextDecoder().decode(first?.value)).toContain('event: ping\ndata: {"type":"ping"}\n\n')
  abort.abort()
})
