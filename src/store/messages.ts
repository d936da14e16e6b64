import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Admission, admit, type IncomingMessage } from '../turns/admission.js'
import type { Message } from '../turns/model.js'
import { Conversations } from './conversations.js'
import type { Database } from './database.js'
import { People } from './people.js'
import type { MessageTable } from './schema.js'

export interface Journaled {
  readonly admission: Admission
  /** Null where the message was ignored. */
  readonly conversationId: string | null
  /** False for a copy of a message that was already stored. */
  readonly isNew: boolean
}

const FILES = z.array(z.object({ id: z.string(), name: z.string(), mimetype: z.string(), size: z.number() }))

export class Messages {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Stores what is meant for the bot, once per (team, channel, ts), in one transaction with the conversation it starts or
   * continues. The second copy of a mention only adds what the first lacked.
   */
  async journal(message: IncomingMessage): Promise<Journaled> {
    return await this.db.transaction().execute(async (tx) => {
      const conversations = new Conversations(tx, this.now)
      const threadTs = message.threadTs ?? message.ts
      const existing = await conversations.inThread(message.team, message.channel, threadTs)
      const admission = admit(
        message,
        existing === null ? null : { ownerUser: existing.owner.user, othersSpoke: existing.othersSpoke },
      )
      if (admission === 'ignored') return { admission, conversationId: null, isNew: false }
      if (existing !== null && (admission === 'bystander' || admission === 'bystander_addressed')) {
        if (!existing.othersSpoke) await conversations.markOthersSpoke(existing.id)
        return { admission, conversationId: existing.id, isNew: false }
      }
      const conversationId =
        existing?.id ??
        (await conversations.begin(
          message.team,
          { channel: message.channel, threadTs },
          message.kind,
          (
            await new People(tx, this.now).ensure(message.team, message.user)
          ).id,
        ))
      return { admission, conversationId, isNew: await this.#insert(tx, conversationId, message) }
    })
  }

  /** Takes over an edit, as long as no turn has taken the message. Answers whether it did. */
  async edit(team: string, channel: string, ts: string, text: string): Promise<boolean> {
    const result = await this.#queued(team, channel, ts).set({ text }).executeTakeFirst()
    return result.numUpdatedRows > 0n
  }

  /** Takes back a deleted message, as long as no turn has taken it. Answers its conversation, where it did. */
  async cancel(team: string, channel: string, ts: string): Promise<string | null> {
    const result = await this.#queued(team, channel, ts).set({ state: 'cancelled' }).executeTakeFirst()
    if (result.numUpdatedRows === 0n) return null
    const row = await this.db
      .selectFrom('message')
      .select('conversation_id')
      .where('team', '=', team)
      .where('channel', '=', channel)
      .where('ts', '=', ts)
      .executeTakeFirstOrThrow()
    return row.conversation_id
  }

  /** What waits in a conversation, in the order in which it was written. */
  async queued(conversationId: string): Promise<Message[]> {
    const rows = await this.db
      .selectFrom('message')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('state', '=', 'queued')
      .execute()
    return rows.map(toMessage).sort(byTs)
  }

  async ofTurn(turnId: string): Promise<Message[]> {
    const rows = await this.db.selectFrom('message').selectAll().where('turn_id', '=', turnId).execute()
    return rows.map(toMessage).sort(byTs)
  }

  /** What the owner wrote in turns that have ended, as far as a session was to hear it, oldest first, the last `limit` of it. */
  async earlier(conversationId: string, limit: number): Promise<string[]> {
    const rows = await this.db
      .selectFrom('message')
      .innerJoin('turn', 'turn.id', 'message.turn_id')
      .select(['message.ts', 'message.text'])
      .where('message.conversation_id', '=', conversationId)
      .where('message.state', '=', 'taken')
      .where('turn.state', '=', 'ended')
      .execute()
    return rows
      .sort(byTs)
      .slice(-limit)
      .map((row) => row.text)
  }

  async #insert(tx: Database, conversationId: string, message: IncomingMessage): Promise<boolean> {
    const known = await tx
      .selectFrom('message')
      .select(['id', 'files'])
      .where('team', '=', message.team)
      .where('channel', '=', message.channel)
      .where('ts', '=', message.ts)
      .executeTakeFirst()
    if (known !== undefined) {
      if (message.files.length > 0 && known.files === '[]') {
        await tx
          .updateTable('message')
          .set({ files: JSON.stringify(message.files) })
          .where('id', '=', known.id)
          .execute()
      }
      return false
    }
    await tx
      .insertInto('message')
      .values({
        id: randomUUID(),
        conversation_id: conversationId,
        team: message.team,
        channel: message.channel,
        ts: message.ts,
        text: message.text,
        files: JSON.stringify(message.files),
        state: 'queued',
        turn_id: null,
        received_at: this.now(),
      })
      .execute()
    return true
  }

  #queued(team: string, channel: string, ts: string) {
    return this.db
      .updateTable('message')
      .where('team', '=', team)
      .where('channel', '=', channel)
      .where('ts', '=', ts)
      .where('state', '=', 'queued')
  }
}

export function toMessage(row: MessageTable): Message {
  return { id: row.id, channel: row.channel, ts: row.ts, text: row.text, files: FILES.parse(JSON.parse(row.files)) }
}

/** Slack timestamps are decimal strings, `seconds.microseconds`; as numbers they would lose their last digits. */
export function byTs(a: { readonly ts: string }, b: { readonly ts: string }): number {
  const [aSeconds = '', aFraction = ''] = a.ts.split('.')
  const [bSeconds = '', bFraction = ''] = b.ts.split('.')
  return Number(aSeconds) - Number(bSeconds) || aFraction.padEnd(6, '0').localeCompare(bFraction.padEnd(6, '0'))
}
