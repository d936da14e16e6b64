/** Ways in which Slack can fail, to be asked for by tests. Nothing here happens by itself. */
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

/** A method whose next call waits for a word from the test. */
export interface Hold {
  /** Resolves when the call has arrived; nothing has been done for it yet. */
  readonly reached: Promise<void>
  release(): void
}

interface Waiting {
  readonly reached: () => void
  readonly released: Promise<void>
}

export class Faults {
  readonly #queued = new Map<string, Fault[]>()
  readonly #held = new Map<string, Waiting[]>()

  /** Lets the next calls of a Web API method fail; faults queued earlier happen first. */
  next(method: string, fault: Fault, times = 1): void {
    const queue = this.#queued.get(method) ?? []
    for (let i = 0; i < times; i++) queue.push(fault)
    this.#queued.set(method, queue)
  }

  /** Forgets the faults that have not happened yet. */
  clear(): void {
    this.#queued.clear()
  }

  /** Stops the next call of a method before anything is done for it, until `release`. */
  hold(method: string): Hold {
    let reached: () => void = () => undefined
    let release: () => void = () => undefined
    const reachedPromise = new Promise<void>((resolve) => {
      reached = resolve
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const queue = this.#held.get(method) ?? []
    queue.push({ reached, released })
    this.#held.set(method, queue)
    return { reached: reachedPromise, release: () => release() }
  }

  /** Used by the server: waits where a test holds this method, then takes the fault that is due, if any. */
  async take(method: string): Promise<Fault | undefined> {
    const hold = this.#held.get(method)?.shift()
    if (hold !== undefined) {
      hold.reached()
      await hold.released
    }
    return this.#queued.get(method)?.shift()
  }
}
