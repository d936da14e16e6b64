/** Environments: where an agent's tools run, and above all what they may reach over the network. */
import { z } from 'zod'
import { refill } from '../../wire/saved.js'
import { badRequest, conflict, notFound } from '../wire/api-error.js'
import { json, type Route } from '../wire/endpoints.js'
import { flag, metadata, metadataPatch, nothing, pageFields, patchMetadata, queryFields, read } from '../wire/fields.js'
import { newId } from '../wire/ids.js'
import { onePage, RESOURCE_PAGE } from '../wire/pages.js'
import type { DeletedEnvironment, Environment } from '../wire/vendor-types.js'

const host = z
  .string()
  .max(253)
  .regex(/^(\*\.)?([a-z0-9-]+\.)*[a-z0-9-]+$/i, 'must be a hostname, without scheme, port or path')
const networking = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('unrestricted') }),
  z.strictObject({
    type: z.literal('limited'),
    allowed_hosts: z.array(host).nullish(),
    allow_mcp_servers: z.boolean().nullish(),
    allow_package_managers: z.boolean().nullish(),
  }),
])
const packageList = z.array(z.string().min(1)).nullish()
const packages = z.strictObject({
  type: z.literal('packages').optional(),
  apt: packageList,
  cargo: packageList,
  gem: packageList,
  go: packageList,
  npm: packageList,
  pip: packageList,
})
const config = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('cloud'), networking: networking.nullish(), packages: packages.nullish() }),
  z.strictObject({ type: z.literal('self_hosted') }),
])
const scope = z.enum(['organization', 'account'])

const createBody = z.strictObject({
  name: z.string().min(1).max(256),
  config: config.nullish(),
  description: z.string().nullish(),
  metadata: metadata.default({}),
  scope: scope.nullish(),
})
const updateBody = z.strictObject({
  name: z.string().min(1).max(256).nullish(),
  config: config.nullish(),
  description: z.string().nullish(),
  metadata: metadataPatch.optional(),
  scope: scope.nullish(),
})
const listQuery = z.strictObject({ ...pageFields(RESOURCE_PAGE), include_archived: flag.default(false) })

type CloudConfig = Extract<Environment['config'], { type: 'cloud' }>
const NO_PACKAGES: CloudConfig['packages'] = { type: 'packages', apt: [], cargo: [], gem: [], go: [], npm: [], pip: [] }

export class Environments {
  readonly #environments = new Map<string, Environment>()

  /** @param inUse whether a session refers to the environment, which then cannot be deleted */
  constructor(
    private readonly now: () => number,
    private readonly inUse: (id: string) => boolean,
  ) {}

  save() {
    return { environments: this.#environments }
  }

  restore(saved: ReturnType<Environments['save']>): void {
    refill(this.#environments, saved.environments)
  }

  /** Newest first. */
  all(): Environment[] {
    return [...this.#environments.values()].reverse()
  }

  /** @throws ApiError 404 */
  get(id: string): Environment {
    const environment = this.#environments.get(id)
    if (environment === undefined) throw notFound('Environment', id)
    return environment
  }

  create(body: unknown): Environment {
    const given = read(createBody, body)
    this.#checkScope(given.scope)
    this.#checkName(given.name)
    const at = this.#time()
    const environment: Environment = {
      id: newId('env'),
      type: 'environment',
      name: given.name,
      description: given.description ?? null,
      config: configOf(given.config ?? { type: 'cloud' }),
      metadata: given.metadata,
      scope: 'organization',
      created_at: at,
      updated_at: at,
      archived_at: null,
    }
    this.#environments.set(environment.id, environment)
    return environment
  }

  update(id: string, body: unknown): Environment {
    const given = read(updateBody, body)
    const stored = this.get(id)
    if (stored.archived_at !== null)
      throw badRequest('The environment is archived and cannot be updated', 'environment_archived')
    this.#checkScope(given.scope)
    if (given.name !== undefined && given.name !== null && given.name !== stored.name) this.#checkName(given.name)
    // Unlike elsewhere, an empty string removes a key of an environment's metadata too.
    const patch = Object.entries(given.metadata ?? {}).map(([key, value]): [string, string | null] => [
      key,
      value || null,
    ])
    const updated: Environment = {
      ...stored,
      name: given.name ?? stored.name,
      description: given.description === undefined ? stored.description : given.description,
      config: given.config ? configOf(given.config, stored.config) : stored.config,
      metadata: patchMetadata(stored.metadata, Object.fromEntries(patch)),
      updated_at: this.#time(),
    }
    this.#environments.set(id, updated)
    return updated
  }

  archive(id: string): Environment {
    const stored = this.get(id)
    if (stored.archived_at === null) this.#environments.set(id, { ...stored, archived_at: this.#time() })
    return this.get(id)
  }

  delete(id: string): DeletedEnvironment {
    this.get(id)
    if (this.inUse(id)) throw conflict('The environment is used by sessions and cannot be deleted')
    this.#environments.delete(id)
    return { id, type: 'environment_deleted' }
  }

  #checkName(name: string): void {
    if (this.all().some((other) => other.name === name && other.archived_at === null)) {
      throw conflict(`An environment named '${name}' already exists`)
    }
  }

  #checkScope(given: 'organization' | 'account' | null | undefined): void {
    if (given === 'account') throw badRequest("scope: API organizations support only 'organization'")
  }

  #time(): string {
    return new Date(this.now()).toISOString()
  }
}

