/**
 * Scalekit's tools, run by the host with one person's connected account. What looks goes through the SDK, which repeats by itself on `Unavailable`;
 * what changes something is one POST that nobody repeats, since the SDK cannot be told not to.
 */

import type { ToolInput } from '../gmail/tool-input.js'
import { type MailboxTools, ToolRefused, type WriteOutcome } from '../gmail/tool-runner.js'
import type { ReadToolName, WriteToolName } from '../gmail/tools.js'
import { redact } from '../log.js'
import type { IdentifiedPerson } from '../turns/model.js'
import { NotConnected, OperatorProblem, Unavailable } from '../turns/ports.js'
import { type Scalekit, ScalekitRefusal } from './client.js'

/** How long the answer to a change is waited for, in milliseconds: Scalekit's own limit for tools. */
const WRITE_TIMEOUT_MS = 60_000

export class ScalekitTools implements MailboxTools {
  /** @param connection name of the Gmail connection in Scalekit */
  constructor(
    private readonly scalekit: Scalekit,
    private readonly connection: string,
    private readonly writeTimeoutMs = WRITE_TIMEOUT_MS,
  ) {}

  async read(person: IdentifiedPerson, tool: ReadToolName, input: ToolInput): Promise<unknown> {
    const { identifier } = person
    try {
      const { data } = await this.scalekit.sdk((sdk) =>
        sdk.actions.executeTool({ toolName: tool, toolInput: { ...input }, identifier, connector: this.connection }),
      )
      return unwrapped(data)
    } catch (error) {
      if (!(error instanceof ScalekitRefusal)) throw error
      if (!(await this.#isActive(person))) throw new NotConnected()
      throw new ToolRefused(error.status, `The mailbox refused ${tool} (${error.status})`)
    }
  }

  async write(person: IdentifiedPerson, tool: WriteToolName, input: ToolInput): Promise<WriteOutcome> {
    const body = { tool_name: tool, identifier: person.identifier, connector: this.connection, params: input }
    const result = await this.scalekit.once({ path: '/execute_tool', body }, this.writeTimeoutMs)
    if (result.outcome === 'lost') return result
    if (result.outcome === 'answered') {
      const { body: answer } = result
      return isObject(answer) ? { outcome: 'done', data: unwrapped(answer.data) } : { outcome: 'lost' }
    }
    if (result.code === 'ACCOUNT_NOT_ACTIVE' || !(await this.#isActive(person))) throw new NotConnected()
    return { outcome: 'refused', why: sayable(result.message) || `it answered ${result.status}` }
  }

  /**
   * Asked after a refusal, whose words do not tell for certain. Where this cannot be learnt either, the refusal stands.
   * The list, unlike a single account, comes without the provider's tokens.
   */
  async #isActive({ identifier }: IdentifiedPerson): Promise<boolean> {
    try {
      const { connectedAccounts } = await this.scalekit.sdk((sdk) =>
        sdk.actions.listConnectedAccounts({ connectionName: this.connection, identifier }),
      )
      return connectedAccounts.some((account) => account.identifier === identifier && account.status === ACTIVE)
    } catch (error) {
      if (error instanceof Unavailable || error instanceof OperatorProblem || error instanceof ScalekitRefusal)
        return true
      throw error
    }
  }
}

/** `ConnectorStatus.ACTIVE`. */
const ACTIVE = 1

/** What only Gmail's own resources have: from there on, `data` is a field of theirs. */
const RESOURCE_FIELDS = [
  'id',
  'emailAddress',
  'messages',
  'message',
  'drafts',
  'threads',
  'payload',
  'raw',
  'attachmentId',
]

/** The provider's answer: Scalekit puts it into `data`, some deployments once more. */
function unwrapped(answer: unknown): unknown {
  let value = answer
  for (let depth = 0; depth < 3; depth += 1) {
    if (!isObject(value) || RESOURCE_FIELDS.some((field) => Object.hasOwn(Object(value), field))) return value
    if (typeof value.data !== 'object' || value.data === null) return value
    value = value.data
  }
  return value
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The service's own sentence, without what it may quote of a mail: it is stored and shown. */
function sayable(message: string): string {
  return redact(message)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`|<[^>]*>/g, '…')
    .replace(/\S*@\S*/g, '…')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
