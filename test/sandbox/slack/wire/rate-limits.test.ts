import { WebAPIRateLimitedError } from '@slack/web-api'
import { describe, expect, test } from 'vitest'
import { Clock, slackFor, webFor } from '../harness.js'

const channel = 'C0GENERAL'

/** Seconds until Slack would take the call, or `ok`. */
async function throttled(call: Promise<unknown>): Promise<'ok' | number> {
  try {
    await call
    return 'ok'
  } catch (error) {
    if (error instanceof WebAPIRateLimitedError) return error.retryAfter
    throw error
  }
}

describe('the tiers, with their real numbers', () => {
  test('chat.update: 50 a minute for the whole workspace, in a window that rolls', async () => {
    const clock = new Clock()
    const web = webFor(await slackFor({ now: clock.now }))
    const first = await web.chat.postMessage({ channel, text: 'a' })
    const second = await web.chat.postMessage({ channel: 'C0ATLAS', text: 'b' })
    const edit = ({ channel = '', ts = '' }: { channel?: string; ts?: string }) =>
      throttled(web.chat.update({ channel, ts, text: 'c' }))
    for (let i = 0; i < 25; i++) expect(await edit(first)).toBe('ok')
    clock.advance(20_000)
    for (let i = 0; i < 25; i++) expect(await edit(second)).toBe('ok')
    // Both messages share the budget, and the first edits leave the window in 40 seconds.
    expect(await edit(first)).toBe(40)
    clock.advance(39_999)
    expect(await edit(second)).toBe(1)
    clock.advance(1)
    for (let i = 0; i < 25; i++) expect(await edit(first)).toBe('ok')
    expect(await edit(first)).toBe(20)
  })

  test('a refusal is HTTP 429 with Retry-After and ratelimited', async () => {
    const clock = new Clock()
    const slack = await slackFor({ now: clock.now, rateLimits: { perMinute: { 'auth.test': 1 } } })
    const call = () =>
      fetch(`${slack.apiUrl}auth.test`, { method: 'POST', headers: { Authorization: `Bearer ${slack.botToken}` } })
    expect((await call()).status).toBe(200)
    const response = await call()
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(await response.json()).toEqual({ ok: false, error: 'ratelimited' })
  })

  test.each([
    ['chat.startStream', 20],
    ['chat.appendStream', 100],
    ['conversations.replies', 50],
    ['users.info', 100],
    ['views.publish', 100],
    ['reactions.remove', 20],
  ])('%s: %i a minute', async (method, limit) => {
    const clock = new Clock()
    const web = webFor(await slackFor({ now: clock.now }))
    // What is wrong with the call comes after the limit, so even a refused call counts.
    const call = () => web.apiCall(method).catch((error: unknown) => error)
    const outcomes = await Promise.all(Array.from({ length: limit }, call))
    expect(outcomes.some((outcome) => outcome instanceof WebAPIRateLimitedError)).toBe(false)
    expect(await call()).toBeInstanceOf(WebAPIRateLimitedError)
  })

  test('methods do not share a budget', async () => {
    const slack = await slackFor({
      now: new Clock().now,
      rateLimits: { perMinute: { 'auth.test': 1, 'team.info': 1 } },
    })
    const web = webFor(slack)
    expect([await throttled(web.auth.test()), await throttled(web.auth.test())]).toEqual(['ok', 60])
    expect(await throttled(web.team.info())).toBe('ok')
  })
})

test('chat.postMessage: one a second in each channel, after a small burst', async () => {
  const clock = new Clock()
  const web = webFor(await slackFor({ now: clock.now, rateLimits: {} }))
  const post = (to = channel) => throttled(web.chat.postMessage({ channel: to, text: 'a' }))
  for (let i = 0; i < 5; i++) expect(await post()).toBe('ok')
  expect(await post()).toBe(1)
  expect(await post('C0ATLAS')).toBe('ok')
  clock.advance(1000)
  expect(await post()).toBe('ok')
  expect(await post()).toBe(1)
  clock.advance(3_600_000)
  for (let i = 0; i < 5; i++) expect(await post()).toBe('ok')
  expect(await post()).toBe(1)
})

test('the wire shows what is left of the minute', async () => {
  const slack = await slackFor({ now: new Clock().now })
  const web = webFor(slack)
  const { ts = '' } = await web.chat.postMessage({ channel, text: 'a' })
  await web.chat.update({ channel, ts, text: 'b' })
  await web.chat.update({ channel, ts, text: 'c' })
  const edits = slack.wire.entries.filter(({ method }) => method === 'chat.update')
  expect(edits.map(({ budget }) => budget)).toEqual([
    { remaining: 49, limit: 50 },
    { remaining: 48, limit: 50 },
  ])
})
