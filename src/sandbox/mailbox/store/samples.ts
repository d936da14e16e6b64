/** The mail that the sandbox comes with: `samples/<name>.mbox`, for the account whose address begins with that name. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { shiftToNow } from '../mail/mbox-mails.js'
import { Mailbox, type MailboxOptions } from './mailbox.js'
import { PostOffice } from './post-office.js'

export interface SampleAccount {
  readonly address: string
  readonly displayName: string
}

/** From `src/sandbox/mailbox` as from `dist/sandbox/mailbox`: the compiler leaves the mbox files where they are. */
const SAMPLES = fileURLToPath(new URL('../../../../src/sandbox/mailbox/samples/', import.meta.url))

/**
 * Loads the sample of each account (an empty mailbox where there is none) by address. All are moved in time together, so that a
 * message stands at the same moment in its sender's and its recipient's mailbox. What one sends to another arrives there.
 */
export async function loadSamples(
  accounts: readonly SampleAccount[],
  options: Pick<MailboxOptions, 'clock'> = {},
): Promise<Map<string, Mailbox>> {
  const names = new Set(await readdir(SAMPLES))
  const files = new Map<SampleAccount, Buffer>()
  for (const account of accounts) {
    const name = `${account.address.split('@')[0]}.mbox`
    if (names.has(name)) files.set(account, await readFile(`${SAMPLES}${name}`))
  }
  const shiftBy = shiftToNow([...files.values()], (options.clock ?? Date.now)())

  const mailboxes = new Map<string, Mailbox>()
  const carrier = new PostOffice()
  for (const account of accounts) {
    const file = files.get(account)
    const own = { ...options, address: account.address, displayName: account.displayName, shiftBy, carrier }
    const mailbox = file === undefined ? new Mailbox(own) : await Mailbox.fromMbox(file, own)
    carrier.add(mailbox)
    mailboxes.set(account.address, mailbox)
  }
  return mailboxes
}
