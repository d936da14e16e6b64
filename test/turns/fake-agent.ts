/** A fake Agent in memory: sessions with a log, which keep what they were sent and answer as a test says. */

import type { AgentEvent, LogPosition, PersistedEvent } from '../../src/turns/events.js'
import type { Conversation } from '../../src/turns/model.js'
import {
  type Agent,
  type EventFeed,
  type MailboxGrant,
  type OutgoingMessage,
  Rejected,
  SessionGone,
  type ToolAnswer,
  type ToolCall,
} from '../../src/turns/ports.js'
import type { IdName } from '../../src/turns/view.js'
import type { Exchange } from '../../src/turns/words.js'
import { type LogEntry, log } from './log-events.js'

/** What becomes of one call: it fails before it did anything, or its answer is lost after it did everything. */
export type Failure = { readonly before: Error } | { readonly after: Error }

/** A tool call that needs its owner's yes. */
export interface WantedCall {
  readonly name: string
  readonly input?: Record<string, unknown>
  /** Its handler runs in the bot. */
  readonly isHosted?: boolean
}

type Answer = (session: FakeSession, messages: readonly OutgoingMessage[]) => void

export class FakeSession {
  readonly received: OutgoingMessage[] = []
  /** How many messages each send brought. */
  readonly batches: number[] = []
  readonly decisions: ToolAnswer[] = []
  readonly grants: string[] = []
  interrupts = 0
  gone: SessionGone['how'] | null = null
  /** Tool calls that wait for a decision. */
  waiting: string[] = []
  readonly #log = log()
  readonly #listeners = new Set<(broken?: Error) => void>()

  /** @param createdAt by the platform's time */
  constructor(
    readonly id: string,
    readonly conversationId: string,
    readonly createdAt: number,
  ) {}

  get events(): readonly PersistedEvent[] {
    return this.#log.events
  }

  get feeds(): number {
    return this.#listeners.size
  }

  push(...entries: LogEntry[]): PersistedEvent | undefined {
    const added = entries.map((entry) => this.#log.add(entry))
    for (const listener of this.#listeners) listener()
    return added.at(-1)
  }

  /** Calls a tool that needs its owner's yes, and waits. Answers the ids of the calls. */
  ask(...tools: readonly WantedCall[]): string[] {
    this.waiting = tools.map(({ name, input = {}, isHosted = false }) => {
      return this.push({ type: 'tool_called', name, input, permission: 'ask', isHosted })?.id ?? ''
    })
    this.push({ type: 'idle', reason: 'requires_action', awaiting: this.waiting })
    return this.waiting
  }

  /** Calls one more tool while it waits, without having run between. Answers the id of the call. */
  widen({ name, input = {} }: WantedCall): string {
    const id = this.push({ type: 'tool_called', name, input, permission: 'ask' })?.id ?? ''
    this.waiting = [...this.waiting, id]
    this.push({ type: 'idle', reason: 'requires_action', awaiting: this.waiting })
    return id
  }

  say(text: string): void {
    this.push({ type: 'message', text }, { type: 'request_ended', failed: false })
  }

  rest(): void {
    this.push({ type: 'idle', reason: 'end_turn', awaiting: [] })
  }

  /** The stream and what reads it fail. */
  breakFeeds(error: Error): void {
    for (const listener of [...this.#listeners]) listener(error)
  }

  listen(listener: (broken?: Error) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export class FakeAgent implements Agent {
  readonly sessions: FakeSession[] = []
  /** The calls of the agent's methods, in order. */
  readonly calls: string[] = []
  /** What goes wrong next, per call. */
  readonly failures: Partial<Record<keyof Agent, Failure[]>> = {}
  /** What the mailbox has called its messages, threads and labels in front of the agent. */
  readonly names = new Map<string, string>()
  /** When they came, in epoch milliseconds. */
  readonly dates = new Map<string, number>()
  /** The platform's time, which has nothing to do with the host's; null: nobody has heard it yet. */
  time: number | null = Date.UTC(2020, 0, 1)
  /** Takes messages, and never takes them up. */
  isDeaf = false
  /** Denials that come with messages are answered first, and it rests before it takes up the messages. */
  restsAfterDenials = false
  /** How the next turns are answered; where nothing is said, with one message. */
  readonly answers: Answer[] = []
  /** What the session does once nothing waits for a decision any more. */
  afterDecisions: (session: FakeSession) => void = (session) => {
    session.say('That is done.')
    session.rest()
  }

  /** The newest session. */
  get session(): FakeSession {
    const session = this.sessions.at(-1)
    if (session === undefined) throw new Error('there is no session yet')
    return session
  }

  fail(call: keyof Agent, ...failures: Failure[]): void {
    this.failures[call] = [...(this.failures[call] ?? []), ...failures]
  }

  async createSession(conversation: Conversation, grant: MailboxGrant, title: string): Promise<string> {
    return await this.#call('createSession', () => {
      const session = new FakeSession(`session_${this.sessions.length + 1}`, conversation.id, this.time ?? 0)
      session.grants.push(grant.personId)
      this.sessions.push(session)
      expectTitle(title)
      return session.id
    })
  }

  now(): number | null {
    return this.time
  }

  /** What a person asked last in a session, and the answer to it, for the conversation after. */
  exchange: Exchange | null = null
  /** The sessions that were asked for it. */
  readonly askedForExchange: string[] = []

  async lastExchange(sessionId: string): Promise<Exchange | null> {
    return await this.#call('lastExchange', () => {
      this.askedForExchange.push(sessionId)
      return this.exchange
    })
  }

  async findSession(conversation: Conversation, requestedAt: number | null): Promise<string | null> {
    return await this.#call('findSession', () => {
      const found = this.sessions.findLast(
        ({ conversationId, gone, createdAt }) =>
          conversationId === conversation.id && gone === null && createdAt >= (requestedAt ?? 0),
      )
      return found?.id ?? null
    })
  }

