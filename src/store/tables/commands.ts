import { randomUUID } from 'node:crypto'
import type { Person } from '../../turns/model.js'
import type { Words } from '../../turns/words.js'
import type { Database } from '../database/database.js'
import type { CommandTable } from '../database/schema.js'
import { parseMentions } from '../rows/words.js'
import { People, toPerson } from './people.js'

/** A slash command with a request in it, stored before it is acknowledged. */
export interface Command extends Words {
  readonly id: string
  readonly person: Person
  readonly state: Exclude<CommandTable['state'], 'done'>
  /** Epoch milliseconds. */
  readonly receivedAt: number
}

/** Whose command it is, and the key under which Slack delivers it. */
export interface ReceivedCommand {
  readonly triggerId: string
  readonly team: string
  readonly user: string
}

export class Commands {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** Stores a command once per trigger id. Null where it was already stored. */
  async journal(command: ReceivedCommand & Words): Promise<string | null> {
    return await this.db.transaction().execute(async (tx) => (await noteCommand(tx, command, 'received', this.now)).id)
  }

  /** What is left to do, oldest first. */
  async unfinished(): Promise<Command[]> {
    const rows = await this.db
      .selectFrom('command')
      .innerJoin('person', 'person.id', 'command.person_id')
      .select([
        'command.id',
        'command.text',
        'command.mentions',
        'command.state',
        'command.received_at',
        'command.person_id',
        'person.team',
        'person.slack_user',
        'person.identifier',
      ])
      .where('command.state', '!=', 'done')
      .orderBy('command.received_at')
      .execute()
    return rows.flatMap(({ state, ...row }) =>
      state === 'done'
        ? []
        : [
            {
              id: row.id,
              text: row.text,
              mentions: parseMentions(row.mentions),
              state,
              receivedAt: row.received_at,
              person: toPerson({
                id: row.person_id,
                team: row.team,
                slack_user: row.slack_user,
                identifier: row.identifier,
              }),
            },
          ],
    )
  }

  /** Its connect prompt stands in the DM, unless it was withdrawn in the same moment. */
  async markWaiting(id: string): Promise<void> {
    await this.db
      .updateTable('command')
      .set({ state: 'waiting' })
      .where('id', '=', id)
      .where('state', '=', 'received')
      .execute()
  }

  /** The words stand in the journal of messages now, and are needed here no more. */
  async markDone(id: string): Promise<void> {
    await this.db.updateTable('command').set({ state: 'done', text: '', mentions: '[]' }).where('id', '=', id).execute()
  }
}

/**
 * Notes a command, inside a transaction.
 * @param state `done`: carried out in the same transaction, so its words are not kept
 * @returns `id` null: it was noted before
 */
export async function noteCommand(
  tx: Database,
  command: ReceivedCommand & Partial<Words>,
  state: 'received' | 'done',
  now: () => number,
): Promise<{ readonly id: string | null; readonly person: Person }> {
  const person = await new People(tx, now).ensure(command.team, command.user)
  const id = randomUUID()
  const result = await tx
    .insertInto('command')
    .values({
      id,
      trigger_id: command.triggerId,
      team: command.team,
      person_id: person.id,
      text: command.text ?? '',
      mentions: JSON.stringify(command.mentions ?? []),
      state,
      received_at: now(),
    })
    .onConflict((conflict) => conflict.column('trigger_id').doNothing())
    .executeTakeFirst()
  return { id: (result.numInsertedOrUpdatedRows ?? 0n) > 0n ? id : null, person }
}
