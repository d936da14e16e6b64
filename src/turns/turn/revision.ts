/**
 * A request that its owner edited or deleted while the session worked on it. The session is interrupted, and what is left of the request is
 * queued again for the same turn. Each step may be done twice.
 */

import type { Conversation, Turn } from '../model.js'
import { SessionGone } from '../ports.js'
import type { TurnStore } from '../turn-store.js'
import { forgetGoneSession, LATE_ARRIVAL_MS, type SessionDeps } from './session-keeper.js'

export interface RevisionDeps extends SessionDeps {
  readonly store: SessionDeps['store'] & Pick<TurnStore, 'revisions'>
}

/**
 * @param pause rejects when the bot stops
 * @param deny tells the session that what it asked for was denied: until it knows, it takes nothing else
 * @returns whether anything of the request is left; where not, nothing is changed in the store
 * @throws Unavailable, OperatorProblem
 */
export async function interruptAndRequeue(
  deps: RevisionDeps,
  turn: Turn,
  conversation: Conversation,
  pause: (ms: number) => Promise<void>,
  deny: (sessionId: string) => Promise<void>,
): Promise<{ readonly isAnythingLeft: boolean; readonly position: Conversation['position'] }> {
  const { agent, store } = deps
  // What was sent and not answered may reach the session only now.
  if (turn.state === 'sending') await pause(LATE_ARRIVAL_MS)
  let { position } = conversation
  if (conversation.sessionId !== null) {
    try {
      await deny(conversation.sessionId)
      position = await agent.interruptAndWait(conversation.sessionId)
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error
      await forgetGoneSession(deps, conversation, error)
      position = null
    }
  }
  return { isAnythingLeft: await store.revisions.requeue(turn, position), position }
}
