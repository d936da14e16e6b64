/** All that can be done for one conversation: its turns, one after the other. */

import type { Turn } from '../model.js'
import type { TurnDeps, TurnOutcome } from '../turn/scope.js'
import { TurnRun } from '../turn/turn.js'
import { EMPTY_VIEW, type Phase } from '../view.js'
import type { ConversationWork } from './dispatcher.js'

/** A turn that fails so often for a reason that nobody foresaw will fail again: its person is told. */
const MOST_FAILURES = 5

export class Turns implements ConversationWork {
  readonly #running = new Map<string, TurnRun>()
  /** Unforeseen failures by turn. */
  readonly #failures = new Map<string, number>()

  constructor(private readonly deps: TurnDeps) {}

  async run(conversationId: string, signal: AbortSignal): Promise<void> {
    const { store } = this.deps
    for (;;) {
      signal.throwIfAborted()
      const [current] = await store.turns.unfinished(conversationId)
      const turn =
        current ??
        ((await store.messages.queued(conversationId)).length > 0 ? await store.turns.queue(conversationId) : null)
      if (turn === null) return
      const run = new TurnRun(this.deps, turn, await store.conversations.get(conversationId), signal)
      this.#running.set(turn.id, run)
      try {
        if ((await this.#advance(turn, run, signal)) === 'waiting') {
          await this.#showQueue(conversationId)
          return
        }
      } finally {
        this.#running.delete(turn.id)
      }
    }
  }

  async #advance(turn: Turn, run: TurnRun, signal: AbortSignal): Promise<TurnOutcome> {
    try {
      const outcome = await run.advance()
      this.#failures.delete(turn.id)
      return outcome
    } catch (error) {
      const failures = (this.#failures.get(turn.id) ?? 0) + 1
      this.#failures.set(turn.id, failures)
      if (signal.aborted || failures < MOST_FAILURES) throw error
      this.#failures.delete(turn.id)
      return await run.abandon()
    }
  }

  async arrived(conversationId: string): Promise<void> {
    await this.#showQueue(conversationId)
  }

  /** Stops a turn whose owner's wish is in the store: at once where it runs here, and by looking at it again. */
  async stop(turnId: string): Promise<void> {
    await this.#end(turnId, null)
  }

  /** Restarts a turn whose messages its owner edited or deleted; the store has that already. */
  async revise(turnId: string): Promise<void> {
    const run = this.#running.get(turnId)
    const conversationId = run?.conversationId ?? (await this.deps.store.turns.get(turnId)).conversationId
    run?.revise()
    this.deps.wake(conversationId)
  }

  /** Ends a turn whose owner's access was ended, as the store says already: at once where it runs here, else by looking at it again. */
  async endAccess(turnId: string): Promise<void> {
    await this.#end(turnId, (await this.deps.store.turns.get(turnId)).accessEndedAt)
  }

  async #end(turnId: string, accessEndedAt: number | null): Promise<void> {
    const run = this.#running.get(turnId)
    const conversationId = run?.conversationId ?? (await this.deps.store.turns.get(turnId)).conversationId
    try {
      await run?.stop(accessEndedAt)
    } finally {
      // Also where it runs here: it may be about to wait for something, and then it does not look any more.
      this.deps.wake(conversationId)
    }
  }

  /** What waits behind a turn says so, in the place where its answer will stand. */
  async #showQueue(conversationId: string): Promise<void> {
    const { store, surface } = this.deps
    const [current, next] = await store.turns.unfinished(conversationId)
    // Before its messages are sent, a turn takes along whatever arrives.
    if (current === undefined || current.state === 'queued' || current.state === 'waiting_connection') return
    const waiting = await store.messages.queued(conversationId)
    if (waiting.length === 0) return
    const conversation = await store.conversations.get(conversationId)
    const turn = next ?? (await store.turns.queue(conversationId))
    const { state } = await store.turns.get(turn.id)
    // It may have become its turn in the meantime; from then on its run alone says what is shown.
    if (state !== 'queued' || this.#running.has(turn.id)) return
    surface.reply(turn, conversation).show({ ...EMPTY_VIEW, phase: await this.#behind(current) })
  }

  /** What somebody waits for whose message comes after this turn. */
  async #behind(current: Turn): Promise<Queued> {
    if (current.state !== 'waiting_approval') return { type: 'queued', behind: 'turn' }
    const { approvals, outgoing } = this.deps.store
    const open = (await approvals.ofTurn(current.id)).filter(({ decision }) => decision === null).map(({ id }) => id)
    if (open.length > 0) return { type: 'queued', behind: 'approval', open }
    const isLeaving = (await outgoing.ofTurn(current.id)).some(
      ({ state, sendAt }) => sendAt === null && (state === 'held' || state === 'sending'),
    )
    return { type: 'queued', behind: isLeaving ? 'mail' : 'turn' }
  }
}

type Queued = Extract<Phase, { type: 'queued' }>
