/** Migrations of what concerns mails on their way. */

import type { Kysely, Migration } from 'kysely'

/** What leaves a mailbox is sent by the bot: what was shown, and how far it is. */
export const outgoingMails: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('approval')
      .addColumn('outdated', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema
      .alterTable('approval')
      .addColumn('hosted', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
    await db.schema.alterTable('approval').addColumn('shown_hash', 'text').execute()
    await db.schema
      .createTable('outgoing_mail')
      .addColumn('id', 'text', (c) => c.primaryKey().references('approval.id'))
      .addColumn('person_id', 'text', (c) => c.notNull().references('person.id'))
      .addColumn('conversation_id', 'text', (c) => c.notNull().references('conversation.id'))
      .addColumn('turn_id', 'text', (c) => c.notNull().references('turn.id'))
      .addColumn('call_id', 'text', (c) => c.notNull())
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('tool', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('sender_hash', 'text')
      .addColumn('recipients', 'integer', (c) => c.notNull())
      .addColumn('domains', 'text', (c) => c.notNull())
      .addColumn('draft_id', 'text')
      .addColumn('in_reply_to', 'text')
      .addColumn('changed', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('edited', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('edit_hash', 'text')
      .addColumn('edit_draft_id', 'text')
      .addColumn('send_at', 'bigint')
      .addColumn('due_at', 'bigint')
      .addColumn('drafting_since', 'bigint')
      .addColumn('sending_since', 'bigint')
      .addColumn('sent_hashes', 'text')
      .addColumn('message_id', 'text')
      .addColumn('ended_at', 'bigint')
      .addColumn('why', 'text')
      .addColumn('told_state', 'text')
      .addColumn('created_at', 'bigint', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('outgoing_mail_state').on('outgoing_mail').columns(['state', 'due_at']).execute()
    await db.schema.createIndex('outgoing_mail_turn').on('outgoing_mail').column('turn_id').execute()
    await db.schema.createIndex('outgoing_mail_person').on('outgoing_mail').columns(['person_id', 'state']).execute()
    await db.schema.createIndex('outgoing_mail_message').on('outgoing_mail').column('message_id').execute()
  },
}

/** The time of a mail may pass before its owner says yes, and they may let it leave at once all the same. */
export const lateMails: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('outgoing_mail')
      .addColumn('late', 'integer', (c) => c.notNull().defaultTo(0))
      .execute()
  },
}

/** Drafts that hold a version of a mail on its way, each until it is in the trash or its owner's again. */
export const mailDrafts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('outgoing_mail').addColumn('own_draft', 'text').execute()
    await db.schema
      .createTable('mail_draft')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('mail_id', 'text', (c) => c.notNull().references('outgoing_mail.id'))
      .addColumn('purpose', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .addColumn('draft_id', 'text')
      .addColumn('failures', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('made_at', 'bigint', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('mail_draft_mail').on('mail_draft').column('mail_id').execute()
  },
}

/** A change that was approved can be taken back for a day. */
export const changeUndos: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('change_undo')
      .addColumn('id', 'text', (c) => c.primaryKey().references('approval.id'))
      .addColumn('state', 'text', (c) => c.notNull())
      .addColumn('ways', 'text', (c) => c.notNull())
      .addColumn('emails', 'integer', (c) => c.notNull())
      .addColumn('expires_at', 'bigint', (c) => c.notNull())
      .addColumn('press_id', 'text')
      .addColumn('channel', 'text')
      .addColumn('ts', 'text')
      .addColumn('thread_ts', 'text')
      .addColumn('pressed_at', 'bigint')
      .addColumn('begun_at', 'bigint')
      .addColumn('shown_at', 'bigint')
      .addColumn('heard_at', 'bigint')
      .execute()
    await db.schema.createIndex('change_undo_press').on('change_undo').column('press_id').execute()
    await db.schema.createIndex('change_undo_expiry').on('change_undo').column('expires_at').execute()
  },
}
