import { randomUUID } from 'node:crypto'
import type { Person } from '../turns/model.js'
import type { Database } from './database.js'
import { People, toPerson } from './people.js'

/** A slash command with a request in it, stored before it is acknowledged. */
export interface Command {
  readonly id: string
  readonly person: Person
  readonly text: string
}

export class Commands {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** Stores a command once per trigger id. Null where it was already stored. */
  async journal(command: { triggerId: string; team: string; user: string; text: string }): Promise<string | null> {
    return await this.db.transaction().execute(async (tx) => {
      const person = await new People(tx, this.now).ensure(command.team, command.user)
      const id = randomUUID()
      const result = await tx
        .insertInto('command')
        .values({
          id,
          trigger_id: command.triggerId,
          team: command.team,
          person_id: person.id,
          text: command.text,
          state: 'received',
          received_at: this.now(),
        })
        .onConflict((conflict) => conflict.column('trigger_id').doNothing())
        .executeTakeFirst()
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n ? id : null
    })
  }

  async received(): Promise<Command[]> {
    const rows = await this.db
      .selectFrom('command')
      .innerJoin('person', 'person.id', 'command.person_id')
      .select([
        'command.id',
        'command.text',
        'command.person_id',
        'person.team',
        'person.slack_user',
        'person.identifier',
      ])
      .where('command.state', '=', 'received')
      .orderBy('command.received_at')
      .execute()
    return rows.map((row) => ({
      id: row.id,
      text: row.text,
      person: toPerson({ id: row.person_id, team: row.team, slack_user: row.slack_user, identifier: row.identifier }),
    }))
  }

  /** The words stand in the journal of messages now, and are needed here no more. */
  async markDone(id: string): Promise<void> {
    await this.db.updateTable('command').set({ state: 'done', text: '' }).where('id', '=', id).execute()
  }
}
