/** A small real MCP server over Streamable HTTP, with tokens that it accepts and a memory of who called what. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

export interface TestMcpServer {
  /** Needs one of `tokens`. */
  readonly url: string
  /** Pre-authenticated: takes anybody who knows it. */
  readonly openUrl: string
  readonly tokens: Set<string>
  readonly calls: { readonly tool: string; readonly token: string | undefined; readonly input: unknown }[]
  /** What `wait_for_it` waits for. */
  until: Promise<void>
  status: number | undefined
}

export async function startMcpServer(): Promise<TestMcpServer> {
  const http = createServer(async (request, response) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '')
    const admitted = request.url === '/open/mcp' || (token !== undefined && server.tokens.has(token))
    const status = server.status ?? (admitted ? undefined : 401)
    if (status !== undefined) {
      response.writeHead(status).end()
      return
    }
    const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
    response.on('close', () => void transport.close())
    await toolsFor(server, token).connect(transport)
    await transport.handleRequest(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  const server: TestMcpServer = {
    url: `http://127.0.0.1:${port}/mcp`,
    openUrl: `http://127.0.0.1:${port}/open/mcp`,
    tokens: new Set(['good']),
    calls: [],
    until: Promise.resolve(),
    status: undefined,
  }
  return server
}

function toolsFor(server: TestMcpServer, token: string | undefined): McpServer {
  const mcp = new McpServer({ name: 'test-mail', version: '1.0.0' })
  const called = (tool: string, input: unknown): void => void server.calls.push({ tool, token, input })
  const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] })
  const inputSchema = { id: z.string() }
  mcp.registerTool(
    'read_mail',
    { description: 'Reads a mail', inputSchema, annotations: { readOnlyHint: true } },
    async (input) => {
      called('read_mail', input)
      return text(`Mail ${input.id}`)
    },
  )
  mcp.registerTool('send_mail', { description: 'Sends a mail', inputSchema }, async (input) => {
    called('send_mail', input)
    return text(`Sent ${input.id}`)
  })
  mcp.registerTool('break', { description: 'Fails', inputSchema: {} }, async (input) => {
    called('break', input)
    return { ...text('The mailbox is on fire'), isError: true }
  })
  mcp.registerTool('wait_for_it', { description: 'Takes its time', inputSchema: {} }, async (input) => {
    called('wait_for_it', input)
    await server.until
    return text('At last')
  })
  mcp.registerTool('long', { description: 'Says much', inputSchema: {} }, async () => text('x'.repeat(100_001)))
  return mcp
}

/** The parts of an agent that uses the server. */
export function mailAgent(
  url: string,
  toolset: {
    default_config?: object
    configs?: {
      name: string
      enabled?: boolean
      permission_policy?: { type: 'always_allow' | 'always_ask' | 'auto' }
    }[]
  } = {},
) {
  return {
    mcp_servers: [{ type: 'url' as const, name: 'mail', url }],
    tools: [{ type: 'mcp_toolset' as const, mcp_server_name: 'mail', ...toolset }],
  }
}
