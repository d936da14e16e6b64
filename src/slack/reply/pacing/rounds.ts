/** Rounds of work, one at a time: whoever asks while one is under way gets one more after it, and none begins during a pause. */

import type { Clock } from '../../../turns/time/clock.js'

export class Rounds {
  #underWay: Promise<void> | null = null
  #isAsked = false
  #pause: { clear(): void } | null = null
  #isStopped = false

  /** @param round never rejects */
  constructor(
    private readonly clock: Pick<Clock, 'setTimeout'>,
    private readonly round: () => Promise<void>,
  ) {}

  /** Nothing is under way, and nothing is asked for. */
  get isIdle(): boolean {
    return this.#underWay === null && !this.#isAsked
  }

  request(): void {
    this.#isAsked = true
    if (this.#underWay !== null || this.#isStopped || this.#pause !== null) return
    this.#isAsked = false
    this.#underWay = this.round().finally(() => {
      this.#underWay = null
      if (this.#isAsked) this.request()
    })
  }

  /** Until then requests only wait. A later call takes the place of the earlier one. Milliseconds. */
  pause(ms: number): void {
    this.#pause?.clear()
    this.#pause = this.clock.setTimeout(() => {
      this.#pause = null
      this.request()
    }, ms)
  }

  /** No round begins any more. */
  stop(): void {
    this.#isStopped = true
    this.#pause?.clear()
  }

  /** Resolves when the round that is under way is over. */
  async settled(): Promise<void> {
    await this.#underWay
  }
}
