import { createServer } from 'node:http'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { ListenError, type ListenerSettings, type Listeners, listen } from '../../src/web/listeners.js'
import { freePort, portOf } from '../support/free-port.js'
import { SilentLog } from '../turns/silent-log.js'

const open: Listeners[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

const page = (path: string) => ({
  path,
  method: 'GET' as const,
  handler: (_: unknown, response: { end(text: string): void }) => response.end(path),
})
const ROUTES = { health: [page('/healthz')], metrics: [page('/metrics')], site: [page('/connect')] }

const none: ListenerSettings = { mode: 'socket', host: undefined, port: undefined, metricsPort: undefined }

/** What was logged of each listener, by the name of its setting. */
async function start(settings: Partial<ListenerSettings>) {
  const log = new SilentLog()
  open.push(await listen({ ...none, ...settings }, ROUTES, log))
  const lines = log.lines.flatMap(({ fields, message }) =>
    typeof message === 'string' && message.startsWith('listener started')
      ? [{ message, fields: fields as { setting: string; host: string; port: number } }]
      : [],
  )
  const of = (name: string) => lines.find(({ fields }) => fields.setting === name)
  const status = async (name: string, path: string) =>
    (await fetch(`http://127.0.0.1:${of(name)?.fields.port}${path}`)).status
  return { lines, of, status }
}

describe('where the bot listens', () => {
  it('is nowhere without a port', async () => {
    expect((await start({})).lines).toEqual([])
  })

  it.each([
    ['Socket Mode', { mode: 'socket' }, '127.0.0.1'],
    ['Socket Mode with HOST', { mode: 'socket', host: '0.0.0.0' }, '0.0.0.0'],
    ['HTTP mode with HOST', { mode: 'http', host: '127.0.0.1' }, '127.0.0.1'],
  ] as const)('%s', async (_, settings, host) => {
    const { of } = await start({ ...settings, port: 0, metricsPort: 0 })
    for (const name of ['PORT', 'METRICS_PORT']) {
      expect(of(name)?.fields).toMatchObject({ host, port: expect.any(Number) })
      expect(of(name)?.message.includes('set HOST')).toBe(host === '127.0.0.1')
    }
  })

  it('is every address in HTTP mode, since Slack’s requests have to come in; the metrics stay here', async () => {
    const { of } = await start({ mode: 'http', port: 0, metricsPort: 0 })
    expect(['::', '0.0.0.0']).toContain(of('PORT')?.fields.host)
    expect(of('METRICS_PORT')?.fields.host).toBe('127.0.0.1')
  })

  it.skipIf(elsewhere() === undefined)('does not let another machine in by itself', async () => {
    const { of } = await start({ port: 0 })
    await expect(fetch(`http://${elsewhere()}:${of('PORT')?.fields.port}/healthz`)).rejects.toThrow()
  })
})

/** The address by which other machines would reach this one. */
function elsewhere(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

describe('the metrics', () => {
  it('are on PORT, where they have none of their own', async () => {
    const { status } = await start({ port: 0 })
    for (const path of ['/healthz', '/metrics', '/connect']) expect(await status('PORT', path)).toBe(200)
  })

  it('are on their own port only, with the health checks and nothing else', async () => {
    const { status } = await start({ port: 0, metricsPort: 0 })
    const answers = async (name: string) =>
      await Promise.all(['/healthz', '/metrics', '/connect'].map(async (path) => await status(name, path)))
    expect(await answers('PORT')).toEqual([200, 404, 200])
    expect(await answers('METRICS_PORT')).toEqual([200, 200, 404])
  })

  it('need no PORT', async () => {
    const { status } = await start({ metricsPort: 0 })
    expect(await status('METRICS_PORT', '/metrics')).toBe(200)
  })
})

describe('a port that cannot be listened on', () => {
  async function busyPort(): Promise<number> {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    onTestFinished(() => {
      other.close()
    })
    return portOf(other)
  }

  it.each(['port', 'metricsPort'] as const)('is told with its remedy, and nothing stays open: %s', async (which) => {
    const [busy, free] = [await busyPort(), await freePort()]
    const settings = { ...none, port: free, metricsPort: free, [which]: busy }
    const failed = listen(settings, ROUTES, new SilentLog())
    await expect(failed).rejects.toThrow(ListenError)
    const name = which === 'port' ? 'PORT' : 'METRICS_PORT'
    await expect(failed).rejects.toThrow(
      `${name}: port ${busy} is used by another program. Stop that one, or set ${name}`,
    )
    await expect(fetch(`http://127.0.0.1:${free}/healthz`)).rejects.toThrow()
  })

  it('is told where HOST is no address of this machine', async () => {
    const failed = listen({ ...none, port: 0, host: '192.0.2.1' }, ROUTES, new SilentLog())
    await expect(failed).rejects.toThrow(/HOST: 192\.0\.2\.1 is no address of this machine\. Set it to one/)
  })
})
