/** One turn of a session as its brain sees it: what was said, what it may call, and a pen. Everything it does becomes events. */
import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { newId } from '../wire/ids.js'
import type { CustomTool, ModelUsage, SessionAgent } from '../wire/vendor-types.js'
import type { BrainTool, BrainTurn, HistoryItem, MessageWriter, ToolCall, ToolOutcome } from './brain.js'
import type { EventLog } from './event-log.js'
import { failed, type McpConnections, type ServerTool, type ToolResult, textOf } from './mcp-connections.js'
import { type Evaluated, evaluate, type Judge, NOT_ENABLED, settingOf } from './permissions.js'
import { modelUsage } from './usage.js'

/** What a client said to a call that waited for it. */
export type Reply =
  | { readonly type: 'confirmation'; readonly allow: boolean; readonly message: string | undefined }
  | { readonly type: 'result'; readonly result: ToolResult }

/** What a turn needs of its session. */
export interface TurnHost {
  readonly log: EventLog
  readonly history: HistoryItem[]
  readonly agent: SessionAgent
  system(): string
  readonly judge: Judge
  /** Milliseconds between two chunks of text. */
  readonly pace: number
  /** After so many deltas a preview falls silent. */
  readonly deltasPerMessage: number
  connections(): McpConnections
  readFile(where: string): Uint8Array | undefined
  /** Asked before each model request; throws to end the turn instead. */
  beforeRequest(): void
  /** Asked after each previewed chunk; throws to break the request off. */
  afterChunk(): void
  afterRequest(usage: ModelUsage): void
  /** Whether messages came behind the client's last replies. */
  isFollowed(): boolean
  /** The turn now waits for the client. */
  wait(): void
  /** The client has answered everything: back to work, with fresh connections. */
  resume(): Promise<void>
}

/** One call of a tool, from its event to its outcome. A plain value, so that a session that waits can be saved. */
export interface Use {
  readonly id: string
  readonly call: ToolCall
  readonly kind: 'mcp' | 'custom'
  readonly tool: ServerTool | undefined
  readonly evaluated: Evaluated | undefined
  reply: Reply | undefined
  outcome: ToolOutcome | undefined
}

/** A few words at a time, with all the white space, so that the chunks joined are the text. */
const CHUNK = /\s*\S+(?:[^\S\n]+\S+){0,2}\s*|\s+/g

export class Turn implements BrainTurn {
  readonly #controller = new AbortController()
  /** The span of the model request at work, and how much it wrote. */
  #request: { readonly id: string; written: number } | undefined
  #thought = false
  #writing = false
  #uses: readonly Use[] = []
  #answered: (() => void) | undefined

