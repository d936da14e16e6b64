/** The domain model: plain values that all folders share. No behaviour, no vendor types. */

import type { LogPosition } from './events.js'
import type { ForwardedMessage, Words } from './words.js'

/** A Slack user of a workspace. */
export interface Person {
  readonly id: string
  /** Slack team id (`T…`), or the enterprise id (`E…`) on Enterprise Grid, where user ids are the same in every workspace. */
  readonly team: string
  /** Slack user id (`U…` or `W…`). */
  readonly user: string
  /** Scalekit identifier. Null until the person's first turn. Only an operator changes it afterwards. */
  readonly identifier: string | null
}

/** A person with a Scalekit identifier. Nobody else's mailbox can be opened. */
export interface IdentifiedPerson extends Person {
  readonly identifier: string
}

/** A person's profile in Slack, as it is now. Never stored. */
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
  /** Who can read the origin's thread: only the owner (`im`), or others too (`shared`). */
  readonly kind: 'im' | 'shared'
  readonly owner: Person
  /** The owner's choice of where replies go in a shared thread; null: not chosen, or never asked. */
  readonly place: 'here' | 'private' | null
  /** Where replies go; null until the first turn has decided it. */
  readonly address: Address | null
  /** Managed Agents session id; null until the first turn has created it. */
  readonly sessionId: string | null
  /** Where the last finished turn ended in the session's event log; null for a session that has not finished any. */
  readonly position: LogPosition | null
  /** The last turn was given up while its session was still running, so `position` is out of date (see `resyncPosition`). */
  readonly needsResync: boolean
}

/** What the owner wrote: entities and emoji decoded, the bot's mention removed. */
export interface Message extends Words {
  readonly id: string
  readonly channel: string
  readonly ts: string
  readonly files: readonly FileReference[]
  /** Messages that they forwarded with it. */
  readonly forwarded: readonly ForwardedMessage[]
  /** The owner edited or partly deleted this request after the session had received it. This is the current version. */
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

/** A file at Claude's API that the agent sees as a picture or a document. */
export interface AttachedContent {
  readonly kind: 'image' | 'document'
  readonly fileId: string
  readonly name: string
}

/**
 * `queued`: no messages taken yet. All that wait when it starts are taken together.
 * `waiting_connection`: no messages taken yet. Goes on when the owner has connected their account.
 * `sending`: messages taken. Whether the session has them is not known before `running`.
 * `running`: the session has the messages.
 * `waiting_approval`: the session waits for its owner's decisions.
 * `superseded`: the owner wrote a new message instead of deciding, which denied all that was open. The turn of that message tells the session.
 * `reconnecting`: the session lost the mailbox and became idle. It is told to go on when the owner has connected again.
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

/** What an owner thinks of an answer. */
export type Feedback = 'good' | 'bad'

export interface Turn {
  readonly id: string
  readonly conversationId: string
  readonly state: TurnState
  /** The owner pressed Stop. */
  readonly stopRequested: boolean
  /** How much of the thread was sent to the session with its messages. */
  readonly threadRead: ThreadRead
  /** The owner edited or deleted a message that it has taken: it restarts with what is left. */
  readonly isRevised: boolean
  /** When its owner's access to the mailbox was ended during the turn, in epoch milliseconds; null: it was not. */
  readonly accessEndedAt: number | null
  /** The idle event with which the session last lost the mailbox, and when (epoch milliseconds); null: it never did. */
  readonly lost: { readonly event: string; readonly at: number } | null
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Epoch milliseconds; null before the messages were taken. */
  readonly startedAt: number | null
}

export type Decision = 'approved' | 'denied'
/**
 * Why it was denied. `press`: its owner's button. `left_out`: they said yes to the others of several, and not to this one. `new_message`: its owner wrote instead of deciding. `ended_access`: their access to the
 * mailbox ended. `outdated`: a version of this program asked for it in a way that is gone.
 */
export type DeniedBy = 'press' | 'left_out' | 'new_message' | 'ended_access' | 'outdated'

/** A tool call that needs its owner's decision. What the call would do is read from the session, and never stored. */
export interface Approval {
  readonly id: string
  readonly turnId: string
  /** Event id of the tool call. */
  readonly callId: string
  /** The tool runs in the bot: the session is sent a result, not a decision. */
  readonly isHosted: boolean
  readonly decision: Decision | null
  /** What should be different, in the owner's words; null where they did not say. */
  readonly reason: string | null
  readonly deniedBy: DeniedBy | null
  /** When it was shown to its owner, in epoch milliseconds; null before. */
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

/** Which messages of a thread to read. `after` and `before` are Slack timestamps, and exclusive. */
export interface ThreadRange {
  /** Null: from its first message on. */
  readonly after: string | null
  readonly before: string
  /** `ts` of messages to leave out: the session receives them as its person's own words. */
  readonly without: ReadonlySet<string>
  /** At most this many, the latest ones. */
  readonly limit: number
}
