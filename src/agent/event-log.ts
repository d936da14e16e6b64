/**
 * A session's event log, followed without loss. The vendor's stream delivers only what happens while it is open, has no replay,
 * may end at any moment and may die without a sign; the vendor's list has everything, but late and without previews. So each
 * connection opens the stream first, then reads the list from where it stands, then the stream, and drops what it has had.
 *
 * Pull-driven: nothing is read ahead of the consumer, so a slow one costs a full socket buffer and no memory. What grows is
 * the set of ids since the starting position, a few dozen bytes per event of the turn.
 *
 * One file because the order of list and stream, what was seen and where to go on from decide each other at every step.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { AgentEvent, LogPosition, PersistedEvent } from '../turns/events.js'
import { type EventFeed, SessionGone, Unavailable } from '../turns/ports.js'
import type { Claude } from './claude.js'
import { goneInsteadOf } from './session-state.js'
import { translate, type VendorEvent } from './translate.js'

export interface FollowPace {
  /** After this long without a frame, the list is looked at. Pings never get through the SDK, so silence says nothing. */
  readonly silenceMs: number
  /** After so many silences in a row the stream is reopened, even if the list has nothing new. */
  readonly silencesPerConnection: number
  /** Pauses before one attempt after another to connect; when they are used up, the feed gives up. */
  readonly retryPausesMs: readonly number[]
}

export const STANDARD_PACE: FollowPace = {
  silenceMs: 20_000,
  silencesPerConnection: 3,
  retryPausesMs: [250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000],
}

/** A connection that ended without an event is reopened after one of the first so many pauses. */
const PAUSES_AFTER_END = 4

/** Opening a stream for the first time keeps a sender waiting: after so many pauses it is told. */
const PAUSES_BEFORE_OPENED = 3

/** Longest wait that a `retry-after` can impose on somebody who is watching a reply grow. */
const LONGEST_PAUSE_MS = 60_000

/**
 * How far before the newest event a reading of the list starts: `processed_at` ties, and side-by-side work may be stamped
 * slightly out of order. What comes twice because of it is dropped by id.
 */
const OVERLAP_MS = 10_000

/** The SDK's stream, reduced to what is used of it. */
interface Connection {
  /** Why there is no stream to read, though the log can still be listed. */
  readonly gone: SessionGone | null
  next(): Promise<IteratorResult<VendorEvent, undefined>>
  close(): void
}

/**
 * Starts following at once, so that `opened` can be awaited before anything is sent.
 * @throws while iterating: SessionGone, Unavailable, OperatorProblem
 */
export function followSession(
  claude: Claude,
  sessionId: string,
  after: LogPosition | null,
  signal: AbortSignal,
  pace: FollowPace = STANDARD_PACE,
): EventFeed {
  const follower = new Follower(claude, sessionId, after, signal, pace)
  return { opened: follower.opened, [Symbol.asyncIterator]: () => follower.events() }
}

/** Bounds the readings of a server that always lists queued events first. */
const MOST_LOOKS = 3

class Follower {
  readonly opened: Promise<void>
  readonly #first: Promise<Connection>
  readonly #seen = new Set<string>()
  /** Messages whose preview broke off with an earlier connection: what follows would leave a hole in the text. */
  readonly #brokenPreviews = new Set<string>()
  #openPreviews = new Set<string>()
  /** `processed_at` of the newest event so far. */
  #newest: string | null
  #ended: SessionGone | null = null
  #caughtUp = false

  constructor(
    private readonly claude: Claude,
    private readonly sessionId: string,
    private readonly after: LogPosition | null,
    private readonly signal: AbortSignal,
    private readonly pace: FollowPace,
  ) {
    this.#newest = after?.at ?? null
    this.#first = this.#connectWithRetries(this.pace.retryPausesMs.slice(0, PAUSES_BEFORE_OPENED))
    this.opened = this.#first.then(() => undefined)
    // Whoever only iterates learns of the same error there.
    this.opened.catch(() => undefined)
  }

