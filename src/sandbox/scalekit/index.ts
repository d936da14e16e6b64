/**
 * A local Scalekit: the wire protocol of AgentKit on one loopback port, for the unchanged SDK. OAuth client credentials, connected
 * accounts over gRPC, MCP configurations, session tokens and instances over REST, the MCP servers themselves, the consent page, and
 * webhooks.
 */
import { randomBytes } from 'node:crypto'
import { isGmailTool, type Mailbox } from '../mailbox/index.js'
import { savedState, savedText } from '../wire/saved.js'
import type { MailAccount } from './endpoints/consent-page.js'
import { grpcListener } from './endpoints/grpc.js'
import { httpListener } from './endpoints/http-listener.js'
import { instanceUrlOf, restHandlers } from './endpoints/rest.js'
import { type AccountStatus, type ConnectedAccount, ConnectedAccounts } from './resources/accounts.js'
import { AuthorizationLinks } from './resources/authorization-links.js'
import { ClientCredentials } from './resources/client-credentials.js'
import { type McpConfiguration, McpConfigurations, type McpInstance } from './resources/configurations.js'
import { type SessionToken, SessionTokens } from './resources/session-tokens.js'
import { TokenSigner } from './resources/token-signer.js'
import { type WebhookDelivery, type WebhookOptions, WebhookSender } from './resources/webhook.js'
import { listen } from './wire/one-port.js'
import { type Endpoint, type Fault, type RequestEntry, Traffic } from './wire/traffic.js'

export type { AccountStatus, ConnectedAccount } from './resources/accounts.js'
export type { McpConfiguration, McpInstance, ToolMapping } from './resources/configurations.js'
export type { SessionToken } from './resources/session-tokens.js'
export type { StatusUpdatedEvent, WebhookDelivery, WebhookOptions } from './resources/webhook.js'
export type { Endpoint, Fault, RequestEntry } from './wire/traffic.js'

export interface ScalekitOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Who can be chosen on the consent page. */
  readonly world: { readonly mailAccounts: readonly MailAccount[] }
  /** By address. */
  readonly mailboxes: ReadonlyMap<string, Mailbox>
  readonly clientId?: string
  readonly clientSecret?: string
  /** Names of the connections that the operator has set up; `gmail` by default. */
  readonly connections?: readonly string[]
  /** What the consent page calls the app. */
  readonly appName?: string
  /** Milliseconds; a day by default. */
  readonly linkTtlMs?: number
  /** Milliseconds; a day by default. */
  readonly tokenTtlMs?: number
  /** Milliseconds since 1970. */
  readonly now?: () => number
  readonly webhook?: WebhookOptions
  /** Hears of every answered request, for a page that shows the wire. */
  readonly onRequest?: (entry: RequestEntry) => void
}

/** A running Scalekit, and what a test or a demo does behind its back. */
export interface ScalekitSandbox {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  readonly mailboxes: ReadonlyMap<string, Mailbox>
  close(): Promise<void>
  /** What it holds, as JSON. Not: requests, faults, webhooks, and the app's own tokens, of which it gets others. */
  save(): string
  /** Before anybody has asked for anything. @param saved in which its address stands instead of that of the saved one */
  restore(saved: string): void

  /** Connects a person to a mail account, as if they had consented. */
  connect(identifier: string, address: string, connectionName?: string): ConnectedAccount
  /** The provider does not accept the credentials any more. */
  expire(identifier: string, connectionName?: string): ConnectedAccount
  /** The person took their consent back. */
  revoke(identifier: string, connectionName?: string): ConnectedAccount
  setStatus(identifier: string, status: AccountStatus, connectionName?: string): ConnectedAccount
  /** Presses a button of a consent page, over HTTP as a browser would; redirects are not followed. */
  press(link: string, button: 'allow' | 'cancel', address?: string): Promise<Response>
  /** Ends all client tokens, as when the secret was rotated: the next call of each client gets 401. */
  revokeClientTokens(): void
  /** Gives a person's instance another URL, and says which. */
  renewInstanceUrl(instanceId: string): string

  accounts(): readonly ConnectedAccount[]
  account(identifier: string, connectionName?: string): ConnectedAccount | undefined
  configs(): readonly McpConfiguration[]
  instances(): readonly McpInstance[]
  /** Session tokens, oldest first. */
  issuedTokens(): readonly SessionToken[]
  /** The app's own access tokens, oldest first. */
  issuedClientTokens(): readonly string[]
  /** Answered requests, oldest first. */
  requests(endpoint?: Endpoint): readonly RequestEntry[]
  webhookDeliveries(): readonly WebhookDelivery[]
  /** Resolves when every webhook sent so far was answered or failed. */
  webhooksSettled(): Promise<void>

