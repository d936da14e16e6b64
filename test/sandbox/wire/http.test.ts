import { createServer } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { BodyTooLargeError, escapeHtml, listenOnLoopback, readBody, sendJson } from '../../../src/sandbox/wire/http.js'

async function echo(mostBytes: number): Promise<string> {
  const server = createServer((request, response) => {
    readBody(request, mostBytes).then(
      (body) => sendJson(response, 200, { size: body.length }, { 'cache-control': 'no-store' }),
      (error: unknown) => sendJson(response, 413, { tooLarge: error instanceof BodyTooLargeError }),
    )
  })
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${await listenOnLoopback(server, 0)}`
}

it('reads a body up to its limit, and refuses one that is longer', async () => {
  const url = await echo(10)
  const within = await fetch(url, { method: 'POST', body: 'x'.repeat(10) })
  expect(within.headers.get('content-type')).toBe('application/json')
  expect(within.headers.get('cache-control')).toBe('no-store')
  expect(await within.json()).toEqual({ size: 10 })
  const beyond = await fetch(url, { method: 'POST', body: 'x'.repeat(11) })
  expect([beyond.status, await beyond.json()]).toEqual([413, { tooLarge: true }])
})

it('rejects a port that is taken', async () => {
  const port = Number(new URL(await echo(1)).port)
  await expect(listenOnLoopback(createServer(), port)).rejects.toThrow('EADDRINUSE')
})

it('escapes what HTML would read', () => {
  expect(escapeHtml(`<a title="x">'&'</a>`)).toBe('&lt;a title=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;')
})
