import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createWebClient, SlackRefused, slackCall, webClientOptions } from '../../../src/slack/api/web.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { slackFor } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

const CHANNEL = 'C0GENERAL'

async function open() {
  const slack = await slackFor()
  const log = new SilentLog()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const post = () => slackCall(() => web.chat.postMessage({ channel: CHANNEL, text: 'my secret' }))
  const posted = () => slack.person('U0ANNA').messages(CHANNEL).length
  return { slack, web, log, post, posted }
}

const caught = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'it worked',
    (error: unknown) => error,
  )

describe('a call to Slack', () => {
  it('answers what Slack answers', async () => {
    const { post, posted } = await open()
    expect(await post()).toMatchObject({ ok: true })
    expect(posted()).toBe(1)
  })

  it.each([
    ['says later, with a time', { retryAfter: 30 }, 30_000],
    ['says later, without a time', { retryAfter: null }, expect.any(Number)],
    ['says that it is throttled in its answer', { error: 'ratelimited' }, expect.any(Number)],
    ['has trouble of its own', { error: 'internal_error' }, undefined],
    ['is down', { status: 503 }, undefined],
    ['cuts the connection before anything was done', { dropRequest: true }, undefined],
    ['cuts the connection after everything was done', { dropAnswer: true }, undefined],
  ] as const)('is worth another try where Slack %s', async (_, fault, retryAfterMs) => {
    const { slack, post, posted } = await open()
    slack.faults.next('chat.postMessage', fault)
    const error = await caught(post())
    expect(error).toBeInstanceOf(Unavailable)
    expect(error).toMatchObject({ service: 'slack', retryAfterMs })
    // Never tried again by itself: a post could be there already.
    expect(posted()).toBe('dropAnswer' in fault ? 1 : 0)
    await post()
    expect(posted()).toBe('dropAnswer' in fault ? 2 : 1)
  })

  it.each(['not_in_channel', 'invalid_auth', 'msg_too_long', 'some_code_of_the_future'])(
    'is refused for good with %s',
    async (code) => {
      const { slack, post } = await open()
      slack.faults.next('chat.postMessage', { error: code })
      const error = await caught(post())
      expect(error).toBeInstanceOf(SlackRefused)
      expect(error).toMatchObject({ code })
    },
  )

  it('tells what Slack found wrong in the blocks', async () => {
    const { web } = await open()
    const broken = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } } as const
    const error = await caught(slackCall(() => web.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [broken] })))
    expect(error).toMatchObject({ code: 'invalid_blocks', details: [expect.stringContaining('/blocks/0')] })
  })

  it('that is throttled does not hold up others', async () => {
    const { slack, web, post } = await open()
    slack.faults.next('chat.postMessage', { retryAfter: 600 })
    const [throttled, other] = await Promise.all([caught(post()), slackCall(() => web.auth.test())])
    expect(throttled).toBeInstanceOf(Unavailable)
    expect(other).toMatchObject({ ok: true })
  })

  it('leaves neither the token nor what was said in its errors and logs', async () => {
    const { slack, post, log } = await open()
    const faults = [{ error: 'not_in_channel' }, { status: 500 }, { dropRequest: true }, { retryAfter: null }] as const
    for (const fault of faults) slack.faults.next('chat.postMessage', fault)
    for (const _ of faults) {
      const error = await caught(post())
      const told = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)
      expect(told).not.toContain('my secret')
      expect(told).not.toContain(slack.botToken)
    }
    expect(JSON.stringify(log.lines)).not.toContain('my secret')
    expect(JSON.stringify(log.lines)).not.toContain(slack.botToken)
  })
})

describe('the options of a client', () => {
  it('are fresh each time, since clients change what they are given', () => {
    const log = new SilentLog()
    const [a, b] = [webClientOptions('http://x.example/', log), webClientOptions('http://x.example/', log)]
    expect(a).not.toBe(b)
    expect(a.retryConfig).not.toBe(b.retryConfig)
    expect(a.headers).toBeUndefined()
    expect(a.timeout).toBeGreaterThan(0)
  })
})
