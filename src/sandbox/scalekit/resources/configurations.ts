/** MCP configurations (which tools of which connections one server offers) and the older per-user instances of them. */
import { randomUUID } from 'node:crypto'
import { refill } from '../../wire/saved.js'
import { newId, newSecret } from '../wire/ids.js'
import { ScalekitError } from '../wire/scalekit-error.js'
import type { ConnectedAccounts } from './accounts.js'

export interface ToolMapping {
  readonly connection_name: string
  /** None means all tools of the connection. */
  readonly tools: readonly string[]
}

export interface McpConfiguration {
  readonly id: string
  readonly name: string
  readonly description: string
  /** The last part of `mcp_server_url`. */
  readonly serverId: string
  readonly mappings: readonly ToolMapping[]
}

export interface McpInstance {
  readonly id: string
  readonly name: string
  readonly configId: string
  readonly userIdentifier: string
  /** The part of the URL that lets anybody in who has it. */
  readonly secret: string
}

const NAME = /^[a-z0-9_-]{1,100}$/
const MAX_MAPPINGS = 25

export class McpConfigurations {
  readonly #configurations = new Map<string, McpConfiguration>()
  readonly #instances = new Map<string, McpInstance>()
  readonly #accounts: ConnectedAccounts
  readonly #isTool: (name: string) => boolean

  constructor(accounts: ConnectedAccounts, isTool: (name: string) => boolean) {
    this.#accounts = accounts
    this.#isTool = isTool
  }

  save() {
    return { configurations: this.#configurations, instances: this.#instances }
  }

  restore(saved: ReturnType<McpConfigurations['save']>): void {
    refill(this.#configurations, saved.configurations)
    refill(this.#instances, saved.instances)
  }

  all(): McpConfiguration[] {
    return [...this.#configurations.values()]
  }

  /** @throws {ScalekitError} for an unknown id. */
  get(id: string): McpConfiguration {
    const configuration = this.#configurations.get(id)
    if (configuration === undefined) throw notFound('mcp config')
    return configuration
  }

  byServerId(serverId: string): McpConfiguration | undefined {
    return this.all().find((configuration) => configuration.serverId === serverId)
  }

  /** @throws {ScalekitError} for a name that is taken or malformed, unknown connections and unknown tools. */
  create(name: string, description: string, mappings: readonly ToolMapping[]): McpConfiguration {
    if (!NAME.test(name)) {
      throw invalid('name must be 1-100 characters: lowercase letters, digits, hyphens and underscores')
    }
    if (this.all().some((configuration) => configuration.name === name)) {
      throw new ScalekitError('ALREADY_EXISTS', `mcp config already exists: ${name}`, 'DUPLICATE_IDENTIFIER')
    }
    this.#check(mappings)
    const configuration = { id: newId('cfg'), name, description, serverId: randomUUID(), mappings }
    this.#configurations.set(configuration.id, configuration)
    return configuration
  }

  /** Replaces what is given. @throws {ScalekitError} as `create`, and for an unknown id. */
  update(id: string, description: string | undefined, mappings: readonly ToolMapping[] | undefined): McpConfiguration {
    const before = this.get(id)
    if (mappings !== undefined) this.#check(mappings)
    const configuration = {
      ...before,
      description: description ?? before.description,
      mappings: mappings ?? before.mappings,
    }
    this.#configurations.set(id, configuration)
    return configuration
  }

  /** Its instances go with it. @throws {ScalekitError} for an unknown id. */
  remove(id: string): void {
    this.get(id)
    this.#configurations.delete(id)
    for (const instance of this.instances()) if (instance.configId === id) this.#instances.delete(instance.id)
  }

  instances(): McpInstance[] {
    return [...this.#instances.values()]
  }

  /** @throws {ScalekitError} for an unknown id. */
  instance(id: string): McpInstance {
    const instance = this.#instances.get(id)
    if (instance === undefined) throw notFound('mcp instance')
    return instance
  }

  instanceOfSecret(secret: string): McpInstance | undefined {
    return this.instances().find((instance) => instance.secret === secret)
  }

  /** The instance of a configuration for a person: the same at every call. @throws {ScalekitError} for an unknown configuration. */
  ensureInstance(configName: string, userIdentifier: string, name: string | undefined): McpInstance {
    const configuration = this.all().find((candidate) => candidate.name === configName)
    if (configuration === undefined) throw notFound('mcp config')
    if (userIdentifier === '') throw invalid('user_identifier is required')
    const known = this.instances().find(
      (instance) => instance.configId === configuration.id && instance.userIdentifier === userIdentifier,
    )
    if (known !== undefined) return known
    const id = newId('mci')
    const instance = {
      id,
      name: name === undefined || name === '' ? `${configName}-${id}` : name,
      configId: configuration.id,
      userIdentifier,
      secret: newSecret(),
    }
    this.#instances.set(id, instance)
    return instance
  }

  /** @throws {ScalekitError} for an unknown id. */
  removeInstance(id: string): void {
    this.instance(id)
    this.#instances.delete(id)
  }

  /** Gives an instance another URL; the old one lets nobody in any more. */
  renewSecret(id: string): McpInstance {
    const instance = { ...this.instance(id), secret: newSecret() }
    this.#instances.set(id, instance)
    return instance
  }

  #check(mappings: readonly ToolMapping[]): void {
    if (mappings.length > MAX_MAPPINGS) throw invalid(`connection_tool_mappings: at most ${MAX_MAPPINGS} entries`)
    const names = mappings.map((mapping) => mapping.connection_name)
    if (new Set(names).size < names.length) throw invalid('connection_tool_mappings: each connection at most once')
    for (const { connection_name: name, tools } of mappings) {
      this.#accounts.connection(name)
      const unknown = tools.filter((tool) => !this.#isTool(tool))
      if (unknown.length > 0) throw invalid(`unknown tools for connection ${name}: ${unknown.join(', ')}`)
    }
  }
}

function notFound(what: string): ScalekitError {
  return new ScalekitError('NOT_FOUND', `${what} not found`, 'RESOURCE_NOT_FOUND')
}

function invalid(message: string): ScalekitError {
  return new ScalekitError('INVALID_ARGUMENT', message, 'VALIDATION_ERROR')
}
