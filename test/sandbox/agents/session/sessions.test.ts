import { expect, test } from 'vitest'
import {
  exchange,
  gate,
  history,
  invalid,
  message,
  missing,
  newSession,
  OPEN_NETWORK,
  of,
  refusal,
  start,
  Watch,
} from '../fixture.js'
import { mailAgent } from '../mcp-server.js'

const url = 'https://mcp.example/mail'

test('a session is a snapshot of its agent', async () => {
  const bench = await start()
  const session = await newSession(bench, {
    agent: { system: 'Be kind', metadata: { a: '1' } },
    session: { title: 'Anna', metadata: { who: 'U1' } },
  })
  expect(session).toMatchObject({
    id: expect.stringMatching(/^sesn_01/),
    type: 'session',
    status: 'idle',
    title: 'Anna',
    metadata: { who: 'U1' },
    vault_ids: [],
    budget: null,
    agent: { type: 'agent', version: 1, system: 'Be kind', tools: [], mcp_servers: [] },
  })
  expect(session.agent).not.toHaveProperty('metadata')
  await bench.beta.agents.update(session.agent.id, { system: 'Be quick' })
  expect((await bench.beta.sessions.retrieve(session.id)).agent).toMatchObject({ version: 1, system: 'Be kind' })
})

test('an agent is given by its id, by a version, or with overrides for this session only', async () => {
  const bench = await start()
  const { beta } = bench
  const { agent, environment_id } = await newSession(bench, { agent: { system: 'one', ...mailAgent(url) } })
  await beta.agents.update(agent.id, { system: 'two' })
  const create = (reference: Parameters<typeof beta.sessions.create>[0]['agent']) =>
    beta.sessions.create({ agent: reference, environment_id })
  expect((await create(agent.id)).agent).toMatchObject({ version: 2, system: 'two' })
  expect((await create({ type: 'agent', id: agent.id, version: 1 })).agent).toMatchObject({ version: 1, system: 'one' })
  const other = mailAgent('https://mcp.example/other', {
    default_config: { permission_policy: { type: 'always_allow' } },
  })
  const overridden = await create({
    type: 'agent_with_overrides',
    id: agent.id,
    system: null,
    model: 'claude-haiku-4-5',
    ...other,
  })
  expect(overridden.agent).toMatchObject({
    version: 2,
    system: null,
    model: { id: 'claude-haiku-4-5' },
    mcp_servers: [{ url: 'https://mcp.example/other' }],
    tools: [{ default_config: { permission_policy: { type: 'always_allow' } } }],
  })
  expect((await beta.agents.retrieve(agent.id)).mcp_servers).toMatchObject([{ url }])
  expect(await refusal(create({ type: 'agent_with_overrides', id: agent.id, mcp_servers: [] }))).toMatchObject(
    invalid(/not in mcp_servers/),
  )
  expect(await refusal(create({ type: 'agent', id: agent.id, version: 9 }))).toMatchObject(missing(/@9/))
})

test.each<[string, object, RegExp]>([
  ['a long title', { title: 'x'.repeat(81) }, /^title: /],
  ['control characters in its title', { title: 'a\nb' }, /^title: /],
  [
    'too much metadata',
    { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, ''])) },
    /at most 16/,
  ],
  ['a long metadata value', { metadata: { k: 'v'.repeat(513) } }, /^metadata\.k: /],
  ['an unknown field', { system: 'Be kind' }, /^system: Extra inputs/],
  [
    'an unknown field of the agent',
    { agent: { type: 'agent', id: 'agent_x', tools: [] } },
    /^agent\.tools: Extra inputs/,
  ],
  ['an agent of no kind', { agent: { id: 'agent_x' } }, /^agent/],
  ['no agent', { agent: undefined }, /^agent: Field required/],
  ['a budget of nothing', { budget: { type: 'limit', max_list_cost: { amount: '0', currency: 'USD' } } }, /^budget/],
  ['a tool result to begin with', { initial_events: [{ type: 'user.interrupt' }] }, /^initial_events/],
])('a session with %s is refused', async (_, wrong, why) => {
  const bench = await start()
  const { agent, environment_id } = await newSession(bench)
  const body = { agent: agent.id, environment_id, ...wrong }
  expect(await refusal(bench.beta.sessions.create(body))).toMatchObject(invalid(why))
  expect(bench.sandbox.driver.sessions()).toHaveLength(1)
})

