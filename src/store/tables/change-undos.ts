/** What each approved change of emails can be taken back by, and what became of the press that takes it back. Ids and labels: nothing of an email. */

import { z } from 'zod'
import {
  type ChangeUndoStore,
  type PressedUndo,
  type PressOutcome,
  UNDO_WITHIN_MS,
  type UndoEnding,
  type UndoPlace,
  type UndoState,
  type UnheardUndo,
  type WayBack,
} from '../../turns/change-undo.js'
import type { Presser } from '../../turns/outgoing-mail.js'
import type { Database } from '../database/database.js'

const WAYS = z.array(z.object({ message: z.string(), add: z.array(z.string()), remove: z.array(z.string()) }))
const ENDINGS = ['undone', 'incomplete', 'ended_access'] as const
const NONE = '[]'

export class ChangeUndos implements ChangeUndoStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async ofTurn(turnId: string): Promise<ReadonlyMap<string, UndoState>> {
    const rows = await this.db
      .selectFrom('change_undo')
      .innerJoin('approval', 'approval.id', 'change_undo.id')
      .select(['change_undo.id', 'change_undo.state'])
      .where('approval.turn_id', '=', turnId)
      .execute()
    return new Map(rows.map(({ id, state }) => [id, state]))
  }

  async note(ways: readonly { readonly id: string; readonly ways: readonly WayBack[] | null }[]): Promise<void> {
    if (ways.length === 0) return
    await this.db
      .insertInto('change_undo')
      .values(
        ways.map(({ id, ways }) => ({
          id,
          state: ways === null || ways.length === 0 ? ('closed' as const) : ('known' as const),
          ways: JSON.stringify(ways ?? []),
          emails: ways?.length ?? 0,
          expires_at: this.now() + UNDO_WITHIN_MS,
        })),
      )
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
  }

  async offer(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.db
      .updateTable('change_undo')
      .set({ state: 'offered', expires_at: this.now() + UNDO_WITHIN_MS })
      .where('id', 'in', ids)
      .where('state', '=', 'known')
      .execute()
  }

  async press(ids: readonly string[], { team, user }: Presser, place: UndoPlace): Promise<PressOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const wanted = new Set(ids)
      const [first] = ids
      const rows = await owned(tx, [...wanted])
      if (first === undefined || rows.length < wanted.size) return 'unknown'
      if (rows.some((row) => row.team !== team || row.slack_user !== user)) return 'not_yours'
      if (rows.some(({ state }) => state === 'ended_access')) return 'disconnected'
      if (rows.some(({ state }) => state === 'pressed' || state === 'undone' || state === 'incomplete'))
        return 'already'
      const now = this.now()
      const isOver = ({ expires_at, decided_at }: (typeof rows)[number]) =>
        (expires_at ?? (decided_at ?? 0) + UNDO_WITHIN_MS) <= now
      if (rows.some(isOver)) return 'expired'
      // Whoever ends the access takes along what could be taken back.
      if (rows.some(({ state }) => state === null)) return 'disconnected'
      if (rows.some(({ state }) => state !== 'offered')) return 'unknown'
      await tx
        .updateTable('change_undo')
        .set({
          state: 'pressed',
          press_id: first,
          pressed_at: now,
          channel: place.channel,
          ts: place.ts,
          thread_ts: place.threadTs,
        })
        .where('id', 'in', [...wanted])
        .execute()
      return 'taken'
    })
  }

  async unfinished(): Promise<PressedUndo[]> {
    const rows = await this.db
      .selectFrom('change_undo')
      .innerJoin('approval', 'approval.id', 'change_undo.id')
      .innerJoin('turn', 'turn.id', 'approval.turn_id')
      .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
      .selectAll('change_undo')
      .select(['conversation.id as conversation_id', 'conversation.person_id'])
      .where('change_undo.press_id', 'is not', null)
      .where('change_undo.shown_at', 'is', null)
      .orderBy('change_undo.pressed_at')
      .orderBy('approval.created_at')
      .execute()
    const presses = new Map<string, PressedUndo>()
    for (const row of rows) {
      const { press_id, channel, ts, thread_ts, pressed_at, state } = row
      if (press_id === null || channel === null || ts === null || pressed_at === null) continue
      presses.set(press_id, {
        id: press_id,
        personId: row.person_id,
        conversationId: row.conversation_id,
        ways: [...(presses.get(press_id)?.ways ?? []), ...waysIn(row.ways)],
        place: { channel, ts, threadTs: thread_ts },
        pressedAt: pressed_at,
        ending: isEnding(state) ? state : null,
      })
    }
    return [...presses.values()]
  }

  async begin(id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable('change_undo')
      .set({ begun_at: this.now() })
      .where('press_id', '=', id)
      .where('begun_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async finish(id: string, ending: UndoEnding): Promise<void> {
    await this.db
      .updateTable('change_undo')
      .set({ state: ending })
      .where('press_id', '=', id)
      .where('state', '=', 'pressed')
      .execute()
  }

  async markShown(id: string): Promise<void> {
    await this.db.updateTable('change_undo').set({ shown_at: this.now() }).where('press_id', '=', id).execute()
  }

  async unheard(conversationId: string): Promise<UnheardUndo[]> {
    const rows = await this.db
      .selectFrom('change_undo')
      .innerJoin('approval', 'approval.id', 'change_undo.id')
      .innerJoin('turn', 'turn.id', 'approval.turn_id')
      .selectAll('change_undo')
      .where('turn.conversation_id', '=', conversationId)
      .where('change_undo.state', 'in', ENDINGS)
      .where('change_undo.heard_at', 'is', null)
      .orderBy('change_undo.pressed_at')
      .orderBy('approval.created_at')
      .execute()
    return rows.flatMap(({ id, state, ways, emails }) =>
      isEnding(state) ? [{ id, ending: state, ways: waysIn(ways), emails }] : [],
    )
  }

  async markHeard(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.db
      .updateTable('change_undo')
      .set({ heard_at: this.now(), ways: NONE })
      .where('id', 'in', ids)
      .where('state', 'in', ENDINGS)
      .execute()
  }

  async sweep(): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      const now = this.now()
      await tx
        .deleteFrom('change_undo')
        .where('expires_at', '<=', now)
        .where((row) =>
          row.or([
            row('press_id', 'is', null),
            row.and([row('shown_at', 'is not', null), row('heard_at', 'is not', null)]),
          ]),
        )
        .execute()
      await tx
        .updateTable('change_undo')
        .set({ ways: NONE })
        .where('expires_at', '<=', now)
        .where('state', 'in', ENDINGS)
        .where('ways', '!=', NONE)
        .execute()
    })
  }
}

