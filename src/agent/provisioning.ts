/**
 * Makes sure that the deployment's agent and environment exist and are what this program says they are. Safe to run again and
 * again: what is stored is looked at first, then what carries this deployment's mark; only then something is made.
 */

import type { BetaManagedAgentsAgent } from '@anthropic-ai/sdk/resources/beta/agents/agents'
import type { BetaEnvironment } from '@anthropic-ai/sdk/resources/beta/environments/environments'
import { type Claude, statusOf } from './claude.js'
import { type AgentDefinition, APP, ENVIRONMENT_CONFIG, fingerprint } from './definition.js'
import type { Deployment, DeploymentStore } from './deployment.js'
import { isMarked, type Mark } from './mark.js'
import { sameServers, sameTools } from './tool-comparison.js'

export type Change = 'created' | 'updated' | 'kept'

export interface Provisioned {
  readonly id: string
  readonly change: Change
}

/** What a stored id means only together with. */
export type DeploymentKey = Pick<Deployment, 'scalekitUrl' | 'configName' | 'anthropicUrl'>

/** What was stored for this configuration; null when nothing was, or it belongs to another one. */
export async function storedDeployment(store: DeploymentStore, key: DeploymentKey): Promise<Deployment | null> {
  const stored = await store.read()
  const applies =
    stored?.scalekitUrl === key.scalekitUrl &&
    stored.configName === key.configName &&
    stored.anthropicUrl === key.anthropicUrl
  return applies ? stored : null
}

/** @throws Unavailable, OperatorProblem */
export async function provisionAgent(
  claude: Claude,
  mark: Mark,
  definition: AgentDefinition,
  storedId: string | null,
): Promise<Provisioned> {
  const existing = (storedId && (await retrieveAgent(claude, storedId))) || (await findAgent(claude, mark))
  const metadata = { ...mark, definition: fingerprint(definition) }
  if (!existing) {
    const created = await claude.once('agent', (sdk, options) =>
      sdk.beta.agents.create({ ...definition, metadata }, options),
    )
    return { id: created.id, change: 'created' }
  }
  if (isMarked(existing.metadata, mark) && matchesDefinition(existing, definition))
    return { id: existing.id, change: 'kept' }
  await claude.repeatable('agent', (sdk, options) =>
    sdk.beta.agents.update(existing.id, { ...definition, metadata }, options),
  )
  return { id: existing.id, change: 'updated' }
}

/** @throws Unavailable, OperatorProblem */
export async function provisionEnvironment(claude: Claude, mark: Mark, storedId: string | null): Promise<Provisioned> {
  const existing = (storedId && (await retrieveEnvironment(claude, storedId))) || (await findEnvironment(claude, mark))
  const wanted = {
    name: `${APP} ${mark.config} ${fingerprint(mark).slice(0, 8)}`,
    description: 'Where the Slack inbox agent works: it reaches its MCP server and nothing else.',
    config: ENVIRONMENT,
    metadata: { ...mark },
  }
  if (!existing) {
    const created = await claude.once('environment', (sdk, options) => sdk.beta.environments.create(wanted, options))
    return { id: created.id, change: 'created' }
  }
  if (isMarked(existing.metadata, mark) && isSealed(existing)) return { id: existing.id, change: 'kept' }
  await claude.repeatable('environment', (sdk, options) => sdk.beta.environments.update(existing.id, wanted, options))
  return { id: existing.id, change: 'updated' }
}

/** The API's types want lists that can be written to. */
const ENVIRONMENT = { ...ENVIRONMENT_CONFIG, networking: { ...ENVIRONMENT_CONFIG.networking, allowed_hosts: [] } }

/**
 * The agent, unless it is archived or deleted.
 * @throws Unavailable, OperatorProblem
 */
export async function retrieveAgent(claude: Claude, id: string): Promise<BetaManagedAgentsAgent | null> {
  return unarchived(() =>
    claude.repeatable('agent', (sdk, options) => sdk.beta.agents.retrieve(id, {}, options), LOOKUP),
  )
}

/**
 * The environment, unless it is archived or deleted.
 * @throws Unavailable, OperatorProblem
 */
export async function retrieveEnvironment(claude: Claude, id: string): Promise<BetaEnvironment | null> {
  const found = await unarchived(() =>
    claude.repeatable('environment', (sdk, options) => sdk.beta.environments.retrieve(id, {}, options), LOOKUP),
  )
  // The type of an environment can never be changed: one of another type is of no use.
  return found?.config.type === 'cloud' ? found : null
}

/** Whether the agent at the API is what this program defines. Tools and servers are compared, not trusted to the fingerprint. */
export function matchesDefinition(agent: BetaManagedAgentsAgent, definition: AgentDefinition): boolean {
  return (
    isMarked(agent.metadata, { definition: fingerprint(definition) }) &&
    isModel(agent.model.id, definition.model) &&
    (agent.system ?? '').trim() === (definition.system ?? '').trim() &&
    sameTools(agent.tools, definition.tools) &&
    sameServers(agent.mcp_servers, definition.mcp_servers)
  )
}

/** Whether the environment lets nothing out but to the session's MCP server. */
export function isSealed(environment: BetaEnvironment): boolean {
  const { config } = environment
  if (config.type !== 'cloud' || config.networking.type !== 'limited') return false
  const { allow_mcp_servers, allow_package_managers, allowed_hosts } = config.networking
  return allow_mcp_servers && !allow_package_managers && allowed_hosts.length === 0
}

const LOOKUP = { unsorted: [404] }

async function unarchived<Thing extends { archived_at: string | null }>(
  retrieve: () => Promise<Thing>,
): Promise<Thing | null> {
  try {
    const thing = await retrieve()
    return thing.archived_at == null ? thing : null
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}

function findAgent(claude: Claude, mark: Mark): Promise<BetaManagedAgentsAgent | null> {
  return oldestOwn(
    claude.list('agent', (sdk, page, options) => sdk.beta.agents.list(page, options)),
    mark,
  )
}

async function findEnvironment(claude: Claude, mark: Mark): Promise<BetaEnvironment | null> {
  return oldestOwn(
    claude.list('environment', (sdk, page, options) => sdk.beta.environments.list(page, options)),
    mark,
    ({ config }) => config.type === 'cloud',
  )
}

interface Markable {
  readonly archived_at: string | null
  readonly created_at: string
  readonly metadata: Record<string, string>
}

/** The oldest, so that everybody who looks finds the same one. */
async function oldestOwn<Thing extends Markable>(
  things: AsyncIterable<Thing>,
  mark: Mark,
  isUsable: (thing: Thing) => boolean = () => true,
): Promise<Thing | null> {
  let oldest: Thing | null = null
  for await (const thing of things) {
    if (thing.archived_at != null || !isMarked(thing.metadata, mark) || !isUsable(thing)) continue
    if (oldest === null || Date.parse(thing.created_at) < Date.parse(oldest.created_at)) oldest = thing
  }
  return oldest
}

/** A model's name may be answered with the date of its release at the end. */
function isModel(actual: string, wanted: string): boolean {
  return actual === wanted || (actual.startsWith(`${wanted}-`) && /^-\d{8}$/.test(actual.slice(wanted.length)))
}
