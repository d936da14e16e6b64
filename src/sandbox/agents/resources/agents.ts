/** Agents: created once, versioned by every change, never deleted. */
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { refill } from '../../wire/saved.js'
import { badRequest, conflict, notFound } from '../wire/api-error.js'
import { json, type Route } from '../wire/endpoints.js'
import {
  flag,
  instant,
  metadata,
  metadataPatch,
  nothing,
  pageFields,
  patchMetadata,
  queryFields,
  read,
  wholeNumber,
} from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import { onePage, RESOURCE_PAGE } from '../wire/pages.js'
import type { Agent } from '../wire/vendor-types.js'
import {
  checkToolsMatchServers,
  modelField,
  modelOf,
  serversField,
  skillsField,
  skillsOf,
  systemField,
  toolsField,
  toolsOf,
} from './agent-definition.js'

const nameField = z.string().min(1).max(256)
const descriptionField = z.string().max(2048)
const identityField = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('service_account') }),
  z.strictObject({ type: z.literal('aws_role'), role_arn: z.string().min(1).max(2048) }),
])
/** Several agents in one session are beyond this sandbox. */
const noMultiagent = z.null({ error: 'multiagent sessions are not available in this sandbox' }).optional()

const createBody = z.strictObject({
  name: nameField,
  model: modelField,
  description: descriptionField.nullish(),
  system: systemField.nullish(),
  tools: toolsField.default([]),
  mcp_servers: serversField.default([]),
  skills: skillsField.default([]),
  metadata: metadata.default({}),
  execution_identity: identityField.nullish(),
  multiagent: noMultiagent,
})

const updateBody = z.strictObject({
  version: z.number().int().min(1).optional(),
  name: nameField.optional(),
  model: modelField.optional(),
  description: descriptionField.nullish(),
  system: systemField.nullish(),
  tools: toolsField.nullish(),
  mcp_servers: serversField.nullish(),
  skills: skillsField.nullish(),
  metadata: metadataPatch.nullish(),
  execution_identity: identityField.nullish(),
  multiagent: noMultiagent,
})

const listQuery = z.strictObject({
  ...pageFields(RESOURCE_PAGE),
  include_archived: flag.default(false),
  'created_at[gte]': instant.optional(),
  'created_at[lte]': instant.optional(),
})
const versionsQuery = z.strictObject(pageFields(RESOURCE_PAGE))
const retrieveQuery = z.strictObject({ version: wholeNumber.pipe(z.number().min(1)).optional() })

export class Agents {
  /** Every version of every agent, oldest first. */
  readonly #versions = new Map<string, Agent[]>()

  constructor(private readonly now: () => number) {}

