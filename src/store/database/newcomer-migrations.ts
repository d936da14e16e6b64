/** What is said to somebody once, and not to those who were known before it was. Forward-only, as all migrations. */

import { type Kysely, type Migration, sql } from 'kysely'

/** People are welcomed once. Who was known before needs none. */
export const welcomes: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`insert into post (subject, place, part, channel, ts, announced_at)
      select id, 'welcome', 0, '', 'before', created_at from person`.execute(db)
  },
}

/** One answer says how to go on, the first one. Who has had answers knows. */
export const guidance: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('person').addColumn('guided_turn_id', 'text').execute()
    await sql`update person set guided_turn_id = (
      select turn.id from turn join conversation on conversation.id = turn.conversation_id
      where conversation.person_id = person.id and conversation.kind = 'im' and turn.ending = 'answered'
      order by turn.ended_at limit 1
    )`.execute(db)
  },
}
