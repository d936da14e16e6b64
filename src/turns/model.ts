/** The nouns of the project, as its rooms hand them to each other. Plain values: no behaviour, no vendor types. */

import type { LogPosition } from './events.js'
import type { ForwardedMessage, Words } from './words.js'

/** A Slack user of a workspace. */
export interface Person {
  readonly id: string
  /** Slack team id (`T…`), or the enterprise id (`E…`) on Enterprise Grid, where user ids are the same in every workspace. */
  readonly team: string
  /** Slack user id (`U…` or `W…`). */
  readonly user: string
  /** Scalekit identifier. Null until the person's first turn; never changed afterwards. */
  readonly identifier: string | null
}

/** A person whose Scalekit identifier is settled: the only kind whose mailbox can be opened. */
export interface IdentifiedPerson extends Person {
  readonly identifier: string
}

/** What Slack's directory says of a person right now. Never stored. */
export interface Profile {
  readonly name: string
  /** IANA time zone, e.g. `Europe/Stockholm`. */
  readonly timeZone: string
  readonly email: string | null
}

/** A Slack thread: `threadTs` is the `ts` of its first message. */
export interface Address {
  readonly channel: string
  readonly threadTs: string
}

/** What belongs to one Slack thread. */
export interface Conversation {
  readonly id: string
  readonly team: string
  /** The thread in which it was started. */
  readonly origin: Address
  /** Who can read the thread of its origin: only the owner (`im`), or others too. */
  readonly kind: 'im' | 'shared'
  readonly owner: Person
  /** What the owner chose for a thread that others read; null where they did not, or were never asked. */
  readonly place: 'here' | 'private' | null
  /** Where replies go; null until the first turn has decided it. */
  readonly address: Address | null
  /** Managed Agents session id; null until the first turn has created it. */
  readonly sessionId: string | null
  /** Where the last finished turn ended in the session's event log; null for a session that has not finished any. */
  readonly position: LogPosition | null
  /** The last turn was given up without its session coming to rest: it may still be at it, and `position` is out of date. */
  readonly needsResync: boolean
}

/** What the owner wrote: entities and emoji decoded, the bot's mention removed. */
export interface Message extends Words {
  readonly id: string
  readonly channel: string
  readonly ts: string
  readonly files: readonly FileReference[]
  /** What they passed on with it. */
  readonly forwarded: readonly ForwardedMessage[]
  /** The session has heard this request before its owner edited it, or took a part of it back; this is how it stands now. */
  readonly replaces: boolean
}

/** Where a message stands in Slack. */
export type MessagePlace = Pick<Message, 'id' | 'channel' | 'ts'>
/** What a message holds besides its words. */
export type MessageRest = Pick<Message, 'files' | 'forwarded'>

export interface FileReference {
  /** Slack file id (`F…`). */
  readonly id: string
  readonly name: string
  readonly mimetype: string
  /** Bytes. */
  readonly size: number
}

/**
 * `queued`: nothing taken yet; what waits when it starts is taken together.
 * `waiting_connection`: likewise nothing taken; goes on when the owner's account is connected.
 * `sending`: messages taken; whether the session has them is unknown until `running`.
 * `running`: the session has the messages. `waiting_approval`: it waits for its owner's decisions. `superseded`: its owner wrote
 * something new instead, which denied what was open; the turn of that message tells the session. `reconnecting`: the session has
 * the messages and came to rest without the mailbox; it is told to go on when the owner's account is connected again.
 */
export type TurnState =
  | 'queued'
  | 'waiting_connection'
  | 'sending'
  | 'running'
  | 'waiting_approval'
  | 'superseded'
  | 'reconnecting'
  | 'ended'

/** How many messages of a thread; `unreadable`: Slack lets the bot read none there; null: there was nothing to read. */
export type ThreadRead = number | 'unreadable' | null

export interface Turn {
  readonly id: string
  readonly conversationId: string
  readonly state: TurnState
  /** The owner pressed Stop. */
  readonly stopRequested: boolean
  /** What of a thread its session heard with its messages. */
  readonly threadRead: ThreadRead
  /** The owner edited or deleted a message that it has taken: it is taken up anew with what is left. */
  readonly isRevised: boolean
  /** Epoch milliseconds: when its owner's access to the mailbox was ended while it was under way; null where it was not. */
  readonly accessEndedAt: number | null
  /** Where the session came to rest when it last lost the mailbox, and when (epoch milliseconds); null where it never did. */
  readonly lost: { readonly event: string; readonly at: number } | null
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; null before the messages were taken. */
  readonly startedAt: number | null
}

export type Decision = 'approved' | 'denied'
/**
 * What made it a no: a press, a new message that its owner wrote instead of deciding, the end of their access to the mailbox, or a newer version of
 * this program, in which the agent asks for it in another way.
 */
export type DeniedBy = 'press' | 'new_message' | 'ended_access' | 'outdated'

/** A tool call that waits, or waited, for its owner's yes or no. What it would do is read from the session, not kept here. */
export interface Approval {
  readonly id: string
  readonly turnId: string
  /** Event id of the tool call. */
  readonly callId: string
  /** The handler of the tool runs in the bot: the session hears a result, not a decision. */
  readonly isHosted: boolean
  readonly decision: Decision | null
  /** What should be different, in the owner's words; null where they did not say. */
  readonly reason: string | null
  readonly deniedBy: DeniedBy | null
  /** Epoch milliseconds: since when it stands before its owner; null before. */
  readonly askedAt: number | null
  /** Epoch milliseconds; null before. */
  readonly decidedAt: number | null
  /** The session has been told. */
  readonly delivered: boolean
}

/** A message of a thread, whoever wrote it. */
export interface ThreadMessage extends Words {
  readonly ts: string
  /** The name that an app gave itself; null for people. */
  readonly author: string | null
  /** Slack user id; null where an app wrote it. */
  readonly authorId: string | null
  readonly files: readonly { readonly name: string; readonly mimetype: string }[]
  readonly forwarded: readonly ForwardedMessage[]
}

/** Which messages of a thread are wanted. Timestamps are Slack's, and their own messages left out. */
export interface ThreadRange {
  /** Null: from its first message on. */
  readonly after: string | null
  readonly before: string
  /** `ts` of messages that the session hears, or heard, as its person's words. */
  readonly without: ReadonlySet<string>
  /** The last so many. */
  readonly limit: number
}
