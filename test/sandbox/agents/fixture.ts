/** What the tests of the Managed Agents API share: a sandbox, the bare SDK, a session to talk to, and a stream that is watched. */
import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { expect, onTestFinished } from 'vitest'
import {
  type ManagedAgentsOptions,
  type ManagedAgentsSandbox,
  startManagedAgents,
} from '../../../src/sandbox/agents/index.js'
import type { AgentBrain, BrainTurn } from '../../../src/sandbox/agents/session/brain.js'
import type { Session, SessionEvent, StreamEvent } from '../../../src/sandbox/agents/wire/vendor-types.js'

export type Beta = Anthropic['beta']
export type SendEvents = Parameters<Beta['sessions']['events']['send']>[1]['events']

/** A brain that says back the last words of the person. */
export const echo = async (turn: BrainTurn): Promise<void> => turn.say(`You said: ${lastWords(turn)}`)

export function lastWords(turn: BrainTurn): string {
  const users = turn.history.filter((item) => item.type === 'user')
  return users.at(-1)?.texts.at(-1) ?? ''
}

export interface Bench {
  readonly sandbox: ManagedAgentsSandbox
  readonly beta: Beta
}

export async function start(
  respond: AgentBrain['respond'] = echo,
  options: Omit<ManagedAgentsOptions, 'brain'> = {},
): Promise<Bench> {
  const sandbox = await startManagedAgents({ pace: 0, rateLimits: false, ...options, brain: { respond } })
  onTestFinished(() => sandbox.close())
  return { sandbox, beta: clientOf(sandbox).beta }
}

export function clientOf(sandbox: Pick<ManagedAgentsSandbox, 'url' | 'apiKey'>): Anthropic {
  return new Anthropic({ apiKey: sandbox.apiKey, baseURL: sandbox.url, maxRetries: 0 })
}

export const OPEN_NETWORK = { type: 'cloud' as const, networking: { type: 'unrestricted' as const } }

/** A session with whatever the test says about its agent. */
export async function newSession(
  { beta }: Bench,
  parts: {
    readonly agent?: Partial<Anthropic.Beta.AgentCreateParams>
    readonly session?: Partial<Anthropic.Beta.SessionCreateParams>
    readonly config?: Anthropic.Beta.EnvironmentCreateParams['config']
  } = {},
): Promise<Session> {
  const agent = await beta.agents.create({ name: 'Agent', model: 'claude-opus-5-5', ...parts.agent })
  const environment = await beta.environments.create({ name: `env ${agent.id}`, config: parts.config ?? OPEN_NETWORK })
  return beta.sessions.create({ agent: agent.id, environment_id: environment.id, ...parts.session })
}

/** What the API refuses, and how. */
export async function refusal(
  call: PromiseLike<unknown>,
): Promise<{ status: unknown; type: unknown; message: unknown; error: APIError }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof APIError)) throw error
    return { status: error.status, type: error.type, message: error.apiMessage, error }
  }
  throw new Error('The call was expected to be refused')
}

export const invalid = (message: RegExp | string) => ({
  status: 400,
  type: 'invalid_request_error',
  message: typeof message === 'string' ? message : expect.stringMatching(message),
})
export const missing = (message: RegExp) => ({
  status: 404,
  type: 'not_found_error',
  message: expect.stringMatching(message),
})

export const message = (text: string): SendEvents[number] => ({
  type: 'user.message',
  content: [{ type: 'text', text }],
})
export const allow = (tool_use_id: string): SendEvents[number] => ({
  type: 'user.tool_confirmation',
  tool_use_id,
  result: 'allow',
})
export const deny = (tool_use_id: string, deny_message?: string): SendEvents[number] => ({
  type: 'user.tool_confirmation',
  tool_use_id,
  result: 'deny',
  ...(deny_message === undefined ? {} : { deny_message }),
})

/** An open stream and all that came on it. */
export class Watch {
  readonly seen: StreamEvent[] = []
  ended = false
  readonly #waiting = new Set<() => void>()

  static async open(
    beta: Beta,
    sessionId: string,
    event_deltas: ('agent.message' | 'agent.thinking')[] = [],
  ): Promise<Watch> {
    const stream = await beta.sessions.events.stream(sessionId, { event_deltas })
    const watch = new Watch()
    onTestFinished(() => stream.controller.abort())
    void watch.#read(stream)
    return watch
  }

  types(): string[] {
    return this.seen.map((event) => event.type)
  }

  /** Resolves once what was seen satisfies the condition; the test's own time limit is the only one. */
  async until(condition: (watch: Watch) => boolean): Promise<this> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve))
    return this
  }

  /** Until so many `session.status_idle` events came. */
  idle(times = 1): Promise<this> {
    return this.until(() => this.seen.filter((event) => event.type === 'session.status_idle').length >= times)
  }

  eof(): Promise<this> {
    return this.until(() => this.ended)
  }

  async #read(stream: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of stream) {
      this.seen.push(event)
      this.#wake()
    }
    this.ended = true
    this.#wake()
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** Sends, and watches until the session is idle (so many times). */
export async function exchange({ beta }: Bench, sessionId: string, events: SendEvents, idles = 1): Promise<Watch> {
  const watch = await Watch.open(beta, sessionId)
  await beta.sessions.events.send(sessionId, { events })
  return watch.idle(idles)
}

export type Of<Type extends StreamEvent['type']> = Extract<StreamEvent, { type: Type }>

export function of<Type extends StreamEvent['type']>(events: readonly StreamEvent[], type: Type): Of<Type>[] {
  return events.filter((event): event is Of<Type> => event.type === type)
}

/** The texts of the agent's messages. */
export function said(events: readonly StreamEvent[]): string[] {
  return of(events, 'agent.message').map((event) =>
    event.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  )
}

export function stopReasons(events: readonly StreamEvent[]): string[] {
  return of(events, 'session.status_idle').map((event) => event.stop_reason.type)
}

/** The ids that the last idle event waits for. */
export function awaitedIds(events: readonly StreamEvent[]): string[] {
  const reason = of(events, 'session.status_idle').at(-1)?.stop_reason
  return reason?.type === 'requires_action' ? reason.event_ids : []
}

export async function history(beta: Beta, sessionId: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = []
  for await (const event of beta.sessions.events.list(sessionId)) events.push(event)
  return events
}

/** A promise with its handle outside. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
