/**
 * A Claude Managed Agents API on loopback, which the unchanged SDK cannot tell from the real one: agents, environments, vaults,
 * sessions with their event log and stream, and files. What the model would say, a brain says; the MCP servers are really called.
 */
import { randomBytes } from 'node:crypto'
import { savedState, savedText } from '../wire/saved.js'
import { Agents, agentRoutes } from './resources/agents.js'
import { Environments, environmentRoutes } from './resources/environments.js'
import { Files, fileRoutes } from './resources/files.js'
import { vaultRoutes } from './resources/vault-routes.js'
import { type KeptCredential, Vaults } from './resources/vaults.js'
import type { AgentBrain } from './session/brain.js'
import { type Judge, judgeByAnnotation } from './session/permissions.js'
import { sessionRoutes } from './session/session-routes.js'
import type { RunOptions } from './session/session-run.js'
import { Sessions } from './session/sessions.js'
import { Faults } from './wire/faults.js'
import { RateLimiter, type RateLimits, VENDOR_RATE_LIMITS } from './wire/rate-limits.js'
import { type RequestRecord, Router } from './wire/router.js'
import type { Agent, Environment, FileMetadata, Session, SessionEvent, Vault } from './wire/vendor-types.js'

export type { Hold } from '../wire/fault-queue.js'
export type { Judge, Verdict } from './session/permissions.js'
export type { Endpoint } from './wire/endpoints.js'
export type { FailureMoment, Faults, TurnError, TurnFailure } from './wire/faults.js'
export type { RateLimits } from './wire/rate-limits.js'
export type { RequestRecord } from './wire/router.js'

/** A natural typing pace, for people who watch. */
const TYPING_PACE = 30
const PING_EVERY = 10_000

export interface ManagedAgentsOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** The key that callers must send; one is made up where none is given. */
  readonly apiKey?: string
  readonly brain: AgentBrain
  /** Milliseconds between two chunks (a few words) of a message. Tests use 0. */
  readonly pace?: number
  /** Whether the organization has previews (`event_deltas`). Default true. */
  readonly eventDeltas?: boolean
  /** Calls per minute; the vendor's by default, false for none. */
  readonly rateLimits?: RateLimits | false
  /** Milliseconds between pings on a stream. */
  readonly pingEvery?: number
  /** Judges calls under the permission policy `auto`; by default what only reads is allowed, and the rest asks. */
  readonly judge?: Judge
  /** Whether a failed MCP connection ends the turn (`exhausted`, the default), or leaves it without those tools (`retrying`). */
  readonly mcpFailure?: RunOptions['mcpFailure']
  /** Whether a user message counts as processed when its turn takes it (the default), or only when the turn ends. */
  readonly messageProcessed?: RunOptions['messageProcessed']
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** A look inside, for tests and the demo. Nothing here goes over the wire. */
export interface ManagedAgentsDriver {
  /** Newest first, as all lists of resources here. */
  agents(): Agent[]
  environments(): Environment[]
  /** With the secrets, which the API never answers. */
  vaults(): { readonly vault: Vault; readonly credentials: readonly KeptCredential[] }[]
  sessions(): Session[]
  /** The session's log, oldest first; what is queued comes last. */
  events(sessionId: string): SessionEvent[]
  files(): FileMetadata[]
  /** What a file holds. @throws ApiError 404 */
  contentOf(fileId: string): Uint8Array
  /** A file that the session's agent is to have written, which the client can list and download. */
  writeFile(
    sessionId: string,
    file: { readonly filename: string; readonly mimeType: string; readonly bytes: Uint8Array },
  ): FileMetadata
  /** All calls since the start, oldest first. */
  readonly requests: readonly RequestRecord[]
  /** How many streams of the session are open. */
  streams(sessionId: string): number
  /** Ends the open streams properly: their clients read EOF. */
  endStreams(sessionId: string): void
  /** Nothing more comes on the open streams, and nothing closes them. */
  hangStreams(sessionId: string): void
}

export interface ManagedAgentsSandbox {
  /** What `ANTHROPIC_BASE_URL` is to be. */
  readonly url: string
  readonly apiKey: string
  readonly driver: ManagedAgentsDriver
  readonly faults: Faults
  /** What it holds, as JSON. Not: the requests, the faults, and the words of a message that is half-written. */
  save(): string
  /** Before anybody has asked for anything. Sessions that were at work go on, with the brain that this sandbox has. */
  restore(saved: string): void
  close(): Promise<void>
}

export async function startManagedAgents(options: ManagedAgentsOptions): Promise<ManagedAgentsSandbox> {
  const { now = Date.now, apiKey = `sk-ant-sandbox-${randomBytes(12).toString('hex')}` } = options
  const faults = new Faults()
  const agents = new Agents(now)
  const vaults = new Vaults(now)
  const files = new Files(now)
  const environments: Environments = new Environments(now, (id) =>
    sessions.all().some((session) => session.environment_id === id),
  )
  const sessions = new Sessions(
    { agents, environments, vaults, files },
    {
      now,
      faults,
      brain: options.brain,
      pace: options.pace ?? TYPING_PACE,
      judge: options.judge ?? judgeByAnnotation,
      mcpFailure: options.mcpFailure ?? 'exhausted',
      messageProcessed: options.messageProcessed ?? 'taken',
    },
  )
  const limits = options.rateLimits ?? VENDOR_RATE_LIMITS
  const router = new Router({
    apiKey,
    faults,
    now,
    rateLimiter: limits === false ? undefined : new RateLimiter(limits, now),
    routes: [
      ...agentRoutes(agents),
      ...environmentRoutes(environments),
      ...vaultRoutes(vaults, faults),
      ...sessionRoutes(sessions, {
        previews: options.eventDeltas ?? true,
        pingEvery: options.pingEvery ?? PING_EVERY,
        eventsPerPage: () => faults.eventsPerPage,
      }),
      ...fileRoutes(files),
    ],
  })
  const url = await router.listen(options.port ?? 0)
  const state = () => ({
    agents: agents.save(),
    environments: environments.save(),
    vaults: vaults.save(),
    files: files.save(),
    sessions: sessions.save(),
  })
  return {
    url,
    apiKey,
    faults,
    save: () => savedText(state()),
    restore: (saved) => {
      const held = savedState(saved) as ReturnType<typeof state>
      agents.restore(held.agents)
      environments.restore(held.environments)
      vaults.restore(held.vaults)
      files.restore(held.files)
      sessions.restore(held.sessions)
    },
    driver: {
      agents: () => agents.all(),
      environments: () => environments.all(),
      vaults: () => vaults.all().map((vault) => ({ vault, credentials: vaults.credentials(vault.id) })),
      sessions: () => sessions.all(),
      events: (sessionId) => sessions.run(sessionId).log.list(),
      files: () => files.all(),
      contentOf: (fileId) => files.get(fileId).bytes,
      writeFile: (sessionId, file) => files.add({ ...file, sessionId: sessions.get(sessionId).id }),
      requests: router.requests,
      streams: (sessionId) => sessions.run(sessionId).log.streams,
      endStreams: (sessionId) => sessions.run(sessionId).log.endStreams(),
      hangStreams: (sessionId) => sessions.run(sessionId).log.hangStreams(),
    },
    close: async () => {
      await sessions.close()
      await router.close()
    },
  }
}
