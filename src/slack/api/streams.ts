/**
 * Native streams of a workspace: how many may be open, and when each may grow. Slack counts starts and stops (20 a minute or more) and
 * appends (100 or more) apart from edits, so a reply that streams leaves its edits to the others. Every stream that is opened has to be
 * stopped, and a stop that is refused would keep a finished answer back: so a place is given only where its stop is certain to have room.
 */

import type { Log } from '../../log.js'
import type { Clock } from '../../turns/time/clock.js'
import { EditBudget } from './edit-budget.js'
import { RATE_WINDOW_MS, STREAM_APPENDS, STREAM_STARTS } from './limits.js'

export type ReplyStreaming = 'edit' | 'native' | 'auto'

export interface StreamsOptions {
  readonly mode: ReplyStreaming
  readonly editsPerMinute: number
  readonly clock: Clock
  readonly log: Log
}

/** A stream's place, from before its start to its stop. */
export interface StreamPlace {
  /** The stream has ended, or was never started. May be called twice. */
  release(): void
}

/** Below what Slack promises at least, for what a process before this one may have used. */
const STARTS_PER_MINUTE = 0.9 * STREAM_STARTS
const APPENDS_PER_MINUTE = 0.9 * STREAM_APPENDS
/** What is appended moves nothing that stands there already. */
const APPEND_INTERVAL_MS = 250
/** A workspace that does not take streams is asked again after so long, in milliseconds. */
const REFUSED_MS = 10 * 60_000

export class Streams {
  /** The scheduler of appends, in the manner of the edits': newest state, fair, paused by a 429. */
  readonly appends: EditBudget
  /** When places were taken and given back, epoch milliseconds, as far as Slack still counts them. */
  #taken: number[] = []
  #released: number[] = []
  #open = 0
  #replies = 0
  #pausedUntil = 0

  constructor(private readonly options: StreamsOptions) {
    this.appends = new EditBudget({
      perMinute: APPENDS_PER_MINUTE,
      clock: options.clock,
      keepsForEnds: false,
      textIntervalMs: APPEND_INTERVAL_MS,
    })
  }

  /** A reply that is about to be shown, in one way or the other; call what is answered when it is over. */
  enter(): () => void {
    this.#replies += 1
    return once(() => {
      this.#replies -= 1
    })
  }

  /** Whether there is a place for one more stream. */
  get hasPlace(): boolean {
    const { mode, clock } = this.options
    const now = clock.now()
    if (mode === 'edit' || now < this.#pausedUntil) return false
    this.#taken = this.#taken.filter((at) => at + RATE_WINDOW_MS > now)
    this.#released = this.#released.filter((at) => at + RATE_WINDOW_MS > now)
    if (this.#taken.length >= STARTS_PER_MINUTE || this.#open + this.#released.length >= STARTS_PER_MINUTE) return false
    return mode !== 'auto' || this.#isBetterStreamed()
  }

  /** A place for one more stream; null where the reply is better edited. */
  tryOpen(): StreamPlace | null {
    const { clock } = this.options
    if (!this.hasPlace) return null
    this.#taken.push(clock.now())
    this.#open += 1
    return {
      release: once(() => {
        this.#open -= 1
        this.#released.push(clock.now())
      }),
    }
  }

  /** Slack said to wait before the next start or stop. Milliseconds. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.options.clock.now() + ms)
  }

  /** Slack takes no streams here, whatever its reason: replies are edited, and streams are tried again later. */
  refused(code: string): void {
    this.pause(REFUSED_MS)
    this.options.log.warn({ code }, 'slack streams refused: replies are edited for some minutes')
  }

  close(): void {
    this.appends.close()
  }

  /** Both budgets are spent evenly: a reply streams where its share of the appends is at least its share of the edits would be. */
  #isBetterStreamed(): boolean {
    const edited = Math.max(1, this.#replies - this.#open)
    return APPENDS_PER_MINUTE / (this.#open + 1) >= this.options.editsPerMinute / edited
  }
}

function once(run: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    run()
  }
}
