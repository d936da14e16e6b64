/** What is asked, with the mail that it may be about, and what a decision makes of that mail within its own transaction. */

import type { Decision } from '../../turns/model.js'
import type { Database } from '../database/database.js'

/** One question, as a button names it. */
export interface Asked {
  readonly id: string
  /** The beginning of the hash of what the card showed; null on cards that name none. */
  readonly shown: string | null
  /** The card said that its time has passed, and that it leaves at once. */
  readonly atOnce?: boolean
}

export async function questions(db: Database, ids: readonly string[]) {
  return await db
    .selectFrom('approval')
    .innerJoin('turn', 'turn.id', 'approval.turn_id')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .leftJoin('outgoing_mail', 'outgoing_mail.id', 'approval.id')
    .select([
      'approval.id',
      'approval.decision',
      'approval.hosted',
      'approval.shown_hash',
      'outgoing_mail.state as mail_state',
      'outgoing_mail.hash as mail_hash',
      'outgoing_mail.changed as mail_changed',
      'outgoing_mail.send_at as mail_send_at',
      'turn.state',
      'turn.stop_requested_at',
      'conversation.id as conversation_id',
      'person.team',
      'person.slack_user',
    ])
    .where('approval.id', 'in', [...ids])
    .execute()
}

/** Its owner has seen what is known now, as far as their card names what it shows. */
export function isShown(
  { id, hosted, mail_hash, shown_hash }: Awaited<ReturnType<typeof questions>>[number],
  asked: readonly Asked[],
): boolean {
  const shown = asked.find((one) => one.id === id)?.shown ?? null
  if (mail_hash !== null) return shown !== null && mail_hash.startsWith(shown)
  if (hosted !== 0) return false
  return shown === null || shown_hash === null || shown_hash.startsWith(shown)
}

/** A turn whose owner pressed Stop does nothing more, also while it is on its way to its end. */
export function isOver(
  { state, stop_requested_at, mail_changed }: Awaited<ReturnType<typeof questions>>[number],
  decision: Decision,
): boolean {
  if (state === 'ended') return mail_changed !== 1
  return decision === 'approved' && stop_requested_at !== null
}

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
