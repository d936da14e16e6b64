/** What a turn has read of its session: the reply as it grows, and the little that the reply itself does not say. */

import type { AgentEvent } from './events.js'
import { type EventFeed, SessionGone } from './ports.js'
import { EMPTY_REPLY, fold, type Reply, toolSteps } from './reply.js'

export class Reading {
  #reply: Reply = EMPTY_REPLY
  #cutOff: string | null = null
  /** How many events were read since it was begun. */
  #events = 0
  /** The event with which an earlier attempt came to rest, as long as it has not been read. */
  #passesUntil: string | null = null
  /** How many of the reply's items belong to the attempts before. */
  #earlierItems = 0

  get reply(): Reply {
    return this.#reply
  }

  /** What an interrupted message had said when it was cut off: no event will ever confirm it, but the person has read it. */
  get cutOff(): string | null {
    return this.#cutOff
  }

  get events(): number {
    return this.#events
  }

  /** Of this attempt: where an earlier one failed is known, and was dealt with. */
  get hasFailedSteps(): boolean {
    const items = this.#reply.items.slice(this.#earlierItems)
    return toolSteps({ ...this.#reply, items }).some((step) => step.state === 'failed')
  }

  /**
   * Reads from the turn's first event on.
   * @param lostEvent the event with which an earlier attempt came to rest, without the mailbox: how that one ended does not count; null where there was none
   */
  begin(lostEvent: string | null): void {
    this.#reply = EMPTY_REPLY
    this.#events = 0
    this.#passesUntil = lostEvent
  }

  /** Reads one event. `earlier`: it belongs to an earlier attempt; `begun`: with it, the session has taken this one up. */
  take(event: AgentEvent): 'earlier' | 'begun' | 'went_on' {
    const wasBegun = this.#reply.begun
    this.#cutOff = cutOffBy(this.#reply, event) ?? this.#cutOff
    this.#reply = fold(this.#reply, event)
    this.#events += 1
    if (this.#passesUntil === null) return this.#reply.begun && !wasBegun ? 'begun' : 'went_on'
    if (this.#reply.position?.id === this.#passesUntil) {
      this.#passesUntil = null
      this.#reply = { ...this.#reply, begun: false, awaiting: [], error: null, end: null }
      this.#earlierItems = this.#reply.items.length
    }
    return 'earlier'
  }

  /**
   * Reads again what the session had said and done until it came to rest: it stays in sight. Of a session that is gone, what was read before stays.
   * @param until the event it ends with; null: all there is
   * @throws Unavailable, OperatorProblem
   */
  async recall(feed: EventFeed, until: string | null): Promise<void> {
    let reply = EMPTY_REPLY
    try {
      for await (const event of feed) {
        if (event.type === 'caught_up') break
        reply = fold(reply, event)
        if (reply.position?.id === until) break
      }
      this.#reply = reply
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error
    }
  }
}

/** The text of a preview that this event closes without its message. */
function cutOffBy(reply: Reply, event: AgentEvent): string | null {
  if (event.type !== 'request_ended' && event.type !== 'idle') return null
  return reply.preview === null || reply.preview.text === '' ? null : reply.preview.text
}
