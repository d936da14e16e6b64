/**
 * The life of one session: its queue, its turns, what it waits for, how it ends.
 *
 * One file because it is one state machine: what a step does depends on what all the others left behind.
 */

import type { Faults, PlannedFailure, TurnFailure } from '../wire/faults.js'
import type { ClientEvent, Session, SessionAgent, StopDetails, StopReason } from '../wire/vendor-types.js'
import type { AgentBrain, HistoryItem } from './brain.js'
import type { EventLog } from './event-log.js'
import { type Access, McpConnections } from './mcp-connections.js'
import type { Judge } from './permissions.js'
import { SessionStatus } from './session-status.js'
import { type Reply, rejectionOf, Turn, type Use } from './turn.js'
import { budgetReached } from './usage.js'

/** What all sessions of a sandbox share. */
export interface RunOptions {
  readonly now: () => number
  readonly brain: AgentBrain
  /** Milliseconds between two chunks of text. */
  readonly pace: number
  readonly faults: Faults
  readonly judge: Judge
  /** What becomes of a turn whose MCP server cannot be connected: it ends (`exhausted`), or goes on without those tools (`retrying`). */
  readonly mcpFailure: 'exhausted' | 'retrying'
  /** When a user message counts as processed: as its turn takes it, or only as the turn ends. */
  readonly messageProcessed: 'taken' | 'finished'
}

/** Ends a turn by other means than the brain's own end. */
class TurnFailed extends Error {
  constructor(readonly failure: TurnFailure) {
    super('The turn failed')
  }
}
class Interrupted extends Error {}
class Closed extends Error {}

export class SessionRun {
  readonly history: HistoryItem[] = []
  readonly #systemMessages: string[] = []
  #turn: Turn | undefined
  /** What the turn was started with. */
  #start: { readonly agent: SessionAgent; readonly taken: ClientEvent[] } | undefined
  #waiting = false
  /** Each the input of one turn. */
  #batches: ClientEvent[][] = []
  /** Input that came together with the last of the replies the turn waited for, and belongs to that turn. */
  #continuation: ClientEvent[] = []
  #connections: McpConnections | undefined
  readonly #status: SessionStatus
  #budgetReached = false
  #closed = false

  /**
   * @param session the wire value, whose status, usage and times this keeps
   * @param onDeleted called when the session is deleted under its own turn
   * @param readFile what a file of the session holds, by its path or its id
   */
  constructor(
    readonly session: Session,
    readonly log: EventLog,
    private readonly access: Access,
    private readonly options: RunOptions,
    private readonly onDeleted: () => void,
    private readonly readFile: (where: string) => Uint8Array | undefined,
  ) {
    this.#status = new SessionStatus(session, log, options.now)
  }

  /** What is half-written in a message is not in it: the brain writes that again. */
  save() {
    const { session, history } = this
    const { agent = session.agent, taken = [] } = this.#start ?? {}
    const turn = this.#turn && { taken, uses: this.#turn.uses, ...(agent !== session.agent && { agent }) }
    return {
      session,
      history,
      systemMessages: this.#systemMessages,
      log: this.log.save(),
      batches: this.#batches,
      continuation: this.#continuation,
      budgetReached: this.#budgetReached,
      runningSince: this.#status.runningSince,
      waiting: this.#waiting,
      turn,
    }
  }

  /** Of a new run, with the saved session: its turn, where there was one, goes on. */
  restore(saved: ReturnType<SessionRun['save']>): void {
    this.history.push(...saved.history)
    this.#systemMessages.push(...saved.systemMessages)
    this.log.restore(saved.log)
    this.#batches = saved.batches
    this.#continuation = saved.continuation
    this.#budgetReached = saved.budgetReached
    this.#status.runningSince = saved.runningSince
    this.#waiting = saved.waiting
    const { turn } = saved
    if (turn === undefined) this.#next()
    else void this.#attempts(turn.agent ?? this.session.agent, turn.taken, undefined, turn.uses)
  }

  /** What the session waits for, by the ids of the tool-use events. */
  get awaited(): ReadonlyMap<string, Reply['type']> {
    return this.#turn?.awaited ?? new Map()
  }

  /** Whether messages are refused until the budget is raised. */
  get outOfBudget(): boolean {
    return this.#budgetReached
  }

  budgetChanged(): void {
    this.#budgetReached = budgetReached(this.session)
  }

