/** Waiting on a clock, cut short by whoever has a reason to look again and by the end of the process. */

import type { Clock } from './clock.js'

/** Resolves after `ms`, and at once when the signal is aborted: who must not go on then asks the signal. */
export async function waitFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return
  await new Promise<void>((resolve) => {
    const finish = () => {
      timer.clear()
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = clock.setTimeout(finish, ms)
    signal.addEventListener('abort', finish, { once: true })
  })
}

/** Pauses of one worker, one at a time. */
export class Pause {
  #underWay = new AbortController()

  /** @param signal ends every pause, which then rejects with its reason */
  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** The pause that is under way is over. */
  end(): void {
    this.#underWay.abort()
  }

  /** @throws the reason of the signal */
  async take(ms: number): Promise<void> {
    const underWay = new AbortController()
    this.#underWay = underWay
    const onAbort = () => underWay.abort()
    this.signal.addEventListener('abort', onAbort, { once: true })
    try {
      this.signal.throwIfAborted()
      await waitFor(this.clock, ms, underWay.signal)
      this.signal.throwIfAborted()
    } finally {
      this.signal.removeEventListener('abort', onAbort)
    }
  }
}