test('what a session refers to must exist and not be archived', async () => {
  const bench = await start()
  const { beta } = bench
  const { agent, environment_id } = await newSession(bench)
  const good = { agent: agent.id, environment_id }
  expect(await refusal(beta.sessions.create({ ...good, agent: 'agent_x' }))).toMatchObject(missing(/Agent/))
  expect(await refusal(beta.sessions.create({ ...good, environment_id: 'env_x' }))).toMatchObject(
    missing(/Environment/),
  )
  expect(await refusal(beta.sessions.create({ ...good, vault_ids: ['vlt_x'] }))).toMatchObject(missing(/Vault/))
  expect(
    await refusal(beta.sessions.create({ ...good, resources: [{ type: 'file', file_id: 'file_x' }] })),
  ).toMatchObject(missing(/File/))
  const vault = await beta.vaults.create({ display_name: 'Anna' })
  expect(await refusal(beta.sessions.create({ ...good, vault_ids: [vault.id, vault.id] }))).toMatchObject(
    invalid(/unique/),
  )
  await beta.vaults.archive(vault.id)
  expect(await refusal(beta.sessions.create({ ...good, vault_ids: [vault.id] }))).toMatchObject(invalid(/archived/))
  await beta.environments.archive(environment_id)
  expect(await refusal(beta.sessions.create(good))).toMatchObject(invalid(/environment is archived/))
  const open = await beta.environments.create({ name: 'open', config: OPEN_NETWORK })
  await beta.agents.archive(agent.id)
  expect(await refusal(beta.sessions.create({ ...good, environment_id: open.id }))).toMatchObject(
    invalid(/agent `.*` is archived/),
  )
})

test('initial events start the first turn', async () => {
  const bench = await start()
  const session = await newSession(bench, {
    session: { initial_events: [{ type: 'user.message', content: [{ type: 'text', text: 'Hello' }] }] },
  })
  const watch = await Watch.open(bench.beta, session.id)
  if ((await history(bench.beta, session.id)).every((event) => event.type !== 'session.status_idle')) await watch.idle()
  expect(await history(bench.beta, session.id)).toContainEqual(
    expect.objectContaining({ content: [{ type: 'text', text: 'You said: Hello' }] }),
  )
})

test('an update changes title, metadata and tools, and emits only what changed', async () => {
  const bench = await start()
  const { beta } = bench
  const session = await newSession(bench, { agent: mailAgent(url), session: { metadata: { a: '1' } } })
  const watch = await Watch.open(beta, session.id)
  await beta.sessions.update(session.id, { title: 'New' })
  await beta.sessions.update(session.id, { title: 'New' })
  await beta.sessions.update(session.id, { metadata: { a: null, b: '2' } })
  const parts = mailAgent('https://mcp.example/other')
  const updated = await beta.sessions.update(session.id, { agent: parts })
  expect(updated).toMatchObject({ title: 'New', metadata: { b: '2' }, agent: { mcp_servers: parts.mcp_servers } })
  await watch.until(({ seen }) => seen.length === 3)
  const [titled, relabelled, retooled] = of(watch.seen, 'session.updated').map(
    ({ id, processed_at, ...event }) => event,
  )
  expect(titled).toEqual({ type: 'session.updated', title: 'New' })
  expect(relabelled).toEqual({ type: 'session.updated', metadata: { b: '2' } })
  expect(retooled).toEqual({ type: 'session.updated', agent: updated.agent })
})

test('an update may change nothing else, and must keep servers and toolsets matching', async () => {
  const bench = await start()
  const { beta } = bench
  const { id } = await newSession(bench, { agent: mailAgent(url) })
  expect(await refusal(beta.sessions.update(id, { vault_ids: [] }))).toMatchObject(invalid(/^vault_ids: /))
  const agent: object = { system: 'Be kind' }
  expect(await refusal(beta.sessions.update(id, { agent }))).toMatchObject(
    invalid('agent.system: Extra inputs are not permitted'),
  )
  expect(await refusal(beta.sessions.update(id, { agent: { mcp_servers: [] } }))).toMatchObject(
    invalid(/not in mcp_servers/),
  )
  expect(await refusal(beta.sessions.update('sesn_x', {}))).toMatchObject(missing(/Session/))
})

test('a running session keeps its tools, and is neither archived nor deleted', async () => {
  const held = gate()
  const bench = await start(async (turn) => {
    await held.opened
    await turn.say('Done')
  })
  const { beta } = bench
  const { id } = await newSession(bench)
  const watch = await Watch.open(beta, id)
  await beta.sessions.events.send(id, { events: [message('Go')] })
  await watch.until(({ seen }) => of(seen, 'session.status_running').length === 1)
  expect((await beta.sessions.retrieve(id)).status).toBe('running')
  expect(await refusal(beta.sessions.update(id, { agent: { tools: [] } }))).toMatchObject(invalid(/running/))
  expect((await beta.sessions.update(id, { title: 'Still' })).title).toBe('Still')
  expect(await refusal(beta.sessions.archive(id))).toMatchObject(invalid(/running/))
  expect(await refusal(beta.sessions.delete(id))).toMatchObject(invalid(/running/))
  held.open()
  await watch.idle()
  expect((await beta.sessions.archive(id)).archived_at).not.toBeNull()
})

