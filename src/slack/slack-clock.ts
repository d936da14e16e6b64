/**
 * Slack's time, as its answers tell it in their `Date` header, carried on by a clock that nobody sets. Whatever is looked up in Slack by time
 * uses it: by the clock of a host that runs ahead, a message that was posted would not be found, and would be posted a second time.
 */

import type { WebClientOptions } from '@slack/web-api'
import type { Log } from '../log.js'

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
  #reading: { readonly slack: number; readonly at: number } | null = null
  #isOff = false

  constructor(private readonly options: SlackClockOptions) {}

  /** Epoch milliseconds; null while Slack has not told its time. */
  now(): number | null {
    return this.#reading === null ? null : this.#reading.slack + this.options.monotonic() - this.#reading.at
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
    const slack = Date.parse(date ?? '')
    if (Number.isNaN(slack)) return
    this.#reading = { slack, at: this.options.monotonic() }
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
