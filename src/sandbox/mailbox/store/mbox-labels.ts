/** What an mbox file tells of the account it came from: whose it is, and how its mails were labelled and read. */
import { type InitialLabels, initialLabels } from '../mail/labels.js'
import type { Mail } from '../mail/mail.js'
import type { MboxContent } from '../mail/mbox-mails.js'

/** A file without any read flags: mail of its last days counts as unread, else nothing in it would be. */
const UNREAD_WITHOUT_FLAGS = 7 * 86_400_000

export interface LabelledMail {
  readonly mail: Mail
  readonly date: number
  readonly initial: InitialLabels
  /** Where it is in the inbox. */
  readonly unread: boolean
}

/** The mails of a file in its order, with the labels they begin with. */
export function labelledMails(
  { mails, newest = 0 }: MboxContent,
  isAccount: (address: string) => boolean,
): LabelledMail[] {
  const labelled = mails.map(({ mail, date }) => ({
    mail,
    date,
    initial: initialLabels({ header: headerReader(mail), fromAccount: isAccount(mail.from.address) }),
  }))
  const fileHasFlags = labelled.some(({ mail, initial }) => initial.readStateKnown && !isAccount(mail.from.address))
  return labelled.map((each) => ({
    ...each,
    unread: !each.initial.readStateKnown && (fileHasFlags || each.date > newest - UNREAD_WITHOUT_FLAGS),
  }))
}

/** The address that most mail was delivered or written to. */
export function likelyOwner({ mails }: MboxContent): string {
  const counts = new Map<string, number>()
  for (const { mail } of mails) {
    const delivered = headerReader(mail)('delivered-to')
    const addresses = delivered === undefined ? mail.to.map(({ address }) => address) : [delivered]
    for (const address of addresses) counts.set(address.toLowerCase(), (counts.get(address.toLowerCase()) ?? 0) + 1)
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'me@localhost'
}

function headerReader(mail: Mail): (name: string) => string | undefined {
  return (name) => mail.headers.find((header) => header.name.toLowerCase() === name)?.value
}
