/** What of one person's there is, across the tables: their conversations, what is under way in them, and the end of all of it at once. */

import type { Address, Person } from '../turns/model.js'
import type { Words } from '../turns/words.js'
import type { Database } from './database/database.js'
import { byTs } from './rows/timestamps.js'
import { parseMentions } from './rows/words.js'
import { noteCommand, type ReceivedCommand } from './tables/commands.js'
import { addressOf } from './tables/conversations.js'
import { noteStop } from './tables/stop-requests.js'
import { queuedTurn } from './tables/turns.js'

export interface PersonsConversation {
  readonly id: string
  /** Its first words; empty where it began with files alone. */
  readonly title: Words
  /** Where it can be read: the thread of its replies, or the one in which it began. */
  readonly thread: Address
  /** When its owner last wrote in it, epoch milliseconds. */
  readonly lastAt: number
}

/** `approval`: their decision; `connection`: their Gmail; `place`: where to answer; `nothing`: it is being worked on. */
export type WaitsFor = 'approval' | 'connection' | 'place' | 'nothing'

export interface OpenRequest extends Pick<PersonsConversation, 'title'> {
  readonly turnId: string
  readonly waitsFor: WaitsFor
  /** The newest message of its reply; the thread where it has none yet. */
  readonly place: { readonly channel: string; readonly ts: string }
}

interface UnfinishedTurn {
  readonly id: string
  readonly conversationId: string
  readonly waitsFor: WaitsFor
  readonly thread: Address
  readonly isStopping: boolean
}

export class PersonsWork {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** Their conversations, the one in which they wrote last first. */
  async recent(personId: string, limit: number): Promise<PersonsConversation[]> {
    const rows = await this.db
      .selectFrom('conversation')
      .innerJoin('message', 'message.conversation_id', 'conversation.id')
      .select(['conversation.id', 'conversation.channel', 'conversation.thread_ts'])
      .select(['conversation.address_channel', 'conversation.address_thread_ts'])
      .select(({ fn }) => fn.max('message.received_at').as('last_at'))
      .where('conversation.person_id', '=', personId)
      .where('message.state', '!=', 'cancelled')
      .groupBy('conversation.id')
      .orderBy('last_at', 'desc')
      .limit(limit)
      .execute()
    const titles = await titlesOf(
      this.db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => ({
      id: row.id,
      title: titles.get(row.id) ?? NO_WORDS,
      thread: threadOf(row),
      lastAt: Number(row.last_at),
    }))
  }

  /** What is under way of theirs, oldest first. */
  async open(personId: string): Promise<OpenRequest[]> {
    return await withPlaces(this.db, await unfinishedTurns(this.db, personId))
  }

  /**
   * Notes that everything that is at work for a person is to stop, as their presses of Stop would. What rests until they decide is not at work.
   * Once per command: one that comes twice stops nothing that began in between. One transaction.
   * @returns what is stopping
   */
  async stop(command: ReceivedCommand): Promise<OpenRequest[]> {
    return await this.db.transaction().execute(async (tx) => {
      const { id, person } = await noteCommand(tx, command, 'done', this.now)
      if (id !== null) await stopAllOf(tx, person, this.now)
      const stopping = (await unfinishedTurns(tx, person.id)).filter(({ isStopping }) => isStopping)
      return await withPlaces(tx, stopping)
    })
  }
}

const NO_WORDS: Words = { text: '', mentions: [] }

async function stopAllOf(tx: Database, person: Person, now: () => number): Promise<void> {
  // A message that no turn has been made for yet is at work, too.
  const waiting = await tx
    .selectFrom('message')
    .innerJoin('conversation', 'conversation.id', 'message.conversation_id')
    .select('conversation.id')
    .distinct()
    .where('conversation.person_id', '=', person.id)
    .where('message.state', '=', 'queued')
    .execute()
  for (const { id } of waiting) await queuedTurn(tx, id, now)
  for (const turn of await unfinishedTurns(tx, person.id)) {
    if (turn.waitsFor !== 'approval' || (await hasMailOnItsWay(tx, turn.id))) await noteStop(tx, turn.id, now())
  }
}

