import { describe, expect, test } from 'vitest'
import type { BrainTurn, ToolOutcome } from '../../../../src/sandbox/agents/session/brain.js'
import {
  allow,
  awaitedIds,
  type Bench,
  deny,
  echo,
  exchange,
  gate,
  history,
  invalid,
  lastWords,
  message,
  newSession,
  OPEN_NETWORK,
  of,
  refusal,
  type SendEvents,
  said,
  start,
  stopReasons,
  Watch,
} from '../fixture.js'
import { mailAgent, startMcpServer } from '../mcp-server.js'

const ALLOW = { default_config: { permission_policy: { type: 'always_allow' as const } } }

/** Calls the tools that the message names (`send_mail 1, read_mail 2`), and says what came of each. */
const caller = async (turn: BrainTurn): Promise<void> => {
  if (!lastWords(turn).startsWith('call ')) return echo(turn)
  const calls = lastWords(turn)
    .slice('call '.length)
    .split(', ')
    .map((words) => {
      const [name = '', id] = words.split(' ')
      return { name, input: id === undefined ? {} : { id } }
    })
  await turn.say((await turn.callTools(calls)).map(told).join('; '))
}
const told = (outcome: ToolOutcome): string =>
  outcome.status === 'denied' ? `denied (${outcome.message ?? 'no reason'})` : `${outcome.status}: ${outcome.text}`

/** A session of an agent that may use the server without any credential. */
async function mailSession(bench: Bench, toolset?: Parameters<typeof mailAgent>[1]) {
  const mcp = await startMcpServer()
  const session = await newSession(bench, { agent: mailAgent(mcp.openUrl, toolset) })
  return { mcp, id: session.id }
}

test('an allowed tool is really called, and its result is an event', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench, ALLOW)
  const watch = await exchange(bench, id, [message('call read_mail 7')])
  expect(mcp.calls).toEqual([{ tool: 'read_mail', token: undefined, input: { id: '7' } }])
  const [use] = of(watch.seen, 'agent.mcp_tool_use')
  expect(use).toMatchObject({
    name: 'read_mail',
    input: { id: '7' },
    mcp_server_name: 'mail',
    evaluated_permission: 'allow',
    evaluation: { type: 'always_allow' },
  })
  expect(of(watch.seen, 'agent.mcp_tool_result')[0]).toMatchObject({
    mcp_tool_use_id: use?.id,
    is_error: false,
    content: [{ type: 'text', text: 'Mail 7' }],
  })
  expect(said(watch.seen)).toEqual(['ok: Mail 7'])
  expect(of(watch.seen, 'agent.thinking')).toHaveLength(1)
  // The model speaks, the tools run, the model speaks again.
  const spans = watch
    .types()
    .filter((type) => type.startsWith('span.') || type.startsWith('agent.mcp') || type === 'agent.message')
  expect(spans).toEqual([
    'span.model_request_start',
    'agent.mcp_tool_use',
    'span.model_request_end',
    'agent.mcp_tool_result',
    'span.model_request_start',
    'agent.message',
    'span.model_request_end',
  ])
})

test('the brain sees the enabled tools as the server lists them, and remembers the calls', async () => {
  let tools: unknown
  let remembered: unknown
  const bench = await start(async (turn) => {
    tools = turn.tools.map((tool) => [tool.name, tool.serverName])
    if (lastWords(turn) === 'remember') remembered = turn.history.filter((item) => item.type === 'tool')
    else await caller(turn)
  })
  const configs = [
    { name: 'read_mail', enabled: true },
    { name: 'send_mail', enabled: true },
  ]
  const { id } = await mailSession(bench, { default_config: { ...ALLOW.default_config, enabled: false }, configs })
  await exchange(bench, id, [message('call read_mail 7')])
  await exchange(bench, id, [message('remember')])
  expect(tools).toEqual([
    ['read_mail', 'mail'],
    ['send_mail', 'mail'],
  ])
  expect(remembered).toEqual([
    { type: 'tool', call: { name: 'read_mail', input: { id: '7' } }, outcome: { status: 'ok', text: 'Mail 7' } },
  ])
})

