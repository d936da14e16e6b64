/**
 * Host-side tools: custom tools of the agent that run in the bot. One registry holds each tool's name, input, time limit and what it may touch.
 */

import { z } from 'zod'
import type { Conversation, IdentifiedPerson } from '../model.js'
import type { SendRequest } from '../outgoing-mail.js'

/** What the agent is told of a tool. */
export interface HostToolSpec {
  readonly name: string
  /** Suffices for a session whose system prompt does not know the tool. */
  readonly description: string
  /** JSON schema of its input, always of an object. */
  readonly inputSchema: Readonly<Record<string, unknown>>
}

/** In whose name, and for which call, a handler runs. */
export interface HostCall {
  /** Event id of the call: whatever the handler makes is known by it, so that a call which is handled again makes nothing twice. */
  readonly id: string
  readonly person: IdentifiedPerson
  readonly conversation: Conversation
  /** Aborted when the time is up or the bot stops. */
  readonly signal: AbortSignal
}

/** What the agent hears. */
export interface HostResult {
  readonly text: string
  readonly failed: boolean
}

interface Common extends HostToolSpec {
  /** One line: what it may read or change. */
  readonly touches: string
}

/** Asks for a mail to be sent: shown to its owner, and sent after their press. */
export interface SendingHostTool extends Common {
  readonly kind: 'sends'
  /** @throws UnsendableMail in words for the agent */
  toRequest(input: unknown): SendRequest
  /** Epoch milliseconds; null: at once. @throws UnsendableMail */
  sendAt(input: unknown, now: number): number | null
}

/** Runs at once, without a question: it changes nothing that its owner did not ask for in so many words. */
export interface RunningHostTool extends Common {
  readonly kind: 'runs'
  readonly timeLimitMs: number
  /** Rejects with an error whose message is for the log; the agent hears that it failed. */
  run(call: HostCall, input: unknown): Promise<HostResult>
}

export type HostTool = SendingHostTool | RunningHostTool

/** A tool that runs at once, from its zod schema. Input that does not fit is answered with what is wrong, by field, never with a value of it. */
export function runningTool<Schema extends z.ZodType>(tool: {
  readonly name: string
  readonly description: string
  readonly input: Schema
  readonly touches: string
  readonly timeLimitMs: number
  readonly run: (call: HostCall, input: z.output<Schema>) => Promise<HostResult>
}): RunningHostTool {
  const { name, description, touches, timeLimitMs } = tool
  const { $schema: _, ...inputSchema } = z.toJSONSchema(tool.input, { io: 'input' })
  return {
    kind: 'runs',
    name,
    description,
    inputSchema,
    touches,
    timeLimitMs,
    async run(call, input) {
      const parsed = tool.input.safeParse(input)
      if (parsed.success) return await tool.run(call, parsed.data)
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'input'}: ${message}`)
      return { text: `${name} was not understood. ${problems.join('; ')}`, failed: true }
    },
  }
}

export class HostTools {
  readonly #tools: ReadonlyMap<string, HostTool>

  /** @throws where two tools have one name */
  constructor(tools: readonly HostTool[]) {
    this.#tools = new Map(tools.map((tool) => [tool.name, tool]))
    if (this.#tools.size < tools.length) throw new Error('two host-side tools have the same name')
  }

  find(name: string): HostTool | null {
    return this.#tools.get(name) ?? null
  }

  /** In the order in which they were given. */
  get specs(): readonly HostToolSpec[] {
    return [...this.#tools.values()].map(({ name, description, inputSchema }) => ({ name, description, inputSchema }))
  }
}
