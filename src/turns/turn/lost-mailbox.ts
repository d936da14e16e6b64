/**
 * A session that loses its mailbox during a turn: finding that out, and telling the session, once, to go on. The session has its person's
 * words already, so it is sent a note of the bot's own.
 */

import { describeError, type Log } from '../../log.js'
import { reconnectedNote } from '../context.js'
import type { LogPosition } from '../events.js'
import type { IdentifiedPerson } from '../model.js'
import { type Agent, type Connections, type MailboxAccess, OperatorProblem, Unavailable } from '../ports.js'
import { LATE_ARRIVAL_MS } from './session-keeper.js'

export interface LossDeps {
  readonly connections: Connections
  readonly access: MailboxAccess
  readonly log: Log
}

/**
 * Whether a session that came to rest did so for want of the mailbox, so that it makes sense to have it go on. What the last grant gave is
 * not trusted any more then.
 * @param wasRefused the session itself was refused; otherwise only tools failed, which has many reasons
 * @param isFirst it is the first time in this turn: a mailbox that is refused although the account is connected has stale credentials once;
 *   a second time, something else is wrong
 */
export async function hasLostMailbox(
  deps: LossDeps,
  person: IdentifiedPerson,
  wasRefused: boolean,
  isFirst: boolean,
): Promise<boolean> {
  try {
    const isConnected = (await deps.connections.state(person)) === 'connected'
    if (isConnected && !(wasRefused && isFirst)) return false
    await deps.access.invalidate(person)
    return true
  } catch (error) {
    // What the agent has said stands; whether a connection could better it is not worth waiting for.
    if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
    deps.log.warn({ person: person.id, ...describeError(error) }, 'connection check at the end of a turn failed')
    return false
  }
}

/**
 * Tells a session that it has its mailbox again, unless it knows.
 * @param isFirstAttempt nobody can have told it yet; otherwise its own events say, looked at twice, since a request may arrive late
 * @throws SessionGone, Unavailable, OperatorProblem, Rejected
 */
export async function tellReconnected(
  agent: Pick<Agent, 'findMessages' | 'sendMessages'>,
  sessionId: string,
  reference: string,
  after: LogPosition | null,
  isFirstAttempt: boolean,
  pause: (ms: number) => Promise<void>,
): Promise<void> {
  const isTold = async () => (await agent.findMessages(sessionId, [reference], after)).size > 0
  if (!isFirstAttempt) {
    if (await isTold()) return
    await pause(LATE_ARRIVAL_MS)
    if (await isTold()) return
  }
  await agent.sendMessages(sessionId, [{ reference, context: reconnectedNote(reference), text: null }])
}