test.each(['wait_for_it', 'nonsense'])(
  'a tool that the session does not have (%s) is refused before any policy',
  async (name) => {
    const bench = await start(caller)
    const { mcp, id } = await mailSession(bench, { ...ALLOW, configs: [{ name: 'wait_for_it', enabled: false }] })
    const watch = await exchange(bench, id, [message(`call ${name}`)])
    const [use] = of(watch.seen, 'agent.mcp_tool_use')
    expect(use).toMatchObject({ evaluated_permission: 'deny', mcp_server_name: 'mail' })
    expect(use).not.toHaveProperty('evaluation')
    expect(said(watch.seen)).toEqual([`error: Tool ${name} is not enabled in this session.`])
    expect(mcp.calls).toEqual([])
  },
)

test('what a tool gets wrong is an error result, and the turn goes on', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench, ALLOW)
  const watch = await exchange(bench, id, [message('call break, read_mail')])
  expect(of(watch.seen, 'agent.mcp_tool_result').map((event) => event.is_error)).toEqual([true, true])
  expect(said(watch.seen)[0]).toMatch(/^error: The mailbox is on fire; error: .*id/s)
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
})

test('a very long output is cut short', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench, ALLOW)
  const watch = await exchange(bench, id, [message('call long')])
  expect(said(watch.seen)[0]).toMatch(/x\n\[output truncated: 100001 characters in all\]$/)
})

test('MCP tools ask by default: the session waits until it is allowed', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench)
  const waiting = await exchange(bench, id, [message('call send_mail 1')])
  const [use] = of(waiting.seen, 'agent.mcp_tool_use')
  expect(use).toMatchObject({ evaluated_permission: 'ask', evaluation: { type: 'always_ask' } })
  expect(of(waiting.seen, 'session.status_idle')[0]?.stop_reason).toEqual({
    type: 'requires_action',
    event_ids: [use?.id],
  })
  expect(mcp.calls).toEqual([])
  expect((await bench.beta.sessions.retrieve(id)).status).toBe('idle')

  const resumed = await exchange(bench, id, [allow(use?.id ?? '')])
  expect(resumed.types().slice(0, 4)).toEqual([
    'user.tool_confirmation',
    'user.tool_confirmation',
    'session.status_running',
    'agent.mcp_tool_result',
  ])
  expect(said(resumed.seen)).toEqual(['ok: Sent 1'])
  expect(stopReasons(resumed.seen)).toEqual(['end_turn'])
  expect(mcp.calls).toHaveLength(1)
})

test('a denied call does not run, and the brain learns the reason', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench)
  const ids = awaitedIds((await exchange(bench, id, [message('call send_mail 1, send_mail 2')])).seen)
  const resumed = await exchange(bench, id, [deny(ids[0] ?? '', 'Not today'), deny(ids[1] ?? '')])
  expect(said(resumed.seen)).toEqual(['denied (Not today); denied (no reason)'])
  const results = of(resumed.seen, 'agent.mcp_tool_result')
  expect(results.map((event) => event.is_error)).toEqual([true, true])
  expect(results[0]?.content).toEqual([
    { type: 'text', text: 'Permission to use send_mail has been denied. Not today' },
  ])
  expect(mcp.calls).toEqual([])
})

test('resolving fewer than all names the rest; what is allowed already ran', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench, {
    configs: [{ name: 'read_mail', permission_policy: { type: 'always_allow' } }],
  })
  const waiting = await exchange(bench, id, [message('call send_mail 1, read_mail 2, send_mail 3')])
  const [first = '', second = ''] = awaitedIds(waiting.seen)
  expect(mcp.calls.map((call) => call.tool)).toEqual(['read_mail'])

  const still = await exchange(bench, id, [allow(first)])
  expect(awaitedIds(still.seen)).toEqual([second])
  expect(still.types()).not.toContain('session.status_running')
  expect(await refusal(bench.beta.sessions.events.send(id, { events: [allow(first)] }))).toMatchObject(
    invalid(/does not wait/),
  )

  const resumed = await exchange(bench, id, [deny(second)])
  expect(said(resumed.seen)).toEqual(['ok: Sent 1; ok: Mail 2; denied (no reason)'])
  expect(mcp.calls.map((call) => call.input)).toEqual([{ id: '2' }, { id: '1' }])
})

