/**
 * Finds, updates or creates the session of a conversation, and never creates two. An unanswered request is looked up before another is made.
 * A new session that replaces a lost one receives the person's earlier messages.
 */

import type { Log } from '../../log.js'
import type { Conversation } from '../model.js'
import { type Agent, type MailboxGrant, SessionGone } from '../ports.js'
import type { TurnStore } from '../turn-store.js'
import type { Words } from '../words.js'

export interface SessionDeps {
  readonly agent: Agent
  readonly store: Pick<TurnStore, 'conversations' | 'messages'>
  readonly log: Log
}

export interface KeptSession {
  readonly conversation: Conversation
  readonly sessionId: string
  /** What its owner wrote in a session that is gone, oldest first; empty where nothing is. */
  readonly earlier: readonly Words[]
}

/** A request of a killed process may reach the API some seconds later: look twice before making another. */
export const LATE_ARRIVAL_MS = 5_000
/** How many earlier messages a conversation takes along into a new session. */
const EARLIER_MESSAGES = 20

/**
 * @param title names the person, not what was asked: titles are seen by whoever holds the API key
 * @param pause rejects when the bot stops
 * @throws Unavailable, OperatorProblem
 */
export async function ensureSession(
  deps: SessionDeps,
  conversation: Conversation,
  grant: MailboxGrant,
  title: string,
  pause: (ms: number) => Promise<void>,
): Promise<KeptSession> {
  const { agent, store } = deps
  let current = conversation
  if (current.sessionId !== null) {
    try {
      await agent.refreshSession(current.sessionId, grant)
      return { conversation: current, sessionId: current.sessionId, earlier: [] }
    } catch (error) {
      if (!(error instanceof SessionGone)) throw error
      current = await forgetGoneSession(deps, current, error)
    }
  }
  const earlier = await store.messages.earlier(current.id, EARLIER_MESSAGES)
  const { isRepeated, since } = await store.conversations.requestSession(current.id, agent.now())
  const found = isRepeated ? await findLateSession(deps, current, since, grant, pause) : null
  const sessionId = found ?? (await agent.createSession(current, grant, title))
  await store.conversations.settleSession(current.id, sessionId)
  return { conversation: await store.conversations.get(current.id), sessionId, earlier }
}

/** Removes a lost session from its conversation, and returns the conversation. */
export async function forgetGoneSession(
  deps: SessionDeps,
  conversation: Conversation,
  gone: SessionGone,
): Promise<Conversation> {
  deps.log.warn({ conversation: conversation.id, how: gone.how }, 'session gone; starting a new one')
  await deps.store.conversations.forgetSession(conversation.id)
  return await deps.store.conversations.get(conversation.id)
}

/**
 * Interrupts what a given-up turn left running, and stores where the session's log stands. Otherwise a late answer to that turn would be
 * taken for the next turn's.
 */
export async function resyncPosition(
  deps: SessionDeps,
  conversation: Conversation,
  sessionId: string,
): Promise<Conversation> {
  const position = await deps.agent.interruptAndWait(sessionId)
  await deps.store.conversations.settlePosition(conversation.id, position)
  return await deps.store.conversations.get(conversation.id)
}

/** The session that an unanswered request has made after all, updated; null: it made none. */
async function findLateSession(
  { agent }: SessionDeps,
  conversation: Conversation,
  since: number | null,
  grant: MailboxGrant,
  pause: (ms: number) => Promise<void>,
): Promise<string | null> {
  let found = await agent.findSession(conversation, since)
  if (found === null) {
    await pause(LATE_ARRIVAL_MS)
    found = await agent.findSession(conversation, since)
  }
  if (found === null) return null
  try {
    await agent.refreshSession(found, grant)
    return found
  } catch (error) {
    if (error instanceof SessionGone) return null
    throw error
  }
}
