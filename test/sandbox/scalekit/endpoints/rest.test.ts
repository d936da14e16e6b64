import { describe, expect, it } from 'vitest'
import { ANNA, BEN } from '../../mailbox/mbox-text.js'
import { ANNA_ID, BEN_ID, READ_ONLY, startTestScalekit } from '../support.js'

const MAPPINGS = [{ connection_name: 'gmail', tools: READ_ONLY }]

describe('MCP configurations', () => {
  it('are made, found, changed and removed', async () => {
    const { api, scalekit } = await startTestScalekit()
    const made = await api('POST', '/mcp/configs', {
      name: 'inbox-agent',
      description: 'd',
      connection_tool_mappings: MAPPINGS,
    })
    expect(made.status).toBe(201)
    const { config } = made.body
    expect(config).toMatchObject({
      id: expect.stringMatching(/^cfg_\d{18}$/),
      name: 'inbox-agent',
      description: 'd',
      mcp_server_url: expect.stringMatching(new RegExp(`^${scalekit.url}/mcp/v3/servers/[0-9a-f-]{36}$`)),
      connection_tool_mappings: [{ connection_name: 'gmail', tools: READ_ONLY, provider: 'GMAIL' }],
    })
    expect((await api('GET', `/mcp/configs/${config.id}`)).body).toEqual({ config })

    const changed = await api('PUT', `/mcp/configs/${config.id}`, {
      connection_tool_mappings: [{ connection_name: 'gmail' }],
    })
    expect(changed.body.config).toMatchObject({
      id: config.id,
      name: 'inbox-agent',
      description: 'd',
      mcp_server_url: config.mcp_server_url,
    })
    expect(changed.body.config.connection_tool_mappings[0].tools).toEqual([])
    const described = await api('PUT', `/mcp/configs/${config.id}`, { description: 'e' })
    expect(described.body.config).toMatchObject({ description: 'e', connection_tool_mappings: [{ tools: [] }] })

    expect((await api('DELETE', `/mcp/configs/${config.id}`)).status).toBe(200)
    expect((await api('GET', `/mcp/configs/${config.id}`)).status).toBe(404)
    expect(scalekit.configs()).toEqual([])
  })

  it('are listed by the beginning of their name, in pages', async () => {
    const { api } = await startTestScalekit()
    for (const name of ['inbox', 'inbox-agent', 'other'])
      await api('POST', '/mcp/configs', { name, connection_tool_mappings: MAPPINGS })
    const names = async (query: string) => {
      const { body } = await api('GET', `/mcp/configs?${query}`)
      return {
        names: body.configs.map((config: { name: string }) => config.name),
        next: body.next_page_token,
        total: body.total_size,
      }
    }
    expect(await names('filter.name=inbox')).toEqual({ names: ['inbox', 'inbox-agent'], next: '', total: 2 })
    expect(await names('filter.name=nothing')).toEqual({ names: [], next: '', total: 0 })
    expect(await names('page_size=2')).toEqual({ names: ['inbox', 'inbox-agent'], next: '2', total: 3 })
    expect(await names('page_size=2&page_token=2')).toEqual({ names: ['other'], next: '', total: 3 })
    expect((await api('GET', '/mcp/configs?name=inbox')).status).toBe(400)
  })

  it.each<[string, unknown, string]>([
    ['capital letters', { name: 'Inbox', connection_tool_mappings: MAPPINGS }, 'name must be'],
    ['a long name', { name: 'a'.repeat(101), connection_tool_mappings: MAPPINGS }, 'name must be'],
    ['no name', { connection_tool_mappings: MAPPINGS }, 'name'],
    [
      'an unknown tool',
      { name: 'a', connection_tool_mappings: [{ connection_name: 'gmail', tools: ['gmail_fly'] }] },
      'gmail_fly',
    ],
    ['a connection twice', { name: 'a', connection_tool_mappings: [...MAPPINGS, ...MAPPINGS] }, 'at most once'],
    ['a field out of place', { name: 'a', tools: ['gmail_fetch_mails'] }, 'tools'],
    [
      'tools that are no list',
      { name: 'a', connection_tool_mappings: [{ connection_name: 'gmail', tools: 'all' }] },
      'tools',
    ],
    ['no JSON', '{', 'not valid JSON'],
  ])('are refused with %s', async (_case, body, message) => {
    const { api, scalekit } = await startTestScalekit()
    const answer = await api('POST', '/mcp/configs', body)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({
      code: 3,
      message: expect.stringContaining(message),
      details: [{ error_code: 'VALIDATION_ERROR' }],
    })
    expect(scalekit.configs()).toEqual([])
  })

  it('are refused for an unknown connection, a taken name, a new name and an unknown id', async () => {
    const { api } = await startTestScalekit()
    const outlook = await api('POST', '/mcp/configs', {
      name: 'a',
      connection_tool_mappings: [{ connection_name: 'outlook' }],
    })
    expect(outlook).toMatchObject({ status: 404, body: { code: 5 } })
    const { body } = await api('POST', '/mcp/configs', { name: 'a', connection_tool_mappings: MAPPINGS })
    expect(await api('POST', '/mcp/configs', { name: 'a' })).toMatchObject({
      status: 409,
      body: { details: [{ error_code: 'DUPLICATE_IDENTIFIER' }] },
    })
    expect((await api('PUT', `/mcp/configs/${body.config.id}`, { name: 'b' })).status).toBe(400)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await api(method, '/mcp/configs/cfg_1', method === 'PUT' ? {} : undefined)).status).toBe(404)
    }
  })
})

