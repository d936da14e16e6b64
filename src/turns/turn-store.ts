/** The persistence of turns. `store/` implements it; every method is one transaction. */

import type { ChangeUndoStore } from './change-undo.js'
import type { LogPosition } from './events.js'
import type {
  Address,
  Approval,
  Conversation,
  IdentifiedPerson,
  Message,
  MessagePlace,
  MessageRest,
  Person,
  ThreadRead,
  Turn,
  TurnState,
} from './model.js'
import type { OutgoingMailStore } from './outgoing-store.js'
import type { Words } from './words.js'

/** A request for a new session. */
export interface RequestedSession {
  /** An earlier request was not answered. */
  readonly isRepeated: boolean
  /** When the earlier request was made, by the platform's time, in epoch milliseconds; null: not known. */
  readonly since: number | null
}

export interface TurnStore {
  readonly people: {
    /** @throws an error named `IdentifierTaken` where it belongs to somebody else */
    identify(person: Person, identifier: string): Promise<IdentifiedPerson>
    /** Whether this turn's answer tells its owner how to go on: one answer of theirs does, ever, and the first to ask is it. */
    claimGuidance(personId: string, turnId: string): Promise<boolean>
  }
  readonly conversations: {
    get(id: string): Promise<Conversation>
    /**
     * The session that heard the same person last in their direct messages, in another conversation.
     * @param ts only what was written before this Slack timestamp counts
     * @param since epoch milliseconds: only what arrived or was answered from then on counts
     */
    sessionBefore(conversation: Conversation, ts: string, since: number): Promise<string | null>
    settleAddress(id: string, address: Address): Promise<void>
    /**
     * Records that a session is about to be created. The time of an earlier, unanswered request is kept.
     * @param at by the platform's time, epoch milliseconds; null where that is not known
     */
    requestSession(id: string, at: number | null): Promise<RequestedSession>
    settleSession(id: string, sessionId: string): Promise<void>
    forgetSession(id: string): Promise<void>
    /** Stores the log position, and clears `needsResync`. */
    settlePosition(id: string, position: LogPosition | null): Promise<void>
  }
  readonly messages: {
    /** What waits there. `assented`: what said yes in words to an open question instead, and has not been told to press; no session hears it. */
    queued(conversationId: string, state?: 'queued' | 'assented'): Promise<Message[]>
    /** Queued messages of which only the mention has arrived: files and forwarded messages are missing. */
    partial(conversationId: string): Promise<MessagePlace[]>
    /** Adds what a partial message lacked; null: Slack does not tell. */
    complete(id: string, rest: MessageRest | null): Promise<void>
    ofTurn(turnId: string): Promise<Message[]>
    /**
     * Which messages of this channel the session receives as its owner's words (`heard`, by `ts`), the last of them before this turn, and
     * whether others wrote in the thread.
     */
    inThread(
      conversationId: string,
      channel: string,
      turnId: string,
    ): Promise<{
      readonly heard: ReadonlySet<string>
      readonly lastHeard: string | null
      readonly othersSpoke: boolean
    }>
    /** The owner's last `limit` messages of ended turns that were meant for a session, oldest first. */
    earlier(conversationId: string, limit: number): Promise<Words[]>
    /** Marks messages as answered without a session. */
    dismiss(messages: readonly Message[]): Promise<void>
  }
  readonly turns: {
    get(id: string): Promise<Turn>
    unfinished(conversationId: string): Promise<Turn[]>
    /** The queued turn of the conversation; made where there is none. */
    queue(conversationId: string): Promise<Turn>
    take(turn: Turn): Promise<Message[]>
    /** Records how much of the thread goes to the session with the turn's messages. */
    noteThread(id: string, read: ThreadRead): Promise<void>
    /**
     * Denies all open approvals and makes the turn `superseded`, if its owner wrote a message after they had seen them.
     * False, and nothing changed: there is no such message, or a decision or a stop came first.
     */
    supersede(turn: Turn): Promise<boolean>
    markMailboxLost(id: string, event: string): Promise<void>
    restart(id: string): Promise<void>
    setState(id: string, state: Exclude<TurnState, 'ended'>): Promise<void>
    /** Ends a turn that has taken nothing, and these messages with it. Other queued messages wait for the next turn. */
    refuse(turn: Turn, messages: readonly Message[], ending: string): Promise<void>
    /**
     * @param position where the session's log stands; null: the session may still be running, so the conversation needs a resync
     * @returns false, and nothing changed: its owner revised it, so it restarts
     */
    end(turn: Turn, ending: string, position: LogPosition | null): Promise<boolean>
    discard(turn: Turn): Promise<void>
  }
  readonly revisions: {
    /** Queues what is left of a revised turn's messages again, for the same turn. False, and nothing changed: nothing is left. */
    requeue(turn: Turn, position: LogPosition | null): Promise<boolean>
  }
  readonly outgoing: OutgoingMailStore
  readonly undos: Pick<ChangeUndoStore, 'ofTurn' | 'offer' | 'unheard' | 'markHeard'>
  readonly accessEndings: {
    /** Whether this person's access is being ended. No turn of theirs starts until that is done. */
    isUnderWay(personId: string): Promise<boolean>
  }
  readonly approvals: {
    /** For calls of the session's own tools. */
    open(turnId: string, callIds: readonly string[]): Promise<Approval[]>
    /** For a call of a tool whose handler runs in the bot. */
    openHosted(turnId: string, callId: string): Promise<Approval>
    /** Denies what was asked by a version in which the agent itself could send. */
    denyOutdated(ids: readonly string[]): Promise<void>
    ofTurn(turnId: string): Promise<Approval[]>
    /** @param at when they were shown to their owner, in epoch milliseconds; the first time stands */
    markAsked(asked: readonly { readonly id: string; readonly shown: string | null }[], at: number): Promise<void>
    /** Approvals of this conversation that a new message denied, and that no session has been told of. */
    undeliveredDenials(conversationId: string): Promise<Approval[]>
    markDelivered(ids: readonly string[]): Promise<void>
  }
}
