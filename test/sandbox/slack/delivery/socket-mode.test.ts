import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { Clock, type Envelope, isEvent, outcomeOf, slackFor, socketApp, WORLD, webFor } from '../harness.js'

/** Short enough that an unacknowledged envelope is tried again within the test; nothing asserts on how long it took. */
const IMPATIENT = { acknowledgeWithinMs: 200, retryAfterMs: [0, 0, 0] }

const isMessage = (envelope: Envelope) => isEvent(envelope, 'message')

describe('connections', () => {
  test('are opened with an app token and greeted', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    expect(app.frames[0]).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: WORLD.bot.appId },
      debug_info: { approximate_connection_time: expect.any(Number) },
    })
    const second = await socketApp(slack)
    expect(second.frames[0]).toMatchObject({ num_connections: 2 })
  })

  test('need a ticket that was not used and is not old', async () => {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now })
    const open = async () => (await webFor(slack, slack.appToken).apps.connections.open({})).url ?? ''
    const connect = async (url: string): Promise<string> => {
      const socket = new WebSocket(url)
      const outcome = await new Promise<string>((resolve) => {
        socket.on('open', () => resolve('open'))
        socket.on('error', ({ message }) => resolve(message))
      })
      socket.terminate()
      return outcome
    }
    const url = await open()
    expect(await connect(url)).toBe('open')
    expect(await connect(url)).toContain('401')
    expect(await connect(url.replace(/ticket=[^&]+/, 'ticket=made-up'))).toContain('401')
    const old = await open()
    clock.advance(30_001)
    expect(await connect(old)).toContain('401')
    slack.socketMode.refuseConnections = true
    expect(await connect(await open())).toContain('503')
  })

  test('are pinged', async () => {
    const slack = await slackFor()
    const { url = '' } = await webFor(slack, slack.appToken).apps.connections.open({})
    const socket = new WebSocket(url)
    await once(socket, 'ping')
    socket.terminate()
  })

  test('are ten at most', async () => {
    const slack = await slackFor()
    const sockets: WebSocket[] = []
    const frames: Record<string, unknown>[] = []
    for (let i = 0; i < 11; i++) {
      const { url = '' } = await webFor(slack, slack.appToken).apps.connections.open({})
      const socket = new WebSocket(url)
      sockets.push(socket)
      const [frame] = await once(socket, 'message')
      frames.push(JSON.parse(String(frame)))
    }
    expect(frames[9]).toMatchObject({ type: 'hello', num_connections: 10 })
    expect(frames[10]).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' })
    for (const socket of sockets) socket.terminate()
  })

  test('share the traffic: each envelope goes to one of them', async () => {
    const slack = await slackFor()
    const apps = [await socketApp(slack), await socketApp(slack)]
    for (let i = 0; i < 6; i++) slack.person('U0ANNA').post(`message ${i}`)
    await slack.waitFor(
      () => slack.deliveries.all.length === 6 && slack.deliveries.all.every(({ acknowledged }) => acknowledged),
    )
    const counts = apps.map(({ received }) => received.length)
    expect(counts).toEqual([3, 3])
  })

  test('end with a disconnect frame, and the app comes back', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack, () => true, 1000)
    slack.socketMode.disconnect('refresh_requested')
    await slack.waitFor(() => slack.socketMode.connections === 0)
    expect(app.frames.at(-1)).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' })
    await slack.waitFor(() => slack.socketMode.connections === 1, { description: 'the client to come back' })
    slack.person('U0ANNA').post('still there?')
    await app.next(isMessage)
  })

  test('that were asked to go get nothing more, those that were warned still do', async () => {
    const slack = await slackFor()
    /** A client that stays whatever it is told, and acknowledges what comes. */
    const stubborn = async () => {
      const { url = '' } = await webFor(slack, slack.appToken).apps.connections.open({})
      const socket = new WebSocket(url)
      const texts: string[] = []
      socket.on('message', (frame) => {
        const { envelope_id, payload } = JSON.parse(String(frame))
        if (payload?.event?.text === undefined) return
        texts.push(payload.event.text)
        socket.send(JSON.stringify({ envelope_id }))
      })
      await once(socket, 'message')
      onTestFinished(() => socket.terminate())
      return texts
    }
    const first = await stubborn()
    const post = async (text: string) => {
      slack.person('U0ANNA').post(text)
      await slack.waitFor(() => slack.deliveries.all.at(-1)?.acknowledged)
    }
    slack.socketMode.disconnect('warning')
    await post('one')
    slack.socketMode.disconnect('refresh_requested')
    const second = await stubborn()
    for (const text of ['two', 'three']) await post(text)
    expect([first, second]).toEqual([['one'], ['two', 'three']])
  })

  test('cut without a word, the app comes back too', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack, () => true, 1000)
    slack.socketMode.drop()
    await slack.waitFor(() => slack.socketMode.connections === 0)
    slack.person('U0ANNA').post('while nobody listens')
    await app.next(isMessage)
  })
})

