import { randomUUID } from 'node:crypto'
import type { Selectable, Updateable } from 'kysely'
import type { Approval, Decision, DeniedBy } from '../../turns/model.js'
import { isPast } from '../../turns/outgoing-mail.js'
import type { Database } from '../database/database.js'
import type { ApprovalTable } from '../database/schema.js'
import { type Asked, decideMails, dropTimes, isOver, isShown, questions, showAgain } from './mail-decisions.js'
import { addDraft } from './mail-drafts.js'

export type DecisionOutcome =
  | { readonly outcome: 'decided'; readonly conversationId: string }
  | /** Somebody was quicker, or pressed twice. */ { readonly outcome: 'already'; readonly decision: Decision }
  | { readonly outcome: 'not_yours' }
  | /** There is no such question, or no longer: its turn is over. */ { readonly outcome: 'unknown' }
  | /** Its card has changed since: the yes was to something else. */ { readonly outcome: 'changed' }
  | /** Its time passed before the yes: it is asked again whether it may leave at once. */ {
      readonly outcome: 'late'
      readonly conversationId: string
    }

export type { Asked }

export class Approvals {
  /** @param undoMs how long an approved mail can be taken back before it leaves, in milliseconds */
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
    private readonly undoMs: number,
  ) {}

  /** Makes sure that every one of these calls of the session's own tools has an approval; answers those of the whole turn. */
  async open(turnId: string, callIds: readonly string[]): Promise<Approval[]> {
    for (const callId of callIds) await this.#open(turnId, callId, false)
    return await this.ofTurn(turnId)
  }

  /** The same for a call of a tool whose handler runs in the bot. */
  async openHosted(turnId: string, callId: string): Promise<Approval> {
    await this.#open(turnId, callId, true)
    const row = await this.db
      .selectFrom('approval')
      .selectAll()
      .where('turn_id', '=', turnId)
      .where('call_id', '=', callId)
      .executeTakeFirstOrThrow()
    return toApproval(row)
  }

  async #open(turnId: string, callId: string, isHosted: boolean): Promise<void> {
    await this.db
      .insertInto('approval')
      .values({
        id: randomUUID(),
        turn_id: turnId,
        call_id: callId,
        hosted: isHosted ? 1 : 0,
        decision: null,
        reason: null,
        decided_by: null,
        decided_at: null,
        delivered_at: null,
        asked_at: null,
        shown_hash: null,
        created_at: this.now(),
      })
      .onConflict((conflict) => conflict.columns(['turn_id', 'call_id']).doNothing())
      .execute()
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
    return await this.decideAll([{ id, shown: null }], decision, team, user, reason)
  }

  /**
   * Records one decision about several questions of one turn, all or none; what was decided before stays as it was. A yes to a mail counts only where
   * its card shows what is known now, and holds the mail for as long as it can be taken back, or until its time; where that has passed, only a card that
   * says so. The same goes for a call of the session's own, where its card names what it shows.
   * @param leftOut ids of those that a yes leaves out: a no to them
   */
  async decideAll(
    asked: readonly Asked[],
    decision: Decision,
    team: string,
    user: string,
    reason: string | null = null,
    leftOut: ReadonlySet<string> = new Set(),
  ): Promise<DecisionOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const ids = new Set(asked.map(({ id }) => id))
      const rows = await questions(tx, [...ids])
      const [first] = rows
      if (first === undefined || rows.length < ids.size) return { outcome: 'unknown' }
      if (rows.some((row) => row.team !== team || row.slack_user !== user)) return { outcome: 'not_yours' }
      const open = rows.filter((row) => row.decision === null)
      if (open.length === 0) return { outcome: 'already', decision: first.decision ?? decision }
      // A mail that waited for its time outlives its turn, and is asked about again where it was changed meanwhile.
      if (open.some((row) => isOver(row, decision))) return { outcome: 'unknown' }
      const isLeftOut = ({ id }: (typeof open)[number]) => decision === 'approved' && leftOut.has(id)
      const decided = open.filter((row) => !isLeftOut(row))
      const left = open.filter(isLeftOut)
      if (decision === 'approved') {
        if (!decided.every((row) => isShown(row, asked))) return { outcome: 'changed' }
        const isAtOnce = ({ id }: (typeof open)[number]) => asked.some((one) => one.id === id && one.atOnce === true)
        const late = decided.filter((row) => !isAtOnce(row) && isPast(row.mail_send_at, this.now()))
        if (late.length > 0) {
          await showAgain(
            tx,
            late.map((row) => row.id),
          )
          return { outcome: 'late', conversationId: first.conversation_id }
        }
        await dropTimes(
          tx,
          decided.filter(isAtOnce).map((row) => row.id),
        )
      }
      await this.#note(tx, decided, { decision, reason, decided_by: user, decided_at: this.now() })
      await this.#note(tx, left, { decision: 'denied', left_out: 1, decided_by: user, decided_at: this.now() })
      return { outcome: 'decided', conversationId: first.conversation_id }
    })
  }

  async #note(
    tx: Database,
    rows: readonly { readonly id: string }[],
    made: Updateable<ApprovalTable> & { readonly decision: Decision },
  ): Promise<void> {
    if (rows.length === 0) return
    const ids = rows.map(({ id }) => id)
    await decideMails(tx, ids, made.decision, this.now(), this.undoMs)
    await tx.updateTable('approval').set(made).where('id', 'in', ids).execute()
  }

  /** Whether this person may still decide it, and whether it is about a mail or about another tool call. */
  async canDecide(
    id: string,
    team: string,
    user: string,
  ): Promise<Extract<DecisionOutcome, { outcome: 'already' | 'not_yours' | 'unknown' }> | 'mail' | 'call'> {
    return await this.canDecideAll([id], team, user)
  }

  /** The same about several of one turn: whether one of them is about a mail. */
  async canDecideAll(
    ids: readonly string[],
    team: string,
    user: string,
  ): Promise<Extract<DecisionOutcome, { outcome: 'already' | 'not_yours' | 'unknown' }> | 'mail' | 'call'> {
    const rows = await questions(this.db, ids)
    const [first] = rows
    if (first === undefined || rows.length < new Set(ids).size) return { outcome: 'unknown' }
    if (rows.some((row) => row.team !== team || row.slack_user !== user)) return { outcome: 'not_yours' }
    const open = rows.filter((row) => row.decision === null)
    if (open.length === 0) return { outcome: 'already', decision: first.decision ?? 'approved' }
    if (open.some((row) => isOver(row, 'approved'))) return { outcome: 'unknown' }
    return open.some((row) => row.mail_state !== null) ? 'mail' : 'call'
  }

  /**
   * Approves what its owner left in the window for editing, which a draft holds.
   * @param hash that of what they left; the draft that holds it is known
   * @param atOnce the window said that it leaves at once
   */
  async approveEdit(id: string, hash: string, team: string, user: string, atOnce = false): Promise<DecisionOutcome> {
    return await this.db.transaction().execute(async (tx) => {
      const [row] = await questions(tx, [id])
      if (row === undefined) return { outcome: 'unknown' }
      if (row.team !== team || row.slack_user !== user) return { outcome: 'not_yours' }
      if (row.decision !== null) return { outcome: 'already', decision: row.decision }
      if (isOver(row, 'approved') || row.mail_state !== 'asking') return { outcome: 'unknown' }
      const mail = await tx.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      if (mail.edit_hash !== hash || mail.edit_draft_id === null) return { outcome: 'changed' }
      if (atOnce) await dropTimes(tx, [id])
      else if (isPast(mail.send_at, this.now())) {
        await showAgain(tx, [id])
        return { outcome: 'late', conversationId: row.conversation_id }
      }
      if (mail.draft_id !== null && mail.draft_id !== mail.edit_draft_id)
        await addDraft(tx, id, { purpose: 'own', hash: mail.hash, draftId: mail.draft_id }, this.now())
      await tx
        .updateTable('outgoing_mail')
        .set({ hash, draft_id: mail.edit_draft_id, edited: 1 })
        .where('id', '=', id)
        .execute()
      await decideMails(tx, [id], 'approved', this.now(), this.undoMs)
      await tx
        .updateTable('approval')
        .set({ decision: 'approved', decided_by: user, decided_at: this.now() })
        .where('id', '=', id)
        .execute()
      return { outcome: 'decided', conversationId: row.conversation_id }
    })
  }

  /** Denies what was asked by a version in which the agent itself could send: it proposes the mail again. */
  async denyOutdated(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await this.db
      .updateTable('approval')
      .set({ decision: 'denied', outdated: 1, reason: null, decided_at: this.now() })
      .where('id', 'in', ids)
      .where('delivered_at', 'is', null)
      .execute()
  }

  /** Notes since when (epoch milliseconds) these stand before their owner, and a hash of what was shown; what was noted first stays. */
  async markAsked(asked: readonly { readonly id: string; readonly shown: string | null }[], at: number): Promise<void> {
    for (const { id, shown } of asked) {
      await this.db
        .updateTable('approval')
        .set({ asked_at: at, shown_hash: shown })
        .where('id', '=', id)
        .where('asked_at', 'is', null)
        .execute()
    }
  }

  /** What a new message denied in this conversation, and no session has been told of yet. */
  async undeliveredDenials(conversationId: string): Promise<Approval[]> {
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

function toApproval(row: Selectable<ApprovalTable>): Approval {
  return {
    id: row.id,
    turnId: row.turn_id,
    callId: row.call_id,
    isHosted: row.hosted === 1,
    decision: row.decision,
    reason: row.reason,
    deniedBy: row.decision === 'denied' ? deniedBy(row) : null,
    askedAt: row.asked_at === null ? null : Number(row.asked_at),
    decidedAt: row.decided_at,
    delivered: row.delivered_at !== null,
  }
}

/** Nobody decides that an access ends: whoever ends it, the questions end with it. */
function deniedBy(row: Selectable<ApprovalTable>): DeniedBy {
  if (row.outdated === 1) return 'outdated'
  if (row.superseded === 1) return 'new_message'
  if (row.left_out === 1) return 'left_out'
  return row.decided_by === null ? 'ended_access' : 'press'
}
