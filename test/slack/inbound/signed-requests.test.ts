import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RefusalReason, SignedRequests } from '../../../src/slack/inbound/signed-requests.js'
import { portOf } from '../../support/free-port.js'
import { SilentLog } from '../../turns/silent-log.js'

const SECRET = 'the-signing-secret'
const BODY = '{"type":"event_callback"}'

async function open() {
  const log = new SilentLog()
  const reasons: RefusalReason[] = []
  const clock = { now: 0 }
  const requests = new SignedRequests({
    signingSecret: SECRET,
    receiver: { requestListener: (_, response) => void response.writeHead(200).end('handled') },
    onRefused: (reason) => reasons.push(reason),
    log,
    now: () => clock.now,
  })
  const server = createServer((request, response) => void requests.receive(request, response)).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const post = async (headers: Record<string, string>, body = BODY) =>
    (await fetch(`http://127.0.0.1:${portOf(server)}/slack/events`, { method: 'POST', headers, body })).status
  return { requests, reasons, log, clock, post }
}

function signed(body = BODY, secret = SECRET, ageSeconds = 0): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds)
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` }
}

const SSL_CHECK = { 'content-type': 'application/x-www-form-urlencoded' }

describe('a request that Slack did not sign', () => {
  it.each([
    ['without a signature', {}, 'unsigned'],
    ['with the signature of another secret', signed(BODY, 'another'), 'mismatch'],
    ['with the signature of another body', signed('{}'), 'mismatch'],
    ['of another version', { ...signed(), 'x-slack-signature': 'v9=00' }, 'mismatch'],
    ['signed an hour ago', signed(BODY, SECRET, 3600), 'stale'],
  ] as const)('%s is refused, told at warn and counted', async (_, headers, reason) => {
    const { requests, reasons, log, post } = await open()
    expect(await post(headers)).toBe(401)
    expect(reasons).toEqual([reason])
    expect(log.lines).toEqual([
      {
        level: 'warn',
        fields: { reason, count: 1, accepted_before: false },
        message: expect.stringMatching(/^slack request refused: /),
      },
    ])
    expect(requests.problem).toContain('Check SLACK_SIGNING_SECRET and the clock')
  })

  it('is refused before it is read where it is larger than anything that Slack sends', async () => {
    const { reasons, post } = await open()
    const large = 'x'.repeat(12 * 1024 * 1024)
    expect(await post(signed(large), large)).toBe(413)
    expect(reasons).toEqual(['unreadable'])
  })

  it('is told once a minute, however many there are, and counted every time', async () => {
    const { reasons, log, clock, post } = await open()
    for (let count = 0; count < 5; count += 1) await post({})
    clock.now += 59_999
    await post({})
    expect(log.lines).toHaveLength(1)
    clock.now += 1
    await post({})
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { reason: 'unsigned', count: 1, accepted_before: false },
      { reason: 'unsigned', count: 6, accepted_before: false },
    ])
    expect(reasons).toHaveLength(7)
  })
})

describe('readiness', () => {
  it('is not taken away by strangers once Slack was heard', async () => {
    const { requests, log, post } = await open()
    expect(requests.problem).toBeNull()
    expect(await post(signed())).toBe(200)
    expect(await post({})).toBe(401)
    expect(requests.problem).toBeNull()
    expect(log.lines).toMatchObject([{ fields: { accepted_before: true } }])
  })

  it('comes back with the first request that is accepted', async () => {
    const { requests, post } = await open()
    await post({})
    expect(requests.problem).not.toBeNull()
    await post(signed())
    expect(requests.problem).toBeNull()
  })

  it('is not given by what needs no signature', async () => {
    const { requests, post } = await open()
    await post({})
    expect(await post(SSL_CHECK, 'ssl_check=1&payload=forged')).toBe(200)
    expect(requests.problem).not.toBeNull()
  })
})
