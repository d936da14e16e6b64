import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { isAssent } from '../../turns/assent-words.js'
import type { LogPosition } from '../../turns/events.js'
import type { Feedback, Message, ThreadRead, Turn, TurnState } from '../../turns/model.js'
import type { Database } from '../database/database.js'
import type { TurnTable } from '../database/schema.js'
import { byTs, isDeliveredLate } from '../rows/timestamps.js'
import { toMessage } from '../rows/words.js'
import { decideMails } from './mail-decisions.js'
import { noteStop, type StopPress, stopInThread, type ThreadStop } from './stop-requests.js'

/** Whether a turn is somebody's. */
export type Ownership = 'yes' | 'not_yours' | 'unknown'

/** `unchanged`: its owner had said the same before. */
export type FeedbackOutcome = 'stored' | 'unchanged' | Exclude<Ownership, 'yes'>

export class Turns {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async get(id: string): Promise<Turn> {
    return toTurn(await this.db.selectFrom('turn').selectAll().where('id', '=', id).executeTakeFirstOrThrow())
  }

  /** The turn that a conversation is at: the one that took messages and has not ended, else the one that waits its turn. */
  async unfinished(conversationId: string): Promise<Turn[]> {
    const rows = await this.db
      .selectFrom('turn')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .where('state', '!=', 'ended')
      .execute()
    return rows
      .map(toTurn)
      .sort((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued') || a.createdAt - b.createdAt)
  }

  /** The turn that waits to be next in a conversation, made where there is none. */
  async queue(conversationId: string): Promise<Turn> {
    return await this.db.transaction().execute(async (tx) => await queuedTurn(tx, conversationId, this.now))
  }

  /** Takes all that waits, in `ts` order, and marks the turn as sending, in one transaction. Empty: nothing waits any more, and nothing changed. */
  async take(turn: Turn): Promise<Message[]> {
    return await this.db.transaction().execute(async (tx) => {
      const rows = await tx
        .selectFrom('message')
        .selectAll()
        .where('conversation_id', '=', turn.conversationId)
        .where('state', '=', 'queued')
        .execute()
      if (rows.length === 0) return []
      await tx
        .updateTable('message')
        .set({ state: 'taken', turn_id: turn.id })
        .where(
          'id',
          'in',
          rows.map((row) => row.id),
        )
        .execute()
      await tx.updateTable('turn').set({ state: 'sending', started_at: this.now() }).where('id', '=', turn.id).execute()
      return rows.map(toMessage).sort(byTs)
    })
  }

  /** Notes what of a thread goes to the session with the turn's messages. */
  async noteThread(id: string, read: ThreadRead): Promise<void> {
    const thread_read = read === null ? null : String(read)
    await this.db.updateTable('turn').set({ thread_read }).where('id', '=', id).execute()
  }

  async setState(id: string, state: Exclude<TurnState, 'ended'>): Promise<void> {
    await this.db.updateTable('turn').set({ state }).where('id', '=', id).where('state', '!=', 'ended').execute()
  }

  /**
   * A message instead of a decision: denies what is open and marks the turn as superseded, in one transaction. Only what was written after
   * the question had been seen counts; an empty mention is no message, and a bare yes is told to press.
   * @returns whether there is such a message, and neither a decision that the session has not heard nor a wish to stop came first
   */
  async supersede(turn: Turn): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const current = await tx.selectFrom('turn').selectAll().where('id', '=', turn.id).executeTakeFirstOrThrow()
      if (current.state !== 'waiting_approval' || current.stop_requested_at !== null) return false
      const approvals = await tx.selectFrom('approval').selectAll().where('turn_id', '=', turn.id).execute()
      if (approvals.some((one) => one.decision !== null && one.delivered_at === null)) return false
      const askedAt = approvals.flatMap((one) =>
        one.decision === null && one.asked_at !== null ? [Number(one.asked_at)] : [],
      )
      if (askedAt.length === 0) return false
      const since = Math.min(...askedAt)
      const later = await tx
        .selectFrom('message')
        .selectAll()
        .where('conversation_id', '=', turn.conversationId)
        .where('state', '=', 'queued')
        .where('received_at', '>=', since)
        .where((message) =>
          message.or([message('text', '!=', ''), message('files', '!=', '[]'), message('forwarded', '!=', '[]')]),
        )
        .execute()
      const after = later.filter((message) => !isDeliveredLate(message.ts, Number(message.received_at), since))
      // A yes that came while the question was being put denies nothing.
      const assents = after.filter((message) => isAssent(toMessage(message))).map(({ id }) => id)
      if (assents.length > 0)
        await tx.updateTable('message').set({ state: 'assented' }).where('id', 'in', assents).execute()
      if (after.length === assents.length) return false
      const { slack_user } = await tx
        .selectFrom('conversation')
        .innerJoin('person', 'person.id', 'conversation.person_id')
        .select('person.slack_user')
        .where('conversation.id', '=', turn.conversationId)
        .executeTakeFirstOrThrow()
      const open = approvals.filter((one) => one.decision === null).map((one) => one.id)
      await decideMails(tx, open, 'denied', this.now(), 0)
      await tx
        .updateTable('approval')
        .set({ decision: 'denied', superseded: 1, decided_by: slack_user, decided_at: this.now() })
        .where('turn_id', '=', turn.id)
        .where('decision', 'is', null)
        .execute()
      await tx.updateTable('turn').set({ state: 'superseded' }).where('id', '=', turn.id).execute()
      return true
    })
  }

  /** The mailbox was lost while a session worked on the turn, which came to rest with this event: it goes on when connected again. */
  async markMailboxLost(id: string, event: string): Promise<void> {
    await this.db
      .updateTable('turn')
      .set({ state: 'reconnecting', lost_event: event, lost_at: this.now() })
      .where('id', '=', id)
      .where('state', '!=', 'ended')
      .execute()
  }

  /** The session that lost the mailbox is gone: another one begins the turn from its beginning. */
  async restart(id: string): Promise<void> {
    await this.db
      .updateTable('turn')
      .set({ state: 'sending', lost_event: null, lost_at: null })
      .where('id', '=', id)
      .where('state', '!=', 'ended')
      .execute()
  }

  /** Whether a turn belongs to this person. */
  async ownedBy(id: string, team: string, user: string): Promise<Ownership> {
    return await ownerOf(this.db, id, team, user)
  }

  /** What its owner thinks of the answer now: a later word replaces an earlier one. One transaction. */
  async rate(id: string, feedback: Feedback, team: string, user: string): Promise<FeedbackOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const owned = await ownerOf(tx, id, team, user)
      if (owned !== 'yes') return owned
      const rated = await tx
        .updateTable('turn')
        .set({ feedback, feedback_at: this.now() })
        .where('id', '=', id)
        .where((turn) => turn.or([turn('feedback', 'is', null), turn('feedback', '!=', feedback)]))
        .returning('id')
        .executeTakeFirst()
      return rated === undefined ? 'unchanged' : 'stored'
    })
  }

  /**
   * Notes that its owner wants it to stop, which takes back what is in its undo window. Answers false where the turn has already ended. One
   * transaction.
   */
  async requestStop(id: string): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => await noteStop(tx, id, this.now()))
  }

  /** The same for whatever is under way in a thread, where its owner asks. One transaction. */
  async requestStopIn(press: StopPress): Promise<ThreadStop> {
    return await this.db.transaction().execute(async (tx) => await stopInThread(tx, press, this.now()))
  }

  /** Ends a turn that has taken nothing, and these messages with it: no session hears of them. One transaction. */
  async refuse(turn: Turn, messages: readonly Message[], ending: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      for (const message of messages) {
        await tx
          .updateTable('message')
          .set({ state: 'refused', turn_id: turn.id })
          .where('id', '=', message.id)
          .where('state', '=', 'queued')
          .execute()
      }
      await tx
        .updateTable('turn')
        .set({ state: 'ended', ending, ended_at: this.now() })
        .where('id', '=', turn.id)
        .execute()
    })
  }

  /**
   * Ends a turn and moves the conversation's log position behind it, in one transaction.
   * @param position null: the session may still be at it, so nobody knows where its log will stand
   * @returns false, and nothing changed: its owner edited or deleted its messages, so it restarts
   */
  async end(turn: Turn, ending: string, position: LogPosition | null): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const { revised_at } = await tx
        .selectFrom('turn')
        .select('revised_at')
        .where('id', '=', turn.id)
        .executeTakeFirstOrThrow()
      // One that was given up, or has nothing left to answer, ends all the same.
      if (revised_at !== null && position !== null && ending !== 'retracted') return false
      // Nobody decides any more what this turn asked, and what was denied because its question changed needs no message of its own.
      const ofTurn = tx.updateTable('outgoing_mail').where('turn_id', '=', turn.id)
      await ofTurn
        .set({ state: 'denied', told_state: 'denied', ended_at: this.now() })
        .where('state', '=', 'asking')
        .execute()
      await ofTurn.set({ told_state: 'denied' }).where('told_state', 'is', null).where('state', '=', 'denied').execute()
      await tx
        .updateTable('turn')
        .set({ state: 'ended', ending, ended_at: this.now() })
        .where('id', '=', turn.id)
        .execute()
      await tx
        .updateTable('conversation')
        .set(position === null ? { adrift: 1 } : { position_event: position.id, position_at: position.at })
        .where('id', '=', turn.conversationId)
        .execute()
      return true
    })
  }

  /** Removes a turn that never took anything and has nothing left to take. */
  async discard(turn: Turn): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx.deleteFrom('post').where('subject', '=', turn.id).execute()
      await tx.deleteFrom('turn').where('id', '=', turn.id).execute()
    })
  }
}

