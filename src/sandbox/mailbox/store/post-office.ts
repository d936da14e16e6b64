/** Delivers between the mailboxes of the sandbox. Mail to anybody else goes nowhere: the sandbox has no network. */
import type { MailAddress } from '../mail/mail.js'
import type { Mailbox, MailCarrier } from './mailbox.js'

export class PostOffice implements MailCarrier {
  readonly #mailboxes = new Map<string, Mailbox>()

  add(mailbox: Mailbox): void {
    this.#mailboxes.set(mailbox.address.toLowerCase(), mailbox)
  }

  async deliver(raw: Buffer, to: readonly MailAddress[]): Promise<void> {
    for (const { address } of to) await this.#mailboxes.get(address.toLowerCase())?.receive(raw)
  }
}
