/** Files of messages at Claude's API: ids, names, types and sizes, never content. */

import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AttachedFile, AttachedFileStore, FileProblem, NewAttachedFile } from '../../turns/files/attached-file.js'
import type { Database } from '../database/database.js'
import type { AttachedFileTable } from '../database/file-schema.js'

export class AttachedFiles implements AttachedFileStore {
  constructor(
    private readonly db: Database,
    private readonly now: () => number,
  ) {}

  async ofMessages(messageIds: readonly string[]): Promise<AttachedFile[]> {
    if (messageIds.length === 0) return []
    const rows = await this.db
      .selectFrom('attached_file')
      .selectAll()
      .where('message_id', 'in', messageIds)
      .where('given_up_at', 'is', null)
      .orderBy('noted_at')
      .execute()
    return rows.map(toAttachedFile)
  }

  async ofTurn(turnId: string): Promise<AttachedFile[]> {
    const rows = await this.db
      .selectFrom('attached_file')
      .innerJoin('message', 'message.id', 'attached_file.message_id')
      .selectAll('attached_file')
      .where('message.turn_id', '=', turnId)
      .where('attached_file.given_up_at', 'is', null)
      .orderBy('attached_file.noted_at')
      .execute()
    return rows.map(toAttachedFile)
  }

  async note(file: NewAttachedFile): Promise<AttachedFile> {
    const { conversationId, messageId, slackId, name, mimetype, size, problem } = file
    const id = randomUUID()
    const now = this.now()
    const requestedAt = problem === null ? now : null
    await this.db
      .insertInto('attached_file')
      .values({
        id,
        conversation_id: conversationId,
        message_id: messageId,
        slack_id: slackId,
        name,
        mimetype,
        size,
        problem,
        requested_at: requestedAt,
        file_id: null,
        given_up_at: null,
        noted_at: now,
      })
      .execute()
    return { ...file, id, requestedAt, fileId: null, isMounted: false }
  }

  async fail(id: string, problem: FileProblem): Promise<void> {
    await this.db.updateTable('attached_file').set({ problem }).where('id', '=', id).execute()
  }

  async settle(id: string, fileId: string): Promise<void> {
    await this.db.updateTable('attached_file').set({ file_id: fileId }).where('id', '=', id).execute()
  }

  async markMounted(id: string): Promise<void> {
    await this.db.updateTable('attached_file').set({ mounted: 1 }).where('id', '=', id).execute()
  }

  async leftovers(): Promise<AttachedFile[]> {
    const rows = await this.db
      .selectFrom('attached_file')
      .innerJoin('message', 'message.id', 'attached_file.message_id')
      .selectAll('attached_file')
      .where((row) =>
        row.or([
          row('attached_file.given_up_at', 'is not', null),
          // Taken back or refused before a session heard it.
          row.and([row('message.state', 'in', ['cancelled', 'refused']), row('attached_file.mounted', '=', 0)]),
        ]),
      )
      .orderBy('attached_file.noted_at')
      .execute()
    return rows.map(toAttachedFile)
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom('attached_file').where('id', '=', id).execute()
  }
}

/** A session that may have heard of the files of a message goes on to point to them, whatever becomes of the message. */
export async function keepWithSession(tx: Database, messageId: string): Promise<void> {
  await tx
    .updateTable('attached_file')
    .set({ mounted: 1 })
    .where('message_id', '=', messageId)
    .where('file_id', 'is not', null)
    .execute()
}

/** The session of a conversation is given up, and what was uploaded for it is needed no more. */
export async function giveUpFiles(tx: Database, conversationId: string, now: number): Promise<void> {
  await tx
    .updateTable('attached_file')
    .set({ given_up_at: now })
    .where('conversation_id', '=', conversationId)
    .where('given_up_at', 'is', null)
    .execute()
}

function toAttachedFile(row: Selectable<AttachedFileTable>): AttachedFile {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    slackId: row.slack_id,
    name: row.name,
    mimetype: row.mimetype,
    size: row.size,
    problem: row.problem,
    requestedAt: row.requested_at,
    fileId: row.file_id,
    isMounted: row.mounted === 1,
  }
}
