/** Drafts that hold versions of mails on their way: ids and hashes, never a word. */

import { randomUUID } from 'node:crypto'
import type { LeftoverDraft, MailDraftPurpose, MailDraftStore } from '../../turns/outgoing-store.js'
import { draftFate } from '../../turns/sending/leftover-drafts.js'
import type { Database } from '../database/database.js'

export class MailDrafts implements MailDraftStore {
  constructor(private readonly db: Database) {}

  async leftovers(): Promise<LeftoverDraft[]> {
    const rows = await this.db
      .selectFrom('mail_draft')
      .innerJoin('outgoing_mail', 'outgoing_mail.id', 'mail_draft.mail_id')
      .selectAll('mail_draft')
      .select([
        'outgoing_mail.person_id',
        'outgoing_mail.state',
        'outgoing_mail.edit_hash as editHash',
        'outgoing_mail.edit_draft_id as editDraftId',
        'outgoing_mail.draft_id as mailDraftId',
      ])
      .where('outgoing_mail.state', 'not in', ['held', 'sending'])
      .orderBy('mail_draft.made_at')
      .execute()
    const drafts = rows.map((row) => {
      const { id, mail_id, person_id, purpose, hash, draft_id, failures, made_at } = row
      const draft = { id, mailId: mail_id, personId: person_id, purpose, hash, draftId: draft_id, failures }
      return { draft: { ...draft, madeAt: made_at }, fate: draftFate(draft, { ...row, draftId: row.mailDraftId }) }
    })
    const left = drafts.filter(({ fate }) => fate === 'leave').map(({ draft }) => draft.id)
    if (left.length > 0) await this.db.deleteFrom('mail_draft').where('id', 'in', left).execute()
    return drafts.filter(({ fate }) => fate === 'trash').map(({ draft }) => draft)
  }

  async settle({ id, mailId, purpose }: LeftoverDraft, outcome: 'trashed' | 'changed' | 'gone'): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      await tx.deleteFrom('mail_draft').where('id', '=', id).execute()
      if (purpose === 'edit') return
      if (outcome === 'changed') {
        // A message of its own tells it where that of its turn does not any more.
        await tx
          .updateTable('outgoing_mail')
          .set({ own_draft: 'changed', told_state: null })
          .where('id', '=', mailId)
          .execute()
        return
      }
      const others = await tx
        .selectFrom('mail_draft')
        .select('id')
        .where('mail_id', '=', mailId)
        .where('purpose', '=', 'own')
        .execute()
      if (others.length === 0) await endWait(tx, mailId)
    })
  }

  async fail({ id, mailId, purpose, failures }: LeftoverDraft, isLast: boolean): Promise<void> {
    await this.db.transaction().execute(async (tx) => {
      if (isLast) await tx.deleteFrom('mail_draft').where('id', '=', id).execute()
      else
        await tx
          .updateTable('mail_draft')
          .set({ failures: failures + 1 })
          .where('id', '=', id)
          .execute()
      if (purpose === 'own') await endWait(tx, mailId)
    })
  }
}

/** Nobody waits longer to hear what became of the draft. */
async function endWait(tx: Database, mailId: string): Promise<void> {
  await tx
    .updateTable('outgoing_mail')
    .set({ own_draft: null })
    .where('id', '=', mailId)
    .where('own_draft', '=', 'pending')
    .execute()
}

interface NewDraft {
  readonly purpose: MailDraftPurpose
  readonly hash: string
  readonly draftId: string | null
}

export async function addDraft(
  tx: Database,
  mailId: string,
  { purpose, hash, draftId }: NewDraft,
  now: number,
): Promise<void> {
  await tx
    .insertInto('mail_draft')
    .values({ id: randomUUID(), mail_id: mailId, purpose, hash, draft_id: draftId, made_at: now })
    .execute()
}

/** A draft for an edit is about to be made. Returns when that was noted before (epoch milliseconds); null: it was not. */
export async function beginEditDraft(tx: Database, mailId: string, hash: string, now: number): Promise<number | null> {
  const row = await tx
    .selectFrom('mail_draft')
    .select('made_at')
    .where('mail_id', '=', mailId)
    .where('hash', '=', hash)
    .where('draft_id', 'is', null)
    .executeTakeFirst()
  if (row !== undefined) return row.made_at
  await addDraft(tx, mailId, { purpose: 'edit', hash, draftId: null }, now)
  return null
}

/** The draft for an edit is there. */
export async function settleEditDraft(
  tx: Database,
  mailId: string,
  hash: string,
  draftId: string,
  now: number,
): Promise<void> {
  const result = await tx
    .updateTable('mail_draft')
    .set({ draft_id: draftId })
    .where('mail_id', '=', mailId)
    .where('hash', '=', hash)
    .where('draft_id', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) await addDraft(tx, mailId, { purpose: 'edit', hash, draftId }, now)
}

/** A mail has left: nobody needs the draft that held it, and its owner hears where that one was changed. */
export async function noteLeft(tx: Database, mailId: string, now: number): Promise<void> {
  const { draft_id, hash } = await tx
    .selectFrom('outgoing_mail')
    .select(['draft_id', 'hash'])
    .where('id', '=', mailId)
    .executeTakeFirstOrThrow()
  if (draft_id !== null) {
    const ofMail = tx.deleteFrom('mail_draft').where('mail_id', '=', mailId)
    await ofMail.where('purpose', '=', 'edit').where('draft_id', '=', draft_id).execute()
    await addDraft(tx, mailId, { purpose: 'own', hash, draftId: draft_id }, now)
  }
  await tx
    .updateTable('outgoing_mail')
    .set({ own_draft: 'pending' })
    .where('id', '=', mailId)
    .where((mail) =>
      mail.exists(
        mail
          .selectFrom('mail_draft')
          .select('mail_draft.id')
          .where('mail_id', '=', mailId)
          .where('purpose', '=', 'own'),
      ),
    )
    .execute()
}
