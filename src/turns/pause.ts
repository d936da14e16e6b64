/** A pause that may be cut short: by whoever has a reason to look again, and by the end of the process. */

import type { Clock } from './connection-watch.js'

export class Pause {
  #end: () => void = () => undefined

  /** @param signal ends every pause, with its reason */
  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** The pause that is under way is over. */
  end(): void {
    this.#end()
  }

  async take(ms: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        timer.clear()
        reject(this.signal.reason)
      }
      const finish = () => {
        timer.clear()
        this.signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const timer = this.clock.setTimeout(finish, ms)
      this.#end = finish
      this.signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
