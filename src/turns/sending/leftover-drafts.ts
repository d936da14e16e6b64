/**
 * Puts drafts in the trash that nobody needs any more: those that edits made, and the one that a sent mail stood in. Each is compared first: what its owner
 * changed since is theirs, and stays. What is left to do is in the store; it is tried so many times, and then given up.
 */

import { describeError, type Log } from '../../log.js'
import type { IdentifiedPerson } from '../model.js'
import type { Mailer, OutgoingMail, OutgoingState } from '../outgoing-mail.js'
import type { LeftoverDraft, MailDraftPurpose, MailDraftStore } from '../outgoing-store.js'
import { NotConnected } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { retryPause } from '../time/retry-pause.js'

export interface LeftoverDraftsDeps {
  readonly store: {
    readonly drafts: MailDraftStore
    readonly outgoing: { get(id: string): Promise<OutgoingMail> }
    readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
  }
  readonly mailer: Pick<Mailer, 'findDraft' | 'discardDraft'>
  readonly onChange: (mail: OutgoingMail) => void
  readonly clock: Clock
  readonly log: Log
}

/** A draft whose answer was lost may still be on its way: it is looked for when every request of its time has ended, in milliseconds. */
const ANSWERED_WITHIN_MS = 120_000
/** With the pauses between them, about half an hour. */
const MOST_ATTEMPTS = 12
const RETRIES = { first: 1_000, longest: 30 * 60_000 }

export class LeftoverDrafts {
  /** When one that failed is tried again, in epoch milliseconds. */
  readonly #notBefore = new Map<string, number>()

  constructor(private readonly deps: LeftoverDraftsDeps) {}

  /** Milliseconds until there is something to do for it. */
  wait({ id, draftId, madeAt }: LeftoverDraft, now: number): number {
    const answered = draftId === null ? madeAt + ANSWERED_WITHIN_MS : 0
    return Math.max(answered, this.#notBefore.get(id) ?? 0) - now
  }

  /** Never rejects. */
  async putAway(draft: LeftoverDraft): Promise<void> {
    const { store, log, clock } = this.deps
    const failures = draft.failures + 1
    try {
      await store.drafts.settle(draft, await this.#discard(draft))
      this.#notBefore.delete(draft.id)
      await this.#tell(draft)
    } catch (error) {
      this.#notBefore.set(draft.id, clock.now() + retryPause(failures, undefined, RETRIES))
      // Whoever ended the access to their mailbox keeps what is in it.
      const isLast = error instanceof NotConnected || failures >= MOST_ATTEMPTS
      log.warn({ mail: draft.mailId, failures, isLast, ...describeError(error) }, 'mail draft not trashed')
      await this.#noteFailure(draft, isLast)
    }
  }

  async #discard({ personId, draftId, hash, madeAt }: LeftoverDraft): Promise<'trashed' | 'changed' | 'gone'> {
    const { store, mailer } = this.deps
    const person = await store.people.identified(personId)
    if (person === null) return 'gone'
    const id = draftId ?? (await mailer.findDraft(person, hash, madeAt))?.draft?.id
    return id === undefined ? 'gone' : await mailer.discardDraft(person, { id, hash })
  }

  async #noteFailure(draft: LeftoverDraft, isLast: boolean): Promise<void> {
    try {
      await this.deps.store.drafts.fail(draft, isLast)
      if (isLast) this.#notBefore.delete(draft.id)
      await this.#tell(draft)
    } catch (error) {
      this.deps.log.error({ mail: draft.mailId, ...describeError(error) }, 'mail draft not stored; trying again')
    }
  }

  /** The agent, and the card, wait for the first attempt. */
  async #tell({ mailId, purpose }: LeftoverDraft): Promise<void> {
    if (purpose === 'own') this.deps.onChange(await this.deps.store.outgoing.get(mailId))
  }
}

/** `trash`: nobody needs it. `leave`: it is its owner's, and not seen to any more. */
export type DraftFate = 'needed' | 'trash' | 'leave'

/** What becomes of a draft, as its mail stands. Pure. */
export function draftFate(
  draft: { readonly purpose: MailDraftPurpose; readonly hash: string; readonly draftId: string | null },
  mail: {
    readonly state: OutgoingState
    readonly draftId: string | null
    readonly editHash: string | null
    readonly editDraftId: string | null
  },
): DraftFate {
  const holdsMail = draft.draftId !== null && draft.draftId === mail.draftId
  const holdsEdit = draft.draftId === null ? draft.hash === mail.editHash : draft.draftId === mail.editDraftId
  switch (mail.state) {
    case 'held':
    case 'sending':
      return 'needed'
    case 'asking':
      return draft.purpose === 'own' || holdsMail || holdsEdit ? 'needed' : 'trash'
    case 'sent':
      return 'trash'
    case 'denied':
    case 'ended_access':
      return draft.purpose === 'own' ? 'leave' : 'trash'
    // What its owner approved did not leave: the draft is all that holds their words.
    case 'undone':
    case 'cancelled':
    case 'refused':
    case 'unconfirmed':
      return draft.purpose === 'own' || holdsMail ? 'leave' : 'trash'
  }
}
