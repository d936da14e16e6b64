/** How long a session token lasts, told in one way or another. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Scalekit } from '../../src/scalekit/client.js'
import { tokenMint } from '../../src/scalekit/tokens.js'

const HOUR_S = 60 * 60

async function mintFrom(answer: object) {
  const server = createServer((request, response) => {
    request.resume()
    const isLogin = request.url === '/oauth/token'
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isLogin ? { access_token: 'access' } : { token: 'session', ...answer }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const scalekit = new Scalekit({ url: `http://127.0.0.1:${port}`, clientId: 'id', clientSecret: 'secret' })
  return await tokenMint(scalekit, { configId: 'cfg_1', connection: 'gmail' })('anna', HOUR_S)
}

it.each([
  ['to the second', '2030-01-01T10:00:00Z'],
  ['to the nanosecond', '2030-01-01T10:00:00.000999999Z'],
  ['in another time zone', '2030-01-01T12:00:00+02:00'],
])('is believed as told %s', async (_, expires_at) => {
  expect(await mintFrom({ expires_at })).toEqual({ token: 'session', expiresAt: Date.parse('2030-01-01T10:00:00Z') })
})

it.each([
  ['it is not told', {}],
  ['it is told as a number', { expires_at: 1_900_000_000 }],
  ['it is told as no time', { expires_at: 'soon' }],
])('is what was asked for where %s', async (_, answer) => {
  const before = Date.now()
  const { expiresAt } = await mintFrom(answer)
  expect(expiresAt).toBeGreaterThanOrEqual(before + HOUR_S * 1000)
  expect(expiresAt).toBeLessThanOrEqual(Date.now() + HOUR_S * 1000)
})
