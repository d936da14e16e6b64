/**
 * The way of a turn: who asks, where the answer goes, whose mailbox, which session, send, follow until the session rests. Every
 * step is noted before it is taken and found again after a crash, so a turn is run the same way whether it is new, was killed
 * half-way, or waited for days for a press of a button. Here is the order of its phases, and what becomes of their failures.
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
   * @throws Unavailable, SessionGone, OperatorProblem: the turn is taken up anew, and with it the interruption
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

  /** What it is about was edited or deleted, as the store says already. */
  revise(): void {
    this.#scope.markRevised()
    this.#scope.pause.end()
    this.#scope.stopFollowing()
  }

  /** Whatever it is, it fails every time, and nobody foresaw it: the person is told instead of waiting for ever. */
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

  /** `next_phase`: after a pause where a service is away, the phase is tried again. @throws what nobody foresaw */
  async #failed(error: unknown): Promise<PhaseOutcome> {
    const scope = this.#scope
    const { deps, retries } = scope
    scope.signal.throwIfAborted()
    if (error instanceof SessionGone && !(await scope.hasTaken()) && scope.conversation.sessionId !== null) {
      // It vanished between two looks, and nothing was sent to it: the next attempt makes a new one.
      scope.conversation = await forgetGoneSession(deps, scope.conversation, error)
      return 'next_phase'
    }
    if (!(error instanceof Unavailable)) return await fail(scope, error)
    const now = deps.clock.now()
    retries.fail(now)
    deps.log.warn(
      { turn: scope.turn.id, service: error.service, failures: retries.failures, ...describeError(error) },
      'service unavailable; trying again',
    )
    // Once the session has the messages, saying "stopped" takes more than giving up: it would go on unseen.
    if (scope.stopCause() !== null && !(await scope.hasTaken())) return await giveUp(scope, 'stopped')
    // A person's look-up that fails leaves the message waiting: nothing was promised to them yet, and Slack comes back.
    if (error.service !== 'slack' && retries.isExhausted(now))
      return await giveUp(scope, (await scope.hasTaken()) ? 'lost_contact' : `${error.service}_unavailable`)
    if (!scope.hasShownMore && scope.reply.items.length === 0) scope.show({ type: 'retrying', service: error.service })
    await scope.pause.take(retries.pauseAfter(error))
    return 'next_phase'
  }
}
