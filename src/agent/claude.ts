/**
 * The Claude API client: every call has a deadline, and its errors are sorted. The SDK's own timeout covers only the response's headers, so a
 * body that never comes would hang for ever.
 */

import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { Unavailable } from '../turns/ports.js'
import { ServerClock } from '../turns/time/server-clock.js'
import { type Subject, sortClaudeError } from './errors.js'

/** What the SDK's methods take as their last argument. */
export interface RequestOptions {
  readonly signal: AbortSignal
  readonly timeout: number
  readonly maxRetries: number
}

export interface CallOptions {
  /** Ends the call early, with the signal's own reason. */
  readonly signal?: AbortSignal
  /** Statuses that the caller wants to see for itself, as the SDK's `APIError`. */
  readonly unsorted?: readonly number[]
  /** How often the SDK repeats a repeatable call; 0 for callers that retry by themselves. */
  readonly maxRetries?: number
  /** How long one attempt may take, in milliseconds, where it carries more than a few lines. */
  readonly attemptMs?: number
}

type Call<T> = (sdk: Anthropic, options: RequestOptions) => Promise<T>

interface Page<T> {
  readonly data: readonly T[]
  readonly next_page: string | null
}

const DEFAULT_URL = 'https://api.anthropic.com'

/** Long enough for a slow answer, short enough that a person does not wait for nothing. */
const ATTEMPT_MS = 30_000
/** A repeatable call with its retries and the pauses between them. */
const DEADLINE_MS = 75_000

const MAX_RETRIES = 2

/** Few round trips, and within the limit of every list. */
const PAGE_SIZE = 100

export class Claude {
  /** Without a slash at its end: part of what stored ids belong to. */
  readonly url: string
  readonly #sdk: Anthropic
  readonly #clock = new ServerClock(() => performance.now())

  constructor(
    config: { readonly apiKey: string; readonly baseUrl: string | undefined },
    private readonly attemptMs = ATTEMPT_MS,
  ) {
    this.url = (config.baseUrl ?? DEFAULT_URL).replace(/\/+$/, '')
    this.#sdk = new Anthropic({
      apiKey: config.apiKey,
      baseURL: this.url,
      // The SDK's log lines hold whole requests: what people write, and tokens.
      logLevel: 'off',
      openTelemetry: false,
      fetch: async (url, init) => {
        const response = await fetch(url, init)
        this.#clock.read(response.headers.get('date'))
        return response
      },
    })
  }

  /** The API's time, epoch milliseconds; null while it has not told it. */
  now(): number | null {
    return this.#clock.now()
  }

  /** For what may safely be done twice: retried by the SDK. */
  repeatable<T>(subject: Subject, call: Call<T>, options: CallOptions = {}): Promise<T> {
    return this.#call(subject, call, options.maxRetries ?? MAX_RETRIES, DEADLINE_MS, options)
  }

  /** For what makes something: one attempt. After `Unavailable` it is unknown whether it happened. */
  once<T>(subject: Subject, call: Call<T>, options: CallOptions = {}): Promise<T> {
    return this.#call(subject, call, 0, options.attemptMs ?? this.attemptMs, options)
  }

  /** Every item of a list, page by page, each page with a deadline of its own. */
  async *list<T>(
    subject: Subject,
    fetchPage: (sdk: Anthropic, page: { page?: string; limit: number }, options: RequestOptions) => Promise<Page<T>>,
    options: CallOptions = {},
  ): AsyncGenerator<T, void, undefined> {
    let next: string | null = null
    do {
      const position: { page?: string; limit: number } = { limit: PAGE_SIZE, ...(next === null ? {} : { page: next }) }
      const page: Page<T> = await this.repeatable(subject, (sdk, request) => fetchPage(sdk, position, request), options)
      yield* page.data
      next = page.next_page
    } while (next !== null)
  }

  /** Opens a stream: the timeout ends with its first byte, `signal` ends it for good. One attempt. */
  async open<T>(subject: Subject, call: Call<T>, signal: AbortSignal): Promise<T> {
    try {
      return await call(this.#sdk, { signal, timeout: this.attemptMs, maxRetries: 0 })
    } catch (error) {
      signal.throwIfAborted()
      throw sortClaudeError(error, subject)
    }
  }

  async #call<T>(
    subject: Subject,
    call: Call<T>,
    maxRetries: number,
    deadlineMs: number,
    options: CallOptions,
  ): Promise<T> {
    const { signal, unsorted = [], attemptMs = this.attemptMs } = options
    signal?.throwIfAborted()
    const deadline = new AbortController()
    const abort = () => deadline.abort()
    const timer = setTimeout(abort, deadlineMs)
    signal?.addEventListener('abort', abort, { once: true })
    try {
      return await call(this.#sdk, { signal: deadline.signal, timeout: attemptMs, maxRetries })
    } catch (error) {
      signal?.throwIfAborted()
      if (deadline.signal.aborted)
        throw new Unavailable('claude', `the Claude API did not answer within ${deadlineMs / 1000} s`)
      if (error instanceof APIError && error.status !== undefined && unsorted.includes(error.status)) throw error
      throw sortClaudeError(error, subject)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }
}

/** The status of an answer that came through `unsorted`. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof APIError ? error.status : undefined
}
