/**
 * Connected accounts: for each connection and identifier at most one, with its status and, once somebody consented, the mail
 * account behind it.
 */
import { refill } from '../../wire/saved.js'
import { newId, newSecret } from '../wire/ids.js'
import { ScalekitError } from '../wire/scalekit-error.js'

export type AccountStatus = 'ACTIVE' | 'EXPIRED' | 'PENDING_AUTH' | 'PENDING_VERIFICATION' | 'DISCONNECTED'

/** What an operator sets up in Scalekit's dashboard; its name is what the API calls it by. */
export interface Connection {
  readonly id: string
  readonly name: string
  readonly provider: string
}

export interface OauthTokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly scopes: readonly string[]
}

export interface ConnectedAccount {
  readonly id: string
  readonly connection: Connection
  readonly identifier: string
  readonly status: AccountStatus
  /** The mail account that the person chose; none before consent. */
  readonly mailAddress: string | undefined
  readonly tokens: OauthTokens | undefined
  readonly apiConfig: Record<string, unknown> | undefined
  /** Milliseconds since 1970, as all times here. */
  readonly tokenExpiresAt: number | undefined
  readonly updatedAt: number
  readonly lastUsedAt: number | undefined
}

export interface StatusChange {
  readonly account: ConnectedAccount
  readonly before: AccountStatus
}

/** How a caller names an account: by its id, or by connection and identifier. */
export interface AccountReference {
  readonly id?: string | undefined
  readonly connector?: string | undefined
  readonly identifier?: string | undefined
}

type Changes = Partial<Omit<ConnectedAccount, 'id' | 'connection' | 'identifier' | 'updatedAt'>>

const ACCESS_TOKEN_LIFETIME = 3_600_000
const GMAIL_SCOPES = [
  'https://www.googleapis.com/auth/gmail.modify',
  'https://www.googleapis.com/auth/contacts.readonly',
]
const MAX_IDENTIFIER = 255

export class ConnectedAccounts {
  readonly connections: Connection[]
  readonly #accounts = new Map<string, ConnectedAccount>()
  readonly #now: () => number
  readonly #onStatusChange: (change: StatusChange) => void

  constructor(connectionNames: readonly string[], now: () => number, onStatusChange: (change: StatusChange) => void) {
    this.connections = connectionNames.map((name) => ({ id: newId('conn'), name, provider: 'GMAIL' }))
    this.#now = now
    this.#onStatusChange = onStatusChange
  }

  save() {
    return { connections: this.connections, accounts: this.#accounts }
  }

  restore({ connections, accounts }: ReturnType<ConnectedAccounts['save']>): void {
    this.connections.splice(0, Infinity, ...connections)
    refill(this.#accounts, accounts)
    // One value for each connection, by which accounts are found.
    for (const [id, account] of accounts)
      this.#accounts.set(id, { ...account, connection: this.connection(account.connection.name) })
  }

  all(): ConnectedAccount[] {
    return [...this.#accounts.values()]
  }

  /** @throws {ScalekitError} for a name that no connection has. */
  connection(name: string): Connection {
    const connection = this.connections.find((candidate) => candidate.name === name)
    if (connection === undefined)
      throw new ScalekitError('NOT_FOUND', `connection not found: ${name}`, 'RESOURCE_NOT_FOUND')
    return connection
  }

  byId(id: string): ConnectedAccount | undefined {
    return this.#accounts.get(id)
  }

  find(connection: Connection, identifier: string): ConnectedAccount | undefined {
    return this.all().find((account) => account.connection === connection && account.identifier === identifier)
  }

  /** @throws {ScalekitError} when the reference is incomplete or leads nowhere. */
  get(reference: AccountReference): ConnectedAccount {
    const id = reference.id ?? ''
    const account = id === '' ? this.find(...this.#target(reference)) : this.byId(id)
    if (account === undefined) throw new ScalekitError('NOT_FOUND', 'connected account not found', 'RESOURCE_NOT_FOUND')
    return account
  }

  /** The account of the reference; one that awaits authorization is made where there is none. An id must exist. */
  ensure(reference: AccountReference): ConnectedAccount {
    if ((reference.id ?? '') !== '') return this.get(reference)
    const [connection, identifier] = this.#target(reference)
    return this.find(connection, identifier) ?? this.#insert(connection, identifier)
  }

  /** @throws {ScalekitError} when there is one already. */
  create(reference: AccountReference): ConnectedAccount {
    const [connection, identifier] = this.#target(reference)
    if (this.find(connection, identifier) !== undefined) {
      throw new ScalekitError('ALREADY_EXISTS', 'connected account already exists', 'DUPLICATE_IDENTIFIER')
    }
    return this.#insert(connection, identifier)
  }

  /** Changes what is given. Told to the listener when the status becomes another. */
  update({ id }: { readonly id: string }, changes: Changes): ConnectedAccount {
    const before = this.get({ id })
    const account = { ...before, ...changes, updatedAt: this.#now() }
    this.#accounts.set(id, account)
    if (account.status !== before.status) this.#onStatusChange({ account, before: before.status })
    return account
  }

  /** Consent was given (and verified, where that is asked for): the account works from now on. */
  activate(account: { readonly id: string }, mailAddress: string): ConnectedAccount {
    return this.update(account, {
      status: 'ACTIVE',
      mailAddress,
      tokens: { accessToken: `ya29.${newSecret()}`, refreshToken: `1//${newSecret()}`, scopes: GMAIL_SCOPES },
      tokenExpiresAt: this.#now() + ACCESS_TOKEN_LIFETIME,
    })
  }

  remove({ id }: { readonly id: string }): void {
    this.#accounts.delete(id)
  }

  #insert(connection: Connection, identifier: string): ConnectedAccount {
    const account: ConnectedAccount = {
      id: newId('ca'),
      connection,
      identifier,
      status: 'PENDING_AUTH',
      mailAddress: undefined,
      tokens: undefined,
      apiConfig: undefined,
      tokenExpiresAt: undefined,
      updatedAt: this.#now(),
      lastUsedAt: undefined,
    }
    this.#accounts.set(account.id, account)
    return account
  }

  #target({ connector = '', identifier = '' }: AccountReference): [Connection, string] {
    if (connector === '') throw invalid('connector is required')
    if (identifier === '') throw invalid('identifier is required')
    if (identifier.length > MAX_IDENTIFIER) throw invalid(`identifier must have at most ${MAX_IDENTIFIER} characters`)
    return [this.connection(connector), identifier]
  }
}

function invalid(message: string): ScalekitError {
  return new ScalekitError('INVALID_ARGUMENT', message, 'VALIDATION_ERROR')
}
