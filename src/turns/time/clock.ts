/** Epoch milliseconds, and timers that can be cleared. */
export interface Clock {
  now(): number
  setTimeout(run: () => void, ms: number): { clear(): void }
}

/** The host's own; its timers keep no process alive. */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (run, ms) => {
    const timer = setTimeout(run, ms)
    timer.unref()
    return { clear: () => clearTimeout(timer) }
  },
}
