import { expect, test } from 'vitest'
import type { ManagedAgentsOptions } from '../../../../src/sandbox/agents/index.js'
import {
  allow,
  awaitedIds,
  type Bench,
  exchange,
  message,
  newSession,
  of,
  said,
  start,
  stopReasons,
} from '../fixture.js'
import { mailAgent, startMcpServer, type TestMcpServer } from '../mcp-server.js'

const ALLOW = { default_config: { permission_policy: { type: 'always_allow' as const } } }

async function mailBench(options: Omit<ManagedAgentsOptions, 'brain'> = {}) {
  const mcp = await startMcpServer()
  const bench = await start(async (turn) => {
    const outcomes = turn.tools.length === 0 ? [] : await turn.callTools([{ name: 'read_mail', input: { id: '1' } }])
    await turn.say(outcomes.length === 0 ? 'I have no tools.' : 'I have read it.')
  }, options)
  return { mcp, bench }
}

/** A session with a vault that holds the token for the URL. */
async function withToken(
  bench: Bench,
  mcp: TestMcpServer,
  token: string,
  toolset: Parameters<typeof mailAgent>[1] = ALLOW,
  url = mcp.url,
) {
  const vault = await bench.beta.vaults.create({ display_name: 'Anna' })
  const auth = { type: 'static_bearer' as const, token, mcp_server_url: url }
  const credential = await bench.beta.vaults.credentials.create(vault.id, { auth })
  const session = await newSession(bench, { agent: mailAgent(mcp.url, toolset), session: { vault_ids: [vault.id] } })
  const replace = (fresh: string) =>
    bench.beta.vaults.credentials.update(credential.id, {
      vault_id: vault.id,
      auth: { type: 'static_bearer', token: fresh },
    })
  return { id: session.id, vaultId: vault.id, credentialId: credential.id, replace }
}

test('the credential whose URL matches is sent, however the URL is written', async () => {
  const { mcp, bench } = await mailBench()
  const { id } = await withToken(bench, mcp, 'good', ALLOW, `${mcp.url}/`)
  const watch = await exchange(bench, id, [message('Read')])
  expect(said(watch.seen)).toEqual(['I have read it.'])
  expect(mcp.calls).toEqual([{ tool: 'read_mail', token: 'good', input: { id: '1' } }])
})

test('a URL that is authenticated already needs no vault, and gets no token', async () => {
  const { mcp, bench } = await mailBench()
  const { id } = await newSession(bench, { agent: mailAgent(mcp.openUrl, ALLOW) })
  await exchange(bench, id, [message('Read')])
  expect(mcp.calls).toMatchObject([{ token: undefined }])
})

test.each(['bad', undefined])('with the token %s the turn ends in an authentication error', async (token) => {
  const { mcp, bench } = await mailBench()
  const { id } =
    token === undefined
      ? await newSession(bench, { agent: mailAgent(mcp.url, ALLOW) })
      : await withToken(bench, mcp, token)
  const watch = await exchange(bench, id, [message('Read')])
  expect(of(watch.seen, 'session.error')[0]?.error).toEqual({
    type: 'mcp_authentication_failed_error',
    mcp_server_name: 'mail',
    message: expect.stringContaining(
      token === undefined ? 'no credential is stored' : 'rejected the stored credential',
    ),
    retry_status: { type: 'exhausted' },
  })
  expect(stopReasons(watch.seen)).toEqual(['retries_exhausted'])
  expect(said(watch.seen)).toEqual([])
  expect(mcp.calls).toEqual([])
})

test('a token replaced between turns reaches the session', async () => {
  const { mcp, bench } = await mailBench()
  const { id, replace } = await withToken(bench, mcp, 'bad')
  await exchange(bench, id, [message('Read')])
  await replace('good')
  expect(said((await exchange(bench, id, [message('Read')])).seen)).toEqual(['I have read it.'])
})

