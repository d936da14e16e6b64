/** A session's connections to its MCP servers: real ones, made anew whenever it goes from idle to running. */
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { type CallToolResult, CallToolResultSchema, type Tool } from '@modelcontextprotocol/sdk/types.js'
import type { TurnError } from '../wire/faults.js'
import type { McpServer, ToolResultContent } from '../wire/vendor-types.js'
import type { BrainTool } from './brain.js'

const CONNECT_TIMEOUT = 30_000
const CALL_TIMEOUT = 120_000
/** Longer outputs become a file in the sandbox, of which the model sees a preview. */
const MAX_OUTPUT = 100_000

export interface ServerTool extends BrainTool {
  /** The server's own claim that the tool changes nothing. */
  readonly readOnly: boolean
}

export interface ToolResult {
  readonly isError: boolean
  readonly content: ToolResultContent
}

/** How to reach the servers: the token that the session's vaults hold for a URL, and whether its environment lets it out there. */
export interface Access {
  tokenFor(url: string): string | undefined
  reachable(url: string): boolean
}

interface Connected {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  readonly tools: readonly ServerTool[]
}

export class McpConnections {
  readonly #servers: ReadonlyMap<string, Connected>
  /** The servers that could not be connected, as `session.error`s. */
  readonly failures: readonly TurnError[]

  private constructor(servers: ReadonlyMap<string, Connected>, failures: readonly TurnError[]) {
    this.#servers = servers
    this.failures = failures
  }

  static async open(servers: readonly McpServer[], access: Access, signal: AbortSignal): Promise<McpConnections> {
    const connected = new Map<string, Connected>()
    const failures: TurnError[] = []
    await Promise.all(
      servers.map(async (server) => {
        try {
          connected.set(server.name, await connect(server, access, signal))
        } catch (error) {
          failures.push(failureOf(server, access, error))
        }
      }),
    )
    const connections = new McpConnections(connected, failures)
    if (signal.aborted) await connections.close()
    signal.throwIfAborted()
    return connections
  }

  /** Every tool of every connected server, in the order of the servers. */
  get tools(): readonly ServerTool[] {
    return [...this.#servers.values()].flatMap((server) => server.tools)
  }

  /** Never rejects but for an abort: what goes wrong is what the model reads as the result. */
  async call(tool: BrainTool, input: Record<string, unknown>, signal: AbortSignal): Promise<ToolResult> {
    const server = this.#servers.get(tool.serverName)
    if (server === undefined) return failed(`MCP server '${tool.serverName}' is not connected`)
    try {
      const request = { name: tool.name, arguments: input }
      const result = await server.client.callTool(request, CallToolResultSchema, { signal, timeout: CALL_TIMEOUT })
      return resultOf(CallToolResultSchema.parse(result))
    } catch (error) {
      signal.throwIfAborted()
      return failed(error instanceof Error ? error.message : String(error))
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.#servers.values()].map(async ({ client, transport }) => {
        try {
          await transport.terminateSession()
        } catch {
          // A courtesy to the server, which may be gone, or know no such request; the connection is closed either way.
        }
        await client.close()
      }),
    )
  }
}

async function connect(server: McpServer, access: Access, signal: AbortSignal): Promise<Connected> {
  if (!access.reachable(server.url)) throw new Error("the environment's network policy does not allow this host")
  const token = access.tokenFor(server.url)
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  const transport = new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers } })
  const client = new Client({ name: 'claude-managed-agents-sandbox', version: '1.0.0' })
  const options = { signal, timeout: CONNECT_TIMEOUT }
  try {
    await client.connect(transport, options)
    const listed: Tool[] = []
    let cursor: string | undefined
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor }, options)
      listed.push(...page.tools)
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return { client, transport, tools: listed.map((tool) => toolOf(tool, server.name)) }
  } catch (error) {
    await client.close()
    throw error
  }
}

function toolOf(tool: Tool, serverName: string): ServerTool {
  return {
    name: tool.name,
    description: tool.description ?? '',
    inputSchema: tool.inputSchema,
    serverName,
    readOnly: tool.annotations?.readOnlyHint === true,
  }
}

function failureOf(server: McpServer, access: Access, error: unknown): TurnError {
  const refused =
    error instanceof UnauthorizedError ||
    (error instanceof StreamableHTTPError && (error.code === 401 || error.code === 403))
  const start = `MCP server '${server.name}' initialize failed: `
  if (!refused) {
    const reason = error instanceof Error ? error.message : String(error)
    return { type: 'mcp_connection_failed_error', mcp_server_name: server.name, message: start + reason }
  }
  const reason =
    access.tokenFor(server.url) === undefined
      ? 'it requires authentication, and no credential is stored for this server URL'
      : 'it rejected the stored credential'
  return { type: 'mcp_authentication_failed_error', mcp_server_name: server.name, message: start + reason }
}

export function failed(text: string): ToolResult {
  return { isError: true, content: [{ type: 'text', text }] }
}

function resultOf(result: CallToolResult): ToolResult {
  const content: ToolResultContent = result.content.flatMap((block): ToolResultContent => {
    switch (block.type) {
      case 'text':
        return [{ type: 'text', text: shortened(block.text) }]
      case 'image':
        return [{ type: 'image', source: { type: 'base64', data: block.data, media_type: block.mimeType } }]
      case 'resource':
        return 'text' in block.resource ? [{ type: 'text', text: shortened(block.resource.text) }] : []
      default:
        return []
    }
  })
  return { isError: result.isError === true, content }
}

function shortened(text: string): string {
  if (text.length <= MAX_OUTPUT) return text
  return `${text.slice(0, MAX_OUTPUT)}\n[output truncated: ${text.length} characters in all]`
}

/** What the model reads of a result. */
export function textOf(content: ToolResultContent): string {
  return content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}
