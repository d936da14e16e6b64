/** What the owner of a mail should know before they trust it, one short sentence each. Pure. */

import type { MailAddress, MailContent } from '../turns/outgoing-mail.js'
import { isSameAddress, registrableDomain } from './addresses.js'
import { addressWarning, textWarning } from './look-alikes.js'

export interface KnownToMailbox {
  /** Address of the mailbox; null where it is not known. */
  readonly owner: string | null
  /** Addresses to which it never wrote. */
  readonly strangers: readonly string[]
  /** Addresses that take the answers of the mail that is answered, other than its sender's. */
  readonly repliesTo: readonly string[]
}

/** Whether the HTML body hides something, where there is one. */
export interface HtmlFindings {
  readonly hidden: boolean
  readonly conditional: boolean
}

export function mailWarnings(content: MailContent, html: HtmlFindings | null, known: KnownToMailbox): string[] {
  const people = [...content.to, ...content.cc, ...content.bcc]
  return [
    ...known.repliesTo.map((address) => `Replies go to a different address: ${address}.`),
    ...people.flatMap(({ address }) => addressWarning(address) ?? []),
    ...people.flatMap(nameWarnings),
    ...(textWarning('The subject', content.subject) ?? []),
    ...known.strangers.map((address) => `You have never written to ${address}.`),
    ...(html === null ? [] : ['This email is formatted (HTML).']),
    ...(html?.hidden === true ? ['Some of its text is hidden from readers.'] : []),
    ...(html?.conditional === true ? ['Some of it only shows in Outlook.'] : []),
  ].filter((warning, index, all) => all.indexOf(warning) === index)
}

const ADDRESS_IN_NAME = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/gu

function nameWarnings({ name, address }: MailAddress): string[] {
  const claimed = [...name.matchAll(ADDRESS_IN_NAME)].map(([found]) => found)
  const false_ = claimed.filter((other) => !isSameAddress(other, address))
  return [
    ...(false_.length > 0 ? [`The name says ${false_.join(', ')}, but it goes to ${address}.`] : []),
    ...(textWarning(`The name of ${address}`, name) ?? []),
  ]
}

/** Those outside the owner's own domain. Where that is not known, nobody is called a stranger. */
export function outsiders(content: MailContent, owner: string | null): string[] {
  if (owner === null) return []
  const own = registrableDomain(owner)
  const addresses = [...content.to, ...content.cc, ...content.bcc].map(({ address }) => address)
  return [...new Set(addresses)].filter((address) => address !== '' && registrableDomain(address) !== own)
}