  /** Takes in one `events.send` that was found valid. */
  accept(events: readonly ClientEvent[]): void {
    for (const event of events) this.log.enqueue(event)
    const input: ClientEvent[] = []
    let replied = false
    for (const event of events) {
      switch (event.type) {
        case 'user.interrupt':
          this.log.settle(event.id)
          this.#turn?.abort(new Interrupted())
          break
        case 'user.tool_confirmation':
        case 'user.custom_tool_result': {
          this.log.settle(event.id)
          // A message behind the last reply continues the same turn, so it must be in place before the turn wakes.
          if (this.awaited.size === 1 && !this.options.faults.restsAfterReplies)
            this.#continuation = events.slice(events.indexOf(event) + 1).filter(isInput)
          this.#reply(event)
          replied = true
          break
        }
        case 'user.message':
        case 'system.message':
          input.push(event)
      }
    }
    if (replied && this.#waiting && this.awaited.size > 0)
      this.#status.idle({ type: 'requires_action', event_ids: [...this.awaited.keys()] })
    const unclaimed = input.filter((event) => !this.#continuation.includes(event))
    if (unclaimed.length > 0) this.#batches.push(unclaimed)
    // After the answer to the request that brought the events, as a worker elsewhere would begin.
    setImmediate(() => this.#next())
  }

  /** Stops at once and for good: no event follows. */
  async close(): Promise<void> {
    this.#closed = true
    this.#batches = []
    this.#turn?.abort(new Closed())
    await this.#connections?.close()
  }

  #reply(event: Extract<ClientEvent, { type: 'user.tool_confirmation' | 'user.custom_tool_result' }>): void {
    if (event.type === 'user.tool_confirmation') {
      const allow = event.result === 'allow'
      this.#turn?.reply(event.tool_use_id, { type: 'confirmation', allow, message: event.deny_message ?? undefined })
    } else {
      const result = { isError: event.is_error === true, content: event.content ?? [] }
      this.#turn?.reply(event.custom_tool_use_id, { type: 'result', result })
    }
  }

  #next(): void {
    if (this.#turn !== undefined || this.#closed || this.session.status === 'terminated') return
    const input = this.#batches.shift()
    if (input !== undefined) void this.#work(input)
  }

  async #work(input: readonly ClientEvent[]): Promise<void> {
    const taken = [...input]
    const planned = this.options.faults.takeTurn(this.session.id)
    // An update, which may come while this turn waits for the client, replaces the value; it applies from the next turn.
    const { agent } = this.session
    this.#status.running()
    this.#take(taken)
    await this.#attempts(agent, taken, planned, [])
  }

  /** @param uses calls that were announced before the session was saved */
  async #attempts(
    agent: SessionAgent,
    taken: ClientEvent[],
    firstPlan: PlannedFailure | undefined,
    uses: readonly Use[],
  ): Promise<void> {
    this.#start = { agent, taken }
    let planned = firstPlan
    let announced = uses
    for (;;) {
      const turn = this.#startTurn(agent, planned)
      try {
        if (!this.#waiting) await this.#connect(agent, turn)
        if (announced.length > 0) await turn.carryOut(announced)
        announced = []
        if (planned?.when === 'start') throw new TurnFailed(planned.failure)
        await this.#respond(turn, taken)
        if (planned?.when === 'end') throw new TurnFailed(planned.failure)
        // A brain that has ended its turn has nothing more to say.
        turn.abort(new Closed())
        return this.#end({ type: 'end_turn' }, taken)
      } catch (error) {
        // Where the turn was stopped, the reason for that counts, whatever the brain made of it.
        const reason: unknown = turn.signal.aborted ? turn.signal.reason : error
        if (reason instanceof Closed) return
        turn.abort(new Closed())
        if (reason instanceof Interrupted) {
          turn.breakOff('The call was interrupted.')
          return this.#end({ type: 'end_turn' }, taken)
        }
        turn.breakOff('The turn ended before the call had a result.')
        if (!this.#fail(reason instanceof TurnFailed ? reason.failure : modelFailure(reason), taken)) return
        planned = undefined
        this.#status.running()
      }
    }
  }

  #startTurn(agent: SessionAgent, planned: PlannedFailure | undefined): Turn {
    const { options, log, history } = this
    const turn: Turn = new Turn({
      log,
      history,
      agent,
      system: () => [agent.system ?? '', ...this.#systemMessages].filter((text) => text !== '').join('\n\n'),
      judge: options.judge,
      pace: options.pace,
      deltasPerMessage: options.faults.deltasPerMessage,
      connections: () => {
        if (this.#connections === undefined) throw new Error('The session is not connected')
        return this.#connections
      },
      beforeRequest: () => {
        if (budgetReached(this.session)) stop(turn, { stop: 'budget_reached' })
      },
      afterChunk: () => {
        if (planned?.when === 'mid_message') stop(turn, planned.failure)
      },
      afterRequest: (usage) => {
        this.#status.consumed(usage)
      },
      readFile: (where) => this.readFile(where),
      isFollowed: () => this.#continuation.length > 0,
      wait: () => {
        // A saved session said so already.
        if (this.#waiting) return
        this.#waiting = true
        this.#disconnect()
        this.#status.idle({ type: 'requires_action', event_ids: [...turn.awaited.keys()] })
      },
      resume: async () => {
        this.#waiting = false
        this.#status.running()
        await this.#connect(agent, turn)
      },
    })
    this.#turn = turn
    return turn
  }

  async #respond(turn: Turn, taken: ClientEvent[]): Promise<void> {
    for (;;) {
      await Promise.race([this.options.brain.respond(turn), rejectionOf(turn.signal)])
      turn.signal.throwIfAborted()
      turn.endRequest(false)
      if (this.#continuation.length === 0) return
      const more = this.#continuation.splice(0)
      taken.push(...more)
      this.#take(more)
    }
  }

  /** Makes input part of the conversation. */
  #take(input: readonly ClientEvent[]): void {
    for (const event of input) {
      if (event.type === 'user.message') {
        const texts = event.content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
        const files = event.content.flatMap((block) =>
          (block.type === 'image' || block.type === 'document') && block.source.type === 'file'
            ? [block.source.file_id]
            : [],
        )
        this.history.push({ type: 'user', texts, ...(files.length > 0 && { files }) })
      } else if (event.type === 'system.message') {
        this.#systemMessages.push(event.content.map((block) => block.text).join('\n'))
      }
      if (this.options.messageProcessed === 'taken') this.log.settle(event.id)
    }
  }

  async #connect(agent: SessionAgent, turn: Turn): Promise<void> {
    this.#connections = await McpConnections.open(agent.mcp_servers, this.access, turn.signal)
    const [first, ...others] = this.#connections.failures
    if (first === undefined) return
    const retry = this.options.mcpFailure
    for (const error of others) this.#status.failed(error, retry)
    if (retry === 'exhausted') stop(turn, { error: first, retry })
    this.#status.failed(first, retry)
  }

  #disconnect(): void {
    // Nobody waits for this: the servers hear of the end when they do.
    void this.#connections?.close()
  }

  /** @returns whether the turn is tried again */
  #fail(failure: TurnFailure, taken: readonly ClientEvent[]): boolean {
    if ('stop' in failure) {
      this.#budgetReached = failure.stop === 'budget_reached' && this.session.budget !== null
      const details = failure.stop === 'refusal' ? (failure.details ?? null) : null
      this.#end({ type: failure.stop }, taken, details)
      return false
    }
    if ('error' in failure) {
      this.#status.failed(failure.error, failure.retry)
      if (failure.retry === 'retrying') {
        this.#status.rescheduled()
        return true
      }
      // The queue goes with the turn: processed, and never answered.
      this.#batches = []
      this.#continuation = []
      this.log.settleAll()
      if (failure.retry === 'exhausted') this.#end({ type: 'retries_exhausted' }, taken)
      else this.#terminate()
      return false
    }
    if (failure.end === 'terminated') this.#terminate()
    else this.#vanish()
    return false
  }