  constructor(private readonly host: TurnHost) {
    // Each tool call and each pause listens; a long turn has many of them, and that is no leak.
    setMaxListeners(0, this.#controller.signal)
  }

  get system(): string {
    return this.host.system()
  }

  get model(): string {
    return this.host.agent.model.id
  }

  get history(): readonly HistoryItem[] {
    return this.host.history
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  readFile(where: string): Uint8Array | undefined {
    return this.host.readFile(where)
  }

  get isFollowed(): boolean {
    return this.host.isFollowed()
  }

  get tools(): readonly BrainTool[] {
    const { tools } = this.host.agent
    const enabled = this.host
      .connections()
      .tools.filter((tool) => settingOf(tools, tool.serverName, tool.name)?.enabled === true)
    return [...enabled, ...this.#customTools().map(customToolOf)]
  }

  /** The calls that wait for the client's word, by the ids of their events, in their order. */
  get awaited(): ReadonlyMap<string, Reply['type']> {
    const waiting = this.#uses.filter((use) => use.reply === undefined && asks(use))
    return new Map(waiting.map((use) => [use.id, use.kind === 'custom' ? 'result' : 'confirmation']))
  }

  /** Settles one of the awaited calls. */
  reply(id: string, reply: Reply): void {
    for (const use of this.#uses) if (use.id === id) use.reply = reply
    if (this.awaited.size === 0) this.#answered?.()
  }

  abort(reason: Error): void {
    this.#controller.abort(reason)
  }

  startMessage(): MessageWriter {
    this.signal.throwIfAborted()
    if (this.#writing) throw new Error('The message before this one has not ended')
    const request = this.#beginRequest()
    const { log } = this.host
    const id = newId('sevt')
    let text = ''
    let deltas = 0
    this.#writing = true
    log.preview('agent.message', { type: 'event_start', event: { type: 'agent.message', id } })
    const write = async (piece: string): Promise<void> => {
      for (const chunk of piece.match(CHUNK) ?? []) {
        this.signal.throwIfAborted()
        text += chunk
        request.written += chunk.length
        deltas += 1
        if (deltas <= this.host.deltasPerMessage) {
          const content = { type: 'text' as const, text: chunk }
          log.preview('agent.message', {
            type: 'event_delta',
            event_id: id,
            delta: { type: 'content_delta', index: 0, content },
          })
        }
        this.host.afterChunk()
        if (this.host.pace > 0) await pause(this.host.pace, undefined, { signal: this.signal })
      }
    }
    const end = async (): Promise<void> => {
      this.signal.throwIfAborted()
      this.#writing = false
      if (text === '') return
      log.append({ type: 'agent.message', content: [{ type: 'text', text }] }, id)
      this.host.history.push({ type: 'agent', text })
    }
    return { write, end }
  }

  async say(markdown: string): Promise<void> {
    const message = this.startMessage()
    await message.write(markdown)
    await message.end()
  }

  async callTools(calls: readonly ToolCall[]): Promise<ToolOutcome[]> {
    this.signal.throwIfAborted()
    if (this.#uses.length > 0 || this.#writing)
      throw new Error('Tools are called together, after the message has ended')
    if (calls.length === 0) return []
    const request = this.#beginRequest()
    const uses = calls.map((call) => this.#announce(call))
    request.written += JSON.stringify(calls).length
    this.endRequest(false)
    return await this.carryOut(uses)
  }

  /** The calls under way. */
  get uses(): readonly Use[] {
    return this.#uses
  }

  /** Brings announced calls to their outcomes, those of a saved session too. */
  async carryOut(uses: readonly Use[]): Promise<ToolOutcome[]> {
    this.#uses = uses
    const unasked = uses.filter((use) => !asks(use) && use.outcome === undefined)
    await Promise.all(unasked.map((use) => this.#run(use)))
    if (uses.some(asks)) {
      if (this.awaited.size > 0) await this.#waitForReplies()
      await Promise.all(uses.filter(asks).map((use) => this.#run(use)))
    }
    this.signal.throwIfAborted()
    this.#uses = []
    return uses.map((use) => this.#remember(use))
  }

  /** Closes what an end in the middle leaves open: calls without a result, the span of the request. */
  breakOff(reason: string): void {
    for (const use of this.#uses) {
      if (use.outcome === undefined) this.#finish(use, failed(reason))
      this.#remember(use)
    }
    this.#uses = []
    this.endRequest(true)
  }

  endRequest(isError: boolean): void {
    if (this.#request === undefined) return
    const { id, written } = this.#request
    this.#request = undefined
    const usage = modelUsage(JSON.stringify(this.host.history).length + this.system.length, written)
    this.host.log.append({
      type: 'span.model_request_end',
      model_request_start_id: id,
      is_error: isError,
      model_usage: usage,
    })
    this.host.afterRequest(usage)
  }

  #beginRequest(): { written: number } {
    if (this.#request !== undefined) return this.#request
    this.host.beforeRequest()
    const { log } = this.host
    const request = { id: log.append({ type: 'span.model_request_start' }), written: 0 }
    this.#request = request
    if (!this.#thought) {
      this.#thought = true
      const id = newId('sevt')
      log.preview('agent.thinking', { type: 'event_start', event: { type: 'agent.thinking', id } })
      log.append({ type: 'agent.thinking' }, id)
    }
    return request
  }

  #announce(call: ToolCall): Use {
    const { log, agent } = this.host
    const { name, input } = call
    const open = { call, reply: undefined, outcome: undefined }
    if (this.#customTools().some((custom) => custom.name === name)) {
      const id = log.append({ type: 'agent.custom_tool_use', name, input })
      return { ...open, id, kind: 'custom', tool: undefined, evaluated: undefined }
    }
    const tool = this.host.connections().tools.find((candidate) => candidate.name === name)
    const setting = tool && settingOf(agent.tools, tool.serverName, name)
    const judge = () => this.host.judge({ name, input, readOnly: tool?.readOnly === true })
    const evaluated = setting?.enabled ? evaluate(setting.permission_policy, judge) : NOT_ENABLED
    const mcp_server_name = tool?.serverName ?? agent.mcp_servers[0]?.name ?? ''
    const id = log.append({ type: 'agent.mcp_tool_use', name, input, mcp_server_name, ...evaluated })
    return { ...open, id, kind: 'mcp', tool, evaluated }
  }

  async #waitForReplies(): Promise<void> {
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve
    })
    this.host.wait()
    await Promise.race([answered, rejectionOf(this.signal)])
    this.#answered = undefined
    await this.host.resume()
  }

  async #run(use: Use): Promise<void> {
    if (use.reply?.type === 'result') {
      // The client's own event is the record of a custom tool's result.
      use.outcome = outcomeOf(use.reply.result)
      return
    }
    if (use.reply?.type === 'confirmation' && !use.reply.allow) {
      const reason = use.reply.message === undefined ? '' : ` ${use.reply.message}`
      this.#finish(use, failed(`Permission to use ${use.call.name} has been denied.${reason}`))
      use.outcome = { status: 'denied', message: use.reply.message }
      return
    }
    const result = await this.#call(use)
    this.signal.throwIfAborted()
    this.#finish(use, result)
  }

  async #call(use: Use): Promise<ToolResult> {
    if (use.evaluated?.evaluation === undefined) return failed(`Tool ${use.call.name} is not enabled in this session.`)
    if (use.evaluated.evaluated_permission === 'deny')
      return failed(`Permission to use ${use.call.name} has been denied.`)
    if (use.tool === undefined) return failed(`Tool ${use.call.name} is gone.`)
    return this.host.connections().call(use.tool, use.call.input, this.signal)
  }

  #finish(use: Use, result: ToolResult): void {
    use.outcome = outcomeOf(result)
    const { content, isError } = result
    if (use.kind === 'mcp')
      this.host.log.append({ type: 'agent.mcp_tool_result', mcp_tool_use_id: use.id, content, is_error: isError })
  }

  #remember(use: Use): ToolOutcome {
    const { call, outcome = { status: 'error', text: 'The call has no result.' } } = use
    this.host.history.push({ type: 'tool', call, outcome })
    return outcome
  }

  #customTools(): CustomTool[] {
    return this.host.agent.tools.filter((tool) => tool.type === 'custom')
  }
}

const asks = (use: Use): boolean => use.kind === 'custom' || use.evaluated?.evaluated_permission === 'ask'

function outcomeOf(result: ToolResult): ToolOutcome {
  return { status: result.isError ? 'error' : 'ok', text: textOf(result.content) }
}

function customToolOf(tool: CustomTool): BrainTool {
  return { name: tool.name, description: tool.description, inputSchema: { ...tool.input_schema }, serverName: '' }
}

/** Never resolves; rejects with the signal's reason when it aborts. */
export function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
