/**
 * Slack's Web API as this bot uses it: no retries hidden in the client, no queue that one throttled call can stall, a timeout
 * on every call, and errors sorted by what can be done about them.
 */

import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'
import { type Log, redact } from '../../log.js'
import { Unavailable } from '../../turns/ports.js'
import { TRANSIENT } from './refusals.js'
import type { SlackClock } from './slack-clock.js'

/** Longest wait for one answer, in milliseconds. */
const TIMEOUT_MS = 15_000
/** What is waited after a 429 that does not say how long. */
const DEFAULT_RETRY_AFTER_MS = 5_000

/** Slack understood and said no: an error code of the Web API, e.g. `channel_not_found`. */
export class SlackRefused extends Error {
  constructor(
    readonly code: string,
    readonly details: readonly string[] = [],
  ) {
    super(`Slack refused: ${code}`)
    this.name = 'SlackRefused'
  }
}

/** Fresh options at every call: the SDK's clients change the objects that they are given. */
export function webClientOptions(apiUrl: string, log: Log): WebClientOptions {
  return {
    logger: sdkLogger(log),
    slackApiUrl: apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: 50,
  }
}

/** @param clock is told Slack's time by every answer */
export function createWebClient(token: string, apiUrl: string, log: Log, clock?: SlackClock): WebClient {
  return new WebClient(token, {
    ...webClientOptions(apiUrl, log),
    ...(clock === undefined ? {} : { fetch: clock.fetch }),
  })
}

/**
 * Slack's SDKs log to the console by themselves, at debug level with whole messages in them. What they find worth a warning goes
 * into this bot's log, redacted; everything below that is dropped, whatever the bot's own level is.
 */
export function sdkLogger(log: Log): Logger {
  const words = (parts: unknown[]) =>
    redact(parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ')).slice(0, 300)
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...parts) => log.debug({ sdk: words(parts) }, 'slack sdk warning'),
    error: (...parts) => log.warn({ sdk: words(parts) }, 'slack sdk error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  }
}

/**
 * Runs one Web API call.
 * @throws Unavailable when it may succeed later (and, for a post, may have succeeded already)
 * @throws SlackRefused
 */
export async function slackCall<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw sortSlackError(error)
  }
}

export function sortSlackError(error: unknown): Unavailable | SlackRefused {
  if (error instanceof WebAPIRateLimitedError) return new Unavailable('slack', 'rate limited', error.retryAfter * 1_000)
  if (error instanceof WebAPIPlatformError) {
    const { error: code, response_metadata } = error.data
    if (!TRANSIENT.has(code)) return new SlackRefused(code, response_metadata?.messages ?? [])
    return new Unavailable('slack', code, code.includes('limited') ? DEFAULT_RETRY_AFTER_MS : undefined)
  }
  if (error instanceof WebAPIHTTPError) return new Unavailable('slack', `HTTP ${error.statusCode}`)
  // A 429 without a number, a dropped connection, a timeout: the client has several classes for these and none says more.
  const message = error instanceof Error ? error.message : 'no answer'
  return new Unavailable(
    'slack',
    message.slice(0, 200),
    /rate.?limit|retry/i.test(message) ? DEFAULT_RETRY_AFTER_MS : undefined,
  )
}
