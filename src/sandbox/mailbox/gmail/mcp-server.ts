/** The mailbox as an MCP server over Streamable HTTP, without sessions: every POST stands for itself. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { MailboxOfCall } from './tool.js'
import { GMAIL_TOOLS } from './tools.js'

export interface MailboxServerOptions {
  /** Names of the tools to offer. */
  readonly tools: readonly string[] | 'all'
  readonly mailbox: MailboxOfCall
  /** The request's body, when somebody has read it already. */
  readonly body?: unknown
}

const METHOD_NOT_FOUND = -32000

/**
 * Answers one HTTP request to an MCP endpoint whose caller is already known. GET (a stream of the server's own messages) and
 * DELETE (the end of a session) are refused with 405, as the protocol has it for a server without sessions.
 */
export async function serveMailbox(
  request: IncomingMessage,
  response: ServerResponse,
  options: MailboxServerOptions,
): Promise<void> {
  if (request.method !== 'POST') {
    const error = { code: METHOD_NOT_FOUND, message: 'Method not allowed.' }
    response.writeHead(405, { allow: 'POST', 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }))
    return
  }
  const server = new McpServer({ name: 'scalekit-gmail', version: '1.0.0' })
  const { tools } = options
  const offered = GMAIL_TOOLS.filter(({ name }) => tools === 'all' || tools.includes(name))
  for (const tool of offered) tool.register(server, options.mailbox)
  if (offered.length === 0) listNothing(server)
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.on('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(request, response, options.body)
}

/** Without a registered tool the SDK does not know `tools/list` at all; an empty list is what a server without tools answers. */
function listNothing({ server }: McpServer): void {
  server.registerCapabilities({ tools: {} })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [] }))
}
