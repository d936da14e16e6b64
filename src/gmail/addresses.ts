/** Mail addresses: read from header fields and from what people and agents type, written for header fields, compared. Pure. */

import { type Address, addressParser, decodeWords } from 'postal-mime'
import { getDomain } from 'tldts'
import type { MailAddress } from '../turns/outgoing-mail.js'

/** One address, without quoted local parts, address literals and encoded words: nobody is asked to write to those by name. */
const USABLE =
  /^(?!.*=\?)[^\s@<>(),;:"\\[\]\p{Cc}\p{Cf}]+@(?:[^\s@<>(),;:"\\[\].\p{Cc}\p{Cf}]+\.)+[^\s@<>(),;:"\\[\].\p{Cc}\p{Cf}]+$/u
/** Characters that a display name may hold without quotes. */
const ATOMS = /^[\p{L}\p{N}\p{M}!#$%&'*+\-/=?^_`{|}~ ]*$/u

/** Encoded words in encoded words; nobody writes any. */
const MOST_LAYERS = 5

/**
 * The addresses in the value of a header field, folded or not. Encoded words are decoded in names only. An encoded address counts as none: it stays
 * empty, beside the text that stood there.
 */
export function readAddresses(value: string): MailAddress[] {
  const unfolded = value.replace(/\r?\n(?=[ \t])/g, '').replace(/[\r\n]+/g, ' ')
  return addressParser(unfolded)
    .flatMap(flattened)
    .map(({ name, address }) => {
      const text = decoded(name)
      if (address === '' || unfolded.includes(address)) return { name: text, address }
      return { name: text === '' ? address : `${text} <${address}>`, address: '' }
    })
}

function flattened(entry: Address): { name: string; address: string }[] {
  return entry.group === undefined ? [entry] : entry.group
}

/**
 * Recipients as somebody wrote them, each text with one address or several.
 * @returns the addresses, each once; or what cannot be used of it
 */
export function recipientsIn(
  texts: readonly string[],
): { readonly addresses: MailAddress[] } | { readonly unusable: string[] } {
  const read = texts.flatMap((text) => readAddresses(text.replaceAll(';', ',')))
  const unusable = [
    // A group's name, or what follows a line break, would be dropped in silence.
    ...texts.filter((text) => /[\p{Cc}:]/u.test(text.replace(/"[^"]*"/g, ''))).map(collapsed),
    ...read.filter((entry) => !USABLE.test(entry.address) || namesAnother(entry)).map(formatAddress),
  ]
  if (unusable.length > 0) return { unusable }
  return { addresses: uniqueAddresses(read) }
}

/** Whether this is one address that every mail system reads as the same one. */
export function isUsableAddress(address: string): boolean {
  return USABLE.test(address)
}

/** Two addresses without a comma between them read as one with a name. */
function namesAnother({ name, address }: MailAddress): boolean {
  return name.split(' ').some((word) => USABLE.test(word) && !isSameAddress(word, address))
}

export function uniqueAddresses(addresses: readonly MailAddress[]): MailAddress[] {
  const seen = new Map<string, MailAddress>()
  for (const address of addresses) {
    const key = comparable(address.address)
    if (!seen.has(key)) seen.set(key, address)
  }
  return [...seen.values()]
}

/** As a header field has it: `Name <a@b>`, with quotes where the name needs them. */
export function formatAddress({ name, address }: MailAddress): string {
  if (name === '') return address
  const shown = ATOMS.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
  return address === '' ? shown : `${shown} <${address}>`
}

export function formatAddresses(addresses: readonly MailAddress[]): string {
  return addresses.map(formatAddress).join(', ')
}

/** The same for the same mailbox: only the domain is the same in either case for certain. */
export function comparable(address: string): string {
  const at = address.lastIndexOf('@')
  return at === -1 ? address : address.slice(0, at + 1) + address.slice(at + 1).toLowerCase()
}

/** Whether both lead to one mailbox, as providers deliver: in any case. */
export function isSameAddress(one: string, other: string): boolean {
  return one !== '' && one.toLowerCase() === other.toLowerCase()
}

/** The domain that somebody registered, e.g. `example.co.uk`; the whole one where no public suffix is known. */
export function registrableDomain(address: string): string {
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return getDomain(domain, { allowPrivateDomains: true }) ?? domain
}

/**
 * A header text as readers see it. Encoded words within encoded words are decoded, too: a mail program would decode them, and its reader would see
 * something else than the card showed.
 */
export function decoded(text: string): string {
  let shown = collapsed(text)
  for (let layer = 0; layer < MOST_LAYERS && shown.includes('=?'); layer += 1) shown = collapsed(decodeWords(shown))
  return shown
}

export function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
