/** The sandbox's Claude and Scalekit with a deployment set up on them, for tests that drive the agent room over the wire. */

import { Claude } from '../../src/agent/claude.js'
import type { Deployment, DeploymentStore } from '../../src/agent/deployment.js'
import type { FollowPace } from '../../src/agent/event-log.js'
import { InstanceMailboxAccess, VirtualMailboxAccess } from '../../src/agent/mailbox-access.js'
import { type Mark, markOf } from '../../src/agent/mark.js'
import { ManagedAgent } from '../../src/agent/sessions.js'
import type { StoredVault, VaultStore } from '../../src/agent/vault-store.js'
import { provision } from '../../src/cli/provision.js'
import type { PlatformConfig } from '../../src/config.js'
import { STANDARD_POLICIES, sendingTools } from '../../src/gmail/policies.js'
import {
  type ManagedAgentsOptions,
  type ManagedAgentsSandbox,
  startManagedAgents,
} from '../../src/sandbox/agents/index.js'
import type { AgentBrain, BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { instanceFinder } from '../../src/scalekit/instances.js'
import { tokenMint } from '../../src/scalekit/tokens.js'
import type { AgentEvent } from '../../src/turns/events.js'
import type { Conversation, IdentifiedPerson } from '../../src/turns/model.js'

export const ANNA: IdentifiedPerson = { id: 'person-anna', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
export const BEN: IdentifiedPerson = { id: 'person-ben', team: 'T1', user: 'U2', identifier: 'slack:T1:U2' }

export function conversationOf(owner: IdentifiedPerson, id = `conversation-${owner.id}`): Conversation {
  const origin = { channel: 'D1', threadTs: '1.000001' }
  return {
    id,
    team: owner.team,
    origin,
    kind: 'im',
    owner,
    address: origin,
    sessionId: null,
    position: null,
    needsResync: false,
    place: null,
  }
}

/** What the model does, turn by turn; without a plan it says hello. */
export class PlannedBrain implements AgentBrain {
  readonly #plans: ((turn: BrainTurn) => Promise<void>)[] = []

  next(plan: (turn: BrainTurn) => Promise<void>): void {
    this.#plans.push(plan)
  }

  async respond(turn: BrainTurn): Promise<void> {
    await (this.#plans.shift() ?? ((each) => each.say('Hello.')))(turn)
  }
}

export class MemoryDeployments implements DeploymentStore {
  deployment: Deployment | null = null
  writes = 0

  async read(): Promise<Deployment | null> {
    return this.deployment
  }

  async write(deployment: Deployment): Promise<void> {
    this.deployment = deployment
    this.writes += 1
  }
}

export class MemoryVaults implements VaultStore {
  readonly rows = new Map<string, StoredVault>()

  async read(personId: string): Promise<StoredVault | null> {
    return this.rows.get(personId) ?? null
  }

  async write(vault: StoredVault): Promise<void> {
    this.rows.set(vault.personId, vault)
  }

  async remove(personId: string): Promise<void> {
    this.rows.delete(personId)
  }
}

/** Silences and pauses short enough to happen in a test; none of them is ever asserted on. */
export const BRISK: FollowPace = { silenceMs: 50, silencesPerConnection: 2, retryPausesMs: [1, 1, 1, 1] }

export class Platform {
  readonly deployments = new MemoryDeployments()
  readonly vaultRows = new MemoryVaults()
  readonly claude: Claude
  readonly scalekitClient: Scalekit
  readonly mark: Mark
  /** Advanced by tests that wait for hours. */
  skippedMs = 0

  private constructor(
    readonly brain: PlannedBrain,
    readonly agents: ManagedAgentsSandbox,
    readonly scalekit: ScalekitSandbox,
    readonly config: PlatformConfig,
  ) {
    this.claude = new Claude(config.anthropic)
    this.scalekitClient = new Scalekit(config.scalekit)
    this.mark = markOf(config.scalekit)
  }

  static async start(options: Partial<Omit<ManagedAgentsOptions, 'brain'>> = {}): Promise<Platform> {
    const brain = new PlannedBrain()
    const agents = await startManagedAgents({ pace: 0, rateLimits: false, ...options, brain })
    const mailboxes = await loadSamples(WORLD.mailAccounts)
    const scalekit = await startScalekit({ world: WORLD, mailboxes })
    return new Platform(brain, agents, scalekit, {
      anthropic: { apiKey: agents.apiKey, baseUrl: agents.url, model: 'claude-opus-4-7' },
      scalekit: {
        url: scalekit.url,
        clientId: scalekit.clientId,
        clientSecret: scalekit.clientSecret,
        mode: 'virtual',
        configName: 'slack-inbox-agent',
        connection: 'gmail',
        identifierTemplate: 'slack:{team}:{user}',
      },
      toolPolicies: STANDARD_POLICIES,
      databasePath: ':memory:',
      logLevel: 'silent',
    })
  }

  readonly now = (): number => Date.now() + this.skippedMs

  async setUp(): Promise<Deployment> {
    return provision(this.config, this.deployments, () => undefined)
  }

  get deployment(): Deployment {
    if (this.deployments.deployment === null) throw new Error('setUp has not been called')
    return this.deployments.deployment
  }

  /** A new one each time, as after a restart; what is stored stays. */
  virtualAccess(): VirtualMailboxAccess {
    const { mcpConfigId, mcpServerUrl } = this.deployment
    const mint = tokenMint(this.scalekitClient, { configId: mcpConfigId, connection: 'gmail' })
    return new VirtualMailboxAccess(this.claude, this.mark, mcpServerUrl, mint, this.vaultRows, this.now)
  }

  instanceAccess(): InstanceMailboxAccess {
    return new InstanceMailboxAccess(instanceFinder(this.scalekitClient, this.config.scalekit.configName))
  }

  agent(access?: VirtualMailboxAccess): ManagedAgent {
    const forget = access === undefined ? {} : { forgetVaultIfGone: (id: string) => access.forgetIfGone(id) }
    const hostTools = sendingTools(this.config.toolPolicies)
    return new ManagedAgent(this.claude, this.deployment, { pace: BRISK, now: this.now, hostTools, ...forget })
  }

  async close(): Promise<void> {
    await this.agents.close()
    await this.scalekit.close()
  }
}

/** Everything up to and including the first event that `isLast` accepts. */
export async function eventsUntil(
  feed: AsyncIterable<AgentEvent>,
  isLast: (event: AgentEvent) => boolean = (event) => event.type === 'idle',
): Promise<AgentEvent[]> {
  const events: AgentEvent[] = []
  for await (const event of feed) {
    events.push(event)
    if (isLast(event)) return events
  }
  throw new Error(`the feed ended after ${events.map(({ type }) => type).join(', ')}`)
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise did not reject')
}
