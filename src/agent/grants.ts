/**
 * How a session gets at one person's mailbox, in the two forms that exist. A grant is made for exactly one person, cannot be
 * copied or forged from plain values, and shows its secret to nobody who prints it.
 */

import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { IdentifiedPerson } from '../turns/model.js'
// biome-ignore lint/correctness/noUnusedImports: it is used, as the name of a member
import type { granted, MailboxGrant } from '../turns/ports.js'

const MARK_LENGTH = 16

/** What a session made with a grant is attached to. */
export type Attachment =
  | { readonly mode: 'virtual'; readonly url: string; readonly vaultIds: readonly string[] }
  | { readonly mode: 'instance'; readonly url: string; readonly vaultIds: readonly [] }

export class PersonalGrant implements MailboxGrant {
  declare readonly [granted]: true
  readonly personId: string
  /** Tells the mailbox of one Scalekit identifier from that of another, and nothing else. */
  readonly mailboxMark: string
  readonly #attachment: Attachment

  /** Only the two ways to a mailbox make grants, each after asking Scalekit for this person. */
  constructor({ id, identifier }: IdentifiedPerson, attachment: Attachment) {
    this.personId = id
    this.mailboxMark = createHash('sha256').update(identifier).digest('hex').slice(0, MARK_LENGTH)
    this.#attachment = attachment
  }

  /**
   * The attachment, for a session of this person and of nobody else.
   * @throws MailboxMismatch
   */
  attachmentFor(personId: string | undefined): Attachment {
    if (personId !== this.personId) throw new MailboxMismatch()
    return this.#attachment
  }

  toJSON(): object {
    return { personId: this.personId, mailbox: '[secret]' }
  }

  [inspect.custom](): string {
    return `PersonalGrant { personId: '${this.personId}', mailbox: [secret] }`
  }
}

/** A grant that was not made here, or was made for somebody else: a defect of this program, caught before it can act. */
export class MailboxMismatch extends Error {
  constructor() {
    super('a session was to be used with a grant that is not its owner’s')
    this.name = 'MailboxMismatch'
  }
}

/** @throws MailboxMismatch */
export function personalGrant(grant: MailboxGrant): PersonalGrant {
  if (!(grant instanceof PersonalGrant)) throw new MailboxMismatch()
  return grant
}
