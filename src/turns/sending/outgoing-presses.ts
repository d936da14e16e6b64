/** What owners do with their mails on the way: edit, undo, cancel, look at what waits. Everything is checked against the owner here. */

import type { IdentifiedPerson } from '../model.js'
import {
  type EditedMail,
  isPast,
  type Mailer,
  type OutgoingMail,
  type OutgoingPresses,
  type Presser,
  type ResolvedMail,
  type ScheduledMail,
  UnsendableMail,
} from '../outgoing-mail.js'
import type { OutgoingMailStore } from '../outgoing-store.js'
import type { Clock } from '../time/clock.js'
import { SingleFlight } from '../time/single-flight.js'
import { type EditRefusal, editRefusal } from './mail-edits.js'
import type { OutgoingContents } from './outgoing-contents.js'

type NotDecidable = 'already' | 'not_yours' | 'unknown'

export interface OutgoingPressesDeps {
  readonly store: {
    readonly outgoing: OutgoingMailStore
    readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
    readonly approvals: {
      canDecide(id: string, team: string, user: string): Promise<{ readonly outcome: NotDecidable } | 'mail' | 'call'>
      approveEdit(
        id: string,
        hash: string,
        team: string,
        user: string,
        atOnce: boolean,
      ): Promise<{ readonly outcome: NotDecidable | 'decided' | 'late' | 'changed' }>
    }
  }
  readonly mailer: Mailer
  readonly contents: OutgoingContents
  /** Something about this mail changed that its owner, or the agent, has to see. */
  readonly onChange: (mail: OutgoingMail) => void
  /** A draft of an earlier edit may be needed no more. */
  readonly onDraftMade: () => void
  readonly clock: Pick<Clock, 'now'>
}

type NotAsking = EditRefusal | 'not_yours'
type Asking = { readonly mail: OutgoingMail; readonly person: IdentifiedPerson; readonly content: ResolvedMail }

export class OutgoingMailPresses implements OutgoingPresses {
  /** Drafts being made, by mail and content. */
  readonly #preparing = new SingleFlight<void>()

  constructor(private readonly deps: OutgoingPressesDeps) {}

  async undo(id: string, by: Presser): Promise<'undone' | 'too_late' | 'not_yours' | 'unknown'> {
    const outcome = await this.#withdraw(id, by, 'undone')
    return outcome === 'done' ? 'undone' : outcome
  }

  async cancel(id: string, by: Presser): Promise<'cancelled' | 'too_late' | 'not_yours' | 'unknown'> {
    const outcome = await this.#withdraw(id, by, 'cancelled')
    return outcome === 'done' ? 'cancelled' : outcome
  }

  async #withdraw(
    id: string,
    by: Presser,
    state: 'undone' | 'cancelled',
  ): Promise<'done' | 'too_late' | 'not_yours' | 'unknown'> {
    const { outgoing } = this.deps.store
    const mail = await outgoing.ownedBy(id, by)
    if (typeof mail === 'string') return mail
    if (mail.state === state) return 'done'
    if (!(await outgoing.finish(id, ['held'], state))) return 'too_late'
    this.deps.onChange(await outgoing.get(id))
    return 'done'
  }

  async openEdit(id: string, by: Presser): ReturnType<OutgoingPresses['openEdit']> {
    const asking = await this.#asking(id, by)
    if (typeof asking === 'string') return asking
    if (!isEditable(asking.content)) return 'not_editable'
    const { sendAt } = asking.mail
    return { mail: asking.content, sendAt: isPast(sendAt, this.deps.clock.now()) ? null : sendAt }
  }

  async prepareEdit(id: string, by: Presser, edited: EditedMail): ReturnType<OutgoingPresses['prepareEdit']> {
    const asking = await this.#asking(id, by)
    if (typeof asking === 'string') return asking
    if (!isEditable(asking.content)) return 'not_editable'
    const result = await this.deps.mailer.edit(asking.person, asking.content, edited)
    if ('problems' in result) return result
    const key = `${id} ${result.mail.hash}`
    await this.#preparing.run(key, () => this.#prepare(asking, result.mail))
    // It may have been decided about while its draft was made.
    return (await this.#refusal(id)) ?? 'ready'
  }

  /** Noted before it is made: a draft whose maker was killed is found by its content. */
  async #prepare({ mail, person }: Asking, wanted: ResolvedMail): Promise<void> {
    const { store, mailer } = this.deps
    const begun = await store.outgoing.beginEdit(mail.id, wanted.hash)
    if (begun === null || begun.draftId !== null) return
    const { triedSince } = begun
    const found = triedSince === null ? null : await mailer.findDraft(person, wanted.hash, triedSince)
    const kept = found ?? (await mailer.saveDraft(person, wanted))
    if (kept.draft === null || kept.hash !== wanted.hash)
      throw new UnsendableMail('the mailbox did not keep the mail as it was left')
    await store.outgoing.settleEdit(mail.id, wanted.hash, kept.draft.id)
    this.deps.onDraftMade()
  }

  async approveEdit(
    id: string,
    by: Presser,
    edited: EditedMail,
    atOnce: boolean,
  ): Promise<'approved' | 'late' | 'changed' | NotAsking> {
    const { store, mailer, contents } = this.deps
    const asking = await this.#asking(id, by)
    if (typeof asking === 'string') return asking
    // Made ready it was from other content than the mail has now.
    if (!isEditable(asking.content)) return 'changed'
    const result = await mailer.edit(asking.person, asking.content, edited)
    if ('problems' in result) return 'changed'
    const { outcome } = await store.approvals.approveEdit(id, result.mail.hash, by.team, by.user, atOnce)
    switch (outcome) {
      case 'decided':
        contents.remember(id, result.mail)
        this.deps.onChange(await store.outgoing.get(id))
        return 'approved'
      case 'late':
        this.deps.onChange(asking.mail)
        return 'late'
      case 'changed':
      case 'not_yours':
        return outcome
      case 'already':
      case 'unknown':
        return (await this.#refusal(id)) ?? outcome
    }
  }

  async #refusal(id: string): Promise<EditRefusal | null> {
    return editRefusal((await this.deps.store.outgoing.get(id)).state)
  }

  async scheduled(by: Presser): Promise<ScheduledMail[]> {
    const { store, contents } = this.deps
    const mails = await store.outgoing.scheduledOf(by)
    return await Promise.all(
      mails.map(async (mail) => {
        const person = await store.people.identified(mail.personId)
        return {
          id: mail.id,
          dueAt: mail.dueAt ?? mail.sendAt ?? 0,
          conversationId: mail.conversationId,
          mail: person === null ? null : await contents.shown(person, mail),
        }
      }),
    )
  }

  /** The mail that this person is asked about, as they saw it last. */
  async #asking(id: string, by: Presser): Promise<Asking | NotAsking> {
    const { store, contents } = this.deps
    const mail = await store.outgoing.ownedBy(id, by)
    if (typeof mail === 'string') return mail
    const refusal = editRefusal(mail.state)
    if (refusal !== null) return refusal
    const answer = await store.approvals.canDecide(id, by.team, by.user)
    if (typeof answer !== 'string') return (await this.#refusal(id)) ?? answer.outcome
    const person = await store.people.identified(mail.personId)
    if (person === null) return 'unknown'
    return { mail, person, content: (await contents.shown(person, mail)) ?? (await contents.read(person, mail)) }
  }
}

/** A window holds addresses, a subject and text: what has more to it can only leave as it is. */
function isEditable(content: ResolvedMail): boolean {
  return !content.leavesAsDraft && content.content.attachments.length === 0
}
