/** The interfaces through which turns use Slack, Claude and Scalekit. Turns own them; `slack/`, `agent/` and `scalekit/` implement them. */

import type { AgentEvent, LogPosition } from './events.js'
import type {
  Address,
  AttachedContent,
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
import type { ApprovalView, IdName, ReplyView } from './view.js'
import type { Exchange, Named, Names } from './words.js'

/** One Slack message as the session hears it: one `user.message` each. */
export interface OutgoingMessage {
  /** Opaque. The context block repeats it: a message that was sent is recognised by it in the session's events. */
  readonly reference: string
  /** Who, when, where: comes before the person's words. */
  readonly context: string
  /** What others wrote and the person forwarded. Each is a block of data (`quotedBlock`) between context and words. */
  readonly quoted?: readonly string[]
  /** Pictures and documents that came with the person's words, and stand before them. */
  readonly attached?: readonly AttachedContent[]
  /** The person's words, verbatim. Null in a note of the bot's own. */
  readonly text: string | null
}

/** The answer to a tool call that a session waits for: its owner's decision, or the result of a tool that runs in the bot. */
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
 * Lets a session reach one person's mailbox for the length of a turn. Only `MailboxAccess.grant` makes one, for exactly one person.
 * Creating or using a session takes the grant of the conversation's owner and refuses any other.
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
  /** The mailbox refused the credential of the last grant: the next grant makes a new one, even if the old one has not expired. */
  invalidate(person: IdentifiedPerson): Promise<void>
  /**
   * Withdraws every credential for the person's mailbox, those of unanswered grants included. Idempotent.
   * @param forgets nothing that was made for this person is used again
   * @throws Unavailable, OperatorProblem
   */
  revoke(person: Person, forgets: boolean): Promise<void>
}

export interface Agent {
  /**
   * Creates the conversation's session and returns its id. Makes one attempt: after a lost answer, ask `findSession`.
   * @throws Unavailable, OperatorProblem
   */
  createSession(conversation: Conversation, grant: MailboxGrant, title: string): Promise<string>
  /** The platform's time, epoch milliseconds; null where it is not known. */
  now(): number | null
  /**
   * The session that an unanswered `createSession` has made for this conversation; null where there is none.
   * @param requestedAt only sessions since then count, by the platform's time (epoch milliseconds); null: all of them
   */
  findSession(conversation: Conversation, requestedAt: number | null): Promise<string | null>
  /**
   * Updates an idle session before a turn or a decision: tools and policies of the current agent definition, and in instance mode the
   * person's current URL.
   * @throws SessionGone, Unavailable, OperatorProblem
   */
  refreshSession(sessionId: string, grant: MailboxGrant): Promise<void>
  /**
   * Opens the session's event log after `after` (null: from its start). Await `opened` before sending: no event after that is missed.
   */
  follow(sessionId: string, after: LogPosition | null, signal: AbortSignal): EventFeed
  /**
   * Sends messages in one batch. Makes one attempt: after a lost answer, ask `findMessages`.
   * @param denials calls that these messages deny. A session that waits for calls takes no message, so the denials come first in the batch.
   * Those that the session no longer waits for are left out. Calls that it made since its owner was asked are denied too
   * @throws SessionGone, Unavailable, OperatorProblem, Rejected
   */
  sendMessages(sessionId: string, messages: readonly OutgoingMessage[], denials?: readonly ToolAnswer[]): Promise<void>
  /**
   * Interrupts a session, waits until it is idle, and returns where its log stands then; null: the log is empty.
   * @throws SessionGone, Unavailable (it does not become idle), OperatorProblem
   */
  interruptAndWait(sessionId: string): Promise<LogPosition | null>
  /** Which of these references the session has already received after `after`. */
  findMessages(
    sessionId: string,
    references: readonly string[],
    after: LogPosition | null,
  ): Promise<ReadonlySet<string>>
  /**
   * Sends the owner's decisions and the results of host-side tools in one batch. Answers that the session already has are left out.
   * @throws SessionGone, Unavailable, OperatorProblem, Rejected
   */
  sendAnswers(sessionId: string, answers: readonly ToolAnswer[]): Promise<void>
  /**
   * What a person asked last in a session, and what they were answered. Null: nothing, or of another mailbox than the grant's.
   * @throws SessionGone, Unavailable, OperatorProblem
   */
  lastExchange(sessionId: string, grant: MailboxGrant): Promise<Exchange | null>
  /** A call of a host-side tool in this session; null where there is none. @throws SessionGone, Unavailable, OperatorProblem */
  findToolCall(sessionId: string, callId: string): Promise<ToolCall | null>
  /** Names for ids of messages, threads, drafts and labels, as far as the mailbox has told them in this session. */
  describeIds(sessionId: string, ids: readonly string[]): Promise<ReadonlyMap<string, IdName>>
  /** Stops what the agent is doing; the session then goes idle with `end_turn`. */
  interrupt(sessionId: string): Promise<void>
  /**
   * Removes pre-authenticated mailbox addresses from every session of this person. Running sessions are interrupted first.
   * @throws Unavailable (also where a session does not become idle), OperatorProblem
   */
  withdrawMailbox(personId: string): Promise<void>
}

