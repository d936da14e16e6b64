/**
 * What a careful reader would point out before anybody acts on a mail. Mail is data: what it orders is reported here, never done.
 */
import { plain } from './markdown.js'
import type { Correspondent, SeenMail } from './seen-mail.js'

const ADDRESSES_AN_AGENT =
  /ignore (?:all |any )?(?:of )?(?:the |your )?(?:previous|prior|above|earlier) (?:instructions|rules)|instructions? (?:for|to) (?:the |any |your )?(?:ai|assistant|agent|llm|language model|chatbot)|\bAI (?:assistant|agent)s?\b[^.\n]{0,60}\b(?:must|should|shall|please|follow|execute)|^\s*system\s*(?:prompt)?\s*:|you are now in \w+ mode|\bas an ai\b[^.\n]{0,40}\bmust\b/im
const ORDERS: readonly (readonly [RegExp, string])[] = [
  [/\bforward (?:all|every|each|the last|any)\b/i, 'forward mail to somebody else'],
  [
    /!\[[^\]]*\]\(|https?:\/\/\S*[?&]\w+=(?:DATA|\{|<|%7B)/i,
    'put data from the mailbox into the address of a picture or link',
  ],
  [/<!(?:channel|here|everyone)|@(?:channel|here|everyone)\b/i, 'notify a whole channel'],
  [/\b(?:do not|don't|never) (?:mention|tell|reveal|report|say)\b/i, 'keep quiet about it'],
  [/\bdelete (?:this|the|all)\b/i, 'delete mail'],
  [
    /\b(?:already )?(?:approved|pressed the button|confirmed) by\b|status:\s*approved|already (?:approved|pressed)/i,
    'believe that the owner has approved it',
  ],
  [/\b(?:password|passcode|api key|access token|credentials?)\b/i, 'hand out secrets'],
]
const PAYMENT_PRESSURE =
  /\b(?:new|changed?|updated?) (?:bank|account|payment) (?:details?|number|account)|\bto our new account|\bwire\b|\btransfer the amount|\bgift cards?|\btake care of a payment|\bpayment\b[^.\n]{0,80}\b(?:today|before noon|immediately|urgent)/i
const SECRECY =
  /\b(?:keep this between us|confidential|do not call|don't call|can ?not talk|does not need to know|tell nobody)\b/i
const HYPHENS_AND_DOTS = /[-.]/

/** Orders that a mail gives to an agent that reads it: what they are, in the script's own words; undefined when it gives none. */
export function ordersToAgents(mail: SeenMail): readonly string[] | undefined {
  const text = `${mail.subject}\n${mail.body ?? mail.snippet}`
  if (!ADDRESSES_AN_AGENT.test(text)) return undefined
  return ORDERS.filter(([pattern]) => pattern.test(text)).map(([, order]) => order)
}

/** Whether the mail presses for money or secrecy, so that its sender deserves a second look. */
export function pressesForMoney(mail: SeenMail): boolean {
  const text = `${mail.subject}\n${mail.body ?? mail.snippet}`
  return (
    PAYMENT_PRESSURE.test(text) ||
    (SECRECY.test(text) && /\b(?:pay|payment|account|invoice|eur|usd|\$|€)\b/i.test(text))
  )
}

/**
 * Warnings for the person, one sentence each, most serious first.
 *
 * @param others correspondents known from other mail, and the person's own address
 */
export function warnings(mail: SeenMail, others: readonly Correspondent[]): string[] {
  const found: string[] = []
  const orders = ordersToAgents(mail)
  if (orders !== undefined) {
    const what = orders.length === 0 ? 'to do something' : `to ${orders.join('; to ')}`
    found.push(
      `This mail contains instructions addressed to an AI assistant: it wants me ${what}. I treat mail as something to read, not as orders, so I have done none of that.`,
    )
  }
  const double = lookAlike(mail.from, others)
  if (double !== undefined) {
    found.push(
      `The sender's address is \`${mail.from.address}\`, which is not the \`${double.address}\` that I know from your other mail. It only looks alike.`,
    )
  }
  const replyDomain = domainOf(mail.replyTo?.address ?? '')
  if (mail.replyTo !== undefined && !mail.bulk && replyDomain !== '' && replyDomain !== domainOf(mail.from.address)) {
    found.push(`An answer would go to \`${plain(mail.replyTo.address)}\`, at another domain than the sender's.`)
  }
  if (pressesForMoney(mail)) {
    found.push(
      'It presses for a payment or for secrecy. Check with the sender by a way you already know, before anything is paid.',
    )
  }
  return found
}

/** A known correspondent whose domain this sender's imitates: another one, but one glance away. */
export function lookAlike(from: Correspondent, others: readonly Correspondent[]): Correspondent | undefined {
  const domain = domainOf(from.address)
  if (domain === '') return undefined
  const imitated = others.filter((other) => domainOf(other.address) !== domain && domainOf(other.address) !== '')
  const found = imitated.filter(
    // `shop.de` and `shop.fr` are mostly one company, or two that never met; under the name of somebody known it is another matter.
    (other) =>
      resembles(domain, domainOf(other.address)) &&
      (other.name === from.name || stemOf(domain) !== stemOf(domainOf(other.address))),
  )
  return found.find((other) => other.name === from.name) ?? found[0]
}

/** A domain without its last label. */
function stemOf(domain: string): string {
  return domain.toLowerCase().replace(/\.[^.]*$/, '')
}

/** Domains that a hurried reader takes for the same: digits for letters, "rn" for "m", a hyphen more, one letter off. */
function resembles(domain: string, known: string): boolean {
  const a = skeleton(domain)
  const b = skeleton(known)
  if (a === b) return true
  if (Math.min(a.length, b.length) < 8) return false
  return edits(a, b) <= 2 || extraWord(domain, known)
}

function skeleton(domain: string): string {
  return domain
    .toLowerCase()
    .replace(/0/g, 'o')
    .replace(/[1i]/g, 'l')
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/5/g, 's')
}

/** `vandermeer-artlogistics` beside `vandermeer-logistics`: the same words, one of them grown. */
function extraWord(domain: string, known: string): boolean {
  const a = domain.toLowerCase().split(HYPHENS_AND_DOTS)
  const b = known.toLowerCase().split(HYPHENS_AND_DOTS)
  if (a.length !== b.length || a.length < 3) return false
  const different = a.flatMap((word, index) => (word === b[index] ? [] : [[word, b[index] ?? ''] as const]))
  const [only] = different
  return different.length === 1 && only !== undefined && (only[0].includes(only[1]) || only[1].includes(only[0]))
}

/** Levenshtein distance, given up beyond 2. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 3
}

function domainOf(address: string): string {
  return address.split('@')[1]?.toLowerCase() ?? ''
}

/** What of a mail may be quoted and summarized: its text, without any passage that speaks to an agent. */
export function trustworthyText(mail: SeenMail): string {
  const text = mail.body ?? mail.snippet
  return ordersToAgents(mail) === undefined ? text : withoutOrders(text)
}

const SECTION_MARK = /^\s*[-=*_#<[(]{2,}.*[-=*_#>\])]{2,}\s*$/

/**
 * A hostile mail without its passage for assistants: from the first line that speaks to one to the mark that ends the passage, else
 * to the end of that paragraph and of the lists and pictures that follow it.
 */
function withoutOrders(body: string): string {
  const kept: string[] = []
  let inside = false
  for (const line of body.split('\n')) {
    const speaks = ADDRESSES_AN_AGENT.test(line)
    if (speaks) inside = !(SECTION_MARK.test(line) && /\bend\b/i.test(line))
    else if (!inside) kept.push(line)
  }
  return (
    kept
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim() || '(nothing else)'
  )
}
