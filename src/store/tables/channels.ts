/** What a channel's new id changes. */

import type { Database } from '../database/database.js'

export class Channels {
  constructor(private readonly db: Database) {}

  /**
   * Conversations, messages and posts go on under the new id. Slack promises no order: what has begun there already stays as it is, and what has the
   * same thread or the same `ts` stays under the old id. May come twice.
   * @returns how many conversations moved, and how many were kept from it
   */
  async changeId(team: string, previous: string, channel: string): Promise<{ moved: number; kept: number }> {
    return await this.db.transaction().execute(async (tx) => {
      const conversations = await tx
        .selectFrom('conversation')
        .select(['id', 'thread_ts'])
        .where('team', '=', team)
        .where('channel', '=', previous)
        .execute()
      const begun = await tx
        .selectFrom('conversation')
        .select('thread_ts')
        .where('team', '=', team)
        .where('channel', '=', channel)
        .execute()
      const taken = new Set(begun.map(({ thread_ts }) => thread_ts))
      const moving = conversations.filter(({ thread_ts }) => !taken.has(thread_ts))
      for (const { id } of moving) {
        await tx.updateTable('conversation').set({ channel }).where('id', '=', id).execute()
        await tx
          .updateTable('conversation')
          .set({ address_channel: channel })
          .where('id', '=', id)
          .where('address_channel', '=', previous)
          .execute()
        await moveMessages(tx, id, team, previous, channel)
      }
      await tx.updateTable('post').set({ channel }).where('channel', '=', previous).execute()
      return { moved: moving.length, kept: conversations.length - moving.length }
    })
  }
}

async function moveMessages(
  tx: Database,
  conversationId: string,
  team: string,
  previous: string,
  channel: string,
): Promise<void> {
  const known = tx.selectFrom('message').select('ts').where('team', '=', team).where('channel', '=', channel)
  await tx
    .updateTable('message')
    .set({ channel })
    .where('conversation_id', '=', conversationId)
    .where('channel', '=', previous)
    .where('ts', 'not in', known)
    .execute()
}
