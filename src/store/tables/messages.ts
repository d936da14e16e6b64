import { randomUUID } from 'node:crypto'
import { type Admission, admit, type IncomingMessage } from '../../turns/admission.js'
import { isAssent } from '../../turns/assent-words.js'
import type { Message, MessagePlace, MessageRest } from '../../turns/model.js'
import { isStopWord } from '../../turns/stop-words.js'
import type { Words } from '../../turns/words.js'
import type { Database } from '../database/database.js'
import { byTs } from '../rows/timestamps.js'
import { parseMentions, toMessage } from '../rows/words.js'
import { Conversations } from './conversations.js'
import { People } from './people.js'
import { askedInWords, stopByMessage } from './stop-requests.js'

export interface Journaled {
  readonly admission: Admission
  /** Null where the message was ignored. */
  readonly conversationId: string | null
  /** False for a copy of a message that was already stored. */
  readonly isNew: boolean
  /** Id of the turn that the message stops, as the Stop button does; no session hears of it. */
  readonly stops?: string
}

/** What a message is known by, whatever it says. */
export type MessageKey = Pick<IncomingMessage, 'team' | 'channel' | 'ts'>
/** What an edit of it changes. */
export type MessageContent = Pick<IncomingMessage, 'text' | 'mentions' | 'forwarded'>

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
    return await this.db.transaction().execute(async (tx) => await this.#journal(tx, message, ''))
  }

  /**
   * Takes over an edit, as long as no turn has taken the message and no later edit has come before. An edit may overtake the
   * message itself: then it is stored as edited, and the original, when it comes, is the copy.
   * @param message as it stands after the edit
   * @param revision `ts` of the edit; empty where the message changed otherwise
   */
  async amend(message: IncomingMessage, revision: string): Promise<Journaled> {
    return await this.db.transaction().execute(async (tx) => {
      const known = await conversationOf(tx, message)
      if (known === null) return await this.#journal(tx, message, revision)
      const { owner } = await new Conversations(tx, this.now).get(known)
      // People edit only what they wrote: anything else is no edit of this message.
      if (owner.user !== message.user || owner.team !== message.userTeam) {
        return { admission: 'ignored', conversationId: null, isNew: false }
      }
      await edit(tx, message, revision)
      return { admission: 'continues', conversationId: known, isNew: false }
    })
  }

  /** Takes over an edit of a message that is stored, as `amend` does. Answers whether it did. */
  async edit(message: MessageKey & MessageContent, revision: string): Promise<boolean> {
    return await edit(this.db, message, revision)
  }

  /** Takes back a deleted message, as long as no turn has taken it. Answers its conversation, where it did. */
  async cancel(team: string, channel: string, ts: string): Promise<string | null> {
    return await this.db
      .transaction()
      .execute(async (tx) => await cancel(new Conversations(tx, this.now), tx, { team, channel, ts }))
  }

  /** The same for a deletion that may overtake the message itself: then the message, when it comes, is a copy of one that is gone. */
  async retract(message: IncomingMessage): Promise<string | null> {
    return await this.db.transaction().execute(async (tx) => {
      if ((await conversationOf(tx, message)) === null) await this.#journal(tx, { ...message, text: '' }, '')
      return await cancel(new Conversations(tx, this.now), tx, message)
    })
  }

  /** What waits in a conversation, in the order in which it was written; `assented`: what said yes in words there, and has not been told to press. */
  async queued(conversationId: string, state: 'queued' | 'assented' = 'queued'): Promise<Message[]> {
    const rows = await this.db
      .selectFrom('message')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('state', '=', state)
      .execute()
    return rows.map(toMessage).sort(byTs)
  }

  /** What waits in a conversation, and of which only the mention has arrived. */
  async partial(conversationId: string): Promise<MessagePlace[]> {
    return await this.db
      .selectFrom('message')
      .select(['id', 'channel', 'ts'])
      .where('conversation_id', '=', conversationId)
      .where('state', '=', 'queued')
      .where('partial', '=', 1)
      .execute()
  }

  /** What belongs to such a message, as Slack lists it; null where it does not tell. */
  async complete(id: string, rest: MessageRest | null): Promise<void> {
    const lists = rest === null ? {} : { files: JSON.stringify(rest.files), forwarded: JSON.stringify(rest.forwarded) }
    await this.db
      .updateTable('message')
      .set({ partial: 0, ...lists })
      .where('id', '=', id)
      .where('state', '=', 'queued')
      .where('partial', '=', 1)
      .execute()
  }

  async ofTurn(turnId: string): Promise<Message[]> {
    const rows = await this.db.selectFrom('message').selectAll().where('turn_id', '=', turnId).execute()
    return rows.map(toMessage).sort(byTs)
  }

  /**
   * What the session hears, or heard, of a conversation as its owner's words in this channel, and the last of it before this turn; and
   * whether others wrote in its thread, too. All by `ts`.
   */
  async inThread(
    conversationId: string,
    channel: string,
    turnId: string,
  ): Promise<{
    readonly heard: ReadonlySet<string>
    readonly lastHeard: string | null
    readonly othersSpoke: boolean
  }> {
    const rows = await this.db
      .selectFrom('message')
      .select(['ts', 'state', 'turn_id'])
      .where('conversation_id', '=', conversationId)
      .where('channel', '=', channel)
      .execute()
    const { others_spoke } = await this.db
      .selectFrom('conversation')
      .select('others_spoke')
      .where('id', '=', conversationId)
      .executeTakeFirstOrThrow()
    const before = rows.filter(({ state, turn_id }) => state === 'taken' && turn_id !== turnId).sort(byTs)
    return {
      heard: new Set(rows.map(({ ts }) => ts)),
      lastHeard: before.at(-1)?.ts ?? null,
      othersSpoke: others_spoke === 1,
    }
  }

  /** What the owner wrote in turns that have ended, as far as a session was to hear it, oldest first, the last `limit` of it. */
  async earlier(conversationId: string, limit: number): Promise<Words[]> {
    const rows = await this.db
      .selectFrom('message')
      .innerJoin('turn', 'turn.id', 'message.turn_id')
      .select(['message.ts', 'message.text', 'message.mentions'])
      .where('message.conversation_id', '=', conversationId)
      .where('message.state', '=', 'taken')
      .where('turn.state', '=', 'ended')
      .execute()
    return rows
      .sort(byTs)
      .slice(-limit)
      .map(({ text, mentions }) => ({ text, mentions: parseMentions(mentions) }))
  }

  async #journal(tx: Database, message: IncomingMessage, revision: string): Promise<Journaled> {
    const conversations = new Conversations(tx, this.now)
    const threadTs = message.threadTs ?? message.ts
    const existing = await conversations.inThread(message.team, message.channel, threadTs)
    const admission = admit(
      message,
      existing === null
        ? null
        : { ownerUser: existing.owner.user, ownerTeam: existing.owner.team, othersSpoke: existing.othersSpoke },
    )
    if (admission === 'ignored') return { admission, conversationId: null, isNew: false }
    // Nothing of it is kept: it may have been meant for somebody else.
    if (existing !== null && admission === 'owner_among_others')
      return { admission, conversationId: existing.id, isNew: false }
    if (existing !== null && (admission === 'bystander' || admission === 'bystander_addressed')) {
      if (!existing.othersSpoke) await conversations.markOthersSpoke(existing.id)
      return { admission, conversationId: existing.id, isNew: false }
    }
    if (isStopWord(message) && (await conversationOf(tx, message)) === null) {
      const stopped = await stopByMessage(tx, message, existing?.id ?? null, this.now())
      if (stopped !== null) {
        await this.#insert(tx, stopped.conversationId, message, revision, 'refused')
        return { admission: 'continues', conversationId: stopped.conversationId, isNew: true, stops: stopped.turnId }
      }
    }
    if (isAssent(message) && (await conversationOf(tx, message)) === null) {
      const asking = await askedInWords(tx, message, existing?.id ?? null, this.now())
      if (asking !== null) {
        await conversations.answerBelow(asking, message)
        const isNew = await this.#insert(tx, asking, message, revision, 'assented')
        return { admission: 'continues', conversationId: asking, isNew }
      }
    }
    const neighbour = existing === null ? await conversations.joinLine(message) : null
    const conversationId =
      existing?.id ??
      neighbour ??
      (await conversations.begin(
        message.team,
        { channel: message.channel, threadTs },
        message.kind,
        (
          await new People(tx, this.now).ensure(message.userTeam, message.user)
        ).id,
      ))
    return { admission, conversationId, isNew: await this.#insert(tx, conversationId, message, revision) }
  }

  /** Stop words that are not in time to stop anything, and a yes in words, are answered, and no session hears of them. */
  async dismiss(messages: readonly Pick<Message, 'id'>[]): Promise<void> {
    for (const { id } of messages) {
      await this.db
        .updateTable('message')
        .set({ state: 'refused' })
        .where('id', '=', id)
        .where('state', 'in', ['queued', 'assented'])
        .execute()
    }
  }

  async #insert(
    tx: Database,
    conversationId: string,
    message: IncomingMessage,
    revision: string,
    state: 'queued' | 'refused' | 'assented' = 'queued',
  ): Promise<boolean> {
    const known = await tx
      .selectFrom('message')
      .select(['id', 'files', 'forwarded', 'partial'])
      .where('team', '=', message.team)
      .where('channel', '=', message.channel)
      .where('ts', '=', message.ts)
      .executeTakeFirst()
    if (known !== undefined) {
      if (message.isPartial === true) return false
      if (known.partial === 1) await tx.updateTable('message').set({ partial: 0 }).where('id', '=', known.id).execute()
      if (known.files === '[]' && known.forwarded === '[]') {
        // What is cancelled stays empty, and what is taken has been heard.
        await queued(tx, message)
          .set({ files: JSON.stringify(message.files), forwarded: JSON.stringify(message.forwarded) })
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
        mentions: JSON.stringify(message.mentions),
        revision,
        files: JSON.stringify(message.files),
        forwarded: JSON.stringify(message.forwarded),
        partial: message.isPartial === true ? 1 : 0,
        state,
        turn_id: null,
        received_at: this.now(),
      })
      .execute()
    return true
  }
}

