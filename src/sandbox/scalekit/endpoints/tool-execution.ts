/**
 * A tool that the app runs by itself with a person's connected account, over gRPC (`ToolService.ExecuteTool`) or REST. No MCP
 * configuration limits it: whoever holds the app's own token may run every tool.
 */
import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@bufbuild/protobuf'
import { ZodError, z } from 'zod'
import { gmailToolNamed, MailboxError } from '../../mailbox/index.js'
import { type MailboxParts, mailboxOf } from '../resources/account-mailbox.js'
import { checked } from '../wire/exchange.js'
import { ScalekitError } from '../wire/scalekit-error.js'

/** The fields of `ExecuteToolRequest` that this sandbox knows. */
export interface ToolExecution {
  readonly toolName: string
  readonly connectedAccountId?: string | undefined
  readonly connector?: string | undefined
  readonly identifier?: string | undefined
  readonly params?: unknown
}

export interface ToolExecuted {
  readonly data: JsonObject
  readonly executionId: string
}

const text = z.string().optional()
/** Names as in the protocol buffer or as in its JSON form, as a gateway reads both. */
const body = z.strictObject({
  tool_name: text,
  toolName: text,
  identifier: text,
  connector: text,
  connected_account_id: text,
  connectedAccountId: text,
  params: z.record(z.string(), z.unknown()).optional(),
})

/** @throws {ScalekitError} for a body of another form */
export function toolExecutionOf(json: unknown): ToolExecution {
  const given = checked(body, json)
  return {
    toolName: given.tool_name ?? given.toolName ?? '',
    connectedAccountId: given.connected_account_id ?? given.connectedAccountId,
    connector: given.connector,
    identifier: given.identifier,
    params: given.params,
  }
}

/** The tool that a request names, for the log and for faults, before anything is known about the rest of it. */
export function toolNamedIn(json: unknown): string | undefined {
  const named = z.looseObject({ tool_name: text, toolName: text }).safeParse(json)
  return named.success ? (named.data.tool_name ?? named.data.toolName) : undefined
}

/**
 * @throws {ScalekitError} NOT_FOUND for a tool, a connection or an account that does not exist; FAILED_PRECONDITION for an account
 *   that is not active and for what the tool itself refuses; INVALID_ARGUMENT for params that it does not take
 */
export async function executeTool(parts: MailboxParts, call: ToolExecution): Promise<ToolExecuted> {
  if (call.toolName === '') throw new ScalekitError('INVALID_ARGUMENT', 'tool_name is required', 'VALIDATION_ERROR')
  const tool = gmailToolNamed(call.toolName)
  if (tool === undefined) throw new ScalekitError('NOT_FOUND', `tool ${call.toolName} not found`, 'RESOURCE_NOT_FOUND')
  const account = parts.accounts.get({
    id: call.connectedAccountId,
    connector: call.connector,
    identifier: call.identifier,
  })
  const mailbox = mailboxOf(parts, account.connection.name, account)
  if ('refusal' in mailbox) throw new ScalekitError('FAILED_PRECONDITION', mailbox.refusal, 'ACCOUNT_NOT_ACTIVE')
  try {
    const data: JsonObject = JSON.parse(JSON.stringify(await tool.run(mailbox, call.params ?? {})))
    return { data, executionId: `exec_${randomUUID()}` }
  } catch (error) {
    if (error instanceof ZodError) throw new ScalekitError('INVALID_ARGUMENT', error.message, 'VALIDATION_ERROR')
    if (error instanceof MailboxError) throw new ScalekitError('FAILED_PRECONDITION', error.message, 'TOOL_ERROR')
    throw error
  }
}
