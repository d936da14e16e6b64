/** Sessions as resources: made from an agent, an environment and vaults, changed between turns, archived, deleted. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { checkToolsMatchServers, modelOf, skillsOf, toolsOf } from '../resources/agent-definition.js'
import type { Agents } from '../resources/agents.js'
import { type Environments, reachable } from '../resources/environments.js'
import type { Files } from '../resources/files.js'
import type { Vaults } from '../resources/vaults.js'
import { badRequest, notFound } from '../wire/api-error.js'
import { patchMetadata, read } from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import type {
  Budget,
  DeletedSession,
  DeletedSessionResource,
  Environment,
  FileResource,
  Session,
  SessionAgent,
  SessionResource,
} from '../wire/vendor-types.js'
import { EventLog } from './event-log.js'
import { queued, type Recipient } from './sent-events.js'
import { agentField, createBody, fileResourceField, type resourceField, updateBody } from './session-bodies.js'
import { type RunOptions, SessionRun } from './session-run.js'
import { spentCents } from './usage.js'

export class Sessions {
  readonly #runs = new Map<string, SessionRun>()
  readonly #files: Files

  constructor(
    private readonly parts: {
      readonly agents: Agents
      readonly environments: Environments
      readonly vaults: Vaults
      readonly files: Files
    },
    private readonly options: RunOptions,
  ) {
    this.#files = parts.files
  }

  /** Newest first. */
  all(): Session[] {
    return [...this.#runs.values()].map((run) => this.#view(run)).reverse()
  }

  /** @throws ApiError 404 */
  run(id: string): SessionRun {
    const run = this.#runs.get(id)
    if (run === undefined) throw notFound('Session', id)
    return run
  }

  get(id: string): Session {
    return this.#view(this.run(id))
  }

  /** The state that decides what may be sent to the session. @throws ApiError 400 where nothing may */
  recipient(id: string): Recipient {
    const run = this.run(id)
    if (run.session.archived_at !== null) throw badRequest('The session is archived and accepts no events')
    if (run.session.status === 'terminated') throw badRequest('The session is terminated and accepts no events')
    return {
      awaited: run.awaited,
      outOfBudget: run.outOfBudget,
      find: (eventId) => run.log.find(eventId),
      file: (fileId) => this.#files.all().find((file) => file.id === fileId),
    }
  }

  create(body: unknown): Session {
    const given = read(createBody, body)
    const agent = this.#resolveAgent(given.agent)
    const environment = this.parts.environments.get(given.environment_id)
    if (environment.archived_at !== null) throw badRequest('The environment is archived and takes no new sessions')
    if (new Set(given.vault_ids).size !== given.vault_ids.length) throw badRequest('vault_ids: must be unique')
    for (const vaultId of given.vault_ids) {
      if (this.parts.vaults.get(vaultId).archived_at !== null)
        throw badRequest(`vault_ids: vault \`${vaultId}\` is archived`)
    }
    const at = this.#time()
    const session: Session = {
      id: newId('sesn'),
      type: 'session',
      agent,
      environment_id: given.environment_id,
      status: 'idle',
      title: given.title ?? null,
      metadata: given.metadata,
      vault_ids: given.vault_ids,
      resources: given.resources.map((each) => this.#mount(each)),
      budget: given.budget ?? null,
      outcome_evaluations: [],
      stats: { active_seconds: 0, duration_seconds: 0 },
      usage: { active_seconds: 0, input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0 },
      created_at: at,
      updated_at: at,
      archived_at: null,
      deployment_id: null,
    }
    const run = this.#open(session, environment)
    if (given.initial_events.length > 0) run.accept(given.initial_events.map(queued))
    return this.#view(run)
  }

  save() {
    return [...this.#runs.values()].map((run) => run.save())
  }

  restore(saved: ReturnType<Sessions['save']>): void {
    for (const each of saved) {
      const { session } = each
      this.#open(session, this.parts.environments.get(session.environment_id)).restore(each)
    }
  }

  update(id: string, body: unknown): Session {
    const given = read(updateBody, body)
    const run = this.run(id)
    const { session } = run
    if (session.archived_at !== null) throw badRequest('The session is archived and cannot be updated')
    if (session.status === 'terminated') throw badRequest('The session is terminated and cannot be updated')
    const agent: SessionAgent = {
      ...session.agent,
      tools: given.agent?.tools === undefined ? session.agent.tools : toolsOf(given.agent.tools),
      mcp_servers: given.agent?.mcp_servers ?? session.agent.mcp_servers,
    }
    if (given.agent !== undefined) {
      if (session.status === 'running') throw badRequest('agent: cannot be updated while the session is running')
      checkToolsMatchServers(agent.tools, agent.mcp_servers)
    }
    if (given.budget !== undefined) this.#checkBudget(session, given.budget)
    const patched = patchMetadata(session.metadata, given.metadata)
    const changed = {
      ...(isDeepStrictEqual(agent, session.agent) ? {} : { agent }),
      ...(given.title === undefined || given.title === session.title ? {} : { title: given.title }),
      ...(given.budget === undefined || isDeepStrictEqual(given.budget, session.budget)
        ? {}
        : { budget: given.budget }),
    }
    const relabelled = !isDeepStrictEqual(patched, session.metadata)
    if (relabelled || Object.keys(changed).length > 0) {
      Object.assign(session, changed, { metadata: patched, updated_at: this.#time() })
      run.budgetChanged()
      // As the type says: metadata is present when the update left some, absent when it was cleared to empty.
      const shown = relabelled && Object.keys(patched).length > 0 ? { metadata: patched } : {}
      run.log.append(structuredClone({ type: 'session.updated' as const, ...changed, ...shown }))
    }
    return this.#view(run)
  }

  archive(id: string): Session {
    const { session } = this.run(id)
    if (session.status === 'running')
      throw badRequest('The session is running and cannot be archived; interrupt it first')
    session.archived_at ??= this.#time()
    return this.get(id)
  }

  async delete(id: string): Promise<DeletedSession> {
    const run = this.run(id)
    if (run.session.status === 'running')
      throw badRequest('The session is running and cannot be deleted; interrupt it first')
    this.#runs.delete(id)
    await run.close()
    run.log.append({ type: 'session.deleted' })
    run.log.endStreams()
    return { id, type: 'session_deleted' }
  }

  addResource(id: string, body: unknown): FileResource {
    const { session } = this.run(id)
    if (session.archived_at !== null) throw badRequest('The session is archived and takes no files')
    if (session.status === 'terminated') throw badRequest('The session is terminated and takes no files')
    const added = this.#mountFile(read(fileResourceField, body))
    if (session.resources.some((each) => 'mount_path' in each && each.mount_path === added.mount_path))
      throw badRequest(`mount_path: \`${added.mount_path}\` is in use`)
    session.resources = [...session.resources, added]
    return added
  }

  /** @throws ApiError 404 */
  resource(id: string, resourceId: string): SessionResource {
    const found = this.run(id).session.resources.find((each) => 'id' in each && each.id === resourceId)
    if (found === undefined) throw notFound('Session resource', resourceId)
    return found
  }

  deleteResource(id: string, resourceId: string): DeletedSessionResource {
    const { session } = this.run(id)
    const gone = this.resource(id, resourceId)
    session.resources = session.resources.filter((each) => each !== gone)
    return { id: resourceId, type: 'session_resource_deleted' }
  }

  async close(): Promise<void> {
    for (const run of this.#runs.values()) run.log.endStreams()
    await Promise.all([...this.#runs.values()].map((run) => run.close()))
  }

  #open(session: Session, environment: Environment): SessionRun {
    const access = {
      // Read whenever the session goes from idle to running, so that what changed in between is what counts.
      tokenFor: (url: string) => this.parts.vaults.tokenFor(session.vault_ids, url),
      reachable: (url: string) => reachable(environment, url),
    }
    const log = new EventLog(this.options.now, this.options.faults)
    const readFile = (where: string) => {
      const mounted = run.session.resources.find((each) => each.type === 'file' && each.mount_path === where)
      const id = mounted?.type === 'file' ? mounted.file_id : where
      return this.#files.all().some((file) => file.id === id) ? this.#files.get(id).bytes : undefined
    }
    const onDeleted = () => this.#runs.delete(session.id)
    const run: SessionRun = new SessionRun(session, log, access, this.options, onDeleted, readFile)
    this.#runs.set(session.id, run)
    return run
  }

  /** A copy, as no answer may change after it was given. */
  #view(run: SessionRun): Session {
    const { session } = run
    const until = session.status === 'terminated' ? Date.parse(session.updated_at) : this.options.now()
    const duration = (until - Date.parse(session.created_at)) / 1000
    return structuredClone({ ...session, stats: { ...session.stats, duration_seconds: duration } })
  }

  #resolveAgent(reference: unknown): SessionAgent {
    const given =
      typeof reference === 'string'
        ? { type: 'agent' as const, id: reference }
        : read(z.strictObject({ agent: agentField }), { agent: reference }).agent
    const stored = this.parts.agents.get(given.id, 'version' in given ? given.version : undefined)
    if (stored.archived_at !== null)
      throw badRequest(`agent: agent \`${given.id}\` is archived and takes no new sessions`)
    const {
      created_at,
      updated_at,
      archived_at,
      metadata: ofAgent,
      multiagent,
      ...definition
    } = structuredClone(stored)
    const agent: SessionAgent = { ...definition, multiagent: null }
    if (given.type === 'agent_with_overrides') {
      if (given.system !== undefined) agent.system = given.system || null
      if (given.model !== undefined) agent.model = modelOf(given.model)
      if (given.tools !== undefined) agent.tools = toolsOf(given.tools)
      if (given.mcp_servers !== undefined) agent.mcp_servers = given.mcp_servers
      if (given.skills !== undefined) agent.skills = skillsOf(given.skills)
      checkToolsMatchServers(agent.tools, agent.mcp_servers)
    }
    return agent
  }

  #checkBudget(session: Session, budget: Budget | null): void {
    if (budget === null) return
    if (session.budget === null)
      throw badRequest('budget: cannot be added to a session that has none', 'budget_create_only')
    if (Number(budget.max_list_cost.amount) <= spentCents(session.usage)) {
      throw badRequest('budget: must be above what the session has consumed', 'budget_not_raised')
    }
  }

  #mount(given: z.output<typeof resourceField>): SessionResource {
    if (given.type === 'file') return this.#mountFile(given)
    const at = this.#time()
    const name = given.url.split('/').at(-1) ?? ''
    return {
      id: newId('sesrsc'),
      type: 'github_repository',
      url: given.url,
      checkout: given.checkout ?? null,
      mount_path: given.mount_path ?? `/workspace/${name.replace(/\.git$/, '')}`,
      created_at: at,
      updated_at: at,
    }
  }

  #mountFile(given: z.output<typeof fileResourceField>): FileResource {
    const at = this.#time()
    const { metadata: file } = this.#files.get(given.file_id)
    const mount_path = given.mount_path ?? `/mnt/session/uploads/${file.id}`
    return { id: newId('sesrsc'), type: 'file', file_id: file.id, mount_path, created_at: at, updated_at: at }
  }

  #time(): string {
    return new Date(this.options.now()).toISOString()
  }
}
