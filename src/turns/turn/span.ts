/**
 * Which part of a session's log is one turn. It is over when the session rests and has processed all of the turn's own messages, and not
 * with any rest: before, a session may run and rest for what came earlier, such as the denials of the same batch or a late interruption.
 *
 * A `user.message` is in the log once it is processed. The vendor calls that the end of its processing, and has been seen to mean its
 * beginning: its answer may stand behind it or before it, and the rest that follows may carry the same time and stand before it too. So
 * - what was said in a run that came to rest before any own message was processed is an earlier turn's, and is dropped;
 * - in a run that begins with something of an earlier turn (a decision about its calls, a message that is not ours), what is said before
 *   the own message is held back, and belongs here only if nothing comes behind that message.
 */

import type { AgentEvent, PersistedEvent } from '../events.js'
import { EMPTY_REPLY, fold, hasCalled, type Reply, type ReplyEnd } from '../reply.js'

export interface Span {
  /** Everything since the beginning of what may be this turn's. What of it is shown: `shownOf`. */
  readonly reply: Reply
  /** References of own messages that the session has not processed. */
  readonly unheard: readonly string[]
  /** An own message was processed, or the session asked something in this turn: what it says from then on belongs here. */
  readonly isOurs: boolean
  /** The session has been at work since it last rested. */
  readonly isAtWork: boolean
  /** How the session came to rest without the turn being over; null while it is at work. */
  readonly rested: ReplyEnd | null
  /** What was said until that rest is an earlier turn's, if the session goes to work again. */
  readonly isPassing: boolean
  /** This run deals with something of an earlier turn. */
  readonly isForeign: boolean
  /** How many of the items belong here in any case: those of attempts before. */
  readonly kept: number
  /** Where the first own message was processed in a run that dealt with an earlier turn before: a count of items. */
  readonly cut: number | null
  /** Where the last own message was processed, as a count of items. */
  readonly lastHeard: number
  /** Messages stand behind their answers: something was said, for nobody else, before the first was processed. Null: none was. */
  readonly isBehind: boolean | null
}

/** @param unheard references of the messages with which it begins */
export function beginSpan(unheard: readonly string[], reply: Reply = EMPTY_REPLY): Span {
  return {
    reply: { ...reply, begun: false, preview: null, awaiting: [], error: null, end: null },
    unheard,
    isOurs: false,
    isAtWork: false,
    rested: null,
    isPassing: false,
    isForeign: false,
    kept: reply.items.length,
    cut: null,
    lastHeard: reply.items.length,
    isBehind: null,
  }
}

/** @param isOwn tells the references of the turn from others, those of its earlier attempts included */
export function foldSpan(span: Span, event: AgentEvent, isOwn: (reference: string) => boolean): Span {
  switch (event.type) {
    case 'message_received':
      return hear({ ...span, reply: fold(span.reply, event) }, event.references, isOwn)
    case 'running':
    case 'thinking':
    case 'message':
    case 'tool_called':
    case 'error': {
      const awake = wake(span)
      return { ...awake, reply: fold(awake.reply, event), isAtWork: true }
    }
    case 'tool_decided':
    case 'tool_finished': {
      const isForeign = span.isForeign || (!span.isOurs && !hasCalled(span.reply, event.callId))
      return { ...span, reply: fold(span.reply, event), isForeign }
    }
    case 'idle':
      return rest(span, event)
    default:
      return { ...span, reply: fold(span.reply, event) }
  }
}

/** The reply without what an earlier turn said, or may have said. */
export function shownOf(span: Span): Reply {
  const { reply, kept, cut } = span
  if (cut === null) {
    if (!span.isForeign || span.isOurs || reply.end !== null) return reply
    return { ...reply, items: reply.items.slice(0, kept), preview: null }
  }
  // Nothing behind the own message: it was processed when its answer was complete.
  if (reply.end !== null && reply.items.length === span.lastHeard) return reply
  return { ...reply, items: [...reply.items.slice(0, kept), ...reply.items.slice(cut)] }
}

/** Takes the rest that the session is in for the end of the turn: every own message was processed, and nothing came after it for long. */
export function settle(span: Span): Span {
  if (span.rested === null || span.unheard.length > 0) return span
  return { ...span, rested: null, isPassing: false, reply: { ...span.reply, end: span.rested } }
}

function hear(span: Span, references: readonly string[], isOwn: (reference: string) => boolean): Span {
  if (!references.some(isOwn)) return { ...span, isForeign: span.isForeign || !span.isOurs }
  const unheard = span.unheard.filter((reference) => !references.includes(reference))
  // A second copy, of a request that was repeated.
  if (unheard.length === span.unheard.length) return span
  const { reply, isForeign, rested } = span
  const count = reply.items.length
  const isBehind = span.isBehind ?? (count > span.kept && !isForeign)
  const heard: Span = {
    ...span,
    unheard,
    isBehind,
    isOurs: true,
    cut: isForeign && !span.isOurs ? count : span.cut,
    lastHeard: count,
    isPassing: span.isPassing && isForeign,
  }
  if (unheard.length > 0 || rested === null || !isBehind) return heard
  return { ...heard, rested: null, reply: { ...reply, end: rested } }
}

/** A session at rest goes to work again: what it said for an earlier turn is over. */
function wake(span: Span): Span {
  if (span.rested === null) return span
  const awake: Span = { ...span, rested: null, isPassing: false }
  if (!span.isPassing) return awake
  const items = span.reply.items.slice(0, span.kept)
  return {
    ...awake,
    isForeign: false,
    cut: null,
    lastHeard: span.kept,
    reply: { ...span.reply, items, preview: null, error: null, end: null },
  }
}

function rest(span: Span, event: Extract<PersistedEvent, { type: 'idle' }>): Span {
  const reply = fold(span.reply, event)
  if (event.reason === 'requires_action') {
    if (reply.awaiting.length === 0) return { ...span, reply, isAtWork: false }
    // Whatever led to it, it is asked here, with what was said before it.
    return { ...span, reply, isOurs: true }
  }
  if (reply.end === null) return { ...span, reply, isAtWork: false }
  if (isOver(span, reply.end)) return { ...span, reply, isAtWork: false, rested: null, isPassing: false }
  return {
    ...span,
    reply: { ...reply, end: null },
    isAtWork: false,
    rested: reply.end,
    isPassing: span.isAtWork ? !span.isOurs : span.isPassing,
  }
}

function isOver(span: Span, end: ReplyEnd): boolean {
  // A session may repeat that it rests before it goes to work.
  if (!span.isAtWork) return false
  if (span.unheard.length === 0) return true
  // What is queued is dropped with a run that failed for good, and waits for its operator where there is no budget left.
  return end === 'budget_reached' || (end === 'retries_exhausted' && span.reply.error?.retry === 'exhausted')
}
