/** What turns need remembered. Implemented in the store; every method is one transaction. */

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
  /** An earlier one was not answered. */
  readonly isRepeated: boolean
  /** When that was made, by the platform's time, epoch milliseconds; null where that was not known. */
  readonly since: number | null
}

export interface TurnStore {
  readonly people: {
    /** @throws an error named `IdentifierTaken` where it belongs to somebody else */
    identify(person: Person, identifier: string): Promise<IdentifiedPerson>
  }
  readonly conversations: {
    get(id: string): Promise<Conversation>
    settleAddress(id: string, address: Address): Promise<void>
    /**
     * Notes that a session is about to be created; an earlier request that was not answered stays noted.
     * @param at by the platform's time, epoch milliseconds; null where that is not known
     */
    requestSession(id: string, at: number | null): Promise<RequestedSession>
    settleSession(id: string, sessionId: string): Promise<void>
    forgetSession(id: string): Promise<void>
    /** The log position is known again, after a turn that was given up while its session may have gone on. */
    settlePosition(id: string, position: LogPosition | null): Promise<void>
  }
  readonly messages: {
    queued(conversationId: string): Promise<Message[]>
    /** What waits, and of which only the mention has arrived. */
    partial(conversationId: string): Promise<MessagePlace[]>
    /** What belongs to such a message; null where that cannot be learnt. */
    complete(id: string, rest: MessageRest | null): Promise<void>
    ofTurn(turnId: string): Promise<Message[]>
    /**
     * What the session hears, or heard, of a conversation as its owner's words in this channel, and the last of it before this turn; and
     * whether others wrote in its thread, too.
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
    /** What the owner wrote in turns that have ended, as far as a session was to hear it, oldest first, the last `limit` of it. */
    earlier(conversationId: string, limit: number): Promise<Words[]>
    /** What is answered without a session. */
    dismiss(messages: readonly Message[]): Promise<void>
  }
  readonly turns: {
    get(id: string): Promise<Turn>
    unfinished(conversationId: string): Promise<Turn[]>
    /** The turn that waits to be next, made where there is none. */
    queue(conversationId: string): Promise<Turn>
    take(turn: Turn): Promise<Message[]>
    /** Notes what of a thread goes to the session with the turn's messages. */
    noteThread(id: string, read: ThreadRead): Promise<void>
    /**
     * Where its owner wrote something new after they had seen what they are to decide, that denies all that is open, and the turn is `superseded`.
     * False: nothing changed, because there is no such message, or a decision or a wish to stop was there first.
     */
    supersede(turn: Turn): Promise<boolean>
    markMailboxLost(id: string, event: string): Promise<void>
    restart(id: string): Promise<void>
    setState(id: string, state: Exclude<TurnState, 'ended'>): Promise<void>
    /** Ends a turn that has taken nothing: these messages are dealt with, whatever else is queued waits for the next turn. */
    refuse(turn: Turn, messages: readonly Message[], ending: string): Promise<void>
    /**
     * @param position null: the session may still be at it, so nobody knows where its log will stand
     * @returns false, and nothing changed: it was revised, and is taken up anew
     */
    end(turn: Turn, ending: string, position: LogPosition | null): Promise<boolean>
    discard(turn: Turn): Promise<void>
  }
  readonly revisions: {
    /** What is left of a revised turn's messages waits again, for the same turn. False, and nothing changed: nothing is left. */
    requeue(turn: Turn, position: LogPosition | null): Promise<boolean>
  }
  readonly outgoing: OutgoingMailStore
  readonly accessEndings: {
    /** Whether this person's access is being ended: nothing new begins for them until that is done. */
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
    /** @param at epoch milliseconds: since when they stand before their owner; what was noted first stays */
    markAsked(asked: readonly { readonly id: string; readonly shown: string | null }[], at: number): Promise<void>
    /** What a new message denied in this conversation, and no session has been told of yet. */
    undeliveredDenials(conversationId: string): Promise<Approval[]>
    markDelivered(ids: readonly string[]): Promise<void>
  }
}
