/** Which endpoint an HTTP/1.1 request is for. */
import { ENDPOINTS, type Endpoint, isEndpoint } from './traffic.js'

/** Where an MCP request arrives: at a configuration's address, or at an instance's. */
export type McpAddress = 'server' | 'instance'

export interface Route {
  readonly endpoint: Endpoint
  /** The variable parts of the path. */
  readonly parts: readonly string[]
}

const PATHS = ENDPOINTS.filter((endpoint) => endpoint.includes(' /')).map((endpoint) => {
  const [method = '', path = ''] = endpoint.split(' ')
  // `{part}` is anything but a slash; a part before a colon ends there.
  return { endpoint, method, path: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/:]+)')}$`) }
})
const MCP_PATHS: readonly [McpAddress, RegExp][] = [
  ['server', /^\/mcp\/v3\/servers\/([^/]+)$/],
  ['instance', /^\/mcp\/v1\/instances\/([^/]+)$/],
]

/** A request that is none of MCP's. */
export function routeOf(method: string, path: string): Route {
  const found = PATHS.find((candidate) => candidate.method === method && candidate.path.test(path))
  return { endpoint: found?.endpoint ?? 'unknown', parts: found?.path.exec(path)?.slice(1) ?? [] }
}

/** The kind of MCP address that a path is, and its variable part; undefined for any other path. */
export function mcpAddressOf(path: string): { address: McpAddress; part: string } | undefined {
  for (const [address, pattern] of MCP_PATHS) {
    const part = pattern.exec(path)?.[1]
    if (part !== undefined) return { address, part }
  }
  return undefined
}

/** The endpoint of an MCP request by its JSON-RPC body, and the tool it calls. */
export function mcpEndpointOf(body: unknown): { endpoint: Endpoint; tool: string | undefined } {
  const { method, params } = isRecord(body) ? body : {}
  const name = `mcp ${typeof method === 'string' ? method : 'other'}`
  const endpoint = isEndpoint(name) ? name : 'mcp other'
  const tool =
    endpoint === 'mcp tools/call' && isRecord(params) && typeof params.name === 'string' ? params.name : undefined
  return { endpoint, tool }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
