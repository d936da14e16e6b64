/**
 * Conversations: found, made, and moved to where they are answered.
 *
 * One file because all of it is about one row, and where a line in a direct message belongs is read from the same columns that moving it writes.
 */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from '../../turns/admission.js'
import type { LogPosition } from '../../turns/events.js'
import type { Address, Conversation } from '../../turns/model.js'
import type { RequestedSession } from '../../turns/turn-store.js'
import type { Words } from '../../turns/words.js'
import type { Database } from '../database/database.js'
import { byTs } from '../rows/timestamps.js'
import { parseMentions } from '../rows/words.js'
import { giveUpFiles } from './attached-files.js'
import { toPerson } from './people.js'

type Line = Pick<IncomingMessage, 'team' | 'channel' | 'ts' | 'user' | 'userTeam'>

/** Seconds between two lines of one thought, at most. */
const LINES_APART_S = 2

/** A session was requested when nobody knew the platform's time. */
const TIME_UNKNOWN = 0

export class Conversations {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async get(id: string): Promise<Conversation> {
    return toConversation(await withOwner(this.db).where('conversation.id', '=', id).executeTakeFirstOrThrow())
  }

  /** The conversation of a thread: the one that began there, the one whose replies go there, or the one that has its first message as a line. */
  async inThread(
    team: string,
    channel: string,
    threadTs: string,
  ): Promise<(Conversation & { othersSpoke: boolean }) | null> {
    const ofTeam = withOwner(this.db).where('conversation.team', '=', team)
    // One after the other: each has an index of its own.
    const row =
      (await ofTeam
        .where('conversation.channel', '=', channel)
        .where('conversation.thread_ts', '=', threadTs)
        .executeTakeFirst()) ??
      (await ofTeam
        .where('conversation.address_channel', '=', channel)
        .where('conversation.address_thread_ts', '=', threadTs)
        .executeTakeFirst()) ??
      (await ofTeam
        .innerJoin('message', 'message.conversation_id', 'conversation.id')
        .where('message.team', '=', team)
        .where('message.channel', '=', channel)
        .where('message.ts', '=', threadTs)
        .where('conversation.kind', '=', 'im')
        .executeTakeFirst())
    return row === undefined ? null : { ...toConversation(row), othersSpoke: row.others_spoke === 1 }
  }

  /** A line close to another one joins its conversation, whose replies stand below the last line. Null: it stands alone. */
  async joinLine(message: IncomingMessage): Promise<string | null> {
    const { kind, threadTs, channel, ts, isQuote } = message
    if (kind !== 'im' || threadTs !== null || isQuote === true) return null
    const conversation = await this.#ofNeighbouringLine(message)
    if (conversation?.address == null) return null
    if (byTs(message, { ts: conversation.address.threadTs }) > 0)
      await this.moveAddress(conversation.id, { channel, threadTs: ts })
    return conversation.id
  }

