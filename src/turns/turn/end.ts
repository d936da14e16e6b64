/** The ways in which a turn ends: its session is idle, or the turn is refused, given up, retracted, or has nothing to answer. */

import { describeError } from '../../log.js'
import { type Ending, endingOf } from '../endings.js'
import type { Turn } from '../model.js'
import type { ReplyDisplay } from '../ports.js'
import { toolSteps } from '../reply.js'
import { failureEnding } from './failures.js'
import { recallNames, recallWhole } from './feed.js'
import { hasLostMailbox } from './lost-mailbox.js'
import { interruptAndRequeue } from './revision.js'
import type { PhaseOutcome, TurnOutcome, TurnScope } from './scope.js'

/** The session is idle: the turn ends, unless the session has lost the mailbox. */
export async function endOrReconnect(scope: TurnScope): Promise<PhaseOutcome> {
  const { deps, turn, owner, reading } = scope
  const { accessEndedAt } = await deps.store.turns.get(turn.id)
  if (accessEndedAt !== null) scope.requestStop({ by: 'access_ended', at: accessEndedAt })
  const ending = endingOf(scope.reply, scope.stopCause() !== null)
  const { end, position } = scope.reply
  const isFinal = end === 'terminated' || end === 'deleted'
  const mayHaveLostMailbox = ending === 'mailbox_refused' || reading.hasFailedSteps
  const person = owner.identified
  if (position === null || isFinal || scope.stopCause() !== null || !mayHaveLostMailbox || person === null)
    return await endTurn(scope, ending)
  const isFirst = scope.lostEvent === null
  if (!(await hasLostMailbox(deps, person, ending === 'mailbox_refused', isFirst))) return await endTurn(scope, ending)
  await deps.store.turns.markMailboxLost(turn.id, position.id)
  return 'next_phase'
}

/** Ends a turn whose messages were taken. */
export async function endTurn(scope: TurnScope, wanted: Ending): Promise<TurnOutcome> {
  const { deps, turn, questions, display } = scope
  const ending = endingInView(scope, wanted)
  scope.stopWaiting()
  await questions.load()
  await questions.offerUndo(scope.reply)
  // A process that finds the session at rest already has looked nothing up.
  if (!questions.hasLookedUp) await recallNames(scope)
  const { kind, owner } = scope.conversation
  if (kind === 'im' && ending === 'answered')
    scope.saysHowToGoOn = await deps.store.people.claimGuidance(owner.id, turn.id)
  scope.show({ type: 'ended', ending })
  await display.settled()
  // What happens to a mail after this is told in a message of its own.
  for (const { id, state } of questions.mailsIn(scope.reply)) await deps.store.outgoing.markNotified(id, state)
  // A late interruption must not hit the next turn.
  await scope.interruption.settled
  const person = scope.owner.identified
  if (ending === 'mailbox_refused' && person !== null) await deps.access.invalidate(person)
  // A reply without an end was given up while the session may still run, so the log position is not known. A superseded or retracted turn's
  // session is idle.
  const isAtRest = scope.reply.end !== null || wanted === 'superseded' || wanted === 'retracted'
  if (!(await deps.store.turns.end(turn, ending, isAtRest ? scope.reply.position : null))) return 'revised'
  if (ending === 'session_terminated' || ending === 'session_deleted')
    await deps.store.conversations.forgetSession(scope.conversation.id)
  deps.tidyFiles()
  return ended(scope, ending, display)
}

