import { expect, test } from 'vitest'
import { clientOf, invalid, newSession, refusal, start } from '../fixture.js'

const headers = (key: string) => ({
  authorization: `Bearer ${key}`,
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'managed-agents-2026-04-01',
})

test('a wrong key is refused with the envelope of the API', async () => {
  const { sandbox } = await start()
  const { error, ...refused } = await refusal(clientOf({ url: sandbox.url, apiKey: 'wrong' }).beta.agents.list())
  expect(refused).toEqual({ status: 401, type: 'authentication_error', message: 'Invalid bearer token' })
  expect(error.error).toEqual({
    type: 'error',
    error: { type: 'authentication_error', message: 'Invalid bearer token' },
    request_id: error.requestID,
  })
  expect(error.requestID).toMatch(/^req_/)
})

test('the key may come as x-api-key, and must come at all', async () => {
  const { sandbox } = await start()
  const { authorization, ...others } = headers(sandbox.apiKey)
  const get = (extra: Record<string, string>) => fetch(`${sandbox.url}/v1/agents`, { headers: { ...others, ...extra } })
  expect((await get({ 'x-api-key': sandbox.apiKey })).status).toBe(200)
  expect((await get({ 'x-api-key': 'wrong' })).status).toBe(401)
  expect((await get({})).status).toBe(401)
  expect((await get({ authorization })).status).toBe(200)
})

test.each(['anthropic-version', 'anthropic-beta'])('without %s the call is refused', async (name) => {
  const { sandbox } = await start()
  const sent = Object.entries(headers(sandbox.apiKey)).filter(([header]) => header !== name)
  const response = await fetch(`${sandbox.url}/v1/sessions`, { headers: Object.fromEntries(sent) })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { type: 'invalid_request_error', message: expect.stringContaining(name) },
  })
})

test('files need no beta header', async () => {
  const { sandbox } = await start()
  const { 'anthropic-beta': _, ...others } = headers(sandbox.apiKey)
  expect((await fetch(`${sandbox.url}/v1/files`, { headers: others })).status).toBe(200)
})

test('an unknown path is 404, a known one with another method 405, a broken body 400', async () => {
  const { sandbox } = await start()
  const call = (path: string, init: RequestInit) =>
    fetch(`${sandbox.url}${path}`, {
      ...init,
      headers: { ...headers(sandbox.apiKey), 'content-type': 'application/json' },
    })
  expect((await call('/v1/nowhere', {})).status).toBe(404)
  expect((await call('/v1/agents', { method: 'DELETE' })).status).toBe(405)
  expect((await call('/v1/agents', { method: 'POST', body: '{"name":' })).status).toBe(400)
  expect((await call('/v1/agents', { method: 'POST', body: '[]' })).status).toBe(400)
  expect((await call('/v1/agents', { method: 'POST' })).status).toBe(400)
})

test('unknown query parameters and odd limits are refused', async () => {
  const { beta } = await start()
  expect(await refusal(beta.agents.list({}, { query: { colour: 'red' } }))).toMatchObject(
    invalid('colour: Extra inputs are not permitted'),
  )
  expect(await refusal(beta.agents.list({ limit: 0 }))).toMatchObject(invalid(/^limit: /))
  expect(await refusal(beta.agents.list({ limit: 101 }))).toMatchObject(invalid(/^limit: /))
  expect(await refusal(beta.agents.list({ page: 'nonsense' }))).toMatchObject(invalid(/^page: /))
})

test('too many calls a minute are answered 429 with retry-after, until time has passed', async () => {
  let now = Date.UTC(2026, 10, 22)
  const rateLimits = { creates: 2, environments: 1, others: 3 }
  const { beta } = await start(undefined, { rateLimits, now: () => now })
  const create = () => beta.vaults.create({ display_name: 'A' })
  await create()
  await create()
  const { error, ...refused } = await refusal(create())
  expect(refused).toMatchObject({ status: 429, type: 'rate_limit_error' })
  expect(error.headers?.get('retry-after')).toBe('30')
  await beta.environments.list()
  expect(await refusal(beta.environments.list())).toMatchObject({ status: 429 })
  await beta.agents.list()
  now += 30_000
  await create()
})

test('the SDK waits and repeats by itself after a 429', async () => {
  const { sandbox } = await start()
  sandbox.faults.answer('vaults.list', 429, { headers: { 'retry-after-ms': '1' } })
  const patient = clientOf(sandbox).withOptions({ maxRetries: 1 })
  expect((await patient.beta.vaults.list()).data).toEqual([])
  expect(sandbox.driver.requests.map((request) => request.status)).toEqual([429, 200])
})

test('the request log tells what was asked and answered', async () => {
  const bench = await start()
  const session = await newSession(bench, { session: { title: 'Logged' } })
  await refusal(bench.beta.sessions.retrieve('sesn_nobody'))
  expect(bench.sandbox.driver.requests.slice(-2)).toMatchObject([
    { endpoint: 'sessions.create', method: 'POST', path: '/v1/sessions', body: { title: 'Logged' }, status: 200 },
    { endpoint: 'sessions.retrieve', path: '/v1/sessions/sesn_nobody', status: 404 },
  ])
  expect(session.title).toBe('Logged')
})

test('the server listens on loopback only', async () => {
  const { sandbox } = await start()
  expect(new URL(sandbox.url).hostname).toBe('127.0.0.1')
})
