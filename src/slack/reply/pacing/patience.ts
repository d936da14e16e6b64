/** How long a reply waits for the edit that is due, before its answer goes on in a further message. */

import type { Clock } from '../../../turns/time/clock.js'

/** In milliseconds. Rarely enough that an answer stays a few messages, however long nothing is edited. */
const FOR_TEXT_MS = 10_000
const FOR_END_MS = 1_500

export class Patience {
  #wait: { readonly isForEnd: boolean; readonly timer: { clear(): void } } | null = null

  constructor(
    private readonly clock: Pick<Clock, 'setTimeout'>,
    private readonly onEnd: () => void,
  ) {}

  /** An edit is due. Waiting that has begun goes on; the end of an answer is waited for less. */
  begin(isForEnd: boolean): void {
    if (this.#wait !== null && (this.#wait.isForEnd || !isForEnd)) return
    this.stop()
    const end = () => {
      this.#wait = null
      this.onEnd()
    }
    this.#wait = { isForEnd, timer: this.clock.setTimeout(end, isForEnd ? FOR_END_MS : FOR_TEXT_MS) }
  }

  /** Nothing is due any more. */
  stop(): void {
    this.#wait?.timer.clear()
    this.#wait = null
  }
}
