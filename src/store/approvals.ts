import { randomUUID } from 'node:crypto'
import type { Approval, Decision } from '../turns/model.js'
import type { Database } from './database.js'
import type { ApprovalTable } from './schema.js'

export type DecisionOutcome =
  | { readonly outcome: 'decided'; readonly conversationId: string }
  | /** Somebody was quicker, or pressed twice. */ { readonly outcome: 'already'; readonly decision: Decision }
  | { readonly outcome: 'not_yours' }
  | /** There is no such question, or no longer: its turn is over. */ { readonly outcome: 'unknown' }

export class Approvals {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  /** Makes sure that every one of these tool calls has an approval; answers those of the whole turn. */
  async open(turnId: string, callIds: readonly string[]): Promise<Approval[]> {
    for (const callId of callIds) {
      await this.db
        .insertInto('approval')
        .values({
          id: randomUUID(),
          turn_id: turnId,
          call_id: callId,
          decision: null,
          decided_by: null,
          decided_at: null,
          delivered_at: null,
          created_at: this.now(),
        })
        .onConflict((conflict) => conflict.columns(['turn_id', 'call_id']).doNothing())
        .execute()
    }
    return await this.ofTurn(turnId)
  }

  async ofTurn(turnId: string): Promise<Approval[]> {
    const rows = await this.db
      .selectFrom('approval')
      .selectAll()
      .where('turn_id', '=', turnId)
      .orderBy('created_at')
      .execute()
    return rows.map(toApproval)
  }

  /** Records the owner's decision; the first one stands. */
  async decide(id: string, decision: Decision, team: string, user: string): Promise<DecisionOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('approval')
        .innerJoin('turn', 'turn.id', 'approval.turn_id')
        .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
        .innerJoin('person', 'person.id', 'conversation.person_id')
        .select([
          'approval.decision',
          'turn.state',
          'conversation.id as conversation_id',
          'person.team',
          'person.slack_user',
        ])
        .where('approval.id', '=', id)
        .executeTakeFirst()
      if (row === undefined) return { outcome: 'unknown' }
      if (row.team !== team || row.slack_user !== user) return { outcome: 'not_yours' }
      if (row.decision !== null) return { outcome: 'already', decision: row.decision }
      if (row.state === 'ended') return { outcome: 'unknown' }
      await tx
        .updateTable('approval')
        .set({ decision, decided_by: user, decided_at: this.now() })
        .where('id', '=', id)
        .execute()
      return { outcome: 'decided', conversationId: row.conversation_id }
    })
  }

  async markDelivered(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.db.updateTable('approval').set({ delivered_at: this.now() }).where('id', 'in', ids).execute()
  }
}

function toApproval(row: ApprovalTable): Approval {
  return {
    id: row.id,
    turnId: row.turn_id,
    callId: row.call_id,
    decision: row.decision,
    delivered: row.delivered_at !== null,
  }
}
