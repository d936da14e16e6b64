/** Mails on their way, between their rows and the core's words. */

import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { OutgoingMail } from '../../turns/outgoing-mail.js'
import type { ShownContent } from '../../turns/outgoing-store.js'
import type { OutgoingMailTable } from '../database/schema.js'

const hashes = z.array(z.string())

export function shownColumns(shown: ShownContent) {
  return {
    hash: shown.hash,
    sender_hash: shown.senderHash,
    recipients: shown.recipients,
    domains: JSON.stringify(shown.domains),
    draft_id: shown.draftId,
    in_reply_to: shown.inReplyTo,
  }
}

export function toOutgoingMail(row: Selectable<OutgoingMailTable>): OutgoingMail {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    turnId: row.turn_id,
    callId: row.call_id,
    personId: row.person_id,
    state: row.state,
    tool: row.tool,
    hash: row.hash,
    senderHash: row.sender_hash,
    draftId: row.draft_id,
    inReplyTo: row.in_reply_to,
    changed: row.changed === 1,
    edited: row.edited === 1,
    late: row.late === 1,
    sendAt: row.send_at,
    dueAt: row.due_at,
    sendingSince: row.sending_since,
    sentHashes: row.sent_hashes === null ? [] : hashes.parse(JSON.parse(row.sent_hashes)),
    ownDraft: row.own_draft,
    endedAt: row.ended_at,
    why: row.why,
  }
}
