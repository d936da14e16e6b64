/** The mailbox connection of a turn: waiting for its owner to connect, and resuming a session that lost the mailbox. */

import type { IdentifiedPerson, Turn } from '../model.js'
import type { MailboxGrant } from '../ports.js'
import { endTurn, giveUp, refuse } from './end.js'
import { recallReply, withFeed } from './feed.js'
import { follow } from './follow.js'
import { tellReconnected } from './lost-mailbox.js'
import { noteReference } from './reading.js'
import type { PhaseOutcome, TurnOutcome, TurnScope } from './scope.js'
import { ensureSession } from './session-keeper.js'

/** A turn ends when its owner has not connected for this long. */
const CONNECTION_TIMEOUT_MS = 24 * 60 * 60_000
const TITLE_LENGTH = 60

const STARTED_AFRESH = 'I had to start over, but I still have your earlier messages.'

/** Asks the owner to connect, and waits. After `CONNECTION_TIMEOUT_MS` the turn ends. @param turn as the store holds it now */
export async function waitForConnection(
  scope: TurnScope,
  turn: Turn,
  person: IdentifiedPerson,
  state: 'missing' | 'expired',
): Promise<TurnOutcome> {
  const { store, watch, wake, clock, mailboxes } = scope.deps
  mailboxes.forget(person)
  const hasTaken = turn.state === 'sending' || turn.lost !== null
  if (scope.stopCause() !== null) {
    // The session may have the messages all the same.
    if (turn.state === 'sending' && scope.conversation.sessionId !== null)
      await scope.interrupt(scope.conversation.sessionId)
    return await giveUp(scope, 'stopped')
  }
  // One that waited behind something else is only asked now.
  const askedAt =
    turn.lost?.at ?? turn.startedAt ?? (turn.state === 'waiting_connection' ? turn.createdAt : clock.now())
  const givesUpAt = askedAt + CONNECTION_TIMEOUT_MS
  if (clock.now() >= givesUpAt)
    return hasTaken ? await endTurn(scope, 'mailbox_refused') : await refuse(scope, 'not_connected')
  const link = await watch.link(person)
  const { display } = scope
  scope.show({ type: 'connecting', state, url: link.url })
  await display.settled()
  if (!display.reachesOwner) return await giveUp(scope, 'no_direct_message')
  // Ended while the link was being fetched: whoever ended it has looked for waiting turns already.
  if (scope.accessEndedAt() !== null) return await giveUp(scope, 'disconnected')
  // One that may have been sent, or not, stays at that: it is looked up when the wait is over.
  if (turn.state !== 'sending') await store.turns.setState(turn.id, hasTaken ? 'reconnecting' : 'waiting_connection')
  watch.wait(person, turn.id, link, {
    since: clock.now(),
    until: givesUpAt,
    onLink: (fresh) => scope.show({ type: 'connecting', state, url: fresh.url }),
    onOver: () => wake(scope.conversation.id),
  })
  return 'waiting'
}

/** Resumes a turn in `reconnecting`: waits until its owner has connected again, then tells the session to go on. */
export async function reconnect(scope: TurnScope, turn: Turn): Promise<PhaseOutcome> {
  const { deps, owner } = scope
  if (turn.lost === null) return await endTurn(scope, 'unknown')
  await recallReply(scope, turn.lost.event)
  if (scope.stopCause() !== null) return await endTurn(scope, 'stopped')
  const person = await owner.identify(await scope.ownerProfile())
  if (scope.stopCause() !== null) return await endTurn(scope, 'stopped')
  if (person === null) return await endTurn(scope, 'identifier_taken')
  const state = await deps.connections.state(person)
  if (state !== 'connected') return await waitForConnection(scope, turn, person, 'expired')
  const grant = await owner.grant(person)
  if (grant === null) return await waitForConnection(scope, turn, person, 'expired')
  scope.stopWaiting()
  return await continueAfterReconnect(scope, await sessionOf(scope, grant), turn.lost.event)
}

/** Tells a session that has the turn's messages to go on with them. @param lostEvent the idle event with which it lost the mailbox */
export async function continueAfterReconnect(
  scope: TurnScope,
  sessionId: string,
  lostEvent: string,
): Promise<PhaseOutcome> {
  const { agent, store } = scope.deps
  const { turn } = scope
  const { position } = scope.conversation
  const { references } = await scope.ownMessages()
  if ((await agent.findMessages(sessionId, references, position)).size === 0) {
    // This is another session than the one that had the messages: the turn restarts.
    await store.turns.restart(turn.id)
    return 'next_phase'
  }
  const reference = noteReference(turn.id, lostEvent)
  const isFirst = (await store.turns.get(turn.id)).state === 'reconnecting'
  await store.turns.setState(turn.id, 'sending')
  scope.isSent = true
  return await withFeed(scope, sessionId, async (feed, abort) => {
    await feed.opened
    await tellReconnected(agent, sessionId, reference, position, isFirst, (ms) => scope.pause.take(ms))
    await store.turns.setState(turn.id, 'running')
    return await follow(scope, sessionId, feed, abort)
  })
}

/** The conversation's session, up to date; a new one where there is none or the old one is gone. */
export async function sessionOf(scope: TurnScope, grant: MailboxGrant): Promise<string> {
  const { deps, conversation, pause } = scope
  const kept = await ensureSession(deps, conversation, grant, titleOf(scope), (ms) => pause.take(ms))
  scope.conversation = kept.conversation
  // Kept for a further attempt, which finds the new session made already.
  if (kept.earlier.length > 0) {
    scope.earlier = kept.earlier
    scope.notice = STARTED_AFRESH
  }
  return kept.sessionId
}

/** Titles are seen by whoever holds the API key: they name the person, not what was asked. */
function titleOf({ owner, conversation }: TurnScope): string {
  return `Inbox of ${owner.name ?? conversation.owner.user}`.slice(0, TITLE_LENGTH)
}
