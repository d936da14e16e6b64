/**
 * What stands in for the model in the sandbox's Managed Agents API. The server owns the session, its event log, the
 * permission policies and the MCP connections; a brain only decides what to say and which tools to call, as a model does.
 * Two exist: the script (no account, no network) and Claude (Messages API, only when asked for).
 */
export interface AgentBrain {
  /**
   * Works on one turn: everything the session received since the brain last spoke is at the end of `turn.history`.
   * Resolving ends the turn (`end_turn`). A rejection becomes a `session.error` with `retries_exhausted`.
   * Must stop promptly, by rejecting with `turn.signal.reason`, when `turn.signal` aborts (interrupt, server shutdown).
   */
  respond(turn: BrainTurn): Promise<void>
}

export interface BrainTurn {
  /** The agent's system prompt, with the session's overrides applied. */
  readonly system: string
  /** Model id of the agent (as configured; the script ignores it). */
  readonly model: string
  /** All that was said and done in the session so far, oldest first, this turn's user messages last. */
  readonly history: readonly HistoryItem[]
  /** Enabled tools, as the session's MCP servers list them. */
  readonly tools: readonly BrainTool[]
  readonly signal: AbortSignal
  /** What a file holds that the session has; undefined where it has none. @param where its path, or its id where a message shows it */
  readFile(where: string): Uint8Array | undefined
  /** The client's last replies came with messages behind them, which are taken up when this one is dealt with. */
  readonly isFollowed: boolean
  /** Opens an `agent.message`. Its text streams to clients as it is written; `end` makes it the buffered event. */
  startMessage(): MessageWriter
  /** Writes one whole message, word by word at the server's pace. */
  say(markdown: string): Promise<void>
  /**
   * Calls tools side by side. The server emits the `agent.mcp_tool_use` events, applies the permission policy, waits for
   * confirmations, runs the calls with the session's credentials and emits the results. Order of the outcomes = order of the calls.
   */
  callTools(calls: readonly ToolCall[]): Promise<ToolOutcome[]>
}

export interface MessageWriter {
  write(text: string): Promise<void>
  end(): Promise<void>
}

export interface BrainTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input. */
  readonly inputSchema: Record<string, unknown>
  /** Empty for a custom tool, which the client runs. */
  readonly serverName: string
}

export interface ToolCall {
  readonly name: string
  readonly input: Record<string, unknown>
}

export type ToolOutcome =
  | { readonly status: 'ok'; readonly text: string }
  | { readonly status: 'error'; readonly text: string }
  /** The person said no; `message` is their reason, where they gave one. */
  | { readonly status: 'denied'; readonly message: string | undefined }

export type HistoryItem =
  | {
      readonly type: 'user' /** One entry per text block, in order; the last is the person's own words. */
      readonly texts: readonly string[]
      /** Ids of the files that it shows as pictures and documents, in order. */
      readonly files?: readonly string[]
    }
  | { readonly type: 'agent'; readonly text: string }
  | { readonly type: 'tool'; readonly call: ToolCall; readonly outcome: ToolOutcome }
