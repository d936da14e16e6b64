/**
 * Sends approved mails: holds them for the undo window or until their time, compares them with what was approved, sends them once, and looks them up
 * where the answer was lost. Each step is stored before it is taken, so the next process goes on wherever this one ends.
 */

import { describeError, type Log } from '../../log.js'
import type { IdentifiedPerson } from '../model.js'
import { type Mailer, type OutgoingMail, type ResolvedMail, UnsendableMail } from '../outgoing-mail.js'
import type { MailDraftStore, OutgoingMailStore } from '../outgoing-store.js'
import { type MailboxAddresses, NotConnected, Unavailable } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { Lookout } from '../time/lookout.js'
import { waitFor } from '../time/pause.js'
import { retryPause } from '../time/retry-pause.js'
import { LeftoverDrafts } from './leftover-drafts.js'
import { isAsShown, type OutgoingContents, shownOf } from './outgoing-contents.js'

export interface OutboxDeps {
  readonly store: {
    readonly outgoing: OutgoingMailStore
    readonly drafts: MailDraftStore
    readonly people: { identified(id: string): Promise<IdentifiedPerson | null> }
  }
  readonly mailer: Mailer
  readonly contents: OutgoingContents
  readonly mailboxes: Pick<MailboxAddresses, 'forget'>
  /** Something about this mail changed that its owner, or the agent, has to see. */
  readonly onChange: (mail: OutgoingMail) => void
  /** Tells what became of a mail whose turn is over. @throws Unavailable */
  /** @param isPatient it can wait until it can be said which mail it is about */
  readonly notify: (mail: OutgoingMail, isPatient: boolean) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

/** Timers do not reach further than some weeks, and a clock may be set: the store is looked at this often at least, in milliseconds. */
const LONGEST_WAIT_MS = 60 * 60_000
/** Pauses between looks into the Sent mail after a lost answer: a request that was cut off may arrive late. */
const LOOKS_MS = [0, 2_000, 5_000, 10_000, 20_000]
/** How long a mail waits whose failure could not be noted either. */
const FAILED_STORE_PAUSE_MS = 10_000
/** A notice is tried so often before it does without saying which mail it is about: about a minute. */
const PATIENT_NOTICES = 6
const RETRIES = { first: 1_000, longest: 60_000 }
/** How long a mailbox may be out of reach before an approved mail is given up, in milliseconds: one that was to leave at once, and one for later. */
const GIVE_UP_AFTER_MS = 10 * 60_000
const GIVE_UP_SCHEDULED_AFTER_MS = 24 * 60 * 60_000

const WHY = {
  refused: 'Gmail did not accept it.',
  unreadable: 'The email could not be read any more.',
  unreachable: 'Gmail could not be reached.',
  spent: 'This draft was already sent.',
  off: 'Sending this kind of email was switched off here.',
  setup: 'This app is not set up completely. Tell whoever runs it.',
} as const

export class Outbox {
  readonly #underWay = new Map<string, Promise<void>>()
  /** A draft that stands on two cards leaves once: the second is looked at when the first has left, and finds it gone. */
  readonly #draftsUnderWay = new Set<string>()
  readonly #stop = new AbortController()
  readonly #failures = new Map<string, number>()
  /** When a mail that failed is tried again, in epoch milliseconds. */
  readonly #notBefore = new Map<string, number>()
  readonly #leftovers: LeftoverDrafts
  readonly #lookout: Lookout

  constructor(private readonly deps: OutboxDeps) {
    this.#leftovers = new LeftoverDrafts(deps)
    this.#lookout = new Lookout(deps.clock, () => this.#poll())
  }

  /** Sees to what is due, now and from now on. */
  start(): void {
    this.wake()
  }

  /** Looks into the store at once. */
  wake(): void {
    this.#lookout.wake()
  }

  /** What is being sent is awaited; what is held stays held. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the bot is shutting down'))
    await this.#lookout.stop()
    await Promise.all(this.#underWay.values())
  }

  async #poll(): Promise<number> {
    let next = LONGEST_WAIT_MS
    try {
      const { store, clock } = this.deps
      const now = clock.now()
      const see = (id: string, wait: number, work: () => Promise<void>) => {
        if (this.#underWay.has(id)) return
        if (wait > 0) next = Math.min(next, wait)
        else this.#begin(id, work)
      }
      for (const mail of await store.outgoing.unfinished())
        if (!this.#draftsUnderWay.has(draftOf(mail)))
          see(mail.id, this.#wait(mail, now), () => this.#advanceAlone(mail))
      for (const mail of await store.outgoing.unnotified())
        see(mail.id, (this.#notBefore.get(mail.id) ?? 0) - now, () => this.#notify(mail))
      for (const draft of await store.drafts.leftovers())
        see(draft.id, this.#leftovers.wait(draft, now), () => this.#leftovers.putAway(draft))
    } catch (error) {
      this.deps.log.error(describeError(error), 'outgoing mails not readable; trying again')
      return RETRIES.first
    }
    return next
  }

  /** Milliseconds until there is something to do for it. */
  #wait(mail: OutgoingMail, now: number): number {
    const due = mail.state === 'sending' || this.#needsDraft(mail) ? 0 : (mail.dueAt ?? 0)
    return Math.max(due, this.#notBefore.get(mail.id) ?? 0) - now
  }