test('a message alone does not move a session that waits', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench)
  const ids = awaitedIds((await exchange(bench, id, [message('call send_mail 1, send_mail 2')])).seen)
  const before = await history(bench.beta, id)
  const send = (...events: SendEvents) => bench.beta.sessions.events.send(id, { events })
  expect(await refusal(send(message('Hello')))).toMatchObject(
    invalid(
      `Invalid user.message event at events[0]: waiting on responses to events [${ids.join(' ')}]; only \`user.tool_confirmation\`, \`user.custom_tool_result\`, or \`user.interrupt\` may be sent`,
    ),
  )
  expect(await refusal(send(deny(ids[0] ?? ''), message('Hello')))).toMatchObject(invalid(/at events\[1\]/))
  expect(await refusal(send(message('Hello'), ...ids.map((each) => deny(each))))).toMatchObject(
    invalid(/at events\[0\]/),
  )
  expect(await history(bench.beta, id)).toEqual(before)
})

test('denials and then a message in one batch go on with the message, as one turn', async () => {
  const followed: boolean[] = []
  const bench = await start(async (turn) => {
    await caller(turn)
    followed.push(turn.isFollowed)
  })
  const { id } = await mailSession(bench)
  const ids = awaitedIds((await exchange(bench, id, [message('call send_mail 1, send_mail 2')])).seen)
  const watch = await exchange(bench, id, [...ids.map((each) => deny(each)), message('Never mind')])
  expect(said(watch.seen).at(-1)).toBe('You said: Never mind')
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  expect(followed).toEqual([true, false])
  expect((await history(bench.beta, id)).every((event) => event.processed_at !== null)).toBe(true)
})

test('a confirmation that comes before the session went idle counts', async () => {
  const held = gate()
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench, {
    configs: [{ name: 'wait_for_it', permission_policy: { type: 'always_allow' } }],
  })
  mcp.until = held.opened
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('call wait_for_it, send_mail 1')] })
  await watch.until(({ seen }) => of(seen, 'agent.mcp_tool_use').length === 2)
  const asked = of(watch.seen, 'agent.mcp_tool_use')[1]
  await bench.beta.sessions.events.send(id, { events: [allow(asked?.id ?? '')] })
  held.open()
  await watch.idle()
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  expect(said(watch.seen)).toEqual(['ok: At last; ok: Sent 1'])
})

test('only calls that wait can be confirmed', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench, {
    configs: [{ name: 'read_mail', permission_policy: { type: 'always_allow' } }],
  })
  const watch = await exchange(bench, id, [message('call read_mail 1, send_mail 2')])
  const [ran, asks] = of(watch.seen, 'agent.mcp_tool_use')
  const send = (...events: SendEvents) => bench.beta.sessions.events.send(id, { events })
  expect(await refusal(send(allow(ran?.id ?? '')))).toMatchObject(invalid(/does not wait/))
  expect(await refusal(send(allow(watch.seen[0] && 'id' in watch.seen[0] ? watch.seen[0].id : '')))).toMatchObject(
    invalid(/does not match/),
  )
  expect(await refusal(send(allow(asks?.id ?? ''), deny(asks?.id ?? '')))).toMatchObject(invalid(/^events\[1\]/))
  expect(await refusal(send({ type: 'user.interrupt' }, allow(asks?.id ?? '')))).toMatchObject(invalid(/^events\[1\]/))
  expect(await refusal(send({ type: 'user.custom_tool_result', custom_tool_use_id: asks?.id ?? '' }))).toMatchObject(
    invalid(/custom_tool_use/),
  )
})

test('an interrupt ends the waiting', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench)
  const ids = awaitedIds((await exchange(bench, id, [message('call send_mail 1')])).seen)
  const watch = await exchange(bench, id, [{ type: 'user.interrupt' }])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  expect(of(watch.seen, 'agent.mcp_tool_result')).toMatchObject([{ mcp_tool_use_id: ids[0], is_error: true }])
  expect(await refusal(bench.beta.sessions.events.send(id, { events: [allow(ids[0] ?? '')] }))).toMatchObject(
    invalid(/does not wait/),
  )
  expect(said((await exchange(bench, id, [message('Hello')])).seen)).toEqual(['You said: Hello'])
  expect(mcp.calls).toEqual([])
})

