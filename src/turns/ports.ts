/** The few interfaces through which turns reach the rooms below. They are owned here and implemented there. */

import type { AgentEvent, LogPosition } from './events.js'
import type {
  Address,
  Conversation,
  IdentifiedPerson,
  Message,
  MessageRest,
  Person,
  Profile,
  ThreadMessage,
  ThreadRange,
  Turn,
} from './model.js'
import type { ApprovalView, ReplyView } from './view.js'
import type { Named, Names } from './words.js'

/** One Slack message as the session hears it: one `user.message` each. */
export interface OutgoingMessage {
  /** Opaque; stands in the context block too, so that a sent message can be recognised in the session's events. */
  readonly reference: string
  /** Who, when, where: comes before the person's words. */
  readonly context: string
  /** What others wrote and the person passed on, each a block of data (`quotedBlock`); comes between the two. */
  readonly quoted?: readonly string[]
  /** The person's words, verbatim; null in a note of our own, in which nobody speaks. */
  readonly text: string | null
}

/** What a session that waits for a call hears: its owner's decision, or the result of a tool whose handler runs in the bot. */
export type ToolAnswer = ToolDecision | ToolResult

export interface ToolDecision {
  readonly callId: string
  readonly allowed: boolean
  /** Told to the agent with a denial. */
  readonly reason?: string
}

export interface ToolResult {
  readonly callId: string
  readonly text: string
  readonly failed: boolean
}

/** One call of a tool, as the session's log holds it. */
export interface ToolCall {
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
}

/**
 * How a session gets at one person's mailbox, fresh enough for a turn. Only `MailboxAccess.grant` makes one, for exactly one
 * person; creating or using a session asks for the grant of the conversation's owner and refuses any other.
 */
export interface MailboxGrant {
  readonly personId: string
  readonly [granted]: true
}
/** Exists for the compiler only: plain values that look like a grant are none. */
export declare const granted: unique symbol

export interface MailboxAccess {
  /**
   * Makes sure that a session of this person reaches their mailbox for at least the length of a turn.
   * @throws Unavailable, OperatorProblem, NotConnected
   */
  grant(person: IdentifiedPerson): Promise<MailboxGrant>
  /** The mailbox did not accept what the last grant gave: the next one is made anew, however fresh the old one looks. */
  invalidate(person: IdentifiedPerson): Promise<void>
  /**
   * Withdraws whatever opens the person's mailbox, also what an earlier, unanswered grant left behind. Done already is as good.
   * @param forgets nothing that was made for this person is used again
   * @throws Unavailable, OperatorProblem
   */
  revoke(person: Person, forgets: boolean): Promise<void>
}

