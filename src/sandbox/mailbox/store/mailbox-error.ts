/** What the mailbox refuses, in words for the caller of a tool (Gmail's own, where it has some). */
export class MailboxError extends Error {
  override name = 'MailboxError'
}

/** Gmail's answer to an id it does not know. */
export function notFound(what: string, id: string): MailboxError {
  return new MailboxError(`Requested entity was not found: there is no ${what} "${id}".`)
}
