/** A clock that stands still until a test moves it. */

import type { Clock } from '../../src/turns/time/clock.js'

interface Timer {
  readonly at: number
  readonly run: () => void
}

export class FakeClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  constructor(start = Date.UTC(2026, 10, 22, 9, 0)) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  setTimeout(run: () => void, ms: number): { clear(): void } {
    const timer = { at: this.#now + ms, run }
    this.#timers.add(timer)
    return { clear: () => this.#timers.delete(timer) }
  }

  /** How many timers are waiting. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Moves on by this much; what is due on the way happens in its order, with all that follows from it. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await settle()
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = next.at
      next.run()
      await settle()
    }
    this.#now = end
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
  }
}

/** Lets every promise run on that waits for nothing but other promises. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
