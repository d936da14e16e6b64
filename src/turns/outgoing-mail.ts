/**
 * A mail that is to leave a mailbox: what it says, how far it is, and the interface through which it is read, kept and sent. What its owner
 * approves is this content, never an id: `hash` stands for all of it.
 */

import type { IdentifiedPerson } from './model.js'

export interface MailAddress {
  /** The display name, decoded; empty where there is none. */
  readonly name: string
  /** As written, without angle brackets. */
  readonly address: string
}

export interface MailAttachment {
  readonly name: string
  /** MIME type. */
  readonly type: string
  /** Bytes; null where the mailbox does not tell. */
  readonly size: number | null
}

/** Everything that would leave. Header texts are decoded; nothing of it is ever stored. */
export interface MailContent {
  /** The address it leaves from; null where it is not known. */
  readonly from: MailAddress | null
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly bcc: readonly MailAddress[]
  readonly subject: string
  readonly body: { readonly format: 'text' | 'html'; readonly source: string }
  readonly attachments: readonly MailAttachment[]
  /** Header fields that would leave too and have no place above, e.g. `Reply-To`: name and decoded value. */
  readonly otherFields: readonly (readonly [name: string, value: string])[]
  /** The mail thread it belongs to; null: it begins one. */
  readonly threadId: string | null
  /** Gmail id of the message it answers; null: none. */
  readonly inReplyTo: string | null
}

/** A mail as it is shown and compared. */
export interface ResolvedMail {
  readonly content: MailContent
  /** SHA-256 (hex) of the normalized content: the same for the same mail, however the mailbox folds or quotes it. */
  readonly hash: string
  /** What it is recognized by in the Sent mail, where mailboxes fold lines and may leave out hidden copies. SHA-256 (hex). */
  readonly sentHashes: readonly string[]
  /** The body to be read by a person: text as it is, HTML as text with its links. */
  readonly readable: string
  /** What its owner should know before they trust it, one sentence each. */
  readonly warnings: readonly string[]
  /** The draft that holds it; null where it stands in the tool call alone. */
  readonly draft: { readonly id: string; readonly messageId: string | null } | null
  /** It has parts that only the draft itself can carry (attachments, further header fields): it leaves as that draft. */
  readonly leavesAsDraft: boolean
}

/** What a host-side tool was asked to send. `inReplyTo` keeps a reply at the message that it was resolved with first. */
export type SendRequest =
  | {
      readonly type: 'new'
      readonly to: readonly string[]
      readonly cc: readonly string[]
      readonly bcc: readonly string[]
      readonly subject: string
      readonly body: string
      readonly format: 'text' | 'html'
      readonly threadId: string | null
    }
  | {
      readonly type: 'reply'
      readonly threadId: string
      /** Null: whoever Gmail would take, `Reply-To` included. */
      readonly to: readonly string[] | null
      readonly cc: readonly string[]
      readonly bcc: readonly string[]
      /** Null: that of the thread. */
      readonly subject: string | null
      readonly body: string
      readonly format: 'text' | 'html'
      readonly inReplyTo: string | null
    }
  | { readonly type: 'draft'; readonly draftId: string }

/** What the owner left in the window in which they edit a mail. Addresses as typed, separated by commas. */
export interface EditedMail {
  readonly to: string
  readonly cc: string
  readonly bcc: string
  readonly subject: string
  readonly text: string
}

export type EditedField = keyof EditedMail

export type SendOutcome =
  | { readonly outcome: 'sent'; readonly messageId: string | null }
  | /** The mailbox said no, and nothing left. */ { readonly outcome: 'refused'; readonly why: string }
  | /** Its draft is not what was shown any more, and nothing left. */ { readonly outcome: 'changed' }
  | /** Whether it left is not known: it has to be looked up, and is never sent again. */ { readonly outcome: 'lost' }

/** A mail that cannot be sent as asked; the message is for the agent, in words. */
export class UnsendableMail extends Error {
  /** It may name addresses: no log holds its message. */
  readonly quotesMail = true

  constructor(message: string) {
    super(message)
    this.name = 'UnsendableMail'
  }
}

