/** Forward-only migrations. Never edit one that has been released: add another. */

import type { Kysely, Migration } from 'kysely'
import { attachedFiles } from './file-migrations.js'
import { changeUndos, lateMails, mailDrafts, outgoingMails } from './mail-migrations.js'
import { guidance, welcomes } from './newcomer-migrations.js'

type AnyDatabase = Kysely<unknown>

const first: Migration = {
  async up(db: AnyDatabase) {
    await db.schema
      .createTable('person')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('team', 'text', (c) => c.notNull())
      .addColumn('slack_user', 'text', (c) => c.notNull())
      .addColumn('identifier', 'text', (c) => c.unique())
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('person_slack', ['team', 'slack_user'])
      .execute()

    await db.schema
      .createTable('conversation')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('team', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('thread_ts', 'text', (c) => c.notNull())
      .addColumn('kind', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('address_channel', 'text')
      .addColumn('address_thread_ts', 'text')
      .addColumn('others_spoke', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('session_id', 'text')
      .addColumn('session_requested_at', 'bigint')
      .addColumn('position_event', 'text')
      .addColumn('position_at', 'text')
      .addColumn('adrift', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('conversation_thread', ['team', 'channel', 'thread_ts'])
      .execute()
    await db.schema
      .createIndex('conversation_address')
      .on('conversation')
      .columns(['team', 'address_channel', 'address_thread_ts'])
      .execute()

    await db.schema
      .createTable('turn')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('conversation_id', 'text', (c) => c.notNull().references('conversation.id'))
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('ending', 'text')
      .addColumn('stop_requested_at', 'bigint')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addColumn('started_at', 'bigint')
      .addColumn('ended_at', 'bigint')
      .execute()
    await db.schema.createIndex('turn_conversation').on('turn').columns(['conversation_id', 'state']).execute()
    await db.schema.createIndex('turn_state').on('turn').column('state').execute()

    await db.schema
      .createTable('message')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('conversation_id', 'text', (c) => c.notNull().references('conversation.id'))
      .addColumn('team', 'text', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('ts', 'text', (c) => c.notNull())
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('files', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('turn_id', 'text', (c) => c.references('turn.id'))
      .addColumn('received_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('message_slack', ['team', 'channel', 'ts'])
      .execute()
    await db.schema.createIndex('message_conversation').on('message').columns(['conversation_id', 'state']).execute()
    await db.schema.createIndex('message_turn').on('message').column('turn_id').execute()

    await db.schema
      .createTable('post')
      .addColumn('subject', 'text', (c) => c.notNull())
      .addColumn('place', 'text', (c) => c.notNull())
      .addColumn('part', 'integer', (c) => c.notNull())
      .addColumn('channel', 'text', (c) => c.notNull())
      .addColumn('ts', 'text')
      .addColumn('announced_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('post_key', ['subject', 'place', 'part'])
      .execute()

    await db.schema
      .createTable('approval')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('turn_id', 'text', (c) => c.notNull().references('turn.id'))
      .addColumn('call_id', 'text', (c) => c.notNull())
      .addColumn('decision', 'text')
      .addColumn('decided_by', 'text')
      .addColumn('decided_at', 'bigint')
      .addColumn('delivered_at', 'bigint')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .addUniqueConstraint('approval_call', ['turn_id', 'call_id'])
      .execute()

    await db.schema
      .createTable('command')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('trigger_id', 'text', (c) => c.notNull().unique())
      .addColumn('team', 'text', (c) => c.notNull())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('text', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('received_at', 'bigint', (c) => c.notNull())
      .execute()

    await db.schema
      .createTable('bystander')
      .addColumn('conversation_id', 'text', (c) => c.notNull().references('conversation.id'))
      .addColumn('slack_user', 'text', (c) => c.notNull())
      .addColumn('told_at', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint('bystander_key', ['conversation_id', 'slack_user'])
      .execute()

    await db.schema
      .createTable('deployment')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('scalekit_url', 'text', (c) => c.notNull())
      .addColumn('config_name', 'text', (c) => c.notNull())
      .addColumn('anthropic_url', 'text', (c) => c.notNull())
      .addColumn('agent_id', 'text', (c) => c.notNull())
      .addColumn('environment_id', 'text', (c) => c.notNull())
      .addColumn('mcp_config_id', 'text', (c) => c.notNull())
      .addColumn('mcp_server_url', 'text', (c) => c.notNull())
      .addColumn('updated_at', 'bigint', (c) => c.notNull())
      .execute()

    await db.schema
      .createTable('vault')
      .addColumn('person_id', 'text', (c) => c.primaryKey().references('person.id'))
      .addColumn('anthropic_url', 'text', (c) => c.notNull())
      .addColumn('vault_id', 'text', (c) => c.notNull())
      .addColumn('mcp_server_url', 'text', (c) => c.notNull())
      .addColumn('credential_id', 'text')
      .addColumn('expires_at', 'bigint')
      .execute()
  },
}

/** Edits can overtake each other on their way: which one a message stands at is remembered. */
const messageRevision: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('message')
      .addColumn('revision', 'text', (c) => c.notNull().defaultTo(''))
      .execute()
  },
}

/** Connecting and disconnecting outlive a crash, and a turn may lose the mailbox and go on. */
const accessLifecycle: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('person').addColumn('connected_at', 'bigint').execute()
    await db.schema.alterTable('turn').addColumn('access_ended_at', 'bigint').execute()
    await db.schema.alterTable('turn').addColumn('lost_event', 'text').execute()
    await db.schema.alterTable('turn').addColumn('lost_at', 'bigint').execute()
    await db.schema
      .createTable('access_ending')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('reason', 'text', (c) => c.notNull())
      .addColumn('identifier', 'text')
      .addColumn('next_identifier', 'text')
      .addColumn('command_id', 'text', (c) => c.references('command.id'))
      .addColumn('stopped_turns', 'integer', (c) => c.notNull())
      .addColumn('removed', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('asked_at', 'bigint', (c) => c.notNull())
      .addColumn('done_at', 'bigint')
      .execute()
    await db.schema.createIndex('access_ending_person').on('access_ending').columns(['person_id', 'done_at']).execute()
  },
}

/** Where others read along, the owner chooses where the answers go. */
const placeChoice: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('conversation').addColumn('place', 'text').execute()
  },
}

/** A no may say what should be different. */
const decisionReason: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('approval').addColumn('reason', 'text').execute()
  },
}

/** Connect links whose followers are verified. */
const connectStates: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('connect_state')
      .addColumn('state_hash', 'text', (c) => c.primaryKey())
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('identifier', 'text', (c) => c.notNull())
      .addColumn('request_hash', 'text')
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('used_at', 'bigint')
      .execute()
    await db.schema.createIndex('connect_state_request').on('connect_state').column('request_hash').execute()
  },
}

/** When a question was first seen by its owner, and whether they wrote something new instead of answering it. */
const supersededApprovals: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('approval').addColumn('asked_at', 'bigint').execute()
    await db.schema
      .alterTable('approval')
      .addColumn('superseded', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  },
}