test('an interrupt breaks a running call off', async () => {
  const held = gate()
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench, ALLOW)
  mcp.until = held.opened
  const watch = await Watch.open(bench.beta, id)
  await bench.beta.sessions.events.send(id, { events: [message('call wait_for_it')] })
  await watch.until(({ seen }) => of(seen, 'agent.mcp_tool_use').length === 1)
  await bench.beta.sessions.events.send(id, { events: [{ type: 'user.interrupt' }] })
  await watch.idle()
  held.open()
  expect(of(watch.seen, 'agent.mcp_tool_result')).toMatchObject([{ is_error: true }])
  expect(said(await history(bench.beta, id))).toEqual([])
})

test('a session that waits can be deleted', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench)
  await exchange(bench, id, [message('call send_mail 1')])
  expect(await bench.beta.sessions.delete(id)).toMatchObject({ type: 'session_deleted' })
})

test('under auto, what reads runs and what does not asks', async () => {
  const bench = await start(caller)
  const { id } = await mailSession(bench, { default_config: { permission_policy: { type: 'auto' } } })
  const watch = await exchange(bench, id, [message('call read_mail 1, send_mail 2')])
  expect(of(watch.seen, 'agent.mcp_tool_use')).toMatchObject([
    { evaluated_permission: 'allow', evaluation: { type: 'auto', evaluated_permission: { type: 'allow' } } },
    {
      evaluated_permission: 'ask',
      evaluation: { type: 'auto', evaluated_permission: { type: 'ask', reason_code: 'indeterminate' } },
    },
  ])
  expect(awaitedIds(watch.seen)).toHaveLength(1)
})

test('what auto denies does not run and cannot be confirmed', async () => {
  const bench = await start(caller, { judge: () => 'deny' })
  const { mcp, id } = await mailSession(bench, { default_config: { permission_policy: { type: 'auto' } } })
  const watch = await exchange(bench, id, [message('call send_mail 2')])
  const [use] = of(watch.seen, 'agent.mcp_tool_use')
  expect(use).toMatchObject({
    evaluated_permission: 'deny',
    evaluation: { type: 'auto', evaluated_permission: { type: 'deny', reason_code: 'high_risk' } },
  })
  expect(said(watch.seen)).toEqual(['error: Permission to use send_mail has been denied.'])
  expect(await refusal(bench.beta.sessions.events.send(id, { events: [allow(use?.id ?? '')] }))).toMatchObject(
    invalid(/does not wait/),
  )
  expect(mcp.calls).toEqual([])
})

/** Tools that the client runs, beside those of the server. */
const custom = (name: string) => ({
  type: 'custom' as const,
  name,
  description: `Does what ${name} says`,
  input_schema: { type: 'object' as const, properties: { id: { type: 'string' } }, required: ['id'] },
})
const result = (custom_tool_use_id: string, text?: string, is_error?: boolean): SendEvents[number] => ({
  type: 'user.custom_tool_result',
  custom_tool_use_id,
  ...(is_error === undefined ? {} : { is_error }),
  ...(text === undefined ? {} : { content: [{ type: 'text', text }] }),
})
/** A session whose agent has both kinds of tools, the server's as they are by default: they ask. */
async function mixedSession(bench: Bench) {
  const mcp = await startMcpServer()
  const definition = mailAgent(mcp.openUrl)
  const session = await newSession(bench, {
    agent: { ...definition, tools: [...definition.tools, custom('send_email'), custom('remind_me')] },
  })
  return { mcp, id: session.id }
}

