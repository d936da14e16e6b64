/** How long a service that does not answer is waited for, and how often it is asked meanwhile. */

import type { Unavailable } from '../ports.js'
import { retryPause } from '../time/retry-pause.js'

/** How long a service may be out before a turn gives up, from its first failed try. Milliseconds, as all times here. */
const GIVE_UP_AFTER_MS = 10 * 60_000

export class ServiceRetries {
  #failingSince: number | null = null
  #failures = 0
  /** How far somebody has got with what they read. */
  #furthest = 0

  /** How often in a row it failed. */
  get failures(): number {
    return this.#failures
  }

  /** Notes a failure. @param now epoch milliseconds */
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

  /** Something new was read, not only what a new attempt reads again: the services work, and patience begins anew. */
  noteProgress(read: number): void {
    if (read <= this.#furthest) return
    this.#furthest = read
    this.#failingSince = null
    this.#failures = 0
  }
}
