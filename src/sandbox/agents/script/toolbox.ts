/**
 * The Gmail tools as the script calls them. Inputs are fitted to each tool's own JSON Schema, because the same tool names its arguments
 * differently on different servers (`message_id` or `id`, one address or a list of them); outcomes become values or an `Obstacle`.
 */
import type { BrainTool, BrainTurn, ToolCall, ToolOutcome } from '../brain.js'
import { isRecord } from './loose-json.js'

/** A request could not be carried out, for a reason the person should hear. Thrown by `Toolbox`, told by the script. */
export class Obstacle extends Error {
  override name = 'Obstacle'

  constructor(
    readonly kind: 'missing' | 'failed' | 'denied',
    readonly tool: string,
    /** The server's words, or the person's reason for a no. */
    readonly reason: string | undefined,
  ) {
    super(`${tool} ${kind}${reason === undefined ? '' : `: ${reason}`}`)
  }
}

/** Arguments by the script's own names; see `SPELLINGS` for what servers call them. */
export type Wish = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** What servers call an argument; the first one that a tool's schema knows is used. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  messageId: ['message_id', 'messageId', 'id'],
  threadId: ['thread_id', 'threadId', 'id'],
  draftId: ['draft_id', 'draftId', 'id'],
  attachmentId: ['attachment_id', 'attachmentId', 'id'],
  fileName: ['file_name', 'filename'],
  query: ['query', 'q', 'search'],
  limit: ['max_results', 'maxResults', 'limit', 'page_size', 'pageSize'],
  to: ['to', 'recipients', 'recipient', 'recipient_email'],
  cc: ['cc'],
  subject: ['subject'],
  body: ['body', 'message_body', 'message', 'text', 'content'],
  sendAt: ['send_at'],
  inReplyTo: ['in_reply_to_message_id', 'in_reply_to', 'inReplyTo'],
  others: ['other_contacts', 'otherContacts'],
  name: ['name'],
  addLabels: ['add_label_ids', 'addLabelIds', 'add_labels'],
  removeLabels: ['remove_label_ids', 'removeLabelIds', 'remove_labels'],
}

export class Toolbox {
  readonly #turn: BrainTurn

  constructor(turn: BrainTurn) {
    this.#turn = turn
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /** Calls one tool and answers with its text. @throws {Obstacle} when it is not enabled, fails or is denied. */
  async call(name: string, wish: Wish): Promise<string> {
    const [outcome] = await this.#run([this.#prepared(name, wish)])
    return textFrom(name, outcome)
  }

  /** Calls one tool once for each wish, side by side. The outcomes stand in the order of the wishes. @throws {Obstacle} when it is not enabled. */
  async callEach(name: string, wishes: readonly Wish[]): Promise<ToolOutcome[]> {
    if (wishes.length === 0) return []
    return await this.#run(wishes.map((wish) => this.#prepared(name, wish)))
  }

  /** Like `callEach`, for reading: the texts of the calls that went well. @throws {Obstacle} when none did. */
  async readEach(name: string, wishes: readonly Wish[]): Promise<string[]> {
    const outcomes = await this.callEach(name, wishes)
    const texts = outcomes.filter((outcome) => outcome.status === 'ok').map((outcome) => outcome.text)
    if (texts.length === 0 && outcomes.length > 0) textFrom(name, outcomes[0])
    return texts
  }

  #prepared(name: string, wish: Wish): ToolCall {
    const tool = this.#find(name)
    if (tool === undefined) throw new Obstacle('missing', name, undefined)
    return { name: tool.name, input: fitted(tool, wish) }
  }

  async #run(calls: readonly ToolCall[]): Promise<ToolOutcome[]> {
    this.#turn.signal.throwIfAborted()
    return await this.#turn.callTools(calls)
  }

  #find(name: string): BrainTool | undefined {
    return this.#turn.tools.find((tool) => tool.name === name)
  }
}

function textFrom(name: string, outcome: ToolOutcome | undefined): string {
  switch (outcome?.status) {
    case 'ok':
      return outcome.text
    case 'denied':
      throw new Obstacle('denied', name, outcome.message)
    default:
      throw new Obstacle('failed', name, outcome?.text)
  }
}

/** The input that a tool's schema asks for. What the schema has no place for is left out. */
function fitted(tool: BrainTool, wish: Wish): Record<string, unknown> {
  const properties = isRecord(tool.inputSchema.properties) ? tool.inputSchema.properties : {}
  const input: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(wish)) {
    if (value === undefined) continue
    const name = (SPELLINGS[key] ?? [key]).find((spelling) => spelling in properties)
    if (name !== undefined && !(name in input)) input[name] = shaped(value, properties[name])
  }
  return input
}

/** A list where the schema wants one, a comma-separated text where it does not. */
function shaped(value: Wish[string], schema: unknown): unknown {
  const types = isRecord(schema) ? JSON.stringify(schema.type ?? schema.anyOf ?? '') : ''
  if (types.includes('array')) return Array.isArray(value) ? value : [value]
  return Array.isArray(value) ? value.join(', ') : value
}
