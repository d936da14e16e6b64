/** Looks into a store again and again, one look at a time: at once when somebody says that there is something, else when the look before said. */

import type { Clock } from './clock.js'

export class Lookout {
  #looking: Promise<void> | null = null
  #isAgain = false
  #isStopped = false
  #timer: { clear(): void } | undefined

  /** @param look never rejects; answers after how many milliseconds there is another one at the latest */
  constructor(
    private readonly clock: Pick<Clock, 'setTimeout'>,
    private readonly look: () => Promise<number>,
  ) {}

  get isStopped(): boolean {
    return this.#isStopped
  }

  /** Looks at once, and once more after a look that is under way. */
  wake(): void {
    if (this.#isStopped) return
    this.#isAgain = true
    this.#looking ??= this.#lookAround().finally(() => {
      this.#looking = null
      // Whoever called between the last look and here has started none.
      if (this.#isAgain) this.wake()
    })
  }

  /** What is under way is awaited. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.clear()
    await this.#looking
  }

  async #lookAround(): Promise<void> {
    while (this.#isAgain && !this.#isStopped) {
      this.#isAgain = false
      this.#timer?.clear()
      const next = await this.look()
      if (!this.#isStopped) this.#timer = this.clock.setTimeout(() => this.wake(), next)
    }
  }
}
