/** `/api/v1/…`: MCP configurations, their connected accounts and session tokens, the per-user instances, and tools run by the app. */
import { z } from 'zod'
import type { MailboxParts } from '../resources/account-mailbox.js'
import type { AuthorizationLinks } from '../resources/authorization-links.js'
import type { McpConfiguration, McpConfigurations, McpInstance } from '../resources/configurations.js'
import type { SessionTokens } from '../resources/session-tokens.js'
import { checked, type Exchange, readJson } from '../wire/exchange.js'
import { ScalekitError } from '../wire/scalekit-error.js'
import type { Endpoint } from '../wire/traffic.js'
import { executeTool, toolExecutionOf } from './tool-execution.js'

export interface RestAnswer {
  readonly status: number
  readonly body: unknown
}

export interface RestParts extends MailboxParts {
  readonly baseUrl: string
  readonly links: AuthorizationLinks
  readonly configurations: McpConfigurations
  readonly sessionTokens: SessionTokens
}

export type RestHandler = (exchange: Exchange) => Promise<RestAnswer> | RestAnswer

export interface ConnectionStateBody {
  connection_id: string
  connection_name: string
  provider: string
  connected_account_id: string
  connected_account_status: string
  authentication_link: string
}

const mappings = z.array(z.strictObject({ connection_name: z.string().min(1), tools: z.array(z.string()).default([]) }))
const identifier = z.string().min(1).max(255)

const newConfiguration = z.strictObject({
  name: z.string(),
  description: z.string().default(''),
  connection_tool_mappings: mappings.default([]),
})
const changedConfiguration = z.strictObject({
  description: z.string().optional(),
  connection_tool_mappings: mappings.optional(),
})
const accountsQuery = z.strictObject({ identifier, include_auth_link: z.boolean().default(false) })
const tokenRequest = z.strictObject({ identifier, expiry: z.string().optional() })
const newInstance = z.strictObject({
  name: z.string().optional(),
  config_name: z.string().min(1),
  user_identifier: identifier,
})
const authStateQuery = z.strictObject({ include_auth_links: z.boolean().default(false) })
const listQuery = z.strictObject({
  'filter.id': z.string().optional(),
  'filter.name': z.string().optional(),
  'filter.provider': z.string().optional(),
  'filter.mcp_server_url': z.string().optional(),
  search: z.string().optional(),
  page_size: z.coerce.number().int().min(1).max(100).default(30),
  page_token: z.string().optional(),
})

/** The address of a configuration's MCP server. */
export function serverUrlOf(baseUrl: string, configuration: McpConfiguration): string {
  return `${baseUrl}/mcp/v3/servers/${configuration.serverId}`
}

/** The address of an instance: whoever has it is in. */
export function instanceUrlOf(baseUrl: string, instance: McpInstance): string {
  return `${baseUrl}/mcp/v1/instances/${instance.secret}`
}