/** Somebody's access has ended: what could be taken back goes with it, and what was being taken back has ended. */
export async function endUndos(tx: Database, personId: string): Promise<void> {
  const theirs = tx
    .selectFrom('approval')
    .innerJoin('turn', 'turn.id', 'approval.turn_id')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .select('approval.id')
    .where('conversation.person_id', '=', personId)
  await tx.deleteFrom('change_undo').where('id', 'in', theirs).where('press_id', 'is', null).execute()
  await tx
    .updateTable('change_undo')
    .set({ state: 'ended_access' })
    .where('id', 'in', theirs)
    .where('state', '=', 'pressed')
    .execute()
  await tx.updateTable('change_undo').set({ ways: NONE }).where('id', 'in', theirs).execute()
}

async function owned(tx: Database, ids: readonly string[]) {
  return await tx
    .selectFrom('approval')
    .innerJoin('turn', 'turn.id', 'approval.turn_id')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .leftJoin('change_undo', 'change_undo.id', 'approval.id')
    .select([
      'approval.id',
      'approval.decided_at',
      'change_undo.state',
      'change_undo.expires_at',
      'person.team',
      'person.slack_user',
    ])
    .where('approval.id', 'in', ids)
    .execute()
}

function waysIn(json: string): WayBack[] {
  return WAYS.parse(JSON.parse(json))
}

function isEnding(state: UndoState): state is UndoEnding {
  return ENDINGS.some((ending) => ending === state)
}
