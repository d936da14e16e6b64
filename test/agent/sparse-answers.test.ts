/** Answers that leave out what is null, as some servers of the same protocol do. */

import { describe, expect, it } from 'vitest'
import { wireMailbox } from '../../src/agent/definition.js'
import { MailboxMismatch, PersonalGrant } from '../../src/agent/grants.js'
import { markOf } from '../../src/agent/mark.js'
import { provisionEnvironment } from '../../src/agent/provisioning.js'
import { Vaults } from '../../src/agent/vaults.js'
import { serve } from './answering-server.js'
import { rejection } from './platform.js'

const URL = 'https://mcp.example/s/1'
const MARK = markOf({ url: 'https://scalekit.example', configName: 'inbox' })
const grant = new PersonalGrant(
  { id: 'person-1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' },
  { mode: 'virtual', url: URL, vaultIds: ['vlt_1'] },
)
const session = { id: 'sesn_1', type: 'session', status: 'idle', agent: wireMailbox(URL) }

describe('a session', () => {
  it('a session without archived_at and metadata goes on', async () => {
    const { agent, calls } = await serve({ 'GET /v1/sessions/sesn_1': session }, { mcpServerUrl: URL })
    await agent.refreshSession('sesn_1', grant)
    expect(calls).toEqual(['GET /v1/sessions/sesn_1'])
  })

  it('a session of somebody else is refused', async () => {
    const theirs = { ...session, metadata: { person: 'person-2' } }
    const { agent } = await serve({ 'GET /v1/sessions/sesn_1': theirs }, { mcpServerUrl: URL })
    expect(await rejection(agent.refreshSession('sesn_1', grant))).toBeInstanceOf(MailboxMismatch)
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