/** A message may be edited or deleted after a session has heard it. */
const revisions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('message')
      .addColumn('replaces', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('turn').addColumn('revised_at', 'bigint').execute()
  },
}

/** Whom a message names, and what was passed on with it. */
const wholeWords: Migration = {
  async up(db: Kysely<unknown>) {
    for (const [table, column] of [
      ['message', 'mentions'],
      ['message', 'forwarded'],
      ['command', 'mentions'],
    ] as const) {
      await db.schema
        .alterTable(table)
        .addColumn(column, 'text', (c) => c.notNull().defaultTo('[]'))
        .execute()
    }
  },
}

/** What a thread said is read when a turn begins, and its owner is told. */
const threadReading: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('turn').addColumn('thread_read', 'text').execute()
  },
}

/** A mention may arrive without what belongs to it. */
const partialMentions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('message')
      .addColumn('partial', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  },
}

/** What the owner of an answer thinks of it. */
const feedback: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('turn').addColumn('feedback', 'text').execute()
    await db.schema.alterTable('turn').addColumn('feedback_at', 'bigint').execute()
  },
}

/** One of several questions that its owner left out of their yes. */
const leftOut: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('approval')
      .addColumn('left_out', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  },
}

export const MIGRATIONS: Record<string, Migration> = {
  '0001_first': first,
  '0002_message_revision': messageRevision,
  '0003_access_lifecycle': accessLifecycle,
  '0004_place_choice': placeChoice,
  '0005_decision_reason': decisionReason,
  '0006_connect_states': connectStates,
  '0007_superseded_approvals': supersededApprovals,
  '0008_whole_words': wholeWords,
  '0010_outgoing_mails': outgoingMails,
  '0012_revisions': revisions,
  '0013_thread_reading': threadReading,
  '0014_partial_mentions': partialMentions,
  '0015_late_mails': lateMails,
  '0016_mail_drafts': mailDrafts,
  '0017_feedback': feedback,
  '0018_welcomes': welcomes,
  '0019_left_out': leftOut,
  '0020_guidance': guidance,
  '0021_attached_files': attachedFiles,
  '0022_change_undos': changeUndos,
}