async function ownerOf(db: Database, id: string, team: string, user: string): Promise<Ownership> {
  const row = await db
    .selectFrom('turn')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .select(['person.team', 'person.slack_user'])
    .where('turn.id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return 'unknown'
  return row.team === team && row.slack_user === user ? 'yes' : 'not_yours'
}

/** The turn that waits to be next in a conversation, made where there is none. Runs inside a transaction. */
export async function queuedTurn(tx: Database, conversationId: string, now: () => number): Promise<Turn> {
  const waiting = await tx
    .selectFrom('turn')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .where('state', '=', 'queued')
    .executeTakeFirst()
  if (waiting !== undefined) return toTurn(waiting)
  const row: Selectable<TurnTable> = {
    id: randomUUID(),
    conversation_id: conversationId,
    state: 'queued',
    ending: null,
    stop_requested_at: null,
    revised_at: null,
    thread_read: null,
    access_ended_at: null,
    lost_event: null,
    lost_at: null,
    feedback: null,
    feedback_at: null,
    created_at: now(),
    started_at: null,
    ended_at: null,
  }
  await tx.insertInto('turn').values(row).execute()
  return toTurn(row)
}

function toTurn(row: Selectable<TurnTable>): Turn {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    state: row.state,
    stopRequested: row.stop_requested_at !== null,
    threadRead:
      row.thread_read === null || row.thread_read === 'unreadable' ? row.thread_read : Number(row.thread_read),
    isRevised: row.revised_at !== null,
    accessEndedAt: row.access_ended_at,
    lost: row.lost_event === null || row.lost_at === null ? null : { event: row.lost_event, at: row.lost_at },
    createdAt: row.created_at,
    startedAt: row.started_at,
  }
}