  async refreshSession(sessionId: string, grant: MailboxGrant): Promise<void> {
    await this.#call('refreshSession', () => {
      this.#find(sessionId).grants.push(grant.personId)
    })
  }

  follow(sessionId: string, after: LogPosition | null, signal: AbortSignal): EventFeed {
    const log = this.#call('follow', () => {
      const session = this.#find(sessionId)
      return { session, known: session.events.length }
    })
    const opened = log.then(() => {})
    // Whoever iterates without awaiting `opened` learns of it there.
    opened.catch(() => {})
    return { opened, [Symbol.asyncIterator]: () => feed(log, after, signal) }
  }

  async sendMessages(
    sessionId: string,
    messages: readonly OutgoingMessage[],
    denials: readonly ToolAnswer[] = [],
  ): Promise<void> {
    await this.#call('sendMessages', () => this.deliver(sessionId, messages, denials))
  }

  /** What a request does once it arrives, however late. */
  deliver(sessionId: string, messages: readonly OutgoingMessage[], denials: readonly ToolAnswer[] = []): void {
    const session = this.#find(sessionId)
    if (denials.length === 0 && session.waiting.length > 0)
      throw new Rejected('invalid', 'the session waits for decisions')
    const told = session.waiting.map(
      (callId): ToolAnswer => denials.find((denial) => denial.callId === callId) ?? { callId, allowed: false },
    )
    session.waiting = []
    session.decisions.push(...told)
    for (const answer of told) session.push(answerEntry(answer))
    if (this.restsAfterDenials && told.length > 0) {
      session.push({ type: 'running' })
      session.say('I did not do it.')
      session.rest()
    }
    session.received.push(...messages)
    session.batches.push(messages.length)
    if (this.isDeaf) return
    for (const { reference } of messages) session.push({ type: 'message_received', references: [reference] })
    session.push({ type: 'running' })
    const answer = this.answers.shift()
    if (answer !== undefined) {
      answer(session, messages)
      return
    }
    session.say(`You wrote: ${messages.map((message) => message.text).join(' / ')}`)
    session.rest()
  }

  async findMessages(
    sessionId: string,
    references: readonly string[],
    _after: LogPosition | null,
  ): Promise<ReadonlySet<string>> {
    return await this.#call('findMessages', () => {
      const known = this.#find(sessionId).received.map((message) => message.reference)
      return new Set(references.filter((reference) => known.includes(reference)))
    })
  }

  async sendAnswers(sessionId: string, decisions: readonly ToolAnswer[]): Promise<void> {
    await this.#call('sendAnswers', () => {
      const session = this.#find(sessionId)
      const fresh = decisions.filter((decision) => session.waiting.includes(decision.callId))
      if (fresh.length === 0) return
      for (const decision of fresh) {
        session.decisions.push(decision)
        session.waiting = session.waiting.filter((callId) => callId !== decision.callId)
        session.push(answerEntry(decision))
      }
      if (session.waiting.length > 0) {
        session.push({ type: 'idle', reason: 'requires_action', awaiting: session.waiting })
        return
      }
      session.push({ type: 'running' })
      this.afterDecisions(session)
    })
  }

  async interruptAndWait(sessionId: string): Promise<LogPosition | null> {
    return await this.#call('interruptAndWait', () => {
      const session = this.#find(sessionId)
      if (session.events.at(-1)?.type !== 'idle' || session.waiting.length > 0) {
        session.interrupts += 1
        session.waiting = []
        session.rest()
      }
      const last = session.events.at(-1)
      return last === undefined ? null : { id: last.id, at: last.at }
    })
  }

  async describeIds(sessionId: string, ids: readonly string[]): Promise<ReadonlyMap<string, IdName>> {
    return await this.#call('describeIds', () => {
      this.#find(sessionId)
      const asked = [...this.names].filter(([id]) => ids.includes(id))
      return new Map(asked.map(([id, words]) => [id, { words, at: this.dates.get(id) ?? null }]))
    })
  }

  async findToolCall(sessionId: string, callId: string): Promise<ToolCall | null> {
    return await this.#call('findToolCall', () => {
      const call = this.#find(sessionId).events.find((event) => event.id === callId)
      return call?.type === 'tool_called' ? { name: call.name, input: call.input } : null
    })
  }

  readonly withdrawnFor: string[] = []

  async withdrawMailbox(personId: string): Promise<void> {
    await this.#call('withdrawMailbox', () => this.withdrawnFor.push(personId))
  }

  async interrupt(sessionId: string): Promise<void> {
    await this.#call('interrupt', () => {
      const session = this.#find(sessionId)
      session.interrupts += 1
      session.waiting = []
      session.rest()
    })
  }

  async #call<Result>(name: keyof Agent, run: () => Result): Promise<Result> {
    this.calls.push(name)
    const failure = this.failures[name]?.shift()
    if (failure !== undefined && 'before' in failure) throw failure.before
    const result = run()
    if (failure !== undefined) throw failure.after
    return result
  }

  #find(sessionId: string): FakeSession {
    const session = this.sessions.find((one) => one.id === sessionId)
    if (session === undefined) throw new SessionGone('deleted')
    if (session.gone !== null) throw new SessionGone(session.gone)
    return session
  }
}

