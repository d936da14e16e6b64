/** The session's event log as a turn reads it: followed from where the last turn ended, read again, or looked at ahead. */

import { describeError } from '../../log.js'
import { type EventFeed, OperatorProblem, SessionGone, Unavailable } from '../ports.js'
import type { Reply } from '../reply.js'
import { Reading } from './reading.js'
import type { TurnScope } from './scope.js'

/** Hands over the log after the position at which the last turn ended. The feed ends when `read` does, and earlier where `read` aborts it. */
export async function withFeed<Result>(
  { deps, conversation, signal }: TurnScope,
  sessionId: string,
  read: (feed: EventFeed, abort: AbortController) => Promise<Result>,
): Promise<Result> {
  const abort = new AbortController()
  try {
    return await read(
      deps.agent.follow(sessionId, conversation.position, AbortSignal.any([signal, abort.signal])),
      abort,
    )
  } finally {
    abort.abort()
  }
}

/**
 * Reads again what the session had said and done until it came to rest: it stays in sight.
 * @param until the event it ends with; null: all there is
 */
export async function recallReply(scope: TurnScope, until: string | null): Promise<void> {
  const { sessionId } = scope.conversation
  if (sessionId === null || (until !== null && scope.reply.position?.id === until)) return
  await withFeed(scope, sessionId, async (feed) => {
    await scope.reading.recall(feed, await scope.ownMessages(), until)
    // A feed that ends because the process does has not told all.
    scope.signal.throwIfAborted()
  })
}

/** The reply as the session's log tells it now; null where it cannot be read. */
export async function lookAhead(scope: TurnScope, sessionId: string): Promise<Reply | null> {
  const reading = new Reading()
  try {
    await withFeed(scope, sessionId, async (feed) => await reading.recall(feed, await scope.ownMessages(), null))
  } catch (error) {
    scope.signal.throwIfAborted()
    if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
    scope.deps.log.warn({ turn: scope.turn.id, ...describeError(error) }, 'session log not readable')
    return null
  }
  scope.signal.throwIfAborted()
  return reading.reply
}

/** Reads again all that the reply of a turn shows which nothing follows any more. */
export async function recallWhole(scope: TurnScope): Promise<void> {
  await recallReply(scope, null)
  await recallNames(scope)
}

/** What was decided before is told by name, as it was asked. */
export async function recallNames({
  deps,
  turn,
  conversation,
  questions,
  reply,
  hostCallScope,
}: TurnScope): Promise<void> {
  const { sessionId } = conversation
  if (sessionId === null || !questions.hasAny) return
  try {
    await questions.lookUp(sessionId, reply, hostCallScope)
  } catch (error) {
    if (!(error instanceof Unavailable || error instanceof SessionGone || error instanceof OperatorProblem)) throw error
    // It looks the worse for it, and nothing waits for that.
    deps.log.warn({ turn: turn.id, ...describeError(error) }, 'names for approvals not readable')
  }
}
