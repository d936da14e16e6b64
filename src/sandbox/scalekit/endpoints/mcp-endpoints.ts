/**
 * The MCP servers that Scalekit hosts: a configuration's static address, which wants a session token, and an instance's address,
 * which lets in whoever has it. Behind both is the mailbox of the person's connected account.
 */
import { isGmailTool, serveMailbox } from '../../mailbox/index.js'
import { type MailboxParts, mailboxOf } from '../resources/account-mailbox.js'
import type { ConnectedAccount } from '../resources/accounts.js'
import type { McpConfiguration, McpConfigurations } from '../resources/configurations.js'
import type { SessionTokens } from '../resources/session-tokens.js'
import { bearerOf, type Exchange, sendJson } from '../wire/exchange.js'
import { serverUrlOf } from './rest.js'

export interface McpParts extends MailboxParts {
  readonly baseUrl: string
  readonly configurations: McpConfigurations
  readonly sessionTokens: SessionTokens
}

/** `mcp_server_url` of a configuration. */
export async function answerServer(parts: McpParts, exchange: Exchange, body: unknown): Promise<void> {
  const configuration = parts.configurations.byServerId(exchange.parts[0] ?? '')
  if (configuration === undefined) {
    sendJson(exchange.response, 404, { error: 'not_found', error_description: 'There is no such MCP server.' })
    return
  }
  const token = bearerOf(exchange.request.headers.authorization)
  const serverUrl = serverUrlOf(parts.baseUrl, configuration)
  const session = token === undefined ? undefined : parts.sessionTokens.check(token, serverUrl)
  if (session === undefined) {
    refuse(
      exchange,
      token === undefined ? undefined : 'The session token is invalid, expired or meant for another server.',
    )
    return
  }
  await serve(parts, exchange, body, configuration, (name) =>
    session.accounts.find((account) => account.connection.name === name),
  )
}

/** The pre-authenticated address of an instance. */
export async function answerInstance(parts: McpParts, exchange: Exchange, body: unknown): Promise<void> {
  const instance = parts.configurations.instanceOfSecret(exchange.parts[0] ?? '')
  if (instance === undefined) {
    refuse(exchange, 'This MCP address is not valid any more.')
    return
  }
  const configuration = parts.configurations.get(instance.configId)
  await serve(parts, exchange, body, configuration, (name) =>
    parts.accounts.find(parts.accounts.connection(name), instance.userIdentifier),
  )
}

async function serve(
  parts: McpParts,
  { request, response }: Exchange,
  body: unknown,
  configuration: McpConfiguration,
  accountOf: (connectionName: string) => ConnectedAccount | undefined,
): Promise<void> {
  const mapping = configuration.mappings[0]
  const tools = configuration.mappings.some((each) => each.tools.length === 0)
    ? 'all'
    : configuration.mappings.flatMap((each) => each.tools.filter(isGmailTool))
  await serveMailbox(request, response, {
    body,
    tools: mapping === undefined ? [] : tools,
    // Looked up at the call: the account may have been lost since the client connected.
    mailbox: () => mailboxOf(parts, mapping?.connection_name ?? '', accountOf(mapping?.connection_name ?? '')),
  })
}

function refuse({ response }: Exchange, reason: string | undefined): void {
  const description = reason ?? 'A bearer token is required.'
  const challenge = reason === undefined ? 'Bearer' : `Bearer error="invalid_token", error_description="${reason}"`
  sendJson(
    response,
    401,
    { error: reason === undefined ? 'unauthorized' : 'invalid_token', error_description: description },
    { 'www-authenticate': challenge },
  )
}
