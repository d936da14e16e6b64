/** What left a mailbox, exactly: for tests that compare it with what was approved. */
import type { MailAddress } from '../mail/mail.js'
import { leaves, mimeParts } from '../mail/mime-parts.js'
import type { Mailbox, Message } from './mailbox.js'

export interface SentMail {
  readonly message: Message
  readonly from: MailAddress
  readonly to: readonly MailAddress[]
  readonly cc: readonly MailAddress[]
  readonly bcc: readonly MailAddress[]
  readonly subject: string
  /** The plain text as it was written, to the character; undefined where it has none. */
  readonly text: string | undefined
  /** The HTML as it was written; undefined where it has none. */
  readonly html: string | undefined
  readonly attachments: readonly { readonly filename: string; readonly mimeType: string; readonly content: Buffer }[]
  /** Message-ID that it answers, or an empty string. */
  readonly inReplyTo: string
}

/** Oldest first, those in the trash too. */
export async function sentMails(mailbox: Mailbox): Promise<SentMail[]> {
  const sent = mailbox.messages().filter(({ labels }) => labels.has('SENT'))
  return await Promise.all(sent.reverse().map(sentMail))
}

async function sentMail(message: Message): Promise<SentMail> {
  const { mail } = message
  const parts = leaves(await mimeParts(mail.raw))
  const text = (mimeType: string) =>
    parts.find((part) => !part.isAttachment && part.mimeType === mimeType)?.content.toString()
  return {
    message,
    from: mail.from,
    to: mail.to,
    cc: mail.cc,
    bcc: mail.bcc,
    subject: mail.subject,
    text: text('text/plain'),
    html: text('text/html'),
    attachments: parts.filter((part) => part.isAttachment),
    inReplyTo: mail.headers.find(({ name }) => name.toLowerCase() === 'in-reply-to')?.value ?? '',
  }
}
