import { describe, expect, it } from 'vitest'
import { GMAIL_TOOLS } from '../../../../src/sandbox/mailbox/index.js'
import { ANNA, BEN } from '../../mailbox/mbox-text.js'
import { ANNA_ID, BEN_ID, callTool, mcpClient, startTestScalekit, type TestScalekit } from '../support.js'

const ENDPOINT = 'POST /api/v1/execute_tool'
const LETTER = { to: BEN, subject: 'Walls', body: 'White, please.' }

function run(
  test: TestScalekit,
  tool_name: string,
  params: Record<string, unknown> = {},
  rest: Record<string, unknown> = {},
) {
  return test.api('POST', '/execute_tool', {
    tool_name,
    identifier: ANNA_ID,
    connector: 'gmail',
    params,
    ...rest,
  })
}

const sentBy = (test: TestScalekit, address: string) =>
  test.scalekit.mailboxes
    .get(address)
    ?.search({ query: 'in:sent subject:Walls' })
    .map(({ mail }) => mail.text)

async function connectedTest(): Promise<TestScalekit> {
  const test = await startTestScalekit()
  test.scalekit.connect(ANNA_ID, ANNA)
  return test
}

describe('POST /api/v1/execute_tool', () => {
  it('runs a tool in the mailbox of the connected account, and says what the provider answered', async () => {
    const test = await connectedTest()
    const profile = await run(test, 'gmail_get_profile')
    expect(profile).toEqual({
      status: 200,
      body: { data: expect.objectContaining({ emailAddress: ANNA }), execution_id: expect.stringMatching(/^exec_/) },
    })
    const sent = await run(test, 'gmail_send_message', LETTER)
    expect(sent).toMatchObject({ status: 200, body: { data: { id: expect.any(String), labelIds: ['SENT'] } } })
    expect(sentBy(test, ANNA)).toEqual(['White, please.'])
    expect(test.scalekit.mailboxes.get(BEN)?.search({ query: 'in:inbox subject:Walls' })).toHaveLength(1)
    expect(test.scalekit.requests(ENDPOINT)).toMatchObject([
      { tool: 'gmail_get_profile', status: 200 },
      { tool: 'gmail_send_message', status: 200 },
    ])
  })

  it('reads the names of the fields in their JSON form too, and an account by its id', async () => {
    const test = await connectedTest()
    const byName = { toolName: 'gmail_get_profile', identifier: ANNA_ID, connector: 'gmail' }
    expect((await test.api('POST', '/execute_tool', byName)).body.data.emailAddress).toBe(ANNA)
    const byId = { toolName: 'gmail_get_profile', connectedAccountId: test.scalekit.account(ANNA_ID)?.id }
    expect((await test.api('POST', '/execute_tool', byId)).body.data.emailAddress).toBe(ANNA)
  })

  it('knows every tool', async () => {
    const test = await connectedTest()
    // No tool takes this, so that each is found and none does anything; but one, which lets all arguments through.
    for (const { name } of GMAIL_TOOLS) {
      const { status, body } = await run(test, name, { nothing: 'of the kind' })
      expect([name, status, status === 200 || body.details[0].error_code]).not.toContain('RESOURCE_NOT_FOUND')
    }
  })

  it('is one with the gRPC call', async () => {
    const test = await connectedTest()
    const { body } = await run(test, 'gmail_create_draft', LETTER)
    const call = { identifier: ANNA_ID, connector: 'gmail', toolInput: { draft_id: body.data.id } }
    const draft = await test.sdk.actions.executeTool({ ...call, toolName: 'gmail_get_draft' })
    expect(draft.data).toEqual((await run(test, 'gmail_get_draft', call.toolInput)).body.data)
    await test.sdk.actions.executeTool({ ...call, toolName: 'gmail_send_draft' })
    expect(sentBy(test, ANNA)).toEqual(['White, please.'])
    expect(test.scalekit.requests('grpc ExecuteTool')).toMatchObject([
      { tool: 'gmail_get_draft', status: 401 },
      { tool: 'gmail_get_draft', status: 200 },
      { tool: 'gmail_send_draft', status: 200 },
    ])
  })

  it.each<[string, Record<string, unknown>, number, string, RegExp]>([
    ['a tool that does not exist', { tool_name: 'gmail_guess' }, 404, 'RESOURCE_NOT_FOUND', /gmail_guess not found/],
    ['no tool', { tool_name: undefined }, 400, 'VALIDATION_ERROR', /tool_name is required/],
    ['a connection that does not exist', { connector: 'outlook' }, 404, 'RESOURCE_NOT_FOUND', /connection not found/],
    ['no connection', { connector: undefined }, 400, 'VALIDATION_ERROR', /connector is required/],
    ['somebody who never connected', { identifier: BEN_ID }, 404, 'RESOURCE_NOT_FOUND', /connected account not found/],
    ['nobody', { identifier: undefined }, 400, 'VALIDATION_ERROR', /identifier is required/],
    ['params that the tool does not take', { params: { user: 'x' } }, 400, 'VALIDATION_ERROR', /user/],
    ['params that are no object', { params: [] }, 400, 'VALIDATION_ERROR', /params/],
    ['an unknown field', { retries: 3 }, 400, 'VALIDATION_ERROR', /retries/],
    [
      'what the tool refuses',
      { tool_name: 'gmail_send_draft', params: { draft_id: 'r-1' } },
      400,
      'TOOL_ERROR',
      /not found/,
    ],
  ])('refuses %s', async (_, wrong, status, code, message) => {
    const test = await connectedTest()
    expect(await run(test, 'gmail_get_profile', {}, wrong)).toEqual({
      status,
      body: {
        code: expect.any(Number),
        message: expect.stringMatching(message),
        details: [expect.objectContaining({ error_code: code })],
      },
    })
  })

  it.each(['EXPIRED', 'PENDING_AUTH', 'PENDING_VERIFICATION', 'DISCONNECTED'] as const)(
    'refuses an account that is %s',
    async (status) => {
      const test = await connectedTest()
      test.scalekit.setStatus(ANNA_ID, status)
      expect(await run(test, 'gmail_send_message', LETTER)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining(`its status is ${status}`) },
      })
      expect(sentBy(test, ANNA)).toEqual([])
    },
  )

  it("wants the client's own token: a session token of an MCP server is none", async () => {
    const test = await connectedTest()
    const { id } = await test.configuration([])
    const { token } = (await test.api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID })).body
    const call = { tool_name: 'gmail_send_message', identifier: ANNA_ID, connector: 'gmail', params: LETTER }
    expect((await test.api('POST', '/execute_tool', call, token)).status).toBe(401)
    expect((await test.api('POST', '/execute_tool', call, 'nonsense')).status).toBe(401)
    const revoked = await test.sdk.getClientAccessToken()
    test.scalekit.revokeClientTokens()
    expect((await test.api('POST', '/execute_tool', call, revoked)).status).toBe(401)
    expect(sentBy(test, ANNA)).toEqual([])
  })

  it('is not limited by a configuration that leaves the sending tools out, while MCP is', async () => {
    const test = await connectedTest()
    const withoutSending = GMAIL_TOOLS.filter(({ kind }) => kind === 'reads' || kind === 'changes')
    const { id, url } = await test.configuration(withoutSending.map(({ name }) => name))
    const { token } = (await test.api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID })).body
    const client = await mcpClient(url, token)
    for (const tool of ['gmail_send_message', 'gmail_reply_to_thread', 'gmail_send_draft']) {
      expect(await callTool(client, tool, { ...LETTER, thread_id: 'x', draft_id: 'x' })).toMatchObject({
        isError: true,
        text: expect.stringContaining(`${tool} not found`),
      })
    }
    const { json } = await callTool(client, 'gmail_create_draft', LETTER)
    expect(sentBy(test, ANNA)).toEqual([])
    expect((await run(test, 'gmail_send_draft', { draft_id: json.id })).status).toBe(200)
    expect(sentBy(test, ANNA)).toEqual(['White, please.'])
  })
})

