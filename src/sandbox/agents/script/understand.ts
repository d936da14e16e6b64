/** From a person's words to what they want: cut into requests, each taken by one row of the table or by none. */
import { FILLER, MAIL_SLOTS, readMailWords, tokens } from './mail-words.js'
import { TIME } from './send-time.js'
import type { ScriptTurn } from './turn.js'

export type Captures = Readonly<Partial<Record<Slot, string | undefined>>>
type Slot = 'mail' | 'who' | 'text' | 'time' | 'subject' | 'label' | 'words' | 'from' | 'to' | 'about'

export interface Intent {
  /** The most that it may do to the mailbox; talk needs none. */
  readonly may: 'talk' | 'look' | 'change' | 'draft' | 'send'
  readonly name: string
  readonly examples: readonly string[]
  readonly matches: (words: string) => Captures | undefined
  readonly handle: (turn: ScriptTurn, said: Captures) => Promise<void>
}

export interface Request {
  readonly words: string
  readonly understood: { readonly intent: Intent; readonly said: Captures } | undefined
}

const LONGEST_REQUEST = 4_000
const LEAD_IN =
  /^(?:(?:hey|hi|hello|ok|okay|so|well|and|also|then|now|but|please|pls|thanks|thank you|great|good|perfect|actually|wait|oh|sorry|instead|just|(?:no|never ?mind)(?=[,.;:]))\b[,!.:;… ]*|<?@[\w-]+>?[,:]?\s+|(?:could|can|would|will) you (?:please |pls )?|i(?:'d| would) like (?:you )?to |i (?:want|need) (?:you )?to |let's )+/i
const TAIL = /[\s,]+(?:please|thanks|thank you|for me|then|right now|now)(?=[\s?!.]*$)/i

// The language of the table: `words`, `(one|or the other)`, `[optional words]`, `{slot}`, and ";" between phrases.
const ELEMENT = /\[[^\]]*\]|\([^)]*\)|\{\w+\}|\S+/g
const AFTER = String.raw`(?:[\s,]+|(?=:)|(?=[\s?!.]*$))`
const SLOTS: Readonly<Record<string, string>> = {
  /** A dictated text, to the end and with its lines. */
  text: String.raw`(?<text>[\s\S]+)`,
  time: `(?<time>${TIME})`,
  trip: '(?<words>trains?|flights?|trips?|tickets?|bookings?)',
  /** Begins a dictated text. */
  says: String.raw`(?:(?:saying|that|to say|with the (?:text|words|note))(?: that)?:?\s+|:\s*)`,
}
/** Takes words that read as one of these phrases from beginning to end. @param holds what the words must hold besides */
export function phrases(list: string, holds = /^/): Intent['matches'] {
  const patterns = list.split(/\s*;\s*/).map((phrase) => {
    const parts = [...phrase.matchAll(ELEMENT)].map(([element]) => {
      const slot = (name: string) => SLOTS[name] ?? `(?<${name}>[^\\n]{1,300}?)`
      const inner = element.replace(/^[[(]|[\])]$/g, '').replace(/\{(\w+)\}/g, (_all, name: string) => slot(name))
      if (element === '{says}' || element === '{text}') return inner
      return `(?:(?:${inner.replace(/\b(what|who) is\b/g, "$1(?:'s| is)").replaceAll(' ', '\\s+')})${AFTER})${element.startsWith('[') ? '?' : ''}`
    })
    return new RegExp(`^${parts.join('')}[\\s?!.]*$`, 'i')
  })
  return (words) => {
    for (const pattern of patterns) {
      const match = pattern.exec(words)
      if (match === null || !holds.test(words)) continue
      const groups: Record<string, string | undefined> = match.groups ?? {}
      const [name = 'mail', isMeant = () => true] = Object.entries(MAIL_SLOTS).find(([slot]) => groups[slot]) ?? []
      if (isMeant(readMailWords(groups[name] ?? ''))) return { ...groups, [name]: undefined, mail: groups[name] }
    }
    return undefined
  }
}

/** Takes words of which, but for filler, each is one of these, and at least one is. */
export function onlyWords(list: string): Intent['matches'] {
  const known = new Set(list.split(' '))
  return (words) => {
    const said = tokens(words.toLowerCase())
    const isKnown = said.every((word) => known.has(word) || FILLER.has(word)) && said.some((word) => known.has(word))
    return isKnown ? {} : undefined
  }
}

/** The requests in one message, in their order; at least one. */
export function understand(message: string, table: readonly Intent[]): Request[] {
  const text = message
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/<mailto:([^|>]+)[^>]*>/g, '$1')
    .trim()
  return text.length > LONGEST_REQUEST ? [{ words: text, understood: undefined }] : requests(text || 'help', table)
}

const CUT = /\s*(?:[,;]?\s+and\s+(?:then\s+)?|[,;]?\s+then\s+|[;,]\s+|[.!?]\s+(?=\S))/gi
/** A second half that no row takes, but that reads as an order: a verb and what it is done to. */
const ORDER = /^[\p{L}']+ (?:an?|the|my|me|him|her|them|it|this|that|us|up|\p{Lu}[\p{L}'-]+)\b/u

function requests(text: string, table: readonly Intent[]): Request[] {
  const whole = understandOne(text, table)
  for (const cut of text.matchAll(CUT)) {
    const [before, after] = [text.slice(0, cut.index), text.slice(cut.index + cut[0].length)]
    const [first, second] = [understandOne(before, table), understandOne(after, table)]
    const isCut =
      first !== undefined ? second !== undefined || ORDER.test(after) : whole === undefined && second !== undefined
    // "Yes, send it" and "OK, thank you" are one request.
    const isLeadIn = whole !== undefined && /^(?:yes|no|thanks|greeting)$/.test(first?.intent.name ?? '')
    if (!isCut || isLeadIn || (first?.said.text !== undefined && !isAfterthought(before, after, second))) continue
    // "Send it at five" behind an email tells when that email is to leave.
    if (first?.said.text !== undefined && second?.said.time !== undefined)
      return [{ words: text, understood: { ...first, said: { ...first.said, time: second.said.time } } }]
    return [{ words: before, understood: first }, ...requests(after, table)]
  }
  return [{ words: text, understood: whole }]
}

/** What an email shall say is not cut up, but for "… and archive it" and "… send it at five" at its very end. */
function isAfterthought(before: string, after: string, second: Request['understood']): boolean {
  if (/:\s|["“]/.test(before) || after.search(CUT) !== -1) return false
  const isSorting = second?.intent.may === 'change' && /^(?:it|this|that)$/.test(second.said.mail ?? '')
  return second?.said.time !== undefined || isSorting
}

function understandOne(request: string, table: readonly Intent[]): Request['understood'] {
  const bare = request.replace(LEAD_IN, (lead) => (lead.length === request.length ? lead : '')).trim()
  for (const intent of table) {
    for (const words of [request, bare, bare.replace(TAIL, '')]) {
      const said = intent.matches(words)
      if (said !== undefined) return { intent, said }
    }
  }
  return undefined
}
