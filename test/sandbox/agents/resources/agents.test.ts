import type Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { type Beta, invalid, missing, refusal, start } from '../fixture.js'

type Params = Anthropic.Beta.AgentCreateParams
const base: Params = { name: 'Mail', model: 'claude-opus-5-5' }
const server = { type: 'url' as const, name: 'mail', url: 'https://mcp.example/mcp' }
const toolset = { type: 'mcp_toolset' as const, mcp_server_name: 'mail' }

test('an agent is created with the defaults filled in', async () => {
  const { beta } = await start()
  const agent = await beta.agents.create({
    ...base,
    mcp_servers: [server],
    tools: [
      {
        ...toolset,
        configs: [
          { name: 'send_mail', enabled: false },
          { name: 'read_mail', permission_policy: { type: 'always_allow' } },
        ],
      },
      {
        type: 'agent_toolset_20260401',
        default_config: { enabled: false },
        configs: [{ name: 'read', enabled: true }],
      },
    ],
  })
  expect(agent).toMatchObject({
    id: expect.stringMatching(/^agent_01/),
    type: 'agent',
    version: 1,
    model: { id: 'claude-opus-5-5', speed: 'standard' },
    system: null,
    description: null,
    multiagent: null,
    execution_identity: { type: 'service_account' },
    archived_at: null,
  })
  expect(agent.tools).toEqual([
    {
      type: 'mcp_toolset',
      mcp_server_name: 'mail',
      default_config: { enabled: true, permission_policy: { type: 'always_ask' } },
      configs: [
        { name: 'send_mail', enabled: false, permission_policy: { type: 'always_ask' } },
        { name: 'read_mail', enabled: true, permission_policy: { type: 'always_allow' } },
      ],
    },
    {
      type: 'agent_toolset_20260401',
      default_config: { enabled: false, permission_policy: { type: 'always_allow' } },
      configs: [{ type: 'read', name: 'read', enabled: true, permission_policy: { type: 'always_allow' } }],
    },
  ])
  expect(await beta.agents.retrieve(agent.id)).toEqual(agent)
})

const tooManyPairs = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']))
const custom = {
  type: 'custom' as const,
  name: 'clock',
  description: 'Tells the time',
  input_schema: { type: 'object' as const },
}

test.each<[string, object, RegExp]>([
  ['no name', { name: undefined }, /^name: Field required/],
  ['an empty name', { name: '' }, /^name: /],
  ['an unknown field', { colour: 'red' }, /^colour: Extra inputs are not permitted/],
  [
    'an unknown field further down',
    { tools: [{ ...toolset, policy: 'ask' }], mcp_servers: [server] },
    /^tools\.0\.policy: Extra inputs/,
  ],
  ['an unknown model', { model: 'gpt-4' }, /^model: /],
  ['an unknown kind of tool', { tools: [{ type: 'shell' }] }, /^tools\.0/],
  [
    'an unknown built-in tool',
    { tools: [{ type: 'agent_toolset_20260401', configs: [{ name: 'sudo' }] }] },
    /^tools\.0\.configs\.0/,
  ],
  [
    'an unknown policy',
    { mcp_servers: [server], tools: [{ ...toolset, default_config: { permission_policy: { type: 'never' } } }] },
    /permission_policy/,
  ],
  ['a server without its toolset', { mcp_servers: [server] }, /not referenced by any mcp_toolset/],
  ['a toolset without its server', { tools: [toolset] }, /not in mcp_servers/],
  ['two servers of one name', { mcp_servers: [server, server], tools: [toolset] }, /must be unique/],
  ['two toolsets for one server', { mcp_servers: [server], tools: [toolset, toolset] }, /at most one mcp_toolset/],
  [
    'two settings for one tool',
    { mcp_servers: [server], tools: [{ ...toolset, configs: [{ name: 'a' }, { name: 'a' }] }] },
    /one config per tool/,
  ],
  ['two custom tools of one name', { tools: [custom, custom] }, /must be unique/],
  ['a custom tool with a bad name', { tools: [{ ...custom, name: 'what time?' }] }, /letters, digits/],
  ['a custom tool without a description', { tools: [{ ...custom, description: '' }] }, /^tools\.0\.description/],
  [
    'a custom tool whose input is no object',
    { tools: [{ ...custom, input_schema: { type: 'array' } }] },
    /^tools\.0\.input_schema\.type/,
  ],
  [
    'a custom tool with a permission policy, which covers none of them',
    { tools: [{ ...custom, permission_policy: { type: 'always_ask' } }] },
    /^tools\.0\.permission_policy: Extra inputs/,
  ],
  [
    'headers on a server',
    { mcp_servers: [{ ...server, headers: {} }], tools: [toolset] },
    /^mcp_servers\.0\.headers: Extra/,
  ],
  [
    'a server that is no URL',
    { mcp_servers: [{ ...server, url: 'mail' }], tools: [toolset] },
    /^mcp_servers\.0\.url: /,
  ],
  ['too much metadata', { metadata: tooManyPairs }, /at most 16/],
  ['a long metadata key', { metadata: { ['k'.repeat(65)]: 'v' } }, /^metadata/],
  ['a long metadata value', { metadata: { k: 'v'.repeat(513) } }, /^metadata\.k: /],
  ['a long system prompt', { system: 'x'.repeat(100_001) }, /^system: /],
])('an agent with %s is refused', async (_, wrong, why) => {
  const { beta, sandbox } = await start()
  expect(await refusal(beta.agents.create({ ...base, ...wrong }))).toMatchObject(invalid(why))
  expect(sandbox.driver.agents()).toEqual([])
})

