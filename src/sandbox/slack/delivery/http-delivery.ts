/** Delivery by HTTP: signed requests to the app's request URL, as Slack makes them where Socket Mode is off. */
import { createHmac } from 'node:crypto'
import { isObject, type JsonObject, parseJson } from '../wire/json.js'
import type { Attempt, DeliveryTiming, EnvelopeType, Outcome, Transport } from './delivery.js'

export class HttpDelivery implements Transport {
  readonly connected = true

  constructor(
    private readonly requestUrl: string | (() => string),
    private readonly signingSecret: string,
    private readonly timing: Pick<DeliveryTiming, 'acknowledgeWithinMs'>,
  ) {}

  async attempt(attempt: Attempt): Promise<Outcome> {
    const body = bodyOf(attempt.type, attempt.payload)
    try {
      const response = await this.#post(body, attempt.type === 'events_api' ? 'json' : 'form', {
        ...(attempt.retryAttempt > 0 && {
          'X-Slack-Retry-Num': String(attempt.retryAttempt),
          'X-Slack-Retry-Reason': attempt.retryReason,
        }),
      })
      const text = await response.text()
      if (!response.ok) {
        return { acknowledged: false, reason: 'http_error', final: response.headers.get('x-slack-no-retry') === '1' }
      }
      const json = parseJson(text)
      return { acknowledged: true, response: isObject(json) ? json : text === '' ? undefined : { text } }
    } catch (error) {
      const timedOut = error instanceof Error && error.name === 'TimeoutError'
      return { acknowledged: false, reason: timedOut ? 'http_timeout' : 'connection_failed' }
    }
  }

  /**
   * The check that Slack makes when a request URL is configured: the app must answer with the challenge.
   * @throws Error where it does not
   */
  async verify(): Promise<void> {
    const challenge = `challenge-${Date.now()}`
    const response = await this.#post(JSON.stringify({ type: 'url_verification', token: '', challenge }), 'json')
    const text = await response.text()
    const json = parseJson(text)
    if (text !== challenge && !(isObject(json) && json.challenge === challenge)) {
      throw new Error(`The request URL did not answer with the challenge (HTTP ${response.status})`)
    }
  }

  close(): void {
    // Requests end by their own time limit.
  }

  #post(body: string, encoding: 'json' | 'form', headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    // The real clock, not the sandbox's: the app compares this with its own.
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', this.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
    return fetch(typeof this.requestUrl === 'string' ? this.requestUrl : this.requestUrl(), {
      method: 'POST',
      body,
      headers: {
        ...headers,
        'Content-Type': encoding === 'json' ? 'application/json' : 'application/x-www-form-urlencoded',
        'X-Slack-Request-Timestamp': timestamp,
        'X-Slack-Signature': `v0=${signature}`,
      },
      signal: AbortSignal.timeout(this.timing.acknowledgeWithinMs),
    })
  }
}

function bodyOf(type: EnvelopeType, payload: JsonObject): string {
  if (type === 'events_api') return JSON.stringify(payload)
  if (type === 'interactive') return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(payload)) form.set(name, String(value))
  return form.toString()
}
