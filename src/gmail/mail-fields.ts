/** Header fields of a mail: which stand in a place of their own, which are the way's, and which would leave unseen. Pure. */

import type { MailAddress } from '../turns/outgoing-mail.js'
import { decoded, formatAddresses, isSameAddress, readAddresses } from './addresses.js'

export type HeaderField = readonly [name: string, value: string]

export interface MailFields {
  readonly from: MailAddress | null
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly bcc: readonly MailAddress[]
  readonly replyTo: readonly MailAddress[]
  readonly subject: string
  readonly otherFields: readonly HeaderField[]
  /** Message-ID of the mail itself, with its brackets; null where it has none. */
  readonly messageId: string | null
  /** Message-ID of the mail that it answers. */
  readonly inReplyTo: string | null
}

const SHOWN = new Set(['from', 'to', 'cc', 'bcc', 'subject'])
/** What mail systems write for each other, and what the mailbox rewrites when it sends. */
const TRANSPORT =
  /^(?:received|return-path|delivered-to|message-id|date|mime-version|content-.*|in-reply-to|references|x-google-.*|x-gm-.*|x-gmail-.*|x-received|x-forwarded-.*|x-originating-.*|x-mailer|x-attachment-id|x-draft-.*|x-spam-.*|user-agent|thread-topic|thread-index|dkim-.*|domainkey-.*|arc-.*|authentication-results|received-spf|autocrypt)$/

/**
 * @param headers in their order, folded or not
 * @param owner address of the mailbox; null where it is not known
 */
export function mailFields(headers: readonly HeaderField[], owner: string | null): MailFields {
  const values = (name: string) => headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
  const people = (name: string) => values(name).flatMap(readAddresses)
  const senders = people('from')
  return {
    from: senders[0] ?? null,
    to: people('to'),
    cc: people('cc'),
    bcc: people('bcc'),
    replyTo: people('reply-to'),
    subject: headerText(values('subject').join(' ')),
    otherFields: [...foreignSenders(senders, owner), ...headers.flatMap((header) => unseen(header, owner))],
    messageId: messageIdIn(values('message-id').join(' ')),
    inReplyTo: messageIdIn(values('in-reply-to').join(' ')),
  }
}

/** The text of a field, unfolded, with its encoded words decoded. */
export function headerText(value: string): string {
  return decoded(value.replace(/\r?\n(?=[ \t])/g, '').replace(/[\r\n]+/g, ' '))
}

function foreignSenders(senders: readonly MailAddress[], owner: string | null): HeaderField[] {
  const isOwn = senders.length <= 1 && senders.every(({ address }) => owner === null || isSameAddress(address, owner))
  return isOwn ? [] : [['From', formatAddresses(senders)]]
}

function unseen([name, value]: HeaderField, owner: string | null): HeaderField[] {
  const key = name.toLowerCase()
  if (SHOWN.has(key) || TRANSPORT.test(key) || value.trim() === '') return []
  if (key === 'reply-to' || key === 'sender') {
    const addresses = readAddresses(value)
    const isOwn = key === 'sender' && owner !== null && addresses.every(({ address }) => isSameAddress(address, owner))
    return isOwn ? [] : [[name, formatAddresses(addresses)]]
  }
  return [[name, headerText(value)]]
}

function messageIdIn(value: string): string | null {
  return /<[^<>\s]+>/.exec(value)?.[0] ?? null
}