describe('envelopes', () => {
  test('carry the event as Slack wraps it', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    const { channel, ts } = slack.person('U0ANNA').post('hello')
    const { body, ...envelope } = await app.next(isMessage)
    expect(envelope).toMatchObject({
      type: 'events_api',
      accepts_response_payload: false,
      retry_num: 0,
      retry_reason: '',
    })
    expect(body).toMatchObject({
      token: expect.any(String),
      team_id: WORLD.team.id,
      api_app_id: WORLD.bot.appId,
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev/),
      event_time: expect.any(Number),
      authorizations: [{ enterprise_id: null, team_id: WORLD.team.id, user_id: WORLD.bot.userId, is_bot: true }],
      is_ext_shared_channel: false,
      event_context: expect.any(String),
      event: { type: 'message', channel, channel_type: 'im', user: 'U0ANNA', text: 'hello', ts, event_ts: ts },
    })
  })

  test('that are not acknowledged come again: same event, fresh envelope, and a word about it', async () => {
    const slack = await slackFor({ timing: IMPATIENT })
    let refusals = 2
    const app = await socketApp(slack, () => {
      if (refusals === 1) slack.timing.acknowledgeWithinMs = 20_000
      refusals -= 1
      return refusals < 0
    })
    slack.person('U0ANNA').post('hello')
    await slack.waitFor(() => slack.deliveries.all.find(({ acknowledged }) => acknowledged))
    expect(app.received.slice(0, 3).map(({ retry_num, retry_reason }) => [retry_num, retry_reason])).toEqual([
      [0, ''],
      [1, 'timeout'],
      [2, 'timeout'],
    ])
    expect(new Set(app.received.map(({ body }) => body.event_id)).size).toBe(1)
    expect(new Set(app.received.map(({ envelope_id }) => envelope_id)).size).toBe(app.received.length)
  })

  test('are given up after the third retry', async () => {
    const slack = await slackFor({ timing: IMPATIENT })
    const app = await socketApp(slack, () => false)
    slack.person('U0ANNA').post('hello')
    const delivery = await slack.waitFor(() => slack.deliveries.all.find(({ finished }) => finished))
    expect(delivery).toMatchObject({ attempts: 4, acknowledged: false })
    await app.next(({ retry_num }) => retry_num === 3)
    expect(app.received).toHaveLength(4)
  })

  test('that are acknowledged late are not sent again', async () => {
    const slack = await slackFor({ timing: { acknowledgeWithinMs: 60, retryAfterMs: [600_000] } })
    const app = await socketApp(slack, () => false)
    slack.person('U0ANNA').post('hello')
    const { ack } = await app.next(isMessage)
    await slack.waitFor(() => slack.wire.entries.find(({ outcome }) => outcome === 'not acknowledged: timeout'))
    await ack()
    const delivery = await slack.waitFor(() => slack.deliveries.all.find(({ finished }) => finished))
    expect(delivery).toMatchObject({ acknowledged: true, attempts: 1 })
  })

  test('wait for a connection and reach the one that comes', async () => {
    const slack = await slackFor({ timing: { acknowledgeWithinMs: 20_000 } })
    slack.person('U0ANNA').post('early')
    const app = await socketApp(slack)
    const envelope = await app.next(isMessage)
    expect(envelope.body.event.text).toBe('early')
  })

  test('can be sent again on purpose, and anything else with them', async () => {
    const slack = await slackFor()
    const app = await socketApp(slack)
    slack.person('U0ANNA').post('hello')
    const first = await app.next(isMessage)
    await slack.deliveries.redeliver(first.body.event_id)
    const again = await app.next((envelope) => envelope.retry_num === 1)
    expect(again.body).toEqual(first.body)
    expect(again.envelope_id).not.toBe(first.envelope_id)
    slack.socketMode.sendRaw('no json at all')
    slack.socketMode.sendRaw({ envelope_id: 'raw', type: 'interactive', payload: { type: 'odd' } })
    await app.next(({ envelope_id }) => envelope_id === 'raw')
    slack.sendEvent({ type: 'team_join' })
    await app.next((envelope) => isEvent(envelope, 'team_join'))
  })

  test('do not come at all without a subscription or a membership', async () => {
    const slack = await slackFor({ botEvents: ['message.channels'] })
    slack.addChannel({ id: 'C0OTHER', name: 'other', members: ['U0ANNA'], bot: false })
    const app = await socketApp(slack)
    const anna = slack.person('U0ANNA')
    anna.post('in a direct message')
    anna.openHome()
    anna.post('@inbox elsewhere', { channel: 'C0OTHER' })
    anna.post('@inbox in general', { channel: 'C0GENERAL' })
    await app.next(isMessage)
    expect(app.received.map(({ body }) => [body.event.type, body.event.channel])).toEqual([['message', 'C0GENERAL']])
  })
})

test('apps.connections.open can fail as the test asks', async () => {
  const slack = await slackFor()
  const web = webFor(slack, slack.appToken)
  slack.faults.next('apps.connections.open', { error: 'invalid_auth' })
  expect(await outcomeOf(web.apps.connections.open({}))).toBe('invalid_auth')
  slack.revokeToken('app')
  expect(await outcomeOf(web.apps.connections.open({}))).toBe('token_revoked')
})
