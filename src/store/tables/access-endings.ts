import { randomUUID } from 'node:crypto'
import type { AccessEnding, AccessEndingStore, OpenTurn } from '../../turns/connections/access-ending.js'
import type { Database } from '../database/database.js'
import type { AccessEndingTable } from '../database/schema.js'
import { endUndos } from './change-undos.js'
import { toPerson } from './people.js'

export interface EndingRequest {
  readonly personId: string
  readonly reason: AccessEndingTable['reason']
  readonly commandId?: string
  /** What takes the identifier's place when access has ended; only where an operator changes the mapping. */
  readonly nextIdentifier?: string
}

/** What became of a wish to disconnect. */
export interface CommandedEnding {
  readonly isDone: boolean
  readonly stoppedTurns: number
  /** There was an account, and it is gone. */
  readonly hadAccount: boolean
}

export class AccessEndings implements AccessEndingStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Records that a person's access ends. The same transaction marks all of their turns, denies what waits for a decision, and withdraws connect
   * prompts.
   */
  async note(request: EndingRequest): Promise<string> {
    const { personId, reason, commandId = null, nextIdentifier = null } = request
    return await this.db.transaction().execute(async (tx) => {
      const { identifier } = await tx
        .selectFrom('person')
        .select('identifier')
        .where('id', '=', personId)
        .executeTakeFirstOrThrow()
      const turns = await openTurns(tx, personId)
      const ids = turns.map(({ turnId }) => turnId)
      if (ids.length > 0) {
        await tx.updateTable('turn').set({ access_ended_at: this.now() }).where('id', 'in', ids).execute()
        await tx
          .updateTable('approval')
          .set({ decision: 'denied', decided_at: this.now() })
          .where('turn_id', 'in', ids)
          .where('decision', 'is', null)
          .execute()
      }
      // What was approved under this connection does not leave under another.
      await tx
        .updateTable('outgoing_mail')
        .set({ state: 'ended_access', ended_at: this.now() })
        .where('person_id', '=', personId)
        .where('state', 'in', ['asking', 'held'])
        .execute()
      await endUndos(tx, personId)
      await tx
        .updateTable('command')
        .set({ state: 'withdrawn' })
        .where('person_id', '=', personId)
        .where('state', '=', 'waiting')
        .execute()
      const id = randomUUID()
      await tx
        .insertInto('access_ending')
        .values({
          id,
          person_id: personId,
          reason,
          identifier,
          next_identifier: nextIdentifier,
          command_id: commandId,
          stopped_turns: ids.length,
          asked_at: this.now(),
          done_at: null,
        })
        .execute()
      return id
    })
  }

  async unfinished(): Promise<AccessEnding[]> {
    const rows = await this.db
      .selectFrom('access_ending')
      .innerJoin('person', 'person.id', 'access_ending.person_id')
      .select([
        'access_ending.id',
        'access_ending.reason',
        'access_ending.identifier',
        'access_ending.person_id',
        'person.team',
        'person.slack_user',
      ])
      .where('access_ending.done_at', 'is', null)
      .orderBy('access_ending.asked_at')
      .execute()
    return rows.map((row) => ({
      id: row.id,
      forgetsIdentifier: row.reason === 'unlinked',
      person: toPerson({ id: row.person_id, team: row.team, slack_user: row.slack_user, identifier: row.identifier }),
    }))
  }

  async isUnderWay(personId: string): Promise<boolean> {
    const row = await this.db
      .selectFrom('access_ending')
      .select('id')
      .where('person_id', '=', personId)
      .where('done_at', 'is', null)
      .executeTakeFirst()
    return row !== undefined
  }

  /** One ending, as it was noted. */
  async get(id: string): Promise<AccessEnding> {
    const ending = (await this.unfinished()).find((one) => one.id === id)
    if (ending === undefined) throw new Error('this ending is done, or was never noted')
    return ending
  }

  /**
   * Changes the mapping at once, where what it opened can only be taken away later: the bot does that at its next start. Nothing of the
   * old identifier is used again.
   */
  async releaseIdentifier(id: string): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const ending = await tx.selectFrom('access_ending').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      await tx.updateTable('access_ending').set({ reason: 'asked' }).where('id', '=', id).execute()
      await tx.deleteFrom('vault').where('person_id', '=', ending.person_id).execute()
      await tx
        .updateTable('person')
        .set({ identifier: await free(tx, ending.next_identifier), connected_at: null })
        .where('id', '=', ending.person_id)
        .execute()
    })
  }

  /** Whether one ending has been carried out. */
  async isDone(id: string): Promise<boolean> {
    const row = await this.db.selectFrom('access_ending').select('done_at').where('id', '=', id).executeTakeFirst()
    return row !== undefined && row.done_at !== null
  }

  async ofCommand(commandId: string): Promise<CommandedEnding | null> {
    const row = await this.db
      .selectFrom('access_ending')
      .select(['stopped_turns', 'removed', 'done_at'])
      .where('command_id', '=', commandId)
      .executeTakeFirst()
    if (row === undefined) return null
    return { isDone: row.done_at !== null, stoppedTurns: row.stopped_turns, hadAccount: row.removed === 1 }
  }

  async stoppedTurns(personId: string): Promise<OpenTurn[]> {
    return (await openTurns(this.db, personId)).filter((turn) => turn.accessEnded)
  }

  async noteRemoved(id: string): Promise<void> {
    await this.db.updateTable('access_ending').set({ removed: 1 }).where('id', '=', id).execute()
  }

  async finish(id: string): Promise<string[]> {
    return await this.db.transaction().execute(async (tx) => {
      const ending = await tx.selectFrom('access_ending').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      await tx.updateTable('access_ending').set({ done_at: this.now() }).where('id', '=', id).execute()
      await tx
        .updateTable('person')
        .set({
          connected_at: null,
          ...(ending.reason === 'unlinked' ? { identifier: await free(tx, ending.next_identifier) } : {}),
        })
        .where('id', '=', ending.person_id)
        .execute()
      const waiting = await tx
        .selectFrom('conversation')
        .innerJoin('turn', 'turn.conversation_id', 'conversation.id')
        .select('conversation.id')
        .distinct()
        .where('conversation.person_id', '=', ending.person_id)
        .where('turn.state', '!=', 'ended')
        .execute()
      return waiting.map((row) => row.id)
    })
  }
}

async function openTurns(db: Database, personId: string): Promise<(OpenTurn & { accessEnded: boolean })[]> {
  const rows = await db
    .selectFrom('turn')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .select(['turn.id', 'turn.conversation_id', 'turn.access_ended_at'])
    .where('conversation.person_id', '=', personId)
    .where('turn.state', '!=', 'ended')
    .execute()
  return rows.map((row) => ({
    turnId: row.id,
    conversationId: row.conversation_id,
    accessEnded: row.access_ended_at !== null,
  }))
}

/** The identifier, unless somebody else took it since it was asked for: nobody ever shares one. */
async function free(db: Database, identifier: string | null): Promise<string | null> {
  if (identifier === null) return null
  const other = await db.selectFrom('person').select('id').where('identifier', '=', identifier).executeTakeFirst()
  return other === undefined ? identifier : null
}