  /** No session has heard that conversation's last line yet, the same person wrote it, and hardly any time lies between the two. */
  async #ofNeighbouringLine(message: Line): Promise<Conversation | null> {
    const rows = await withOwner(this.db)
      .innerJoin('message', 'message.conversation_id', 'conversation.id')
      .where('conversation.team', '=', message.team)
      .where('conversation.kind', '=', 'im')
      .where('conversation.address_channel', '=', message.channel)
      .where('person.team', '=', message.userTeam)
      .where('person.slack_user', '=', message.user)
      .where('message.channel', '=', message.channel)
      .whereRef('message.ts', '=', 'conversation.address_thread_ts')
      .where('message.state', '=', 'queued')
      // A command's quote is no line that somebody typed.
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('post')
              .select('post.ts')
              .where('post.place', '=', 'quote')
              .whereRef('post.channel', '=', 'conversation.channel')
              .whereRef('post.ts', '=', 'conversation.thread_ts'),
          ),
        ),
      )
      .execute()
    // As numbers they lose their last digits, which are less than a millisecond.
    const apart = (row: Row) => Math.abs(Number(row.address_thread_ts) - Number(message.ts))
    const [nearest] = rows.filter((row) => apart(row) <= LINES_APART_S).sort((one, other) => apart(one) - apart(other))
    return nearest === undefined ? null : toConversation(nearest)
  }

  /** In a direct message, what is asked in a conversation stands from now on below this line of its owner's. */
  async answerBelow(id: string, { channel, ts, threadTs }: IncomingMessage): Promise<void> {
    const { kind, address } = await this.get(id)
    const thread = threadTs ?? ts
    if (kind === 'im' && address?.channel === channel && address.threadTs !== thread)
      await this.moveAddress(id, { channel, threadTs: thread })
  }

  /** Where a line was taken back, replies stand below the last line that is left. */
  async leaveLine(id: string, { channel, ts }: Pick<Line, 'channel' | 'ts'>): Promise<void> {
    const { kind, address } = await this.get(id)
    if (kind !== 'im' || address?.threadTs !== ts) return
    const left = await this.db
      .selectFrom('message')
      .select('ts')
      .where('conversation_id', '=', id)
      .where('channel', '=', channel)
      .where('state', 'in', ['queued', 'taken'])
      .execute()
    const last = left
      .filter((one) => byTs(one, { ts }) < 0)
      .sort(byTs)
      .at(-1)
    if (last !== undefined) await this.moveAddress(id, { channel, threadTs: last.ts })
  }

  /**
   * The session that heard the same person last in their direct messages, in another conversation, before this message.
   * @param since epoch milliseconds: only what arrived or was answered from then on counts
   */
  async sessionBefore({ id, owner, origin }: Conversation, ts: string, since: number): Promise<string | null> {
    const rows = await this.db
      .selectFrom('message')
      .innerJoin('conversation', 'conversation.id', 'message.conversation_id')
      .leftJoin('turn', 'turn.id', 'message.turn_id')
      .select(['conversation.session_id', 'message.ts'])
      .where('conversation.person_id', '=', owner.id)
      .where('conversation.kind', '=', 'im')
      .where('conversation.channel', '=', origin.channel)
      .where('conversation.id', '!=', id)
      .where('conversation.session_id', 'is not', null)
      .where('message.state', '=', 'taken')
      .where((where) => where.or([where('message.received_at', '>=', since), where('turn.ended_at', '>=', since)]))
      .execute()
    const before = rows.filter((row) => byTs(row, { ts }) < 0).sort(byTs)
    return before.at(-1)?.session_id ?? null
  }

  /** What its owner wrote first, as it reads now; null where they wrote no words. */
  async firstWords(id: string): Promise<Words | null> {
    const row = await this.db
      .selectFrom('message')
      .select(['text', 'mentions'])
      .where('conversation_id', '=', id)
      .where('text', '!=', '')
      .orderBy('ts')
      .limit(1)
      .executeTakeFirst()
    return row === undefined ? null : { text: row.text, mentions: parseMentions(row.mentions) }
  }

  /** Begins a conversation in a thread that has none. In a DM, its replies go there from the start. */
  async begin(team: string, origin: Address, kind: Conversation['kind'], personId: string): Promise<string> {
    const id = randomUUID()
    await this.db
      .insertInto('conversation')
      .values({
        id,
        team,
        channel: origin.channel,
        thread_ts: origin.threadTs,
        kind,
        person_id: personId,
        place: null,
        address_channel: kind === 'im' ? origin.channel : null,
        address_thread_ts: kind === 'im' ? origin.threadTs : null,
        session_id: null,
        session_requested_at: null,
        position_event: null,
        position_at: null,
        created_at: this.now(),
      })
      .execute()
    return id
  }

  async markOthersSpoke(id: string): Promise<void> {
    await this.db.updateTable('conversation').set({ others_spoke: 1 }).where('id', '=', id).execute()
  }

  /** Decides where replies go. The first decision stands. */
  async settleAddress(id: string, address: Address): Promise<void> {
    await this.db
      .updateTable('conversation')
      .set({ address_channel: address.channel, address_thread_ts: address.threadTs })
      .where('id', '=', id)
      .where('address_channel', 'is', null)
      .execute()
  }

  /** Replies go there from now on, whatever was decided before: nothing can be written where they went, or another line stands below. */
  async moveAddress(id: string, address: Address): Promise<void> {
    await this.db
      .updateTable('conversation')
      .set({ address_channel: address.channel, address_thread_ts: address.threadTs })
      .where('id', '=', id)
      .execute()
  }

  /** Stores the owner's choice of where they are answered; the first one stands. */
  async choosePlace(id: string, place: 'here' | 'private', team: string, user: string): Promise<PlaceOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const row = await withOwner(tx).where('conversation.id', '=', id).executeTakeFirst()
      if (row === undefined) return { outcome: 'unknown' }
      if (row.person_team !== team || row.slack_user !== user) return { outcome: 'not_yours' }
      const settled =
        row.place ?? (row.address_channel === null ? null : row.address_channel === row.channel ? 'here' : 'private')
      if (settled !== null) return { outcome: 'already', place: settled }
      await tx.updateTable('conversation').set({ place }).where('id', '=', id).execute()
      return { outcome: 'chosen' }
    })
  }

  async requestSession(id: string, at: number | null): Promise<RequestedSession> {
    const row = await this.db
      .selectFrom('conversation')
      .select('session_requested_at')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (row.session_requested_at === null) {
      await this.db
        .updateTable('conversation')
        .set({ session_requested_at: at ?? TIME_UNKNOWN })
        .where('id', '=', id)
        .execute()
    }
    const since = row.session_requested_at
    return { isRepeated: since !== null, since: since === TIME_UNKNOWN ? null : since }
  }

  async settleSession(id: string, sessionId: string): Promise<void> {
    await this.db
      .updateTable('conversation')
      .set({ session_id: sessionId, session_requested_at: null, position_event: null, position_at: null, adrift: 0 })
      .where('id', '=', id)
      .execute()
  }

  /** Removes a lost session, and gives up its files; the next turn makes a new one. */
  async forgetSession(id: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx
        .updateTable('conversation')
        .set({ session_id: null, session_requested_at: null, position_event: null, position_at: null, adrift: 0 })
        .where('id', '=', id)
        .execute()
      await giveUpFiles(tx, id, this.now())
    })
  }

  /** Stores the log position, and clears `needsResync`. */
  async settlePosition(id: string, position: LogPosition | null): Promise<void> {
    await this.db
      .updateTable('conversation')
      .set({ position_event: position?.id ?? null, position_at: position?.at ?? null, adrift: 0 })
      .where('id', '=', id)
      .execute()
  }

  /** Ids of conversations in which something is left to do. */
  async unfinished(): Promise<string[]> {
    const rows = await this.db
      .selectFrom('message')
      .select('conversation_id')
      .where('state', '=', 'queued')
      .union(this.db.selectFrom('turn').select('conversation_id').where('state', '!=', 'ended'))
      .execute()
    return rows.map((row) => row.conversation_id)
  }

  /** Whether this person still has to be told that the conversation is somebody else's; true once per person. */
  async tellBystander(id: string, user: string): Promise<boolean> {
    const result = await this.db
      .insertInto('bystander')
      .values({ conversation_id: id, slack_user: user, told_at: this.now() })
      .onConflict((conflict) => conflict.columns(['conversation_id', 'slack_user']).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }
}

