/** What is kept of files. Forward-only, as all migrations. */

import type { Kysely, Migration } from 'kysely'

/** Files of messages that reach the agent. */
export const attachedFiles: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('attached_file')
      .addColumn('id', 'text', (c) => c.primaryKey())
      .addColumn('conversation_id', 'text', (c) => c.notNull().references('conversation.id'))
      // A message whose words were edited is heard anew, under a new id.
      .addColumn('message_id', 'text', (c) => c.notNull().references('message.id').onUpdate('cascade'))
      .addColumn('slack_id', 'text', (c) => c.notNull())
      .addColumn('name', 'text', (c) => c.notNull())
      .addColumn('mimetype', 'text', (c) => c.notNull())
      .addColumn('size', 'bigint', (c) => c.notNull())
      .addColumn('problem', 'text')
      .addColumn('requested_at', 'bigint')
      .addColumn('file_id', 'text')
      .addColumn('mounted', 'integer', (c) => c.notNull().defaultTo(0))
      .addColumn('given_up_at', 'bigint')
      .addColumn('noted_at', 'bigint', (c) => c.notNull())
      .execute()
    await db.schema.createIndex('attached_file_message').on('attached_file').column('message_id').execute()
    await db.schema.createIndex('attached_file_conversation').on('attached_file').column('conversation_id').execute()
  },
}
