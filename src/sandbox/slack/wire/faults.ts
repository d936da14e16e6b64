/** Ways in which Slack can fail, to be asked for by tests. Nothing here happens by itself. */
import { FaultQueue, type Gate, gate, type Hold } from '../../wire/fault-queue.js'
import type { Json } from './json.js'

export type Fault =
  /** Refused with this error code. */
  | { readonly error: string }
  /** An HTTP status other than 200, e.g. 500 or 503, with a body that is not JSON unless one is given. */
  | { readonly status: number; readonly body?: Json }
  /** HTTP 429. `null` leaves the number out, as a misbehaving proxy does. */
  | { readonly retryAfter: number | null }
  /** The work is done, then the connection is cut: the caller cannot know. */
  | { readonly dropAnswer: true }
  /** The connection is cut before anything is done. */
  | { readonly dropRequest: true }
  /** The answer comes this much later; the work is done at once. */
  | { readonly delayMs: number }

export class Faults {
  readonly #queued = new FaultQueue<string, Fault>()
  readonly #held = new FaultQueue<string, Gate>()

  /** Lets the next calls of a Web API method fail; faults queued earlier happen first. */
  next(method: string, fault: Fault, times = 1): void {
    this.#queued.plan(method, fault, times)
  }

  /** Forgets the faults that have not happened yet. */
  clear(): void {
    this.#queued.clear()
  }

  /** Stops the next call of a method before anything is done for it, until `release`. */
  hold(method: string): Hold {
    const stopped = gate()
    this.#held.plan(method, stopped)
    return stopped.hold
  }

  /** Used by the server: waits where a test holds this method, then takes the fault that is due, if any. */
  async take(method: string): Promise<Fault | undefined> {
    const held = this.#held.take(method)
    held?.arrived()
    await held?.released
    return this.#queued.take(method)
  }
}
