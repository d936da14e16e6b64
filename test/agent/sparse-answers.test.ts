/** Answers that leave out what is null, as some servers of the same protocol do. */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { wireMailbox } from '../../src/agent/definition.js'
import { MailboxMismatch, PersonalGrant } from '../../src/agent/grants.js'
import { markOf } from '../../src/agent/mark.js'
import { provisionEnvironment } from '../../src/agent/provisioning.js'
import { ManagedAgent } from '../../src/agent/sessions.js'
import { Vaults } from '../../src/agent/vaults.js'
import { rejection } from './platform.js'

const URL = 'https://mcp.example/s/1'
const MARK = markOf({ url: 'https://scalekit.example', configName: 'inbox' })
const grant = new PersonalGrant(
  { id: 'person-1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' },
  { mode: 'virtual', url: URL, vaultIds: ['vlt_1'] },
)
const session = { id: 'sesn_1', type: 'session', status: 'idle', agent: wireMailbox(URL) }

let server: Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

/** Answers by method and path; whatever is not listed is a 404. */
async function serve(answers: Readonly<Record<string, object>>): Promise<{ claude: Claude; calls: string[] }> {
  const calls: string[] = []
  server = createServer((request, response) => {
    const call = `${request.method} ${request.url?.split('?')[0]}`
    calls.push(call)
    request.resume()
    response.writeHead(call in answers ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answers[call] ?? { type: 'error', error: { type: 'not_found_error', message: call } }))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { claude: new Claude({ apiKey: 'sk-ant-key', baseUrl: `http://127.0.0.1:${port}` }), calls }
}

const agentOf = (claude: Claude) =>
  new ManagedAgent(claude, { agentId: 'agent_1', environmentId: 'env_1', mcpServerUrl: URL })

describe('a session', () => {
  it('that says neither when it was archived nor whose it is goes on', async () => {
    const { claude, calls } = await serve({ 'GET /v1/sessions/sesn_1': session })
    await agentOf(claude).refreshSession('sesn_1', grant)
    expect(calls).toEqual(['GET /v1/sessions/sesn_1'])
  })

  it('of somebody else is refused all the same', async () => {
    const theirs = { ...session, metadata: { person: 'person-2' } }
    const { claude } = await serve({ 'GET /v1/sessions/sesn_1': theirs })
    expect(await rejection(agentOf(claude).refreshSession('sesn_1', grant))).toBeInstanceOf(MailboxMismatch)
  })
})

it('an environment that is not archived is found again', async () => {
  const config = { type: 'cloud', networking: { type: 'limited', allow_mcp_servers: true, allowed_hosts: [] } }
  const theirs = { id: 'env_0', config, created_at: '2020-01-01T00:00:00Z' }
  const ours = { ...theirs, id: 'env_1', metadata: MARK }
  const { claude } = await serve({ 'GET /v1/environments': { data: [theirs, ours] } })
  expect(await provisionEnvironment(claude, MARK, null)).toEqual({ id: 'env_1', change: 'kept' })
})

it('a token is replaced in a credential that is not archived', async () => {
  const credential = { id: 'cred_1', auth: { type: 'static_bearer', mcp_server_url: URL } }
  const path = '/v1/vaults/vlt_1/credentials'
  const { claude, calls } = await serve({
    [`GET ${path}`]: { data: [credential] },
    [`POST ${path}/cred_1`]: credential,
  })
  expect(await new Vaults(claude, MARK).putToken('vlt_1', URL, 'token-2', null)).toBe('cred_1')
  expect(calls).toEqual([`GET ${path}`, `POST ${path}/cred_1`])
})