export type PlaceOutcome =
  | { readonly outcome: 'chosen' | 'not_yours' | 'unknown' }
  | /** Chosen before, or decided without them. */ { readonly outcome: 'already'; readonly place: 'here' | 'private' }

type Row = Awaited<ReturnType<ReturnType<typeof withOwner>['executeTakeFirstOrThrow']>>

function withOwner(db: Database) {
  return db
    .selectFrom('conversation')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .selectAll('conversation')
    .select(['person.slack_user', 'person.identifier', 'person.team as person_team'])
}

function toConversation(row: Row): Conversation {
  return {
    id: row.id,
    team: row.team,
    origin: { channel: row.channel, threadTs: row.thread_ts },
    kind: row.kind,
    place: row.place,
    owner: toPerson({
      id: row.person_id,
      team: row.person_team,
      slack_user: row.slack_user,
      identifier: row.identifier,
    }),
    address: addressOf(row),
    sessionId: row.session_id,
    needsResync: row.adrift === 1,
    position:
      row.position_event === null || row.position_at === null ? null : { id: row.position_event, at: row.position_at },
  }
}

/** Where replies go; null: that is not decided. */
export function addressOf(row: Pick<Row, 'address_channel' | 'address_thread_ts'>): Address | null {
  const { address_channel: channel, address_thread_ts: threadTs } = row
  return channel === null || threadTs === null ? null : { channel, threadTs }
}
