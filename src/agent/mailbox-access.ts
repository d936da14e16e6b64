/**
 * The two ways to a person's mailbox, one chosen by `SCALEKIT_MCP_MODE`. Virtual: one MCP server address for everybody, and a
 * short-lived token in the person's vault. Instance: an address of the person's own, pre-authenticated and therefore a secret.
 */

import type { IdentifiedPerson, Person } from '../turns/model.js'
import { type MailboxAccess, OperatorProblem } from '../turns/ports.js'
import { SingleFlight } from '../turns/time/single-flight.js'
import type { Claude } from './claude.js'
import { PersonalGrant } from './grants.js'
import type { Mark } from './mark.js'
import { sameAddress } from './tool-comparison.js'
import type { StoredVault, VaultStore } from './vault-store.js'
import { VaultGone, Vaults } from './vaults.js'

/** A token that opens the MCP server as one person. `expiresAt` in epoch milliseconds. */
export interface MailboxToken {
  readonly token: string
  readonly expiresAt: number
}

/**
 * Mints a token for one identifier, good for about that many seconds.
 * @throws NotConnected, Unavailable, OperatorProblem
 */
export type MintToken = (identifier: string, lifetimeSeconds: number) => Promise<MailboxToken>

/**
 * The pre-authenticated address of one identifier. Same for the same identifier until Scalekit renews it.
 * @throws NotConnected, Unavailable, OperatorProblem
 */
export type FindInstanceUrl = (identifier: string) => Promise<string>

const TOKEN_LIFETIME_SECONDS = 2 * 60 * 60

/** A turn may take long, and the token must outlive it: with less than this left, a new one is minted. */
const ENOUGH_LEFT_MS = 30 * 60 * 1000

export class VirtualMailboxAccess implements MailboxAccess {
  readonly #vaults: Vaults
  readonly #underway = new SingleFlight<PersonalGrant>()

  constructor(
    private readonly claude: Claude,
    mark: Mark,
    private readonly mcpServerUrl: string,
    private readonly mint: MintToken,
    private readonly store: VaultStore,
    private readonly now: () => number,
  ) {
    this.#vaults = new Vaults(claude, mark)
  }

  /** The token may have been withdrawn, or its credential archived, long before it expires. */
  async invalidate(person: IdentifiedPerson): Promise<void> {
    const stored = await this.store.read(person.id)
    if (stored !== null) await this.store.write({ ...stored, expiresAt: null })
  }

  /** The vault itself stays, empty: the sessions that are attached to it go on when their person connects again. */
  async revoke(person: Person, forgets: boolean): Promise<void> {
    // One that is under way could put a token into the vault behind our back.
    await this.#underway.settled(person.id)
    const stored = await this.store.read(person.id)
    const known = stored?.anthropicUrl === this.claude.url ? [stored.vaultId] : []
    const { identifier } = person
    const made = identifier === null ? [] : await this.#vaults.find({ ...person, identifier })
    for (const vaultId of new Set([...known, ...made])) await this.#vaults.empty(vaultId)
    if (stored === null) return
    if (forgets) await this.store.remove(person.id)
    else await this.store.write({ ...stored, credentialId: null, expiresAt: null })
  }

  /** Turns of one person that start together share one token: the second would overwrite the first, or find its vault missing. */
  grant(person: IdentifiedPerson): Promise<PersonalGrant> {
    return this.#underway.run(person.id, () => this.#grant(person))
  }

  async #grant(person: IdentifiedPerson): Promise<PersonalGrant> {
    if (this.mcpServerUrl === '') {
      throw new OperatorProblem(
        'setup',
        'the MCP configuration has no server address; set SCALEKIT_MCP_MODE=instance, or run `npm run setup` again',
      )
    }
    const stored = await this.#stored(person.id)
    if (stored?.credentialId != null && (stored.expiresAt ?? 0) - this.now() >= ENOUGH_LEFT_MS) {
      return this.#grantOf(person, stored.vaultId)
    }
    const minted = await this.mint(person.identifier, TOKEN_LIFETIME_SECONDS)
    try {
      return await this.#put(person, stored, minted)
    } catch (error) {
      if (!(error instanceof VaultGone)) throw error
      await this.store.remove(person.id)
      return await this.#put(person, null, minted)
    }
  }

  async #put(person: IdentifiedPerson, stored: StoredVault | null, minted: MailboxToken): Promise<PersonalGrant> {
    const vaultId = stored?.vaultId ?? (await this.#vaults.findOrCreate(person))
    const credentialId = await this.#vaults.putToken(
      vaultId,
      this.mcpServerUrl,
      minted.token,
      stored?.credentialId ?? null,
    )
    await this.store.write({
      personId: person.id,
      anthropicUrl: this.claude.url,
      vaultId,
      mcpServerUrl: this.mcpServerUrl,
      credentialId,
      expiresAt: minted.expiresAt,
    })
    return this.#grantOf(person, vaultId)
  }

  /** What is stored, as far as it applies: ids of another API mean nothing here, another server needs another credential. */
  async #stored(personId: string): Promise<StoredVault | null> {
    const stored = await this.store.read(personId)
    if (stored === null || stored.anthropicUrl !== this.claude.url) return null
    if (sameAddress(stored.mcpServerUrl) === sameAddress(this.mcpServerUrl)) return stored
    return { ...stored, credentialId: null, expiresAt: null }
  }

  #grantOf(person: IdentifiedPerson, vaultId: string): PersonalGrant {
    return new PersonalGrant(person, { mode: 'virtual', url: this.mcpServerUrl, vaultIds: [vaultId] })
  }

  /**
   * Forgets a person's vault if it turns out to be gone, so that the next grant makes another.
   * @returns whether it was
   * @throws Unavailable, OperatorProblem
   */
  async forgetIfGone(personId: string): Promise<boolean> {
    const stored = await this.store.read(personId)
    if (stored === null || (await this.#vaults.isUsable(stored.vaultId))) return false
    await this.store.remove(personId)
    return true
  }
}

export class InstanceMailboxAccess implements MailboxAccess {
  constructor(private readonly findUrl: FindInstanceUrl) {}

  /** Nothing is kept, so there is nothing to invalidate. */
  async invalidate(): Promise<void> {}

  /** Only sessions hold the address (see `Agent.withdrawMailbox`). */
  async revoke(): Promise<void> {}

  /** Asks Scalekit every time: the address is a secret that is stored nowhere, and Scalekit may have renewed it. */
  async grant(person: IdentifiedPerson): Promise<PersonalGrant> {
    return new PersonalGrant(person, { mode: 'instance', url: await this.findUrl(person.identifier), vaultIds: [] })
  }
}
