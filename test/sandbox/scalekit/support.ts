/** A running Scalekit sandbox with two small mailboxes, and the bare clients that the tests drive it with. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ScalekitClient } from '@scalekit-sdk/node'
import { onTestFinished } from 'vitest'
import { Mailbox, PostOffice } from '../../../src/sandbox/mailbox/index.js'
import { type ScalekitOptions, type ScalekitSandbox, startScalekit } from '../../../src/sandbox/scalekit/index.js'
import { ANNA, BEN, mbox } from '../mailbox/mbox-text.js'

export const ANNA_ID = 'T0NORTHWIND:U0ANNA'
export const BEN_ID = 'T0NORTHWIND:U0BEN'
export const READ_ONLY = ['gmail_fetch_mails', 'gmail_get_message_by_id']

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what the tests examine
  readonly body: any
}

export interface TestScalekit {
  readonly scalekit: ScalekitSandbox
  readonly sdk: ScalekitClient
  /** A REST call under /api/v1 with the client's token, or another. */
  api(method: string, path: string, body?: unknown, token?: string): Promise<Answer>
  /** Makes a configuration and says its id and address. */
  configuration(tools?: readonly string[]): Promise<{ id: string; url: string }>
}

export async function startTestScalekit(options: Partial<ScalekitOptions> = {}): Promise<TestScalekit> {
  const carrier = new PostOffice()
  const anna = await Mailbox.fromMbox(
    mbox(
      {
        subject: 'Floor plan',
        from: `Ben Okafor <${BEN}>`,
        id: '<floor@x>',
        headers: { 'X-Gmail-Labels': 'Inbox,Unread' },
      },
      {
        subject: 'Re: Floor plan',
        from: ANNA,
        to: BEN,
        headers: { 'X-Gmail-Labels': 'Sent', References: '<floor@x>' },
      },
      { subject: 'Receipt', headers: { 'X-Gmail-Labels': 'Inbox,Receipts' } },
    ),
    { address: ANNA, displayName: 'Anna Lindqvist', shiftToNow: true, carrier },
  )
  const ben = await Mailbox.fromMbox(mbox({ subject: 'For Ben only', to: BEN }), { address: BEN, carrier })
  carrier.add(anna)
  carrier.add(ben)
  const scalekit = await startScalekit({
    world: {
      mailAccounts: [
        { address: ANNA, displayName: 'Anna Lindqvist' },
        { address: BEN, displayName: 'Ben Okafor' },
      ],
    },
    mailboxes: new Map([
      [ANNA, anna],
      [BEN, ben],
    ]),
    ...options,
  })
  onTestFinished(() => scalekit.close())
  const sdk = new ScalekitClient(scalekit.url, scalekit.clientId, scalekit.clientSecret)
  const api = async (method: string, path: string, body?: unknown, token?: string): Promise<Answer> => {
    const response = await fetch(`${scalekit.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token ?? (await sdk.getClientAccessToken())}`,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  return {
    scalekit,
    sdk,
    api,
    async configuration(tools = READ_ONLY) {
      const made = await api('POST', '/mcp/configs', {
        name: 'inbox-agent',
        connection_tool_mappings: [{ connection_name: 'gmail', tools }],
      })
      return { id: made.body.config.id, url: made.body.config.mcp_server_url }
    },
  }
}

/** A client of the MCP SDK, connected. */
export async function mcpClient(url: string, token?: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const requestInit = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  onTestFinished(() => client.close())
  return client
}

export interface ToolAnswer {
  readonly isError: boolean
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire is what the tests examine
  readonly json: any
}

export async function callTool(client: Client, name: string, input: Record<string, unknown> = {}): Promise<ToolAnswer> {
  const result = await client.callTool({ name, arguments: input })
  const content = Array.isArray(result.content) ? result.content : []
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  const isError = result.isError === true
  return { isError, text, json: isError ? undefined : JSON.parse(text) }
}
