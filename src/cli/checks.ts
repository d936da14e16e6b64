/** What `npm run doctor` looks at, beside Slack. Each check says what it found, and where something is wrong, what to do about it. */

import { Claude } from '../agent/claude.js'
import { type AgentDefinition, defineAgent } from '../agent/definition.js'
import type { Deployment } from '../agent/deployment.js'
import {
  isSealed,
  matchesDefinition,
  retrieveAgent,
  retrieveEnvironment,
  storedDeployment,
} from '../agent/provisioning.js'
import { toolDifferences } from '../agent/tool-comparison.js'
import { DOT_ENV, type PlatformConfig } from '../config.js'
import { describeOverrides, offeredTools, sendingTools } from '../gmail/policies.js'
import { Scalekit } from '../scalekit/client.js'
import { inspectMcpConfiguration } from '../scalekit/mcp-configurations.js'
import { exposures } from '../store/database/private-files.js'
import { Store } from '../store/store.js'
import { explain } from './command.js'

export type Check =
  | {
      readonly ok: true
      readonly what: string
      /** It works, and should be different all the same. */
      readonly advice?: string
    }
  | { readonly ok: false; readonly what: string; readonly remedy: string }

const RUN_SETUP = 'run `npm run setup`'

/** Files and folders that other users of this machine can reach. After the database was opened, which tightens what is its own. */
function checkPermissions(databasePath: string): Check[] {
  return exposures(databasePath, DOT_ENV).map(({ path, mode, remedy }) => ({
    ok: true,
    what: `${path} is open to other users of this machine (${mode})`,
    advice: remedy,
  }))
}

/** In the order in which they depend on each other; what cannot be known because of an earlier one is left out. */
export async function checkPlatform(config: PlatformConfig): Promise<Check[]> {
  const claude = new Claude(config.anthropic)
  const { checks, deployment } = await checkDatabase(config, claude)
  const permissions = checkPermissions(config.databasePath)
  return [
    ...checks,
    ...permissions,
    ...(await checkScalekit(config, deployment)),
    ...(await checkClaude(config, claude, deployment)),
  ]
}

async function checkDatabase(
  config: PlatformConfig,
  claude: Claude,
): Promise<{ checks: Check[]; deployment: Deployment | null }> {
  let store: Store | null = null
  try {
    store = await Store.open(config.databasePath)
    await store.checkWritable()
    const good: Check = { ok: true, what: `Database ${config.databasePath} can be written` }
    const key = { scalekitUrl: config.scalekit.url, configName: config.scalekit.configName, anthropicUrl: claude.url }
    const deployment = await storedDeployment(store.deployments, key)
    if (deployment !== null) return { checks: [good], deployment }
    return {
      checks: [good, { ok: false, what: 'Setup has not been run with this configuration', remedy: RUN_SETUP }],
      deployment: null,
    }
  } catch (error) {
    const check = failed(`Database ${config.databasePath} cannot be used`, error)
    return { checks: [check], deployment: null }
  } finally {
    await store?.close()
  }
}

async function checkScalekit(config: PlatformConfig, deployment: Deployment | null): Promise<Check[]> {
  const { configName, connection, mode } = config.scalekit
  const checks: Check[] = []
  try {
    const found = await inspectMcpConfiguration(new Scalekit(config.scalekit), {
      name: configName,
      connection,
      tools: offeredTools(config.toolPolicies),
    })
    checks.push({ ok: true, what: 'Scalekit: the credentials are good' })
    const what = `Scalekit: the MCP configuration ${configName}`
    if (found === null) checks.push({ ok: false, what: `${what} does not exist`, remedy: RUN_SETUP })
    else if (!found.matches) {
      const { missing, extra } = found
      const differences = [
        ...(missing.length === 0 ? [] : [`without ${missing.join(', ')}`]),
        ...(extra.length === 0 ? [] : [`with ${extra.join(', ')}`]),
      ]
      checks.push({
        ok: false,
        what: `${what} offers other tools than the table and TOOL_POLICIES${differences.length === 0 ? '' : `: ${differences.join('; ')}`}`,
        remedy: RUN_SETUP,
      })
    } else if (
      deployment !== null &&
      (found.id !== deployment.mcpConfigId || found.serverUrl !== deployment.mcpServerUrl)
    ) {
      checks.push({ ok: false, what: `${what} is not the one that setup remembered`, remedy: RUN_SETUP })
    } else if (mode === 'virtual' && found.serverUrl === '') {
      checks.push({ ok: false, what: `${what} has no server address`, remedy: 'set SCALEKIT_MCP_MODE=instance' })
    } else {
      checks.push({ ok: true, what: `${what} offers exactly the tools of the table${overridden(config)}` })
    }
  } catch (error) {
    checks.push(failed('Scalekit could not be checked', error))
  }
  return checks
}

async function checkClaude(config: PlatformConfig, claude: Claude, deployment: Deployment | null): Promise<Check[]> {
  const checks: Check[] = []
  try {
    await claude.repeatable('agent', (sdk, options) => sdk.beta.agents.list({ limit: 1 }, options))
    checks.push({ ok: true, what: 'Claude: the API key is good' })
    if (deployment === null) return checks
    const agent = await retrieveAgent(claude, deployment.agentId)
    if (agent === null) checks.push({ ok: false, what: 'Claude: the agent is gone or archived', remedy: RUN_SETUP })
    else if (!matchesDefinition(agent, definitionFor(config, deployment))) {
      const differences = toolDifferences(agent.tools, definitionFor(config, deployment).tools)
      const which = differences.length === 0 ? '' : `: ${differences.join('; ')}`
      checks.push({ ok: false, what: `Claude: the agent is not what this version defines${which}`, remedy: RUN_SETUP })
    } else checks.push({ ok: true, what: `Claude: the agent is as defined (${agent.id}, version ${agent.version})` })

    const environment = await retrieveEnvironment(claude, deployment.environmentId)
    if (environment === null)
      checks.push({ ok: false, what: 'Claude: the environment is gone or archived', remedy: RUN_SETUP })
    else if (!isSealed(environment)) {
      checks.push({ ok: false, what: 'Claude: the environment lets the agent reach the internet', remedy: RUN_SETUP })
    } else checks.push({ ok: true, what: `Claude: the environment is sealed (${environment.id})` })
  } catch (error) {
    checks.push(failed('Claude could not be checked', error))
  }
  return checks
}

function definitionFor(config: PlatformConfig, deployment: Deployment): AgentDefinition {
  return defineAgent(
    config.anthropic.model,
    deployment.mcpServerUrl,
    config.toolPolicies,
    sendingTools(config.toolPolicies),
  )
}

function overridden(config: PlatformConfig): string {
  const overrides = describeOverrides(config.toolPolicies)
  return overrides === '' ? '' : ` with TOOL_POLICIES (${overrides})`
}

/** @throws what is not the operator's to mend */
function failed(what: string, error: unknown): Check {
  const remedy = explain(error)
  if (remedy === null) throw error
  return { ok: false, what, remedy }
}
