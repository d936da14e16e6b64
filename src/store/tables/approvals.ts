import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Approval, Decision, DeniedBy } from '../../turns/model.js'
import { isPast } from '../../turns/outgoing-mail.js'
import type { Database } from '../database/database.js'
import type { ApprovalTable } from '../database/schema.js'
import { decideMails, dropTimes, showAgain } from './mail-decisions.js'
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

/** One question, as a button names it. */
export interface Asked {
  readonly id: string
  /** The beginning of the hash of what the card showed; null on cards that show no mail. */
  readonly shown: string | null
  /** The card said that its time has passed, and that it leaves at once. */
  readonly atOnce?: boolean
}

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
   * says so.
   */
  async decideAll(
    asked: readonly Asked[],
    decision: Decision,
    team: string,
    user: string,
    reason: string | null = null,
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
      const isShown = ({ id, hosted, mail_hash }: (typeof open)[number]) =>
        mail_hash === null
          ? hosted === 0
          : asked.some((one) => one.id === id && one.shown !== null && mail_hash.startsWith(one.shown))
      if (decision === 'approved') {
        if (!open.every(isShown)) return { outcome: 'changed' }
        const isAtOnce = ({ id }: (typeof open)[number]) => asked.some((one) => one.id === id && one.atOnce === true)
        const late = open.filter((row) => !isAtOnce(row) && isPast(row.mail_send_at, this.now()))
        if (late.length > 0) {
          await showAgain(
            tx,
            late.map((row) => row.id),
          )
          return { outcome: 'late', conversationId: first.conversation_id }
        }
        await dropTimes(
          tx,
          open.filter(isAtOnce).map((row) => row.id),
        )
      }
      await decideMails(
        tx,
        open.map((row) => row.id),
        decision,
        this.now(),
        this.undoMs,
      )
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

  /** Whether this person may still decide it, and whether it is about a mail or about another tool call. */
  async canDecide(
    id: string,
    team: string,
    user: string,
  ): Promise<Extract<DecisionOutcome, { outcome: 'already' | 'not_yours' | 'unknown' }> | 'mail' | 'call'> {
    const [row] = await questions(this.db, [id])
    if (row === undefined) return { outcome: 'unknown' }
    if (row.team !== team || row.slack_user !== user) return { outcome: 'not_yours' }
    if (row.decision !== null) return { outcome: 'already', decision: row.decision }
    if (isOver(row, 'approved')) return { outcome: 'unknown' }
    return row.mail_state === null ? 'call' : 'mail'
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

async function questions(db: Database, ids: readonly string[]) {
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

/** A turn whose owner pressed Stop does nothing more, also while it is on its way to its end. */
function isOver(
  { state, stop_requested_at, mail_changed }: Awaited<ReturnType<typeof questions>>[number],
  decision: Decision,
): boolean {
  if (state === 'ended') return mail_changed !== 1
  return decision === 'approved' && stop_requested_at !== null
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
  return row.decided_by === null ? 'ended_access' : 'press'
}
