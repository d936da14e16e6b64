import { describe, expect, it } from 'vitest'
import { ANNA, BEN } from '../../mailbox/mbox-text.js'
import { ANNA_ID, BEN_ID, callTool, mcpClient, READ_ONLY, startTestScalekit, type TestScalekit } from '../support.js'

type Mode = 'session token' | 'instance'

/** A client of one person's tools, in either of the two ways. */
async function connected(test: TestScalekit, mode: Mode, tools: readonly string[], identifier = ANNA_ID) {
  const { id, url } = await test.configuration(tools)
  if (mode === 'instance') {
    const body = { config_name: 'inbox-agent', user_identifier: identifier }
    const { instance } = (await test.api('POST', '/mcp/instances', body)).body
    return { client: await mcpClient(instance.url), id }
  }
  const { token } = (await test.api('POST', `/mcp/configs/${id}/tokens`, { identifier })).body
  return { client: await mcpClient(url, token), id }
}

describe.each<Mode>(['session token', 'instance'])('MCP by %s', (mode) => {
  it('offers the tools of the configuration, as it is at the moment', async () => {
    const test = await startTestScalekit()
    test.scalekit.connect(ANNA_ID, ANNA)
    const { client, id } = await connected(test, mode, READ_ONLY)
    const names = async () => (await client.listTools()).tools.map(({ name }) => name)
    expect(await names()).toEqual(READ_ONLY)
    expect(await callTool(client, 'gmail_trash_message', { message_id: 'x' })).toMatchObject({ isError: true })

    await test.api('PUT', `/mcp/configs/${id}`, { connection_tool_mappings: [{ connection_name: 'gmail', tools: [] }] })
    expect(await names()).toEqual(
      expect.arrayContaining(['gmail_send_message', 'gmail_delete_message', 'gmail_create_filter']),
    )
    await test.api('PUT', `/mcp/configs/${id}`, { connection_tool_mappings: [] })
    expect(await names()).toEqual([])
  })

  it('reaches the mailbox the person chose, and no other', async () => {
    const test = await startTestScalekit()
    test.scalekit.connect(ANNA_ID, ANNA)
    test.scalekit.connect(BEN_ID, BEN)
    const { client } = await connected(test, mode, [], BEN_ID)
    expect((await callTool(client, 'gmail_get_profile')).json.emailAddress).toBe(BEN)
    const { messages } = (await callTool(client, 'gmail_fetch_mails')).json
    expect(messages.map((message: { subject: string }) => message.subject)).toEqual(['For Ben only'])
    expect(test.scalekit.account(BEN_ID)?.lastUsedAt).toBeTypeOf('number')
    const [anna] = test.scalekit.mailboxes.get(ANNA)?.messages() ?? []
    expect(await callTool(client, 'gmail_get_message_by_id', { message_id: anna?.id })).toMatchObject({
      isError: true,
      text: expect.stringContaining('not found'),
    })
  })

  it('fails in the call once the account is no longer active', async () => {
    const test = await startTestScalekit()
    test.scalekit.connect(ANNA_ID, ANNA)
    const { client } = await connected(test, mode, READ_ONLY)
    expect(await callTool(client, 'gmail_fetch_mails')).toMatchObject({ isError: false })
    test.scalekit.expire(ANNA_ID)
    expect(await callTool(client, 'gmail_fetch_mails')).toMatchObject({
      isError: true,
      text: expect.stringContaining('its status is EXPIRED'),
    })
    await test.sdk.actions.deleteConnectedAccount({ connectionName: 'gmail', identifier: ANNA_ID })
    expect(await callTool(client, 'gmail_fetch_mails')).toMatchObject({
      isError: true,
      text: expect.stringContaining('not active'),
    })
  })
})

describe('an MCP address', () => {
  it('of a configuration refuses no token, a foreign one, an expired one and one for another server', async () => {
    let now = Date.now()
    const test = await startTestScalekit({ now: () => now })
    const { id, url } = await test.configuration()
    test.scalekit.connect(ANNA_ID, ANNA)
    const { token } = (await test.api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID, expiry: '60s' })).body
    const other = await test.api('POST', '/mcp/configs', {
      name: 'other',
      connection_tool_mappings: [{ connection_name: 'gmail' }],
    })

    const status = async (address: string, authorization?: string) => {
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      })
      await response.text()
      return [response.status, response.headers.get('www-authenticate')]
    }
    const invalid = [401, expect.stringContaining('error="invalid_token"')]
    expect(await status(url, `Bearer ${token}`)).toEqual([200, null])
    expect(await status(url)).toEqual([401, 'Bearer'])
    expect(await status(url, 'Bearer nonsense')).toEqual(invalid)
    expect(await status(url, `Bearer ${token.slice(0, -4)}AAAA`)).toEqual(invalid)
    expect(await status(url, `Bearer ${await test.sdk.getClientAccessToken()}`)).toEqual(invalid)
    expect(await status(other.body.config.mcp_server_url, `Bearer ${token}`)).toEqual(invalid)
    expect(await status(`${url}0`, `Bearer ${token}`)).toEqual([404, null])
    now += 61_000
    expect(await status(url, `Bearer ${token}`)).toEqual(invalid)
    await expect(mcpClient(url, token)).rejects.toThrow()
  })

  it('of an instance refuses a secret that is unknown, renewed or removed', async () => {
    const test = await startTestScalekit()
    await test.configuration()
    test.scalekit.connect(ANNA_ID, ANNA)
    const body = { config_name: 'inbox-agent', user_identifier: ANNA_ID }
    const { instance } = (await test.api('POST', '/mcp/instances', body)).body
    await expect(mcpClient(`${test.scalekit.url}/mcp/v1/instances/guess`)).rejects.toThrow()
    await mcpClient(instance.url)
    const renewed = test.scalekit.renewInstanceUrl(instance.id)
    await expect(mcpClient(instance.url)).rejects.toThrow()
    await mcpClient(renewed)
    await test.api('DELETE', `/mcp/instances/${instance.id}`)
    const response = await fetch(renewed, { method: 'POST' })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('invalid_token'),
    ])
  })

  it('answers GET and DELETE with 405, after looking at the token', async () => {
    const test = await startTestScalekit()
    const { id, url } = await test.configuration()
    test.scalekit.connect(ANNA_ID, ANNA)
    const { token } = (await test.api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID })).body
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(url, { method, headers: { authorization: `Bearer ${token}` } })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
      expect((await fetch(url, { method })).status).toBe(401)
    }
  })
})