/** The owner's mailbox, as far as sending is concerned. Every method acts with that person's connected account and no other. */
export interface Mailer {
  /**
   * What would leave for this request, read from the mailbox as it is now.
   * @param purpose a `comparison` with what was shown needs no warnings, for which the mailbox is asked about every recipient
   * @throws UnsendableMail, NotConnected, Unavailable, OperatorProblem
   */
  resolve(person: IdentifiedPerson, request: SendRequest, purpose?: 'card' | 'comparison'): Promise<ResolvedMail>
  /**
   * A mail with what its owner made of it: plain text, in the same thread.
   * @returns the mail, or what is wrong, by field, in words for the person
   * @throws NotConnected, Unavailable, OperatorProblem
   */
  edit(
    person: IdentifiedPerson,
    mail: ResolvedMail,
    edited: EditedMail,
  ): Promise<{ readonly mail: ResolvedMail } | { readonly problems: Readonly<Partial<Record<EditedField, string>>> }>
  /**
   * Keeps a mail as a draft in the owner's own mailbox. Never repeated by itself: after a lost answer ask `findDraft`.
   * @throws UnsendableMail (the mailbox said no), NotConnected, Unavailable (the draft may exist all the same), OperatorProblem
   */
  saveDraft(person: IdentifiedPerson, mail: ResolvedMail): Promise<ResolvedMail>
  /**
   * The draft with this content, newest first, without warnings; null where there is none.
   * @param since epoch milliseconds: what is older was not made here
   * @throws NotConnected, Unavailable, OperatorProblem
   */
  findDraft(person: IdentifiedPerson, hash: string, since: number): Promise<ResolvedMail | null>
  /**
   * Sends it, once, and never again by itself; the draft of a mail that leaves by its content stays.
   * @throws NotConnected, Unavailable, OperatorProblem: before anything was sent
   */
  send(person: IdentifiedPerson, mail: ResolvedMail): Promise<SendOutcome>
  /**
   * Gmail ids of sent messages that one of these hashes stands for; its words may be gone by then.
   * @param since epoch milliseconds: what is older is another one
   * @throws NotConnected, Unavailable, OperatorProblem
   */
  findSent(person: IdentifiedPerson, sentHashes: readonly string[], since: number): Promise<readonly string[]>
  /**
   * Moves a draft that is not needed any more to the trash, if it still holds this content; otherwise it stays (`changed`).
   * @throws Unavailable (it may be in the trash all the same), NotConnected, OperatorProblem
   */
  discardDraft(
    person: IdentifiedPerson,
    draft: { readonly id: string; readonly hash: string },
  ): Promise<'trashed' | 'changed' | 'gone'>
}

/**
 * How far a mail is.
 * `asking`: shown, not decided. `held`: approved, and leaves at `dueAt` (the end of the undo window, or its time). `sending`: it leaves right now, or
 * its answer is being looked up. The rest is final: `sent`; `denied`; `undone` (within the window); `cancelled` (a later one, by its owner);
 * `refused` (the mailbox said no); `unconfirmed` (nobody knows, it is not in the Sent mail); `ended_access` (the connection ended first).
 */
export type OutgoingState =
  | 'asking'
  | 'held'
  | 'sending'
  | 'sent'
  | 'denied'
  | 'undone'
  | 'cancelled'
  | 'refused'
  | 'unconfirmed'
  | 'ended_access'

/** One mail on its way, as the store keeps it: ids, a hash, counts and domains, never a word of it. */
export interface OutgoingMail {
  /** That of its approval. */
  readonly id: string
  readonly conversationId: string
  readonly turnId: string
  /** Event id of the tool call. */
  readonly callId: string
  readonly personId: string
  readonly state: OutgoingState
  /** The host-side tool that asked for it. */
  readonly tool: string
  /** Of what its owner saw last. */
  readonly hash: string
  /** Of the address that it was to leave from; null where that was not known. */
  readonly senderHash: string | null
  /** The draft that holds it, where it was edited, waits for its time, or was one from the beginning. */
  readonly draftId: string | null
  readonly inReplyTo: string | null
  /** It was changed elsewhere after it had been shown, and is asked about again. */
  readonly changed: boolean
  /** Its owner changed it before they approved it. */
  readonly edited: boolean
  /** It had a time, which passed before its owner let it leave at once. */
  readonly late: boolean
  /** When it was asked to leave, in epoch milliseconds; null: at once. */
  readonly sendAt: number | null
  /** Since it is held: when it leaves, in epoch milliseconds. */
  readonly dueAt: number | null
  readonly sendingSince: number | null
  /** What it is recognized by in the Sent mail; empty before it leaves. */
  readonly sentHashes: readonly string[]
  /**
   * Since it left: the draft that it stood in is looked at (`pending`), or differs from what left, and so was not put in the trash (`changed`).
   */
  readonly ownDraft: 'pending' | 'changed' | null
  /** When it left, or came to its end otherwise. */
  readonly endedAt: number | null
  /** Why the mailbox refused it; null otherwise. */
  readonly why: string | null
}

