import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeError, neverLog, redact } from '../src/log.js'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzbGFjazpUMTpVMSJ9.c2lnbmF0dXJl-_x'

/** Has no shape by which anybody could know it: this process was told that it is one. */
const HELD = '8f742231b10e8888abcd99yyyzzz85a5'
neverLog([HELD, 'short', undefined])

const SECRETS = [
  'xoxb-12345-67890-AbCdEf',
  'xoxp-12345-AbCdEf',
  'xoxe.xoxp-1-Mi0yLTEyMzQ',
  'xoxe-1-Mi0yLTEyMzQ',
  'xoxc-12345',
  'xapp-1-A0123-4567-89abcdef',
  'sk-ant-api03-AbC_dEf-123',
  JWT,
  `Bearer ${JWT}`,
  'bearer abc.def~ghi+jkl/mno==',
  'https://mcp.scalekit.example/s/9f8e7d6c5b4a',
  'http://127.0.0.1:4000/api/chat.update?token=secret1',
  'HTTPS://mcp.scalekit.example/s/9f8e7d6c5b4a',
  'wss://wss-primary.slack.example/link/?ticket=9f8e7d6c&app_id=A1',
  'https://user:pass@mail.example/x',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=',
  'ya29.a0AfB_byC-d3f_gh1jk',
  '1//0gAbCdEfGhIjKlMnOpQrStUvWx-yz_12345',
  '4/0AfJohXmAbCdEfGhIjKlMnOpQrStUv',
  'GOCSPX-AbCdEf_123456',
  'AIzaSyA-1234567890abcdefghij',
  'Basic c2tjXzE6Y2xpZW50LXNlY3JldA==',
  'basic c2tjXzE6c2Vj==',
  'client_secret=9f8e7d6c5b4a',
  'clientSecret: "9f8e7d6c5b4a',
  'SCALEKIT_CLIENT_SECRET=9f8e7d6c5b4a',
  'token=9f8e7d6c5b4a',
  'x-api-key: 9f8e7d6c5b4a',
  'authorization: 9f8e7d6c5b4a',
  'rosa.diaz+x@homes.example',
  'müller@bücher.example',
  HELD,
]

/** The part of a secret by which it could be used. */
const essence = (secret: string) => secret.slice(-6)

describe('redaction', () => {
  it.each(SECRETS)('removes %s wherever it stands', (secret) => {
    for (const text of [secret, `at ${secret}`, `"${secret}"`, `(${secret})`, `a=${secret}, b`, `${secret}\nnext`]) {
      expect(redact(text)).not.toContain(essence(secret))
      expect(redact(text)).toContain('[removed]')
    }
  })

  it('removes every one of several', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SECRETS), { minLength: 1, maxLength: 6 }), (secrets) => {
        const cleaned = redact(secrets.join(' and then '))
        for (const secret of secrets) expect(cleaned).not.toContain(essence(secret))
      }),
    )
  })

  it('keeps what helps the operator', () => {
    const words = 'An API error occurred: channel_not_found (C0123, turn 5f2c, HTTP 404, ECONNREFUSED 127.0.0.1:4000)'
    expect(redact(words)).toBe(words)
    const remedy =
      'copy it from your Slack app, Basic Information; a short word, 4/12 and 1/2, SLACK_BOT_TOKEN (invalid_auth)'
    expect(redact(remedy)).toBe(remedy)
  })
})

describe('what is logged of an error', () => {
  it('is its class, code, status and message, and its cause', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { name: 'FetchError' })
    const error = Object.assign(new TypeError('no answer', { cause }), { code: 'ECONNREFUSED', status: 502 })
    expect(describeError(error)).toEqual({
      error: 'TypeError',
      code: 'ECONNREFUSED',
      status: 502,
      message: 'no answer',
      cause: 'FetchError: connect ECONNREFUSED',
    })
  })

  it.each(SECRETS)('never holds %s, in the message, the cause, or what the SDK put beside them', (secret) => {
    const error = Object.assign(new Error(`request to ${secret} failed`, { cause: new Error(`with ${secret}`) }), {
      request: { headers: { authorization: secret } },
      data: { token: secret, text: 'Dear Anna, your results are in' },
      url: secret,
      headers: [secret],
    })
    const logged = JSON.stringify(describeError(error))
    expect(logged).not.toContain(essence(secret))
    expect(logged).not.toContain('Dear Anna')
  })

  it('is short, and nothing of a secret is left at the cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 430, max: 520 }), fc.constantFrom(...SECRETS), (length, secret) => {
        const logged = JSON.stringify(describeError(new Error(`${'x'.repeat(length)} ${secret}`)))
        expect(logged.length).toBeLessThan(700)
        expect(logged).not.toContain(secret.slice(0, 12))
      }),
    )
  })

  it.each([['a text with xoxb-1-2'], [undefined], [null], [{ token: 'xoxb-1-2' }], [42]])(
    'is only its type where it is no error: %j',
    (thrown) => {
      expect(describeError(thrown)).toEqual({ error: typeof thrown })
    },
  )
})
