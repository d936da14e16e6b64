/** Epoch milliseconds, and timers that can be cleared. */
export interface Clock {
  now(): number
  setTimeout(run: () => void, ms: number): { clear(): void }
}

/** The host's own; its timers keep the process alive, for work without which it has none. */
export const AWAKE_CLOCK: Clock = hostClock((timer) => timer)

/** The host's own; its timers keep no process alive. */
export const SYSTEM_CLOCK: Clock = hostClock((timer) => timer.unref())

function hostClock(made: (timer: NodeJS.Timeout) => NodeJS.Timeout): Clock {
  return {
    now: () => Date.now(),
    setTimeout: (run, ms) => {
      const timer = made(setTimeout(run, ms))
      return { clear: () => clearTimeout(timer) }
    },
  }
}
