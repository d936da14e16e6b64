import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeError, redact } from '../src/log.js'

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzbGFjazpUMTpVMSJ9.c2lnbmF0dXJl-_x'

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

describe('a log that nobody reads any more', () => {
  it('keeps no process from ending', async () => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL('../src/log.ts', import.meta.url).href)}
      const log = createLog('info')
      process.stdin.once('end', () => {
        log.info('one that fails on its way')
        log.info('one that waits behind it')
        process.exit(0)
      })
      process.stdin.resume()
      log.info('ready')
    `
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
    await once(child.stdout, 'data')
    child.stdout.destroy()
    await once(child.stdout, 'close')
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
