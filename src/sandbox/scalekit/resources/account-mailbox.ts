/** From a connected account to the mailbox behind it, as long as the account lets anybody in. */
import type { Mailbox } from '../../mailbox/index.js'
import type { ConnectedAccount, ConnectedAccounts } from './accounts.js'

export interface MailboxParts {
  readonly accounts: ConnectedAccounts
  /** By address, in lower case. */
  readonly mailboxes: ReadonlyMap<string, Mailbox>
  readonly now: () => number
}

export function mailboxOf(
  parts: MailboxParts,
  connectionName: string,
  account: ConnectedAccount | undefined,
): Mailbox | { refusal: string } {
  if (account?.status !== 'ACTIVE') {
    const status = account === undefined ? 'there is none' : `its status is ${account.status}`
    return {
      refusal: `The connected account for "${connectionName}" is not active (${status}). The user has to authorize it again.`,
    }
  }
  const mailbox = parts.mailboxes.get(account.mailAddress?.toLowerCase() ?? '')
  if (mailbox === undefined)
    return { refusal: `Gmail refused the credentials of "${account.mailAddress ?? 'this account'}".` }
  parts.accounts.update(account, { lastUsedAt: parts.now() })
  return mailbox
}