describe('a fault of execute_tool', () => {
  it('can lose the answer of a send that was carried out, and of nothing else', async () => {
    const test = await connectedTest()
    test.scalekit.fault(ENDPOINT, { type: 'drop-answer' }, 1, 'gmail_send_message')
    expect((await run(test, 'gmail_get_profile')).status).toBe(200)
    await expect(run(test, 'gmail_send_message', LETTER)).rejects.toThrow()
    expect(sentBy(test, ANNA)).toEqual(['White, please.'])
    expect((await run(test, 'gmail_get_profile')).status).toBe(200)
    expect(test.scalekit.requests(ENDPOINT)).toMatchObject([
      { tool: 'gmail_get_profile', status: 200 },
      { tool: 'gmail_send_message', status: 0 },
      { tool: 'gmail_get_profile', status: 200 },
    ])
  })

  it('can refuse without doing anything, or keep a send waiting', async () => {
    const test = await connectedTest()
    test.scalekit.fault(ENDPOINT, { type: 'fail', status: 503 })
    expect((await run(test, 'gmail_send_message', LETTER)).status).toBe(503)
    expect(sentBy(test, ANNA)).toEqual([])

    let release = () => {}
    const until = new Promise<void>((resolve) => {
      release = resolve
    })
    test.scalekit.fault(ENDPOINT, { type: 'hold', until }, 1, 'gmail_send_message')
    const held = run(test, 'gmail_send_message', LETTER)
    expect((await run(test, 'gmail_get_profile')).status).toBe(200)
    expect(sentBy(test, ANNA)).toEqual([])
    release()
    expect((await held).status).toBe(200)
    expect(sentBy(test, ANNA)).toEqual(['White, please.'])
  })
})
