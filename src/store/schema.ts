/**
 * The tables, as Kysely sees them. Plain SQL types only (text, integer), so that the same schema and queries run on PostgreSQL.
 * Times are epoch milliseconds, ids are random text, Slack timestamps stay text (they are decimal strings, not numbers).
 */

import type { Generated } from 'kysely'

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
}

/** A Slack user of a workspace, mapped once to a Scalekit identifier. */
export interface PersonTable {
  id: string
  team: string
  slack_user: string
  /** Unique: no two people ever share a mailbox. */
  identifier: string | null
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
  /** 1 when the last turn was given up while its session may have gone on. */
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
  /** JSON of FileReference[]. */
  files: string
  /** `taken`: a session was, or is, to hear it; `refused`: answered without one. */
  state: 'queued' | 'taken' | 'cancelled' | 'refused'
  turn_id: string | null
  received_at: number
}

export interface TurnTable {
  id: string
  conversation_id: string
  state: 'queued' | 'waiting_connection' | 'sending' | 'running' | 'waiting_approval' | 'ended'
  /** How it ended, e.g. `answered`; null before. */
  ending: string | null
  stop_requested_at: number | null
  created_at: number
  started_at: number | null
  ended_at: number | null
}

/** The bot's own messages in Slack, noted before they are posted, so that a lost answer is looked up and not repeated. */
export interface PostTable {
  /** Id of the turn, conversation or command that the message belongs to. */
  subject: string
  /** `reply`: of a turn; `card`: what only its owner may see of it; `quote`: the request, repeated in the DM; `pointer`: the line that points there. */
  place: 'reply' | 'card' | 'quote' | 'pointer'
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
  decision: 'approved' | 'denied' | null
  /** Slack user who decided. */
  decided_by: string | null
  decided_at: number | null
  delivered_at: number | null
  created_at: number
}

/** Slash commands, which Slack never repeats; unique by trigger id. */
export interface CommandTable {
  id: string
  trigger_id: string
  team: string
  person_id: string
  text: string
  state: 'received' | 'done'
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

/** Where a person's mailbox token is kept, at the Managed Agents API; never the token. */
export interface VaultTable {
  person_id: string
  anthropic_url: string
  vault_id: string
  mcp_server_url: string
  credential_id: string | null
  expires_at: number | null
}
