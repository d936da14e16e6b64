/** Tokens that let an agent use one MCP server as one person, for a while. */
import { randomUUID } from 'node:crypto'
import { ScalekitError } from '../wire/scalekit-error.js'
import type { ConnectedAccount, ConnectedAccounts } from './accounts.js'
import type { McpConfiguration } from './configurations.js'
import type { TokenSigner } from './token-signer.js'

export interface SessionToken {
  readonly token: string
  readonly identifier: string
  readonly configId: string
  /** Milliseconds since 1970. */
  readonly issuedAt: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

const TOKEN_TYPE = 'mcp_session'
const DEFAULT_EXPIRY = '3600s'
const SHORTEST = 60
const LONGEST = 86_400

export class SessionTokens {
  readonly issued: SessionToken[] = []
  readonly #accounts: ConnectedAccounts
  readonly #signer: TokenSigner
  readonly #now: () => number

  constructor(accounts: ConnectedAccounts, signer: TokenSigner, now: () => number) {
    this.#accounts = accounts
    this.#signer = signer
    this.#now = now
  }

  /** With what each token says: the key that signed them is not saved. */
  save() {
    return this.issued.map((issued) => ({ ...issued, claims: this.#signer.verify(issued.token, 0) }))
  }

  restore(saved: ReturnType<SessionTokens['save']>): void {
    for (const { claims, ...issued } of saved) {
      this.issued.push(issued)
      if (claims !== undefined) this.#signer.accept(issued.token, claims)
    }
  }

  /** @throws {ScalekitError} for a lifetime out of bounds, and when a connection has no active account of this person. */
  issue(configuration: McpConfiguration, serverUrl: string, identifier: string, expiry = DEFAULT_EXPIRY): SessionToken {
    const lifetime = seconds(expiry)
    const accounts = configuration.mappings.map(({ connection_name: name }) => {
      const account = this.#accounts.find(this.#accounts.connection(name), identifier)
      if (account?.status === 'ACTIVE') return account
      throw new ScalekitError(
        'FAILED_PRECONDITION',
        `no active connected account for connection ${name}`,
        'NO_ACTIVE_ACCOUNT',
      )
    })
    const iat = Math.floor(this.#now() / 1000)
    const token = this.#signer.sign({
      sub: identifier,
      aud: serverUrl,
      iat,
      exp: iat + lifetime,
      jti: randomUUID(),
      token_type: TOKEN_TYPE,
      mcp_cfg: configuration.id,
      ca_ids: accounts.map(({ id }) => id),
    })
    const issued = {
      token,
      identifier,
      configId: configuration.id,
      issuedAt: iat * 1000,
      expiresAt: (iat + lifetime) * 1000,
    }
    this.issued.push(issued)
    return issued
  }

  /** Whose token this is for that server, and the accounts it was issued for that still exist; undefined when it does not hold. */
  check(token: string, serverUrl: string): { identifier: string; accounts: ConnectedAccount[] } | undefined {
    const claims = this.#signer.verify(token, this.#now())
    if (claims?.token_type !== TOKEN_TYPE || claims.aud !== serverUrl || !Array.isArray(claims.ca_ids)) return undefined
    const accounts = claims.ca_ids
      .map((id) => this.#accounts.byId(String(id)))
      .filter((account) => account !== undefined)
    return { identifier: claims.sub, accounts }
  }
}

function seconds(expiry: string): number {
  const [, value] = /^(\d+(?:\.\d+)?)s$/.exec(expiry) ?? []
  const lifetime = Math.floor(Number(value ?? Number.NaN))
  if (lifetime >= SHORTEST && lifetime <= LONGEST) return lifetime
  throw new ScalekitError('INVALID_ARGUMENT', 'expiry must be between 60s and 86400s', 'VALIDATION_ERROR')
}
