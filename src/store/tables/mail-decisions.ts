/** What a decision about mails makes of them. Each runs within the transaction of the decision. */

import type { Decision } from '../../turns/model.js'
import type { Database } from '../database/database.js'

/** Their cards are shown once more, as they read by now; the turn of one that was asked about again may be over, and a message of its own shows it. */
export async function showAgain(tx: Database, ids: readonly string[]): Promise<void> {
  await tx
    .updateTable('approval')
    .set({ asked_at: null })
    .where('id', 'in', [...ids])
    .execute()
  await tx
    .updateTable('outgoing_mail')
    .set({ told_state: null })
    .where('id', 'in', [...ids])
    .execute()
}

/** They leave at once; that they had a time is noted where they had one. */
export async function dropTimes(tx: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx
    .updateTable('outgoing_mail')
    .set({ send_at: null, late: 1 })
    .where('id', 'in', [...ids])
    .where('state', '=', 'asking')
    .where('send_at', 'is not', null)
    .execute()
}

/** A yes holds a mail until it leaves; a no ends it. */
export async function decideMails(
  tx: Database,
  ids: readonly string[],
  decision: Decision,
  now: number,
  undoMs: number,
): Promise<void> {
  if (ids.length === 0) return
  const mails = await tx
    .selectFrom('outgoing_mail')
    .select(['id', 'send_at'])
    .where('id', 'in', [...ids])
    .where('state', '=', 'asking')
    .execute()
  for (const { id, send_at } of mails) {
    await tx
      .updateTable('outgoing_mail')
      .set(
        decision === 'approved'
          ? { state: 'held', due_at: Math.max(send_at ?? 0, now + undoMs) }
          : { state: 'denied', ended_at: now },
      )
      .where('id', '=', id)
      .execute()
  }
}
