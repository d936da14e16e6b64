/** Bolt's receiver for Socket Mode. Bolt's own makes its client by itself, and so neither survives a broken envelope nor keeps the connection. */

import type { App, Receiver, ReceiverEvent } from '@slack/bolt'
import { describeError, type Log } from '../../log.js'
import type { Clock } from '../../turns/time/clock.js'
import { GuardedSocketModeClient } from './socket-client.js'
import { SocketConnection } from './socket-connection.js'

export interface SocketReceiverOptions {
  readonly appToken: string
  readonly apiUrl: string
  readonly clock: Clock
  readonly log: Log
}

/** What the client emits as `slack_event`, as far as Bolt wants it. */
interface SlackEvent {
  readonly body: ReceiverEvent['body']
  readonly ack: ReceiverEvent['ack']
  readonly retry_num?: number
  readonly retry_reason?: string
}

export class SocketReceiver implements Receiver {
  readonly #client: GuardedSocketModeClient
  readonly #connection: SocketConnection
  readonly #log: Log

  constructor({ appToken, apiUrl, clock, log }: SocketReceiverOptions) {
    this.#log = log
    this.#client = new GuardedSocketModeClient(appToken, apiUrl, log)
    this.#connection = new SocketConnection(this.#client, clock, log)
  }

  /** Whether deliveries can arrive right now. */
  get connected(): boolean {
    return this.#connection.connected
  }

  init(app: App): void {
    this.#client.on('slack_event', (event: SlackEvent) => void this.#receive(event, app))
  }

  /** Resolves when connected for the first time. @throws the error of the first attempt: a wrong token is told at once */
  async start(): Promise<void> {
    await this.#connection.start()
  }

  async stop(): Promise<void> {
    await this.#connection.stop()
  }

  async #receive({ body, ack, retry_num, retry_reason }: SlackEvent, app: App): Promise<void> {
    try {
      await app.processEvent({
        body,
        ack,
        ...(retry_num === undefined ? {} : { retryNum: retry_num }),
        ...(retry_reason === undefined ? {} : { retryReason: retry_reason }),
      })
    } catch (error) {
      // It is not acknowledged, and so Slack delivers it again.
      this.#log.error(describeError(error), 'slack delivery not stored')
    }
  }
}
