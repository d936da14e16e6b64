import { createServer } from 'node:http'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { type RequestEntry, startScalekit } from '../../../../src/sandbox/scalekit/index.js'
import { ANNA } from '../../mailbox/mbox-text.js'
import { ANNA_ID, callTool, mcpClient, startTestScalekit } from '../support.js'

const GMAIL = { connectionName: 'gmail', identifier: ANNA_ID }

it('logs what was answered, without the secrets of the paths', async () => {
  const heard: RequestEntry[] = []
  const { scalekit, sdk, api } = await startTestScalekit({ onRequest: (entry) => heard.push(entry) })
  const { link } = await sdk.actions.getAuthorizationLink(GMAIL)
  await fetch(link)
  await api('GET', '/mcp/configs/cfg_1')
  const entries = scalekit.requests().map(({ endpoint, status }) => `${status} ${endpoint}`)
  expect(entries).toEqual([
    '401 grpc GetMagicLinkForConnectedAccount',
    '200 POST /oauth/token',
    '200 grpc GetMagicLinkForConnectedAccount',
    '200 GET /magicLink/{link}',
    '200 POST /oauth/token',
    '404 GET /api/v1/mcp/configs/{id}',
  ])
  expect(heard).toEqual(scalekit.requests())
  expect(JSON.stringify(heard)).not.toContain(link.split('/').at(-1))
})

it('fails the next requests of an endpoint, and only those, without doing their work', async () => {
  const { scalekit, sdk, api } = await startTestScalekit()
  scalekit.fault('POST /api/v1/mcp/configs', { type: 'fail', status: 503 }, 2)
  const create = () => api('POST', '/mcp/configs', { name: 'a' })
  expect([(await create()).status, (await create()).status]).toEqual([503, 503])
  expect(scalekit.configs()).toEqual([])
  expect((await create()).status).toBe(201)

  scalekit.fault('grpc GetMagicLinkForConnectedAccount', { type: 'fail', status: 429 })
  await expect(sdk.actions.getAuthorizationLink(GMAIL)).rejects.toMatchObject({ httpStatus: 429 })
  expect(scalekit.accounts()).toEqual([])

  scalekit.fault('GET /api/v1/mcp/configs', { type: 'fail', status: 500 })
  scalekit.clearFaults()
  expect((await api('GET', '/mcp/configs')).status).toBe(200)
})

it('drops the answer after the work', async () => {
  const { scalekit, sdk, api, configuration } = await startTestScalekit()
  scalekit.fault('POST /api/v1/mcp/configs', { type: 'drop-answer' })
  await expect(api('POST', '/mcp/configs', { name: 'made-anyway' })).rejects.toThrow()
  expect(scalekit.configs().map(({ name }) => name)).toEqual(['made-anyway'])
  expect(scalekit.requests('POST /api/v1/mcp/configs')).toMatchObject([{ status: 0 }])

  scalekit.connect(ANNA_ID, ANNA)
  const { id, url } = await configuration([])
  const { token } = (await api('POST', `/mcp/configs/${id}/tokens`, { identifier: ANNA_ID })).body
  const client = await mcpClient(url, token)
  scalekit.fault('mcp tools/call', { type: 'drop-answer' })
  await expect(callTool(client, 'gmail_send_message', { to: ANNA, subject: 'Sent anyway', body: '' })).rejects.toThrow()
  expect(scalekit.mailboxes.get(ANNA)?.messages()[0]?.mail.subject).toBe('Sent anyway')
  expect(scalekit.requests('mcp tools/call')).toMatchObject([{ tool: 'gmail_send_message', status: 0 }])

  // The SDK takes the lost connection for a passing fault and asks again: by then the account is gone.
  scalekit.fault('grpc DeleteConnectedAccount', { type: 'drop-answer' })
  await sdk.actions.getConnectedAccount(GMAIL)
  await expect(sdk.actions.deleteConnectedAccount(GMAIL)).rejects.toThrow()
  expect(scalekit.accounts()).toEqual([])
})

it('waits before a request that is held or delayed, while others go ahead', async () => {
  const { scalekit, sdk, api } = await startTestScalekit()
  const token = await sdk.getClientAccessToken()
  let release = () => {}
  const until = new Promise<void>((resolve) => {
    release = resolve
  })
  scalekit.fault('POST /api/v1/mcp/configs', { type: 'hold', until })
  const held = api('POST', '/mcp/configs', { name: 'held' }, token)
  await api('GET', '/mcp/configs', undefined, token)
  expect(scalekit.configs()).toEqual([])
  release()
  expect((await held).status).toBe(201)
  const configCalls = scalekit.requests().filter(({ endpoint }) => endpoint.endsWith('/mcp/configs'))
  expect(configCalls.map(({ endpoint }) => endpoint.split(' ')[0])).toEqual(['GET', 'POST'])

  scalekit.fault('POST /api/v1/mcp/configs', { type: 'delay', milliseconds: 1 })
  expect((await api('POST', '/mcp/configs', { name: 'delayed' }, token)).status).toBe(201)
  scalekit.fault('grpc ListConnectedAccounts', { type: 'delay', milliseconds: 1 })
  await expect(sdk.actions.listConnectedAccounts()).resolves.toMatchObject({ totalSize: 0 })
})

it('tells the protocols apart however a connection begins, and closes with connections open', async () => {
  const { scalekit } = await startTestScalekit()
  const port = Number(new URL(scalekit.url).port)
  /** Sends the first byte alone, which both protocols could begin with, and gives the first bytes of the answer. */
  const answerTo = (beginning: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.setNoDelay(true)
      socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
      socket.write(beginning.slice(0, 1), () => {
        setImmediate(() => setImmediate(() => socket.write(beginning.slice(1))))
      })
      onTestFinished(() => {
        socket.destroy()
      })
    })
  const post = 'POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n'
  expect(await answerTo(post)).toMatch(/^HTTP\/1\.1 400 /)
  const emptySettingsFrame = '\0\0\0\x04\0\0\0\0\0'
  const http2 = await answerTo(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${emptySettingsFrame}`)
  // A settings frame: its type is the fourth byte.
  expect(http2.charCodeAt(3)).toBe(4)
  const silent = connect(port, '127.0.0.1')
  const ended = new Promise((resolve) => silent.on('close', resolve))
  silent.on('error', () => {})
  await new Promise((resolve) => silent.on('connect', resolve))
  await scalekit.close()
  await ended
})

it('says so when its port is taken', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    other.close()
  })
  const address = other.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await expect(startScalekit({ port, world: { mailAccounts: [] }, mailboxes: new Map() })).rejects.toThrow('EADDRINUSE')
})
