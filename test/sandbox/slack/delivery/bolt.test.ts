import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { App, HTTPReceiver } from '@slack/bolt'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SlackSandbox } from '../../../../src/sandbox/slack/index.js'
import { QUIET, slackFor } from '../harness.js'

const IMPATIENT = { acknowledgeWithinMs: 20_000, retryAfterMs: [0, 0, 0] }

/** What every Bolt app here does: answers mentions, direct messages, a command and a button. */
function listen(app: App): void {
  app.event('app_mention', ({ event, say }) =>
    say({ text: `mentioned by ${event.user}`, thread_ts: event.ts }).then(() => undefined),
  )
  app.message('ping', async ({ message, say }) => {
    const actions = {
      type: 'actions' as const,
      elements: [{ type: 'button' as const, action_id: 'stop', text: { type: 'plain_text' as const, text: 'Stop' } }],
    }
    await say({ text: 'pong', thread_ts: message.ts, blocks: [{ type: 'markdown', text: '**pong**' }, actions] })
  })
  app.command('/inbox', async ({ ack, command }) => ack({ text: `you asked: ${command.text}` }))
  app.action('stop', async ({ ack, respond, body }) => {
    await ack()
    await respond({ text: `stopped by ${body.user.id}`, replace_original: true })
  })
}

async function exercised(slack: SlackSandbox): Promise<void> {
  const anna = slack.person('U0ANNA')
  anna.post('@inbox hello', { channel: 'C0GENERAL' })
  await anna.waitFor(({ text }) => text === 'mentioned by U0ANNA')
  anna.post('ping')
  const pong = await anna.waitFor(({ shown }) => shown === '**pong**')
  expect(pong.threadTs).toBeDefined()
  expect(await anna.press(pong, { label: 'Stop' })).toMatchObject({ acknowledged: true })
  await anna.waitFor(({ ts, text }) => ts === pong.ts && text === 'stopped by U0ANNA')
  expect((await anna.command('news')).reply?.text).toBe('you asked: news')
}

test('an unchanged Bolt app works over Socket Mode', async () => {
  const slack = await slackFor()
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logger: QUIET,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  listen(app)
  await app.start()
  onTestFinished(async () => {
    await app.stop()
  })
  await exercised(slack)
})

describe('over HTTP', () => {
  async function overHttp(signingSecret?: string) {
    let port = 0
    const slack = await slackFor({ requestUrl: () => `http://127.0.0.1:${port}/slack/events`, timing: IMPATIENT })
    const receiver = new HTTPReceiver({ signingSecret: signingSecret ?? slack.signingSecret, logger: QUIET })
    const app = new App({
      token: slack.botToken,
      receiver,
      logger: QUIET,
      clientOptions: { slackApiUrl: slack.apiUrl },
    })
    listen(app)
    const server: unknown = await app.start(0)
    port = portOf(server)
    onTestFinished(async () => {
      await app.stop()
    })
    return slack
  }

  test('an unchanged Bolt app accepts the signed requests', async () => {
    const slack = await overHttp()
    await slack.verifyRequestUrl()
    await exercised(slack)
  })

  test('an app with another signing secret does not', async () => {
    const slack = await overHttp('another secret')
    await expect(slack.verifyRequestUrl()).rejects.toThrow('challenge')
    expect((await slack.person('U0ANNA').command('x')).acknowledged).toBe(false)
  })

  test('a failed event comes again, counted, and with its reason', async () => {
    const retries: unknown[] = []
    const server = createServer((request, response) => {
      retries.push([request.headers['x-slack-retry-num'], request.headers['x-slack-retry-reason']])
      response.writeHead(retries.length < 3 ? 500 : 200).end()
    })
    await listening(server)
    const slack = await slackFor({ requestUrl: `http://127.0.0.1:${portOf(server)}/`, timing: IMPATIENT })
    slack.person('U0ANNA').post('hello')
    await slack.waitFor(() => slack.deliveries.all.find(({ acknowledged }) => acknowledged))
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
    ])
  })

  test('an app that asks for no retries gets none', async () => {
    const server = createServer((_request, response) => response.writeHead(500, { 'X-Slack-No-Retry': '1' }).end())
    await listening(server)
    const slack = await slackFor({ requestUrl: `http://127.0.0.1:${portOf(server)}/`, timing: IMPATIENT })
    slack.person('U0ANNA').post('hello')
    const delivery = await slack.waitFor(() => slack.deliveries.all.find(({ finished }) => finished))
    expect(delivery).toMatchObject({ attempts: 1, acknowledged: false })
  })

  test('an app that is not there fails a command with words for the person', async () => {
    const slack = await slackFor({ requestUrl: 'http://127.0.0.1:9/', timing: IMPATIENT })
    expect((await slack.person('U0ANNA').command('x')).reply?.text).toContain('dispatch_failed')
    expect(() => slack.socketMode).toThrow('delivers by HTTP')
  })
})

function portOf(server: unknown): number {
  const address = (server as Server).address() as AddressInfo
  return address.port
}

async function listening(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
}
