import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isSlacks, responder } from '../../../../src/slack/inbound/listeners/respond.js'

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
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const message = { response_type: 'ephemeral', replace_original: false, text: 'Hello' } as const

  beforeEach(async () => {
    asked = []
    status = 200
    headers = {}
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
    await responder(`${url()}/api/`)(`${url()}/actions/1`, message)
    expect(asked).toEqual(['/actions/1'])
  })

  it('is never sent to a stranger', async () => {
    await expect(responder(SLACK)(`${url()}/actions/1`, message)).rejects.toThrow('no host of Slack')
    expect(asked).toEqual([])
  })

  it('goes nowhere else because somebody says so', async () => {
    status = 302
    headers = { location: `${url()}/elsewhere` }
    await expect(responder(`${url()}/api/`)(`${url()}/actions/1`, message)).rejects.toThrow()
    expect(asked).toEqual(['/actions/1'])
  })

  it('that Slack does not take is known', async () => {
    status = 404
    await expect(responder(`${url()}/api/`)(`${url()}/actions/1`, message)).rejects.toThrow('404')
  })
})
