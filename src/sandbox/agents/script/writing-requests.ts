/** Sentences that ask for a mail to be written, and where in them the mail's own words begin. */
import { type Intent, NOTHING_NAMED } from './intent.js'
import { person, readTarget } from './target-words.js'

/** Begins the words of a mail; what stands behind them is not ours to cut up. */
export const STRONG_SAYING =
  /\b(?:saying|telling (?:him|her|them|\w+)|to say|and say|and tell (?:him|her|them)|with the (?:text|words|message|note)|with (?:a|the) note(?: saying)?)(?: that\b)?\s*[:,]?\s*|:(?=\s|["“'])\s*/i
const WEAK_SAYING = /\b(?:that|with|to let (?:him|her|them) know(?: that)?|asking)\s+/i

export function forward(words: string): Intent | undefined {
  const match =
    /^(?:forward|fwd|pass on|pass)\s+(.*?)\s*\b(?:on )?to\s+(.+)$/is.exec(words) ??
    /^send\s+(it|this|that|this one|that one|(?:the|that|this) (?:\w+ )?(?:one|mail|e-?mail|message|invoice|thread)(?: (?:from|about) .+?)?|#\d+|number \d+)\s+(?:on )?to\s+(.+)$/is.exec(
      words,
    )
  if (match === null) return undefined
  const [, what = '', rest = ''] = match
  const cut = splitAtSaying(rest, [STRONG_SAYING, /\b(?:with|and)\s+/i])
  return { type: 'forward', target: readTarget(what), to: person(cut.before) ?? cut.before, text: cut.after }
}

/** "reply yes", "answer sounds good": the text itself, right behind the verb. */
const BARE_TEXT =
  /^(?!to\b|him\b|her\b|them\b|it\b|this\b|that\b|with\b|all\b|every|saying\b|and\b|the\b|number\b|#|:|\d)[^:"“]{2,40}$/i
/** "a reply accepting the invitation": what such a reply says, where the person gives no words. */
const GESTURES: readonly (readonly [RegExp, string])[] = [
  [/\baccepting\b/i, 'Thank you, I gladly accept.'],
  [/\bdeclining\b/i, 'Thank you for asking, but this time I have to decline.'],
  [/\bconfirming\b/i, 'I confirm this, thank you.'],
  [/\bthanking\b/i, 'Thank you very much.'],
]
const DRAFTING = /^(?:draft|write|prepare|compose|start|make|create)\b/i

export function reply(words: string): Intent | undefined {
  const drafted =
    /^(?:draft|write|prepare|compose|start|make|create|suggest)\s+(?:me\s+)?(?:an?|the|my)?\s*(?:\w+\s+)?(?:reply|answer|response)(?:\s+draft)?\b\s*(.*)$/is.exec(
      words,
    )
  const sent = /^(?:send\s+(?:an?\s+)?(?:reply|answer|response)|reply|respond|answer|write back)\b\s*(.*)$/is.exec(
    words,
  )
  const told = /^(?:tell|let|ask)\s+(him|her|them)\s+(?:know\s+)?(?:that\s+|:\s*)?(.+)$/is.exec(words)
  if (told !== null) {
    const text = spokenTo(told[1], /^ask/i.test(words) ? asked(told[2] ?? '') : told[2])
    return { type: 'reply', target: { ...NOTHING_NAMED, pronoun: true }, text, draft: false, all: false }
  }
  const greeted = /^say\s+["“]?(.+?)["”]?\s+to\s+(\S+(?: \S+)?)$/is.exec(words)
  if (greeted !== null) {
    const to = greeted[2] ?? ''
    const target = /^(?:him|her|them)$/i.test(to) ? { ...NOTHING_NAMED, pronoun: true } : replyTarget(to)
    return { type: 'reply', target, text: greeted[1], draft: false, all: false }
  }
  const rest = (drafted ?? sent)?.[1]
  if (rest === undefined) return undefined
  const all = /^(?:to\s+)?(?:all|everyone|everybody)\b/i.test(rest)
  if (BARE_TEXT.test(rest)) {
    return {
      type: 'reply',
      target: { ...NOTHING_NAMED, pronoun: true },
      text: rest,
      draft: drafted !== null,
      all: false,
    }
  }
  const gesture = GESTURES.find(([pattern]) => pattern.test(rest))
  if (gesture !== undefined) {
    const named = rest
      .slice(0, rest.search(gesture[0]))
      .replace(/^to\s+/i, '')
      .trim()
    const target = named === '' ? { ...NOTHING_NAMED, pronoun: true } : replyTarget(named)
    return { type: 'reply', target, text: gesture[1], draft: drafted !== null, all: false }
  }
  const cut = splitAtSaying(rest.replace(/^(?:to\s+)?(?:all|everyone|everybody)\b\s*/i, ''), [
    STRONG_SAYING,
    WEAK_SAYING,
  ])
  const named = cut.before
    .replace(/\b(?:to|and|,)\s*$/i, '')
    .replace(/^to\s+/i, '')
    .trim()
  const pronoun = /\b(?:him|her|them)\b/i.exec(named)?.[0]
  const bare = named === '' || /^(?:him|her|them|it)$/i.test(named)
  const target = bare ? { ...NOTHING_NAMED, pronoun: true } : replyTarget(named)
  return { type: 'reply', target, text: spokenTo(pronoun, cut.after), draft: drafted !== null, all }
}

/** "to Helen", "to Helen's last mail", "to the second one": a bare name is a sender. */
function replyTarget(named: string) {
  const target = readTarget(named)
  const bareName =
    /^\p{L}[\p{L}.'-]*(?: \p{L}[\p{L}.'-]*){0,2}$/u.test(named) &&
    target.filter?.about !== undefined &&
    target.filter.from === undefined
  if (!bareName) return target
  const { about, ...others } = target.filter ?? {}
  return { ...target, latest: true, filter: { ...others, from: about } }
}

export function write(words: string): Intent | undefined {
  const mailTo =
    /^(?:draft|write|prepare|compose|send|start|create)\s+(?:me\s+)?(?:an?\s+|the\s+|another\s+)?(?:new\s+|short\s+|quick\s+|friendly\s+)?(?:e-?mail|mail|message|note|draft|letter|line)\s+to\s+(.+)$/is.exec(
      words,
    ) ??
    /^(?:e-?mail|mail|message|write to|write|tell|draft to)\s+(?!me\b|it\b|a\b|an\b|this\b|that\b|from\b|about\b|with\b|by\b|in\b|of\b)(.+)$/is.exec(
      words,
    ) ??
    /^let\s+(.+?)\s+know\b\s*(.*)$/is.exec(words)
  const given =
    mailTo === null
      ? /^(?:send|write)\s+(?!me\b|it\b)(\S+(?: \S+)?)\s+(?:an?\s+)(?:e-?mail|mail|message|note)\b\s*(.*)$/is.exec(
          words,
        )
      : null
  const told =
    /^([Tt]ell|[Aa]sk)\s+(\p{Lu}[\p{L}-]*(?: (?!I(?:'|\b))\p{Lu}[\p{L}'-]+)?)\s+(?!about\b|that\b|saying\b)(.+)$/su.exec(
      words,
    )
  if (told !== null) {
    const text = told[1]?.toLowerCase() === 'ask' ? asked(told[3] ?? '') : told[3]
    return { type: 'write', to: told[2] ?? '', about: undefined, text, draft: false }
  }
  const match = mailTo ?? given
  if (match === null) return undefined
  const rest =
    match[2] === undefined
      ? (match[1] ?? '')
      : `${match[1]} ${/^(?:that|saying|:|about)/i.test(match[2]) ? '' : 'that '}${match[2]}`
  const cut = splitAtSaying(rest, [STRONG_SAYING, WEAK_SAYING])
  const [, name = cut.before, about] =
    /^(.+?)\s+(?:about|regarding|with (?:the )?subject)\s+["“]?(.+?)["”]?$/is.exec(cut.before) ?? []
  const to = person(name.replace(/,?\s*(?:and|,)$/, ''))
  if (
    to === undefined ||
    to.length > 80 ||
    (cut.after === undefined && about === undefined && !/@/.test(to) && to.split(' ').length > 3)
  )
    return undefined
  return { type: 'write', to, about, text: cut.after, draft: DRAFTING.test(words) }
}

interface Cut {
  readonly before: string
  readonly after: string | undefined
}

/** Splits a request at the words that begin a mail's text. The strong pattern wins unless the weak one stands earlier, right behind a name. */
function splitAtSaying(text: string, [strong, weak]: readonly [RegExp, RegExp]): Cut {
  const found = strong.exec(text)
  const early = weak.exec(text)
  const namedOnly =
    early !== null &&
    /^(?:to\s+)?(?:\S+\s*){0,3}$/.test(text.slice(0, early.index)) &&
    !/\b(?:mail|message|one)\s*$/i.test(text.slice(0, early.index))
  const match = found !== null && !(early !== null && early.index < found.index && namedOnly) ? found : early
  if (match === null) return { before: text.trim(), after: undefined }
  const after = text.slice(match.index + match[0].length).trim()
  const said = /^asking/i.test(match[0]) ? asked(after) : after
  return { before: text.slice(0, match.index).trim(), after: after === '' ? undefined : unquoted(said) }
}

/** "ask her whether Tuesday works": a question in reported words stays one. */
function asked(question: string): string {
  return /\?$/.test(question) ? question : `I wanted to ask ${question}`
}

function unquoted(text: string): string {
  return /^["“'].*["”']$/s.test(text) ? text.slice(1, -1).trim() : text
}

/** "tell her that she is right" is, to her, "you are right". Only the beginning: more would be guessing. */
function spokenTo(pronoun: string | undefined, text: string | undefined): string | undefined {
  const subject = { her: 'she', him: 'he', them: 'they' }[pronoun?.toLowerCase() ?? '']
  if (text === undefined || subject === undefined) return text
  return text
    .replace(new RegExp(`^${subject}(?:'s| is| are|'re)\\b`, 'i'), 'you are')
    .replace(new RegExp(`^${subject}\\b`, 'i'), 'you')
}
