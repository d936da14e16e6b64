/** The sandbox's mailboxes. */

export { serveMailbox } from './gmail/mcp-server.js'
export type * from './gmail/resource.js'
export { GMAIL_TOOLS, gmailToolNamed, isGmailTool } from './gmail/tools.js'
export type { Mail, MailAddress, MailAttachment } from './mail/mail.js'
export { NotAnMboxError } from './mail/mbox.js'
export type { Letter, LetterAttachment } from './store/letter.js'
export {
  type Draft,
  Mailbox,
  type MailboxOptions,
  type MailCarrier,
  type Message,
  type SearchOptions,
} from './store/mailbox.js'
export { MailboxError } from './store/mailbox-error.js'
export { PostOffice } from './store/post-office.js'
export { loadSamples, type SampleAccount } from './store/samples.js'
export { type SentMail, sentMails } from './store/sent-mail.js'
