/**
 * Tool calls that a session waits for: the owner is asked, decisions are sent to the session, and until then the turn waits, for days if need
 * be.
 */

import type { ToolAnswer } from '../ports.js'
import { endTurn } from './end.js'
import { lookAhead, recallWhole } from './feed.js'
import type { TurnOutcome, TurnScope } from './scope.js'

/** How long before Slack's answer somebody may have seen what the request showed. */
const SEEN_BEFORE_ANSWERED_MS = 2_000
/** How long after a question its session is looked at again: it may have called for more meanwhile. */
const LOOKS_AGAIN_AFTER_MS = 5_000

/**
 * Handles the calls that the session waits for.
 * @param isAsked its owner has been asked about all of them already
 * @returns `answered`: the session has every answer that there is; `asked`: something is open, and the session has more events to read
 */
export async function decide(
  scope: TurnScope,
  sessionId: string,
  isAsked: boolean,
): Promise<'answered' | 'asked' | TurnOutcome> {
  const calls = scope.hostCallScope
  if (calls === null) throw new Error('a session works for somebody whose mailbox is not known')
  const { answers, isAsking, isHolding } = await scope.questions.handleAwaited(scope.reply.awaiting, scope.reply, calls)
  if (answers.length > 0) {
    await prepareUndo(scope, answers)
    // Pressed while the mailbox was looked at: a yes that the session has not heard, it never hears.
    if (scope.stopCause() !== null) {
      await scope.interrupt(sessionId)
      return 'asked'
    }
    await deliver(scope, sessionId, answers)
  } else if (isAsking || isHolding) {
    if (!isAsked) await ask(scope, sessionId)
    // Pressed while the question was being put, or it cannot be put at all: there is nothing to wait for.
    if (scope.stopCause() !== null) await scope.interrupt(sessionId)
    // It may have called for more while that was put to its owner: all of it is one question.
    else if (!(await hasAdvanced(scope, sessionId))) return await waitForDecision(scope)
    return 'asked'
  }
  return 'answered'
}

/**
 * Resumes a turn that waits for decisions. `follow`: there is a decision to deliver, a stop, or another call. A new message instead of a
 * decision supersedes the turn.
 */
export async function resumeDeciding(scope: TurnScope): Promise<'follow' | TurnOutcome> {
  const { deps, turn, questions } = scope
  if (!questions.hasUndelivered && scope.stopCause() === null) {
    if (await deps.store.turns.supersede(turn)) return await endSuperseded(scope)
    await tellToPress(scope)
    if (!(await hasMissedQuestion(scope))) return 'waiting'
  }
  await dismissAssents(scope)
  await deps.store.turns.setState(turn.id, 'running')
  return 'follow'
}

/** Whoever says yes in words is told to press, and finds the buttons below what they wrote. */
async function tellToPress(scope: TurnScope): Promise<void> {
  const { deps, conversation, owner } = scope
  const { messages } = deps.store
  const assents = await messages.queued(conversation.id, 'assented')
  if (assents.length === 0) return
  await scope.ownerProfile()
  owner.learnMailboxAddress()
  await recallWhole(scope)
  await scope.placeBelow(assents)
  scope.show({ type: 'deciding', isToPress: true })
  await scope.display.settled()
  scope.display.close()
  await messages.dismiss(assents)
}

/** Something else has decided meanwhile. */
async function dismissAssents({ deps: { store }, conversation }: TurnScope): Promise<void> {
  await store.messages.dismiss(await store.messages.queued(conversation.id, 'assented'))
}

/**
 * Ends a turn whose owner wrote a new message instead of deciding. The session is not told here: the next turn sends the denials and the
 * new message in one batch.
 */
export async function endSuperseded(scope: TurnScope): Promise<TurnOutcome> {
  await dismissAssents(scope)
  await scope.questions.load()
  await scope.ownerProfile()
  scope.owner.learnMailboxAddress()
  await recallWhole(scope)
  return await endTurn(scope, 'superseded')
}

/** What a change is taken back to is what was there before it. */
async function prepareUndo(scope: TurnScope, answers: readonly ToolAnswer[]): Promise<void> {
  const { deps, turn, owner, questions } = scope
  if (owner.identified === null) return
  await deps.undoing.prepare(owner.identified, turn.id, questions.allowedBy(answers, scope.reply))
}

async function deliver(scope: TurnScope, sessionId: string, answers: readonly ToolAnswer[]): Promise<void> {
  const { deps, owner, questions } = scope
  // Credentials are read when a session goes from idle to running, and a decision may come hours after the question.
  const grant = owner.identified === null ? null : await owner.grant(owner.identified)
  if (grant !== null) await deps.agent.refreshSession(sessionId, grant)
  await questions.deliver(sessionId, answers)
}

/** Shows its owner everything that the session waits for. Resolves when Slack has it. */
async function ask(scope: TurnScope, sessionId: string): Promise<void> {
  const { deps, questions, display } = scope
  await questions.lookUp(sessionId, scope.reply, scope.hostCallScope)
  const began = deps.clock.now()
  scope.show({ type: 'deciding' })
  await display.settled()
  if (!display.reachesOwner) return scope.requestStop({ by: 'unreachable' })
  // They may see the card and write before Slack's answer reaches the bot. What they wrote while Slack delayed the card is no answer to it.
  await questions.markAsked(scope.reply, Math.max(began, deps.clock.now() - SEEN_BEFORE_ANSWERED_MS))
}

async function waitForDecision(scope: TurnScope): Promise<TurnOutcome> {
  const { deps, turn } = scope
  await deps.store.turns.setState(turn.id, 'waiting_approval')
  if (await deps.store.turns.supersede(turn)) return await endSuperseded(scope)
  deps.alarms.set(scope.conversation.id, deps.clock.now() + LOOKS_AGAIN_AFTER_MS)
  // It may wait for days: nothing of it stays in memory.
  scope.display.close()
  return 'waiting'
}

/** Whether the session's log has more events than were read. False where it cannot be read. */
async function hasAdvanced(scope: TurnScope, sessionId: string): Promise<boolean> {
  const ahead = await lookAhead(scope, sessionId)
  return ahead !== null && ahead.position?.id !== scope.reply.position?.id
}

/** Whether the session has made further calls since the turn stopped following it. */
async function hasMissedQuestion(scope: TurnScope): Promise<boolean> {
  const { sessionId } = scope.conversation
  const now = scope.deps.clock.now()
  const isDue = scope.questions.wereAskedWithin(now - 4 * LOOKS_AGAIN_AFTER_MS, now - LOOKS_AGAIN_AFTER_MS)
  if (sessionId === null || !isDue) return false
  const ahead = await lookAhead(scope, sessionId)
  return ahead !== null && scope.questions.hasUnasked(ahead.awaiting)
}
