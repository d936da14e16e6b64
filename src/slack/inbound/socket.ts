/**
 * The Socket Mode connection, supervised. The client's own reconnect waits five seconds on every refresh that Slack asks for, and
 * ends in an unhandled rejection where Slack says no; so it is switched off, and this loop connects again: at once after a
 * refresh, with growing pauses after failures, and never gives up.
 */

import type { SocketModeClient } from '@slack/socket-mode'
import { describeError, type Log } from '../../log.js'

/** A connection that held this long was a good one: the next attempt follows at once. In milliseconds. */
const GOOD_CONNECTION_MS = 5_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** What a connection that worked, but not for long, counts as: a pause of at most half a second. */
const MOST_AFTER_SUCCESS = 2

export class SocketConnection {
  #connected = false
  #stopped = false
  #failures = 0
  #loop: Promise<void> | undefined
  #wakeUp: (() => void) | undefined

  constructor(
    private readonly client: SocketModeClient,
    private readonly log: Log,
  ) {
    guardAgainstBrokenEnvelopes(client, log)
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Resolves when connected for the first time. @throws the error of the first attempt: a wrong token is told at once */
  async start(): Promise<void> {
    const lost = this.#connect()
    await lost.connected
    this.#loop = this.#keepConnected(lost.disconnected)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wakeUp?.()
    await this.client.disconnect()
    await this.#loop
  }

  async #keepConnected(firstLoss: Promise<void>): Promise<void> {
    let connection = { lost: firstLoss }
    for (;;) {
      const since = Date.now()
      await connection.lost
      this.#connected = false
      if (this.#stopped) return
      // Slack may refresh twice in a row; only a connection that is lost again and again is worth a short pause.
      this.#failures = Date.now() - since > GOOD_CONNECTION_MS ? 0 : Math.min(this.#failures + 1, MOST_AFTER_SUCCESS)
      const next = await this.#reconnect()
      if (next === null) return
      connection = next
    }
  }

  /** Null when told to stop meanwhile. */
  async #reconnect(): Promise<{ lost: Promise<void> } | null> {
    for (;;) {
      if (this.#failures > 0) await this.#pause(Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS))
      if (this.#stopped) return null
      try {
        const attempt = this.#connect()
        await attempt.connected
        if (this.#stopped) {
          // Told to stop while the connection was being made: nobody else would end it.
          this.#connected = false
          await this.client.disconnect()
          return null
        }
        return { lost: attempt.disconnected }
      } catch (error) {
        this.#failures += 1
        this.log.warn({ failures: this.#failures, ...describeError(error) }, 'no connection to Slack; trying again')
      }
    }
  }

  #connect(): { connected: Promise<void>; disconnected: Promise<void> } {
    let lost: () => void = () => undefined
    const disconnected = new Promise<void>((resolve) => {
      lost = resolve
    })
    this.client.once('disconnected', lost)
    const connected = this.client.start().then(
      () => {
        this.#connected = true
        this.log.info('connected to Slack')
      },
      (error: unknown) => {
        this.client.off('disconnected', lost)
        throw error instanceof Error ? error : new Error('the connection was closed before it was ready')
      },
    )
    return { connected, disconnected }
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wakeUp = undefined
  }
}

/**
 * An `events_api` envelope without `payload.event` (a malformed one, or `app_rate_limited`) throws inside the client's own
 * handler, and the rejection would end the process: such envelopes are dropped before they get there.
 */
function guardAgainstBrokenEnvelopes(client: SocketModeClient, log: Log): void {
  const listeners = client.listeners('ws_message')
  const neighbours = new Neighbours(log)
  client.removeAllListeners('ws_message')
  client.on('ws_message', (data: unknown, isBinary: unknown) => {
    const broken = brokenEnvelope(data)
    if (broken !== null) {
      log.warn({ reason: broken }, 'an envelope from Slack was dropped')
      return
    }
    neighbours.look(data)
    for (const listener of listeners) {
      Promise.resolve(listener.call(client, data, isBinary)).catch((error: unknown) => {
        log.error(describeError(error), 'an envelope from Slack could not be handled')
      })
    }
  })
}

/**
 * A second process on the same app: Slack shares its events among all connections, so that each of the two hears half of what people say.
 * `hello` says how many there are. Whoever starts second sees the other one in its first `hello`; at a reconnection Slack may still count the
 * connection that was just closed.
 */
export class Neighbours {
  #hellos = 0
  #told = false

  constructor(private readonly log: Log) {}

  /** @param frame as it came from Slack */
  look(frame: unknown): void {
    if (this.#told || typeof frame !== 'string' || !frame.includes('num_connections')) return
    const hello: unknown = JSON.parse(frame)
    if (typeof hello !== 'object' || hello === null || !('type' in hello) || hello.type !== 'hello') return
    if (!('num_connections' in hello) || typeof hello.num_connections !== 'number') return
    const own = this.#hellos === 0 ? 1 : 2
    this.#hellos += 1
    if (hello.num_connections <= own) return
    this.#told = true
    this.log.warn(
      { connections: hello.num_connections },
      'slack connections of another process: it takes a part of what people write. Stop it, or give it a Slack app of its own (right after a kill it may be the old one, still counted)',
    )
  }
}

/**
 * What the client tells about its own connection. It emits whatever comes under the name of its type, so that one of these from
 * outside would read as a lost connection, or a new one.
 */
const OWN_EVENTS: ReadonlySet<unknown> = new Set([
  'connecting',
  'authenticated',
  'connected',
  'reconnecting',
  'disconnecting',
  'disconnected',
  'close',
  'error',
  'ws_message',
  'slack_event',
])

/** Why an envelope must not reach the client; null where it may. */
export function brokenEnvelope(data: unknown): string | null {
  if (typeof data !== 'string') return null
  let envelope: unknown
  try {
    envelope = JSON.parse(data)
  } catch {
    return 'not JSON'
  }
  if (typeof envelope !== 'object' || envelope === null) return 'not an object'
  if (!('type' in envelope)) return null
  if (OWN_EVENTS.has(envelope.type)) return 'no type of an envelope'
  if (envelope.type !== 'events_api') return null
  const payload = 'payload' in envelope ? envelope.payload : undefined
  if (typeof payload !== 'object' || payload === null) return 'no payload'
  if ('type' in payload && payload.type === 'app_rate_limited') return 'app_rate_limited'
  const event = 'event' in payload ? payload.event : undefined
  if (typeof event !== 'object' || event === null || !('type' in event) || typeof event.type !== 'string')
    return 'no event'
  if (OWN_EVENTS.has(event.type)) return 'no type of an event'
  return null
}
