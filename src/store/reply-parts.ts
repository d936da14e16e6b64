import type { Database } from './database.js'
import type { ReplyPartTable } from './schema.js'

/** Which of a turn's messages: the reply itself, the owner's private card beside it, the line in the channel that points to the DM. */
export type ReplyPlace = ReplyPartTable['place']

export interface ReplyPart {
  readonly part: number
  readonly channel: string
  /** Null: about to be posted when the process ended, so it may or may not be in Slack. */
  readonly ts: string | null
}

export class ReplyParts {
  constructor(private readonly db: Database) {}

  async of(turnId: string, place: ReplyPlace): Promise<ReplyPart[]> {
    return await this.db
      .selectFrom('reply_part')
      .select(['part', 'channel', 'ts'])
      .where('turn_id', '=', turnId)
      .where('place', '=', place)
      .orderBy('part')
      .execute()
  }

  /** Notes that a message is about to be posted. */
  async announce(turnId: string, place: ReplyPlace, part: number, channel: string): Promise<void> {
    await this.db
      .insertInto('reply_part')
      .values({ turn_id: turnId, place, part, channel, ts: null })
      .onConflict((conflict) => conflict.columns(['turn_id', 'place', 'part']).doUpdateSet({ channel, ts: null }))
      .execute()
  }

  async settle(turnId: string, place: ReplyPlace, part: number, ts: string): Promise<void> {
    await this.db
      .updateTable('reply_part')
      .set({ ts })
      .where('turn_id', '=', turnId)
      .where('place', '=', place)
      .where('part', '=', part)
      .execute()
  }

  async forget(turnId: string, place: ReplyPlace, part: number): Promise<void> {
    await this.db
      .deleteFrom('reply_part')
      .where('turn_id', '=', turnId)
      .where('place', '=', place)
      .where('part', '=', part)
      .execute()
  }
}
