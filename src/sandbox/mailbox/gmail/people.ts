/** The people a mailbox knows, from its mail: those its owner wrote to are contacts, the other senders are "other contacts". */
import { createHash } from 'node:crypto'
import { formatAddress, type MailAddress } from '../mail/mail.js'
import { fold, holdsPhrase } from '../search/folding.js'
import type { Mailbox } from '../store/mailbox.js'
import type { Person } from './resource.js'

export interface KnownPeople {
  readonly contacts: readonly Person[]
  readonly others: readonly Person[]
}

/** Most mail first. */
export function peopleIn(mailbox: Mailbox): KnownPeople {
  const people = new Map<string, { name: string; address: string; contact: boolean; mails: number }>()
  const note = ({ name, address }: MailAddress, contact: boolean) => {
    const key = address.toLowerCase()
    if (key === '' || mailbox.isAccount(key)) return
    const known = people.get(key) ?? { name: '', address: key, contact: false, mails: 0 }
    people.set(key, {
      name: known.name === '' ? name : known.name,
      address: key,
      contact: known.contact || contact,
      mails: known.mails + 1,
    })
  }
  for (const { mail } of mailbox.messages()) {
    const mine = mailbox.isAccount(mail.from.address)
    note(mail.from, false)
    if (mine) for (const recipient of [...mail.to, ...mail.cc, ...mail.bcc]) note(recipient, true)
  }
  const ranked = [...people.values()].sort((a, b) => b.mails - a.mails)
  return {
    contacts: ranked.filter(({ contact }) => contact).map(person),
    others: ranked.filter(({ contact }) => !contact).map(person),
  }
}

/** Whether a name or an address has a word that begins so, as People API's search does. */
export function personMatches(candidate: Person, query: string): boolean {
  const name = candidate.names[0]?.displayName ?? ''
  const address = candidate.emailAddresses[0]?.value ?? ''
  return holdsPhrase(fold(formatAddress({ name, address })), query, 'prefix')
}

function person({ name, address }: MailAddress): Person {
  return {
    resourceName: `people/c${createHash('sha256').update(address).digest('hex').slice(0, 16)}`,
    names: name === '' ? [] : [{ displayName: name }],
    emailAddresses: [{ value: address }],
  }
}
