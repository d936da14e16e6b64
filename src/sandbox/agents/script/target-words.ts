/** Words that say which mails are meant: "unread mail from Helen about the floor this week", "the second one", "it". */
import type { Filter, Period, Target } from './intent.js'

const ORDINAL_WORDS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth']
const NUMBER_WORDS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const ORDINAL = new RegExp(`\\b(?:(${ORDINAL_WORDS.join('|')})|(\\d{1,2})(?:st|nd|rd|th))\\b`, 'gi')
const NUMBERED = /(?:#|\bno\.? ?|\bnumber |\bmail |\bmessage )(\d{1,2})\b|^(\d{1,2})[.)!?]?$/gi
const SEVERAL_NUMBERS = /^(?:numbers?\s+|mails?\s+|#)?(\d{1,2}(?:\s*(?:,|and|&|,\s*and|\+)\s*#?\d{1,2})+)$/i
const FIRST_FEW = new RegExp(`\\b(first|top|last) (\\d{1,2}|${NUMBER_WORDS.slice(1).join('|')})\\b`, 'i')
const LAST_ONE = /\b(?:the )?last(?: one)?$|\bbottom one\b/i
const PRONOUN =
  /^(?:to )?(?:it|this|that|her|him|them|he|she|this one|that one|the (?:mail|email|e-mail|message|thread|conversation|attachment|file)|(?:this|that) (?:mail|email|e-mail|message|thread|conversation))$/i
const PLURAL =
  /^(?:to )?(?:them|these|those|both|all|everything|all of (?:it|them|these|those)|them all|all (?:these|those)|(?:these|those|all the|the) (?:mails|emails|messages))$/i
const LATEST = /\b(?:latest|newest|most recent|last)\b(?! (?:week|month|night|\d))/i
/** A search that means all it finds. */
const MANY = /\b(?:mails|e-?mails|messages|threads|newsletters|promotions|all|everything|every|unread mail)\b/i
/** Words that only say "mail". */
const MAIL_WORDS =
  /\b(?:e-?mails?|mails?|messages?|threads?|conversations?|letters?|ones?|stuff|things?|inbox|mailbox|correspondence)\b/gi
const FILLER =
  /\b(?:the|a|an|my|our|me|us|i|all|any|every|some|of|please|for|have|has|had|got|get|there|is|are|was|were|do|does|did|anything|something|everything|what|which|that|in|from|to|with|about|new|just|now|here|came|come|arrived|received|recent|recently|latest|newest|last|most|show|list|find|search|look|see|read|open|check|and|or|on|it|still|so|far|again|also|more|other|who|when|where|how|many|much|lately|at|today|yesterday|ever|sent|send|write|wrote|written|reply|replied|answer|answered|tell|told|say|said|ask|asked|hear|heard|back|they|them|he|she|his|their|can|could|should|would|must)\b/gi
const ENDS_NAME =
  '(?=\\s+(?:about|regarding|concerning|on|with|that|who|which|today|yesterday|this|last|since|in|and|say|says|saying|said|sent|wrote|write|reply|replied|answer|telling|to|from|for|as|it)\\b|[?!,;:]|\\.(?:\\s|$)|$)'
const FROM = new RegExp(
  `\\b(?:from|sent by|written by|by|(?:threads?|conversations?|exchange|correspondence) with)\\s+(.+?)${ENDS_NAME}`,
  'i',
)
const TO = new RegExp(`\\b(?:to)\\s+(.+?)${ENDS_NAME}`, 'i')
const SOMEBODY = '(?!you\\b|i\\b|we\\b|any|some|a\\b|my\\b|no\\b)(.+?)'
const DID_WRITE = new RegExp(
  `\\b(?:did|does)\\s+${SOMEBODY}\\s+(?:write|reply|respond|answer|send|say|e-?mail|get back|come back)\\b|` +
    `\\b(?:has|have)\\s+${SOMEBODY}\\s+(?:written|replied|responded|answered|sent|said|e-?mailed|got back|come back)\\b`,
  'i',
)
const POSSESSIVE =
  /(?:^|\s)(\p{Lu}[\p{L}-]+(?: \p{Lu}[\p{L}-]+)?)['’]s?\s+(?:(?:last|latest|newest|first)\s+)?(?:e-?mails?|mails?|messages?|threads?|notes?|letters?|repl(?:y|ies)|answers?|invoices?|attachments?|one)\b/u
const ABOUT = new RegExp(
  '\\b(?:about|regarding|concerning|re:|on the (?:subject|topic) of|mention(?:s|ing)?|containing|with the (?:words?|subject)|that says?|titled|called|on)\\s+(.+?)' +
    '(?=\\s+(?:from|sent by|with (?:an? |any )?attachments?|this week|today|yesterday|last week|this month)\\b|[?!;]|\\.(?:\\s|$)|$)',
  'i',
)
const QUOTED = /["“”„«»]([^"“”„«»]{2,80})["“”„«»]/
const ATTACHED =
  /\b(?:with|has|have|having|containing|includ(?:es|ing))\s+(?:an? |any |some |the )?(?:attach\w*|files?|pdfs?|documents?)\b|\battachments\b/i
const NO_NEWSLETTERS =
  /\b(?:without|except|excluding|other than|but (?:no|not)|no)\s+(?:any |the )?(?:newsletters?|promotions?|promos?|ads|marketing)\b/i
const NEWSLETTERS = /\b(?:newsletters?|promotions?|promos?|advertis\w+|ads|marketing|bulk)\b/i
const LABEL =
  /\b(?:label(?:l?ed)?|tag(?:ged)?|folder|filed under)\s+(?:as |with )?["“']?([\p{L}\p{N}/_ -]{2,40}?)["”']?(?=\s+(?:label|folder|from|about|today|this)\b|[?.!,]|$)/iu
const PERIODS: readonly (readonly [RegExp, Period])[] = [
  [/\b(?:today|this (?:morning|afternoon|evening)|since midnight|tonight)\b/i, 'today'],
  [/\b(?:yesterday|last night)\b/i, 'yesterday'],
  [/\b(?:this|last|past) (?:week|7 days|seven days)\b|\bof the week\b/i, 'week'],
  [/\b(?:this|last|past) (?:month|30 days|thirty days)\b/i, 'month'],
]
const LIMIT = new RegExp(
  `\\b(?:last|latest|newest|recent|first|top)\\s+(\\d{1,2}|${NUMBER_WORDS.slice(1).join('|')})\\b`,
  'i',
)

/** Reads the words that name one or more mails. */
export function readTarget(words: string): Target {
  const text = words.replace(/[?!.,]+$/, '').trim()
  const ordinals = ordinalsIn(text)
  const pronoun = PRONOUN.test(text)
  const plural = PLURAL.test(text)
  if (text === '' || ordinals.length > 0 || pronoun || plural) {
    return {
      ordinals,
      pronoun: pronoun && ordinals.length === 0,
      plural: plural && ordinals.length === 0,
      latest: false,
      filter: undefined,
    }
  }
  const filter = readFilter(text)
  return {
    ordinals: [],
    pronoun: false,
    plural: MANY.test(text),
    latest: LATEST.test(text),
    filter: isEmptyFilter(filter) ? undefined : filter,
  }
}

function ordinalsIn(text: string): number[] {
  const few = FIRST_FEW.exec(text)
  if (few !== null && few[1]?.toLowerCase() !== 'last') {
    return Array.from({ length: Math.min(10, numberOf(few[2] ?? '')) }, (_, index) => index + 1)
  }
  const several = SEVERAL_NUMBERS.exec(text)?.[1]
  if (several !== undefined) return [...new Set([...several.matchAll(/\d+/g)].map(([digits]) => Number(digits)))]
  const numbers = [
    ...[...text.matchAll(ORDINAL)].map(([, word, digits]) =>
      word === undefined ? Number(digits) : ORDINAL_WORDS.indexOf(word.toLowerCase()) + 1,
    ),
    ...[...text.matchAll(NUMBERED)].map(([, marked, alone]) => Number(marked ?? alone)),
  ].filter((number) => number > 0)
  if (numbers.length === 0 && LAST_ONE.test(text)) return [-1]
  return [...new Set(numbers)]
}

function numberOf(text: string): number {
  const word = NUMBER_WORDS.indexOf(text.toLowerCase()) + 1
  return word > 0 ? word : Number(text)
}

/** Reads the words of a search. Whatever is left after the known phrases is what the mail is about. */
export function readFilter(words: string): Filter {
  let rest = words.replace(/\s+/g, ' ').trim()
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(rest)
    if (match === null) return undefined
    rest = `${rest.slice(0, match.index)} ${rest.slice(match.index + match[0].length)}`
    return (match[1] ?? match[2] ?? match[0]).trim()
  }
  const quoted = take(QUOTED)
  const period = PERIODS.find(([pattern]) => take(pattern) !== undefined)?.[1]
  const limit = take(LIMIT)
  const attachment = take(ATTACHED) !== undefined
  const noNewsletters = take(NO_NEWSLETTERS) !== undefined
  const newsletters = take(NEWSLETTERS) !== undefined
  const label = take(LABEL)
  const unread =
    take(
      /\b(?:unread|unopened|not read|haven['’]t read|new mail|new messages?|new e-?mails?|what['’]?s new|anything new)\b/i,
    ) !== undefined
  const starred = take(/\b(?:starred|flagged|with a star)\b/i) !== undefined
  const important = take(/\b(?:important|urgent)\b/i) !== undefined
  const trash = take(/\b(?:in |from )?(?:the )?(?:trash|bin)\b/i) !== undefined
  const sent =
    take(
      /\b(?:i|we) (?:have )?(?:sent|wrote|write|written|send)\b|\bsent (?:mails?|messages?|items?|folder)\b|\bmy sent\b|\bfrom me\b|\bdid i (?:send|write|reply|answer)\b/i,
    ) !== undefined
  const writer = take(DID_WRITE) ?? take(POSSESSIVE)
  const from = person(writer ?? take(FROM))
  const to = sent || /\bto\b/i.test(rest) ? person(take(TO)) : undefined
  const subject = quoted === undefined ? take(ABOUT) : undefined
  const about = quoted ?? aboutWords(subject) ?? aboutWords(rest)
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(about === undefined ? {} : { about }),
    ...(unread ? { unread } : {}),
    ...(starred ? { starred } : {}),
    ...(important ? { important } : {}),
    ...(attachment ? { attachment } : {}),
    ...(newsletters ? { newsletters } : {}),
    ...(noNewsletters ? { noNewsletters } : {}),
    ...(sent ? { sent } : {}),
    ...(trash ? { trash } : {}),
    ...(label === undefined ? {} : { label }),
    ...(period === undefined ? {} : { period }),
    ...(limit === undefined ? {} : { limit: numberOf(limit) }),
  }
}

export function isEmptyFilter(filter: Filter): boolean {
  return Object.keys(filter).length === 0
}

/** A name or an address without the words around it; undefined for "me" and "anybody". */
export function person(words: string | undefined): string | undefined {
  const name = (words ?? '')
    .replace(/<mailto:([^|>]+)[^>]*>/g, '$1')
    .replace(/^(?:the|my|our)\s+/i, '')
    .replace(/['’]s$/, '')
    .replace(/[?!,;:.]+$/, '')
    .trim()
  return name === '' ||
    /^(?:me|myself|us|anyone|anybody|someone|somebody|everyone|everybody|you|it|this|that|here|there|now)$/i.test(name)
    ? undefined
    : name
}

/** The words that carry meaning, or undefined when none are left. */
function aboutWords(words: string | undefined): string | undefined {
  if (words === undefined) return undefined
  const left = words
    .replace(/["“”?!,;:()]/g, ' ')
    .replace(/['’]s\b/g, ' ')
    .replace(MAIL_WORDS, ' ')
    .replace(FILLER, ' ')
    .replace(/(?:^|\s)[-.]+(?=\s|$)/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[.\s-]+|[.\s]+$/g, '')
    .trim()
  return left === '' ? undefined : left
}
