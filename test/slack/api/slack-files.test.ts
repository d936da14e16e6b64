import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { isSlacks, SlackFiles } from '../../../src/slack/api/slack-files.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { SilentLog } from '../../turns/silent-log.js'
import { scriptedSlack } from '../inbound/scripted-slack.js'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const NEVER = new AbortController().signal

function filesAt(origin: string, answer: object = {}, timeoutMs = 5_000) {
  const log = new SilentLog()
  const { web } = scriptedSlack(() => answer, log)
  return { log, files: new SlackFiles({ web, botToken: 'xoxb-secret', apiUrl: `${origin}/api/`, log, timeoutMs }) }
}

const found = (url: string, rest: object = {}) => ({
  id: 'F1',
  name: 'a.txt',
  mimetype: 'text/plain',
  size: 5,
  url,
  ...rest,
})

describe('the content of a file', () => {
  it('is fetched with the bot token, from host to host of Slack’s', async () => {
    const heard: (string | undefined)[] = []
    const origin = await serve((request, response) => {
      heard.push(request.headers.authorization)
      if (request.url === '/old') return response.writeHead(302, { location: '/new' }).end()
      response.writeHead(200, { 'content-type': 'text/plain' }).end('hello')
    })
    const content = await filesAt(origin).files.download(found(`${origin}/old`), 5, NEVER)
    expect(Buffer.from(content as Uint8Array).toString()).toBe('hello')
    expect(heard).toEqual(['Bearer xoxb-secret', 'Bearer xoxb-secret'])
  })

  it('is fetched from nowhere else, and no redirect leads there', async () => {
    const heard: string[] = []
    const elsewhere = await serve((request, response) => {
      heard.push(request.url ?? '')
      response.end('hello')
    })
    const origin = await serve((_, response) => response.writeHead(302, { location: `${elsewhere}/x` }).end())
    const { files, log } = filesAt(origin)
    expect(await files.download(found(`${elsewhere}/y`), 5, NEVER)).toBe('unreadable')
    expect(await files.download(found(`${origin}/y`), 5, NEVER)).toBe('unreadable')
    expect(heard).toEqual([])
    expect(JSON.stringify(log)).not.toContain('xoxb-secret')
  })

  it('ends where it is longer than it may be, whatever Slack says', async () => {
    let isClosed: () => void
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve
    })
    let written = 0
    const origin = await serve((_, response) => {
      response.on('close', () => isClosed())
      const write = (): void => {
        do written += 10_000
        while (!response.destroyed && response.write('x'.repeat(10_000)))
        response.once('drain', write)
      }
      write()
    })
    expect(await filesAt(origin).files.download(found(`${origin}/endless`), 50_000, NEVER)).toBe('too_large')
    await closed
    // Its limit, and what the buffers on the way hold.
    expect(written).toBeLessThan(20_000_000)
  })

  it.each([
    [200, { 'content-type': 'text/html; charset=utf-8' }, 'no_scope'],
    [404, {}, 'deleted'],
    [410, {}, 'deleted'],
    [403, {}, 'unreadable'],
  ] as const)('is none where Slack answers %d %j: %s', async (status, headers, problem) => {
    const origin = await serve((_, response) => response.writeHead(status, headers).end('<title>Sign in</title>'))
    expect(await filesAt(origin).files.download(found(`${origin}/f`), 99, NEVER)).toBe(problem)
  })

  it('may be a page of the person’s own', async () => {
    const page = '<p>mine</p>'
    const headers = { 'content-type': 'text/html', 'content-length': page.length }
    const origin = await serve((_, response) => response.writeHead(200, headers).end(page))
    const own = found(`${origin}/f`, { mimetype: 'text/html', size: page.length })
    expect(await filesAt(origin).files.download(own, 99, NEVER)).toBeInstanceOf(Uint8Array)
    expect(await filesAt(origin).files.download({ ...own, size: 400 }, 999, NEVER)).toBe('no_scope')
  })

  it('comes later where Slack is away', async () => {
    const busy = await serve((_, response) => response.writeHead(429, { 'retry-after': '7' }).end())
    await expect(filesAt(busy).files.download(found(`${busy}/f`), 5, NEVER)).rejects.toMatchObject({
      retryAfterMs: 7_000,
    })
    const broken = await serve((_, response) =>
      response.writeHead(200, { 'content-length': 9 }).end('hel', () => response.destroy()),
    )
    await expect(filesAt(broken).files.download(found(`${broken}/f`), 99, NEVER)).rejects.toThrow(Unavailable)
    const silent = await serve(() => {})
    await expect(filesAt(silent, {}, 50).files.download(found(`${silent}/f`), 99, NEVER)).rejects.toThrow(Unavailable)
  })
})

describe('what a file is', () => {
  const at = (answer: object) =>
    filesAt('https://slack.test', answer).files.find({ id: 'F1', name: 'x', mimetype: '', size: 0 })
  const file = { name: 'a.txt', mimetype: 'text/plain', size: 5, url_private: 'https://files.slack.com/a' }

  it('is asked of Slack', async () => {
    expect(await at({ file })).toEqual({
      id: 'F1',
      name: 'a.txt',
      mimetype: 'text/plain',
      size: 5,
      url: 'https://files.slack.com/a',
    })
  })

  it.each([
    [{ ok: false, error: 'file_not_found' }, 'deleted'],
    [{ ok: false, error: 'file_deleted' }, 'deleted'],
    [{ ok: false, error: 'missing_scope' }, 'no_scope'],
    [{ ok: false, error: 'not_visible' }, 'unreadable'],
    [{ file: { mode: 'tombstone' } }, 'deleted'],
    [{ file: { ...file, is_external: true } }, 'elsewhere'],
    [{ file: { ...file, mode: 'hidden_by_limit' } }, 'unreadable'],
    [{ file: { name: 'a.txt' } }, 'unreadable'],
  ])('%j: %s', async (answer, problem) => expect(await at(answer)).toBe(problem))
})

describe('a host of Slack’s', () => {
  it.each([
    ['https://files.slack.com/files-pri/T1-F1/a', true],
    ['https://acme.slack.com/files/a', true],
    ['https://a.slack-edge.com/b', true],
    ['https://slack.test/files-pri/a', true],
    ['http://files.slack.com/a', false],
    ['https://files.slack.com.evil.example/a', false],
    ['https://evilslack.com/a', false],
    ['https://files.slack.com@evil.example/a', false],
    ['https://x:y@files.slack.com/a', false],
    ['http://slack.test/a', false],
    ['https://slack.test:8443/a', false],
    ['nonsense', false],
  ])('%s: %s', (url, isIt) => expect(isSlacks(url, 'https://slack.test/api/')).toBe(isIt))
})
