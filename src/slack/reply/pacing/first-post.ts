/**
 * When the first message of a reply is posted: with its first words, as long as something beside it says that the agent works and lets its person stop
 * it; or without them, when that takes long or is not there.
 */

import type { Clock } from '../../../turns/time/clock.js'
import type { ReplyView } from '../../../turns/view.js'

/** Longer than this nobody waits with no message to look at, in milliseconds. */
const LONGEST_HOLD_MS = 4_000

export class FirstPost {
  #isToldBeside = false
  #hold: { clear(): void } | null = null
  #hasEnded = false

  /** @param onEnd the hold has ended before there were words */
  constructor(
    private readonly clock: Pick<Clock, 'setTimeout'>,
    private readonly onEnd: () => void,
  ) {}

  /** Beside the reply it is said that the agent works, and how to stop it. */
  get isToldBeside(): boolean {
    return this.#isToldBeside
  }

  /** From now on the message waits, once and not for long, since what it could say is told beside it. */
  hold(): void {
    if (this.#hasEnded || this.#hold !== null) return
    this.#isToldBeside = true
    this.#hold = this.clock.setTimeout(() => this.end(), LONGEST_HOLD_MS)
  }

  /** Nothing is told beside it any more. */
  release(): void {
    this.#isToldBeside = false
    this.end()
  }

  end(): void {
    const isHolding = this.#hold !== null
    this.close()
    if (isHolding) this.onEnd()
  }

  /** Nothing is posted any more. */
  close(): void {
    this.#hasEnded = true
    this.#hold?.clear()
    this.#hold = null
  }

  /**
   * Whether the message waits although it could say this. What is more than "I am at it" never waits.
   * @param hasWords it would hold words of the answer
   */
  waits({ phase, reply, approvals }: ReplyView, hasWords: boolean): boolean {
    if (this.#hold === null || hasWords) return false
    const isAtWork = phase.type === 'starting' || (phase.type === 'working' && phase.isResumed !== true)
    return isAtWork && approvals.length === 0 && reply.error === null
  }
}
