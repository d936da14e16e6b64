/**
 * Slack counts all `chat.update` calls of an app in a workspace together (`MESSAGE_EDITS`). Every reply that grows there shares this
 * one scheduler: a reply only says that it has something newer to show, and is called back when an edit may be made, so the
 * newest state wins and nothing outdated is ever sent.
 *
 * Who goes first: final states, then approvals, then first words, then growing text; among equals the one whose reader has waited
 * longest. Some edits are kept for what must not wait. Text is spread over the time until used edits come back, so that many replies move
 * steadily instead of all at once and then not at all, while a single one moves about once a second.
 */
import type { Clock } from '../../turns/time/clock.js'
import { EditRate } from './edit-rate.js'

/** What a reply has to show: `first` its first words, `approval` a question to its owner, `final` its end. */
export type EditPriority = 'text' | 'first' | 'approval' | 'final'

/**
 * `done`: the edit was made. `unchanged`: what is visible is the newest state already, no edit was needed. `retryAfterMs`: Slack refused
 * it for now and said how long everybody has to wait.
 */
export type FlushResult = 'done' | 'unchanged' | { readonly retryAfterMs: number }

/**
 * Makes one edit, of the newest state. It must end by itself (a timeout on the call); until then this reply gets no other.
 * What it throws reaches `settle` and `onError`; the state then counts as not shown until the reply requests again.
 */
export type Flush = () => Promise<FlushResult>

/** One reply's place in the budget. */
export interface EditHandle {
  /** There is something newer to show. Cheap; call it at every change. An earlier, more urgent request stays as urgent as it was. */
  request(priority: EditPriority): void
  /** Its first words are to be seen already, by another call than an edit: none is kept for them. */
  firstWordsStand(): void
  /** Resolves when what was requested last is out (or will never be, because of `close`). Rejects with what the newest flush threw. */
  settle(): Promise<'landed' | 'closed'>
  /** Gives the place up; what was not shown yet is not shown. */
  close(): void
}

export interface EditBudgetOptions {
  /** Edits in any 60 seconds, at most. */
  perMinute: number
  clock: Clock
  /** Some calls are left alone for the ends of replies (default). False where an end is told by another call. */
  keepsForEnds?: boolean
  /** A reply's text is shown no more often than this, in milliseconds. Half a second, if not given: edits would flicker. */
  textIntervalMs?: number
  /** Every error that a flush throws, with the key it was opened under. */
  onError?: (error: unknown, key: string) => void
}

/** Text spends what is free over the rest of a usual reply, and at least over this time. Shorter: livelier beginnings, longer lulls after them. */
const LEAST_HORIZON_MS = 15_000
/** Between any two edits, so that twenty that end together do not hit Slack in one instant. */
const GAP_MS = 50
/** How long a reply usually takes. */
const TYPICAL_REPLY_MS = 30_000
/** Kept for final states and approvals even when a single reply is open. */
const LEAST_KEPT = 3
/** First words may take the rest of what is kept for final states: those come later, when edits have come back. */
const FIRSTS_LEAVE = 0.5
/** Kept from text for replies that are about to begin. */
const LEAST_KEPT_FOR_FIRSTS = 1
const MOST_KEPT_FOR_FINALS = 0.45
const MOST_KEPT = 0.85
/** So many replies at once move steadily by edits alone. */
const MOST_AT_EASE = 5
/** What is kept shrinks as replies grow older, so a blocked edit is looked at again at least this often. */
const LOOK_AGAIN_MS = 1_000

const URGENCY: Record<EditPriority, number> = { text: 0, first: 1, approval: 2, final: 3 }

interface Wish {
  priority: EditPriority
  /** When the oldest change that is not visible yet was requested. */
  since: number
}

interface Slot {
  key: string
  flush: Flush
  openedAt: number
  wish: Wish | undefined
  flushing: boolean
  lastEditAt: number
  firstShown: boolean
  finalShown: boolean
  closed: boolean
  failure: { error: unknown } | undefined
  waiters: { resolve: (how: 'landed' | 'closed') => void; reject: (error: unknown) => void }[]
}

/** What may be edited next, and from when on. */
interface Candidate {
  slot: Slot
  wish: Wish
  notBefore: number
}

