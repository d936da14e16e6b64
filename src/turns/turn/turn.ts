/**
 * Runs a turn, phase by phase: start, decide, follow, end. The store holds the turn's state, which says which phase comes next. Each step is
 * recorded before it is taken, so a turn runs the same way whether it is new, was killed half-way, or waited for days for a button.
 */

import { describeError } from '../../log.js'
import type { Conversation, Turn } from '../model.js'
import { SessionGone, Unavailable } from '../ports.js'
import { reconnect } from './connect.js'
import { endSuperseded, resumeDeciding } from './decide.js'
import { fail, giveUp, restartRevised } from './end.js'
import { resumeFollowing } from './follow.js'
import { type PhaseOutcome, type TurnDeps, type TurnOutcome, TurnScope } from './scope.js'
import { forgetGoneSession } from './session-keeper.js'
import { resumeSending, start } from './start.js'

export class TurnRun {
  readonly #scope: TurnScope

  /** @param signal the bot stops */
  constructor(deps: TurnDeps, turn: Turn, conversation: Conversation, signal: AbortSignal) {
    this.#scope = new TurnScope(deps, turn, conversation, signal)
  }

  get conversationId(): string {
    return this.#scope.conversation.id
  }

  /**
   * The owner pressed Stop.
   * @param accessEndedAt or their access was ended at that time, in epoch milliseconds
   * @throws Unavailable, SessionGone, OperatorProblem: the next phase repeats the interruption
   */
  async stop(accessEndedAt: number | null = null): Promise<void> {
    const scope = this.#scope
    scope.requestStop(accessEndedAt === null ? { by: 'owner' } : { by: 'access_ended', at: accessEndedAt })
    scope.pause.end()
    if (scope.conversation.sessionId === null || !scope.isSent) return
    try {
      await scope.interrupt(scope.conversation.sessionId)
    } catch (error) {
      // It may be long before anything else happens in the session.
      scope.stopFollowing()
      throw error
    }
  }

  /** The owner edited or deleted its messages; the store has that already. */
  revise(): void {
    this.#scope.markRevised()
    this.#scope.pause.end()
    this.#scope.stopFollowing()
  }

  /** Ends a turn that keeps failing with an unexpected error, and tells its person. */
  async abandon(): Promise<TurnOutcome> {
    return await giveUp(this.#scope, 'unknown')
  }

  /** Does all that can be done now. */
  async advance(): Promise<TurnOutcome> {
    for (;;) {
      try {
        const outcome = await this.#runPhase()
        if (outcome !== 'next_phase') return outcome
      } catch (error) {
        const outcome = await this.#failed(error)
        if (outcome !== 'next_phase') return outcome
      }
    }
  }

  async #runPhase(): Promise<PhaseOutcome> {
    const scope = this.#scope
    const turn = await scope.deps.store.turns.get(scope.turn.id)
    await scope.questions.load()
    await scope.recallFiles()
    scope.refresh(turn)
    scope.isSent = turn.state === 'running' || turn.state === 'waiting_approval'
    if (turn.isRevised && !scope.questions.hasUndeliveredApproval) return await restartRevised(scope, turn)
    switch (turn.state) {
      case 'queued':
      case 'waiting_connection':
        return await start(scope, turn)
      case 'sending':
        return await resumeSending(scope, turn)
      case 'running':
        return await resumeFollowing(scope, true)
      case 'waiting_approval': {
        const next = await resumeDeciding(scope)
        return next === 'follow' ? await resumeFollowing(scope, false) : next
      }
      case 'superseded':
        return await endSuperseded(scope)
      case 'reconnecting':
        return await reconnect(scope, turn)
      case 'ended':
        return 'ended'
    }
  }

  /** `next_phase`: try again, after a pause where a service is unavailable. @throws unexpected errors */
  async #failed(error: unknown): Promise<PhaseOutcome> {
    const scope = this.#scope
    const { deps, retries } = scope
    scope.signal.throwIfAborted()
    if (error instanceof SessionGone && !(await scope.hasTaken()) && scope.conversation.sessionId !== null) {
      // Nothing was sent to the session, so the next attempt can make a new one.
      scope.conversation = await forgetGoneSession(deps, scope.conversation, error)
      deps.tidyFiles()
      return 'next_phase'
    }
    if (!(error instanceof Unavailable)) return await fail(scope, error)
    const now = deps.clock.now()
    retries.fail(now)
    deps.log.warn(
      { turn: scope.turn.id, service: error.service, failures: retries.failures, ...describeError(error) },
      'service unavailable; trying again',
    )
    // A session that has the messages must really be interrupted before the turn may say that it stopped.
    if (scope.stopCause() !== null && !(await scope.hasTaken())) return await giveUp(scope, 'stopped')
    // While Slack is unavailable, messages wait: nothing was promised to their author yet.
    if (error.service !== 'slack' && retries.isExhausted(now))
      return await giveUp(scope, (await scope.hasTaken()) ? 'lost_contact' : `${error.service}_unavailable`)
    if (!scope.hasShownMore && scope.reply.items.length === 0) scope.show({ type: 'retrying', service: error.service })
    await scope.pause.take(retries.pauseAfter(error))
    return 'next_phase'
  }
}
