/** The sandbox's mailboxes. */
export type * from './gmail-resource.js'
export { GMAIL_TOOLS, gmailToolNamed, isGmailTool } from './gmail-tools.js'
export type { Letter, LetterAttachment } from './letter.js'
export type { Mail, MailAddress, MailAttachment } from './mail.js'
export {
  type Draft,
  Mailbox,
  type MailboxOptions,
  type MailCarrier,
  type Message,
  type SearchOptions,
} from './mailbox.js'
export { MailboxError } from './mailbox-error.js'
export { NotAnMboxError } from './mbox.js'
export { serveMailbox } from './mcp-server.js'
export { PostOffice } from './post-office.js'
export { loadSamples, type SampleAccount } from './samples.js'
export { type SentMail, sentMails } from './sent-mail.js'
