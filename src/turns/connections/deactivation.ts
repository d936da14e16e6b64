/** Whoever's account was deactivated loses the access to their mailbox. That is noted once, and carried out from the note. */

import type { Person } from '../model.js'

export interface DeactivationDeps {
  readonly endings: {
    isUnderWay(personId: string): Promise<boolean>
    note(request: { readonly personId: string; readonly reason: 'deactivated' }): Promise<unknown>
  }
  readonly ender: { wake(): void }
}

export class Deactivation {
  constructor(private readonly deps: DeactivationDeps) {}

  /** Slack's directory says that this person's account is deactivated. May be called whenever it says so. */
  async confirmed(person: Person): Promise<void> {
    const { endings, ender } = this.deps
    // Somebody without an identifier never had a mailbox here.
    if (person.identifier === null || (await endings.isUnderWay(person.id))) return
    await endings.note({ personId: person.id, reason: 'deactivated' })
    ender.wake()
  }
}