/** An approved mail can still be called back. */
async function hasMailOnItsWay(tx: Database, turnId: string): Promise<boolean> {
  const mail = await tx
    .selectFrom('outgoing_mail')
    .select('id')
    .where('turn_id', '=', turnId)
    .where('state', '=', 'held')
    .where('send_at', 'is', null)
    .executeTakeFirst()
  return mail !== undefined
}

async function unfinishedTurns(db: Database, personId: string): Promise<UnfinishedTurn[]> {
  const rows = await db
    .selectFrom('turn')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .select(['turn.id', 'turn.state', 'turn.conversation_id', 'turn.stop_requested_at'])
    .select(['conversation.channel', 'conversation.thread_ts', 'conversation.place'])
    .select(['conversation.address_channel', 'conversation.address_thread_ts'])
    .select(({ selectFrom }) =>
      selectFrom('approval')
        .select(({ fn }) => fn.countAll<number>().as('undecided'))
        .whereRef('approval.turn_id', '=', 'turn.id')
        .where('approval.decision', 'is', null)
        .as('undecided'),
    )
    .select(({ selectFrom }) =>
      selectFrom('post')
        .select(({ fn }) => fn.countAll<number>().as('asked'))
        .whereRef('post.subject', '=', 'conversation.id')
        .where('post.place', '=', 'question')
        .as('asked'),
    )
    .where('conversation.person_id', '=', personId)
    .where('turn.state', '!=', 'ended')
    .orderBy('turn.created_at')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    conversationId: row.conversation_id,
    thread: threadOf(row),
    isStopping: row.stop_requested_at !== null,
    waitsFor: waitsFor(row),
  }))
}

function waitsFor(row: {
  readonly state: string
  readonly place: string | null
  readonly address_channel: string | null
  readonly undecided: number | null
  readonly asked: number | null
}): WaitsFor {
  if (row.state === 'waiting_approval' && Number(row.undecided) > 0) return 'approval'
  if (row.state === 'waiting_connection' || row.state === 'reconnecting') return 'connection'
  const isUndecided = row.address_channel === null && row.place === null
  if (row.state === 'queued' && isUndecided && Number(row.asked) > 0) return 'place'
  return 'nothing'
}

async function withPlaces(db: Database, turns: readonly UnfinishedTurn[]): Promise<OpenRequest[]> {
  const titles = await titlesOf(
    db,
    turns.map(({ conversationId }) => conversationId),
  )
  return await Promise.all(
    turns.map(async ({ id, conversationId, waitsFor, thread }) => ({
      turnId: id,
      waitsFor,
      title: titles.get(conversationId) ?? NO_WORDS,
      place: (await newestMessage(db, id)) ?? { channel: thread.channel, ts: thread.threadTs },
    })),
  )
}

/** What only its owner may see of a reply stands apart, and is what they are asked. */
async function newestMessage(
  db: Database,
  turnId: string,
): Promise<{ readonly channel: string; readonly ts: string } | null> {
  const posts = await db
    .selectFrom('post')
    .select(['channel', 'ts', 'place', 'part'])
    .where('subject', '=', turnId)
    .where('place', 'in', ['card', 'reply'])
    .where('ts', 'is not', null)
    .orderBy('place')
    .orderBy('part', 'desc')
    .execute()
  const [post] = posts
  return post === undefined || post.ts === null ? null : { channel: post.channel, ts: post.ts }
}

async function titlesOf(db: Database, conversationIds: readonly string[]): Promise<ReadonlyMap<string, Words>> {
  const titles = new Map<string, Words>()
  if (conversationIds.length === 0) return titles
  const messages = await db
    .selectFrom('message')
    .select(['conversation_id', 'ts', 'text', 'mentions'])
    .where('conversation_id', 'in', conversationIds)
    .where('state', '!=', 'cancelled')
    .where('text', '!=', '')
    .execute()
  for (const { conversation_id, text, mentions } of messages.sort(byTs)) {
    if (!titles.has(conversation_id)) titles.set(conversation_id, { text, mentions: parseMentions(mentions) })
  }
  return titles
}

function threadOf(row: {
  readonly channel: string
  readonly thread_ts: string
  readonly address_channel: string | null
  readonly address_thread_ts: string | null
}): Address {
  return addressOf(row) ?? { channel: row.channel, threadTs: row.thread_ts }
}
