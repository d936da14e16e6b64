/**
 * A hash of everything in an email that would leave. Folding, quoting and encoding do not change it. Any change of meaning does. Pure.
 *
 * Two things are left out:
 * - The sender, because the mailbox decides it. A sender other than the mailbox's own is hashed as a further field.
 * - The id of the message that is answered, because the mailbox may write another one into a draft. The thread and the recipients, which depend on it,
 *   are hashed.
 */

import { createHash } from 'node:crypto'
import type { MailAddress, MailContent } from '../turns/outgoing-mail.js'
import { collapsed, comparable } from './addresses.js'

/**
 * A hash of an email that can only leave as its draft. Attachments are not read. Gmail keeps every version of a draft as a message of its own, so the
 * id of that message changes when an attachment does.
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
 * By what a sent email is recognized: its recipients, its subject and its words. Lines and thread are left out, because sending may change them.
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
