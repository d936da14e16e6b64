/** Telling a session that is over from a request that was wrong: the API refuses both with the same status. */

import type { BetaManagedAgentsSession } from '@anthropic-ai/sdk/resources/beta/sessions/sessions'
import { OperatorProblem, Rejected, SessionGone } from '../turns/ports.js'
import type { Claude } from './claude.js'

/** Null for a session that still takes something. */
export function whyGone(session: Pick<BetaManagedAgentsSession, 'archived_at' | 'status'>): SessionGone | null {
  // `!=`: a field that is null may as well be left out of an answer.
  if (session.archived_at != null) return new SessionGone('archived')
  return session.status === 'terminated' ? new SessionGone('terminated') : null
}

/**
 * Why a session refused a request, where the reason is that the session is over; null where it is something else.
 * @throws Unavailable, OperatorProblem when the session cannot be looked at
 */
export async function goneInsteadOf(
  error: unknown,
  claude: Claude,
  sessionId: string,
  signal?: AbortSignal,
): Promise<SessionGone | null> {
  if (error instanceof SessionGone) return error
  const isRefusal = error instanceof Rejected || (error instanceof OperatorProblem && error.kind === 'setup')
  if (!isRefusal) return null
  try {
    const session = await claude.repeatable(
      'session',
      (sdk, options) => sdk.beta.sessions.retrieve(sessionId, {}, options),
      signal === undefined ? {} : { signal },
    )
    return whyGone(session)
  } catch (lookupError) {
    if (lookupError instanceof SessionGone) return lookupError
    throw lookupError
  }
}
