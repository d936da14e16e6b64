/** A server that answers as a test says: for answers that the sandbox would not give. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { ManagedAgent } from '../../src/agent/sessions.js'

export interface AnsweringServer {
  readonly claude: Claude
  readonly agent: ManagedAgent
  /** Method and path of every request. */
  readonly calls: string[]
  readonly queries: URLSearchParams[]
  readonly bodies: unknown[]
}

/**
 * Answers by method and path; whatever is not listed is a 404. Closed when the test is finished.
 * @param date what the server takes for the time
 */
export async function serve(
  answers: Readonly<Record<string, object>>,
  { mcpServerUrl = '', date }: { readonly mcpServerUrl?: string; readonly date?: Date } = {},
): Promise<AnsweringServer> {
  const calls: string[] = []
  const queries: URLSearchParams[] = []
  const bodies: unknown[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1')
    const call = `${request.method} ${pathname}`
    queries.push(searchParams)
    calls.push(call)
    const body = await text(request)
    if (body !== '') bodies.push(JSON.parse(body))
    if (date !== undefined) response.setHeader('date', date.toUTCString())
    response.writeHead(call in answers ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answers[call] ?? { type: 'error', error: { type: 'not_found_error', message: call } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  const claude = new Claude({ apiKey: 'sk-ant-key', baseUrl: `http://127.0.0.1:${port}` })
  return {
    claude,
    calls,
    queries,
    bodies,
    agent: new ManagedAgent(claude, { agentId: 'agent_1', environmentId: 'env_1', mcpServerUrl }),
  }
}
