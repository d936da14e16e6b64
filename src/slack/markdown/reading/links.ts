/**
 * Which links of a model's text may be links at all, and what a person must see on them.
 *
 * Text comes from a model that has read other people's mail, so a link is treated as hostile: only http, https and mailto
 * lead anywhere, and a label that names one site while the link goes to another says where it really goes.
 */
import { getDomain } from 'tldts'

/** Longer targets stay text. Also what bounds how far the parser looks ahead. */
export const MAX_URL = 2000

/** A bare address longer than this shows its beginning and end only; the link still goes to the whole of it. */
const MAX_SHOWN_URL = 100
const MAX_SHOWN_HOST = 40

export interface LinkTarget {
  /** Ready to stand in `](…)`: nothing in it can end the link or start a Slack control sequence, except that `&` is not yet escaped. */
  url: string
  /** ASCII host name for http(s), the address for mailto. */
  destination: string
  mail: boolean
  /** `:8443` where it is not the usual one, else empty. */
  port: string
  /** The address shows something else than it means: a user name before the host, or a host in look-alike letters. */
  deceptive: boolean
}

/** Reads the target of a link. Undefined where it must not be a link: another scheme, no host, blanks inside, too long. */
export function linkTarget(raw: string): LinkTarget | undefined {
  if (raw.length > MAX_URL || !/^(?:https?:\/\/|mailto:)/i.test(raw) || /[\s\p{Cc}\p{Cf}]/u.test(raw)) return undefined
  let parsed: URL
  try {
    parsed = new URL(raw)
  } catch {
    // Not an address: the caller shows it as the text it is.
    return undefined
  }
  const url = raw.replace(/[<>()[\]|"\\`^{}]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  if (parsed.protocol === 'mailto:') return mailTarget(parsed.pathname)
  if (parsed.hostname === '') return undefined
  const deceptive = parsed.username !== '' || parsed.password !== '' || parsed.hostname.includes('xn--')
  const port = parsed.port === '' ? '' : `:${parsed.port}`
  return { url, destination: parsed.hostname, mail: false, port, deceptive }
}

/**
 * A link that writes to one address. What else it asks for (copies, a subject, a text) is left out: the mail would carry what nobody saw.
 * Undefined for several addresses, or for one that only an encoding makes look like one.
 */
function mailTarget(path: string): LinkTarget | undefined {
  if (!/^[^@\s%,;:<>"()[\]\\|`^{}]+@[^@\s%,;:<>"()[\]\\|`^{}]+$/.test(path)) return undefined
  return { url: `mailto:${path}`, destination: path.toLowerCase(), mail: true, port: '', deceptive: false }
}

const URL_IN_TEXT = /https?:[/\\]{2}\S+/giu
// A host-like word, unless it is a later part of a path.
const HOST_IN_TEXT =
  /(?<![\p{L}\p{N}._-])(?<!(?<![/\\])[/\\])(?:(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]+|\d{1,3}(?:\.\d{1,3}){3})/gu
const ADDRESS_IN_TEXT = /[^\s<>"(),;:]+@[^\s<>"(),;:]+/gu
// Endings that people read as a file, and that are no top-level domain.
const FILE_ENDING =
  /\.(?:pdf|docx?|xlsx?|pptx?|csv|tsv|txt|rtf|html?|json|ya?ml|xml|png|jpe?g|gif|svg|webp|js|ts|tsx|jsx|css|eml|mbox|ics|log|exe)$/

/**
 * What must be added to a link's label so that its reader sees where it leads: the true host (or mail address), shortened from the left.
 * Undefined where the label says it already. Words say nothing: "the contract" may lead anywhere, and carry anything there.
 */
export function trueDestination(label: string, target: LinkTarget): string | undefined {
  const shown = label
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[。｡]/gu, '.')
    .toLowerCase()
  return namesTarget(shown, target) ? undefined : shownDestination(target)
}

function namesTarget(shown: string, target: LinkTarget): boolean {
  const claimed: string[] = []
  for (const [address] of shown.matchAll(ADDRESS_IN_TEXT)) {
    if (target.mail && address.replace(/^mailto:|[.!?]+$/g, '') !== target.destination) return false
  }
  const rest = shown.replace(URL_IN_TEXT, (address) => {
    const host = hostOf(address)
    claimed.push(host ?? address)
    return ' '
  })
  for (const [host] of rest.matchAll(HOST_IN_TEXT)) if (!FILE_ENDING.test(host)) claimed.push(host)
  if (claimed.length > 0 && target.deceptive) return false
  const destination = target.mail
    ? target.destination.slice(target.destination.lastIndexOf('@') + 1)
    : target.destination
  return claimed.length > 0 && claimed.every((host) => isSameSite(host, destination))
}

/** Whether one owner stands behind both: they share the domain that somebody registered. Nobody owns `co.uk`, or speaks for all of `github.io`. */
function isSameSite(claimed: string, destination: string): boolean {
  const bare = claimed.replace(/^www\./, '')
  if (bare === destination) return true
  const domain = registered(bare)
  return domain !== null && domain === registered(destination)
}

/** Null for a number, or for what is no one's own. */
function registered(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}

function hostOf(address: string): string | undefined {
  try {
    return new URL(address).hostname
  } catch {
    // Looks like an address but is none; it then counts as one that differs from every target.
    return undefined
  }
}

/** The host, with its port where that is not the usual one, or the mail address. The right end of a host says whose it is. */
export function shownDestination({ destination, port, mail }: LinkTarget): string {
  const most = MAX_SHOWN_HOST - port.length
  if (destination.length <= most) return destination + port
  const domain = registered(mail ? destination.slice(destination.lastIndexOf('@') + 1) : destination)
  // The end alone of a long registered name could read as another one.
  if (domain !== null && domain.length >= most) return `…${domain.slice(0, 12)}…${domain.slice(14 - most)}${port}`
  return `…${destination.slice(1 - most)}${port}`
}

/** The label of an address that stands in the text by itself. */
export function shownUrl(url: string): string {
  if (url.length <= MAX_SHOWN_URL) return url
  const shown = url.replace(/^https?:\/\//i, '')
  return `${wellFormedCut(shown, 60)}…${wellFormedTail(shown, 15)}`
}

function wellFormedCut(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
}

function wellFormedTail(text: string, length: number): string {
  return text.slice(-length).replace(/^[\uDC00-\uDFFF]/, '')
}
