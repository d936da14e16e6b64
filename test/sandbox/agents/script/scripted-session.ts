/** A session for the script: a real mailbox behind its real MCP tools, and a record of all that is said and done. */
import { readFile } from 'node:fs/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { scriptBrain } from '../../../../src/sandbox/agents/script/script-brain.js'
import type {
  BrainTool,
  BrainTurn,
  HistoryItem,
  ToolCall,
  ToolOutcome,
} from '../../../../src/sandbox/agents/session/brain.js'
import { GMAIL_TOOLS, Mailbox } from '../../../../src/sandbox/mailbox/index.js'

const SAMPLES = new URL('../../../../src/sandbox/mailbox/samples/', import.meta.url)

/** Two o'clock in the afternoon in Stockholm: the newest mail of the samples came a few minutes before. */
export const NOW = new Date('2026-11-20T17:31:00Z')

export async function sampleMailbox(name: 'anna' | 'ben'): Promise<Mailbox> {
  const address = `${name}@northwind.example`
  const displayName = name === 'anna' ? 'Anna Lindqvist' : 'Ben Okafor'
  return await Mailbox.fromMbox(await readFile(new URL(`${name}.mbox`, SAMPLES)), {
    address,
    displayName,
    clock: () => NOW.getTime(),
  })
}

export interface SessionOptions {
  readonly person?: string
  readonly email?: string
  /** Names of the enabled tools; all but those that are never offered by default. */
  readonly tools?: readonly string[]
  /** Decides on a call before it runs; undefined lets it run. */
  readonly decide?: (call: ToolCall) => ToolOutcome | undefined
  /** Whatever is decided came with a message behind it. */
  readonly isFollowed?: boolean
  readonly now?: Date
  /** Answers the calls of the host's tools that send; all is sent by default. */
  readonly host?: (call: ToolCall) => ToolOutcome
}

const mail = { to: {}, cc: {}, bcc: {}, subject: {}, body: {}, content_type: {}, send_at: {} }
/** As the host of this project names them. */
export const HOST_TOOLS: readonly BrainTool[] = [
  { name: 'send_email', properties: { ...mail, thread_id: {} } },
  { name: 'reply_to_email', properties: { ...mail, thread_id: {}, in_reply_to_message_id: {} } },
  { name: 'send_draft', properties: { draft_id: {}, send_at: {} } },
].map(({ name, properties }) => ({
  name,
  description: '',
  inputSchema: { type: 'object', properties },
  serverName: '',
}))

/** Tools that an agent of this project is given. */
const OFFERED = GMAIL_TOOLS.filter((tool) => tool.kind === 'reads' || tool.kind === 'changes').map((tool) => tool.name)

export interface Reply {
  /** Everything the agent said in this turn. */
  readonly text: string
  /** Its last message. */
  readonly last: string
  readonly calls: readonly ToolCall[]
}

export class ScriptedSession {
  readonly history: HistoryItem[] = []
  /** What files hold, by path or id. */
  readonly files = new Map<string, Uint8Array>()
  readonly #brain
  readonly #abort = new AbortController()

  private constructor(
    private readonly client: Client,
    private readonly tools: readonly BrainTool[],
    private readonly options: SessionOptions,
  ) {
    this.#brain = scriptBrain({ now: () => options.now ?? NOW })
  }

  static async open(mailbox: Mailbox, options: SessionOptions = {}): Promise<ScriptedSession> {
    const server = new McpServer({ name: 'mailbox', version: '1' })
    const names = options.tools ?? OFFERED
    for (const tool of GMAIL_TOOLS) if (names.includes(tool.name)) tool.register(server, () => mailbox)
    const [near, far] = InMemoryTransport.createLinkedPair()
    const client = new Client({ name: 'test', version: '1' })
    if (names.length === 0) return new ScriptedSession(client, [], options)
    await Promise.all([server.connect(far), client.connect(near)])
    const { tools } = await client.listTools()
    const listed = tools.map((tool) => ({
      name: tool.name,
      description: tool.description ?? '',
      inputSchema: { ...tool.inputSchema },
      serverName: 'mailbox',
    }))
    return new ScriptedSession(client, [...listed, ...HOST_TOOLS], options)
  }

  /** Sends messages as one batch and answers with what the agent said and did. */
  async ask(...messages: string[]): Promise<Reply> {
    const { person = 'Anna Lindqvist', email = 'anna@northwind.example' } = this.options
    for (const [index, words] of messages.entries()) {
      const context = [
        '<context>',
        `From: ${person} (Slack user U0ANNA, ${email})`,
        `Mailbox: the Gmail account that ${person} connected; the only one you can reach here`,
        'Written: Friday, 20 November 2026 at 18:31 (Europe/Stockholm)',
        'Where: a direct message; nobody else reads it',
        `Reference: msg_${this.history.length + index}`,
        '</context>',
      ].join('\n')
      this.history.push({ type: 'user', texts: [context, words] })
    }
    return await this.#respond()
  }

  /** Sends words with files, as the host names them: a line of `<attached>` each. */
  async attach(words: string, lines: readonly string[], shown: readonly string[] = []): Promise<Reply> {
    const block = ['<attached>', 'The person attached these files.', ...lines, '</attached>'].join('\n')
    this.history.push({ type: 'user', texts: ['<context>\n</context>', block, words], files: shown })
    return await this.#respond()
  }

  /** Sends a message of one block, in which nobody speaks. */
  async told(note: string): Promise<Reply> {
    this.history.push({ type: 'user', texts: [note] })
    return await this.#respond()
  }

  async #respond(): Promise<Reply> {
    const before = this.history.length
    await this.#brain.respond(this.#turn())
    const added = this.history.slice(before)
    const said = added.flatMap((item) => (item.type === 'agent' ? [item.text] : []))
    return {
      text: said.join('\n\n'),
      last: said.at(-1) ?? '',
      calls: added.flatMap((item) => (item.type === 'tool' ? [item.call] : [])),
    }
  }

  stop(reason: Error): void {
    this.#abort.abort(reason)
  }

  #turn(): BrainTurn {
    const say = async (text: string) => {
      this.history.push({ type: 'agent', text })
    }
    return {
      system: 'You work on one mailbox.',
      model: 'script',
      // A copy: what the session grows to during the turn is not what the turn began with.
      history: [...this.history],
      tools: this.tools,
      signal: this.#abort.signal,
      isFollowed: this.options.isFollowed ?? false,
      readFile: (where) => this.files.get(where),
      say,
      startMessage: () => {
        let text = ''
        return {
          write: async (piece) => {
            text += piece
          },
          end: () => say(text),
        }
      },
      callTools: async (calls) => {
        const outcomes = await Promise.all(calls.map((call) => this.#call(call)))
        for (const [index, call] of calls.entries()) {
          const outcome = outcomes[index]
          if (outcome !== undefined) this.history.push({ type: 'tool', call, outcome })
        }
        return outcomes
      },
    }
  }

  async #call(call: ToolCall): Promise<ToolOutcome> {
    const decided = this.options.decide?.(call)
    if (decided !== undefined) return decided
    const byHost = HOST_TOOLS.some((tool) => tool.name === call.name)
    if (byHost) return this.options.host?.(call) ?? { status: 'ok', text: 'Sent, exactly as proposed.' }
    const result = await this.client.callTool({ name: call.name, arguments: call.input })
    const content: unknown = result.content
    const text = Array.isArray(content) ? content.map((one) => String(one.text ?? '')).join('\n') : ''
    return result.isError === true ? { status: 'error', text } : { status: 'ok', text }
  }
}