/** Whether the time that its owner read is over: a yes to it is no yes to any other. Both in epoch milliseconds; null: it has none. */
export function isPast(sendAt: number | null, now: number): boolean {
  return sendAt !== null && sendAt <= now
}

/** What a card shows of an outgoing mail. */
export interface OutgoingMailView {
  readonly state: OutgoingState
  /** Null: it cannot be shown just now. One that waits for a decision then has no button that approves it. */
  readonly mail: ResolvedMail | null
  /** What became of it differs from what was shown before: it was changed elsewhere, and is asked about again. */
  readonly changed: boolean
  readonly edited: boolean
  readonly sendAt: number | null
  /** Its time has passed: where it is still asked about, a yes lets it leave at once. */
  readonly isLate: boolean
  readonly dueAt: number | null
  readonly endedAt: number | null
  /** It left, and its draft, which was changed in the mailbox, is still there. */
  readonly isDraftKept: boolean
  readonly why: string | null
  /** The owner's time zone (IANA), for times. */
  readonly timeZone: string
}

/** Who pressed something in Slack. */
export interface Presser {
  readonly team: string
  readonly user: string
}

/** It was decided about; it left, or leaves right now; it is another person's; it is over. */
type NotEditedNow = 'already' | 'too_late' | 'not_yours' | 'unknown'

export interface ScheduledMail {
  /** Value of its Cancel button. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly dueAt: number
  readonly conversationId: string
  /** Null where the mailbox does not tell just now. */
  readonly mail: ResolvedMail | null
}

/** What people can do with mails on their way. Implemented by the outbox; called by the surface. Presses are checked against the owner. */
export interface OutgoingPresses {
  undo(id: string, by: Presser): Promise<'undone' | 'too_late' | 'not_yours' | 'unknown'>
  /** Cancels one that waits for its time. */
  cancel(id: string, by: Presser): Promise<'cancelled' | 'too_late' | 'not_yours' | 'unknown'>
  /**
   * What the card shows, for its owner to edit, and the time it waits for, in epoch milliseconds, where that has not passed. `not_editable`: it has parts that the window cannot hold.
   * @throws Unavailable, NotConnected, OperatorProblem
   */
  openEdit(
    id: string,
    by: Presser,
  ): Promise<{ readonly mail: ResolvedMail; readonly sendAt: number | null } | 'not_editable' | NotEditedNow>
  /**
   * Makes sure that a draft holds what the owner left in the window; may take long. Said again with the same words, it joins what is under way.
   * @throws Unavailable, NotConnected, OperatorProblem, UnsendableMail
   */
  prepareEdit(
    id: string,
    by: Presser,
    edited: EditedMail,
  ): Promise<
    'ready' | { readonly problems: Readonly<Partial<Record<EditedField, string>>> } | 'not_editable' | NotEditedNow
  >
  /**
   * Approves what `prepareEdit` made ready. `late`: its time passed while the window was open. `changed`: another edit was made ready since, or the mail
   * reads differently now.
   * @param atOnce the window said that it leaves at once, and not at its time
   */
  approveEdit(
    id: string,
    by: Presser,
    edited: EditedMail,
    atOnce: boolean,
  ): Promise<'approved' | 'late' | 'changed' | NotEditedNow>
  /** What waits for its time, soonest first. Never rejects for the mailbox's sake. */
  scheduled(by: Presser): Promise<ScheduledMail[]>
}
