/** A tool of the mailbox's MCP server: its name and input as Scalekit publishes them, and what it does. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { Mailbox } from '../store/mailbox.js'
import { MailboxError } from '../store/mailbox-error.js'

/** What a tool can do to the mailbox; nothing in the protocol says it, the name does. */
export type ToolKind = 'reads' | 'changes' | 'leaves the mailbox' | 'never offered'

/** The mailbox of a call, or why there is none now (an account that is no longer connected), in words for the caller. */
export type MailboxOfCall = () => Mailbox | { readonly refusal: string }

export interface GmailTool {
  readonly name: string
  readonly kind: ToolKind
  register(server: McpServer, mailbox: MailboxOfCall): void
  /** Runs it outside of MCP. @throws MailboxError, ZodError where the input does not fit */
  run(mailbox: Mailbox, input: unknown): Promise<unknown>
}

/** Every tool takes these, and no tool needs them. */
const VERSIONS = {
  schema_version: z.string().optional().describe('Schema version to use for tool execution.'),
  tool_version: z.string().optional().describe('Tool version to use for execution.'),
}

/**
 * Puts a tool together. What `run` returns becomes JSON text; a `MailboxError` becomes an `isError` result with its message.
 * `openInput` lets arguments through that the shape does not name.
 */
export function gmailTool<Shape extends z.ZodRawShape>(
  name: string,
  kind: ToolKind,
  description: string,
  shape: Shape,
  run: (mailbox: Mailbox, input: z.infer<z.ZodObject<Shape>>) => unknown,
  openInput = false,
): GmailTool {
  const own = z.object(shape)
  const inputSchema: z.ZodType = openInput ? z.looseObject(shape) : z.strictObject({ ...shape, ...VERSIONS })
  return {
    name,
    kind,
    run: async (mailbox, input) => await run(mailbox, own.parse(inputSchema.parse(input))),
    register(server, mailboxOfCall) {
      const annotations = { readOnlyHint: kind === 'reads', destructiveHint: kind === 'never offered' }
      server.registerTool(name, { description, inputSchema, annotations }, async (input): Promise<CallToolResult> => {
        const mailbox = mailboxOfCall()
        if ('refusal' in mailbox) return failure(mailbox.refusal)
        try {
          return {
            content: [{ type: 'text', text: JSON.stringify(await run(mailbox, own.parse(input))) }],
          }
        } catch (error) {
          if (error instanceof MailboxError) return failure(error.message)
          throw error
        }
      })
    },
  }
}

function failure(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] }
}
