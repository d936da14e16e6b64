import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { defineAgent } from '../../src/agent/definition.js'
import { isSealed, matchesDefinition } from '../../src/agent/provisioning.js'
import { provision } from '../../src/cli/provision.js'
import type { PlatformConfig } from '../../src/config.js'
import { offeredTools, STANDARD_POLICIES, sendingTools } from '../../src/gmail/policies.js'
import { ensureMcpConfiguration } from '../../src/scalekit/mcp-configurations.js'
import { OperatorProblem, Unavailable } from '../../src/turns/ports.js'
import { MemoryDeployments, Platform, rejection } from './platform.js'

let platform: Platform

beforeEach(async () => {
  platform = await Platform.start()
})

afterEach(async () => {
  await platform.close()
})

/** Runs setup and returns what it printed, without the ids. */
async function setUp(config: PlatformConfig = platform.config, store = platform.deployments): Promise<string[]> {
  const lines: string[] = []
  await provision(config, store, (line) => lines.push(line.replace(/ \([a-z]+_.*\)$/, '')))
  return lines
}

const made = ['✓ MCP configuration slack-inbox-agent: made', '✓ Environment: made', '✓ Agent (claude-opus-4-7): made']
const unchanged = made.map((line) => line.replace('made', 'unchanged'))

/** The agent of this program: the mailbox's tools, and the bot's own that send. */
const wanted = (mcpServerUrl: string) =>
  defineAgent('claude-opus-4-7', mcpServerUrl, STANDARD_POLICIES, sendingTools(STANDARD_POLICIES))

const things = () => ({
  agents: platform.agents.driver.agents().length,
  environments: platform.agents.driver.environments().length,
  configs: platform.scalekit.configs().length,
})

