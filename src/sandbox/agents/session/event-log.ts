import { refill } from '../../wire/saved.js'
import type { Faults } from '../wire/faults.js'
import { newId } from '../wire/ids.js'
import type { ClientEvent, Preview, PreviewType, SessionEvent, StreamEvent } from '../wire/vendor-types.js'
import type { EventStream } from './event-stream.js'

type WithoutStamp<Event> = Event extends unknown ? Omit<Event, 'id' | 'processed_at'> : never
/** An event before the log gives it an id and a time. */
export type Happening = WithoutStamp<SessionEvent>

/** All that happened in a session, and the connections that watch it happen. Streams get no replay: the list is the memory. */
export class EventLog {
  readonly #processed: SessionEvent[] = []
  /** Sent by the client and not yet processed, in the order of their arrival. */
  readonly #queued = new Map<string, ClientEvent>()
  readonly #streams = new Set<EventStream>()

  constructor(
    private readonly now: () => number,
    private readonly faults: Faults,
  ) {}

  save() {
    return { processed: this.#processed, queued: this.#queued }
  }

  restore(saved: ReturnType<EventLog['save']>): void {
    this.#processed.push(...saved.processed)
    refill(this.#queued, saved.queued)
  }

  /** In the order of `processed_at`, oldest first; what is queued has none and comes last. */
  list(): SessionEvent[] {
    const processed = this.#processed.toSorted((one, other) => processedAt(one) - processedAt(other))
    return [...processed, ...this.#queued.values()]
  }

  find(id: string): SessionEvent | undefined {
    return this.#queued.get(id) ?? this.#processed.find((event) => event.id === id)
  }

  /** @param id where a preview announced the event under one @returns its id */
  append(happening: Happening, id = newId('sevt')): string {
    // Leaving two fields out of a union and putting them back is beyond what the compiler follows.
    const event = { ...happening, id, processed_at: this.#time() } as SessionEvent
    this.#processed.push(event)
    this.#publish(event)
    return id
  }

  /** A client's event arrived: its first copy goes out. */
  enqueue(event: ClientEvent): void {
    this.#queued.set(event.id, event)
    this.#publish(event)
  }

  /** A client's event is processed: it gets its place in the log, and its second copy goes out. */
  settle(id: string): void {
    const queued = this.#queued.get(id)
    if (queued === undefined) return
    const event: ClientEvent = { ...queued, processed_at: this.#time() }
    this.#queued.delete(id)
    this.#processed.push(event)
    this.#publish(event)
  }

  settleAll(): void {
    for (const id of [...this.#queued.keys()]) this.settle(id)
  }

  preview(type: PreviewType, event: Preview): void {
    for (const stream of this.#streams) this.#twiceIfAsked(() => stream.preview(type, event))
    this.#cut(event.type)
  }

  get streams(): number {
    return this.#streams.size
  }

  attach(stream: EventStream): void {
    this.#streams.add(stream)
    stream.onClose(() => this.#streams.delete(stream))
  }

  endStreams(): void {
    for (const stream of this.#streams) stream.end()
    this.#streams.clear()
  }

  hangStreams(): void {
    for (const stream of this.#streams) stream.hang()
  }

  #publish(event: SessionEvent): void {
    const shown = event.type === 'user.interrupt' && this.faults.emptyInterruptIds ? { ...event, id: '' } : event
    for (const stream of this.#streams) this.#twiceIfAsked(() => stream.send(shown))
    this.#cut(event.type)
  }

  #twiceIfAsked(send: () => void): void {
    send()
    if (this.faults.duplicateStreamEvents) send()
  }

  #cut(type: StreamEvent['type']): void {
    const how = this.#streams.size === 0 ? undefined : this.faults.takeCut(type)
    if (how === 'end') this.endStreams()
    if (how === 'hang') this.hangStreams()
  }

  #time(): string {
    return new Date(this.now()).toISOString()
  }
}

/** Milliseconds; NaN for an event that is queued. */
export function processedAt(event: SessionEvent): number {
  return Date.parse(event.processed_at ?? '')
}
