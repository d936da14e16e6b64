/**
 * What stands for a mail: a hash of all that would leave. The same mail has the same one, however it is folded, quoted or encoded on its way through
 * the mailbox; any change of its meaning changes it. Pure.
 *
 * Two things are not in it. The sender: the mailbox decides it, and another one than the mailbox's own is among the further fields. The message that
 * is answered: a draft names it by an id of the mail's own header, which the mailbox chooses by itself; what it decides, the thread and the recipients,
 * is in the hash.
 */

import { createHash } from 'node:crypto'
import type { MailAddress, MailContent } from '../turns/outgoing-mail.js'
import { collapsed, comparable } from './addresses.js'

/**
 * What stands for a mail that can only leave as the draft it is. What its attachments hold is not read; but a mailbox keeps every version of a draft
 * as a message of its own, so the id of that message changes with any of it.
 * @param messageId Gmail id of the draft's message; null where the mailbox does not tell. SHA-256, hex.
 */
export function draftHash(content: MailContent, messageId: string | null): string {
  return messageId === null ? contentHash(content) : digest({ content: contentHash(content), messageId })
}

/** SHA-256, hex. */
export function contentHash(content: MailContent): string {
  return digest({
    to: people(content.to),
    cc: people(content.cc),
    bcc: people(content.bcc),
    subject: collapsed(content.subject),
    format: content.body.format,
    body: normalizedBody(content.body.source),
    attachments: content.attachments
      .map(({ name, type, size }) => JSON.stringify([name, type.toLowerCase(), size]))
      .sort(),
    otherFields: content.otherFields
      .map(([name, value]) => JSON.stringify([name.toLowerCase(), collapsed(value)]))
      .sort(),
    threadId: content.threadId,
  })
}

/**
 * What can be recognized of a mail after it was sent: who got it, its subject and its words. Sending may wrap lines, fold them, and put it into a
 * thread of its own.
 */
export function sentKey(content: MailContent, readable: string, { withBcc }: { readonly withBcc: boolean }): string {
  const addresses = (list: readonly MailAddress[]) => list.map(({ address }) => address.toLowerCase()).sort()
  return digest({
    to: addresses(content.to),
    cc: addresses(content.cc),
    bcc: withBcc ? addresses(content.bcc) : [],
    subject: collapsed(content.subject),
    words: readable.replace(/\s+/g, ''),
    attachments: content.attachments.map(({ name }) => name).sort(),
  })
}

function people(list: readonly MailAddress[]): string[] {
  return list.map(({ name, address }) => JSON.stringify([collapsed(name), comparable(address)])).sort()
}

/** Line ends, blanks at line ends, and empty lines at the end are the way's own. */
function normalizedBody(source: string): string {
  return source
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd()
}

function digest(canonical: object): string {
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex')
}