/** Ends a turn that has sent nothing: this reply answers its messages, and no session receives them. */
export async function refuse(scope: TurnScope, wanted: Ending): Promise<'ended'> {
  await scope.reload()
  const { deps, turn, conversation } = scope
  const ending = endingInView(scope, wanted)
  const endedAt = scope.accessEndedAt()
  const queued = await deps.store.messages.queued(conversation.id)
  // Messages that came after the disconnection stay queued, and get a connect prompt.
  const messages =
    ending === 'disconnected' && endedAt !== null
      ? queued.filter((message) => Number(message.ts) * 1_000 <= endedAt)
      : queued
  const display = displayOfRefusal(scope)
  if (conversation.address === null) await deps.surface.withdrawPlaceQuestion(conversation)
  await display.placeBelow(messages, scope.lines)
  scope.stopWaiting()
  display.show(scope.view({ type: 'ended', ending }))
  await display.settled()
  await deps.store.turns.refuse(turn, messages, ending)
  deps.tidyFiles()
  return ended(scope, ending, display)
}

/**
 * Without a decided address, a refusal is posted where the request was written: it says nothing about mail, and Slack opens no direct
 * message with some of the people who are refused.
 */
function displayOfRefusal({ deps, turn, conversation }: TurnScope): ReplyDisplay {
  const { address, origin } = conversation
  return deps.surface.reply(turn, { ...conversation, address: address ?? origin })
}

/** Ends a turn, whether or not it has taken its messages. Messages that wait behind it stay queued. */
export async function giveUp(scope: TurnScope, ending: Ending): Promise<TurnOutcome> {
  return (await scope.hasTaken()) ? await endTurn(scope, ending) : await refuse(scope, ending)
}

/**
 * Ends a turn with an error that no repetition mends: a sentence for the person, a log line for the operator.
 * @throws the error itself, if it is unexpected
 */
export async function fail(scope: TurnScope, error: unknown): Promise<TurnOutcome> {
  const ending = failureEnding(error)
  scope.deps.log.error(
    { turn: scope.turn.id, conversation: scope.conversation.id, ending, ...describeError(error) },
    'turn failed',
  )
  if (ending === null) throw error
  return await giveUp(scope, ending)
}

/** Removes a turn that has taken nothing and has nothing left to answer. */
export async function discard(scope: TurnScope): Promise<'ended'> {
  const { deps, turn, conversation } = scope
  scope.stopWaiting()
  if (conversation.address === null) await deps.surface.withdrawPlaceQuestion(conversation)
  else await scope.display.remove()
  await deps.store.turns.discard(turn)
  if (conversation.address !== null) scope.display.close()
  return 'ended'
}

/** Restarts a turn whose owner edited or deleted messages that the session has. @param turn as the store holds it now */
export async function restartRevised(scope: TurnScope, turn: Turn): Promise<TurnOutcome> {
  const { deps, questions } = scope
  scope.stopWaiting()
  const { isAnythingLeft, position } = await interruptAndRequeue(
    deps,
    turn,
    scope.conversation,
    (ms) => scope.pause.take(ms),
    (sessionId) => questions.deliverDenials(sessionId),
  )
  if (isAnythingLeft) return 'revised'
  if (!questions.hasApproved) {
    // The message is deleted, so an answer to it would stand alone in the channel.
    await scope.display.remove()
    await deps.store.turns.end(turn, 'retracted', position)
    return ended(scope, 'retracted', scope.display)
  }
  await scope.ownerProfile()
  await recallWhole(scope)
  return await endTurn(scope, 'retracted')
}

/** The ending that the person sees: an ended access or an unreachable owner explains more than what followed from it. */
function endingInView(scope: TurnScope, ending: Ending): Ending {
  const by = scope.stopCause()?.by
  if (by === 'access_ended' && ending !== 'deactivated') return 'disconnected'
  return by === 'unreachable' ? 'no_direct_message' : ending
}

function ended({ deps, turn, conversation, reply }: TurnScope, ending: Ending, display: ReplyDisplay): 'ended' {
  deps.log.info(
    {
      turn: turn.id,
      conversation: conversation.id,
      session: conversation.sessionId,
      ending,
      steps: toolSteps(reply).length,
    },
    'turn ended',
  )
  deps.onTurnEnded(ending)
  display.close()
  // A mail may have been sent after this turn last showed it. The outbox tells owners about mails of ended turns.
  deps.outbox.wake()
  return 'ended'
}
