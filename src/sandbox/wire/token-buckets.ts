/** Limits that refill evenly: so many at once, and then as many as come back in the time. */
export interface Refill {
  /** The most that can be taken at once. */
  readonly burst: number
  readonly perMillisecond: number
}

export class TokenBuckets<Key> {
  readonly #buckets = new Map<Key, { readonly tokens: number; readonly at: number }>()

  /** @param now milliseconds */
  constructor(private readonly now: () => number) {}

  /** Takes one, and answers 0; where there is none, takes nothing and answers in how many milliseconds there will be. */
  take(key: Key, { burst, perMillisecond }: Refill): number {
    const now = this.now()
    const before = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, before.tokens + (now - before.at) * perMillisecond)
    const isTaken = tokens >= 1
    this.#buckets.set(key, { tokens: isTaken ? tokens - 1 : tokens, at: now })
    return isTaken ? 0 : (1 - tokens) / perMillisecond
  }
}
