/**
 * Slack's rate limits: calls per method, per workspace, per app in a rolling minute, and about one message a second in each
 * channel. The numbers are the tiers of the documentation; Slack promises "at least" these, so nothing may rely on more.
 */
import { TokenBuckets } from '../../wire/token-buckets.js'

/** Calls a minute of each tier. */
const TIER_2 = 20
const TIER_3 = 50
const TIER_4 = 100

const CALLS_PER_MINUTE: Readonly<Record<string, number>> = {
  'agents.sessions.rename': TIER_3,
  'agents.sessions.setStatus': TIER_3,
  'apps.connections.open': TIER_3,
  'assistant.threads.setStatus': 600,
  'assistant.threads.setSuggestedPrompts': TIER_4,
  'assistant.threads.setTitle': TIER_4,
  // "Special": several hundred a minute.
  'auth.test': 600,
  'bots.info': TIER_3,
  'chat.appendStream': TIER_4,
  'chat.delete': TIER_3,
  'chat.getPermalink': 600,
  'chat.postEphemeral': TIER_4,
  // Beside the limit of each channel: several hundred a minute for the workspace.
  'chat.postMessage': 300,
  'chat.startStream': TIER_2,
  'chat.stopStream': TIER_2,
  'chat.update': TIER_3,
  'conversations.history': TIER_3,
  'conversations.info': TIER_3,
  'conversations.list': TIER_2,
  'conversations.members': TIER_4,
  'conversations.open': TIER_3,
  'conversations.replies': TIER_3,
  'files.completeUploadExternal': TIER_4,
  'files.getUploadURLExternal': TIER_4,
  'files.info': TIER_4,
  'reactions.add': TIER_3,
  'reactions.remove': TIER_2,
  'team.info': TIER_3,
  'users.info': TIER_4,
  'users.list': TIER_2,
  'users.lookupByEmail': TIER_3,
  'views.open': TIER_4,
  'views.publish': TIER_4,
  'views.push': TIER_4,
  'views.update': TIER_4,
}

const WINDOW_MS = 60_000

export interface RateLimits {
  /** Calls a minute by method, over the tiers. `Infinity` lifts a limit. */
  readonly perMinute?: Readonly<Record<string, number>>
  /** `chat.postMessage` in one channel: a second's worth of messages, and how many may come at once. */
  readonly postsPerChannel?: { readonly perSecond: number; readonly burst: number }
}

export interface Budget {
  readonly remaining: number
  readonly limit: number
}

export type Admission =
  | { readonly admitted: true; readonly budget: Budget }
  | { readonly admitted: false; readonly budget: Budget /** Whole seconds, at least 1. */; readonly retryAfter: number }

export class RateLimiter {
  readonly #calls = new Map<string, number[]>()
  readonly #posts: TokenBuckets<string>
  readonly #perMinute: Readonly<Record<string, number>>
  readonly #posting: { readonly perSecond: number; readonly burst: number }

  constructor(
    private readonly now: () => number,
    limits: RateLimits = {},
  ) {
    this.#posts = new TokenBuckets(now)
    this.#perMinute = { ...CALLS_PER_MINUTE, ...limits.perMinute }
    this.#posting = limits.postsPerChannel ?? { perSecond: 1, burst: 5 }
  }

  /** Counts a call, or refuses it without counting it. `channel` is the channel that is posted to, if any. */
  admit(method: string, channel: string | undefined): Admission {
    const now = this.now()
    const limit = this.#perMinute[method] ?? TIER_3
    const calls = (this.#calls.get(method) ?? []).filter((at) => at > now - WINDOW_MS)
    this.#calls.set(method, calls)
    const [oldest] = calls
    if (calls.length >= limit && oldest !== undefined) {
      return refused(oldest + WINDOW_MS - now, { remaining: 0, limit })
    }
    if (channel !== undefined) {
      const { perSecond, burst } = this.#posting
      const waitMs = this.#posts.take(channel, { burst, perMillisecond: perSecond / 1000 })
      if (waitMs > 0) return refused(waitMs, { remaining: limit - calls.length, limit })
    }
    calls.push(now)
    return { admitted: true, budget: { remaining: limit - calls.length, limit } }
  }
}

function refused(waitMs: number, budget: Budget): Admission {
  return { admitted: false, budget, retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) }
}