export class EditBudget {
  readonly #rate: EditRate
  readonly #clock: Clock
  readonly #keepsForEnds: boolean
  readonly #textIntervalMs: number
  readonly #onError: (error: unknown, key: string) => void
  readonly #slots = new Set<Slot>()
  #lastEditAt = Number.NEGATIVE_INFINITY
  #lastTextAt = Number.NEGATIVE_INFINITY
  #timer: { at: number; timer: { clear(): void } } | undefined
  #clockReading = Number.NEGATIVE_INFINITY
  #clockOffset = 0
  #closed = false

  /** @throws RangeError when `perMinute` is not a positive number */
  constructor({ perMinute, clock, keepsForEnds = true, textIntervalMs = 500, onError = () => {} }: EditBudgetOptions) {
    if (!(perMinute >= 1)) throw new RangeError('perMinute must be at least 1')
    this.#rate = new EditRate(perMinute)
    this.#clock = clock
    this.#keepsForEnds = keepsForEnds
    this.#textIntervalMs = textIntervalMs
    this.#onError = onError
  }

  /** Opens a reply's place. `key` only names it in `onError`. */
  open(key: string, flush: Flush): EditHandle {
    const slot: Slot = {
      key,
      flush,
      openedAt: this.#now(),
      wish: undefined,
      flushing: false,
      lastEditAt: Number.NEGATIVE_INFINITY,
      firstShown: false,
      finalShown: false,
      closed: this.#closed,
      failure: undefined,
      waiters: [],
    }
    if (!this.#closed) this.#slots.add(slot)
    return {
      request: (priority) => this.#request(slot, priority),
      settle: () => this.#settle(slot),
      firstWordsStand: () => {
        slot.firstShown = true
      },
      close: () => this.#closeSlot(slot),
    }
  }

  /** So many replies are open that each is edited rarely. */
  get isCrowded(): boolean {
    return this.#slots.size > MOST_AT_EASE
  }

  /** Ends the scheduler: no edit starts any more, open places are closed. */
  close(): void {
    this.#closed = true
    this.#timer?.timer.clear()
    this.#timer = undefined
    for (const slot of [...this.#slots]) this.#closeSlot(slot)
  }

  /** The clock, except that it never runs backwards: a corrected system time must not freeze the budget. */
  #now(): number {
    const reading = this.#clock.now()
    if (reading < this.#clockReading) this.#clockOffset += this.#clockReading - reading
    this.#clockReading = reading
    return reading + this.#clockOffset
  }

  #request(slot: Slot, priority: EditPriority): void {
    if (slot.closed) return
    slot.failure = undefined
    const { wish } = slot
    if (wish === undefined) slot.wish = { priority, since: this.#now() }
    else if (URGENCY[priority] > URGENCY[wish.priority]) wish.priority = priority
    else return
    // At the next turn of the loop: requests of one moment are weighed together.
    if (!slot.flushing) this.#wakeAt(this.#now())
  }

  #settle(slot: Slot): Promise<'landed' | 'closed'> {
    if (slot.closed) return Promise.resolve('closed')
    if (slot.failure !== undefined) return Promise.reject(slot.failure.error)
    if (slot.wish === undefined && !slot.flushing) return Promise.resolve('landed')
    return new Promise((resolve, reject) => slot.waiters.push({ resolve, reject }))
  }

  #closeSlot(slot: Slot): void {
    slot.closed = true
    slot.wish = undefined
    this.#slots.delete(slot)
    for (const waiter of slot.waiters.splice(0)) waiter.resolve('closed')
  }

  #wakeAt(at: number): void {
    if (this.#closed || (this.#timer !== undefined && this.#timer.at <= at)) return
    this.#timer?.timer.clear()
    const timer = this.#clock.setTimeout(
      () => {
        this.#timer = undefined
        this.#look()
      },
      Math.max(0, at - this.#now()),
    )
    this.#timer = { at, timer }
  }

  /** Makes the edit that is due, if one is, and wakes up again when the next may be. */
  #look(): void {
    const now = this.#now()
    const next = this.#next(now)
    if (next === undefined) return
    const at = Math.max(this.#rate.pausedUntil, this.#lastEditAt + GAP_MS, next.notBefore)
    if (at > now) {
      this.#wakeAt(at)
      return
    }
    const free = this.#rate.free(now) - this.#kept(next.wish.priority, now)
    if (free < 1) {
      this.#wakeAt(Math.min(this.#rate.nextReturn(now), now + LOOK_AGAIN_MS))
      return
    }
    if (next.wish.priority === 'text') {
      const due = this.#lastTextAt + this.#textInterval(free, now)
      if (due > now) {
        this.#wakeAt(due)
        return
      }
      this.#lastTextAt = now
    }
    void this.#edit(next.slot, next.wish, now)
    this.#wakeAt(now + GAP_MS)
  }

  /** The most urgent wish, among equals the oldest; of text only what is not too soon, unless there is nothing else. */
  #next(now: number): Candidate | undefined {
    let best: Candidate | undefined
    for (const slot of this.#slots) {
      const { wish } = slot
      if (wish === undefined || slot.flushing) continue
      const soonest = wish.priority === 'text' ? slot.lastEditAt + this.#textIntervalMs : now
      const candidate = { slot, wish, notBefore: Math.max(now, soonest) }
      if (best === undefined || precedes(candidate, best)) best = candidate
    }
    return best
  }

