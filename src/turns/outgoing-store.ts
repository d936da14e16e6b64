/** What has to be remembered of mails on their way. Implemented in the store; every method is one transaction. */

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
  /** What changed after its turn had ended, and has not been told in a message of its own. */
  unnotified(): Promise<OutgoingMail[]>
  markNotified(id: string, state: OutgoingState): Promise<void>
  /** The card shows other content now than when it was first shown; a press on the older one counts for nothing. */
  updateShown(id: string, shown: ShownContent): Promise<void>
  /** An approved mail was changed elsewhere: it is asked about again. False: it is not held any more. */
  askAgain(id: string, shown: ShownContent): Promise<boolean>
  /** A draft is about to be made; answers since when an earlier attempt is unanswered (epoch milliseconds), null where there is none. */
  beginDraft(id: string): Promise<number | null>
  settleDraft(id: string, draftId: string): Promise<void>
  /** A draft with the owner's changes is about to be made; `draftId`: it exists already. */
  beginEdit(id: string, hash: string): Promise<{ readonly draftId: string | null; readonly isFirst: boolean }>
  /** False: its owner left something else in the window since, and no draft of this is needed. */
  settleEdit(id: string, hash: string, draftId: string): Promise<boolean>
  /** From held to sending, at or after its time. False: it was undone, is not due, or ends here since its owner's access is being ended. */
  begin(id: string, sentHashes: readonly string[]): Promise<boolean>
  /** Nothing was sent after all: from sending back to held. False: its owner's access was ended since, or they stopped its turn, and it ends with that. */
  revertToHeld(id: string): Promise<boolean>
  /** Ends one that is in one of these states. False: it is in another. */
  finish(
    id: string,
    from: readonly OutgoingState[],
    state: OutgoingState,
    details?: { readonly messageId?: string | null; readonly why?: string | null },
  ): Promise<boolean>
  /** Whether the draft that holds it has left already for another approval, or is leaving. */
  isDraftSpent(mail: OutgoingMail): Promise<boolean>
  /** From sending to sent, as this message of the mailbox. False: it is not leaving any more, or the message is that of another mail. */
  claimSent(id: string, messageId: string): Promise<boolean>
}

export type ShownContent = Pick<Proposal, 'hash' | 'senderHash' | 'recipients' | 'domains' | 'draftId' | 'inReplyTo'>
