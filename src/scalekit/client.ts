/**
 * The Scalekit client: the SDK for what it has (gRPC), plain REST for what it lacks (MCP configurations, tokens,
 * instances). Every call has an end, every answer is checked, and no error carries a token, an address or a body.
 */

import { ScalekitClient } from '@scalekit-sdk/node'
import { z } from 'zod'
import { redact } from '../log.js'
import { OperatorProblem, Unavailable } from '../turns/ports.js'
import { readRetryAfter } from '../turns/time/retry-pause.js'

export interface ScalekitCredentials {
  /** Environment URL, without a slash at its end. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface RestCall<Answer> {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Below `/api/v1`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object
  readonly answer: z.ZodType<Answer>
}

/** What became of a request that is made once. */
export type OnceOutcome =
  | { readonly outcome: 'answered'; readonly body: unknown }
  | /** A definite no: nothing was done. */ {
      readonly outcome: 'refused'
      readonly status: number
      readonly message: string
      /** Scalekit's own code for the case; empty where it gives none. */
      readonly code: string
    }
  | /** No answer, or one that does not tell. */ { readonly outcome: 'lost' }

const TIMEOUT_MS = 15_000

export class Scalekit {
  readonly url: string
  readonly #sdk: ScalekitClient
  #token: Promise<string> | null = null

  constructor(
    credentials: ScalekitCredentials,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    this.url = credentials.url
    this.#sdk = new ScalekitClient(credentials.url, credentials.clientId, credentials.clientSecret, {
      timeoutMs,
      toolTimeoutMs: timeoutMs,
    })
  }

  /** @throws ScalekitRefusal, Unavailable, OperatorProblem */
  async rest<Answer>(call: RestCall<Answer>): Promise<Answer> {
    const token = this.#currentToken()
    let response = await this.#fetch(call, await token)
    if (response.status === 401) {
      // Tokens run out, and are withdrawn when the secret is renewed: a new one, once.
      if (this.#token === token) this.#token = null
      response = await this.#fetch(call, await this.#currentToken())
    }
    if (response.status < 200 || response.status > 299) throw sortAnswer(response)
    const answer = call.answer.safeParse(parseJson(response.text))
    if (!answer.success) {
      const where = answer.error.issues.map((issue) => issue.path.join('.') || 'body').join(', ')
      throw new Unavailable(
        'scalekit',
        `Scalekit's answer to ${call.method} ${shape(call.path)} was not understood (${where})`,
      )
    }
    return answer.data
  }

  /**
   * A request that must not be made twice. Only one that Scalekit did not let in (401) is made again, with a fresh token.
   * @param timeoutMs how long an answer is waited for
   * @throws Unavailable, OperatorProblem: nothing was done
   */
  async once(call: { readonly path: string; readonly body: object }, timeoutMs: number): Promise<OnceOutcome> {
    const post: RestCall<unknown> = { method: 'POST', ...call, answer: anything }
    const token = this.#currentToken()
    let answer = await this.#fetchOnce(post, await token, timeoutMs)
    if (answer?.status === 401) {
      if (this.#token === token) this.#token = null
      answer = await this.#fetchOnce(post, await this.#currentToken(), timeoutMs)
    }
    if (answer === null) return { outcome: 'lost' }
    const { status, text } = answer
    if (status === 401 || status === 429) throw sortAnswer(answer)
    const body = parseJson(text)
    if (status >= 200 && status <= 299) return body === undefined ? { outcome: 'lost' } : { outcome: 'answered', body }
    if (status === 408 || status < 400 || status >= 500) return { outcome: 'lost' }
    return { outcome: 'refused', status, ...explanation(body) }
  }

  /** A call through the SDK. @throws ScalekitRefusal, Unavailable, OperatorProblem */
  async sdk<T>(call: (sdk: ScalekitClient) => Promise<T>): Promise<T> {
    try {
      return await call(this.#sdk)
    } catch (error) {
      throw sortSdkError(error)
    }
  }

  /** Whether Scalekit signed a webhook, within the last minutes. */
  isSigned(secret: string, headers: Readonly<Record<string, string>>, body: string): boolean {
    try {
      return this.#sdk.verifyWebhookPayload(secret, { ...headers }, body)
    } catch {
      // The SDK throws for every reason there is to say no.
      return false
    }
  }

  /** One token for everybody who asks at the same time. */
  #currentToken(): Promise<string> {
    if (this.#token !== null) return this.#token
    const token = this.#sdk.getClientAccessToken().catch((error: unknown) => {
      if (this.#token === token) this.#token = null
      const sorted = sortSdkError(error)
      throw sorted instanceof ScalekitRefusal ? refusedCredentials(sorted.status) : sorted
    })
    this.#token = token
    return token
  }

  async #fetch(call: RestCall<unknown>, token: string): Promise<Answer> {
    try {
      return await this.#request(call, token, this.timeoutMs)
    } catch {
      throw notReached(call)
    }
  }

  /** Null where nobody knows whether Scalekit took the request. @throws Unavailable where it never got there */
  async #fetchOnce(call: RestCall<unknown>, token: string, timeoutMs: number): Promise<Answer | null> {
    try {
      return await this.#request(call, token, timeoutMs)
    } catch (error) {
      if (neverConnected(error)) throw notReached(call)
      return null
    }
  }

  async #request(call: RestCall<unknown>, token: string, timeoutMs: number): Promise<Answer> {
    const url = new URL(`${this.url}/api/v1${call.path}`)
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
    const response = await fetch(url, {
      method: call.method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return {
      status: response.status,
      text: await response.text(),
      retryAfter: { header: response.headers.get('retry-after'), date: response.headers.get('date') },
      call,
    }
  }
}

