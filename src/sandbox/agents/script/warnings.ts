/** The two things that the script points out about a mail, always: orders to assistants, and a sender whose address imitates a known one. */
import type { Correspondent, SeenMail } from './mail.js'
import { plain } from './markdown.js'
import { LOOKS_ALIKE, ORDERS } from './words.js'

const ADDRESSES_AN_AGENT =
  /\b(?:ignore|disregard|forget) (?:all |any )?(?:of )?(?:the |your )?(?:previous|prior|above|earlier) (?:instructions|rules)|instructions? (?:for|to) (?:the |any |your )?(?:ai|assistant|agent|llm|language model|chatbot)|\bAI (?:assistant|agent)s?\b[^.\n]{0,60}\b(?:must|should|shall|please|follow|execute)|^\s*system\s*(?:prompt)?\s*:|you are now in \w+ mode|\bas an ai\b[^.\n]{0,40}\bmust\b/im
const PASSAGE_ENDS = /^\W*end\b.*\b(?:instructions?|prompt|message)\b.*$/im

/** One sentence for each thing to point out. @param others correspondents of older mail */
export function notices(mail: SeenMail, others: readonly Correspondent[]): string[] {
  const double = lookAlike(mail.from, others)
  const imitation = double === undefined ? [] : [LOOKS_ALIKE(plain(mail.from.address), plain(double.address))]
  return givesOrders(mail) ? [ORDERS, ...imitation] : imitation
}

/** Whether the mail gives orders to an assistant that reads it. */
export function givesOrders({ subject, text }: SeenMail): boolean {
  return ADDRESSES_AN_AGENT.test(`${subject}\n${text}`)
}

/** What of a mail is quoted: its text without the passage that speaks to an assistant, which has no end where none is marked. */
export function quotableText({ text }: SeenMail): string {
  const at = text.search(ADDRESSES_AN_AGENT)
  if (at === -1) return text
  const before = text.slice(0, text.lastIndexOf('\n', at) + 1).trimEnd()
  const end = PASSAGE_ENDS.exec(text.slice(at))
  const after = end === null ? '' : text.slice(at + end.index + end[0].length).trimStart()
  return `${before}\n\n${ADDRESSES_AN_AGENT.test(after) ? '' : after}`.trim()
}

/** A known correspondent whose domain this sender's imitates: another one, but one glance away. */
export function lookAlike(from: Correspondent, others: readonly Correspondent[]): Correspondent | undefined {
  const domainOf = ({ address }: Correspondent) => address.split('@')[1]?.toLowerCase() ?? ''
  const stemOf = (one: Correspondent) => domainOf(one).replace(/\.[^.]*$/, '')
  const stem = stemOf(from)
  const found = others.filter((other) => {
    const isNamesake = other.name === from.name
    // `shop.de` and `shop.fr` are mostly one company; under the name of somebody known it is another matter.
    const mayBeLike = isNamesake || (stemOf(other) !== stem && Math.min(stem.length, stemOf(other).length) > 5)
    return domainOf(other) !== domainOf(from) && mayBeLike && likeness(stem, stemOf(other)) > 0.65
  })
  return found.find((other) => other.name === from.name) ?? found[0]
}

/** From 0 to 1: how many pairs of neighbouring letters two words share. */
function likeness(a: string, b: string): number {
  const pairs = (word: string) => new Set([...word].map((letter, index) => letter + (word[index + 1] ?? '')))
  const [one, other] = [pairs(a), pairs(b)]
  return (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size)
}