describe('custom tools', () => {
  test('are run by the client, whose answers the brain gets in the order of its calls', async () => {
    const bench = await start(caller)
    const { id } = await newSession(bench, { agent: { tools: [custom('clock')] } })
    const waiting = await exchange(bench, id, [message('call clock 1, clock 2, clock')])
    const uses = of(waiting.seen, 'agent.custom_tool_use')
    expect(uses).toMatchObject([
      { name: 'clock', input: { id: '1' } },
      { name: 'clock', input: { id: '2' } },
      { name: 'clock', input: {} },
    ])
    const [first = '', second = '', third = ''] = uses.map((event) => event.id)
    expect(awaitedIds(waiting.seen)).toEqual([first, second, third])
    const answers = [result(third), result(second, 'no clock', true), result(first, 'noon', false)]
    const resumed = await exchange(bench, id, answers)
    expect(said(resumed.seen)).toEqual(['ok: noon; error: no clock; ok: '])
    expect(of(resumed.seen, 'agent.mcp_tool_result')).toEqual([])
    // The client's event is the record of the result: in the log once, processed, before the answer.
    const log = await history(bench.beta, id)
    const results = of(log, 'user.custom_tool_result')
    expect(results.map((event) => event.custom_tool_use_id)).toEqual([third, second, first])
    expect(results.every((event) => event.processed_at !== null)).toBe(true)
    expect(log.findLastIndex((event) => event.type === 'user.custom_tool_result')).toBeLessThan(
      log.findLastIndex((event) => event.type === 'agent.message'),
    )
  })

  test('wait together with confirmations, in one list; fewer than all leaves the rest', async () => {
    const bench = await start(caller)
    const { mcp, id } = await mixedSession(bench)
    const waiting = await exchange(bench, id, [message('call send_email 1, send_mail 2, remind_me 3, send_mail 4')])
    const uses = waiting.seen.filter(
      (event) => event.type === 'agent.custom_tool_use' || event.type === 'agent.mcp_tool_use',
    )
    const ids = uses.map((event) => event.id)
    expect(awaitedIds(waiting.seen)).toEqual(ids)
    const [email = '', second = '', reminder = '', fourth = ''] = ids

    const once = await exchange(bench, id, [result(email, '{"status":"sent"}')])
    expect(awaitedIds(once.seen)).toEqual([second, reminder, fourth])
    expect(once.types()).not.toContain('session.status_running')
    const twice = await exchange(bench, id, [allow(second), result(reminder, 'no such time', true)])
    expect(awaitedIds(twice.seen)).toEqual([fourth])
    expect(mcp.calls).toEqual([])

    const resumed = await exchange(bench, id, [deny(fourth, 'Not now')])
    expect(said(resumed.seen)).toEqual(['ok: {"status":"sent"}; ok: Sent 2; error: no such time; denied (Not now)'])
    expect(stopReasons(resumed.seen)).toEqual(['end_turn'])
    expect(mcp.calls.map((call) => call.input)).toEqual([{ id: '2' }])
  })

  test('take a result and nothing else, once', async () => {
    const bench = await start(caller)
    const { id } = await mixedSession(bench)
    const waiting = await exchange(bench, id, [message('call send_email 1, send_mail 2')])
    const [email = '', mail = ''] = awaitedIds(waiting.seen)
    const send = (...events: SendEvents) => bench.beta.sessions.events.send(id, { events })
    const before = await history(bench.beta, id)
    expect(await refusal(send(allow(email)))).toMatchObject(invalid(/does not match any `agent.tool_use`/))
    expect(await refusal(send(result(mail, 'sent')))).toMatchObject(
      invalid(/does not match any `agent.custom_tool_use`/),
    )
    expect(await refusal(send(result('sevt_unknown', 'sent')))).toMatchObject(invalid(/does not match/))
    expect(await refusal(send(result(email, 'a'), result(email, 'b')))).toMatchObject(
      invalid(/^events\[1\]: .*does not wait/),
    )
    expect(await refusal(send(result(email, 'a'), message('And now?')))).toMatchObject(
      invalid(/at events\[1\]: waiting on responses/),
    )
    expect(await refusal(send(result(email, '')))).toMatchObject(invalid(/content/))
    const unknownFile = { type: 'document' as const, source: { type: 'file' as const, file_id: 'file_none' } }
    expect(
      await refusal(send({ type: 'user.custom_tool_result', custom_tool_use_id: email, content: [unknownFile] })),
    ).toMatchObject(invalid(/`file_none` not found/))
    // A batch that is refused leaves nothing behind.
    expect(await history(bench.beta, id)).toEqual(before)

    await exchange(bench, id, [result(email, 'sent')])
    expect(await refusal(send(result(email, 'sent')))).toMatchObject(invalid(/does not wait/))
    await exchange(bench, id, [deny(mail)])
    expect(await refusal(send(result(email, 'sent')))).toMatchObject(invalid(/does not wait/))
  })

  test('may be answered before the session went idle', async () => {
    const held = gate()
    const bench = await start(caller)
    const mcp = await startMcpServer()
    mcp.until = held.opened
    const definition = mailAgent(mcp.openUrl, ALLOW)
    const { id } = await newSession(bench, {
      agent: { ...definition, tools: [...definition.tools, custom('clock')] },
    })
    const watch = await Watch.open(bench.beta, id)
    await bench.beta.sessions.events.send(id, { events: [message('call wait_for_it, clock 1')] })
    await watch.until(({ seen }) => of(seen, 'agent.custom_tool_use').length === 1)
    const [use] = of(watch.seen, 'agent.custom_tool_use')
    await bench.beta.sessions.events.send(id, { events: [result(use?.id ?? '', 'noon')] })
    held.open()
    await watch.idle()
    expect(stopReasons(watch.seen)).toEqual(['end_turn'])
    expect(said(watch.seen)).toEqual(['ok: At last; ok: noon'])
  })

  test('a message may follow the last result in one batch, as one turn', async () => {
    const bench = await start(caller)
    const { id } = await mixedSession(bench)
    const ids = awaitedIds((await exchange(bench, id, [message('call send_email 1, send_mail 2')])).seen)
    const watch = await exchange(bench, id, [
      deny(ids[1] ?? ''),
      result(ids[0] ?? '', 'not sent'),
      message('Never mind'),
    ])
    expect(said(watch.seen)).toEqual(['ok: not sent; denied (no reason)', 'You said: Never mind'])
    expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  })

  test('an interrupt ends the waiting for them', async () => {
    const bench = await start(caller)
    const { id } = await mixedSession(bench)
    const ids = awaitedIds((await exchange(bench, id, [message('call send_email 1, send_mail 2')])).seen)
    const watch = await exchange(bench, id, [{ type: 'user.interrupt' }])
    expect(stopReasons(watch.seen)).toEqual(['end_turn'])
    const late = bench.beta.sessions.events.send(id, { events: [result(ids[0] ?? '', 'sent')] })
    expect(await refusal(late)).toMatchObject(invalid(/does not wait/))
    expect(said((await exchange(bench, id, [message('Hello')])).seen)).toEqual(['You said: Hello'])
  })

  test('come with an override of the session, or with an update of it', async () => {
    let names: string[] = []
    const bench = await start(async (turn) => {
      names = turn.tools.map((tool) => tool.name)
      await caller(turn)
    })
    const agent = await bench.beta.agents.create({ name: 'Agent', model: 'claude-opus-5-5', tools: [custom('clock')] })
    const environment = await bench.beta.environments.create({ name: 'open', config: OPEN_NETWORK })
    const make = (tools: ReturnType<typeof custom>[]) =>
      bench.beta.sessions.create({
        agent: { type: 'agent_with_overrides', id: agent.id, tools },
        environment_id: environment.id,
      })
    const { id } = await make([custom('send_email')])
    await exchange(bench, id, [message('Hello')])
    expect(names).toEqual(['send_email'])

    const tools = [custom('send_email'), custom('remind_me')]
    expect((await bench.beta.sessions.update(id, { agent: { tools } })).agent.tools).toEqual(tools)
    await exchange(bench, id, [message('call remind_me 1')])
    expect(names).toEqual(['send_email', 'remind_me'])

    const twice = [custom('send_email'), custom('send_email')]
    expect(await refusal(make(twice))).toMatchObject(invalid(/must be unique/))
    expect(await refusal(bench.beta.sessions.update(id, { agent: { tools: twice } }))).toMatchObject(
      invalid(/must be unique/),
    )
  })
})

test('new tools of a session apply from the next turn', async () => {
  const bench = await start(caller)
  const { mcp, id } = await mailSession(bench)
  const ids = awaitedIds((await exchange(bench, id, [message('call send_mail 1')])).seen)
  await bench.beta.sessions.update(id, { agent: { mcp_servers: [], tools: [] } })
  expect(said((await exchange(bench, id, [allow(ids[0] ?? '')])).seen)).toEqual(['ok: Sent 1'])
  await bench.beta.sessions.update(id, { agent: mailAgent(mcp.openUrl, ALLOW) })
  const watch = await exchange(bench, id, [message('call send_mail 2')])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
  expect(said(watch.seen)).toEqual(['ok: Sent 2'])
})