const anything = z.unknown()

function notReached(call: RestCall<unknown>): Unavailable {
  return new Unavailable('scalekit', `Scalekit could not be reached (${call.method} ${shape(call.path)})`)
}

/** Failures to connect, before the first byte of a request: `fetch` keeps the system's code in the cause. */
const CONNECT_FAILURES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function neverConnected(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return typeof cause === 'object' && cause !== null && 'code' in cause && CONNECT_FAILURES.has(cause.code)
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly retryAfter: { readonly header: string | null; readonly date: string | null }
  readonly call: RestCall<unknown>
}

/** Scalekit understood and said no; what that means depends on what was asked. */
export class ScalekitRefusal extends Error {
  constructor(
    readonly status: number,
    what: string,
  ) {
    super(`Scalekit answered ${status} to ${what}`)
    this.name = 'ScalekitRefusal'
  }
}

/** What to throw for a refusal that has no meaning of its own. */
export function asSetupProblem(error: unknown): unknown {
  if (!(error instanceof ScalekitRefusal)) return error
  return new OperatorProblem(
    'setup',
    `${error.message}; check SCALEKIT_MCP_CONFIG and SCALEKIT_CONNECTION, then run \`npm run setup\``,
  )
}

function sortAnswer({ status, text, retryAfter, call }: Answer): Error {
  if (status === 401 || status === 403) return refusedCredentials(status)
  const what = `${call.method} ${shape(call.path)}`
  if (status === 408 || status === 429 || status >= 500) {
    const date = Date.parse(retryAfter.date ?? '')
    const wait = readRetryAfter(retryAfter.header, Number.isNaN(date) ? Date.now() : date)
    return new Unavailable('scalekit', `Scalekit answered ${status} to ${what}`, wait)
  }
  return new ScalekitRefusal(status, `${what}${reason(text)}`)
}

/** Scalekit's own sentence. The bodies that are sent hold names and identifiers, so none of it is secret; tokens are cut all the same. */
function reason(text: string): string {
  const body = parseJson(text)
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : undefined
  return typeof message === 'string' && message !== '' ? ` (${redact(message).slice(0, 200)})` : ''
}

const explained = z.looseObject({
  message: z.string().catch(''),
  details: z.array(z.looseObject({ error_code: z.string().catch('') })).catch([]),
})

function explanation(body: unknown): { message: string; code: string } {
  const { data } = explained.safeParse(body)
  const code = data?.details.find(({ error_code }) => error_code !== '')?.error_code
  return { message: data?.message ?? '', code: code ?? '' }
}

function refusedCredentials(status: number): OperatorProblem {
  return new OperatorProblem(
    'credentials',
    `Scalekit refused its credentials (${status}); check SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET and SCALEKIT_ENV_URL`,
  )
}

/**
 * The SDK throws exceptions of its own for gRPC errors, and bare axios errors where its token call fails in the middle of one.
 * Both know a status; what has none never reached Scalekit.
 */
function sortSdkError(error: unknown): Error {
  if (error instanceof OperatorProblem || error instanceof Unavailable) return error
  const status = statusOf(error)
  if (status === 401 || status === 403) return refusedCredentials(status)
  if (status === undefined || status === 408 || status === 429 || status >= 500) {
    return new Unavailable(
      'scalekit',
      `Scalekit ${status === undefined ? 'could not be reached' : `answered ${status}`}`,
    )
  }
  return new ScalekitRefusal(status, 'a call of its SDK')
}

/** gRPC status codes as HTTP statuses. The SDK's own `httpStatus` reads the status text, which HTTP/2 and many servers leave out. */
const HTTP_BY_GRPC: Readonly<Record<number, number>> = {
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  16: 401,
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if (
    'response' in error &&
    typeof error.response === 'object' &&
    error.response !== null &&
    'status' in error.response
  ) {
    return typeof error.response.status === 'number' ? error.response.status : undefined
  }
  if ('grpcStatus' in error && typeof error.grpcStatus === 'number') return HTTP_BY_GRPC[error.grpcStatus] ?? 500
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A path without the ids in it. */
function shape(path: string): string {
  return path.replace(/\/[a-z]+_[\w-]+|\/\d+/gi, '/…')
}
