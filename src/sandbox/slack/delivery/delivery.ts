/**
 * How Slack brings things to the app: events are tried again when they are not acknowledged, commands and presses are not.
 * The way there (Socket Mode or HTTP) is a transport.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { asString, isObject, type Json, type JsonObject } from '../wire/json.js'
import type { WireLog } from '../wire/wire-log.js'

export type EnvelopeType = 'events_api' | 'slash_commands' | 'interactive'

export interface Attempt {
  readonly type: EnvelopeType
  readonly payload: JsonObject
  /** 0 for the first try. */
  readonly retryAttempt: number
  readonly retryReason: string
}

export type Outcome =
  | {
      readonly acknowledged: true /** What the acknowledgement carried, if anything. */
      readonly response: Json | undefined
    }
  | {
      readonly acknowledged: false
      readonly reason: string /** The app asked for no further try. */
      readonly final?: boolean
    }

export interface Transport {
  /** Whether the app can be reached at the moment. */
  readonly connected: boolean
  /** One try. `onLate` is called where the acknowledgement comes after the try was given up. Never rejects. */
  attempt(attempt: Attempt, onLate: () => void): Promise<Outcome>
  close(): void
}

export interface DeliveryTiming {
  /** How long an acknowledgement may take, in milliseconds. Slack's is 3,000. Counts for tries that begin after it was set. */
  acknowledgeWithinMs: number
  /** Pauses before each further try of an event, in milliseconds. Slack's are none, one minute and five minutes. */
  readonly retryAfterMs: readonly number[]
}

export const SLACK_TIMING: DeliveryTiming = { acknowledgeWithinMs: 3000, retryAfterMs: [0, 60_000, 300_000] }

/** A delivery as tests see it. */
export interface Delivery {
  readonly type: EnvelopeType
  /** `event_id` of an event, `trigger_id` of anything else. */
  readonly key: string
  readonly payload: JsonObject
  /** Tries so far. */
  attempts: number
  acknowledged: boolean
  /** No further try will be made. */
  finished: boolean
}

export class Deliveries {
  readonly #all: Delivery[] = []
  /** Ends the pause before a further try of each event that is under way. */
  readonly #pauses = new Map<Delivery, AbortController>()
  readonly #closed = new AbortController()
  readonly #listeners: (() => void)[] = []

  constructor(
    private readonly transport: Transport,
    private readonly timing: DeliveryTiming,
    private readonly wire: WireLog,
  ) {}

  get all(): readonly Delivery[] {
    return this.#all
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Sends an event and, unless it is acknowledged, sends it again later. Resolves when it is over, either way. */
  async event(payload: JsonObject): Promise<Delivery> {
    const delivery = this.#begin('events_api', asString(payload.event_id) ?? '', payload)
    const pausing = new AbortController()
    this.#pauses.set(delivery, pausing)
    const signal = AbortSignal.any([pausing.signal, this.#closed.signal])
    let reason = ''
    for (const [retryAttempt, pause] of [0, ...this.timing.retryAfterMs].entries()) {
      if (pause > 0) await sleep(pause, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) break
      const outcome = await this.#attempt(delivery, { retryAttempt, retryReason: reason })
      if (outcome.acknowledged || outcome.final === true) break
      reason = outcome.reason
    }
    this.#pauses.delete(delivery)
    delivery.finished = true
    this.#tell()
    return delivery
  }

  /** Sends a command or a press, once. */
  async once(type: 'slash_commands' | 'interactive', payload: JsonObject): Promise<Outcome> {
    const delivery = this.#begin(type, asString(payload.trigger_id) ?? '', payload)
    const outcome = await this.#attempt(delivery, { retryAttempt: 0, retryReason: '' })
    delivery.finished = true
    this.#tell()
    return outcome
  }

  /** Sends an event that was sent before once more, in a fresh envelope, whether it was acknowledged or not. */
  async redeliver(eventId: string): Promise<Outcome> {
    const delivery = this.#all.find((candidate) => candidate.key === eventId)
    if (delivery === undefined) throw new Error(`No event ${eventId} was ever delivered`)
    return this.#attempt(delivery, { retryAttempt: delivery.attempts, retryReason: 'timeout' })
  }

  close(): void {
    this.#closed.abort()
    this.transport.close()
  }

  #begin(type: EnvelopeType, key: string, payload: JsonObject): Delivery {
    const delivery: Delivery = { type, key, payload, attempts: 0, acknowledged: false, finished: false }
    this.#all.push(delivery)
    return delivery
  }

  async #attempt(delivery: Delivery, retry: Pick<Attempt, 'retryAttempt' | 'retryReason'>): Promise<Outcome> {
    delivery.attempts++
    const { type, payload } = delivery
    const again = retry.retryAttempt > 0 ? ` (retry ${retry.retryAttempt})` : ''
    const entry = this.wire.begin('delivery', `${type}: ${labelOf(type, payload)}${again}`, payload)
    const outcome = await this.transport.attempt({ type, payload, ...retry }, () => {
      delivery.acknowledged = true
      // Late or not, Slack stops as soon as it hears of one.
      this.#pauses.get(delivery)?.abort()
      this.wire.settle(entry, 'acknowledged late')
      this.#tell()
    })
    if (outcome.acknowledged) {
      delivery.acknowledged = true
      this.wire.settle(entry, 'acknowledged', outcome.response === undefined ? {} : { response: outcome.response })
    } else if (!this.#closed.signal.aborted) {
      this.wire.settle(entry, `not acknowledged: ${outcome.reason}`)
    }
    this.#tell()
    return outcome
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

function labelOf(type: EnvelopeType, payload: JsonObject): string {
  if (type === 'slash_commands') return String(payload.command)
  if (type === 'interactive') return String(payload.type)
  const { event } = payload
  if (!isObject(event)) return '(no event)'
  return event.subtype === undefined ? String(event.type) : `${String(event.type)} ${String(event.subtype)}`
}
