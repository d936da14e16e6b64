/** Wakes conversations at a given time. Kept in memory only: every start wakes all unfinished conversations. */

import type { Clock } from './clock.js'

export class Alarms {
  readonly #timers = new Map<string, { clear(): void }>()

  constructor(
    private readonly clock: Clock,
    private readonly wake: (conversationId: string) => void,
  ) {}

  /** One a conversation; a later call takes the place of the earlier one. Epoch milliseconds. */
  set(conversationId: string, at: number): void {
    this.#timers.get(conversationId)?.clear()
    const timer = this.clock.setTimeout(
      () => {
        this.#timers.delete(conversationId)
        this.wake(conversationId)
      },
      Math.max(0, at - this.clock.now()),
    )
    this.#timers.set(conversationId, timer)
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.clear()
    this.#timers.clear()
  }
}
