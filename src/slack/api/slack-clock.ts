/** Slack's time, and by how much the host's clock differs from it. */

import type { WebClientOptions } from '@slack/web-api'
import type { Log } from '../../log.js'
import { ServerClock } from '../../turns/time/server-clock.js'

type Fetch = NonNullable<WebClientOptions['fetch']>

/** More than this is told: signatures are good for five minutes, and reminders are at the wrong time. Milliseconds. */
export const TOLERATED_SKEW_MS = 60_000

export interface SlackClockOptions {
  readonly log: Log
  /** The host's clock, epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonic: () => number
}

export class SlackClock {
  readonly #slack: ServerClock
  #isOff = false

  constructor(private readonly options: SlackClockOptions) {
    this.#slack = new ServerClock(options.monotonic)
  }

  /** Epoch milliseconds; null while Slack has not told its time. */
  now(): number | null {
    return this.#slack.now()
  }

  /** By how much the host's clock is ahead of Slack's, in milliseconds; null while Slack has not told its time. */
  get skewMs(): number | null {
    const slack = this.now()
    return slack === null ? null : this.options.now() - slack
  }

  /** For the SDK's clients: every answer is a look at Slack's clock. */
  readonly fetch: Fetch = async (url, init) => {
    const response = await globalThis.fetch(url, init)
    this.read(response.headers.get('date'))
    return response
  }

  read(date: string | null): void {
    const slack = this.#slack.read(date)
    if (slack === null) return
    const skew = this.options.now() - slack
    const isOff = Math.abs(skew) > TOLERATED_SKEW_MS
    if (isOff && !this.#isOff) {
      this.options.log.warn(
        { seconds_ahead: Math.round(skew / 1_000) },
        'clock of this host is off: it differs from Slack’s by more than a minute; set it (NTP)',
      )
    }
    this.#isOff = isOff
  }
}
