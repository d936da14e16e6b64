/** Mailboxes that note who was let in: every search and every sent mail, under the mark that the request carried. */

import {
  type Draft,
  Mailbox,
  type MailboxOptions,
  type Message,
  type SearchOptions,
} from '../../../src/sandbox/mailbox/index.js'
import { ANNA, BEN } from '../../support/house.js'

export const CLEO = 'U0CLEO'
export const PEOPLE = [ANNA, BEN, CLEO] as const

export interface Visit {
  readonly address: string
  readonly what: 'search' | 'send'
  /** What the request was marked with; empty where it had no mark. */
  readonly mark: string
}

/** A mark is a word like `mark7x`: it goes through people's words, the agent and the tool's input. */
export const MARK = /mark\d+x/g

export const addressOf = (user: string): string => `${user.slice(2).toLowerCase()}@northwind.example`
/** A word that stands in this person's mail and nowhere else. */
export const canaryOf = (user: string): string => `canary-of-${user.slice(2).toLowerCase()}`

class WatchedMailbox extends Mailbox {
  constructor(
    options: MailboxOptions & { readonly address: string },
    private readonly visits: Visit[],
  ) {
    super(options)
  }

  override search(options: SearchOptions = {}): Message[] {
    this.#note('search', options.query ?? '')
    return super.search(options)
  }

  override async send(...[letter, threadId]: Parameters<Mailbox['send']>): Promise<Message> {
    this.#note('send', JSON.stringify(letter))
    return await super.send(letter, threadId)
  }

  override async sendDraft(id: string): Promise<Message> {
    this.#note('send', '')
    return await super.sendDraft(id)
  }

  override draft(id: string): Draft {
    this.#note('search', '')
    return super.draft(id)
  }

  #note(what: Visit['what'], text: string): void {
    this.visits.push({ address: this.address, what, mark: text.match(MARK)?.[0] ?? '' })
  }
}

export async function watchedMailboxes(visits: Visit[]): Promise<Map<string, Mailbox>> {
  const mailboxes = new Map<string, Mailbox>()
  for (const user of PEOPLE) {
    const address = addressOf(user)
    const mailbox = new WatchedMailbox({ address }, visits)
    await mailbox.receive(
      Buffer.from(
        `From: Dana <dana@lumen.example>\r\nTo: ${address}\r\nSubject: ${canaryOf(user)}\r\nMessage-ID: <${canaryOf(user)}@lumen.example>\r\nDate: ${new Date().toUTCString()}\r\n\r\nOnly for you: ${canaryOf(user)}.\r\n`,
      ),
    )
    mailboxes.set(address, mailbox)
  }
  return mailboxes
}
