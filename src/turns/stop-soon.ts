/** The end of a turn whose stop is in the store: where the turn runs in this process, it hears of it at once. */

import { describeError, type Log } from '../log.js'

export interface StopDeps {
  readonly stop: (turnId: string) => Promise<void>
  readonly log: Log
}

/** Returns at once, and never throws: a turn that is not reached now reads the store. */
export function stopSoon({ stop, log }: StopDeps, turn: string): void {
  stop(turn).catch((error: unknown) => log.warn({ turn, ...describeError(error) }, 'turn not interrupted yet'))
}
