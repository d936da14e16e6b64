import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Approval, Decision, DeniedBy } from '../turns/model.js'
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
          reason: null,
          decided_by: null,
          decided_at: null,
          delivered_at: null,
          asked_at: null,
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

  /**
   * Records the owner's decision; the first one stands.
   * @param reason what should be different, with a no
   */
  async decide(
    id: string,
    decision: Decision,
    team: string,
    user: string,
    reason: string | null = null,
  ): Promise<DecisionOutcome> {
    return await this.decideAll([id], decision, team, user, reason)
  }

  /** Records one decision about several questions of one turn, all or none; what was decided before stays as it was. */
  async decideAll(
    ids: readonly string[],
    decision: Decision,
    team: string,
    user: string,
    reason: string | null = null,
  ): Promise<DecisionOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const rows = await questions(tx, ids)
      const [first] = rows
      if (first === undefined || rows.length < new Set(ids).size) return { outcome: 'unknown' }
      if (rows.some((row) => row.team !== team || row.slack_user !== user)) return { outcome: 'not_yours' }
      const open = rows.filter((row) => row.decision === null)
      if (open.length === 0) return { outcome: 'already', decision: first.decision ?? decision }
      if (rows.some((row) => row.state === 'ended')) return { outcome: 'unknown' }
      await tx
        .updateTable('approval')
        .set({ decision, reason, decided_by: user, decided_at: this.now() })
        .where(
          'id',
          'in',
          open.map((row) => row.id),
        )
        .execute()
      return { outcome: 'decided', conversationId: first.conversation_id }
    })
  }

  /** Whether this person may still decide it. */
  async canDecide(id: string, team: string, user: string): Promise<DecisionOutcome | 'yes'> {
    const [row] = await questions(this.db, [id])
    if (row === undefined) return { outcome: 'unknown' }
    if (row.team !== team || row.slack_user !== user) return { outcome: 'not_yours' }
    if (row.decision !== null) return { outcome: 'already', decision: row.decision }
    return row.state === 'ended' ? { outcome: 'unknown' } : 'yes'
  }

  /** Notes since when (epoch milliseconds) these stand before their owner; what was noted first stays. */
  async markAsked(ids: readonly string[], at: number): Promise<void> {
    if (ids.length === 0) return
    await this.db
      .updateTable('approval')
      .set({ asked_at: at })
      .where('id', 'in', ids)
      .where('asked_at', 'is', null)
      .execute()
  }

  /** What a new message denied in this conversation, and no session has been told of yet. */
  async untoldDenials(conversationId: string): Promise<Approval[]> {
    const rows = await this.db
      .selectFrom('approval')
      .innerJoin('turn', 'turn.id', 'approval.turn_id')
      .selectAll('approval')
      .where('turn.conversation_id', '=', conversationId)
      .where('approval.superseded', '=', 1)
      .where('approval.delivered_at', 'is', null)
      .orderBy('approval.created_at')
      .execute()
    return rows.map(toApproval)
  }

  async markDelivered(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.db.updateTable('approval').set({ delivered_at: this.now() }).where('id', 'in', ids).execute()
  }
}

async function questions(db: Database, ids: readonly string[]) {
  return await db
    .selectFrom('approval')
    .innerJoin('turn', 'turn.id', 'approval.turn_id')
    .innerJoin('conversation', 'conversation.id', 'turn.conversation_id')
    .innerJoin('person', 'person.id', 'conversation.person_id')
    .select([
      'approval.id',
      'approval.decision',
      'turn.state',
      'conversation.id as conversation_id',
      'person.team',
      'person.slack_user',
    ])
    .where('approval.id', 'in', [...ids])
    .execute()
}

function toApproval(row: Selectable<ApprovalTable>): Approval {
  return {
    id: row.id,
    turnId: row.turn_id,
    callId: row.call_id,
    decision: row.decision,
    reason: row.reason,
    deniedBy: row.decision === 'denied' ? deniedBy(row) : null,
    decidedAt: row.decided_at,
    delivered: row.delivered_at !== null,
  }
}

/** Nobody decides that an access ends: whoever ends it, the questions end with it. */
function deniedBy(row: Selectable<ApprovalTable>): DeniedBy {
  if (row.superseded === 1) return 'new_message'
  return row.decided_by === null ? 'ended_access' : 'press'
}
