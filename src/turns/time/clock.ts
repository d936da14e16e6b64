/** Epoch milliseconds, and timers that can be cleared. */
export interface Clock {
  now(): number
  setTimeout(run: () => void, ms: number): { clear(): void }
}

/** For a longer pause, Node.js fires at once. It is cut to this; the caller looks at the clock again. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The host's own; its timers keep the process alive, for work without which it has none. */
export const AWAKE_CLOCK: Clock = hostClock((timer) => timer)

/** The host's own; its timers keep no process alive. */
export const SYSTEM_CLOCK: Clock = hostClock((timer) => timer.unref())

function hostClock(made: (timer: NodeJS.Timeout) => NodeJS.Timeout): Clock {
  return {
    now: () => Date.now(),
    setTimeout: (run, ms) => {
      const timer = made(setTimeout(run, Math.min(ms, LONGEST_TIMER_MS)))
      return { clear: () => clearTimeout(timer) }
    },
  }
}
