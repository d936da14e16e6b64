/** Bolt's Socket Mode client, which survives whatever Slack sends. */

import { SocketModeClient } from '@slack/socket-mode'
import { describeError, type Log } from '../../log.js'
import { sdkLogger, webClientOptions } from '../api/web.js'

/**
 * An `events_api` envelope without `payload.event` (a malformed one, or `app_rate_limited`) throws inside the client's handler of frames, and
 * the rejection would end the process: such envelopes are dropped before the handler has them.
 */
export class GuardedSocketModeClient extends SocketModeClient {
  readonly #log: Log
  readonly #neighbours: Neighbours

  /** @param apiUrl Slack's Web API, which tells where the socket is */
  constructor(appToken: string, apiUrl: string, log: Log) {
    // Whoever uses the client connects again: see SocketConnection.
    super({
      appToken,
      autoReconnectEnabled: false,
      logger: sdkLogger(log),
      clientOptions: webClientOptions(apiUrl, log),
    })
    this.#log = log
    this.#neighbours = new Neighbours(log)
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const reason = brokenEnvelope(data)
    if (reason !== null) {
      this.#log.warn({ reason }, 'slack envelope dropped')
      return
    }
    this.#neighbours.look(data)
    try {
      await super.onWebSocketMessage(data, isBinary)
    } catch (error) {
      this.#log.error(describeError(error), 'slack envelope not handled')
    }
  }
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