/** Every persisted event after the position, once and in order, across reconnects, with previews in between. Ends only by abort or error. */
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
   * Deletes the person's connected account. Returns whether it was a connection: an account without consent is none.
   * @throws Unavailable, OperatorProblem
   */
  disconnect(person: IdentifiedPerson): Promise<boolean>
}

/** Whose mailbox it is, for the reply to say. */
export interface MailboxAddresses {
  /** The address of the mailbox that this person connected; null where it cannot be learnt. Never rejects. */
  address(person: IdentifiedPerson): Promise<string | null>
  /** Forgets the address: the person is not connected any more, and may connect another mailbox. */
  forget(person: Pick<Person, 'id'>): void
}

export interface ConnectLink {
  readonly url: string
  readonly expiresAt: number
}

/**
 * Where replies go. `undecidedUntil`: the owner is asked, and their press wakes the conversation. At this time (epoch milliseconds) the bot
 * decides without them.
 */
export type PlaceChoice = Address | 'no_direct_message' | { readonly undecidedUntil: number }

/** Why the bot does not work for somebody. */
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
  /** Names of the users, channels and groups that a message mentions, as far as its author may see them. Never rejects. */
  names(wanted: readonly Named[], person: Person): Promise<Names>
  /**
   * The messages of a thread, oldest first, without the bot's own. `unreadable`: Slack lets the bot read nothing there.
   * @throws Unavailable
   */
  readThread(thread: Address, range: ThreadRange): Promise<readonly ThreadMessage[] | 'unreadable'>
  /**
   * Files and forwarded messages of one message in a thread; null where Slack does not list the message.
   * @throws Unavailable
   */
  readMessage(thread: Address, ts: string): Promise<MessageRest | null>
  /**
   * Decides where a conversation's replies go. May post the message under which they will stand. Called again after a crash, it finds that
   * message instead of posting another.
   * @throws Unavailable
   */
  chooseAddress(conversation: Conversation, first: Message | undefined): Promise<PlaceChoice>
  /** Removes the question where replies go: there is nothing to answer any more. @throws Unavailable */
  withdrawPlaceQuestion(conversation: Conversation): Promise<void>
  /** The reply of a turn: the same object for the same turn as long as it is open. */
  reply(turn: Turn, conversation: Conversation): ReplyDisplay
}

/** Shows a mail whose turn has ended, e.g. a scheduled one. */
export interface OutgoingDisplay {
  /**
   * Posts or updates the message about this mail, where only its owner reads it.
   * @throws Unavailable
   */
  showOutgoing(conversation: Conversation, approval: ApprovalView): Promise<void>
}

/** Threads of lines that began a direct message's conversation together. */
export interface Lines {
  readonly first: Address
  readonly last: Address
}

/** The Slack messages in which one turn's reply is shown. */
export interface ReplyDisplay {
  /** Shows this state as soon as Slack's limits allow; a newer state replaces one that has not been shown yet. */
  show(view: ReplyView): void
  /** Resolves when the state shown last is in Slack, or can never get there (e.g. the channel is gone, which is logged). */
  settled(): Promise<void>
  /** False: Slack takes no message that only the owner reads, so nothing can be asked of them. Known once `settled` has resolved. */
  readonly reachesOwner: boolean
  /**
   * Makes sure that the reply stands below these messages. A reply that was posted before the last of them is moved.
   * @param lines the first and the last of the lines that are answered, where there are several: it belongs in the thread of the last
   */
  placeBelow(messages: readonly Message[], lines: Lines | null): Promise<void>
  /** Deletes the reply in Slack: there is nothing to answer any more. */
  remove(): Promise<void>
  /** Frees the memory of this display. What is in Slack stays. */
  close(): void
}

/** A service did not answer, or asked to come later. Worth another try, after `retryAfterMs` where the service named a time. */
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

/** Only the operator can mend this: a refused key, a missing agent, no credit. */
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
 * The session does not exist or takes no more events; `how` says which. `outdated`: it exists, but was made for another vault or the other
 * MCP mode. A session cannot change either.
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

/** The service refused the request; the same request would be refused again. */
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