describe('the bearer token', () => {
  it.each(['', 'nonsense', 'a.b.c'])('is refused when it is "%s"', async (token) => {
    const { scalekit } = await startTestScalekit()
    const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
    for (const [method, path] of [
      ['GET', '/mcp/configs'],
      ['POST', '/mcp/instances'],
      ['POST', '/mcp/configs/x/tokens'],
    ]) {
      const response = await fetch(`${scalekit.url}/api/v1${path}`, { method: method ?? '', headers })
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ code: 16, details: [{ error_code: 'UNAUTHENTICATED' }] })
    }
  })

  it('is refused when it has expired, belongs to another server or is a session’s', async () => {
    let now = Date.now()
    const { api, scalekit, sdk, configuration } = await startTestScalekit({ tokenTtlMs: 60_000, now: () => now })
    const { id } = await configuration()
    scalekit.connect(ANNA_ID, ANNA)
    const session = await api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID })
    expect((await api('GET', '/mcp/configs', undefined, session.body.token)).status).toBe(401)

    const elsewhere = await startTestScalekit()
    expect((await api('GET', '/mcp/configs', undefined, await elsewhere.sdk.getClientAccessToken())).status).toBe(401)

    const token = await sdk.getClientAccessToken()
    expect((await api('GET', '/mcp/configs', undefined, token)).status).toBe(200)
    now += 60_000
    expect((await api('GET', '/mcp/configs', undefined, token)).status).toBe(401)
  })
})

describe('connected accounts of a configuration', () => {
  it('are asked for without making any, and made with a link', async () => {
    const { api, scalekit, configuration } = await startTestScalekit()
    const { id } = await configuration()
    const path = `/mcp/configs/${id}/connected_accounts`
    const nothing = {
      connection_name: 'gmail',
      connected_account_id: '',
      connected_account_status: '',
      authentication_link: '',
    }
    expect((await api('POST', path, { identifier: ANNA_ID })).body).toMatchObject({ connected_accounts: [nothing] })
    expect(scalekit.accounts()).toEqual([])

    const { body } = await api('POST', path, { identifier: ANNA_ID, include_auth_link: true })
    const [state] = body.connected_accounts
    expect(state).toMatchObject({
      provider: 'GMAIL',
      connected_account_status: 'PENDING_AUTH',
      connected_account_id: scalekit.account(ANNA_ID)?.id,
    })
    await scalekit.press(state.authentication_link, 'allow', ANNA)
    const after = await api('POST', path, { identifier: ANNA_ID })
    expect(after.body.connected_accounts[0]).toMatchObject({
      connected_account_status: 'ACTIVE',
      authentication_link: '',
    })
  })

  it('say what became of them', async () => {
    const { api, scalekit, configuration } = await startTestScalekit()
    const { id } = await configuration()
    scalekit.connect(ANNA_ID, ANNA)
    const status = async () =>
      (await api('POST', `/mcp/configs/${id}/connected_accounts`, { identifier: ANNA_ID })).body.connected_accounts[0]
        .connected_account_status
    expect(scalekit.expire(ANNA_ID).status).toBe('EXPIRED')
    expect(await status()).toBe('EXPIRED')
    scalekit.revoke(ANNA_ID)
    expect(await status()).toBe('DISCONNECTED')
  })

  it('refuse a body without identifier and an unknown configuration', async () => {
    const { api, configuration } = await startTestScalekit()
    const { id } = await configuration()
    expect((await api('POST', `/mcp/configs/${id}/connected_accounts`, {})).status).toBe(400)
    expect((await api('POST', '/mcp/configs/cfg_1/connected_accounts', { identifier: ANNA_ID })).status).toBe(404)
  })
})

