/** Retries of a turn while a service is unavailable: how often, with which pauses, and when to give up. */

import type { Unavailable } from '../ports.js'
import { retryPause } from '../time/retry-pause.js'

/** A turn gives up when a service has been unavailable for this long, counted from the first failure. Milliseconds, as all times here. */
const GIVE_UP_AFTER_MS = 10 * 60_000

export class ServiceRetries {
  #failingSince: number | null = null
  #failures = 0
  /** The most events that any attempt has read. */
  #furthest = 0

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** Counts a failure. @param now epoch milliseconds */
  fail(now: number): void {
    this.#failingSince ??= now
    this.#failures += 1
  }

  isExhausted(now: number): boolean {
    return this.#failingSince !== null && now - this.#failingSince > GIVE_UP_AFTER_MS
  }

  /** The pause before the next try: what the service asked for, and never less than one that grows. */
  pauseAfter({ retryAfterMs }: Unavailable): number {
    return Math.min(retryPause(this.#failures, retryAfterMs), GIVE_UP_AFTER_MS)
  }

  /** Resets the count if more events were read than by any attempt before: the services work again. */
  noteProgress(read: number): void {
    if (read <= this.#furthest) return
    this.#furthest = read
    this.#failingSince = null
    this.#failures = 0
  }
}
