import type { Database } from '../database/database.js'
import type { PostTable } from '../database/schema.js'

/** Which of the bot's messages: see `PostTable`. */
export interface PostKey {
  readonly subject: string
  readonly place: PostTable['place']
  readonly part: number
}

export interface Post {
  readonly part: number
  readonly channel: string
  /** Null: about to be posted when the process ended or the answer was lost, so it may or may not be in Slack. */
  readonly ts: string | null
  /** By Slack's clock, epoch milliseconds; 0 where that was not known. */
  readonly announcedAt: number
}

export class Posts {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async of(subject: string, place: PostKey['place']): Promise<Post[]> {
    const rows = await this.db
      .selectFrom('post')
      .select(['part', 'channel', 'ts', 'announced_at'])
      .where('subject', '=', subject)
      .where('place', '=', place)
      .orderBy('part')
      .execute()
    return rows.map((row) => ({ part: row.part, channel: row.channel, ts: row.ts, announcedAt: row.announced_at }))
  }

  /**
   * Notes that a message is about to be posted. One that was noted before keeps the time of its first note.
   * @param at by Slack's clock, epoch milliseconds; null where that is not known
   */
  async announce(key: PostKey, channel: string, at: number | null = this.now()): Promise<void> {
    await this.db
      .insertInto('post')
      .values({ ...key, channel, ts: null, announced_at: Math.floor(at ?? 0) })
      .onConflict((conflict) => conflict.columns(['subject', 'place', 'part']).doUpdateSet({ channel }))
      .execute()
  }

  async settle(key: PostKey, ts: string): Promise<void> {
    await this.db
      .updateTable('post')
      .set({ ts })
      .where('subject', '=', key.subject)
      .where('place', '=', key.place)
      .where('part', '=', key.part)
      .execute()
  }

  async forget(key: PostKey): Promise<void> {
    await this.db
      .deleteFrom('post')
      .where('subject', '=', key.subject)
      .where('place', '=', key.place)
      .where('part', '=', key.part)
      .execute()
  }
}
