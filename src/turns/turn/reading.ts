/** What a turn has read of its session: the reply as it grows, and the little that the reply itself does not say. */

import type { AgentEvent } from '../events.js'
import { type EventFeed, SessionGone } from '../ports.js'
import { type Reply, toolSteps } from '../reply.js'
import { beginSpan, foldSpan, type Span, settle, shownOf } from './span.js'

/** What tells a turn's own messages from all others in a session. */
export interface OwnMessages {
  /** References of the messages that its owner wrote. */
  readonly references: readonly string[]
  readonly turnId: string
}

/** The reference of the note that has a session go on after it came to rest with this event, without the mailbox. */
export function noteReference(turnId: string, lostEvent: string): string {
  return `${turnId}/${lostEvent}`
}

export class Reading {
  #own: OwnMessages = { references: [], turnId: '' }
  #span: Span = beginSpan([])
  #shown: Reply = this.#span.reply
  #cutOff: string | null = null
  /** How many events were read since it was begun. */
  #events = 0
  /** The event with which an earlier attempt came to rest, as long as it has not been read. */
  #passesUntil: string | null = null

  get reply(): Reply {
    return this.#shown
  }

  /** What an interrupted message had said when it was cut off: no event will ever confirm it, but the person has read it. */
  get cutOff(): string | null {
    return this.#cutOff
  }

  get events(): number {
    return this.#events
  }

  /** The session shows signs of life; else it rests, or has not begun. */
  get isAtWork(): boolean {
    return this.#span.isAtWork
  }

  /** The session rests and has processed all own messages, though nothing shows that it has worked on them. */
  get hasRestedUnanswered(): boolean {
    return this.#span.rested !== null && this.#span.unheard.length === 0
  }

  /** Of this attempt: where an earlier one failed is known, and was dealt with. */
  get hasFailedSteps(): boolean {
    const items = this.#shown.items.slice(this.#span.kept)
    return toolSteps({ ...this.#shown, items }).some((step) => step.state === 'failed')
  }

  /**
   * Reads from the turn's first event on.
   * @param lostEvent the event with which an earlier attempt came to rest, without the mailbox: how that one ended does not count; null where there was none
   */
  begin(own: OwnMessages, lostEvent: string | null): void {
    this.#own = own
    this.#set(beginSpan(own.references))
    this.#events = 0
    this.#passesUntil = lostEvent
  }

  /** Reads one event. `earlier`: it belongs to an earlier attempt; `begun`: with it, the session went to work. */
  take(event: AgentEvent): 'earlier' | 'begun' | 'went_on' {
    const before = this.#span
    const cutOff = cutOffBy(this.#shown, event) ?? this.#cutOff
    this.#set(foldSpan(before, event, this.#isOwn))
    this.#cutOff = this.#span.reply.items.length < before.reply.items.length ? null : cutOff
    this.#events += 1
    if (this.#passesUntil === null) return this.#span.isAtWork && !before.isAtWork ? 'begun' : 'went_on'
    if (this.#span.reply.position?.id === this.#passesUntil) {
      this.#set(beginSpan([noteReference(this.#own.turnId, this.#passesUntil)], this.#shown))
      this.#passesUntil = null
    }
    return 'earlier'
  }

  /**
   * Nothing came for long. Where the session rests and has processed all own messages, that rest was the end; else the reply stays without one.
   * @returns whether there is an end now that says something
   */
  settle(): boolean {
    this.#set(settle(this.#span))
    const { end, items } = this.#shown
    return end !== null && (end !== 'end_turn' || items.length > this.#span.kept)
  }

  /**
   * Reads again what the session had said and done until it came to rest: it stays in sight. Of a session that is gone, what was read before stays.
   * @param until the event it ends with; null: all there is
   * @throws Unavailable, OperatorProblem
   */
  async recall(feed: EventFeed, own: OwnMessages, until: string | null): Promise<void> {
    this.#own = own
    let span = beginSpan(own.references)
    try {
      for await (const event of feed) {
        if (event.type === 'caught_up') break
        span = foldSpan(span, event, this.#isOwn)
        if (span.reply.position?.id === until) break
      }
      this.#set(span)
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error
    }
  }

  readonly #isOwn = (reference: string): boolean =>
    this.#own.references.includes(reference) || reference.startsWith(`${this.#own.turnId}/`)

  #set(span: Span): void {
    this.#span = span
    this.#shown = shownOf(span)
  }
}

/** The text of a preview that this event closes without its message. */
function cutOffBy(reply: Reply, event: AgentEvent): string | null {
  if (event.type !== 'request_ended' && event.type !== 'idle') return null
  return reply.preview === null || reply.preview.text === '' ? null : reply.preview.text
}