  async *events(): AsyncGenerator<AgentEvent, void, undefined> {
    let connection: Connection | null = null
    try {
      connection = await this.#first
      for (let fruitless = 0, failures = 0; ; ) {
        let moved = false
        let failure: Unavailable | null = null
        try {
          for await (const event of this.#readConnection(connection)) {
            moved = true
            yield event
          }
        } catch (error) {
          // The list did not answer. A stream whose beginning is unknown is of no use, so both are tried again.
          if (!(error instanceof Unavailable)) throw error
          failure = error
        }
        if (this.#ended !== null) throw this.#ended
        connection.close()
        this.#breakOffPreviews()
        fruitless = moved ? 0 : fruitless + 1
        failures = failure === null || moved ? 0 : failures + 1
        if (failure === null) await this.#pause(this.#pauseAfterEnd(fruitless))
        else await this.#pauseAfter(failure, this.pace.retryPausesMs[failures])
        connection = await this.#connectWithRetries(this.pace.retryPausesMs)
      }
    } catch (error) {
      if (!this.signal.aborted) throw error
    } finally {
      connection?.close()
    }
  }

  /** The list first, then the stream until it ends, breaks or has gone quiet. */
  async *#readConnection(connection: Connection): AsyncGenerator<AgentEvent, void, undefined> {
    yield* this.#readList()
    if (!this.#caughtUp) {
      this.#caughtUp = true
      yield { type: 'caught_up' }
    }
    if (connection.gone !== null) this.#ended ??= connection.gone
    let next: Promise<IteratorResult<VendorEvent>> | null = null
    for (let silences = 0; this.#ended === null; ) {
      next ??= connection.next()
      const result = await this.#nextOrSilence(next)
      if (result === 'silence') {
        silences += 1
        let missed = false
        for await (const event of this.#readList()) {
          missed = true
          yield event
        }
        if (missed || silences >= this.pace.silencesPerConnection) return
        continue
      }
      if (result.done === true) return
      next = null
      silences = 0
      const event = this.#admit(translate(result.value))
      if (event !== null) yield event
    }
  }

  /**
   * Whatever the list has that was not here before, oldest first.
   * @param looks how often the reading has restarted already
   */
  async *#readList(looks = 0): AsyncGenerator<PersistedEvent, void, undefined> {
    const from = this.#listFrom()
    let sawQueued = false
    let beforeAnchor = this.after !== null && this.after.id !== '' && !this.#seen.has(this.after.id) ? this.after : null
    let ties: PersistedEvent[] = []
    const list = this.claude.list(
      'session',
      (sdk, page, options) =>
        sdk.beta.sessions.events.list(
          this.sessionId,
          { ...page, order: 'asc', ...(from === null ? {} : { 'created_at[gte]': from }) },
          options,
        ),
      { signal: this.signal, maxRetries: 0 },
    )
    for await (const vendorEvent of list) {
      const event = translate(vendorEvent)
      sawQueued ||= isQueued(vendorEvent)
      if (event === null || !isPersisted(event) || this.#isBehind(event)) continue
      // What is queued stands at the end, and moves when it is processed. A page that goes on behind it then leaves out what came before that,
      // and the end of a turn must never be read before its answer: from the beginning again, where nothing is taken twice.
      if (sawQueued && looks < MOST_LOOKS) return yield* this.#readList(looks + 1)
      if (beforeAnchor !== null) {
        // Events that share the anchor's time: those up to it are behind us, the rest is not.
        if (event.id === beforeAnchor.id) {
          this.#seen.add(event.id)
          for (const tie of ties) this.#seen.add(tie.id)
          ties = []
          beforeAnchor = null
          continue
        }
        if (isSameTime(event.at, beforeAnchor.at)) {
          ties.push(event)
          continue
        }
        beforeAnchor = null
        yield* this.#admitAll(ties)
        ties = []
      }
      yield* this.#admitAll([event])
    }
    yield* this.#admitAll(ties)
  }

