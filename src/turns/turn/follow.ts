/** Reads a turn's session and shows it, until the session is idle, waits for its owner, or has been silent for too long. */

import { endingOfSilence } from '../endings.js'
import { type EventFeed, Unavailable } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { decide } from './decide.js'
import { endOrReconnect, endTurn } from './end.js'
import { recallNames, withFeed } from './feed.js'
import type { PhaseOutcome, TurnScope } from './scope.js'

/** A session that has our messages and shows no sign of life for this long is given up. */
const SILENCE_MS = 5 * 60_000

/** @param isAgain an earlier attempt was already following the session */
export async function resumeFollowing(scope: TurnScope, isAgain: boolean): Promise<PhaseOutcome> {
  const { sessionId } = scope.conversation
  if (sessionId === null) return await endTurn(scope, 'unknown')
  await scope.ownerProfile()
  scope.owner.learnMailboxAddress()
  return await withFeed(scope, sessionId, async (feed, abort) => {
    await feed.opened
    scope.interruption.reset()
    if (scope.stopCause() !== null) await scope.interrupt(sessionId)
    return await follow(scope, sessionId, feed, abort, isAgain)
  })
}

/**
 * Reads the session's events until the turn is over or needs its owner.
 * @param abort ends the feed
 * @param isAgain an earlier attempt was already following the session
 */
export async function follow(
  scope: TurnScope,
  sessionId: string,
  feed: EventFeed,
  abort: AbortController,
  isAgain = false,
): Promise<PhaseOutcome> {
  if (scope.isRevised()) return 'revised'
  const { reading, interruption } = scope
  reading.begin(await scope.ownMessages(), scope.lostEvent)
  scope.stopFollowing = () => abort.abort()
  let isCaughtUp = false
  /** The calls that its owner has been asked about. */
  let asked: readonly string[] = []
  const silence = new SilenceWatch(scope.deps.clock, abort)
  for await (const event of feed) {
    if (event.type === 'caught_up') {
      isCaughtUp = true
      await recallNames(scope)
      if (!isAgain || !scope.hasShownMore) scope.show({ type: 'working', isResumed: isAgain && !scope.hasShown })
    } else {
      const taken = reading.take(event)
      scope.retries.noteProgress(reading.events)
      if (taken === 'earlier') continue
      silence.note(reading.isAtWork)
      // An interruption from before only reached an idle session.
      if (taken === 'begun' && isCaughtUp) interruption.reset()
      if (scope.reply.end !== null) return await endOrReconnect(scope)
      if (scope.stopCause() !== null) {
        // Stopped before it went to work.
        if (event.type === 'idle' && reading.hasRestedUnanswered) return await endTurn(scope, 'stopped')
        if (reading.isAtWork) await scope.interrupt(sessionId)
      }
    }
    // In events that are read again, what the session waited for may be decided by now.
    if (!isCaughtUp) continue
    const { awaiting } = scope.reply
    // A stopped turn asks for nothing any more: the interruption ends it.
    if (awaiting.length > 0 && scope.stopCause() === null) {
      const decided = await decide(
        scope,
        sessionId,
        awaiting.every((callId) => asked.includes(callId)),
      )
      if (decided !== 'answered' && decided !== 'asked') return decided
      if (decided === 'asked') {
        asked = awaiting
        continue
      }
    }
    if (event.type !== 'caught_up') scope.show({ type: 'working' })
  }
  scope.signal.throwIfAborted()
  if (scope.isRevised()) return 'revised'
  if (!silence.isOver) throw new Unavailable('claude', 'the event log ended')
  if (reading.settle()) return await endOrReconnect(scope)
  await scope.deps.agent.interrupt(sessionId)
  return await endTurn(scope, scope.stopCause() === null ? endingOfSilence(scope.reply) : 'stopped')
}

/** Ends the feed when an idle session does not start to work on what it was sent. */
class SilenceWatch {
  #timer: { clear(): void } | null
  #isOver = false

  constructor(
    private readonly clock: Clock,
    private readonly feed: AbortController,
  ) {
    this.#timer = this.#arm()
    feed.signal.addEventListener('abort', () => this.#timer?.clear(), { once: true })
  }

  /** The silence was too long, so the feed was ended. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** A session may repeat for ever that it rests: that is no sign of life. */
  note(isAtWork: boolean): void {
    if (isAtWork) this.#timer?.clear()
    this.#timer = isAtWork ? null : (this.#timer ?? this.#arm())
  }

  #arm(): { clear(): void } {
    return this.clock.setTimeout(() => {
      this.#isOver = true
      this.feed.abort()
    }, SILENCE_MS)
  }
}