  async #edit(slot: Slot, wish: Wish, now: number): Promise<void> {
    const spent = this.#rate.spend()
    this.#lastEditAt = now
    slot.flushing = true
    slot.wish = undefined
    try {
      const result = await slot.flush()
      if (result === 'unchanged') this.#rate.giveBack(spent)
      if (result === 'done') this.#rate.taken()
      if (typeof result === 'string') this.#shown(slot, wish)
      else this.#refused(slot, wish, now, result.retryAfterMs)
    } catch (error) {
      slot.failure = { error }
      for (const waiter of slot.waiters.splice(0)) waiter.reject(error)
      this.#onError(error, slot.key)
    } finally {
      spent.answeredAt = this.#now()
      slot.flushing = false
      slot.lastEditAt = spent.answeredAt
      if (slot.wish !== undefined) this.#wakeAt(spent.answeredAt)
    }
  }

  #shown(slot: Slot, wish: Wish): void {
    if (wish.priority !== 'text') slot.firstShown = true
    if (wish.priority === 'final') slot.finalShown = true
    if (slot.wish === undefined) for (const waiter of slot.waiters.splice(0)) waiter.resolve('landed')
  }

  #refused(slot: Slot, wish: Wish, startedAt: number, retryAfterMs: number): void {
    const now = this.#now()
    if (!slot.closed) {
      const newer = slot.wish?.priority ?? 'text'
      slot.wish = { since: wish.since, priority: URGENCY[newer] > URGENCY[wish.priority] ? newer : wish.priority }
    }
    this.#rate.refused(startedAt, now, retryAfterMs)
  }

  /**
   * Edits that something of this priority must leave alone. Each open reply will need one for its end and, before, one for its first
   * words; the longer it has been running, the less likely it needs them just now, and the less is kept for it.
   */
  #kept(priority: EditPriority, now: number): number {
    if (priority === 'final' || priority === 'approval') return 0
    let [finals, firsts] = [0, 0]
    for (const slot of this.#slots) {
      const share = Math.min(1, TYPICAL_REPLY_MS / Math.max(1, now - slot.openedAt))
      if (!slot.finalShown) finals += share
      if (!slot.firstShown) firsts += share
    }
    const capacity = this.#rate.capacity(now)
    // However many are open, something is left for what is less urgent.
    const most = (part: number): number => Math.min(capacity * part, capacity - 1)
    const forFinals = this.#keepsForEnds ? Math.min(Math.max(LEAST_KEPT, finals), most(MOST_KEPT_FOR_FINALS)) : 0
    return priority === 'first'
      ? forFinals * FIRSTS_LEAVE
      : Math.min(forFinals + Math.max(LEAST_KEPT_FOR_FIRSTS, firsts), most(MOST_KEPT))
  }

  /** Text is spread over what usual replies still take. */
  #textInterval(free: number, now: number): number {
    const ages = [...this.#slots].map(({ openedAt }) => now - openedAt)
    const age = ages.reduce((sum, each) => sum + each, 0) / Math.max(1, ages.length)
    return this.#rate.interval(free, now, Math.max(LEAST_HORIZON_MS, TYPICAL_REPLY_MS - age))
  }
}

function precedes(a: Candidate, b: Candidate): boolean {
  const urgency = URGENCY[a.wish.priority] - URGENCY[b.wish.priority]
  if (urgency !== 0) return urgency > 0
  return a.notBefore !== b.notBefore ? a.notBefore < b.notBefore : a.wish.since < b.wish.since
}
