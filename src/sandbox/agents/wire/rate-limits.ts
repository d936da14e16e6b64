import { TokenBuckets } from '../../wire/token-buckets.js'
import { ApiError } from './api-error.js'

/** Calls a minute for the whole organization. */
export interface RateLimits {
  readonly creates: number
  readonly environments: number
  readonly others: number
}

/** What the vendor documents. */
export const VENDOR_RATE_LIMITS: RateLimits = { creates: 300, environments: 60, others: 600 }

const MINUTE = 60_000

/** A bucket per kind of call, which refills evenly over the minute. */
export class RateLimiter {
  readonly #calls: TokenBuckets<keyof RateLimits>

  constructor(
    private readonly limits: RateLimits,
    now: () => number,
  ) {
    this.#calls = new TokenBuckets(now)
  }

  /** @throws ApiError 429 with `retry-after` (seconds) when the minute's calls of this kind are used up */
  spend(kind: keyof RateLimits): void {
    const limit = this.limits[kind]
    const waitMs = this.#calls.take(kind, { burst: limit, perMillisecond: limit / MINUTE })
    if (waitMs === 0) return
    throw new ApiError(
      429,
      `This request would exceed your organization's rate limit of ${limit} requests per minute.`,
      undefined,
      { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
    )
  }
}
