/** What a test makes go wrong. Everything here happens with the real API too, seldom and at the worst moment. */
import { FaultQueue, gate, type Hold } from '../../wire/fault-queue.js'
import type { Endpoint } from './endpoints.js'
import type { RetryStatus, SessionError, StopDetails, StreamEvent } from './vendor-types.js'

type DistributeOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** A `session.error` without its retry status, which says on its own how the turn goes on. */
export type TurnError = DistributeOmit<SessionError, 'retry_status'>

/**
 * How the next turn goes wrong.
 * - `stop`: it ends idle with this stop reason.
 * - `error`: a `session.error`; `retrying` goes on after it, `exhausted` ends the turn, `terminal` the session.
 * - `end`: the session is terminated or deleted under it.
 */
export type TurnFailure =
  | { readonly stop: 'retries_exhausted' | 'budget_reached' }
  | { readonly stop: 'refusal'; readonly details?: StopDetails }
  | { readonly error: TurnError; readonly retry: RetryStatus }
  | { readonly end: 'terminated' | 'deleted' }

/** `start`: before the model says anything · `mid_message`: after the first words of a message were previewed · `end`: after the answer. */
export type FailureMoment = 'start' | 'mid_message' | 'end'

export interface PlannedFailure {
  readonly failure: TurnFailure
  readonly when: FailureMoment
}

/** What is planned for one call. */
export interface CallFault {
  readonly answer?: {
    readonly status: number
    readonly message: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly dropAnswer?: boolean
  readonly until?: Promise<unknown>
  /** Told when the call has arrived. */
  readonly arrived?: () => void
}

export class Faults {
  readonly #calls = new FaultQueue<Endpoint, CallFault>()
  readonly #cuts: { readonly after: StreamEvent['type']; readonly how: 'end' | 'hang' }[] = []
  readonly #turns: (PlannedFailure & { readonly sessionId: string | undefined })[] = []

  /** Every stream frame is sent twice. */
  duplicateStreamEvents = false
  /** After so many deltas a preview falls silent; the buffered event still comes. */
  deltasPerMessage = Number.POSITIVE_INFINITY
  /** The stream carries interrupts with an empty id. */
  emptyInterruptIds = false
  /** `vaults.credentials.update` answers 405, as some deployments do. */
  credentialUpdateNotAllowed = false
  /** The replies of a batch are answered first, and the session rests before it takes up the message behind them. */
  restsAfterReplies = false
  /** A page of `sessions.events.list` holds no more than this, whatever was asked for. */
  eventsPerPage = Number.POSITIVE_INFINITY

  /** The next call answers this, and nothing is done. */
  answer(
    endpoint: Endpoint,
    status: number,
    options: {
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly times?: number
    } = {},
  ): void {
    const { message = 'Injected by a test', headers = {}, times = 1 } = options
    this.#calls.plan(endpoint, { answer: { status, message, headers } }, times)
  }

  /** The next call is carried out, and its connection breaks before the answer. */
  dropAnswer(endpoint: Endpoint): void {
    this.#calls.plan(endpoint, { dropAnswer: true })
  }

  /** The next call is not looked at before `until` resolves. */
  delay(endpoint: Endpoint, until: Promise<unknown>): void {
    this.#calls.plan(endpoint, { until })
  }

  /**
   * Stops the next call before anything is done for it, until `release`.
   * @param status answered then, still with nothing done; without one, the call takes its course
   */
  hold(endpoint: Endpoint, status?: number): Hold {
    const { hold, arrived, released } = gate()
    const answer = status === undefined ? undefined : { status, message: 'Injected by a test', headers: {} }
    this.#calls.plan(endpoint, { until: released, arrived, ...(answer && { answer }) })
    return hold
  }

  /** Forgets all that is planned and has not happened yet. */
  clear(): void {
    this.#calls.clear()
    this.#cuts.splice(0)
    this.#turns.splice(0)
  }

  /** Once an event of this type is on the streams, they end (their clients read EOF), or nothing more comes on them. */
  cutStreams(after: StreamEvent['type'], how: 'end' | 'hang' = 'end'): void {
    this.#cuts.push({ after, how })
  }

  /** The next turn, of this session or of whichever comes first, goes wrong. */
  failNextTurn(
    failure: TurnFailure,
    options: { readonly sessionId?: string; readonly when?: FailureMoment } = {},
  ): void {
    this.#turns.push({ failure, when: options.when ?? 'start', sessionId: options.sessionId })
  }

  /** For the router: what happens to the call at hand. */
  takeCall(endpoint: Endpoint): CallFault {
    return this.#calls.take(endpoint) ?? {}
  }

  /** For the log: what happens to the streams now that an event of this type is on them. */
  takeCut(type: StreamEvent['type']): 'end' | 'hang' | undefined {
    const index = this.#cuts.findIndex((cut) => cut.after === type)
    return index === -1 ? undefined : this.#cuts.splice(index, 1)[0]?.how
  }

  /** For a turn that starts: how it goes wrong, if it does. */
  takeTurn(sessionId: string): PlannedFailure | undefined {
    const index = this.#turns.findIndex((planned) => planned.sessionId === undefined || planned.sessionId === sessionId)
    return index === -1 ? undefined : this.#turns.splice(index, 1)[0]
  }
}
