/**
 * The Socket Mode connection, supervised. The client's own reconnect waits five seconds on every refresh that Slack asks for, and ends in an
 * unhandled rejection where Slack says no. It is switched off, and this loop connects again: at once after a refresh, with growing pauses after
 * failures, and never gives up.
 */

import type { SocketModeClient } from '@slack/socket-mode'
import { describeError, type Log } from '../../log.js'
import type { Clock } from '../../turns/time/clock.js'
import { waitFor } from '../../turns/time/pause.js'
import { retryPause } from '../../turns/time/retry-pause.js'

/** A connection that held this long was a good one: the next attempt follows at once. In milliseconds. */
const GOOD_CONNECTION_MS = 5_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** What a connection that worked, but not for long, counts as: a pause of at most half a second. */
const MOST_AFTER_SUCCESS = 2

export class SocketConnection {
  readonly #stopped = new AbortController()
  #connected = false
  #failures = 0
  #loop: Promise<void> | undefined

  /**
   * @param client its own reconnect is switched off
   * @param clock one that keeps the process alive: while there is no connection, nothing else may
   */
  constructor(
    private readonly client: Pick<SocketModeClient, 'start' | 'disconnect' | 'once' | 'off'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

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
    this.#stopped.abort()
    await this.client.disconnect()
    await this.#loop
  }

  async #keepConnected(firstLoss: Promise<void>): Promise<void> {
    let connection = { lost: firstLoss }
    for (;;) {
      const since = this.clock.now()
      await connection.lost
      this.#connected = false
      if (this.#isStopped) return
      // Slack may refresh twice in a row; only a connection that is lost again and again is worth a short pause.
      this.#failures =
        this.clock.now() - since > GOOD_CONNECTION_MS ? 0 : Math.min(this.#failures + 1, MOST_AFTER_SUCCESS)
      const next = await this.#reconnect()
      if (next === null) return
      connection = next
    }
  }

  /** Null when told to stop meanwhile. */
  async #reconnect(): Promise<{ lost: Promise<void> } | null> {
    for (;;) {
      const pause = retryPause(this.#failures, undefined, { first: FIRST_PAUSE_MS, longest: LONGEST_PAUSE_MS })
      if (this.#failures > 0) await waitFor(this.clock, pause, this.#stopped.signal)
      if (this.#isStopped) return null
      try {
        const attempt = this.#connect()
        await attempt.connected
        if (this.#isStopped) {
          // Told to stop while the connection was being made: nobody else would end it.
          this.#connected = false
          await this.client.disconnect()
          return null
        }
        return { lost: attempt.disconnected }
      } catch (error) {
        this.#failures += 1
        this.log.warn({ failures: this.#failures, ...describeError(error) }, 'slack connection failed; trying again')
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
        this.log.info('slack connected')
      },
      (error: unknown) => {
        this.client.off('disconnected', lost)
        throw error instanceof Error ? error : new Error('the connection was closed before it was ready')
      },
    )
    return { connected, disconnected }
  }

  get #isStopped(): boolean {
    return this.#stopped.signal.aborted
  }
}
