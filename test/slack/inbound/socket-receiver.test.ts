import { App } from '@slack/bolt'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Json } from '../../../src/sandbox/slack/wire/json.js'
import { brokenEnvelope } from '../../../src/slack/inbound/socket-client.js'
import { SocketReceiver } from '../../../src/slack/inbound/socket-receiver.js'
import { AWAKE_CLOCK } from '../../../src/turns/time/clock.js'
import { QUIET, slackFor } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

const envelope = (payload: unknown) => JSON.stringify({ type: 'events_api', envelope_id: 'e1', payload })

describe('an envelope', () => {
  it.each<[string, unknown, string | null]>([
    ['with an event', envelope({ type: 'event_callback', event: { type: 'message' } }), null],
    ['without a payload', envelope(undefined), 'no payload'],
    ['with a payload that is no object', envelope('x'), 'no payload'],
    ['without an event', envelope({ type: 'event_callback' }), 'no event'],
    ['with an event that is no object', envelope({ event: 'message' }), 'no event'],
    ['with an event of no type', envelope({ event: {} }), 'no event'],
    ['with an event whose type is no name', envelope({ event: { type: 7 } }), 'no event'],
    [
      'that says too many events came',
      envelope({ type: 'app_rate_limited', minute_rate_limited: 1 }),
      'app_rate_limited',
    ],
    ['of a command', JSON.stringify({ type: 'slash_commands', payload: {} }), null],
    ['that says hello', JSON.stringify({ type: 'hello' }), null],
    ['under a name of the client’s own', JSON.stringify({ type: 'disconnected' }), 'no type of an envelope'],
    ['with an event under such a name', envelope({ event: { type: 'disconnected' } }), 'no type of an event'],
    ['of a kind newer than this code', JSON.stringify({ type: 'brand_new' }), null],
    ['without a type', '{}', null],
    ['that is not JSON', '{"type": "events_a', 'not JSON'],
    ['that is no object', '[1, 2', 'not JSON'],
    ['that is only a number', '7', 'not an object'],
    ['that is null', 'null', 'not an object'],
    ['in bytes', Buffer.from('{}'), null],
  ])('%s', (_, data, reason) => {
    expect(brokenEnvelope(data)).toBe(reason)
  })
})

async function open() {
  const slack = await slackFor()
  const log = new SilentLog()
  const connection = new SocketReceiver({ appToken: slack.appToken, apiUrl: slack.apiUrl, clock: AWAKE_CLOCK, log })
  const app = new App({
    receiver: connection,
    token: slack.botToken,
    ...{ botId: 'B0', botUserId: 'U0', tokenVerificationEnabled: false, logger: QUIET },
  })
  const received: string[] = []
  app.event(/.*/, async ({ body }) => {
    received.push(body.event_id)
  })
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await connection.stop()
  }
  onTestFinished(stop)
  const connects = () => log.lines.filter((line) => line.message === 'slack connected').length
  const anna = slack.person('U0ANNA')
  return {
    slack,
    log,
    received,
    connection,
    connects,
    stop,
    write: (text: string) => anna.post(text, { channel: 'C0GENERAL' }),
  }
}

describe('the connection to Slack', () => {
  it('is there once it has started, and delivers', async () => {
    const { connection, received, write } = await open()
    expect(connection.connected).toBe(false)
    await connection.start()
    expect(connection.connected).toBe(true)
    write('hello')
    await vi.waitFor(() => expect(received).toHaveLength(1))
  })

  it('says at once that the token is refused', async () => {
    const { slack, connection } = await open()
    slack.revokeToken('app')
    await expect(connection.start()).rejects.toThrow(/token_revoked|invalid_auth/)
    expect(connection.connected).toBe(false)
  })

  it.each([
    ['asks to come back', 'refresh_requested'],
    ['cuts it', 'drop'],
  ] as const)('comes back when Slack %s, and misses nothing', async (_, how) => {
    const { slack, connection, connects, received, write } = await open()
    await connection.start()
    if (how === 'drop') slack.socketMode.drop()
    else slack.socketMode.disconnect(how)
    await vi.waitFor(() => expect(connects()).toBe(2), { timeout: 20_000 })
    write('hello')
    await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 20_000 })
    expect(connection.connected).toBe(true)
  })

  it('never gives up while Slack lets nobody in', async () => {
    const { slack, connection, connects, log } = await open()
    await connection.start()
    slack.faults.next('apps.connections.open', { status: 503 }, 2)
    slack.socketMode.drop()
    await vi.waitFor(() => expect(connects()).toBe(2), { timeout: 20_000 })
    expect(log.lines.filter((line) => line.level === 'warn').length).toBeGreaterThanOrEqual(2)
  })

  it('keeps the process alive while it waits to come back: nothing else may', () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const timer = AWAKE_CLOCK.setTimeout(() => undefined, 60_000)
    expect(timers()).toBe(before + 1)
    timer.clear()
    expect(timers()).toBe(before)
  })

  it('survives envelopes that would end the process', async () => {
    const { slack, connection, received, write, log } = await open()
    await connection.start()
    const frames: Json[] = [
      '{"type": "events_a',
      'null',
      { type: 'events_api', envelope_id: 'x1', payload: {} },
      { type: 'events_api', envelope_id: 'x2', payload: { type: 'app_rate_limited' } },
      { type: 'brand_new', envelope_id: 'x3', payload: {} },
    ]
    for (const frame of frames) slack.socketMode.sendRaw(frame)
    write('hello')
    await vi.waitFor(() => expect(received).toHaveLength(1))
    expect(connection.connected).toBe(true)
    expect(log.lines.filter((line) => line.message === 'slack envelope dropped')).toHaveLength(4)
  })

  it('is over when it was stopped, also while it was coming back', async () => {
    const { slack, connection, connects, stop } = await open()
    await connection.start()
    const hold = slack.faults.hold('apps.connections.open')
    slack.socketMode.drop()
    await hold.reached
    const stopping = stop()
    hold.release()
    await stopping
    expect(connection.connected).toBe(false)
    expect(connects()).toBeLessThanOrEqual(2)
    await vi.waitFor(() => expect(slack.socketMode.connections).toBe(0), { timeout: 5_000 })
  })
})