function configOf(given: z.output<typeof config>, stored?: Environment['config']): Environment['config'] {
  if (stored !== undefined && stored.type !== given.type) {
    throw badRequest('config.type cannot change after creation', 'invalid_config_type_change')
  }
  if (given.type === 'self_hosted') return { type: 'self_hosted' }
  const before = stored?.type === 'cloud' ? stored : undefined
  const result: CloudConfig = {
    type: 'cloud',
    networking: given.networking
      ? networkOf(given.networking, before?.networking)
      : (before?.networking ?? { type: 'unrestricted' }),
    packages: packagesOf(given.packages, before?.packages ?? NO_PACKAGES),
  }
  const installs = Object.values(result.packages).some((list) => Array.isArray(list) && list.length > 0)
  if (installs && result.networking.type === 'limited' && !result.networking.allow_package_managers) {
    throw badRequest('config.packages: under limited networking, packages require networking.allow_package_managers')
  }
  return result
}

function networkOf(
  given: z.output<typeof networking>,
  stored: CloudConfig['networking'] | undefined,
): CloudConfig['networking'] {
  if (given.type === 'unrestricted') return given
  const before = stored?.type === 'limited' ? stored : undefined
  return {
    type: 'limited',
    allowed_hosts: given.allowed_hosts ?? before?.allowed_hosts ?? [],
    allow_mcp_servers: given.allow_mcp_servers ?? before?.allow_mcp_servers ?? false,
    allow_package_managers: given.allow_package_managers ?? before?.allow_package_managers ?? false,
  }
}

function packagesOf(
  given: z.output<typeof packages> | null | undefined,
  stored: CloudConfig['packages'],
): CloudConfig['packages'] {
  return {
    type: 'packages',
    apt: given?.apt ?? stored.apt,
    cargo: given?.cargo ?? stored.cargo,
    gem: given?.gem ?? stored.gem,
    go: given?.go ?? stored.go,
    npm: given?.npm ?? stored.npm,
    pip: given?.pip ?? stored.pip,
  }
}

/** Whether an environment lets its sessions reach an MCP server at this URL. */
export function reachable(environment: Environment, url: string): boolean {
  if (environment.config.type === 'self_hosted' || environment.config.networking.type === 'unrestricted') return true
  const { allow_mcp_servers, allowed_hosts } = environment.config.networking
  const { hostname } = new URL(url)
  return (
    allow_mcp_servers ||
    allowed_hosts.some((allowed) =>
      allowed.startsWith('*.') ? hostname.endsWith(allowed.slice(1)) : hostname === allowed,
    )
  )
}

export function environmentRoutes(environments: Environments): Route[] {
  const id = 'environment_id'
  return [
    {
      endpoint: 'environments.create',
      method: 'POST',
      path: '/v1/environments',
      answer: (call) => json<Environment>(environments.create(call.body)),
    },
    {
      endpoint: 'environments.list',
      method: 'GET',
      path: '/v1/environments',
      answer: (call) => {
        const query = read(listQuery, queryFields(call.query))
        const matching = environments.all().filter((each) => query.include_archived || each.archived_at === null)
        return json(onePage<Environment>(matching, query, (each) => each.id))
      },
    },
    {
      endpoint: 'environments.retrieve',
      method: 'GET',
      path: `/v1/environments/:${id}`,
      answer: (call) => json<Environment>(environments.get(call.param(id))),
    },
    {
      endpoint: 'environments.update',
      method: 'POST',
      path: `/v1/environments/:${id}`,
      answer: (call) => json<Environment>(environments.update(call.param(id), call.body)),
    },
    {
      endpoint: 'environments.delete',
      method: 'DELETE',
      path: `/v1/environments/:${id}`,
      answer: (call) => json<DeletedEnvironment>(environments.delete(call.param(id))),
    },
    {
      endpoint: 'environments.archive',
      method: 'POST',
      path: `/v1/environments/:${id}/archive`,
      answer: (call) => {
        read(nothing, call.body)
        return json<Environment>(environments.archive(call.param(id)))
      },
    },
  ]
}
