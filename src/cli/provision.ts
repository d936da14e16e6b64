/** What `npm run setup` does: makes everything that the bot needs before it can answer anybody, and remembers the ids. */

import { Claude } from '../agent/claude.js'
import { defineAgent } from '../agent/definition.js'
import type { Deployment, DeploymentStore } from '../agent/deployment.js'
import { markOf } from '../agent/mark.js'
import { type Change, provisionAgent, provisionEnvironment, storedDeployment } from '../agent/provisioning.js'
import type { PlatformConfig } from '../config.js'
import { describeOverrides, offeredTools, sendingTools } from '../gmail/policies.js'
import { Scalekit } from '../scalekit/client.js'
import { ensureMcpConfiguration } from '../scalekit/mcp-configurations.js'
import { OperatorProblem } from '../turns/ports.js'

/**
 * Prints a line for each thing as soon as it is there, so that a run that fails in the middle says how far it came. Run again,
 * it goes on from there.
 * @throws Unavailable, OperatorProblem
 */
export async function provision(
  config: PlatformConfig,
  store: DeploymentStore,
  print: (line: string) => void,
): Promise<Deployment> {
  const claude = new Claude(config.anthropic)
  const scalekit = new Scalekit(config.scalekit)
  const key = { scalekitUrl: config.scalekit.url, configName: config.scalekit.configName, anthropicUrl: claude.url }
  const stored = await storedDeployment(store, key)
  const mark = markOf(config.scalekit)

  const mcp = await ensureMcpConfiguration(scalekit, {
    name: config.scalekit.configName,
    connection: config.scalekit.connection,
    tools: offeredTools(config.toolPolicies),
  })
  print(line(`MCP configuration ${config.scalekit.configName}`, mcp.change, mcp.id))
  if (mcp.serverUrl === '' && config.scalekit.mode === 'virtual') {
    throw new OperatorProblem(
      'setup',
      'Scalekit gave the MCP configuration no server address; set SCALEKIT_MCP_MODE=instance, or ask Scalekit to enable virtual MCP servers',
    )
  }
  const environment = await provisionEnvironment(claude, mark, stored?.environmentId ?? null)
  print(line('Environment', environment.change, environment.id))
  const definition = defineAgent(
    config.anthropic.model,
    mcp.serverUrl,
    config.toolPolicies,
    sendingTools(config.toolPolicies),
  )
  const agent = await provisionAgent(claude, mark, definition, stored?.agentId ?? null)
  print(line(`Agent (${config.anthropic.model})`, agent.change, agent.id))

  const deployment: Deployment = {
    ...key,
    agentId: agent.id,
    environmentId: environment.id,
    mcpConfigId: mcp.id,
    mcpServerUrl: mcp.serverUrl,
  }
  await store.write(deployment)
  const overrides = describeOverrides(config.toolPolicies)
  if (overrides !== '') print(`✓ Tool policies beside the table: ${overrides}`)
  return deployment
}

const WORDS: Readonly<Record<Change, string>> = { created: 'made', updated: 'updated', kept: 'unchanged' }

function line(what: string, change: Change, id: string): string {
  return `✓ ${what}: ${WORDS[change]} (${id})`
}
