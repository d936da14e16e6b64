import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ToolRefused } from '../../src/gmail/tool-runner.js'
import { loadSamples } from '../../src/sandbox/mailbox/index.js'
import { type ScalekitSandbox, startScalekit } from '../../src/sandbox/scalekit/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { Scalekit } from '../../src/scalekit/client.js'
import { ScalekitTools } from '../../src/scalekit/tool-execution.js'
import type { IdentifiedPerson } from '../../src/turns/model.js'
import { NotConnected, OperatorProblem, Unavailable } from '../../src/turns/ports.js'

const PERSON: IdentifiedPerson = { id: 'p1', team: 'T1', user: 'U1', identifier: 'slack:T1:U1' }
const REST = 'POST /api/v1/execute_tool'
const MAIL = { to: 'rosa@vandermeer.example', subject: 'Hi', body: 'secret words' }

describe('tools over the wire', () => {
  let sandbox: ScalekitSandbox
  let tools: ScalekitTools

  beforeEach(async () => {
    sandbox = await startScalekit({ world: WORLD, mailboxes: await loadSamples(WORLD.mailAccounts) })
    sandbox.connect(PERSON.identifier, 'anna@northwind.example')
    tools = new ScalekitTools(new Scalekit(sandbox), 'gmail')
  })
  afterEach(() => sandbox.close())

  const sent = () => sandbox.mailboxes.get('anna@northwind.example')?.search({ query: 'in:sent subject:Hi' }).length
  const asked = () => sandbox.requests(REST).length

  it('read through the SDK, with what the provider answered', async () => {
    expect(await tools.read(PERSON, 'gmail_get_profile', {})).toMatchObject({ emailAddress: 'anna@northwind.example' })
  })

  it('say what the mailbox refused, without a word of it', async () => {
    const read = tools.read(PERSON, 'gmail_get_draft', { draft_id: 'secret-id' })
    await expect(read).rejects.toBeInstanceOf(ToolRefused)
    await expect(read).rejects.not.toThrow(/secret/)
  })

  it('write in one request', async () => {
    const result = await tools.write(PERSON, 'gmail_send_message', MAIL)
    expect(result).toMatchObject({ outcome: 'done', data: { id: expect.any(String) } })
    expect([sent(), asked()]).toEqual([1, 1])
  })

  it.each([500, 502, 503, 504, 408])('%i may have done it: nobody asks again', async (status) => {
    sandbox.fault(REST, { type: 'fail', status }, 10)
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'lost' })
    expect(asked()).toBe(1)
  })

  it('a cut connection may have done it, too', async () => {
    sandbox.fault(REST, { type: 'drop-answer' }, 10)
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'lost' })
    expect([sent(), asked()]).toEqual([1, 1])
  })

  it('an answer that does not come in time may have done it', async () => {
    let release = () => {}
    sandbox.fault(REST, { type: 'hold', until: new Promise<void>((resolve) => (release = resolve)) })
    const hasty = new ScalekitTools(new Scalekit(sandbox), 'gmail', 50)
    expect(await hasty.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'lost' })
    release()
  })

  it('401 was not let in: once more with a fresh token', async () => {
    sandbox.fault(REST, { type: 'fail', status: 401 })
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toMatchObject({ outcome: 'done' })
    expect([sent(), asked()]).toEqual([1, 2])
  })

  it('401 twice is for the operator', async () => {
    sandbox.fault(REST, { type: 'fail', status: 401 }, 2)
    await expect(tools.write(PERSON, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(OperatorProblem)
    expect([sent(), asked()]).toEqual([0, 2])
  })

  it('429 did nothing', async () => {
    sandbox.fault(REST, { type: 'fail', status: 429 })
    await expect(tools.write(PERSON, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(Unavailable)
    expect([sent(), asked()]).toEqual([0, 1])
  })

  it.each([400, 403, 404, 409])('%i is a no, and nothing was done', async (status) => {
    sandbox.fault(REST, { type: 'fail', status })
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toMatchObject({ outcome: 'refused' })
    expect([sent(), asked()]).toEqual([0, 1])
  })

  it('what the service quotes is not repeated', async () => {
    const result = await tools.write(PERSON, 'gmail_send_draft', { draft_id: 'r-secret' })
    expect(result).toMatchObject({ outcome: 'refused', why: expect.stringContaining('not found') })
    expect(JSON.stringify(result)).not.toContain('secret')
  })

  it('an account that is not active is not connected, for both', async () => {
    const nobody = { ...PERSON, identifier: 'slack:T1:U9' }
    await expect(tools.read(nobody, 'gmail_get_profile', {})).rejects.toBeInstanceOf(NotConnected)
    await expect(tools.write(nobody, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(NotConnected)
    sandbox.expire(PERSON.identifier)
    await expect(tools.read(PERSON, 'gmail_get_profile', {})).rejects.toBeInstanceOf(NotConnected)
    // Whatever words the refusal has.
    sandbox.fault(REST, { type: 'fail', status: 400 })
    await expect(tools.write(PERSON, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(NotConnected)
  })

  it('an account that Scalekit itself calls inactive is not asked about again', async () => {
    sandbox.expire(PERSON.identifier)
    sandbox.fault('grpc ListConnectedAccounts', { type: 'fail', status: 404 }, 10)
    await expect(tools.write(PERSON, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(NotConnected)
  })

  it.each([404, 401, 500])('a no stands where its account cannot be looked at: %i', async (status) => {
    sandbox.fault('grpc ListConnectedAccounts', { type: 'fail', status }, 10)
    sandbox.fault(REST, { type: 'fail', status: 400 })
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toMatchObject({ outcome: 'refused' })
  })

  it('the active account of somebody else makes nobody connected', async () => {
    const scalekit = new Scalekit(sandbox)
    const own = new ScalekitTools(scalekit, 'gmail')
    const others = { connectedAccounts: [{ identifier: `${PERSON.identifier}0`, status: 1 }] }
    vi.spyOn(scalekit, 'sdk').mockResolvedValue(others)
    sandbox.fault(REST, { type: 'fail', status: 400 }, 2)
    await expect(own.write(PERSON, 'gmail_send_message', MAIL)).rejects.toBeInstanceOf(NotConnected)
    others.connectedAccounts.push({ identifier: PERSON.identifier, status: 1 })
    expect(await own.write(PERSON, 'gmail_send_message', MAIL)).toMatchObject({ outcome: 'refused' })
  })
})

describe('answers of other deployments', () => {
  let server: Server | null = null
  afterEach(() => server?.close())

  async function toolsAnsweredWith(answer: RequestListener) {
    server = createServer((request, response) => {
      if (request.url === '/oauth/token') response.end(JSON.stringify({ access_token: 'a.b.c', expires_in: 3600 }))
      else answer(request, response)
    })
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return new ScalekitTools(
      new Scalekit({ url: `http://127.0.0.1:${port}`, clientId: 'c', clientSecret: 's' }),
      'gmail',
    )
  }

  it.each([
    ['once', { data: { id: 'm1' } }, { id: 'm1' }],
    ['twice', { data: { data: { id: 'm1' } } }, { id: 'm1' }],
    ['thrice', { data: { data: { data: { id: 'm1' } } } }, { id: 'm1' }],
    ['a field of the resource', { data: { attachmentId: 'a', data: 'QQ' } }, { attachmentId: 'a', data: 'QQ' }],
    ['a field of the resource, an object', { data: { id: 'm1', data: { id: 'x' } } }, { id: 'm1', data: { id: 'x' } }],
    ['too often', { data: { data: { data: { data: { data: 'x' } } } } }, { data: 'x' }],
    ['nothing', { execution_id: 'e' }, undefined],
  ])('wrapped %s', async (_, body, data) => {
    const tools = await toolsAnsweredWith((_request, response) => response.end(JSON.stringify(body)))
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'done', data })
  })

  it.each([['<html>'], [''], ['7'], ['{"data":']])('%j cannot be read: nobody knows', async (text) => {
    const tools = await toolsAnsweredWith((_request, response) => response.end(text))
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'lost' })
  })

  it.each([
    ['No mail "secret"', 'No mail …'],
    ["No mail 'secret'", 'No mail …'],
    ['No mail `secret`', 'No mail …'],
    ['No mail <secret>', 'No mail …'],
    ['No secret@x.example here', 'No [removed] here'],
    [' Two \n lines ', 'Two lines'],
    ['token ya29.a0AfH6SMBsecretsecretsecretsecret', expect.not.stringContaining('secret')],
    ['x'.repeat(500), 'x'.repeat(200)],
    ['', 'it answered 400'],
  ])('the words of a no are told without what they quote: %s', async (message, why) => {
    const tools = await toolsAnsweredWith((_request, response) => {
      response.writeHead(400).end(JSON.stringify({ message }))
    })
    expect(await tools.write(PERSON, 'gmail_send_message', MAIL)).toEqual({ outcome: 'refused', why })
  })

  it('nobody there any more: nothing was done', async () => {
    const closing = createServer((_request, response) => {
      response.setHeader('connection', 'close').end(JSON.stringify({ access_token: 'a.b.c', expires_in: 3600 }))
      closing.close()
    })
    server = closing
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve))
    const { port } = closing.address() as AddressInfo
    const credentials = { url: `http://127.0.0.1:${port}`, clientId: 'c', clientSecret: 's' }
    const write = new ScalekitTools(new Scalekit(credentials), 'gmail').write(PERSON, 'gmail_send_message', MAIL)
    await expect(write).rejects.toBeInstanceOf(Unavailable)
  })

  it('sends what the contract says', async () => {
    const seen: unknown[] = []
    const tools = await toolsAnsweredWith((request, response) => {
      let text = ''
      request.on('data', (chunk) => (text += chunk))
      request.on('end', () => {
        seen.push([request.method, request.url, request.headers.authorization, JSON.parse(text)])
        response.end('{"data":{"id":"m1"}}')
      })
    })
    await tools.write(PERSON, 'gmail_send_message', MAIL)
    expect(seen).toEqual([
      [
        'POST',
        '/api/v1/execute_tool',
        'Bearer a.b.c',
        { tool_name: 'gmail_send_message', identifier: PERSON.identifier, connector: 'gmail', params: MAIL },
      ],
    ])
  })
})