test('credentials are read again when a waiting session goes on', async () => {
  const { mcp, bench } = await mailBench()
  const { id, replace } = await withToken(bench, mcp, 'good', {})
  const ids = awaitedIds((await exchange(bench, id, [message('Read')])).seen)
  mcp.tokens.clear()
  mcp.tokens.add('fresh')
  await replace('fresh')
  const watch = await exchange(bench, id, ids.map(allow))
  expect(said(watch.seen)).toEqual(['I have read it.'])
  expect(mcp.calls).toMatchObject([{ token: 'fresh' }])
})

test('a token that went stale while the session waited ends the turn', async () => {
  const { mcp, bench } = await mailBench()
  const { id } = await withToken(bench, mcp, 'good', {})
  const ids = awaitedIds((await exchange(bench, id, [message('Read')])).seen)
  mcp.tokens.clear()
  const watch = await exchange(bench, id, ids.map(allow))
  expect(of(watch.seen, 'session.error')[0]?.error.type).toBe('mcp_authentication_failed_error')
  expect(of(watch.seen, 'agent.mcp_tool_result')).toMatchObject([{ is_error: true }])
  expect(stopReasons(watch.seen)).toEqual(['retries_exhausted'])
})

test('an archived credential is not used', async () => {
  const { mcp, bench } = await mailBench()
  const { id, vaultId, credentialId } = await withToken(bench, mcp, 'good')
  await bench.beta.vaults.credentials.archive(credentialId, { vault_id: vaultId })
  const watch = await exchange(bench, id, [message('Read')])
  expect(of(watch.seen, 'session.error')[0]?.error.message).toContain('no credential is stored')
})

test('each session uses the vaults it was given', async () => {
  const { mcp, bench } = await mailBench()
  mcp.tokens.add('anna').add('ben')
  const anna = await withToken(bench, mcp, 'anna')
  const ben = await withToken(bench, mcp, 'ben')
  await exchange(bench, ben.id, [message('Read')])
  await exchange(bench, anna.id, [message('Read')])
  expect(mcp.calls.map((call) => call.token)).toEqual(['ben', 'anna'])
})

test('a server that fails otherwise is a connection error', async () => {
  const { mcp, bench } = await mailBench()
  mcp.status = 502
  const { id } = await withToken(bench, mcp, 'good')
  const watch = await exchange(bench, id, [message('Read')])
  expect(of(watch.seen, 'session.error')[0]?.error).toMatchObject({
    type: 'mcp_connection_failed_error',
    mcp_server_name: 'mail',
    retry_status: { type: 'exhausted' },
  })
  mcp.status = undefined
  expect(said((await exchange(bench, id, [message('Read')])).seen)).toEqual(['I have read it.'])
})

test('a failed connection may also leave the turn to go on without its tools', async () => {
  const { mcp, bench } = await mailBench({ mcpFailure: 'retrying' })
  const { id } = await withToken(bench, mcp, 'bad')
  const watch = await exchange(bench, id, [message('Read')])
  expect(of(watch.seen, 'session.error')[0]?.error).toMatchObject({
    type: 'mcp_authentication_failed_error',
    retry_status: { type: 'retrying' },
  })
  expect(said(watch.seen)).toEqual(['I have no tools.'])
  expect(stopReasons(watch.seen)).toEqual(['end_turn'])
})

test.each<[object, string]>([
  [{}, 'mcp_connection_failed_error'],
  [{ allow_mcp_servers: true }, 'none'],
  [{ allowed_hosts: ['127.0.0.1'] }, 'none'],
  [{ allowed_hosts: ['mcp.example'] }, 'mcp_connection_failed_error'],
])('an environment limited to %o answers with the error %s', async (limits, error) => {
  const { mcp, bench } = await mailBench()
  const config = { type: 'cloud' as const, networking: { type: 'limited' as const, ...limits } }
  const { id } = await newSession(bench, { agent: mailAgent(mcp.openUrl, ALLOW), config })
  const watch = await exchange(bench, id, [message('Read')])
  expect(of(watch.seen, 'session.error')[0]?.error.type ?? 'none').toBe(error)
})
