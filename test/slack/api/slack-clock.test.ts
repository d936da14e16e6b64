import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SlackClock } from '../../../src/slack/api/slack-clock.js'
import { Neighbours } from '../../../src/slack/inbound/socket-client.js'
import { portOf } from '../../support/free-port.js'
import { SilentLog } from '../../turns/silent-log.js'

const NOON = Date.parse('2026-11-29T12:00:00Z')
const header = (ms: number) => new Date(ms).toUTCString()

function open() {
  const log = new SilentLog()
  const host = { now: NOON, monotonic: 5_000 }
  return { log, host, clock: new SlackClock({ log, now: () => host.now, monotonic: () => host.monotonic }) }
}

describe('Slack’s clock', () => {
  it('is not known before Slack has told it', () => {
    const { clock } = open()
    for (const date of [null, '', 'yesterday']) clock.read(date)
    expect([clock.now(), clock.skewMs]).toEqual([null, null])
  })

  it('goes on whatever becomes of the host’s', () => {
    const { clock, host } = open()
    clock.read(header(NOON - 7_200_000))
    host.monotonic += 1_500
    host.now -= 86_400_000
    expect(clock.now()).toBe(NOON - 7_200_000 + 1_500)
  })

  it.each([
    [61_000, 61],
    [-61_000, -61],
    [60_000, null],
    [-60_000, null],
    [0, null],
  ])('is compared with the host’s, and more than a minute is told: %i', (ahead, seconds) => {
    const { clock, log } = open()
    for (let answers = 0; answers < 3; answers += 1) clock.read(header(NOON - ahead))
    expect(clock.skewMs).toBe(ahead)
    expect(log.lines.map(({ level, fields }) => ({ level, fields }))).toEqual(
      seconds === null ? [] : [{ level: 'warn', fields: { seconds_ahead: seconds } }],
    )
  })

  it('is compared again once the host’s was set right', () => {
    const { clock, log } = open()
    for (const ahead of [61_000, 0, 61_000]) clock.read(header(NOON - ahead))
    expect(log.lines).toHaveLength(2)
  })

  it('is read from every answer of Slack', async () => {
    const { clock } = open()
    const server = createServer((_, response) => void response.writeHead(429, { date: header(NOON) }).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const answer = await clock.fetch(`http://127.0.0.1:${portOf(server)}`, {})
    await answer.text()
    expect(clock.now()).toBe(NOON)
  })
})

describe('a second process on the same app', () => {
  const hello = (num_connections: unknown) => JSON.stringify({ type: 'hello', num_connections })
  it.each([
    ['alone', [hello(1), hello(1)], []],
    ['another one at the start', [hello(2), hello(3)], [2]],
    ['its own connection that was just closed', [hello(1), hello(2), hello(2)], []],
    ['two more later', [hello(1), hello(3), hello(4)], [3]],
    ['no count', [hello('many'), hello(undefined), 'ping', 7, '{"type":"events_api","num_connections":9}'], []],
  ])('is told once: %s', (_, frames, told) => {
    const log = new SilentLog()
    const neighbours = new Neighbours(log)
    for (const frame of frames) neighbours.look(frame)
    expect(log.lines.map(({ fields }) => fields)).toEqual(told.map((connections) => ({ connections })))
  })
})