describe('setup', () => {
  it('makes an agent as defined, a sealed environment and a configuration with exactly the tools of the table', async () => {
    expect(await setUp()).toEqual(made)
    const { agentId, environmentId, mcpConfigId, mcpServerUrl } = platform.deployment
    const agent = platform.agents.driver.agents().find(({ id }) => id === agentId)
    const environment = platform.agents.driver.environments().find(({ id }) => id === environmentId)
    const config = platform.scalekit.configs().find(({ id }) => id === mcpConfigId)
    expect(agent && matchesDefinition(agent, wanted(mcpServerUrl))).toBe(true)
    expect(agent?.mcp_servers).toEqual([{ type: 'url', name: 'mailbox', url: mcpServerUrl }])
    expect(environment && isSealed(environment)).toBe(true)
    expect(config?.mappings).toEqual([{ connection_name: 'gmail', tools: offeredTools(STANDARD_POLICIES) }])
  })

  it('changes nothing when it is run again', async () => {
    await setUp()
    const [agent] = platform.agents.driver.agents()
    expect(await setUp()).toEqual(unchanged)
    expect(things()).toEqual({ agents: 1, environments: 1, configs: 1 })
    expect(platform.agents.driver.agents()[0]?.version).toBe(agent?.version)
  })

  it('finds its own again without stored ids, behind more than a page of others', async () => {
    await setUp()
    const before = platform.deployment
    const { claude } = platform
    for (let other = 0; other < 120; other += 1) {
      await claude.once('agent', (sdk, options) =>
        sdk.beta.agents.create({ name: `other ${other}`, model: 'claude-opus-4-7' }, options),
      )
    }
    platform.deployments.deployment = null
    expect(await setUp()).toEqual(unchanged)
    expect(platform.deployment).toEqual(before)
  })

  it('never adopts what belongs to another deployment, whatever its name', async () => {
    await setUp()
    const mine = platform.deployment
    const config = { ...platform.config, scalekit: { ...platform.config.scalekit, configName: 'staging' } }
    const store = new MemoryDeployments()
    expect(await setUp(config, store)).toEqual(made.map((line) => line.replace('slack-inbox-agent', 'staging')))
    expect(store.deployment?.agentId).not.toBe(mine.agentId)
    expect(store.deployment?.environmentId).not.toBe(mine.environmentId)
  })

  it('does not use stored ids that belong to another configuration', async () => {
    await setUp()
    const elsewhere = { ...platform.deployment, scalekitUrl: 'https://other.example', agentId: 'agent_elsewhere' }
    platform.deployments.deployment = elsewhere
    expect(await setUp()).toEqual(unchanged)
    expect(platform.deployment.agentId).not.toBe('agent_elsewhere')
  })

  it('updates the one agent when the definition differs', async () => {
    await setUp()
    const { agentId } = platform.deployment
    const config = { ...platform.config, anthropic: { ...platform.config.anthropic, model: 'claude-sonnet-5-5' } }
    expect(await setUp(config)).toContain('✓ Agent (claude-sonnet-5-5): updated')
    expect(platform.deployment.agentId).toBe(agentId)
    expect(things().agents).toBe(1)
    expect(platform.agents.driver.agents()[0]?.model.id).toBe('claude-sonnet-5-5')
  })

  it('takes back what somebody changed by hand: a policy, the network, the tools of the configuration', async () => {
    await setUp()
    const { agentId, environmentId, mcpServerUrl } = platform.deployment
    const tools = [
      {
        type: 'mcp_toolset' as const,
        mcp_server_name: 'mailbox',
        default_config: { enabled: true, permission_policy: { type: 'always_allow' as const } },
      },
    ]
    await platform.claude.repeatable('agent', (sdk, options) => sdk.beta.agents.update(agentId, { tools }, options))
    await platform.claude.repeatable('environment', (sdk, options) =>
      sdk.beta.environments.update(
        environmentId,
        { config: { type: 'cloud', networking: { type: 'unrestricted' } } },
        options,
      ),
    )
    await ensureMcpConfiguration(platform.scalekitClient, {
      name: 'slack-inbox-agent',
      connection: 'gmail',
      tools: ['gmail_fetch_mails'],
    })
    expect(await setUp()).toEqual(made.map((line) => line.replace('made', 'updated')))
    const [agent] = platform.agents.driver.agents()
    const [environment] = platform.agents.driver.environments()
    expect(agent && matchesDefinition(agent, wanted(mcpServerUrl))).toBe(true)
    expect(environment && isSealed(environment)).toBe(true)
    expect(platform.scalekit.configs()[0]?.mappings[0]?.tools).toEqual(offeredTools(STANDARD_POLICIES))
  })

  it('adopts a configuration of the same name, and not one whose name only begins alike', async () => {
    const define = (name: string) =>
      ensureMcpConfiguration(platform.scalekitClient, { name, connection: 'gmail', tools: ['gmail_fetch_mails'] })
    for (let other = 0; other < 40; other += 1) await define(`slack-inbox-agent-${other}`)
    const { id } = await define('slack-inbox-agent')
    expect(await setUp()).toContain('✓ MCP configuration slack-inbox-agent: updated')
    expect(platform.deployment.mcpConfigId).toBe(id)
  })

  it('makes the agent and the environment anew when they were archived or deleted', async () => {
    await setUp()
    const before = platform.deployment
    await platform.claude.repeatable('agent', (sdk, options) => sdk.beta.agents.archive(before.agentId, {}, options))
    await platform.claude.repeatable('environment', (sdk, options) =>
      sdk.beta.environments.delete(before.environmentId, {}, options),
    )
    expect(await setUp()).toEqual([unchanged[0], made[1], made[2]])
    expect(platform.deployment.agentId).not.toBe(before.agentId)
    expect(platform.deployment.environmentId).not.toBe(before.environmentId)
  })

  it('finds what a lost answer left behind instead of making a second one', async () => {
    platform.agents.faults.dropAnswer('environments.create')
    expect(await rejection(setUp())).toBeInstanceOf(Unavailable)
    platform.agents.faults.dropAnswer('agents.create')
    expect(await rejection(setUp())).toBeInstanceOf(Unavailable)
    expect(platform.deployments.writes).toBe(0)
    expect(await setUp()).toEqual(unchanged)
    expect(things()).toEqual({ agents: 1, environments: 1, configs: 1 })
  })

  it('says which key was refused', async () => {
    const claude = { ...platform.config, anthropic: { ...platform.config.anthropic, apiKey: 'sk-ant-wrong-key' } }
    expect(await rejection(setUp(claude))).toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('ANTHROPIC_API_KEY'),
    })
    const scalekit = { ...platform.config, scalekit: { ...platform.config.scalekit, clientSecret: 'wrong-secret' } }
    const error = await rejection(setUp(scalekit))
    expect(error).toBeInstanceOf(OperatorProblem)
    expect(error).toMatchObject({ kind: 'credentials', message: expect.stringContaining('SCALEKIT_CLIENT_SECRET') })
  })

  it('says which connection Scalekit does not know', async () => {
    const config = { ...platform.config, scalekit: { ...platform.config.scalekit, connection: 'gmail-typo' } }
    expect(await rejection(setUp(config))).toMatchObject({
      kind: 'setup',
      message: expect.stringContaining('SCALEKIT_CONNECTION'),
    })
  })

  it('says that the model is not one, and where it is set', async () => {
    const config = { ...platform.config, anthropic: { ...platform.config.anthropic, model: 'gpt-1' } }
    expect(await rejection(setUp(config))).toMatchObject({
      kind: 'setup',
      message: expect.stringContaining('AGENT_MODEL'),
    })
  })

  it('waits out a rate limit on what may be repeated', async () => {
    await setUp()
    platform.agents.faults.answer('agents.retrieve', 429, { headers: { 'retry-after-ms': '1' } })
    expect(await setUp()).toEqual(unchanged)
  })

  it('is not kept waiting by a server that never answers', async () => {
    let release = (): void => undefined
    platform.agents.faults.delay('agents.retrieve', new Promise<void>((resolve) => (release = resolve)))
    const impatient = new Claude(platform.config.anthropic, 50)
    const call = impatient.once('agent', (sdk, options) => sdk.beta.agents.retrieve('agent_x', {}, options))
    expect(await rejection(call)).toBeInstanceOf(Unavailable)
    release()
  })
})
