/**
 * Takes back changes of emails, once, when their owner presses Undo. What there was before is looked up before a change is allowed: nothing is guessed
 * later. A press is in the store; it is carried out and shown from there, whichever process is there to do it.
 */

import { describeError, type Log } from '../../log.js'
import type { ChangeUndoStore, MailboxLabels, PressedUndo, UndoDisplay, UndoEnding, WayBack } from '../change-undo.js'
import type { Conversation, IdentifiedPerson } from '../model.js'
import { NotConnected, OperatorProblem, type ToolCall, Unavailable } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { inTime, LATE } from '../time/in-time.js'
import { Lookout } from '../time/lookout.js'
import { retryPause } from '../time/retry-pause.js'

export interface ChangeUndoingDeps {
  readonly store: {
    readonly undos: ChangeUndoStore
    readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
    readonly conversations: { get(id: string): Promise<Conversation> }
  }
  readonly labels: MailboxLabels
  readonly display: UndoDisplay
  readonly clock: Clock
  readonly log: Log
}

/** A call that is about to be allowed. */
export interface AllowedChange extends ToolCall {
  /** Of its approval. */
  readonly id: string
}

/** How long a change waits for the look at what it changes, in milliseconds. */
const LOOK_MS = 8_000
/** What is too old is looked for at least this often, in milliseconds. */
const LONGEST_WAIT_MS = 60 * 60_000
const RETRIES = { first: 1_000, longest: 60_000 }
/** Emails that are changed back side by side. */
const AT_ONCE = 4
/** How long a mailbox may be out of reach before a press is given up, in milliseconds. */
const GIVE_UP_AFTER_MS = 10 * 60_000

export class ChangeUndoing {
  readonly #stop = new AbortController()
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #failures = new Map<string, number>()
  /** When a press that failed is tried again, in epoch milliseconds. */
  readonly #notBefore = new Map<string, number>()
  readonly #lookout: Lookout

  constructor(private readonly deps: ChangeUndoingDeps) {
    this.#lookout = new Lookout(deps.clock, () => this.#poll())
  }

  /**
   * Notes what takes these changes back, before they are allowed. Where that cannot be known in time, nothing takes them back, and they are done all
   * the same. Another process may have been here: what it noted stays, since the changes may be done by now.
   */
  async prepare(person: IdentifiedPerson, turnId: string, changes: readonly AllowedChange[]): Promise<void> {
    const { undos } = this.deps.store
    const noted = await undos.ofTurn(turnId)
    const fresh = changes.filter(({ id }) => !noted.has(id))
    if (fresh.length === 0) return
    const ways = await this.#waysBack(person, turnId, fresh)
    await undos.note(fresh.map(({ id }, index) => ({ id, ways: ways[index] ?? null })))
  }

  async #waysBack(
    person: IdentifiedPerson,
    turnId: string,
    changes: readonly AllowedChange[],
  ): Promise<readonly (readonly WayBack[] | null)[]> {
    const { labels, clock, log } = this.deps
    const limit = new AbortController()
    try {
      const looking = labels.waysBack(person, changes, AbortSignal.any([limit.signal, this.#stop.signal]))
      const ways = await inTime(clock, looking, LOOK_MS)
      if (ways !== LATE) return ways
      log.warn({ turn: turnId, error: 'late' }, 'labels not readable: this change has no undo')
    } catch (error) {
      this.#stop.signal.throwIfAborted()
      const isForeseen =
        error instanceof Unavailable || error instanceof NotConnected || error instanceof OperatorProblem
      if (!isForeseen) throw error
      log.warn({ turn: turnId, ...describeError(error) }, 'labels not readable: this change has no undo')
    } finally {
      limit.abort()
    }
    return []
  }

  /** Carries out what was pressed, now and from now on. */
  start(): void {
    this.wake()
  }

  /** Looks into the store at once. */
  wake(): void {
    this.#lookout.wake()
  }

  /** What is under way is awaited. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the bot is shutting down'))
    await this.#lookout.stop()
    await Promise.all(this.#underWay.values())
  }

  async #poll(): Promise<number> {
    const { store, clock, log } = this.deps
    let next = LONGEST_WAIT_MS
    try {
      await store.undos.sweep()
      for (const press of await store.undos.unfinished()) {
        if (this.#underWay.has(press.id)) continue
        const wait = (this.#notBefore.get(press.id) ?? 0) - clock.now()
        if (wait > 0) next = Math.min(next, wait)
        else this.#begin(press)
      }
    } catch (error) {
      log.error(describeError(error), 'undos not readable; trying again')
      return RETRIES.first
    }
    return next
  }

  #begin(press: PressedUndo): void {
    const underWay = this.#advance(press).finally(() => {
      this.#underWay.delete(press.id)
      this.wake()
    })
    this.#underWay.set(press.id, underWay)
  }

  /** Never rejects. */
  async #advance(press: PressedUndo): Promise<void> {
    const { store, display, clock, log } = this.deps
    const { id, pressedAt } = press
    try {
      const ending = press.ending ?? (await this.#carryOut(press))
      const conversation = await store.conversations.get(press.conversationId)
      await display.showUndone(conversation, press, ending)
      await store.undos.markShown(id)
      this.#failures.delete(id)
      this.#notBefore.delete(id)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const failures = (this.#failures.get(id) ?? 0) + 1
      this.#failures.set(id, failures)
      const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
      this.#notBefore.set(id, clock.now() + retryPause(failures, asked, RETRIES))
      log.warn({ approval: id, failures, ...describeError(error) }, 'undo not done yet; trying again')
      const isOver = press.ending === null && clock.now() - pressedAt >= GIVE_UP_AFTER_MS
      if (isOver) await this.#giveUp(id)
    }
  }

  async #giveUp(id: string): Promise<void> {
    try {
      await this.deps.store.undos.finish(id, 'incomplete')
    } catch (error) {
      this.deps.log.error({ approval: id, ...describeError(error) }, 'undo not stored; trying again')
    }
  }

  async #carryOut(press: PressedUndo): Promise<UndoEnding> {
    const { store, log } = this.deps
    const person = await store.people.identified(press.personId)
    const isFirst = await store.undos.begin(press.id)
    const ending = person === null ? 'ended_access' : await this.#putBack(person, press, !isFirst)
    await store.undos.finish(press.id, ending)
    log.info({ approval: press.id, person: press.personId, emails: press.ways.length, ending }, 'change undone')
    return ending
  }

  /** @throws Unavailable, OperatorProblem */
  async #putBack(person: IdentifiedPerson, press: PressedUndo, isAgain: boolean): Promise<UndoEnding> {
    let done = 0
    let isWhole = true
    try {
      for (let from = 0; from < press.ways.length; from += AT_ONCE) {
        this.#stop.signal.throwIfAborted()
        const page = press.ways.slice(from, from + AT_ONCE)
        const outcomes = await Promise.allSettled(page.map((way) => this.deps.labels.putBack(person, way, isAgain)))
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') throw outcome.reason
          if (outcome.value) done += 1
          else isWhole = false
        }
      }
    } catch (error) {
      if (!(error instanceof NotConnected)) throw error
      return done > 0 || isAgain ? 'incomplete' : 'ended_access'
    }
    return isWhole ? 'undone' : 'incomplete'
  }
}