export interface Agent {
  /**
   * Creates the conversation's session. Never retried by itself: after a lost answer ask `findSession`.
   * @throws Unavailable, OperatorProblem
   */
  createSession(conversation: Conversation, grant: MailboxGrant, title: string): Promise<string>
  /** The platform's time, epoch milliseconds; null where it is not known. */
  now(): number | null
  /**
   * The session that a `createSession` for this conversation, not answered since then, left behind, if any.
   * @param requestedAt by the platform's time; null where that was not known: a look-up then has no beginning
   */
  findSession(conversation: Conversation, requestedAt: number | null): Promise<string | null>
  /**
   * Brings an idle session up to date before a turn or a decision: tools and policies of the current agent definition, and in
   * instance mode the person's current URL.
   * @throws SessionGone, Unavailable, OperatorProblem
   */
  refreshSession(sessionId: string, grant: MailboxGrant): Promise<void>
  /**
   * Opens the session's event log after `after` (null: from its start). Await `opened` before sending: what happens from then on is not missed.
   */
  follow(sessionId: string, after: LogPosition | null, signal: AbortSignal): EventFeed
  /**
   * Sends messages in one batch. Never retried by itself: after a lost answer ask `findMessages`.
   * @param denials for the sake of these messages; they come first in the same batch, as far as the session still waits for them: until it has
   * them, it takes no message. What else it waits for, called after its owner was asked, is denied with them
   * @throws SessionGone, Unavailable, OperatorProblem, Rejected
   */
  sendMessages(sessionId: string, messages: readonly OutgoingMessage[], denials?: readonly ToolAnswer[]): Promise<void>
  /**
   * Ends whatever a session still does for a turn that was given up, and answers where its log stands then.
   * @throws SessionGone, Unavailable (it does not come to rest), OperatorProblem
   */
  interruptAndWait(sessionId: string): Promise<LogPosition | null>
  /** Which of these references the session has already received after `after`. */
  findMessages(
    sessionId: string,
    references: readonly string[],
    after: LogPosition | null,
  ): Promise<ReadonlySet<string>>
  /**
   * Tells the session what its owner decided, and what host-side tools answered, in one batch. What it already has is left out.
   * @throws SessionGone, Unavailable, OperatorProblem, Rejected
   */
  sendAnswers(sessionId: string, answers: readonly ToolAnswer[]): Promise<void>
  /** A call of a host-side tool in this session; null where there is none. @throws SessionGone, Unavailable, OperatorProblem */
  findToolCall(sessionId: string, callId: string): Promise<ToolCall | null>
  /** What ids of messages, threads, drafts and labels stand for, as far as the mailbox has said so in this session. */
  describeIds(sessionId: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Stops what the agent is doing; the session then goes idle with `end_turn`. */
  interrupt(sessionId: string): Promise<void>
  /**
   * Takes out of every session of this person what reaches their mailbox by itself. One that still runs is interrupted for that.
   * @throws Unavailable (also where one does not come to rest), OperatorProblem
   */
  withdrawMailbox(personId: string): Promise<void>
}

/** Every persisted event after the position, once and in order, whatever the connection does, with previews in between. Ends only by abort or error. */
export interface EventFeed extends AsyncIterable<AgentEvent> {
  /** Resolves once the stream is open. Rejects with SessionGone, Unavailable or OperatorProblem. */
  readonly opened: Promise<void>
}

export type ConnectionState = 'connected' | 'missing' | 'expired'

export interface Connections {
  /** @throws Unavailable, OperatorProblem */
  state(person: IdentifiedPerson): Promise<ConnectionState>
  /**
   * A fresh link under which this person, and nobody else, connects their account. `expiresAt` in epoch milliseconds.
   * @throws Unavailable, OperatorProblem
   */
  link(person: IdentifiedPerson): Promise<ConnectLink>
  /**
   * Deletes the person's connected account. Answers whether that ended a connection: an account without any consent is none.
   * @throws Unavailable, OperatorProblem
   */
  disconnect(person: IdentifiedPerson): Promise<boolean>
}

/** Whose mailbox it is, for the reply to say. */
export interface MailboxAddresses {
  /** The address of the mailbox that this person connected; null where it cannot be learnt. Never rejects. */
  address(person: IdentifiedPerson): Promise<string | null>
  /** The person is not connected (any more): whatever comes next may be another mailbox. */
  forget(person: Pick<Person, 'id'>): void
}

export interface ConnectLink {
  readonly url: string
  readonly expiresAt: number
}

/**
 * Where replies go. `undecidedUntil`: the owner is asked, and their press wakes the conversation; at this time (epoch milliseconds) it is
 * decided without them.
 */
export type PlaceChoice = Address | 'no_direct_message' | { readonly undecidedUntil: number }

/** Why nothing is done for somebody. */
export interface ProfileProblem {
  readonly problem: 'unknown_person' | 'outsider' | 'guest' | 'deactivated'
}

/** Slack, as far as turns are concerned. */
export interface Surface {
  /**
   * What the workspace's directory says of a person.
   * @throws Unavailable when the look-up itself fails
   */
  profile(person: Person): Promise<Profile | ProfileProblem>
  /** What those are called that a person's message names, as far as that person may know and Slack says. Never rejects. */
  names(wanted: readonly Named[], person: Person): Promise<Names>
  /**
   * What a thread says, oldest first, without what the bot itself wrote. `unreadable`: Slack lets the bot read nothing there.
   * @throws Unavailable
   */
  readThread(thread: Address, range: ThreadRange): Promise<readonly ThreadMessage[] | 'unreadable'>
  /**
   * What one message of a thread holds besides its words; null where Slack does not list it.
   * @throws Unavailable
   */
  readMessage(thread: Address, ts: string): Promise<MessageRest | null>
  /**
   * Where a conversation's replies go, for one that has not decided yet. May post the message under which they will stand;
   * asked again after a crash, it finds that message instead of posting another.
   * @throws Unavailable
   */
  chooseAddress(conversation: Conversation, first: Message | undefined): Promise<PlaceChoice>
  /** Takes back the question where the replies are to go: there is nothing to answer any more. @throws Unavailable */
  withdrawPlaceQuestion(conversation: Conversation): Promise<void>
  /** The reply of a turn: the same object for the same turn as long as it is open. */
  reply(turn: Turn, conversation: Conversation): ReplyDisplay
}

/** Where a mail is shown whose turn is over, e.g. because it waits for its time. */
export interface OutgoingDisplay {
  /**
   * The message about this mail, where its owner alone reads it: posted, or brought up to date where it stands already.
   * @throws Unavailable
   */
  showOutgoing(conversation: Conversation, approval: ApprovalView): Promise<void>
}

/** The Slack messages in which one turn's reply is shown. */
export interface ReplyDisplay {
  /** Shows this state as soon as Slack's limits allow; a newer state replaces one that has not been shown yet. */
  show(view: ReplyView): void
  /** Resolves when the state shown last has landed in Slack, or can never land (the channel is gone: that is logged there). */
  settled(): Promise<void>
  /** False: Slack takes nothing for the eyes of its owner alone, so that nothing can be asked of them. Known when it has settled. */
  readonly reachesOwner: boolean
  /** Makes sure that the reply stands below these messages: one that was posted before the last of them moves below it. */
  placeBelow(messages: readonly Message[]): Promise<void>
  /** Takes the reply out of Slack again: there is nothing to answer any more. */
  remove(): Promise<void>
  /** Lets go of it in memory. What is in Slack stays. */
  close(): void
}

/** A service that the turn needs did not answer, or said "later". Worth another try, after `retryAfterMs` where it was told. */
export class Unavailable extends Error {
  constructor(
    readonly service: 'slack' | 'claude' | 'scalekit',
    message: string,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'Unavailable'
  }
}

/** Only the person who runs the bot can mend this: a refused key, a missing agent, no credit. */
export class OperatorProblem extends Error {
  constructor(
    readonly kind: 'credentials' | 'setup' | 'billing',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'OperatorProblem'
  }
}

/**
 * The session does not exist any more or takes nothing more; `how` says which. `outdated`: it is there, but was made for another
 * way to the mailbox (another vault, the other MCP mode), which a session cannot change.
 */
export class SessionGone extends Error {
  constructor(
    readonly how: 'deleted' | 'terminated' | 'archived' | 'outdated',
    options?: ErrorOptions,
  ) {
    super(`the session is ${how}`, options)
    this.name = 'SessionGone'
  }
}

/** The service understood and said no; sending the same again would get the same answer. */
export class Rejected extends Error {
  constructor(
    readonly reason: 'too_large' | 'budget' | 'invalid',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = 'Rejected'
  }
}

/** The person has no active connected account (any more). */
export class NotConnected extends Error {
  constructor(options?: ErrorOptions) {
    super('the person has no active connected account', options)
    this.name = 'NotConnected'
  }
}
