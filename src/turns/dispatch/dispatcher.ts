/**
 * Runs conversations when they are woken: one run per conversation at a time, different conversations in parallel. A wake-up carries no data,
 * since all work is in the store. It may come twice; one that comes during a run makes the run look at the store again.
 */

import { setMaxListeners } from 'node:events'
import type { Log } from '../../log.js'
import { describeError } from '../../log.js'
import { type Clock, SYSTEM_CLOCK } from '../time/clock.js'
import { retryPause } from '../time/retry-pause.js'

export interface ConversationWork {
  /** Does all that can be done now for a conversation. Rejects with the signal's reason when told to stop. */
  run(conversationId: string, signal: AbortSignal): Promise<void>
  /** Something new arrived while `run` is under way: whatever the person should see of that at once. */
  arrived(conversationId: string): Promise<void>
}

const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 5 * 60_000

export class Dispatcher {
  readonly #running = new Map<string, { again: boolean; done: Promise<void> }>()
  readonly #stop = new AbortController()
  readonly #retries = new Map<string, { failures: number; timer: { clear(): void } }>()

  constructor(
    private readonly work: ConversationWork,
    private readonly log: Log,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {
    // Every conversation at work listens for the stop; more than ten of them are no leak.
    setMaxListeners(0, this.#stop.signal)
  }

  wake(conversationId: string): void {
    if (this.#stop.signal.aborted) return
    const current = this.#running.get(conversationId)
    if (current !== undefined) {
      current.again = true
      this.work.arrived(conversationId).catch((error: unknown) => this.#report(conversationId, error))
      return
    }
    const state = { again: false, done: Promise.resolve() }
    this.#running.set(conversationId, state)
    state.done = this.#loop(conversationId, state)
  }

  /** Stops taking wake-ups, ends what runs at the next safe point, and resolves when all of it has ended. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the bot is shutting down'))
    for (const { timer } of this.#retries.values()) timer.clear()
    await Promise.all([...this.#running.values()].map((state) => state.done))
  }

  /** Conversations being worked on right now. */
  get active(): number {
    return this.#running.size
  }

  async #loop(conversationId: string, state: { again: boolean }): Promise<void> {
    try {
      do {
        state.again = false
        await this.work.run(conversationId, this.#stop.signal)
      } while (state.again && !this.#stop.signal.aborted)
      this.#retries.delete(conversationId)
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        this.#report(conversationId, error)
        this.#retryLater(conversationId)
      }
    } finally {
      this.#running.delete(conversationId)
    }
  }

  /** What failed for a reason nobody foresaw (a full disk, a bug) must not wait for the person to write again. */
  #retryLater(conversationId: string): void {
    const previous = this.#retries.get(conversationId)
    previous?.timer.clear()
    const failures = (previous?.failures ?? 0) + 1
    const pause = retryPause(failures, undefined, { first: FIRST_RETRY_MS, longest: LONGEST_RETRY_MS })
    const timer = this.clock.setTimeout(() => this.wake(conversationId), pause)
    this.#retries.set(conversationId, { failures, timer })
  }

  #report(conversationId: string, error: unknown): void {
    this.log.error({ conversation: conversationId, ...describeError(error) }, 'conversation failed')
  }
}
