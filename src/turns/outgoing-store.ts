/** The persistence of outgoing mails. `store/` implements it; every method is one transaction. */

import type { OutgoingMail, OutgoingState, Presser } from './outgoing-mail.js'

/** What a card shows for the first time: the record of what its owner is asked about. */
export interface Proposal {
  /** Its approval's id is its own. */
  readonly approvalId: string
  readonly personId: string
  readonly conversationId: string
  readonly turnId: string
  readonly callId: string
  /** The host-side tool that asked for it. */
  readonly tool: string
  readonly hash: string
  /** Of the address that it leaves from; null where that is not known. */
  readonly senderHash: string | null
  /** How many addresses it goes to. */
  readonly recipients: number
  /** Their domains, each once, sorted. */
  readonly domains: readonly string[]
  readonly draftId: string | null
  readonly inReplyTo: string | null
  /** Epoch milliseconds; null: at once. */
  readonly sendAt: number | null
}

export interface OutgoingMailStore {
  /** Notes what is asked; what was noted before stays. */
  propose(proposal: Proposal): Promise<OutgoingMail>
  get(id: string): Promise<OutgoingMail>
  find(id: string): Promise<OutgoingMail | null>
  ofTurn(turnId: string): Promise<OutgoingMail[]>
  ownedBy(id: string, by: Presser): Promise<OutgoingMail | 'not_yours' | 'unknown'>
  /** What waits for its time, soonest first. */
  scheduledOf(by: Presser): Promise<OutgoingMail[]>
  /** What is held or leaves right now, of everybody. */
  unfinished(): Promise<OutgoingMail[]>
  /** Mails that changed after their turn had ended, and whose owners have not been told. */
  unnotified(): Promise<OutgoingMail[]>
  markNotified(id: string, state: OutgoingState): Promise<void>
  /** Records what the card shows now. A press on an older card counts for nothing. */
  updateShown(id: string, shown: ShownContent): Promise<void>
  /** An approved mail was changed elsewhere: it is asked about again. False: it is not held any more. */
  askAgain(id: string, shown: ShownContent): Promise<boolean>
  /** Records that a draft is about to be made. Returns when an earlier, unanswered attempt began (epoch milliseconds); null: there was none. */
  beginDraft(id: string): Promise<number | null>
  settleDraft(id: string, draftId: string): Promise<void>
  /** A draft with the owner's changes is about to be made. Null: the mail is not asked about any more. */
  beginEdit(id: string, hash: string): Promise<EditBegun | null>
  /** False: its owner has edited the mail again since, or decided about it, so this draft is not needed. */
  settleEdit(id: string, hash: string, draftId: string): Promise<boolean>
  /** From held to sending. False: it was undone, is not due, or ended because its owner's access is being ended. */
  begin(id: string, sentHashes: readonly string[]): Promise<boolean>
  /** From sending back to held: nothing was sent. False: its owner's access ended or they stopped its turn, so the mail has ended. */
  revertToHeld(id: string): Promise<boolean>
  /** Ends one that is in one of these states. False: it is in another. */
  finish(
    id: string,
    from: readonly OutgoingState[],
    state: OutgoingState,
    details?: { readonly messageId?: string | null; readonly why?: string | null },
  ): Promise<boolean>
  /** Whether its draft was sent for another approval, or is being sent. */
  isDraftSpent(mail: OutgoingMail): Promise<boolean>
  /** From sending to sent, as this Gmail message. False: it is not being sent any more, or the message belongs to another mail. */
  claimSent(id: string, messageId: string): Promise<boolean>
}

export interface EditBegun {
  /** The draft that holds it already. */
  readonly draftId: string | null
  /** When somebody tried to make it before, in epoch milliseconds; null: nobody did. */
  readonly triedSince: number | null
}

export type ShownContent = Pick<Proposal, 'hash' | 'senderHash' | 'recipients' | 'domains' | 'draftId' | 'inReplyTo'>

/** `edit`: made here for what its owner left in the window. `own`: it held the mail, or what was edited, before the mail left. */
export type MailDraftPurpose = 'edit' | 'own'

/** A draft that nobody needs any more. */
export interface LeftoverDraft {
  readonly id: string
  readonly mailId: string
  readonly personId: string
  readonly purpose: MailDraftPurpose
  /** Of what it holds, as far as is known here. */
  readonly hash: string
  /** Null: the mailbox never answered when it was made, so it has to be looked for. */
  readonly draftId: string | null
  readonly failures: number
  /** Epoch milliseconds. */
  readonly madeAt: number
}

/** Drafts that hold versions of mails, from the moment in which they are about to be made. */
export interface MailDraftStore {
  /** What has to be put in the trash. */
  leftovers(): Promise<LeftoverDraft[]>
  /** It is not seen to any more. `changed`: it stays, and its owner is told where the mail left. */
  settle(draft: LeftoverDraft, outcome: 'trashed' | 'changed' | 'gone'): Promise<void>
  /** It could not be put in the trash. @param isLast it is given up */
  fail(draft: LeftoverDraft, isLast: boolean): Promise<void>
}