test('each change makes a version; no change makes none; a stale version is a conflict', async () => {
  const { beta } = await start()
  const first = await beta.agents.create({ ...base, metadata: { a: '1', b: '2' } })
  const second = await beta.agents.update(first.id, { version: 1, system: 'Be kind', metadata: { b: null, c: '3' } })
  expect(second).toMatchObject({ version: 2, system: 'Be kind', metadata: { a: '1', c: '3' }, name: 'Mail' })
  expect(await beta.agents.update(first.id, { system: 'Be kind' })).toEqual(second)
  expect(await refusal(beta.agents.update(first.id, { version: 1, system: 'Be quick' }))).toMatchObject({
    status: 409,
    type: 'conflict_error',
  })
  expect((await beta.agents.update(first.id, { system: '' })).system).toBeNull()
  expect(await beta.agents.retrieve(first.id, { version: 1 })).toEqual(first)
  expect(await refusal(beta.agents.retrieve(first.id, { version: 9 }))).toMatchObject(missing(/@9/))
  const versions = await beta.agents.versions.list(first.id)
  expect(versions.data.map((agent) => agent.version)).toEqual([3, 2, 1])
})

test('an update must leave servers and toolsets matching', async () => {
  const { beta } = await start()
  const agent = await beta.agents.create({ ...base, mcp_servers: [server], tools: [toolset] })
  expect(await refusal(beta.agents.update(agent.id, { tools: [] }))).toMatchObject(invalid(/not referenced/))
  expect(await refusal(beta.agents.update(agent.id, { mcp_servers: null }))).toMatchObject(
    invalid(/not in mcp_servers/),
  )
  expect((await beta.agents.update(agent.id, { mcp_servers: null, tools: null })).tools).toEqual([])
})

test('lists come in pages, newest first, and leave archived agents out', async () => {
  const { beta } = await start()
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) ids.unshift((await beta.agents.create({ ...base, name })).id)
  const page = await beta.agents.list({ limit: 2 })
  expect(page.data.map((agent) => agent.name)).toEqual(['e', 'd'])
  const walked: string[] = []
  for await (const agent of beta.agents.list({ limit: 2 })) walked.push(agent.id)
  expect(walked).toEqual(ids)
  // What is created between two pages neither repeats nor hides anything.
  await beta.agents.create({ ...base, name: 'f' })
  expect((await page.getNextPage()).data.map((agent) => agent.name)).toEqual(['c', 'b'])

  const archived = await beta.agents.archive(ids[0] ?? '')
  expect(archived.archived_at).not.toBeNull()
  expect((await beta.agents.list()).data).toHaveLength(5)
  expect((await beta.agents.list({ include_archived: true })).data).toHaveLength(6)
  expect(await refusal(beta.agents.update(archived.id, { name: 'g' }))).toMatchObject(invalid(/archived/))
})

test('a list can be bounded by creation time', async () => {
  let now = Date.UTC(2026, 0, 1)
  const { beta } = await start(undefined, { now: () => now })
  await beta.agents.create({ ...base, name: 'old' })
  now += 1000
  await beta.agents.create({ ...base, name: 'new' })
  const at = new Date(now).toISOString()
  expect((await beta.agents.list({ 'created_at[gte]': at })).data.map((agent) => agent.name)).toEqual(['new'])
  expect(
    (await beta.agents.list({ 'created_at[lte]': '2026-01-01T00:00:00Z' })).data.map((agent) => agent.name),
  ).toEqual(['old'])
})

test.each<[string, (beta: Beta) => PromiseLike<unknown>]>([
  ['retrieve', (beta) => beta.agents.retrieve('agent_x')],
  ['update', (beta) => beta.agents.update('agent_x', {})],
  ['archive', (beta) => beta.agents.archive('agent_x')],
  ['versions', (beta) => beta.agents.versions.list('agent_x')],
])('an unknown agent is 404 to %s', async (_, call) => {
  const { beta } = await start()
  expect(await refusal(call(beta))).toMatchObject(missing(/Agent `agent_x` not found/))
})
