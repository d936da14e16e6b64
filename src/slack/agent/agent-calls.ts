/**
 * Calls to Slack's agent surface: status, title and suggested prompts, which stand beside messages. All of it is an extra that not every workspace has.
 * Nothing waits for such a call and nothing fails with it. What a workspace does not have is not asked for again for a while.
 */

import { describeError, type Log } from '../../log.js'
import { Unavailable } from '../../turns/ports.js'
import { NO_AGENT_SURFACE } from '../api/refusals.js'
import { SlackRefused, slackCall } from '../api/web.js'

/** What a workspace may have or lack by itself. */
export type AgentFeature = 'sessions' | 'status words' | 'suggested prompts'

/** `refused`: this call, and the same one would be refused again. `later`: it may be tried again then. */
export type CallOutcome = 'done' | 'absent' | 'refused' | { readonly later: number | undefined }

/** How long a workspace is believed not to have something, in milliseconds. */
const ABSENT_MS = 60 * 60_000

export class AgentCalls {
  /** Epoch milliseconds. */
  readonly #absentUntil = new Map<AgentFeature, number>()
  readonly #pausedUntil = new Map<AgentFeature, number>()
  readonly #told = new Set<AgentFeature>()

  constructor(private readonly deps: { readonly now: () => number; readonly log: Log }) {}

  /** Whether it is worth asking, as far as is known. */
  has(feature: AgentFeature): boolean {
    return this.deps.now() >= (this.#absentUntil.get(feature) ?? 0)
  }

  /** Makes one call; none where the workspace lacks the feature, or Slack said to wait. Never rejects. */
  async try(feature: AgentFeature, call: () => Promise<unknown>): Promise<CallOutcome> {
    if (!this.has(feature)) return 'absent'
    const pausedMs = (this.#pausedUntil.get(feature) ?? 0) - this.deps.now()
    if (pausedMs > 0) return { later: pausedMs }
    try {
      await slackCall(call)
      return 'done'
    } catch (error) {
      return this.#sorted(feature, error)
    }
  }

  #sorted(feature: AgentFeature, error: unknown): CallOutcome {
    const { log, now } = this.deps
    if (error instanceof Unavailable) {
      log.debug({ feature, ...describeError(error) }, 'agent surface did not answer')
      if (error.retryAfterMs !== undefined) this.#pausedUntil.set(feature, now() + error.retryAfterMs)
      return { later: error.retryAfterMs }
    }
    const code = error instanceof SlackRefused ? error.code : ''
    if (!NO_AGENT_SURFACE.has(code)) {
      log.debug({ feature, ...describeError(error) }, 'agent surface refused a call')
      return 'refused'
    }
    this.#absentUntil.set(feature, now() + ABSENT_MS)
    if (!this.#told.has(feature)) log.warn({ feature, code }, 'agent surface absent: replies go on without it')
    this.#told.add(feature)
    return 'absent'
  }
}
