import type { Clock } from '../../src/turns/time/clock.js'

/** Time that passes only when everything that could happen at the moment has happened. */
export class FakeClock implements Clock {
  #now = 0
  #order = 0
  readonly #timers = new Set<{ at: number; order: number; run: () => void }>()

  now(): number {
    return this.#now
  }

  setTimeout(run: () => void, ms: number): { clear(): void } {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order, run }
    this.#order += 1
    this.#timers.add(timer)
    return { clear: () => this.#timers.delete(timer) }
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.setTimeout(resolve, ms))
  }

  /** Timers that have not run yet. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Turns the system's clock, as an administrator would. */
  turn(ms: number): void {
    this.#now += ms
    for (const timer of this.#timers) timer.at += ms
  }

  /** Lets so much time pass. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms
    await settled()
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#timers.delete(timer)
      this.#now = Math.max(this.#now, timer.at)
      timer.run()
      await settled()
    }
    this.#now = until
  }

  /** Lets time pass until the promise is settled. */
  async during<Value>(promise: Promise<Value>): Promise<Value> {
    let pending = true
    const end = promise.finally(() => {
      pending = false
    })
    end.catch(() => {})
    await settled()
    while (pending) {
      const timer = this.#next(Number.POSITIVE_INFINITY)
      if (timer === undefined) throw new Error('nothing is going to happen any more')
      await this.pass(timer.at - this.#now)
    }
    return end
  }

  #next(until: number): { at: number; order: number; run: () => void } | undefined {
    let next: { at: number; order: number; run: () => void } | undefined
    for (const timer of this.#timers) {
      if (timer.at > until) continue
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer
    }
    return next
  }
}

/** Until no promise has anything left to do at this moment. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
