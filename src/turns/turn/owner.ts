/** Who asked, and whose mailbox that is: for one turn, looked up no more often than it needs. */

import { settleIdentifier } from '../identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../model.js'
import {
  type MailboxAccess,
  type MailboxAddresses,
  type MailboxGrant,
  NotConnected,
  type ProfileProblem,
  type Surface,
} from '../ports.js'
import type { TurnStore } from '../turn-store.js'

export interface OwnerDeps {
  readonly store: Pick<TurnStore, 'people'>
  readonly surface: Pick<Surface, 'profile'>
  readonly access: Pick<MailboxAccess, 'grant'>
  readonly mailboxes: MailboxAddresses
  /** The Scalekit identifier of a person who has none yet. */
  readonly identifierOf: (person: Person, profile: Profile) => string
  /** Somebody turned out to have left the workspace: their access ends, too. */
  readonly onDeactivated: (person: Person) => Promise<void>
}

export class TurnOwner {
  #profile: Profile | null = null
  #identified: IdentifiedPerson | null
  #mailboxAddress: string | null = null

  constructor(
    private readonly deps: OwnerDeps,
    private readonly person: Person,
  ) {
    this.#identified = person.identifier === null ? null : { ...person, identifier: person.identifier }
  }

  /** Null until their identifier is settled. */
  get identified(): IdentifiedPerson | null {
    return this.#identified
  }

  /** Null until it was looked up. */
  get name(): string | null {
    return this.#profile?.name ?? null
  }

  /** IANA name. */
  get timeZone(): string {
    return this.#profile?.timeZone ?? 'UTC'
  }

  /** Null as long as it is not known. */
  get mailboxAddress(): string | null {
    return this.#mailboxAddress
  }

  /**
   * Whether anything may be done for them, as the directory says now.
   * @throws Unavailable
   */
  async lookUp(): Promise<Profile | ProfileProblem> {
    const profile = await this.deps.surface.profile(this.person)
    if (!('problem' in profile)) this.#profile = profile
    else if (profile.problem === 'deactivated') await this.deps.onDeactivated(this.person)
    return profile
  }

  /**
   * What is known of them, for what is under way already: of somebody who left meanwhile, that is little.
   * @throws Unavailable
   */
  async recall(): Promise<{ readonly profile: Profile; readonly isDeactivated: boolean }> {
    if (this.#profile !== null) return { profile: this.#profile, isDeactivated: false }
    const found = await this.lookUp()
    if (!('problem' in found)) return { profile: found, isDeactivated: false }
    this.#profile = { name: this.person.user, timeZone: 'UTC', email: null }
    return { profile: this.#profile, isDeactivated: found.problem === 'deactivated' }
  }

  /** Null: their identifier belongs to somebody else. */
  async identify(profile: Profile): Promise<IdentifiedPerson | null> {
    const { store, identifierOf } = this.deps
    const settled = await settleIdentifier(store.people, this.person, () => identifierOf(this.person, profile))
    this.#identified = settled ?? this.#identified
    return settled
  }

  /**
   * Null: their connection turned out not to be active after all.
   * @throws Unavailable, OperatorProblem
   */
  async grant(person: IdentifiedPerson): Promise<MailboxGrant | null> {
    try {
      return await this.deps.access.grant(person)
    } catch (error) {
      if (error instanceof NotConnected) return null
      throw error
    }
  }

  /** Meanwhile: it is only said at the end, and no answer waits for it. */
  learnMailboxAddress(): void {
    if (this.#identified === null) return
    void this.deps.mailboxes.address(this.#identified).then((address) => {
      this.#mailboxAddress = address
    })
  }
}
