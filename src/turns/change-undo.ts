/** Taking back a change of emails that its owner approved: what it takes, how far it is, and the interfaces through which it is read, kept and shown. */

import type { Conversation, IdentifiedPerson } from './model.js'
import type { Presser } from './outgoing-mail.js'
import type { ToolCall } from './ports.js'

/** How long after it was done a change can be taken back, in milliseconds. */
export const UNDO_WITHIN_MS = 24 * 60 * 60_000

/** What makes one email as it was: only what the change really changed. Ids of Gmail's, nothing of the email. */
export interface WayBack {
  readonly message: string
  /** Labels that it lost. */
  readonly add: readonly string[]
  /** Labels that it got. */
  readonly remove: readonly string[]
}

/** How it came to an end. `incomplete`: some emails, or all of them, could not be changed back. */
export type UndoEnding = 'undone' | 'incomplete' | 'ended_access'

/**
 * `closed`: nobody can take it back, since it is not known what was there before, or nothing changed. `known`: it is known what was there before.
 * `offered`: the change was done, and its owner has a button. `pressed`: it is being taken back. The rest is final.
 */
export type UndoState = 'closed' | 'known' | 'offered' | 'pressed' | UndoEnding

/** Where the button stands that was pressed. */
export interface UndoPlace {
  readonly channel: string
  /** Of the message. */
  readonly ts: string
  /** Of the thread that it is an answer in; null: it is none. */
  readonly threadTs: string | null
}

/** What one press takes back: the changes of one button. */
export interface PressedUndo {
  /** Of the first approval that the button names. */
  readonly id: string
  readonly personId: string
  readonly conversationId: string
  readonly ways: readonly WayBack[]
  readonly place: UndoPlace
  /** Epoch milliseconds. */
  readonly pressedAt: number
  /** Null: it is still to be done. */
  readonly ending: UndoEnding | null
}

/** One that its agent has not heard of. */
export interface UnheardUndo {
  /** Of its approval. */
  readonly id: string
  readonly ending: UndoEnding
  /** Empty where the ids are not kept any more. */
  readonly ways: readonly WayBack[]
  /** How many emails it was about. */
  readonly emails: number
}

export type PressOutcome = 'taken' | 'already' | 'expired' | 'disconnected' | 'not_yours' | 'unknown'

/** The persistence; `store/` implements it. Every method is one transaction. */
export interface ChangeUndoStore {
  /** Ids of approvals about which it is noted what can be taken back, or that nothing can, by state. */
  ofTurn(turnId: string): Promise<ReadonlyMap<string, UndoState>>
  /** Notes the way back for changes that are about to be allowed; null where there is none. What was noted first stays. */
  note(ways: readonly { readonly id: string; readonly ways: readonly WayBack[] | null }[]): Promise<void>
  /** These were done: from now on their owner can take them back, for a while. */
  offer(ids: readonly string[]): Promise<void>
  /** A press on a button for these. It is stored all or not at all. */
  press(ids: readonly string[], by: Presser, place: UndoPlace): Promise<PressOutcome>
  /** Pressed, and not done or not shown. Oldest first. */
  unfinished(): Promise<PressedUndo[]>
  /** It is about to be done. False: that was noted before, so some of it may be done. */
  begin(id: string): Promise<boolean>
  finish(id: string, ending: UndoEnding): Promise<void>
  /** Its end stands in Slack. */
  markShown(id: string): Promise<void>
  unheard(conversationId: string): Promise<UnheardUndo[]>
  markHeard(ids: readonly string[]): Promise<void>
  /** Deletes what is over, and forgets the ids of the rest. */
  sweep(): Promise<void>
}

/** The owner's mailbox, as far as labels are concerned. */
export interface MailboxLabels {
  /**
   * For each call, what would take it back, read from the mailbox before it is made; null where that cannot be known, or is too much to look up.
   * @throws NotConnected, Unavailable, OperatorProblem
   */
  waysBack(
    person: IdentifiedPerson,
    calls: readonly ToolCall[],
    signal: AbortSignal,
  ): Promise<readonly (readonly WayBack[] | null)[]>
  /**
   * Makes one email as it was.
   * @param isAgain some of it may be done: what is as it was is left alone
   * @returns whether it is; the mailbox may refuse, e.g. because the email is gone
   * @throws NotConnected, Unavailable (it may be done all the same), OperatorProblem
   */
  putBack(person: IdentifiedPerson, way: WayBack, isAgain: boolean): Promise<boolean>
}

/** Shows how it ended, where the button stands. */
export interface UndoDisplay {
  /** @throws Unavailable */
  showUndone(
    conversation: Conversation,
    undo: { readonly id: string; readonly place: UndoPlace },
    ending: UndoEnding,
  ): Promise<void>
}
