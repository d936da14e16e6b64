/**
 * A message that says nothing but the word of a button: "stop", which stops a turn, and "yes", which decides nothing. Which turn is meant, inside the
 * transaction that stores the message.
 */

import type { IncomingMessage } from '../../turns/admission.js'
import type { Database } from '../database/database.js'
import { byTs, isDeliveredLate } from '../rows/timestamps.js'

/**
 * Notes the wish to stop, where there is a turn that it can mean: the one under way in its thread, or the newest one of the same person in a
 * direct message, where people answer below instead of in the thread. What was written after it is not meant.
 * @param conversationId of the message's thread; null where it starts one
 * @returns ids of the turn and its conversation; null: there is nothing to stop
 */
export async function stopByMessage(
  tx: Database,
  message: IncomingMessage,
  conversationId: string | null,
  now: number,
): Promise<{ readonly turnId: string; readonly conversationId: string } | null> {
  const candidates =
    conversationId === null ? await inDirectMessage(tx, message) : await ofConversation(tx, conversationId)
  const [target] = candidates.sort(
    (a, b) =>
      Number(a.state === 'queued') - Number(b.state === 'queued') || Number(b.created_at) - Number(a.created_at),
  )
  if (target === undefined || !(await hasEarlierMessage(tx, target, message.ts))) return null
  await noteStop(tx, target.id, now)
  return { turnId: target.id, conversationId: target.conversation_id }
}

/**
 * The conversation whose card a bare yes is about: the one of its thread, or the newest of the same person in a direct message, where people answer below.
 * @param conversationId of the message's thread; null where it starts one
 * @returns null: nothing that its author has seen waits there for a press
 */
export async function askedInWords(
  tx: Database,
  message: IncomingMessage,
  conversationId: string | null,
  now: number,
): Promise<string | null> {
  const candidates =
    conversationId === null ? await inDirectMessage(tx, message) : await ofConversation(tx, conversationId)
  if (candidates.length === 0) return null
  const open = await tx
    .selectFrom('approval')
    .select(['turn_id', 'asked_at'])
    .where(
      'turn_id',
      'in',
      candidates.map(({ id }) => id),
    )
    .where('decision', 'is', null)
    .execute()
  // One that is being put may be seen before it is noted that it was asked.
  const at = (asked: (typeof open)[number]) => (asked.asked_at === null ? now : Number(asked.asked_at))
  const seen = open.filter((asked) => asked.asked_at === null || !isDeliveredLate(message.ts, now, at(asked)))
  const [newest] = seen.sort((one, other) => at(other) - at(one))
  return candidates.find(({ id }) => id === newest?.turn_id)?.conversation_id ?? null
}

/**
 * `stopping`: the turn under way in the thread is to stop. `at_rest`: none is under way there. `not_yours`: the conversation is somebody else's.
 * `outlived`: the turn under way began after the press, so the press did not mean it. `unknown`: there is no conversation.
 */
export type ThreadStop =
  | { readonly outcome: 'stopping'; readonly turnId: string }
  | { readonly outcome: 'at_rest' | 'outlived' | 'not_yours' | 'unknown' }

/** The thread of a conversation, and who pressed its Stop: `home` keys the person, as `person.team` does. */
export interface StopPress {
  readonly team: string
  readonly channel: string
  readonly threadTs: string
  readonly home: string
  readonly user: string
  /** When, as a Slack timestamp: a press that is delivered late means nothing that was written after it. */
  readonly ts: string
}

/** Notes that somebody wants what is under way in a thread to stop, as its owner may. Runs inside a transaction. */
export async function stopInThread(tx: Database, press: StopPress, now: number): Promise<ThreadStop> {
  const { team, channel, threadTs, home, user, ts } = press
  const conversation = await tx
    .selectFrom('conversation')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .select(['conversation.id', 'person.team', 'person.slack_user'])
    .where('conversation.team', '=', team)
    .where((where) =>
      where.or([
        where.and({ 'conversation.address_channel': channel, 'conversation.address_thread_ts': threadTs }),
        where.and({ 'conversation.channel': channel, 'conversation.thread_ts': threadTs }),
      ]),
    )
    .executeTakeFirst()
  if (conversation === undefined) return { outcome: 'unknown' }
  if (conversation.team !== home || conversation.slack_user !== user) return { outcome: 'not_yours' }
  const [current] = (await ofConversation(tx, conversation.id)).sort(
    (a, b) =>
      Number(a.state === 'queued') - Number(b.state === 'queued') || Number(a.created_at) - Number(b.created_at),
  )
  if (current === undefined) return { outcome: 'at_rest' }
  if (!(await hasEarlierMessage(tx, current, ts))) return { outcome: 'outlived' }
  await noteStop(tx, current.id, now)
  return { outcome: 'stopping', turnId: current.id }
}

/**
 * Notes that the owner of a turn wants it to stop, which takes back what is in its undo window. Runs inside a transaction.
 * @returns false: the turn has ended already
 */
export async function noteStop(tx: Database, turnId: string, now: number): Promise<boolean> {
  const result = await tx
    .updateTable('turn')
    .set({ stop_requested_at: now })
    .where('id', '=', turnId)
    .where('state', '!=', 'ended')
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) return false
  await tx
    .updateTable('outgoing_mail')
    .set({ state: 'undone', ended_at: now })
    .where('turn_id', '=', turnId)
    .where('state', '=', 'held')
    .where('send_at', 'is', null)
    .execute()
  return true
}

function unfinished(tx: Database) {
  return tx
    .selectFrom('turn')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .select(['turn.id', 'turn.state', 'turn.created_at', 'turn.conversation_id'])
    .where('turn.state', '!=', 'ended')
}

async function ofConversation(tx: Database, conversationId: string) {
  return await unfinished(tx).where('turn.conversation_id', '=', conversationId).execute()
}

async function inDirectMessage(tx: Database, { team, channel, kind, user, userTeam }: IncomingMessage) {
  if (kind !== 'im') return []
  return await unfinished(tx)
    .where('conversation.team', '=', team)
    .where('person.team', '=', userTeam)
    .where('person.slack_user', '=', user)
    .where((turn) =>
      turn.or([turn('conversation.channel', '=', channel), turn('conversation.address_channel', '=', channel)]),
    )
    .execute()
}

/** A turn that has taken nothing yet takes all that waits. */
async function hasEarlierMessage(
  tx: Database,
  turn: { readonly id: string; readonly conversation_id: string },
  ts: string,
): Promise<boolean> {
  const rows = await tx
    .selectFrom('message')
    .select('ts')
    .where('conversation_id', '=', turn.conversation_id)
    .where((row) => row.or([row('turn_id', '=', turn.id), row('state', '=', 'queued')]))
    .execute()
  return rows.some((row) => byTs(row, { ts }) < 0)
}
