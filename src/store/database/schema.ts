/**
 * The tables, as Kysely sees them. Plain SQL types only (text, integer), so that the same schema and queries run on PostgreSQL.
 * Times are epoch milliseconds, ids are random text, Slack timestamps stay text (they are decimal strings, not numbers).
 */

import type { Generated } from 'kysely'
import type { Feedback, TurnState } from '../../turns/model.js'
import type { OutgoingMail, OutgoingState } from '../../turns/outgoing-mail.js'
import type { MailDraftPurpose } from '../../turns/outgoing-store.js'
import type { AttachedFileTable } from './file-schema.js'
import type { ChangeUndoTable } from './undo-schema.js'

export interface Schema {
  person: PersonTable
  conversation: ConversationTable
  message: MessageTable
  turn: TurnTable
  post: PostTable
  approval: ApprovalTable
  command: CommandTable
  bystander: BystanderTable
  deployment: DeploymentTable
  vault: VaultTable
  connect_state: ConnectStateTable
  access_ending: AccessEndingTable
  outgoing_mail: OutgoingMailTable
  mail_draft: MailDraftTable
  attached_file: AttachedFileTable
  change_undo: ChangeUndoTable
}

/** A Slack user of a workspace, mapped once to a Scalekit identifier. */
export interface PersonTable {
  id: string
  team: string
  slack_user: string
  /** Unique: no two people ever share a mailbox. */
  identifier: string | null
  /** Since when their mailbox has been seen connected; null while it is not. */
  connected_at: number | null
  /** The turn whose answer told them how to go on; null: none has. */
  guided_turn_id: Generated<string | null>
  created_at: number
}

/** What belongs to one Slack thread. */
export interface ConversationTable {
  id: string
  team: string
  channel: string
  thread_ts: string
  kind: 'im' | 'shared'
  person_id: string
  /** The owner's answer to the question where to answer. */
  place: 'here' | 'private' | null
  /** Where replies go; both null until decided. */
  address_channel: string | null
  address_thread_ts: string | null
  /** 1 once somebody else wrote in its thread: from then on follow-ups need a mention. */
  others_spoke: Generated<number>
  session_id: string | null
  /** Set before the session is created, so that a lost answer is looked up and not repeated. */
  session_requested_at: number | null
  position_event: string | null
  position_at: string | null
  /** 1 when the last turn was given up while its session was still running: `Conversation.needsResync`. */
  adrift: Generated<number>
  created_at: number
}

/** The journal of what owners wrote. */
export interface MessageTable {
  id: string
  conversation_id: string
  team: string
  channel: string
  ts: string
  text: string
  /** `ts` of the edit that `text` comes from; empty for what was written first. */
  revision: Generated<string>
  /** JSON of Mention[]: where `text` names somebody. */
  mentions: Generated<string>
  /** JSON of FileReference[]. */
  files: string
  /** JSON of ForwardedMessage[]. */
  forwarded: Generated<string>
  /** 1 where the session had heard the request before its owner edited it or took a part of it back: this is how it stands now. */
  replaces: Generated<number>
  /** 1 where only its mention has arrived, which carries neither files nor what was passed on. */
  partial: Generated<number>
  /** `taken`: a session was, or is, to hear it; `refused`: answered without one; `assented`: a yes in words, whose author has yet to be told to press. */
  state: 'queued' | 'taken' | 'cancelled' | 'refused' | 'assented'
  turn_id: string | null
  received_at: number
}

export interface TurnTable {
  id: string
  conversation_id: string
  state: TurnState
  /** How it ended, e.g. `answered`; null before. */
  ending: string | null
  stop_requested_at: number | null
  /** How many messages of a thread its session heard with its own, or `unreadable`; null where there was nothing to read. */
  thread_read: Generated<string | null>
  /** Since when what its session heard is not what its owner wants any more: they edited or deleted a message that it has taken. */
  revised_at: Generated<number | null>
  /** Its owner's access to the mailbox was ended at that time: it stops, and says why. */
  access_ended_at: number | null
  /** Id of the event with which the session came to rest when the mailbox was lost; what follows is a further attempt. */
  lost_event: string | null
  lost_at: number | null
  /** What its owner thinks of the answer, and since when; null while they have not said. */
  feedback: Feedback | null
  feedback_at: number | null
  created_at: number
  started_at: number | null
  ended_at: number | null
}

/** The bot's own messages in Slack, noted before they are posted, so that a lost answer is looked up and not repeated. */
export interface PostTable {
  /** Id of the turn, conversation, command or person that the message belongs to. */
  subject: string
  /** `reply`: of a turn; `card`: what only its owner may see of it; `quote`: the request, repeated in the DM; `pointer`: the line that points there; `answer`: to a command about the connection; `file`: a long answer once more; `question`: where to answer; `mail`: about a mail whose turn is over (the subject is its approval); `undo`: what became of a press on Undo whose message cannot be changed (the subject is the press); `welcome`: at somebody's first opening (the subject is that person); `asked`: what was shown to its owner alone where they asked, which nothing finds again. */
  place: 'reply' | 'card' | 'quote' | 'pointer' | 'answer' | 'file' | 'question' | 'asked' | 'mail' | 'undo' | 'welcome'
  part: number
  channel: string
  /** Null between "about to post" and "posted": then Slack is asked whether it arrived. */
  ts: string | null
  announced_at: number
}

