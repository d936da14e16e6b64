import type { Selectable } from 'kysely'
import type { OutgoingMail, OutgoingState, Presser } from '../../turns/outgoing-mail.js'
import type { EditBegun, OutgoingMailStore, Proposal, ShownContent } from '../../turns/outgoing-store.js'
import type { Database } from '../database/database.js'
import type { OutgoingMailTable } from '../database/schema.js'
import { beginEditDraft, noteLeft, settleEditDraft } from './mail-drafts.js'
import { shownColumns, toOutgoingMail } from './outgoing-mail-rows.js'

/** Mails on their way: ids, hashes, counts and domains. No word of a mail is ever stored. */
export class OutgoingMails implements OutgoingMailStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async propose(proposal: Proposal): Promise<OutgoingMail> {
    await this.db
      .insertInto('outgoing_mail')
      .values({
        id: proposal.approvalId,
        person_id: proposal.personId,
        conversation_id: proposal.conversationId,
        turn_id: proposal.turnId,
        call_id: proposal.callId,
        state: 'asking',
        tool: proposal.tool,
        hash: proposal.hash,
        sender_hash: proposal.senderHash,
        recipients: proposal.recipients,
        domains: JSON.stringify(proposal.domains),
        draft_id: proposal.draftId,
        in_reply_to: proposal.inReplyTo,
        send_at: proposal.sendAt,
        edit_hash: null,
        edit_draft_id: null,
        due_at: null,
        drafting_since: null,
        sending_since: null,
        sent_hashes: null,
        message_id: null,
        ended_at: null,
        why: null,
        told_state: null,
        created_at: this.now(),
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute()
    return await this.get(proposal.approvalId)
  }

  async get(id: string): Promise<OutgoingMail> {
    return toOutgoingMail(await this.#row(id))
  }

  async find(id: string): Promise<OutgoingMail | null> {
    const row = await this.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirst()
    return row === undefined ? null : toOutgoingMail(row)
  }

  async ofTurn(turnId: string): Promise<OutgoingMail[]> {
    const rows = await this.db.selectFrom('outgoing_mail').selectAll().where('turn_id', '=', turnId).execute()
    return rows.map(toOutgoingMail)
  }

  async ownedBy(id: string, { team, user }: Presser): Promise<OutgoingMail | 'not_yours' | 'unknown'> {
    const row = await this.db
      .selectFrom('outgoing_mail')
      .innerJoin('person', 'person.id', 'outgoing_mail.person_id')
      .selectAll('outgoing_mail')
      .select(['person.team', 'person.slack_user'])
      .where('outgoing_mail.id', '=', id)
      .executeTakeFirst()
    if (row === undefined) return 'unknown'
    return row.team === team && row.slack_user === user ? toOutgoingMail(row) : 'not_yours'
  }

  async scheduledOf({ team, user }: Presser): Promise<OutgoingMail[]> {
    const rows = await this.db
      .selectFrom('outgoing_mail')
      .innerJoin('person', 'person.id', 'outgoing_mail.person_id')
      .selectAll('outgoing_mail')
      .where('person.team', '=', team)
      .where('person.slack_user', '=', user)
      .where('outgoing_mail.state', '=', 'held')
      .where('outgoing_mail.send_at', 'is not', null)
      .orderBy('outgoing_mail.due_at')
      .execute()
    return rows.map(toOutgoingMail)
  }

  async unfinished(): Promise<OutgoingMail[]> {
    const rows = await this.db
      .selectFrom('outgoing_mail')
      .selectAll()
      .where('state', 'in', ['held', 'sending'])
      .orderBy('due_at')
      .execute()
    return rows.map(toOutgoingMail)
  }

  async unnotified(): Promise<OutgoingMail[]> {
    const rows = await this.db
      .selectFrom('outgoing_mail')
      .innerJoin('turn', 'turn.id', 'outgoing_mail.turn_id')
      .selectAll('outgoing_mail')
      .where('turn.state', '=', 'ended')
      .where((mail) =>
        mail.or([
          mail('outgoing_mail.told_state', 'is', null),
          mail('outgoing_mail.told_state', '!=', mail.ref('outgoing_mail.state')),
        ]),
      )
      .where((mail) =>
        mail.or([mail('outgoing_mail.own_draft', 'is', null), mail('outgoing_mail.own_draft', '!=', 'pending')]),
      )
      .where((mail) => mail.or([mail('outgoing_mail.changed', '=', 1), mail('outgoing_mail.ended_at', 'is not', null)]))
      .execute()
    return rows.map(toOutgoingMail)
  }

  async markNotified(id: string, state: OutgoingState): Promise<void> {
    await this.db.updateTable('outgoing_mail').set({ told_state: state }).where('id', '=', id).execute()
  }

  async updateShown(id: string, shown: ShownContent): Promise<void> {
    await this.db
      .updateTable('outgoing_mail')
      .set(shownColumns(shown))
      .where('id', '=', id)
      .where('state', '=', 'asking')
      .execute()
  }

  async askAgain(id: string, shown: ShownContent): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const result = await tx
        .updateTable('outgoing_mail')
        .set({
          ...shownColumns(shown),
          state: 'asking',
          changed: 1,
          due_at: null,
          edit_hash: null,
          edit_draft_id: null,
        })
        .where('id', '=', id)
        .where('state', '=', 'held')
        .executeTakeFirst()
      if (result.numUpdatedRows === 0n) return false
      await tx
        .updateTable('approval')
        .set({ decision: null, decided_by: null, decided_at: null, reason: null, asked_at: null })
        .where('id', '=', id)
        .execute()
      return true
    })
  }

  async beginDraft(id: string): Promise<number | null> {
    const { drafting_since } = await this.#row(id)
    if (drafting_since === null)
      await this.db.updateTable('outgoing_mail').set({ drafting_since: this.now() }).where('id', '=', id).execute()
    return drafting_since
  }

  async settleDraft(id: string, draftId: string): Promise<void> {
    await this.db
      .updateTable('outgoing_mail')
      .set({ draft_id: draftId, drafting_since: null })
      .where('id', '=', id)
      .execute()
  }

  async beginEdit(id: string, hash: string): Promise<EditBegun | null> {
    return await this.db.transaction().execute(async (tx) => {
      const mail = await tx.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      if (mail.state !== 'asking') return null
      if (mail.edit_hash === hash && mail.edit_draft_id !== null)
        return { draftId: mail.edit_draft_id, triedSince: null }
      await tx.updateTable('outgoing_mail').set({ edit_hash: hash, edit_draft_id: null }).where('id', '=', id).execute()
      return { draftId: null, triedSince: await beginEditDraft(tx, id, hash, this.now()) }
    })
  }

  async settleEdit(id: string, hash: string, draftId: string): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      await settleEditDraft(tx, id, hash, draftId, this.now())
      const result = await tx
        .updateTable('outgoing_mail')
        .set({ edit_draft_id: draftId })
        .where('id', '=', id)
        .where('edit_hash', '=', hash)
        .where('state', '=', 'asking')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    })
  }

  async begin(id: string, sentHashes: readonly string[]): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const mail = await tx.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      if (mail.state !== 'held' || mail.due_at === null || mail.due_at > this.now()) return false
      const ending = await tx
        .selectFrom('access_ending')
        .select('id')
        .where('person_id', '=', mail.person_id)
        .where('done_at', 'is', null)
        .executeTakeFirst()
      if (ending !== undefined) {
        await endWithAccess(tx, id, this.now())
        return false
      }
      await tx
        .updateTable('outgoing_mail')
        .set({ state: 'sending', sending_since: this.now(), sent_hashes: JSON.stringify(sentHashes) })
        .where('id', '=', id)
        .execute()
      return true
    })
  }

  async revertToHeld(id: string): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const mail = await tx.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
      if (mail.state !== 'sending') return true
      const ending = await tx
        .selectFrom('access_ending')
        .select('id')
        .where('person_id', '=', mail.person_id)
        .where('asked_at', '>=', mail.sending_since ?? 0)
        .executeTakeFirst()
      if (ending !== undefined) {
        await endWithAccess(tx, id, this.now())
        return false
      }
      const { stop_requested_at } = await tx
        .selectFrom('turn')
        .select('stop_requested_at')
        .where('id', '=', mail.turn_id)
        .executeTakeFirstOrThrow()
      const isTakenBack = stop_requested_at !== null && mail.send_at === null
      const again = isTakenBack ? ({ state: 'undone', ended_at: this.now() } as const) : ({ state: 'held' } as const)
      await tx
        .updateTable('outgoing_mail')
        .set({ ...again, sending_since: null })
        .where('id', '=', id)
        .execute()
      return !isTakenBack
    })
  }

  async finish(
    id: string,
    from: readonly OutgoingState[],
    state: OutgoingState,
    { messageId = null, why = null }: { readonly messageId?: string | null; readonly why?: string | null } = {},
  ): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const result = await tx
        .updateTable('outgoing_mail')
        .set({ state, message_id: messageId, why, ended_at: this.now() })
        .where('id', '=', id)
        .where('state', 'in', [...from])
        .executeTakeFirst()
      if (result.numUpdatedRows === 0n) return false
      if (state === 'sent') await noteLeft(tx, id, this.now())
      return true
    })
  }

  async isDraftSpent({ id, personId, draftId }: OutgoingMail): Promise<boolean> {
    if (draftId === null) return false
    const row = await this.db
      .selectFrom('outgoing_mail')
      .select('id')
      .where('person_id', '=', personId)
      .where('draft_id', '=', draftId)
      .where('id', '!=', id)
      .where('state', 'in', ['sending', 'sent', 'unconfirmed'])
      .executeTakeFirst()
    return row !== undefined
  }

  async claimSent(id: string, messageId: string): Promise<boolean> {
    return await this.db.transaction().execute(async (tx) => {
      const claimed = await tx
        .selectFrom('outgoing_mail')
        .select('id')
        .where('message_id', '=', messageId)
        .executeTakeFirst()
      if (claimed !== undefined) return false
      const result = await tx
        .updateTable('outgoing_mail')
        .set({ state: 'sent', message_id: messageId, why: null, ended_at: this.now() })
        .where('id', '=', id)
        .where('state', '=', 'sending')
        .executeTakeFirst()
      if (result.numUpdatedRows === 0n) return false
      await noteLeft(tx, id, this.now())
      return true
    })
  }

  async #row(id: string): Promise<Selectable<OutgoingMailTable>> {
    return await this.db.selectFrom('outgoing_mail').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  }
}

/** What was approved under one connection does not leave under another. */
async function endWithAccess(tx: Database, id: string, now: number): Promise<void> {
  await tx.updateTable('outgoing_mail').set({ state: 'ended_access', ended_at: now }).where('id', '=', id).execute()
}
