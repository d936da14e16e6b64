/**
 * How many edits Slack takes just now: what was spent in the last minute, and what a refusal took off the rate. Time is only ever given.
 */
import { retryPause } from '../../turns/time/retry-pause.js'
import { MESSAGE_EDITS, RATE_WINDOW_MS } from './limits.js'

/** Edits in any 60 seconds, unless `SLACK_EDITS_PER_MINUTE` says otherwise: below Slack's own number, for what else edits in the workspace. */
export const EDITS_PER_MINUTE = MESSAGE_EDITS - 5

/** After a refusal: this part of the rate, never less than `LEAST_RATE`, and one edit a minute more in each recovery interval. */
const BACK_OFF = 0.75
const LEAST_RATE = 5
const RECOVERY_MS = 30_000
/** After a refusal at least, doubled with each further one: Slack also says "wait 0 seconds". */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/** An edit as the window counts it: from when it is sent until a minute after Slack's answer, since it may have counted at any moment between. */
interface Spent {
  answeredAt: number | undefined
}

export class EditRate {
  #spent: Spent[] = []
  #pausedUntil = Number.NEGATIVE_INFINITY
  #pausedAt = Number.NEGATIVE_INFINITY
  /** In a row, without an edit that was taken in between. */
  #refusals = 0
  #reduced: { rate: number; at: number } | undefined

  constructor(private readonly perMinute: number) {}

  /** No edit starts before this. */
  get pausedUntil(): number {
    return this.#pausedUntil
  }

  /** Counts an edit that is being sent; whoever sends it notes when it was answered. */
  spend(): Spent {
    const spent: Spent = { answeredAt: undefined }
    this.#spent.push(spent)
    return spent
  }

  /** No call was made after all. */
  giveBack(spent: Spent): void {
    this.#spent = this.#spent.filter((each) => each !== spent)
  }

  /** Slack took an edit. */
  taken(): void {
    this.#refusals = 0
  }

  /** Slack refused an edit that was sent at `startedAt`. */
  refused(startedAt: number, now: number, retryAfterMs: number): void {
    // Edits that were on their way when the first refusal came say nothing new about the rate.
    if (startedAt >= this.#pausedAt) {
      this.#reduced = { rate: Math.max(LEAST_RATE, Math.floor(this.capacity(now) * BACK_OFF)), at: now }
      this.#pausedAt = now
      this.#refusals += 1
    }
    const pause = retryPause(this.#refusals, retryAfterMs, { first: FIRST_PAUSE_MS, longest: LONGEST_PAUSE_MS })
    this.#pausedUntil = Math.max(this.#pausedUntil, now + pause)
  }

  /** Edits a minute, as far as refusals allow. */
  capacity(now: number): number {
    if (this.#reduced === undefined) return this.perMinute
    const { rate, at } = this.#reduced
    const recovered = Math.floor((now - Math.max(at, this.#pausedUntil)) / RECOVERY_MS)
    return Math.min(this.perMinute, rate + Math.max(0, recovered))
  }

  /** What is left of them. */
  free(now: number): number {
    this.#spent = this.#spent.filter(({ answeredAt }) => answeredAt === undefined || answeredAt + RATE_WINDOW_MS > now)
    return this.capacity(now) - this.#spent.length
  }

  /** When the next edit comes back; a whole window from now where none is known to. */
  nextReturn(now: number): number {
    let next = now + RATE_WINDOW_MS
    for (const { answeredAt } of this.#spent)
      if (answeredAt !== undefined) next = Math.min(next, answeredAt + RATE_WINDOW_MS)
    return next
  }

  /** Milliseconds between two edits at which they can go on for the whole horizon, with what is free now and what comes back meanwhile. */
  interval(free: number, now: number, horizonMs: number): number {
    const returns = this.#returns(now).filter((ms) => ms < horizonMs)
    let interval = 0
    let available = free
    for (const ms of [...returns, horizonMs]) {
      interval = Math.max(interval, ms / available)
      available += 1
    }
    return interval
  }

  /** After how many milliseconds each answered edit comes back, soonest first. */
  #returns(now: number): number[] {
    return this.#spent
      .flatMap(({ answeredAt }) => (answeredAt === undefined ? [] : [answeredAt + RATE_WINDOW_MS - now]))
      .sort((a, b) => a - b)
  }
}
