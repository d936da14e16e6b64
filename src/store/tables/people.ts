import { randomUUID } from 'node:crypto'
import type { IdentifiedPerson, Person } from '../../turns/model.js'
import type { Database } from '../database/database.js'
import type { PersonTable } from '../database/schema.js'

/** The identifier already belongs to somebody else: two people would share a mailbox. */
export class IdentifierTaken extends Error {
  constructor() {
    super('this Scalekit identifier already belongs to another person')
    this.name = 'IdentifierTaken'
  }
}

export interface ListedPerson extends Person {
  /** Epoch milliseconds. */
  readonly firstSeenAt: number
  readonly conversations: number
}

export class People {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** The person behind a Slack user, made known at first sight. */
  async ensure(team: string, user: string): Promise<Person> {
    await this.db
      .insertInto('person')
      .values({ id: randomUUID(), team, slack_user: user, identifier: null, created_at: this.now() })
      .onConflict((conflict) => conflict.columns(['team', 'slack_user']).doNothing())
      .execute()
    const row = await this.db
      .selectFrom('person')
      .selectAll()
      .where('team', '=', team)
      .where('slack_user', '=', user)
      .executeTakeFirstOrThrow()
    return toPerson(row)
  }

  /** Null: nobody of that name was ever seen. */
  async find(team: string, user: string): Promise<Person | null> {
    const row = await this.db
      .selectFrom('person')
      .selectAll()
      .where('team', '=', team)
      .where('slack_user', '=', user)
      .executeTakeFirst()
    return row === undefined ? null : toPerson(row)
  }

  /** Null: there is no such person, or no mailbox is theirs (any more). */
  async identified(id: string): Promise<IdentifiedPerson | null> {
    const row = await this.db.selectFrom('person').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined || row.identifier === null) return null
    return { ...toPerson(row), identifier: row.identifier }
  }

  /** Null: the identifier is free. */
  async ownerOf(identifier: string): Promise<Person | null> {
    const row = await this.db.selectFrom('person').selectAll().where('identifier', '=', identifier).executeTakeFirst()
    return row === undefined ? null : toPerson(row)
  }

  /** Everybody who was ever seen, longest known first. */
  async list(): Promise<ListedPerson[]> {
    const rows = await this.db
      .selectFrom('person')
      .leftJoin('conversation', 'conversation.person_id', 'person.id')
      .select(['person.id', 'person.team', 'person.slack_user', 'person.identifier', 'person.created_at'])
      .select(({ fn }) => fn.count<number>('conversation.id').as('conversations'))
      .groupBy(['person.id', 'person.team', 'person.slack_user', 'person.identifier', 'person.created_at'])
      .orderBy('person.created_at')
      .execute()
    return rows.map((row) => ({
      ...toPerson(row),
      firstSeenAt: row.created_at,
      conversations: Number(row.conversations),
    }))
  }

  /** Keeps the time of the first of several in a row. Writes only where something changed: it is asked every few seconds. */
  async noteConnection(personId: string, isConnected: boolean): Promise<void> {
    if (((await this.connectedSince(personId)) !== null) === isConnected) return
    await this.db
      .updateTable('person')
      .set({ connected_at: isConnected ? this.now() : null })
      .where('id', '=', personId)
      .execute()
  }

  /** Everybody who is connected, or may be: what is known of it may be older than the note of it, but nothing ended it. */
  async connected(): Promise<Person[]> {
    const rows = await this.db
      .selectFrom('person')
      .select(['id', 'team', 'slack_user', 'identifier'])
      .where('identifier', 'is not', null)
      .where(({ or, eb, not, exists, selectFrom }) =>
        or([
          eb('connected_at', 'is not', null),
          not(
            exists(
              selectFrom('access_ending')
                .select('access_ending.id')
                .whereRef('access_ending.person_id', '=', 'person.id'),
            ),
          ),
        ]),
      )
      .orderBy('created_at')
      .execute()
    return rows.map(toPerson)
  }

  /** Epoch milliseconds; null where they were not connected when that was last learnt. */
  async connectedSince(personId: string): Promise<number | null> {
    const row = await this.db
      .selectFrom('person')
      .select('connected_at')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()
    return row.connected_at
  }

  /**
   * Whether this turn's answer tells its owner how to go on. One does, ever: it is kept which, so that it says so again where it is drawn anew. One that was
   * revised meanwhile and ended in another way leaves it to the next.
   */
  async claimGuidance(personId: string, turnId: string): Promise<boolean> {
    await this.db
      .updateTable('person')
      .set({ guided_turn_id: turnId })
      .where('id', '=', personId)
      .where(({ or, eb, exists, selectFrom }) =>
        or([
          eb('guided_turn_id', 'is', null),
          exists(
            selectFrom('turn')
              .select('turn.id')
              .whereRef('turn.id', '=', 'person.guided_turn_id')
              .where('turn.ending', '!=', 'answered'),
          ),
        ]),
      )
      .execute()
    const { guided_turn_id } = await this.db
      .selectFrom('person')
      .select('guided_turn_id')
      .where('id', '=', personId)
      .executeTakeFirstOrThrow()
    return guided_turn_id === turnId
  }

  /**
   * Settles a person's Scalekit identifier. One that is already settled stays as it is, whatever is asked for now: a changed
   * template or a changed e-mail must never open another mailbox.
   * @throws IdentifierTaken
   */
  async identify(person: Person, identifier: string): Promise<IdentifiedPerson> {
    return await this.db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('person')
        .select('identifier')
        .where('id', '=', person.id)
        .executeTakeFirstOrThrow()
      if (row.identifier !== null) return { ...person, identifier: row.identifier }
      const other = await tx.selectFrom('person').select('id').where('identifier', '=', identifier).executeTakeFirst()
      if (other !== undefined) throw new IdentifierTaken()
      await tx.updateTable('person').set({ identifier }).where('id', '=', person.id).execute()
      return { ...person, identifier }
    })
  }
}

export function toPerson(row: Pick<PersonTable, 'id' | 'team' | 'slack_user' | 'identifier'>): Person {
  return { id: row.id, team: row.team, user: row.slack_user, identifier: row.identifier }
}