  /** Gives a fault to the next requests of an endpoint, or to those of them that run this tool. */
  fault(endpoint: Endpoint, fault: Fault, times?: number, tool?: string): void
  clearFaults(): void
}

const DAY = 86_400_000
const DEFAULT_CONNECTION = 'gmail'

/** Starts on 127.0.0.1. Rejects when the port is taken. */
export async function startScalekit(options: ScalekitOptions): Promise<ScalekitSandbox> {
  const now = options.now ?? Date.now
  const clientId = options.clientId ?? `skc_${randomBytes(9).toString('hex')}`
  const clientSecret = options.clientSecret ?? `test_${randomBytes(24).toString('base64url')}`
  const mailboxes = new Map([...options.mailboxes].map(([address, mailbox]) => [address.toLowerCase(), mailbox]))
  const webhook = options.webhook === undefined ? undefined : new WebhookSender(options.webhook)
  const traffic = new Traffic(options.onRequest)

  const accounts = new ConnectedAccounts(options.connections ?? [DEFAULT_CONNECTION], now, (change) =>
    webhook?.send(change),
  )
  const links = new AuthorizationLinks(accounts, options.linkTtlMs ?? DAY, now)
  const configurations = new McpConfigurations(accounts, isGmailTool)

  const server = await listen(options.port ?? 0)
  const baseUrl = `http://127.0.0.1:${server.port}`
  const signer = new TokenSigner(baseUrl)
  const lifetime = Math.floor((options.tokenTtlMs ?? DAY) / 1000)
  const credentials = new ClientCredentials({ clientId, clientSecret, lifetime, now }, signer)
  const sessionTokens = new SessionTokens(accounts, signer, now)
  const parts = {
    baseUrl,
    accounts,
    links,
    configurations,
    sessionTokens,
    credentials,
    traffic,
    signer,
    mailboxes,
    now,
  }
  const consent = { links, appName: options.appName ?? 'inbox-agent', mailAccounts: options.world.mailAccounts }
  server.serve({
    http1: httpListener({ ...parts, rest: restHandlers(parts), mcp: parts, consent }),
    http2: grpcListener(parts),
  })

  const known = (identifier: string, connector = DEFAULT_CONNECTION) => accounts.get({ connector, identifier })
  const setStatus = (identifier: string, status: AccountStatus, connector?: string) =>
    accounts.update(known(identifier, connector), { status })

  const state = () => ({
    accounts: accounts.save(),
    links: links.save(),
    configurations: configurations.save(),
    sessionTokens: sessionTokens.save(),
  })

  return {
    url: baseUrl,
    clientId,
    clientSecret,
    mailboxes,
    async close() {
      await server.close()
      await webhook?.close()
    },
    save: () => savedText(state()),
    restore: (saved) => {
      const held = savedState(saved) as ReturnType<typeof state>
      accounts.restore(held.accounts)
      links.restore(held.links)
      configurations.restore(held.configurations)
      sessionTokens.restore(held.sessionTokens)
    },
    connect: (identifier, address, connector = DEFAULT_CONNECTION) =>
      accounts.activate(accounts.ensure({ connector, identifier }), address),
    expire: (identifier, connector) => setStatus(identifier, 'EXPIRED', connector),
    revoke: (identifier, connector) => setStatus(identifier, 'DISCONNECTED', connector),
    setStatus,
    press: (link, button, address) =>
      fetch(link, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ action: button, ...(address === undefined ? {} : { account: address }) }),
      }),
    revokeClientTokens: () => credentials.revokeAll(),
    renewInstanceUrl: (id) => instanceUrlOf(baseUrl, configurations.renewSecret(id)),
    accounts: () => accounts.all(),
    account: (identifier, connector = DEFAULT_CONNECTION) => accounts.find(accounts.connection(connector), identifier),
    configs: () => configurations.all(),
    instances: () => configurations.instances(),
    issuedClientTokens: () => credentials.issued,
    issuedTokens: () => sessionTokens.issued,
    requests: (endpoint) => traffic.requests(endpoint),
    webhookDeliveries: () => webhook?.deliveries ?? [],
    webhooksSettled: async () => await webhook?.settled(),
    fault: (endpoint, fault, times, tool) => traffic.fault(endpoint, fault, times, tool),
    clearFaults: () => traffic.clearFaults(),
  }
}
