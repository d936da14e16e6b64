/** What people change or take back after a session has heard it. As long as nothing has, `messages.ts` sees to it. */

import { randomUUID } from 'node:crypto'
import type { LogPosition } from '../../turns/events.js'
import type { Turn, TurnState } from '../../turns/model.js'
import type { Database } from '../database/database.js'
import { keepWithSession } from './attached-files.js'
import { Conversations } from './conversations.js'
import { decideMails } from './mail-decisions.js'
import { EMPTY_CONTENT, type MessageContent, type MessageKey } from './messages.js'

/** A turn whose session has heard its messages, or may have, and whose end is still open. */
const REVISABLE: readonly TurnState[] = ['sending', 'running', 'waiting_approval', 'reconnecting']

export class Revisions {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /**
   * Takes over an edit of a message that a turn has taken and not answered yet: all that waits for a decision is denied, and the
   * turn has to restart. An edit that changes no words, and one that comes late or twice, changes nothing. A message that a link in
   * it leads to comes so too, a moment after it, when Slack has looked it up.
   * @param revision `ts` of the edit; empty where the message changed otherwise, e.g. because a link in it was looked up
   * @returns id of the turn, where it has to restart
   */
  async edit(message: MessageKey & MessageContent, revision: string): Promise<string | null> {
    return await this.db.transaction().execute(async (tx) => {
      const row = await taken(tx, message)
      if (row === null) return null
      const isLookedUp = revision === row.revision && row.forwarded === '[]' && message.forwarded.length > 0
      if (revision <= row.revision && !isLookedUp) return null
      const { text } = message
      const lists = { mentions: JSON.stringify(message.mentions), forwarded: JSON.stringify(message.forwarded) }
      await tx
        .updateTable('message')
        .set({ text, revision, ...lists })
        .where('id', '=', row.id)
        .execute()
      if (text === row.text && !isLookedUp) return null
      await this.#revise(tx, row.turn_id, row.slack_user)
      return row.turn_id
    })
  }

  /** The same for a message that was deleted: the turn restarts with what is left of its messages. */
  async retract(message: MessageKey): Promise<string | null> {
    return await this.db.transaction().execute(async (tx) => {
      const row = await taken(tx, message)
      if (row === null) return null
      await tx
        .updateTable('message')
        .set({ state: 'cancelled', turn_id: null, ...EMPTY_CONTENT })
        .where('id', '=', row.id)
        .execute()
      await keepWithSession(tx, row.id)
      await new Conversations(tx, this.now).leaveLine(row.conversation_id, message)
      await this.#revise(tx, row.turn_id, row.slack_user)
      return row.turn_id
    })
  }

  /**
   * The session of a revised turn has come to rest there: what is left of its messages waits again, under new references, since the
   * session knows the old ones with other words.
   * @param position where the session's log stands now; null for a session that has heard nothing
   * @returns false, and nothing changed: nothing is left
   */
  async requeue(turn: Pick<Turn, 'id' | 'conversationId'>, position: LogPosition | null): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const left = await tx.selectFrom('message').select('id').where('turn_id', '=', turn.id).execute()
      if (left.length === 0) return false
      for (const { id } of left) {
        await tx
          .updateTable('message')
          .set({ id: randomUUID(), state: 'queued', turn_id: null, replaces: 1 })
          .where('id', '=', id)
          .execute()
      }
      await tx
        .updateTable('turn')
        .set({ state: 'queued', revised_at: null, started_at: null, lost_event: null, lost_at: null })
        .where('id', '=', turn.id)
        .execute()
      // The reply that told of them starts anew.
      await tx.updateTable('outgoing_mail').set({ told_state: null }).where('turn_id', '=', turn.id).execute()
      await tx
        .updateTable('conversation')
        .set({ position_event: position?.id ?? null, position_at: position?.at ?? null, adrift: 0 })
        .where('id', '=', turn.conversationId)
        .execute()
      return true
    })
  }

  async #revise(tx: Database, turnId: string, slackUser: string): Promise<void> {
    const now = this.now()
    await tx.updateTable('turn').set({ revised_at: now }).where('id', '=', turnId).execute()
    const open = await tx
      .selectFrom('approval')
      .select('id')
      .where('turn_id', '=', turnId)
      .where('decision', 'is', null)
      .execute()
    const ids = open.map(({ id }) => id)
    await decideMails(tx, ids, 'denied', now, 0)
    await tx
      .updateTable('approval')
      .set({ decision: 'denied', superseded: 1, decided_by: slackUser, decided_at: now })
      .where('turn_id', '=', turnId)
      .where('decision', 'is', null)
      .execute()
  }
}

/** The message, if a turn that can still restart has taken it. A turn that was stopped, or lost its mailbox for good, cannot restart. */
async function taken(tx: Database, { team, channel, ts }: MessageKey) {
  const row = await tx
    .selectFrom('message')
    .innerJoin('turn', 'turn.id', 'message.turn_id')
    .innerJoin('conversation', 'conversation.id', 'message.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .select(['message.id', 'message.text', 'message.revision', 'message.forwarded'])
    .select(['turn.id as turn_id', 'person.slack_user', 'message.conversation_id'])
    .where('message.team', '=', team)
    .where('message.channel', '=', channel)
    .where('message.ts', '=', ts)
    .where('message.state', '=', 'taken')
    .where('turn.state', 'in', [...REVISABLE])
    .where('turn.stop_requested_at', 'is', null)
    .where('turn.access_ended_at', 'is', null)
    .executeTakeFirst()
  return row ?? null
}
