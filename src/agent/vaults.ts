/**
 * A vault per person at the Managed Agents API, holding the one token with which their sessions reach their mailbox. Sessions
 * read it when they go from idle to running, so replacing the token between turns reaches the sessions that exist.
 */

import type { BetaManagedAgentsCredential } from '@anthropic-ai/sdk/resources/beta/vaults/credentials'
import type { IdentifiedPerson } from '../turns/model.js'
import { type Claude, statusOf } from './claude.js'
import { APP, fingerprint } from './definition.js'
import { sortClaudeError } from './errors.js'
import { isMarked, type Mark } from './mark.js'
import { sameAddress } from './tool-comparison.js'

const BAD_REQUEST = 400
const GONE = 404
const NOT_ALLOWED = 405
const CONFLICT = 409

export class Vaults {
  constructor(
    private readonly claude: Claude,
    private readonly mark: Mark,
  ) {}

  /**
   * The person's vault: the one that an earlier, unanswered creation left behind, or a new one.
   * @throws Unavailable, OperatorProblem
   */
  async findOrCreate(person: IdentifiedPerson): Promise<string> {
    const [found] = await this.find(person)
    if (found !== undefined) return found
    const metadata = { ...this.mark, person: personMark(person) }
    const created = await this.claude.once('vault', (sdk, options) =>
      sdk.beta.vaults.create({ display_name: `${APP} ${person.team} ${person.user}`, metadata }, options),
    )
    return created.id
  }

  /**
   * Every vault that was made for the person, also by a request that was never answered.
   * @throws Unavailable, OperatorProblem
   */
  async find(person: IdentifiedPerson): Promise<string[]> {
    const metadata = { ...this.mark, person: personMark(person) }
    const found: string[] = []
    const vaults = this.claude.list('vault', (sdk, page, options) => sdk.beta.vaults.list(page, options))
    for await (const vault of vaults) {
      if (vault.archived_at == null && isMarked(vault.metadata, metadata)) found.push(vault.id)
    }
    return found
  }

  /**
   * Archives every credential in the vault, which takes the tokens out of it for good. A vault that is gone holds none.
   * @throws Unavailable, OperatorProblem
   */
  async empty(vaultId: string): Promise<void> {
    const credentials = this.claude.list(
      'vault',
      (sdk, page, options) => sdk.beta.vaults.credentials.list(vaultId, page, options),
      { unsorted: [GONE] },
    )
    try {
      for await (const { id, archived_at } of credentials) if (archived_at == null) await this.#archive(vaultId, id)
    } catch (error) {
      if (statusOf(error) !== GONE) throw error
    }
  }

  /**
   * Whether the vault can still be attached to a session.
   * @throws Unavailable, OperatorProblem
   */
  async isUsable(vaultId: string): Promise<boolean> {
    try {
      const vault = await this.claude.repeatable(
        'vault',
        (sdk, options) => sdk.beta.vaults.retrieve(vaultId, {}, options),
        {
          unsorted: [GONE],
        },
      )
      return vault.archived_at == null
    } catch (error) {
      if (statusOf(error) === GONE) return false
      throw error
    }
  }

  /**
   * Puts a token for the MCP server into the vault, in place of the one that is there.
   * @returns the credential's id
   * @throws VaultGone, Unavailable, OperatorProblem
   */
  async putToken(vaultId: string, url: string, token: string, knownCredentialId: string | null): Promise<string> {
    const known = knownCredentialId ?? (await this.#activeCredential(vaultId, url))
    if (known !== null) {
      const outcome = await this.#replace(vaultId, known, url, token)
      if (outcome === 'replaced') return known
      if (outcome === 'immutable') await this.#archive(vaultId, known)
    }
    const created = await this.#create(vaultId, url, token)
    if (created !== null) return created
    // An active credential for this address exists after all: of an answer that was lost, or of a process beside this one.
    const other = await this.#activeCredential(vaultId, url)
    if (other === null) throw new VaultGone()
    const outcome = await this.#replace(vaultId, other, url, token)
    if (outcome === 'replaced') return other
    if (outcome === 'immutable') await this.#archive(vaultId, other)
    const createdAtLast = await this.#create(vaultId, url, token)
    if (createdAtLast === null) throw new VaultGone()
    return createdAtLast
  }

  async #replace(
    vaultId: string,
    credentialId: string,
    url: string,
    token: string,
  ): Promise<'replaced' | 'immutable' | 'gone'> {
    try {
      const credential = await this.claude.repeatable(
        'vault',
        (sdk, options) =>
          sdk.beta.vaults.credentials.update(
            credentialId,
            { vault_id: vaultId, auth: { type: 'static_bearer', token } },
            options,
          ),
        { unsorted: [BAD_REQUEST, GONE, NOT_ALLOWED] },
      )
      return credential.archived_at == null ? 'replaced' : 'gone'
    } catch (error) {
      const status = statusOf(error)
      // Some deployments cannot replace a token at all.
      if (status === NOT_ALLOWED) return 'immutable'
      if (status === GONE) return 'gone'
      // An archived credential takes none; an active one that refuses it has another reason.
      if (status === BAD_REQUEST && (await this.#activeCredential(vaultId, url)) !== credentialId) return 'gone'
      throw sortClaudeError(error, 'vault')
    }
  }

  /** A credential that is gone or archived already is as good: whether there is room for another, its creation tells. */
  async #archive(vaultId: string, credentialId: string): Promise<void> {
    try {
      await this.claude.repeatable(
        'vault',
        (sdk, options) => sdk.beta.vaults.credentials.archive(credentialId, { vault_id: vaultId }, options),
        { unsorted: [BAD_REQUEST, GONE] },
      )
    } catch (error) {
      if (statusOf(error) === undefined) throw error
    }
  }

  /** Null when the vault already holds an active credential for this address. */
  async #create(vaultId: string, url: string, token: string): Promise<string | null> {
    try {
      const credential = await this.claude.once(
        'vault',
        (sdk, options) =>
          sdk.beta.vaults.credentials.create(
            vaultId,
            { display_name: 'Mailbox', auth: { type: 'static_bearer', mcp_server_url: url, token } },
            options,
          ),
        { unsorted: [BAD_REQUEST, GONE, CONFLICT] },
      )
      return credential.id
    } catch (error) {
      const status = statusOf(error)
      if (status === CONFLICT) return null
      if (status === GONE || (status === BAD_REQUEST && !(await this.isUsable(vaultId)))) throw new VaultGone()
      throw sortClaudeError(error, 'vault')
    }
  }

  async #activeCredential(vaultId: string, url: string): Promise<string | null> {
    const credentials = this.claude.list(
      'vault',
      (sdk, page, options) => sdk.beta.vaults.credentials.list(vaultId, page, options),
      { unsorted: [GONE] },
    )
    try {
      for await (const credential of credentials) {
        if (credential.archived_at == null && isFor(credential, url)) return credential.id
      }
    } catch (error) {
      if (statusOf(error) === GONE) throw new VaultGone()
      throw error
    }
    return null
  }
}

/** The vault takes nothing any more: archived or deleted behind our back. The person needs another one. */
export class VaultGone extends Error {
  constructor() {
    super('the vault is gone')
    this.name = 'VaultGone'
  }
}

/** Finds a person's vault again without telling whoever reads the metadata who that is; an identifier may be an email address. */
function personMark(person: IdentifiedPerson): string {
  return fingerprint(person.identifier)
}

function isFor(credential: BetaManagedAgentsCredential, url: string): boolean {
  return credential.auth.type === 'static_bearer' && sameAddress(credential.auth.mcp_server_url) === sameAddress(url)
}
