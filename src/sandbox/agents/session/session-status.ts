/** What a session is doing, as its resource and its log say it: its status, since when, and what it consumed. */

import type { TurnError } from '../wire/faults.js'
import type { ModelUsage, RetryStatus, Session, StopDetails, StopReason } from '../wire/vendor-types.js'
import type { EventLog } from './event-log.js'
import { withRequest } from './usage.js'

export class SessionStatus {
  /** Milliseconds since the epoch; undefined while it does not run. */
  runningSince: number | undefined

  /** @param session the wire value, which this keeps */
  constructor(
    private readonly session: Session,
    private readonly log: EventLog,
    private readonly now: () => number,
  ) {}

  running(): void {
    this.runningSince = this.now()
    this.#is('running')
    this.log.append({ type: 'session.status_running' })
  }

  idle(reason: StopReason, details: StopDetails | null = null): void {
    this.rests()
    this.#is('idle')
    this.log.append({ type: 'session.status_idle', stop_reason: reason, stop_details: details })
  }

  rescheduled(): void {
    this.session.status = 'rescheduling'
    this.log.append({ type: 'session.status_rescheduled' })
  }

  terminated(): void {
    this.#is('terminated')
    this.log.append({ type: 'session.status_terminated' })
  }

  failed(error: TurnError, retry: RetryStatus): void {
    this.log.append({ type: 'session.error', error: { ...error, retry_status: { type: retry } } })
  }

  consumed(usage: ModelUsage): void {
    this.session.usage = withRequest(this.session.usage, usage)
  }

  /** What was consumed so far becomes an event. */
  tellUsage(): void {
    const { active_seconds, list_cost, server_tool_use, ...usage } = this.session.usage
    const snapshot = { ...usage, active_seconds: active_seconds ?? 0, ...(list_cost ? { list_cost } : {}) }
    this.log.append({ type: 'session.usage', usage: snapshot, budget: this.session.budget })
  }

  /** The time in which it ran is counted. */
  rests(): void {
    if (this.runningSince === undefined) return
    const seconds = (this.session.usage.active_seconds ?? 0) + (this.now() - this.runningSince) / 1000
    this.runningSince = undefined
    this.session.usage = { ...this.session.usage, active_seconds: seconds }
    this.session.stats = { ...this.session.stats, active_seconds: seconds }
  }

  #is(status: Session['status']): void {
    this.session.status = status
    this.session.updated_at = new Date(this.now()).toISOString()
  }
}