function answerEntry(answer: ToolAnswer): LogEntry {
  return 'text' in answer
    ? { type: 'tool_finished', callId: answer.callId, failed: answer.failed }
    : { type: 'tool_decided', callId: answer.callId, allowed: answer.allowed }
}

async function* feed(
  log: Promise<{ readonly session: FakeSession; readonly known: number }>,
  after: LogPosition | null,
  signal: AbortSignal,
): AsyncGenerator<AgentEvent> {
  const { session, known } = await log
  let isCaughtUp = false
  let next = session.events.findIndex((event) => event.id === after?.id) + 1
  let broken: Error | undefined
  let wake = () => {}
  const stopListening = session.listen((error) => {
    broken ??= error
    wake()
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    for (;;) {
      if (signal.aborted) return
      if (broken !== undefined) throw broken
      const event = session.events[next]
      if (next >= known && !isCaughtUp) {
        isCaughtUp = true
        yield { type: 'caught_up' }
      } else if (event === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else {
        next += 1
        yield event
      }
    }
  } finally {
    stopListening()
    signal.removeEventListener('abort', onAbort)
  }
}

function expectTitle(title: string): void {
  if (title.length > 80 || !/^[\x20-\x7E\u00A0-\u{10FFFF}]+$/u.test(title)) throw new Error(`not a title: ${title}`)
}
