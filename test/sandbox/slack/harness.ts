import { type Logger, LogLevel, SocketModeClient } from '@slack/socket-mode'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import { onTestFinished } from 'vitest'
import { type SlackOptions, type SlackSandbox, startSlack } from '../../../src/sandbox/slack/index.js'
import { WORLD } from '../../../src/sandbox/world.js'

export { WORLD }

/** A clock that stands still until a test moves it. */
export class Clock {
  #ms = Date.parse('2026-11-20T09:00:00Z')
  readonly now = (): number => this.#ms
  advance(ms: number): void {
    this.#ms += ms
  }
}

/** The clients log every refusal; here refusals are what tests are about. */
export const QUIET: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  setName: () => undefined,
  getLevel: () => LogLevel.ERROR,
}

/** Limits out of the way, for tests that are about something else. */
const NO_LIMITS = { postsPerChannel: { perSecond: 1000, burst: 1000 } }

/** A busy machine may take longer than Slack allows; tests about that set their own. */
const PATIENT = { acknowledgeWithinMs: 20_000 }

/** A Slack for one test, closed after it. */
export async function slackFor(options: Partial<SlackOptions> = {}): Promise<SlackSandbox> {
  const slack = await startSlack({ world: WORLD, rateLimits: NO_LIMITS, timing: PATIENT, ...options })
  onTestFinished(() => slack.close())
  return slack
}

/** The bare client with the bot's token. It never tries again by itself, so a test sees what Slack said. */
export function webFor(slack: SlackSandbox, token = slack.botToken, options: WebClientOptions = {}): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: QUIET,
    ...options,
  })
}

/** What the bare Socket Mode client hands over for every envelope. */
export interface Envelope {
  readonly type: string
  readonly envelope_id: string
  // Bodies differ by type, and each test knows which it looks at.
  // biome-ignore lint/suspicious/noExplicitAny: the SDK itself types bodies as any
  readonly body: any
  readonly retry_num: number
  readonly retry_reason: string
  readonly accepts_response_payload: boolean
  readonly ack: (response?: unknown) => Promise<void>
}

export interface SocketApp {
  readonly client: SocketModeClient
  readonly received: Envelope[]
  /** `hello` and `disconnect` frames. */
  readonly frames: Record<string, unknown>[]
  /** The first envelope that fits, now or later. */
  next(fits: (envelope: Envelope) => boolean): Promise<Envelope>
  stop(): Promise<void>
}

/**
 * A connected Socket Mode client. `acknowledge` says what it answers: `false` nothing at all, `true` (the default) an
 * acknowledgement without content, anything else is its content.
 */
export async function socketApp(
  slack: SlackSandbox,
  acknowledge: (envelope: Envelope) => unknown = () => true,
  comesBackAfterMs = 20_000,
): Promise<SocketApp> {
  const client = new SocketModeClient({
    appToken: slack.appToken,
    // The client waits this long before it comes back, and gives up a connection that was silent for as long.
    clientPingTimeout: comesBackAfterMs,
    logger: QUIET,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
  })
  const received: Envelope[] = []
  const frames: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  client.on('ws_message', (data: string) => {
    if (!data.startsWith('{')) return
    const frame: Record<string, unknown> = JSON.parse(data)
    if (frame.envelope_id === undefined) frames.push(frame)
  })
  client.on('slack_event', (envelope: Envelope) => {
    received.push(envelope)
    const answer = acknowledge(envelope)
    if (answer !== false) void envelope.ack(answer === true ? undefined : answer)
    for (const look of [...waiting]) look()
  })
  await client.start()
  let stopped = false
  const stop = async () => {
    if (stopped) return
    stopped = true
    await client.disconnect()
  }
  onTestFinished(stop)
  return {
    client,
    received,
    frames,
    stop,
    next: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          const found = received.find(fits)
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** Whether an envelope carries an event of this type (and subtype). */
export function isEvent({ type, body }: Envelope, eventType: string, subtype?: string): boolean {
  return type === 'events_api' && body.event.type === eventType && body.event.subtype === subtype
}

/** The error code that Slack refused a call with, or `ok`. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'ok'
  } catch (error) {
    if (error instanceof Error && 'data' in error) {
      const { data } = error
      if (typeof data === 'object' && data !== null && 'error' in data) return String(data.error)
    }
    throw error
  }
}
