/** How a turn ends that failed on the way: which of the endings an error means. */

import type { Ending } from '../endings.js'
import { NotConnected, OperatorProblem, Rejected, SessionGone } from '../ports.js'

/** Null: nobody foresaw this; the dispatcher tries the conversation again. */
export function failureEnding(error: unknown): Ending | null {
  if (error instanceof OperatorProblem) return error.kind === 'billing' ? 'billing' : `operator_${error.kind}`
  if (error instanceof SessionGone) return error.how === 'deleted' ? 'session_deleted' : 'session_terminated'
  if (error instanceof Rejected) return REJECTIONS[error.reason]
  if (error instanceof NotConnected) return 'mailbox_refused'
  return null
}

const REJECTIONS = { too_large: 'too_long', budget: 'budget_reached', invalid: 'rejected' } as const
