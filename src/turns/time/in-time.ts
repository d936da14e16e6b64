/** Work that is waited for so long, and no longer. */

import type { Clock } from './clock.js'

/** What is answered in place of work that takes too long. */
export const LATE = Symbol('late')

/**
 * Answers what the work answers, or `LATE` after `ms`; the work then goes on unheard.
 * @throws what the work throws in time
 */
export async function inTime<Result>(
  clock: Pick<Clock, 'setTimeout'>,
  work: Promise<Result>,
  ms: number,
): Promise<Result | typeof LATE> {
  let timer: { clear(): void } | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = clock.setTimeout(() => resolve(LATE), ms)
  })
  try {
    // A race hears of both: what fails later is no unhandled rejection.
    return await Promise.race([work, late])
  } finally {
    timer?.clear()
  }
}