async function edit(db: Database, message: MessageKey & MessageContent, revision: string): Promise<boolean> {
  const { text } = message
  const lists = { mentions: JSON.stringify(message.mentions), forwarded: JSON.stringify(message.forwarded) }
  const result = await queued(db, message)
    .where('revision', '<=', revision)
    .set({ text, revision, ...lists })
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What is left of a message that was taken back. */
export const EMPTY_CONTENT = { text: '', mentions: '[]', files: '[]', forwarded: '[]' }

async function cancel(conversations: Conversations, db: Database, message: MessageKey): Promise<string | null> {
  const result = await queued(db, message)
    .set({ state: 'cancelled', ...EMPTY_CONTENT })
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) return null
  const id = await conversationOf(db, message)
  if (id !== null) await conversations.leaveLine(id, message)
  return id
}

async function conversationOf(db: Database, { team, channel, ts }: MessageKey): Promise<string | null> {
  const row = await db
    .selectFrom('message')
    .select('conversation_id')
    .where('team', '=', team)
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .executeTakeFirst()
  return row?.conversation_id ?? null
}

function queued(db: Database, { team, channel, ts }: MessageKey) {
  return db
    .updateTable('message')
    .where('team', '=', team)
    .where('channel', '=', channel)
    .where('ts', '=', ts)
    .where('state', '=', 'queued')
}