  #end(reason: StopReason, taken: readonly ClientEvent[], details: StopDetails | null = null): void {
    for (const event of taken) this.log.settle(event.id)
    this.#leaveTurn()
    this.#status.tellUsage()
    this.#status.idle(reason, details)
    this.#next()
  }

  #terminate(): void {
    this.#leaveTurn()
    this.#status.terminated()
  }

  #vanish(): void {
    this.#closed = true
    this.#leaveTurn()
    this.log.append({ type: 'session.deleted' })
    this.log.endStreams()
    this.onDeleted()
  }

  #leaveTurn(): void {
    this.#disconnect()
    this.#connections = undefined
    this.#turn = undefined
    this.#start = undefined
    this.#waiting = false
    // What was to continue a turn that is over becomes a turn of its own.
    if (this.#continuation.length > 0) this.#batches.unshift(this.#continuation.splice(0))
    this.#status.rests()
  }
}

function stop(turn: Turn, failure: TurnFailure): never {
  const reason = new TurnFailed(failure)
  turn.abort(reason)
  throw reason
}

function modelFailure(reason: unknown): TurnFailure {
  const message = reason instanceof Error ? reason.message : String(reason)
  return { error: { type: 'model_request_failed_error', message }, retry: 'exhausted' }
}

const isInput = (event: ClientEvent): boolean => event.type === 'user.message' || event.type === 'system.message'
