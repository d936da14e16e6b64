/** The mailbox as an MCP server over Streamable HTTP, without sessions: every POST stands for itself. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { MailboxOfCall } from './gmail-tool.js'
import { GMAIL_TOOLS } from './gmail-tools.js'

export interface MailboxServerOptions {
  /** Names of the tools to offer. */
  readonly tools: readonly string[] | 'all'
  readonly mailbox: MailboxOfCall
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
  for (const tool of GMAIL_TOOLS) {
    if (options.tools === 'all' || options.tools.includes(tool.name)) tool.register(server, options.mailbox)
  }
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  response.on('close', () => void server.close())
  await server.connect(transport)
  await transport.handleRequest(request, response)
}