test('an archived session keeps its history and takes no more', async () => {
  const bench = await start()
  const { beta } = bench
  const { id } = await newSession(bench)
  await exchange(bench, id, [message('Hello')])
  await beta.sessions.archive(id)
  expect((await history(beta, id)).length).toBeGreaterThan(0)
  expect(await refusal(beta.sessions.events.send(id, { events: [message('More')] }))).toMatchObject(invalid(/archived/))
  expect(await refusal(beta.sessions.update(id, { title: 'x' }))).toMatchObject(invalid(/archived/))
})

test('deleting a session says so on its streams, ends them, and leaves nothing', async () => {
  const bench = await start()
  const { beta } = bench
  const { id } = await newSession(bench)
  const watch = await Watch.open(beta, id)
  expect(await beta.sessions.delete(id)).toEqual({ id, type: 'session_deleted' })
  await watch.eof()
  expect(watch.types()).toEqual(['session.deleted'])
  expect(await refusal(beta.sessions.retrieve(id))).toMatchObject(missing(/Session/))
  expect(await refusal(beta.sessions.events.send(id, { events: [message('Hello')] }))).toMatchObject(missing(/Session/))
  expect(await refusal(beta.sessions.events.stream(id))).toMatchObject(missing(/Session/))
  expect(await refusal(beta.sessions.events.list(id))).toMatchObject(missing(/Session/))
})

test('sessions are listed by agent, version, status, time and order, in pages both ways', async () => {
  let now = Date.UTC(2026, 0, 1)
  const bench = await start(undefined, { now: () => now })
  const { beta } = bench
  const first = await newSession(bench)
  const again = { agent: first.agent.id, environment_id: first.environment_id }
  await beta.agents.update(first.agent.id, { system: 'v2' })
  now += 1000
  const second = await beta.sessions.create(again)
  now += 1000
  const third = await beta.sessions.create(again)
  const other = await newSession(bench)
  const ids = async (params: Parameters<typeof beta.sessions.list>[0]) =>
    (await beta.sessions.list(params)).data.map((session) => session.id)

  expect(await ids({})).toEqual([other.id, third.id, second.id, first.id])
  expect(await ids({ order: 'asc', agent_id: first.agent.id })).toEqual([first.id, second.id, third.id])
  expect(await ids({ agent_id: first.agent.id, agent_version: 1 })).toEqual([first.id])
  expect(await ids({ 'created_at[gt]': first.created_at, 'created_at[lt]': third.created_at })).toEqual([second.id])
  expect(await ids({ statuses: ['running', 'terminated'] })).toEqual([])
  expect(await ids({ statuses: ['idle'], deployment_id: 'dep_x' })).toEqual([])
  await beta.sessions.archive(other.id)
  expect(await ids({ order: 'asc' })).toEqual([first.id, second.id, third.id])
  expect(await ids({ include_archived: true })).toHaveLength(4)

  const page = await beta.sessions.list({ limit: 2 })
  expect(page.prev_page).toBeNull()
  const next = await page.getNextPage()
  expect(next.data.map((session) => session.id)).toEqual([first.id])
  expect(next.next_page).toBeNull()
  expect(await ids({ limit: 2, page: next.prev_page })).toEqual([third.id, second.id])
  expect(await ids({ limit: 50, page: next.prev_page })).toEqual([third.id, second.id])
})

test('usage and running time add up', async () => {
  const bench = await start()
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [message('Hello')])
  const { usage } = await bench.beta.sessions.retrieve(id)
  const [span] = of(watch.seen, 'span.model_request_end')
  expect(usage.output_tokens).toBe(span?.model_usage.output_tokens)
  expect(usage.output_tokens).toBeGreaterThan(0)
  expect(of(watch.seen, 'session.usage')[0]?.usage).toMatchObject({
    output_tokens: usage.output_tokens,
    input_tokens: usage.input_tokens,
  })
})

test('a session stops at its budget, refuses messages, and goes on when it is raised', async () => {
  const bench = await start(async (turn) => turn.say('word '.repeat(4000)))
  const { beta } = bench
  const budget = (amount: string) => ({ type: 'limit' as const, max_list_cost: { amount, currency: 'USD' as const } })
  const { id } = await newSession(bench, { session: { budget: budget('1') } })
  await exchange(bench, id, [message('Talk')])
  const stopped = await exchange(bench, id, [message('More')])
  expect(of(stopped.seen, 'session.status_idle')[0]?.stop_reason).toEqual({ type: 'budget_reached' })
  expect(of(stopped.seen, 'agent.message')).toEqual([])
  expect(await refusal(beta.sessions.events.send(id, { events: [message('More')] }))).toMatchObject(invalid(/budget/))
  expect(await refusal(beta.sessions.update(id, { budget: budget('1') }))).toMatchObject(invalid(/consumed/))
  await beta.sessions.update(id, { budget: budget('1000') })
  const going = await exchange(bench, id, [message('More')])
  expect(of(going.seen, 'agent.message')).toHaveLength(1)
  await beta.sessions.update(id, { budget: null })
  expect((await refusal(beta.sessions.update(id, { budget: budget('9') }))).error.errorCode).toBe('budget_create_only')
})
