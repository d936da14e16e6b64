/** Whether a person's Gmail is connected at Scalekit, and the link under which they connect it. */

import { z } from 'zod'
import type { IdentifiedPerson } from '../turns/model.js'
import {
  type ConnectionState,
  type Connections,
  type ConnectLink,
  OperatorProblem,
  Unavailable,
} from '../turns/ports.js'
import { asSetupProblem, type Scalekit, ScalekitRefusal } from './client.js'
import { accountRemover } from './disconnection.js'

const accounts = z.object({
  connected_accounts: z
    .array(
      z.object({
        connection_name: z.string(),
        connected_account_status: z.string().nullish(),
        authentication_link: z.string().nullish(),
      }),
    )
    .nullish(),
})

type Account = NonNullable<z.infer<typeof accounts>['connected_accounts']>[number]

/** How long a link is given out that does not say when it expires, in milliseconds. */
const UNTOLD_LIFETIME_MS = 5 * 60_000

export interface MailboxConnection {
  /** Scalekit's id of the MCP configuration. */
  readonly configId: string
  /** Name of the Gmail connection in Scalekit. */
  readonly connection: string
}

/** For installations with a page of their own, where whoever gave their consent has to show who they are. */
export interface LinkVerification {
  /** The page to which Scalekit sends the browser after consent. */
  readonly url: string
  /** A secret that leads back to this person, for one link. */
  issueState(person: IdentifiedPerson): Promise<string>
}

export class ScalekitConnections implements Connections {
  /** @param verification null: consent alone connects, and Scalekit must be set to verify its own users */
  constructor(
    private readonly scalekit: Scalekit,
    private readonly mailbox: MailboxConnection,
    private readonly verification: LinkVerification | null = null,
  ) {}

  state(person: IdentifiedPerson): Promise<ConnectionState> {
    return connectionState(this.scalekit, this.mailbox, person.identifier)
  }

  async disconnect(person: IdentifiedPerson): Promise<boolean> {
    // An account that nobody has consented to was made for a link, and is no connection. Where that cannot be learnt, taking it away matters more.
    const [before] = await Promise.allSettled([this.state(person)])
    const existed = await accountRemover(this.scalekit, this.mailbox.connection)(person.identifier)
    return existed && !(before.status === 'fulfilled' && before.value === 'missing')
  }

  async link(person: IdentifiedPerson): Promise<ConnectLink> {
    const { identifier } = person
    try {
      // Makes the account where there is none yet: a link is for an account, and the next call wants one.
      const account = await fetchAccount(this.scalekit, this.mailbox, { identifier, include_auth_link: true })
      const spare = account?.authentication_link ?? ''
      return await this.#datedLink(person).catch((error: unknown) => {
        // The spare one leads past the page that verifies.
        if (!isAddress(spare) || this.verification !== null) throw error
        return { url: spare, expiresAt: Date.now() + UNTOLD_LIFETIME_MS }
      })
    } catch (error) {
      throw asSetupProblem(error)
    }
  }

  /** By the SDK, whose links say when they expire; the ones that come with the account by REST do not. */
  async #datedLink(person: IdentifiedPerson): Promise<ConnectLink> {
    const { identifier } = person
    const verified =
      this.verification === null
        ? {}
        : { state: await this.verification.issueState(person), userVerifyUrl: this.verification.url }
    const { link, expiry } = await this.scalekit.sdk((sdk) =>
      sdk.actions.getAuthorizationLink({ connectionName: this.mailbox.connection, identifier, ...verified }),
    )
    if (!isAddress(link)) throw new Unavailable('scalekit', 'Scalekit answered without a usable authorization link')
    return {
      url: link,
      expiresAt: expiry === undefined ? Date.now() + UNTOLD_LIFETIME_MS : Number(expiry.seconds) * 1000,
    }
  }
}

/**
 * Tells Scalekit who gave the consent.
 * @returns false where it refuses: the consent is too old, or was given for somebody else
 * @throws Unavailable, OperatorProblem
 */
export async function verifyConsent(
  scalekit: Scalekit,
  authRequestId: string,
  { identifier }: IdentifiedPerson,
): Promise<boolean> {
  try {
    await scalekit.sdk((sdk) => sdk.actions.verifyConnectedAccountUser({ authRequestId, identifier }))
    return true
  } catch (error) {
    if (error instanceof ScalekitRefusal) return false
    // "Permission denied" is about this consent, and looks like refused credentials: those would have failed long before.
    if (error instanceof OperatorProblem && error.kind === 'credentials') return false
    throw error
  }
}

/** @throws Unavailable, OperatorProblem */
export async function connectionState(
  scalekit: Scalekit,
  mailbox: MailboxConnection,
  identifier: string,
): Promise<ConnectionState> {
  try {
    return stateOf((await fetchAccount(scalekit, mailbox, { identifier }))?.connected_account_status ?? null)
  } catch (error) {
    throw asSetupProblem(error)
  }
}

/**
 * By REST and not by the SDK's `getConnectedAccount`, which answers with Google's access and refresh tokens inside.
 * Null where no account exists yet.
 */
async function fetchAccount(
  scalekit: Scalekit,
  { configId, connection }: MailboxConnection,
  body: { readonly identifier: string; readonly include_auth_link?: boolean },
): Promise<Account | null> {
  const path = `/mcp/configs/${encodeURIComponent(configId)}/connected_accounts`
  const { connected_accounts } = await scalekit.rest({ method: 'POST', path, body, answer: accounts })
  if (!connected_accounts?.length) return null
  const account = connected_accounts.find(({ connection_name }) => connection_name === connection)
  if (account === undefined) {
    throw new OperatorProblem(
      'setup',
      `the MCP configuration has no connection ${connection}; set SCALEKIT_CONNECTION to its name and run \`npm run setup\``,
    )
  }
  return account
}

function isAddress(text: string): boolean {
  return /^https?:\/\//.test(text)
}

/** Everything that is neither usable nor expired (`PENDING_AUTH`, `PENDING_VERIFICATION`, `DISCONNECTED`, '') needs a first consent. */
function stateOf(status: string | null): ConnectionState {
  if (status === 'ACTIVE') return 'connected'
  return status === 'EXPIRED' ? 'expired' : 'missing'
}
