import { WebAPIHTTPError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api'
import { expect, test } from 'vitest'
import { outcomeOf, slackFor, webFor } from '../harness.js'

const channel = 'C0GENERAL'

async function failing() {
  const slack = await slackFor()
  const web = webFor(slack)
  const texts = () =>
    slack
      .person('U0ANNA')
      .messages(channel)
      .map(({ text }) => text)
  return { slack, web, texts, post: (text: string) => web.chat.postMessage({ channel, text }) }
}

test('the next calls of a method are refused, others and later ones are not', async () => {
  const { slack, web, texts, post } = await failing()
  slack.faults.next('chat.postMessage', { error: 'internal_error' }, 2)
  expect(await outcomeOf(web.auth.test())).toBe('ok')
  expect([await outcomeOf(post('a')), await outcomeOf(post('b')), await outcomeOf(post('c'))]).toEqual([
    'internal_error',
    'internal_error',
    'ok',
  ])
  expect(texts()).toEqual(['c'])
})

test('Slack is down, with a status and a page', async () => {
  const { slack, texts, post } = await failing()
  slack.faults.next('chat.postMessage', { status: 503 })
  await expect(post('a')).rejects.toBeInstanceOf(WebAPIHTTPError)
  expect(texts()).toEqual([])
})

test('Slack throttles, with a number and without one', async () => {
  const { slack, post } = await failing()
  slack.faults.next('chat.postMessage', { retryAfter: 7 })
  await expect(post('a')).rejects.toMatchObject({ retryAfter: 7 })
  slack.faults.next('chat.postMessage', { retryAfter: null })
  const error: unknown = await post('a').catch((reason: unknown) => reason)
  // What the client makes of a 429 without a number is a plain error.
  expect(error).toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(WebAPIRateLimitedError)
})

test('the answer is lost after the work was done, so a retry does it twice', async () => {
  const { slack, texts, post } = await failing()
  slack.faults.next('chat.postMessage', { dropAnswer: true })
  await expect(post('a')).rejects.toBeInstanceOf(WebAPIRequestError)
  expect(texts()).toEqual(['a'])
  const retrying = webFor(slack, slack.botToken, { retryConfig: { retries: 1, minTimeout: 0 } })
  slack.faults.next('chat.postMessage', { dropAnswer: true })
  await retrying.chat.postMessage({ channel, text: 'b' })
  expect(texts()).toEqual(['a', 'b', 'b'])
})

test('the request is lost before anything was done', async () => {
  const { slack, texts, post } = await failing()
  slack.faults.next('chat.postMessage', { dropRequest: true })
  await expect(post('a')).rejects.toBeInstanceOf(WebAPIRequestError)
  expect(texts()).toEqual([])
})

test('a held call waits for the test', async () => {
  const { slack, web, texts, post } = await failing()
  const hold = slack.faults.hold('chat.postMessage')
  const posting = post('a')
  await hold.reached
  // Other calls go their way meanwhile.
  await web.auth.test()
  expect(texts()).toEqual([])
  hold.release()
  await posting
  expect(texts()).toEqual(['a'])
})

test('a late answer comes after its work is visible', async () => {
  const { slack, post } = await failing()
  slack.faults.next('chat.postMessage', { delayMs: 20 })
  let answered = false
  const posting = post('a').then(() => {
    answered = true
  })
  await slack.person('U0ANNA').waitFor(({ text }) => text === 'a')
  expect(answered).toBe(false)
  await posting
})

test('faults that did not happen can be forgotten', async () => {
  const { slack, post } = await failing()
  slack.faults.next('chat.postMessage', { error: 'internal_error' })
  slack.faults.clear()
  expect(await outcomeOf(post('a'))).toBe('ok')
})