  /** One that waits for its time waits as a draft in its owner's mailbox. */
  #needsDraft({ state, sendAt, draftId }: OutgoingMail): boolean {
    return state === 'held' && sendAt !== null && draftId === null
  }

  #begin(id: string, work: () => Promise<void>): void {
    if (this.#stop.signal.aborted) return
    const underWay = work().finally(() => {
      this.#underWay.delete(id)
      this.wake()
    })
    this.#underWay.set(id, underWay)
  }

  async #advanceAlone(mail: OutgoingMail): Promise<void> {
    const draft = draftOf(mail)
    if (mail.draftId !== null) this.#draftsUnderWay.add(draft)
    await this.#advance(mail)
    this.#draftsUnderWay.delete(draft)
  }

  /** Never rejects. */
  async #advance(mail: OutgoingMail): Promise<void> {
    try {
      const person = await this.deps.store.people.identified(mail.personId)
      if (person === null) await this.#endWithoutMailbox(mail)
      else if (mail.state === 'sending') await this.#lookUp(person, mail, mail.sentHashes)
      else if (this.#needsDraft(mail)) await this.#saveDraft(person, mail)
      else await this.#send(person, mail)
      this.#failures.delete(mail.id)
      this.#notBefore.delete(mail.id)
    } catch (error) {
      if (this.#stop.signal.aborted) return
      await this.#failed(mail, error).catch((failure: unknown) => {
        this.#notBefore.set(mail.id, this.deps.clock.now() + FAILED_STORE_PAUSE_MS)
        this.deps.log.error({ mail: mail.id, ...describeError(failure) }, 'mail failure not stored; trying again')
      })
    }
  }

  /** Whose mailbox it was is not known any more: of one that was leaving, nobody can learn whether it left. */
  async #endWithoutMailbox(mail: OutgoingMail): Promise<void> {
    if (mail.state === 'sending') await this.#end(mail, 'sending', 'unconfirmed')
    else await this.#end(mail, 'held', 'ended_access')
  }

  /** Never rejects. */
  async #notify(mail: OutgoingMail): Promise<void> {
    const { store, log, clock } = this.deps
    try {
      await this.deps.notify(mail, (this.#failures.get(mail.id) ?? 0) < PATIENT_NOTICES)
      await store.outgoing.markNotified(mail.id, mail.state)
      this.#failures.delete(mail.id)
      this.#notBefore.delete(mail.id)
    } catch (error) {
      const failures = (this.#failures.get(mail.id) ?? 0) + 1
      this.#failures.set(mail.id, failures)
      this.#notBefore.set(mail.id, clock.now() + retryPause(failures, undefined, RETRIES))
      log.warn({ mail: mail.id, failures, ...describeError(error) }, 'mail notice not posted yet; trying again')
    }
  }

  /** The exact text that was approved for a later time becomes a draft, once. */
  async #saveDraft(person: IdentifiedPerson, mail: OutgoingMail): Promise<void> {
    const { store, mailer, contents } = this.deps
    const content = await contents.current(person, mail)
    if (!isAsShown(mail, content)) return await this.#askAgain(mail, await contents.read(person, mail))
    const since = await store.outgoing.beginDraft(mail.id)
    const found = since === null ? null : await mailer.findDraft(person, mail.hash, since)
    const kept = found ?? (await mailer.saveDraft(person, content))
    if (kept.draft === null || kept.hash !== mail.hash)
      throw new UnsendableMail('the draft does not hold what was approved')
    await store.outgoing.settleDraft(mail.id, kept.draft.id)
    contents.remember(mail.id, kept)
    this.deps.onChange(await store.outgoing.get(mail.id))
  }

  async #send(person: IdentifiedPerson, mail: OutgoingMail): Promise<void> {
    const { store, mailer, contents, mailboxes } = this.deps
    if (!contents.isOffered(mail)) return await this.#end(mail, 'held', 'refused', WHY.off)
    if (await store.outgoing.isDraftSpent(mail)) return await this.#end(mail, 'held', 'refused', WHY.spent)
    // The account may have been exchanged since the card was shown.
    mailboxes.forget(person)
    const content = await contents.current(person, mail)
    if (!isAsShown(mail, content)) return await this.#askAgain(mail, await contents.read(person, mail))
    const began = this.deps.clock.now()
    if (!(await store.outgoing.begin(mail.id, content.sentHashes)))
      return this.deps.onChange(await store.outgoing.get(mail.id))
    this.deps.onChange({ ...mail, state: 'sending' })
    let outcome: Awaited<ReturnType<Mailer['send']>>
    try {
      outcome = await mailer.send(person, content)
    } catch (error) {
      // Only what failed before the request was made is thrown.
      await this.#revertToHeld(mail)
      throw error
    }
    switch (outcome.outcome) {
      case 'sent':
        return await this.#sent(mail, outcome.messageId)
      case 'refused':
        return await this.#end(mail, 'sending', 'refused', WHY.refused)
      case 'changed':
        await this.#revertToHeld(mail)
        return await this.#askAgain(mail, await contents.read(person, mail))
      case 'lost':
        // An answer may be waited for as long as the clocks may be apart.
        return await this.#lookUp(person, { ...mail, sendingSince: began }, content.sentHashes)
    }
  }

  async #revertToHeld(mail: OutgoingMail): Promise<void> {
    const { outgoing } = this.deps.store
    if (!(await outgoing.revertToHeld(mail.id))) this.deps.onChange(await outgoing.get(mail.id))
  }

  /** Whether it left is asked of the Sent mail. It is never sent again. */
  async #lookUp(person: IdentifiedPerson, mail: OutgoingMail, sentHashes: readonly string[]): Promise<void> {
    const { store, mailer, clock } = this.deps
    const since = mail.sendingSince ?? clock.now()
    for (const pause of LOOKS_MS) {
      await waitFor(clock, pause, this.#stop.signal)
      this.#stop.signal.throwIfAborted()
      for (const found of await mailer.findSent(person, sentHashes, since))
        if (await store.outgoing.claimSent(mail.id, found)) return await this.#wasSent(mail)
    }
    await this.#end(mail, 'sending', 'unconfirmed')
  }

  async #sent(mail: OutgoingMail, messageId: string | null): Promise<void> {
    if (await this.deps.store.outgoing.finish(mail.id, ['sending'], 'sent', { messageId })) await this.#wasSent(mail)
  }

  async #wasSent(mail: OutgoingMail): Promise<void> {
    const { store, log } = this.deps
    log.info({ mail: mail.id, turn: mail.turnId, person: mail.personId }, 'mail sent')
    this.deps.onChange(await store.outgoing.get(mail.id))
  }

  async #askAgain(mail: OutgoingMail, content: ResolvedMail): Promise<void> {
    const { store, contents, log } = this.deps
    contents.remember(mail.id, content)
    if (!(await store.outgoing.askAgain(mail.id, shownOf(content)))) return
    log.info({ mail: mail.id, turn: mail.turnId }, 'mail changed after it was approved; asking again')
    this.deps.onChange(await store.outgoing.get(mail.id))
  }

  async #end(
    mail: OutgoingMail,
    from: 'held' | 'sending',
    state: 'refused' | 'unconfirmed' | 'ended_access',
    why: string | null = null,
  ): Promise<void> {
    const { store, log } = this.deps
    if (!(await store.outgoing.finish(mail.id, [from], state, { why }))) return
    log.warn({ mail: mail.id, turn: mail.turnId, state }, 'mail not sent')
    this.deps.onChange(await store.outgoing.get(mail.id))
  }

  async #failed(mail: OutgoingMail, error: unknown): Promise<void> {
    const { clock, log } = this.deps
    const from = (await this.deps.store.outgoing.get(mail.id)).state
    if (from !== 'held' && from !== 'sending') return
    if (error instanceof NotConnected && from === 'held') return await this.#end(mail, from, 'ended_access')
    if (error instanceof UnsendableMail && from === 'held')
      return await this.#end(mail, from, 'refused', WHY.unreadable)
    const failures = (this.#failures.get(mail.id) ?? 0) + 1
    this.#failures.set(mail.id, failures)
    log.warn({ mail: mail.id, failures, ...describeError(error) }, 'mail not sent yet; trying again')
    const since = from === 'sending' ? (mail.sendingSince ?? mail.dueAt ?? clock.now()) : (mail.dueAt ?? clock.now())
    const giveUpAfter = mail.sendAt === null || from === 'sending' ? GIVE_UP_AFTER_MS : GIVE_UP_SCHEDULED_AFTER_MS
    if (clock.now() - since >= giveUpAfter) {
      if (from === 'sending') return await this.#end(mail, from, 'unconfirmed')
      return await this.#end(mail, from, 'refused', error instanceof Unavailable ? WHY.unreachable : WHY.setup)
    }
    const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
    this.#notBefore.set(mail.id, clock.now() + retryPause(failures, asked, RETRIES))
  }
}

function draftOf({ personId, draftId }: OutgoingMail): string {
  return `${personId} ${draftId}`
}
