import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isSlacks, responder } from '../../../../src/slack/inbound/listeners/respond.js'
import type { Clock } from '../../../../src/turns/time/clock.js'

const SLACK = 'https://slack.com/api/'
const SANDBOX = 'http://127.0.0.1:4000/api/'

describe('an address that a payload names', () => {
  it.each([
    ['https://hooks.slack.com/commands/T1/1/x', SLACK, true],
    ['https://hooks.slack.com/commands/T1/1/x', SANDBOX, true],
    ['https://slack.com/x', SLACK, true],
    ['https://hooks.slack-gov.com/x', SLACK, true],
    ['https://HOOKS.SLACK.COM./x', SLACK, false],
    ['http://hooks.slack.com/x', SLACK, false],
    ['https://hooks.slack.com.evil.example/x', SLACK, false],
    ['https://evilslack.com/x', SLACK, false],
    ['https://evil.example/hooks.slack.com', SLACK, false],
    ['https://hooks.slack.com@evil.example/x', SLACK, false],
    ['https://me:secret@hooks.slack.com/x', SLACK, false],
    ['http://169.254.169.254/latest', SLACK, false],
    ['http://127.0.0.1:4000/actions/x', SANDBOX, true],
    ['http://127.0.0.1:5000/actions/x', SANDBOX, true],
    ['http://127.0.0.1:4000/actions/x', SLACK, false],
    ['http://127.0.0.2:4000/actions/x', SANDBOX, false],
    ['http://slack.example/x', 'https://slack.example/api/', false],
    ['https://slack.example/x', 'https://slack.example/api/', true],
    ['file:///etc/passwd', SLACK, false],
    ['not an address', SLACK, false],
    ['', SLACK, false],
  ])('%s is called, with the Web API at %s: %s', (url, apiUrl, isCalled) => {
    expect(isSlacks(url, apiUrl)).toBe(isCalled)
  })
})

describe('an answer', () => {
  let server: Server
  let asked: string[]
  let status: number
  let headers: Record<string, string>
  let pauses: number[]
  /** Pauses are over at once, and noted. */
  const clock: Clock = {
    now: () => 0,
    setTimeout: (run, ms) => {
      pauses.push(ms)
      const timer = setImmediate(run)
      return { clear: () => clearImmediate(timer) }
    },
  }
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const message = { response_type: 'ephemeral', replace_original: false, text: 'Hello' } as const

  beforeEach(async () => {
    asked = []
    status = 200
    headers = {}
    pauses = []
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(status, headers).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('goes where the address leads', async () => {
    await responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)
    expect(asked).toEqual(['/actions/1'])
  })

  it('is never sent to a stranger', async () => {
    await expect(responder(SLACK, clock)(`${url()}/actions/1`, message)).rejects.toThrow('no host of Slack')
    expect(asked).toEqual([])
  })

  it('goes nowhere else because somebody says so', async () => {
    status = 302
    headers = { location: `${url()}/elsewhere` }
    await expect(responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)).rejects.toThrow()
    expect(asked).toEqual(['/actions/1'])
  })

  it('that Slack does not take is known', async () => {
    status = 404
    await expect(responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)).rejects.toThrow('404')
    expect(asked).toHaveLength(1)
  })

  it.each([
    [500, {}, [1_000, 2_000]],
    [503, { 'retry-after': '7' }, [7_000, 7_000]],
    [429, { 'retry-after': '0' }, [1_000, 2_000]],
  ])('that meets %i is tried three times, and not before Slack asks for it', async (refusal, asking, waited) => {
    status = refusal
    headers = asking
    await expect(responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)).rejects.toThrow(String(refusal))
    expect(asked).toHaveLength(3)
    expect(pauses).toEqual(waited)
  })

  it('arrives once Slack answers again', async () => {
    status = 502
    server.once('request', () => {
      status = 200
    })
    await responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)
    expect(asked).toHaveLength(2)
  })

  it('arrives although a connection broke', async () => {
    server.prependOnceListener('request', (request) => request.socket.destroy())
    await responder(`${url()}/api/`, clock)(`${url()}/actions/1`, message)
    expect(asked).toHaveLength(2)
  })
})