describe('session tokens', () => {
  it('name the person, the server and the time they hold', async () => {
    const { api, scalekit, configuration } = await startTestScalekit({ now: () => 1_800_000_000_000 })
    const { id, url } = await configuration()
    const account = scalekit.connect(ANNA_ID, ANNA)
    const { status, body } = await api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID, expiry: '600s' })
    expect(status).toBe(200)
    expect(body.expires_at).toBe(new Date(1_800_000_600_000).toISOString())
    const claims = JSON.parse(Buffer.from(body.token.split('.')[1], 'base64url').toString())
    expect(claims).toMatchObject({ sub: ANNA_ID, aud: url, exp: 1_800_000_600, mcp_cfg: id, ca_ids: [account.id] })
    expect(scalekit.issuedTokens()).toMatchObject([{ identifier: ANNA_ID, token: body.token }])
  })

  it.each([
    ['59s', 400],
    ['60s', 200],
    ['86400s', 200],
    ['86401s', 400],
    ['1h', 400],
    ['-600s', 400],
    [undefined, 200],
  ])('with the expiry %s are answered with %i', async (expiry, status) => {
    const { api, scalekit, configuration } = await startTestScalekit()
    const { id } = await configuration()
    scalekit.connect(ANNA_ID, ANNA)
    expect((await api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID, expiry })).status).toBe(status)
  })

  it('are refused without an active account', async () => {
    const { api, scalekit, configuration } = await startTestScalekit()
    const { id } = await configuration()
    const ask = () => api('POST', `/mcp/configs/${id}/tokens`, { identifier: BEN_ID })
    expect(await ask()).toMatchObject({ status: 400, body: { code: 9 } })
    scalekit.connect(BEN_ID, BEN)
    expect((await ask()).status).toBe(200)
    scalekit.expire(BEN_ID)
    expect((await ask()).status).toBe(400)
    expect((await api('POST', '/mcp/configs/cfg_1/tokens', { identifier: BEN_ID })).status).toBe(404)
  })
})

describe('MCP instances', () => {
  it('are one for each person and configuration, at every call', async () => {
    const { api, scalekit, configuration } = await startTestScalekit()
    const { id } = await configuration()
    const ensure = (user_identifier: string) =>
      api('POST', '/mcp/instances', { config_name: 'inbox-agent', user_identifier })
    const first = await ensure(ANNA_ID)
    expect(first.body.instance).toMatchObject({ user_identifier: ANNA_ID, config: { id, name: 'inbox-agent' } })
    expect(first.body.instance.url).toMatch(new RegExp(`^${scalekit.url}/mcp/v1/instances/[\\w-]{43}$`))
    expect((await ensure(ANNA_ID)).body).toEqual(first.body)
    expect((await ensure(BEN_ID)).body.instance.url).not.toBe(first.body.instance.url)

    const renewed = scalekit.renewInstanceUrl(first.body.instance.id)
    expect((await ensure(ANNA_ID)).body.instance).toMatchObject({ id: first.body.instance.id, url: renewed })
    expect((await api('GET', '/mcp/instances')).body.instances).toHaveLength(2)

    expect((await api('DELETE', `/mcp/instances/${first.body.instance.id}`)).status).toBe(200)
    expect((await api('GET', `/mcp/instances/${first.body.instance.id}`)).status).toBe(404)
    await api('DELETE', `/mcp/configs/${id}`)
    expect(scalekit.instances()).toEqual([])
  })

  it('tell the state of their connections', async () => {
    const { api, scalekit, configuration } = await startTestScalekit()
    await configuration()
    const { body } = await api('POST', '/mcp/instances', { config_name: 'inbox-agent', user_identifier: ANNA_ID })
    const path = `/mcp/instances/${body.instance.id}:get_auth_state`
    expect((await api('POST', path, {})).body.connections).toMatchObject([
      { connection_name: 'gmail', connected_account_status: '', authentication_link: '' },
    ])
    const { connections } = (await api('POST', path, { include_auth_links: true })).body
    expect(connections[0].connected_account_status).toBe('PENDING_AUTH')
    await scalekit.press(connections[0].authentication_link, 'allow', ANNA)
    expect((await api('POST', path, {})).body.connections[0].connected_account_status).toBe('ACTIVE')
  })

  it('are refused for an unknown configuration or person', async () => {
    const { api, configuration } = await startTestScalekit()
    await configuration()
    expect((await api('POST', '/mcp/instances', { config_name: 'inbox', user_identifier: ANNA_ID })).status).toBe(404)
    expect((await api('POST', '/mcp/instances', { config_name: 'inbox-agent', user_identifier: '' })).status).toBe(400)
    expect((await api('POST', '/mcp/instances', { config_name: 'inbox-agent' })).status).toBe(400)
    expect((await api('POST', '/mcp/instances/mci_1:get_auth_state', {})).status).toBe(404)
  })
})

it('answers what it does not know with 404', async () => {
  const { scalekit } = await startTestScalekit()
  expect((await fetch(`${scalekit.url}/`)).status).toBe(404)
  expect((await fetch(`${scalekit.url}/api/v1/mcp/configs`, { method: 'PATCH' })).status).toBe(404)
  expect((await fetch(`${scalekit.url}/magicLink/%E0%A4%A`)).status).toBe(404)
  expect(scalekit.requests('unknown')).toHaveLength(2)
})
