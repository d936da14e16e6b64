/** Threads of mail: which message a reply answers, whom it goes to, where a draft belongs. Pure. */

import { type MailAddress, UnsendableMail } from '../turns/outgoing-mail.js'
import { isSameAddress, uniqueAddresses } from './addresses.js'
import type { ReadMail } from './mail-reading.js'

/**
 * The message that is answered: the one that is named, by its Gmail id or Message-ID, or the newest that was sent or received.
 * @throws UnsendableMail where it is not in the thread
 */
export function answeredMessage(messages: readonly ReadMail[], named: string | null): ReadMail {
  const written = messages.filter(({ labels }) => !labels.includes('DRAFT'))
  if (named !== null) {
    const found = written.find((message) => isNamed(message, named))
    if (found === undefined) throw new UnsendableMail('The message to answer is not in this thread.')
    return found
  }
  const kept = written.filter(({ labels }) => !labels.includes('TRASH'))
  const newest = (kept.length > 0 ? kept : written).reduce<ReadMail | null>(
    // The mailbox lists them oldest first; where it gives dates, these decide.
    (latest, message) =>
      latest?.date != null && message.date !== null && message.date < latest.date ? latest : message,
    null,
  )
  if (newest === null) throw new UnsendableMail('There is no message in this thread to answer.')
  return newest
}

export function isNamed({ id, fields }: ReadMail, name: string): boolean {
  return id === name || (fields.messageId !== null && fields.messageId === bracketed(name))
}

export interface ReplyTargets {
  readonly to: readonly MailAddress[]
  /** Those of them that are another address than the sender's, where the message asks for that. */
  readonly elsewhere: readonly string[]
}

/** Whoever Gmail would take: `Reply-To` before the sender; the recipients of what the owner wrote themselves. */
export function replyTargets({ fields, labels }: ReadMail, owner: string | null): ReplyTargets {
  const { from, to, replyTo } = fields
  const isOwn = labels.includes('SENT') || (owner !== null && from !== null && isSameAddress(from.address, owner))
  if (isOwn && to.length > 0) return { to: uniqueAddresses(to), elsewhere: [] }
  if (replyTo.length === 0) return { to: from === null ? [] : [from], elsewhere: [] }
  const elsewhere = replyTo
    .map(({ address }) => address)
    .filter((address) => !isSameAddress(address, from?.address ?? ''))
  return { to: uniqueAddresses(replyTo), elsewhere }
}

export function replySubject(subject: string): string {
  return /^re\s*:/i.test(subject) ? subject : `Re: ${subject}`.trim()
}

/**
 * The thread of a draft and the message that it answers. A draft that is alone in its thread begins a new one. The message is named by its Gmail id, or
 * by its Message-ID where it is not in the thread.
 */
export function draftPlace(
  draft: ReadMail,
  thread: readonly ReadMail[],
): { readonly threadId: string | null; readonly inReplyTo: string | null } {
  const named = draft.fields.inReplyTo
  const others = thread.filter(({ id, labels }) => id !== draft.id && !labels.includes('DRAFT'))
  if (others.length === 0) return { threadId: named === null ? null : draft.threadId, inReplyTo: named }
  const answered = named === null ? undefined : others.find((message) => isNamed(message, named))
  return { threadId: draft.threadId, inReplyTo: answered?.id ?? named }
}

export function bracketed(messageId: string): string {
  return messageId.startsWith('<') ? messageId : `<${messageId}>`
}