export function restHandlers(parts: RestParts): ReadonlyMap<Endpoint, RestHandler> {
  const { accounts, baseUrl, configurations, links, sessionTokens } = parts

  const configBody = (configuration: McpConfiguration) => ({
    id: configuration.id,
    name: configuration.name,
    description: configuration.description,
    mcp_server_url: serverUrlOf(baseUrl, configuration),
    connection_tool_mappings: configuration.mappings.map((mapping) => {
      const connection = accounts.connection(mapping.connection_name)
      return { ...mapping, connection_id: connection.id, provider: connection.provider }
    }),
  })

  const instanceBody = (instance: McpInstance) => ({
    id: instance.id,
    name: instance.name,
    user_identifier: instance.userIdentifier,
    config: configBody(configurations.get(instance.configId)),
    url: instanceUrlOf(baseUrl, instance),
  })

  /** A link makes the account where there is none, so the state is read after it. */
  const connectionStates = (
    configuration: McpConfiguration,
    person: string,
    withLinks: boolean,
  ): ConnectionStateBody[] =>
    configuration.mappings.map(({ connection_name: name }) => {
      const connection = accounts.connection(name)
      const link = withLinks ? links.create({ connector: name, identifier: person }) : undefined
      const account = accounts.find(connection, person)
      return {
        connection_id: connection.id,
        connection_name: name,
        provider: connection.provider,
        connected_account_id: account?.id ?? '',
        connected_account_status: account?.status ?? '',
        authentication_link: link === undefined ? '' : linkUrlOf(baseUrl, link.token),
      }
    })

  const listConfigs = ({ url }: Exchange): RestAnswer => {
    const query = checked(listQuery, Object.fromEntries(url.searchParams))
    const found = configurations.all().filter((configuration) => {
      const text = `${configuration.name} ${configuration.description}`.toLowerCase()
      const providers = configuration.mappings.map((mapping) => accounts.connection(mapping.connection_name).provider)
      return (
        (query['filter.id'] ?? configuration.id) === configuration.id &&
        // A prefix: "inbox" finds "inbox-agent" too.
        configuration.name.startsWith(query['filter.name'] ?? '') &&
        (query['filter.mcp_server_url'] ?? serverUrlOf(baseUrl, configuration)) ===
          serverUrlOf(baseUrl, configuration) &&
        (query['filter.provider'] === undefined || providers.includes(query['filter.provider'])) &&
        text.includes((query.search ?? '').toLowerCase())
      )
    })
    const start = Number(query.page_token ?? 0)
    if (!Number.isInteger(start) || start < 0) throw new ScalekitError('INVALID_ARGUMENT', 'invalid page_token')
    const end = start + query.page_size
    return {
      status: 200,
      body: {
        configs: found.slice(start, end).map(configBody),
        next_page_token: end < found.length ? String(end) : '',
        prev_page_token: start > 0 ? String(Math.max(0, start - query.page_size)) : '',
        total_size: found.length,
      },
    }
  }

  return new Map<Endpoint, RestHandler>([
    ['GET /api/v1/mcp/configs', listConfigs],
    [
      'POST /api/v1/mcp/configs',
      async ({ request }) => {
        const body = await readJson(request, newConfiguration)
        const made = configurations.create(body.name, body.description, body.connection_tool_mappings)
        return { status: 201, body: { config: configBody(made) } }
      },
    ],
    [
      'GET /api/v1/mcp/configs/{id}',
      ({ parts: [id = ''] }) => ({ status: 200, body: { config: configBody(configurations.get(id)) } }),
    ],
    [
      'PUT /api/v1/mcp/configs/{id}',
      async ({ request, parts: [id = ''] }) => {
        const body = await readJson(request, changedConfiguration)
        const changed = configurations.update(id, body.description, body.connection_tool_mappings)
        return { status: 200, body: { config: configBody(changed) } }
      },
    ],
    [
      'DELETE /api/v1/mcp/configs/{id}',
      ({ parts: [id = ''] }) => {
        configurations.remove(id)
        return { status: 200, body: {} }
      },
    ],
    [
      'POST /api/v1/mcp/configs/{id}/connected_accounts',
      async ({ request, parts: [id = ''] }) => {
        const configuration = configurations.get(id)
        const body = await readJson(request, accountsQuery)
        const states = connectionStates(configuration, body.identifier, body.include_auth_link)
        return { status: 200, body: { connected_accounts: states } }
      },
    ],
    [
      'POST /api/v1/mcp/configs/{id}/tokens',
      async ({ request, parts: [id = ''] }) => {
        const configuration = configurations.get(id)
        const body = await readJson(request, tokenRequest)
        const serverUrl = serverUrlOf(baseUrl, configuration)
        const issued = sessionTokens.issue(configuration, serverUrl, body.identifier, body.expiry)
        return { status: 200, body: { token: issued.token, expires_at: new Date(issued.expiresAt).toISOString() } }
      },
    ],
    [
      'GET /api/v1/mcp/instances',
      () => ({ status: 200, body: { instances: configurations.instances().map(instanceBody) } }),
    ],
    [
      'POST /api/v1/mcp/instances',
      async ({ request }) => {
        const body = await readJson(request, newInstance)
        const instance = configurations.ensureInstance(body.config_name, body.user_identifier, body.name)
        return { status: 200, body: { instance: instanceBody(instance) } }
      },
    ],
    [
      'GET /api/v1/mcp/instances/{id}',
      ({ parts: [id = ''] }) => ({ status: 200, body: { instance: instanceBody(configurations.instance(id)) } }),
    ],
    [
      'DELETE /api/v1/mcp/instances/{id}',
      ({ parts: [id = ''] }) => {
        configurations.removeInstance(id)
        return { status: 200, body: {} }
      },
    ],
    [
      'POST /api/v1/mcp/instances/{id}:get_auth_state',
      async ({ request, parts: [id = ''] }) => {
        const instance = configurations.instance(id)
        const body = await readJson(request, authStateQuery)
        const configuration = configurations.get(instance.configId)
        const connections = connectionStates(configuration, instance.userIdentifier, body.include_auth_links)
        return { status: 200, body: { connections } }
      },
    ],
    [
      'POST /api/v1/execute_tool',
      async ({ body }) => {
        const { data, executionId } = await executeTool(parts, toolExecutionOf(body))
        return { status: 200, body: { data, execution_id: executionId } }
      },
    ],
  ])
}

/** The address of a consent page. */
export function linkUrlOf(baseUrl: string, token: string): string {
  return `${baseUrl}/magicLink/${token}`
}
