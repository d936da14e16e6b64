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
  readonly #tokens = new Map<keyof RateLimits, { left: number; at: number }>()

  constructor(
    private readonly limits: RateLimits,
    private readonly now: () => number,
  ) {}

  /** @throws ApiError 429 with `retry-after` (seconds) when the minute's calls of this kind are used up */
  spend(kind: keyof RateLimits): void {
    const limit = this.limits[kind]
    const now = this.now()
    const before = this.#tokens.get(kind) ?? { left: limit, at: now }
    const left = Math.min(limit, before.left + ((now - before.at) / MINUTE) * limit)
    if (left < 1) {
      const seconds = Math.max(1, Math.ceil(((1 - left) / limit) * 60))
      throw new ApiError(
        429,
        `This request would exceed your organization's rate limit of ${limit} requests per minute.`,
        undefined,
        {
          'retry-after': String(seconds),
        },
      )
    }
    this.#tokens.set(kind, { left: left - 1, at: now })
  }
}