  save() {
    return { versions: this.#versions }
  }

  restore(saved: ReturnType<Agents['save']>): void {
    refill(this.#versions, saved.versions)
  }

  /** The newest version of each, newest agent first. */
  all(): Agent[] {
    return [...this.#versions.keys()].map((id) => this.get(id)).reverse()
  }

  /** @throws ApiError 404 */
  get(id: string, version?: number): Agent {
    const versions = this.versions(id)
    const agent = version === undefined ? versions.at(-1) : versions.find((candidate) => candidate.version === version)
    if (agent === undefined) throw notFound('Agent version', `${id}@${version}`)
    return agent
  }

  /** @throws ApiError 404 */
  versions(id: string): Agent[] {
    const versions = this.#versions.get(id)
    if (versions === undefined) throw notFound('Agent', id)
    return versions
  }

  create(body: unknown): Agent {
    const given = read(createBody, body)
    const at = this.#time()
    const agent: Agent = {
      id: newId('agent'),
      type: 'agent',
      version: 1,
      name: given.name,
      description: given.description || null,
      system: given.system || null,
      model: modelOf(given.model),
      tools: toolsOf(given.tools),
      mcp_servers: given.mcp_servers,
      skills: skillsOf(given.skills),
      metadata: given.metadata,
      execution_identity: given.execution_identity ?? { type: 'service_account' },
      multiagent: null,
      created_at: at,
      updated_at: at,
      archived_at: null,
    }
    checkToolsMatchServers(agent.tools, agent.mcp_servers)
    this.#versions.set(agent.id, [agent])
    return agent
  }

  /** Makes a new version, unless nothing changes. */
  update(id: string, body: unknown): Agent {
    const given = read(updateBody, body)
    const stored = this.get(id)
    if (stored.archived_at !== null) throw badRequest('Agent is archived and cannot be updated')
    if (given.version !== undefined && given.version !== stored.version) {
      throw conflict(
        `version: agent is at version ${stored.version}, not ${given.version}; it was changed in the meantime`,
      )
    }
    const changed: Agent = {
      ...stored,
      name: given.name ?? stored.name,
      model: given.model === undefined ? stored.model : modelOf(given.model, stored.model),
      description: given.description === undefined ? stored.description : given.description || null,
      system: given.system === undefined ? stored.system : given.system || null,
      tools: given.tools === undefined ? stored.tools : toolsOf(given.tools ?? []),
      mcp_servers: given.mcp_servers === undefined ? stored.mcp_servers : (given.mcp_servers ?? []),
      skills: given.skills === undefined ? stored.skills : skillsOf(given.skills ?? []),
      metadata: patchMetadata(stored.metadata, given.metadata),
      execution_identity:
        given.execution_identity === undefined
          ? stored.execution_identity
          : (given.execution_identity ?? { type: 'service_account' }),
    }
    checkToolsMatchServers(changed.tools, changed.mcp_servers)
    if (isDeepStrictEqual(changed, stored)) return stored
    const next: Agent = { ...changed, version: stored.version + 1, updated_at: this.#time() }
    this.versions(id).push(next)
    return next
  }

  archive(id: string): Agent {
    const stored = this.get(id)
    if (stored.archived_at === null) {
      const at = this.#time()
      this.#versions.set(
        id,
        this.versions(id).map((version) => ({ ...version, archived_at: at })),
      )
    }
    return this.get(id)
  }

  #time(): string {
    return new Date(this.now()).toISOString()
  }
}

export function agentRoutes(agents: Agents): Route[] {
  return [
    {
      endpoint: 'agents.create',
      method: 'POST',
      path: '/v1/agents',
      answer: (call) => json<Agent>(agents.create(call.body)),
    },
    {
      endpoint: 'agents.list',
      method: 'GET',
      path: '/v1/agents',
      answer: (call) => {
        const query = read(listQuery, queryFields(call.query))
        const from = query['created_at[gte]'] ?? Number.NEGATIVE_INFINITY
        const until = query['created_at[lte]'] ?? Number.POSITIVE_INFINITY
        const matching = agents.all().filter((agent) => {
          const at = Date.parse(agent.created_at)
          return (query.include_archived || agent.archived_at === null) && at >= from && at <= until
        })
        return json(onePage<Agent>(matching, query, (agent) => agent.id))
      },
    },
    {
      endpoint: 'agents.retrieve',
      method: 'GET',
      path: '/v1/agents/:agent_id',
      answer: (call) =>
        json<Agent>(agents.get(call.param('agent_id'), read(retrieveQuery, queryFields(call.query)).version)),
    },
    {
      endpoint: 'agents.update',
      method: 'POST',
      path: '/v1/agents/:agent_id',
      answer: (call) => json<Agent>(agents.update(call.param('agent_id'), call.body)),
    },
    {
      endpoint: 'agents.archive',
      method: 'POST',
      path: '/v1/agents/:agent_id/archive',
      answer: (call) => {
        read(nothing, call.body)
        return json<Agent>(agents.archive(call.param('agent_id')))
      },
    },
    {
      endpoint: 'agents.versions.list',
      method: 'GET',
      path: '/v1/agents/:agent_id/versions',
      answer: (call) => {
        const query = read(versionsQuery, queryFields(call.query))
        const newestFirst = agents.versions(call.param('agent_id')).toReversed()
        return json(onePage<Agent>(newestFirst, query, (agent) => String(agent.version)))
      },
    },
  ]
}