export interface ApprovalTable {
  id: string
  turn_id: string
  call_id: string
  /** 1 where the handler of the tool runs in the bot. */
  hosted: Generated<number>
  decision: 'approved' | 'denied' | null
  /** What should be different, in the owner's words; only with a no. */
  reason: string | null
  /** 1 where it was denied by a new message that its owner wrote instead of deciding. */
  superseded: Generated<number>
  /** 1 where it was asked by a version in which the agent itself could send: denied, and proposed again. */
  outdated: Generated<number>
  /** 1 where its owner said yes to the others of several, and not to this one. */
  left_out: Generated<number>
  /** Slack user who decided. */
  decided_by: string | null
  decided_at: number | null
  delivered_at: number | null
  /** Since when its owner may have seen it; null before. */
  asked_at: number | null
  /** SHA-256 (hex) of what was shown, for the record; null before. */
  shown_hash: string | null
  created_at: number
}

/** Slash commands, which Slack never repeats; unique by trigger id. */
export interface CommandTable {
  id: string
  trigger_id: string
  team: string
  person_id: string
  text: string
  /** JSON of Mention[]: where `text` names somebody. */
  mentions: Generated<string>
  /** `waiting`: its connect prompt stands in the DM; `withdrawn`: that prompt leads nowhere any more, and has yet to say so. */
  state: 'received' | 'waiting' | 'withdrawn' | 'done'
  received_at: number
}

/** Who was told that a conversation is somebody else's, so that they are told once. */
export interface BystanderTable {
  conversation_id: string
  slack_user: string
  told_at: number
}

/** What `npm run setup` made: one row, since a database serves one deployment. */
export interface DeploymentTable {
  id: 1
  scalekit_url: string
  config_name: string
  anthropic_url: string
  agent_id: string
  environment_id: string
  mcp_config_id: string
  mcp_server_url: string
  updated_at: number
}

/** What leads from a connect link back to its person. Hashes only. */
export interface ConnectStateTable {
  /** SHA-256, hex. */
  state_hash: string
  person_id: string
  /** The identifier that the link was made for. */
  identifier: string
  /** SHA-256 of the consent that came back with it, hex; null before. */
  request_hash: string | null
  expires_at: number
  used_at: number | null
}

/** Where a person's mailbox token is kept, at the Managed Agents API; never the token. */
export interface VaultTable {
  person_id: string
  anthropic_url: string
  vault_id: string
  mcp_server_url: string
  credential_id: string | null
  expires_at: number | null
}

/** Requests to end somebody's access to their mailbox. Recorded before any step is taken, so that a crash loses none. */
export interface AccessEndingTable {
  id: string
  person_id: string
  reason: 'asked' | 'deactivated' | 'unlinked'
  /** Whose account at Scalekit it is about; null where there never was one. */
  identifier: string | null
  /** What takes the identifier's place, where an operator changes or removes it; null: nothing. */
  next_identifier: string | null
  /** The command that asked for it, and is answered when it is done. */
  command_id: string | null
  /** How many turns it stopped. */
  stopped_turns: number
  /** 1 once an account was really taken away. */
  removed: Generated<number>
  asked_at: number
  done_at: number | null
}

/** Drafts in owners' mailboxes that hold a version of a mail on its way. A row goes when its draft is in the trash, or is left to its owner. */
export interface MailDraftTable {
  id: string
  mail_id: string
  /** `edit`: made here for what its owner left in the window. `own`: it held the mail, or what was edited, before the mail left. */
  purpose: MailDraftPurpose
  /** SHA-256 (hex) of what it holds, as far as is known here. */
  hash: string
  /** Null until the mailbox has answered. */
  draft_id: string | null
  /** How often it could not be put in the trash. */
  failures: Generated<number>
  made_at: number
}

/** An outgoing mail; its approval has the same id. Hashes, ids, counts and domains: never a word of the mail. */
export interface OutgoingMailTable {
  id: string
  person_id: string
  conversation_id: string
  turn_id: string
  /** Event id of the tool call. */
  call_id: string
  state: OutgoingState
  /** The host-side tool that asked for it. */
  tool: string
  /** SHA-256 (hex) of what its owner saw last. */
  hash: string
  /** SHA-256 (hex) of the address that it was to leave from; null where that was not known. */
  sender_hash: string | null
  /** How many addresses it goes to. */
  recipients: number
  /** JSON: their domains. */
  domains: string
  /** The draft that holds it. */
  draft_id: string | null
  /** Gmail id of the message it answers. */
  in_reply_to: string | null
  /** 1 where it was changed elsewhere and is asked about again. */
  changed: Generated<number>
  /** 1 where its owner changed it in the card. */
  edited: Generated<number>
  /** What its owner left in the window for editing, and the draft that holds it. */
  edit_hash: string | null
  edit_draft_id: string | null
  /** 1 where it leaves at once because its time had passed before its owner said yes. */
  late: Generated<number>
  /** When it was asked to leave; null: at once. */
  send_at: number | null
  /** Since it was approved: when it leaves. */
  due_at: number | null
  /** Set before a draft is made, so that a lost answer is looked up and not repeated. */
  drafting_since: number | null
  sending_since: number | null
  /** JSON: hashes by which it is recognized in the Sent mail. */
  sent_hashes: string | null
  /** Gmail id of the sent message. */
  message_id: string | null
  ended_at: number | null
  /** Why the mailbox refused it. */
  why: string | null
  /** What is known of the draft that it stood in after it left. */
  own_draft: OutgoingMail['ownDraft']
  /** The state that a message of its own told last, after its turn had ended. */
  told_state: OutgoingState | null
  created_at: number
}
