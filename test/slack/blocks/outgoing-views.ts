/** Mails on their way, as cards are given them. */

import type { MailAddress, MailContent, OutgoingMailView, ResolvedMail } from '../../../src/turns/outgoing-mail.js'
import type { ApprovalView } from '../../../src/turns/view.js'

export const ROSA: MailAddress = { name: 'Rosa Diaz', address: 'rosa@homes.example' }
export const JORGE: MailAddress = { name: '', address: 'jorge@homes.example' }

/** 17:09 in Stockholm. */
export const AT = Date.parse('2026-11-29T16:09:00Z')

export function mail(content: Partial<MailContent> = {}, rest: Partial<ResolvedMail> = {}): ResolvedMail {
  const body = content.body ?? { format: 'text', source: 'Dear Rosa,\n\nthe heating is broken.\n\nAnna' }
  return {
    content: {
      from: { name: 'Anna', address: 'anna@northwind.example' },
      to: [ROSA],
      cc: [],
      bcc: [],
      subject: 'The heating',
      body,
      attachments: [],
      otherFields: [],
      threadId: null,
      inReplyTo: null,
      ...content,
    },
    sentHashes: [],
    hash: '0123456789abcdef'.repeat(4),
    readable: body.source,
    warnings: [],
    draft: null,
    leavesAsDraft: false,
    ...rest,
  }
}

export function outgoing(
  view: Partial<OutgoingMailView> = {},
  rest: Partial<ApprovalView> = {},
): ApprovalView & { readonly outgoing: OutgoingMailView } {
  const isDecided = view.state !== undefined && view.state !== 'asking'
  return {
    id: 'approval-1',
    step: { type: 'tool', id: 'call-1', name: 'send_email', input: {}, state: 'undecided' },
    decision: isDecided ? (view.state === 'denied' ? 'denied' : 'approved') : null,
    decidedAt: null,
    reason: null,
    deniedBy: view.state === 'denied' ? 'press' : null,
    names: new Map(),
    mailbox: null,
    outgoing: {
      state: 'asking',
      mail: mail(),
      changed: false,
      edited: false,
      sendAt: null,
      isLate: false,
      dueAt: null,
      endedAt: null,
      isDraftKept: false,
      why: null,
      timeZone: 'Europe/Stockholm',
      ...view,
    },
    ...rest,
  }
}