  /** Asked for or not: a server that takes no filter by time would give an earlier turn's answer for this one. */
  #isBehind(event: PersistedEvent): boolean {
    return this.after !== null && Date.parse(event.at) < Date.parse(this.after.at)
  }

  #listFrom(): string | null {
    if (this.#newest === null) return null
    if (this.after === null) return new Date(Date.parse(this.#newest) - OVERLAP_MS).toISOString()
    const overlapping = Date.parse(this.#newest) - OVERLAP_MS
    return overlapping > Date.parse(this.after.at) ? new Date(overlapping).toISOString() : this.after.at
  }

  *#admitAll(events: readonly PersistedEvent[]): Generator<PersistedEvent, void, undefined> {
    for (const event of events) {
      const admitted = this.#admit(event)
      if (admitted !== null) yield admitted
    }
  }

  /** Null for what was here before, and for previews that cannot be shown without a hole. */
  #admit<Event extends AgentEvent>(event: Event | null): Event | null {
    if (event === null || event.type === 'caught_up') return event
    if (event.type === 'preview_started') return this.#admitPreview(event.messageId) ? event : null
    if (event.type === 'preview_text') return this.#openPreviews.has(event.messageId) ? event : null
    // An empty id is nobody's: it must not hide the next event without one.
    if (event.id !== '') {
      if (this.#seen.has(event.id)) return null
      this.#seen.add(event.id)
    }
    this.#openPreviews.delete(event.id)
    this.#advanceNewest(event.at)
    if (event.type === 'session_ended') this.#ended = new SessionGone(event.how)
    return event
  }

  /** A time that is none cannot be listed from; the event counts all the same. */
  #advanceNewest(at: string): void {
    const time = Date.parse(at)
    if (this.#newest === null ? !Number.isNaN(time) : time > Date.parse(this.#newest)) this.#newest = at
  }

  #admitPreview(messageId: string): boolean {
    if (this.#seen.has(messageId) || this.#brokenPreviews.has(messageId) || this.#openPreviews.has(messageId))
      return false
    this.#openPreviews.add(messageId)
    return true
  }

  #breakOffPreviews(): void {
    for (const id of this.#openPreviews) this.#brokenPreviews.add(id)
    this.#openPreviews = new Set()
  }

  /** @throws Unavailable when the pauses are used up */
  async #connectWithRetries(pauses: readonly number[]): Promise<Connection> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#connect()
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error
        await this.#pauseAfter(error, pauses[attempt])
      }
    }
  }

  async #connect(): Promise<Connection> {
    let stream: Awaited<
      ReturnType<typeof this.claude.open<AsyncIterable<VendorEvent> & { controller: AbortController }>>
    >
    try {
      stream = await this.claude.open(
        'session',
        (sdk, options) => sdk.beta.sessions.events.stream(this.sessionId, { event_deltas: ['agent.message'] }, options),
        this.signal,
      )
    } catch (error) {
      const gone = await goneInsteadOf(error, this.claude, this.sessionId, this.signal)
      // What a session said before it ended can still be read; only a deleted one has nothing left.
      if (gone === null || gone.how === 'deleted') throw gone ?? error
      return { gone, next: async () => ({ done: true, value: undefined }), close: () => undefined }
    }
    const frames = stream[Symbol.asyncIterator]()
    return {
      gone: null,
      // However a stream ends (end of file, an `error` frame, a cut connection), the next step is the same: to reopen it.
      // A lasting cause shows itself there, as the answer to the request.
      next: () => frames.next().catch(() => ({ done: true, value: undefined })),
      close: () => stream.controller.abort(),
    }
  }

  /** @throws the signal's reason */
  async #nextOrSilence<T>(next: Promise<T>): Promise<T | 'silence'> {
    const timer = new AbortController()
    const stop = () => timer.abort()
    this.signal.addEventListener('abort', stop, { once: true })
    try {
      const silence = pause(this.pace.silenceMs, 'silence' as const, { signal: timer.signal })
      silence.catch(() => undefined)
      return await Promise.race([next, silence])
    } finally {
      timer.abort()
      this.signal.removeEventListener('abort', stop)
    }
  }

  #pauseAfterEnd(fruitless: number): number {
    return this.pace.retryPausesMs.slice(0, Math.min(fruitless, PAUSES_AFTER_END)).at(-1) ?? 0
  }

  /** @throws the failure itself, when there is no pause left */
  async #pauseAfter(failure: Unavailable, ms: number | undefined): Promise<void> {
    if (ms === undefined) throw failure
    await this.#pause(Math.max(ms, Math.min(failure.retryAfterMs ?? 0, LONGEST_PAUSE_MS)))
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.signal })
  }
}

/** Sent by us, and not processed yet. */
function isQueued(event: VendorEvent): boolean {
  return event.type.startsWith('user.') && 'processed_at' in event && event.processed_at === null
}

function isPersisted(event: AgentEvent): event is PersistedEvent {
  return event.type !== 'preview_started' && event.type !== 'preview_text' && event.type !== 'caught_up'
}

function isSameTime(one: string, other: string): boolean {
  return one === other || Date.parse(one) === Date.parse(other)
}
