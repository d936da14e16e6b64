/**
 * From a person's words to what they want. A short list of rules, tried in order: each is a sentence form, none is clever, and what none
 * of them takes is `unknown`, so that the script says so instead of guessing.
 */
import type { Change, Filter, Intent } from './intent.js'
import { isEmptyTarget, NOTHING_NAMED } from './intent.js'
import { isEmptyFilter, person, readFilter, readTarget } from './target-words.js'

/** Longer messages are not one request any more; only their beginning is read as one. */
const LONGEST_REQUEST = 4_000
const MOST_REQUESTS = 4

const ONLY_EMOJI =
  /^(?:\s|:[\w+'-]+:|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f)+$/u
const LEAD_IN =
  /^(?:(?:hey|hi|hello|ok|okay|so|well|and|also|then|now|but|please|pls|thanks|thank you|great|good|perfect|cool|alright|claude|inbox|bot|@\S+)\b[,!.: ]*\s*)+/i
const POLITE =
  /^(?:(?:could|can|would|will) you (?:please |kindly |maybe |just )?|i(?:['’]d| would) like (?:you )?to |i (?:want|need) (?:you )?to |let['’]s |help me (?:to )?|please |just |go ahead and |would you mind )/i
const VERBS =
  'reply|respond|answer|archive|star|unstar|trash|delete|mark|label|tag|summari[sz]e|draft|forward|open|read|show|send|write|tell|find|list|search|email|file|remove|restore'
/** Between two requests in one sentence: "find the mail from Rosa and then archive it". */
const NEXT_REQUEST = new RegExp(
  `(?:,?\\s+and\\s+(?:then\\s+)?|,?\\s+then\\s+|;\\s*|[.!?]\\s+(?:then\\s+|and\\s+)?)(?=(?:please\\s+)?(?:${VERBS})\\b)`,
  'i',
)
/** Begins the words of a mail; what stands behind them is not ours to cut up. */
const STRONG_SAYING =
  /\b(?:saying|telling (?:him|her|them|\w+)|to say|and say|and tell (?:him|her|them)|with the (?:text|words|message|note)|with (?:a|the) note(?: saying)?)(?: that\b)?\s*[:,]?\s*|:(?=\s|["“'])\s*/i
const WEAK_SAYING = /\b(?:that|with|to let (?:him|her|them) know(?: that)?|asking)\s+/i

/** The requests in one message, in their order; at least one. */
export function understand(message: string): Intent[] {
  const text = message
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/<mailto:([^|>]+)[^>]*>/g, '$1')
    .trim()
  if (text === '') return [{ type: 'help' }]
  if (text.length < 200 && ONLY_EMOJI.test(text)) return [{ type: 'emoji', emoji: text.replace(/\s+/g, ' ') }]
  if (text.length > LONGEST_REQUEST) return [{ type: 'unknown', words: text }]
  return requests(text).map(understandOne)
}

function requests(text: string): string[] {
  const found: string[] = []
  let rest = text
  while (found.length < MOST_REQUESTS - 1) {
    const next = NEXT_REQUEST.exec(rest)
    const saying = STRONG_SAYING.exec(rest)
    if (next === null || (saying !== null && saying.index < next.index) || beginsMail(rest.slice(0, next.index))) break
    found.push(rest.slice(0, next.index))
    rest = rest.slice(next.index + next[0].length)
  }
  return [...found, rest].map((one) => one.trim()).filter((one) => one !== '')
}

/** Whether the words before a possible cut are already dictating a mail ("reply to her that …"). */
function beginsMail(words: string): boolean {
  return /^(?:.{0,30}\b)?(?:reply|respond|answer|draft|write|send|tell|email|forward|let)\b.*\b(?:that|saying|know)\b/i.test(
    words,
  )
}

function understandOne(request: string): Intent {
  const words = request
    .replace(LEAD_IN, (lead) => (lead.length === request.length ? lead : ''))
    .replace(POLITE, '')
    .trim()
  for (const rule of RULES) {
    const intent = rule(words, request)
    if (intent !== undefined) return intent
  }
  return { type: 'unknown', words: request }
}

type Rule = (words: string, request: string) => Intent | undefined

/** A rule whose whole intent is known from the sentence form. */
function whenever(pattern: RegExp, intent: Intent): Rule {
  return (words) => (pattern.test(words) ? intent : undefined)
}

const CHANGES: readonly (readonly [RegExp, Change])[] = [
  [/^(?:un-?star|remove the star (?:from|of|on)|unflag)\b\s*(.*)$/is, { type: 'unstar' }],
  [/^(?:star|flag|put a star on|add a star to)\b\s*(.*)$/is, { type: 'star' }],
  [/^(?:un-?trash|restore|undelete|bring back|recover)\b\s*(.*)$/is, { type: 'untrash' }],
  [/^(?:trash|delete|bin|throw away|get rid of|throw out)\b\s*(.*)$/is, { type: 'trash' }],
  [/^(?:move|put|throw)\s+(.+?)\s+(?:in|into|to)\s+(?:the )?(?:trash|bin)\b.*$/is, { type: 'trash' }],
  [/^(?:un-?archive|move)\s+(.*?)\s*(?:back )?(?:in|into|to) (?:the |my )?inbox\b.*$/is, { type: 'unarchive' }],
  [/^(?:move|put)\s+(.+?)\s+(?:in|into|to)\s+(?:the |my )?archive\b.*$/is, { type: 'archive' }],
  [/^archive\b\s*(.*)$/is, { type: 'archive' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?unread\b.*$/is, { type: 'unread' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?(?:read|done|seen)\b.*$/is, { type: 'read' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?important\b.*$/is, { type: 'important' }],
  [/^mark\s+(.*?)\s*(?:as\s+)?(?:starred|flagged)\b.*$/is, { type: 'star' }],
  [/^(?:mark|report)\s+(.*?)\s*(?:as\s+)?(?:spam|phishing|junk)\b.*$/is, { type: 'spam' }],
]
const LABELLINGS: readonly (readonly ['label' | 'unlabel', RegExp])[] = [
  ['unlabel', /^(?:remove|take)\s+(?:the\s+)?label\s+["“']?(?<label>.+?)["”']?\s+(?:from|off)\s+(?<target>.+)$/is],
  ['unlabel', /^(?:remove|take)\s+(?:the\s+)?["“']?(?<label>[^"”']+?)["”']?\s+label\s+(?:from|off)\s+(?<target>.+)$/is],
  ['label', /^(?:add|put|apply)\s+(?:the\s+)?label\s+["“']?(?<label>.+?)["”']?\s+(?:to|on)\s+(?<target>.+)$/is],
  ['label', /^(?:add|put|apply)\s+(?:the\s+)?["“']?(?<label>[^"”']+?)["”']?\s+label\s+(?:to|on)\s+(?<target>.+)$/is],
  ['label', /^(?:label|tag)\s+(?<target>.+?)\s+(?:as|with)\s+["“']?(?<label>[^"”']+?)["”']?$/is],
  [
    'label',
    /^(?:file|put|move)\s+(?<target>.+?)\s+(?:under|in|into|to)\s+(?:the\s+)?(?:label\s+|folder\s+)?["“']?(?<label>[^"”']+?)["”']?(?:\s+(?:label|folder))?$/is,
  ],
  [
    'label',
    /^(?:label|tag)\s+(?<target>it|this|that|them|these|the \w+(?: one)?|#\d+)\s+["“']?(?<label>[^"”']+?)["”']?$/is,
  ],
]

const RULES: readonly Rule[] = [
  whenever(
    /^(?:hi|hello|hey|hej|hallo|moin|good (?:morning|afternoon|evening)|morning)\b[\s,!.]*(?:there|claude|inbox|bot|again)?[\s!.]*$/i,
    { type: 'greeting' },
  ),
  thanks,
  whenever(
    /^(?:help|\?+|what can (?:you|i) (?:do|ask|say)\b.*|how (?:do you|does this|do i) (?:work|use)\b.*|who are you\b.*|what are you\b.*|what do you do\b.*|examples?|commands?)[\s?!.]*$/i,
    { type: 'help' },
  ),
  whenever(
    /\bwhose (?:mail|inbox|account|e-?mail)|\b(?:which|what) (?:mailbox|account|inbox|e-?mail address|address)\b.*\b(?:this|you|mine|my|connected|using|see)\b|\bwhat(?:'s| is) my (?:e-?mail )?address\b|\bwho am i\b/i,
    { type: 'whose' },
  ),
  whenever(
    /^(?:yes|yep|yeah|sure|do it|go ahead|please do|send it then|ja|ok do it|of course)\b[\s,!.]*(?:please|do|send it|do it|go ahead|thanks)?[\s!.]*$/i,
    { type: 'yes' },
  ),
  whenever(
    /^(?:no|nope|nah|never ?mind|forget it|cancel|don't|do not|stop|nej|nein)\b[\s,!.]*(?:thanks|thank you|don't|do it|send it|it)?[\s!.]*$/i,
    { type: 'no' },
  ),
  whenever(
    /\b(?:long|detailed|full|big|complete|thorough)\s+(?:report|overview|analysis|write-?up)\b|\breport (?:on|about|of) my (?:mail|inbox|mailbox|e-?mail)\b/i,
    { type: 'report' },
  ),
  whenever(/^(?:(?:list|show|see|view|what|which|any|do i have|are there|my)\b.*)?\bdrafts\b[^:]*$/i, {
    type: 'drafts',
  }),
  whenever(
    /^(?:(?:list|show|see|view|what|which|my|all)\b.*)?\blabels\b[\s?!.]*(?:do i have|are there|exist)?[\s?!.]*$/i,
    { type: 'labels' },
  ),
  whenever(
    /^send (?:it|that|this|the draft|my draft|that draft|this draft|the last draft|the reply)(?: (?:now|off|then|please|as it is))*[\s!.]*$/i,
    { type: 'send draft' },
  ),
  forward,
  reply,
  write,
  change,
  who,
  said,
  whenever(
    /\bowe\b|\bto pay\b|\bpayments? (?:due|open|outstanding)\b|\b(?:unpaid|outstanding|open)\b.*\b(?:bills?|invoices?)\b|^(?:(?:are there |do i have |show |list |find |see |any |what |which |all |me |my |the |new )*)(?:invoices?|bills?)(?: do i have| are there| this month| this week)?[\s?!.]*$/i,
    { type: 'money' },
  ),
  summarize,
  attachment,
  open,
  list,
  nounPhrase,
]

const THANKS =
  /^(?:many )?(?:thanks|thank you|thx|ty|tack|danke|cheers|merci|perfect|great|nice|wonderful|awesome|good job|well done)\b[^?]{0,30}$/i
const ANY_VERB = new RegExp(`\\b(?:${VERBS})\\b`, 'i')

/** "Thanks!", but not "thanks, now archive it". */
function thanks(_words: string, request: string): Intent | undefined {
  return THANKS.test(request) && !ANY_VERB.test(request) ? { type: 'thanks' } : undefined
}

function forward(words: string): Intent | undefined {
  const match =
    /^(?:forward|fwd|pass on)\s+(.*?)\s*\bto\s+(.+)$/is.exec(words) ??
    /^send\s+(it|this|that|this one|that one|(?:the|that|this) (?:\w+ )?(?:one|mail|e-?mail|message|invoice|thread)(?: (?:from|about) .+?)?|#\d+|number \d+)\s+(?:on )?to\s+(.+)$/is.exec(
      words,
    )
  if (match === null) return undefined
  const [, what = '', rest = ''] = match
  const cut = splitAtSaying(rest, [STRONG_SAYING, /\b(?:with|and)\s+/i])
  return { type: 'forward', target: readTarget(what), to: person(cut.before) ?? cut.before, text: cut.after }
}

const DRAFTING = /^(?:draft|write|prepare|compose|start|make|create)\b/i

function reply(words: string): Intent | undefined {
  const drafted =
    /^(?:draft|write|prepare|compose|start|make|create|suggest)\s+(?:me\s+)?(?:an?|the|my)?\s*(?:\w+\s+)?(?:reply|answer|response)(?:\s+draft)?\b\s*(.*)$/is.exec(
      words,
    )
  const sent = /^(?:send\s+(?:an?\s+)?(?:reply|answer|response)|reply|respond|answer|write back)\b\s*(.*)$/is.exec(
    words,
  )
  const told = /^(?:tell|let)\s+(him|her|them)\s+(?:know\s+)?(?:that\s+|:\s*)?(.+)$/is.exec(words)
  if (told !== null) {
    return {
      type: 'reply',
      target: { ...NOTHING_NAMED, pronoun: true },
      text: spokenTo(told[1], told[2]),
      draft: false,
      all: false,
    }
  }
  const rest = (drafted ?? sent)?.[1]
  if (rest === undefined) return undefined
  const all = /^(?:to\s+)?(?:all|everyone|everybody)\b/i.test(rest)
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

function write(words: string): Intent | undefined {
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
  const asked = /^asking/i.test(match[0]) ? `I wanted to ask ${after}` : after
  return { before: text.slice(0, match.index).trim(), after: after === '' ? undefined : unquoted(asked) }
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

function change(words: string): Intent | undefined {
  for (const [pattern, wanted] of CHANGES) {
    const match = pattern.exec(words)
    if (match !== null) return { type: 'change', change: wanted, target: changeTarget(match[1] ?? '') }
  }
  for (const [type, pattern] of LABELLINGS) {
    const groups = pattern.exec(words)?.groups
    if (groups?.label !== undefined) {
      return { type: 'change', change: { type, label: groups.label.trim() }, target: changeTarget(groups.target ?? '') }
    }
  }
  return undefined
}

function changeTarget(words: string) {
  return /^\W*$/.test(words) ? { ...NOTHING_NAMED, pronoun: true } : readTarget(words)
}

function who(words: string): Intent | undefined {
  const match = /^(?:who(?:'s| is| was| are)|what do (?:you|i|we) know about|do i know)\s+(.+?)[\s?!.]*$/i.exec(words)
  const name = match?.[1]
  if (name === undefined || /^(?:the|a) (?:mail|message)|^(?:writing|asking|waiting)/i.test(name)) return undefined
  return { type: 'who', person: person(name) ?? name }
}

function said(words: string): Intent | undefined {
  const match =
    /^what (?:did|does|has|do|is|was) (.+?) (?:say|said|write|written|wrote|tell|told|think|thinks|want|wants|mention|mentioned|ask|asked|asking|need|needs|saying|suggest|suggested|propose|proposed)(?: (?:me|us|for|from (?:me|us)))?(?: (?:about|on|regarding|concerning|for|to) (.+?))?[\s?!.]*$/i.exec(
      words,
    ) ??
    /^(?:did|has) (.+?) (?:say|said|write|mention|mentioned|written) (?:anything|something|about)(?: (?:about|on|regarding))? ?(.+?)[\s?!.]*$/i.exec(
      words,
    )
  if (match === null || /^(?:it|this|that|the (?:\w+ )?(?:one|mail|message))$/i.test(match[1] ?? '')) return undefined
  const name = match[1] ?? ''
  return { type: 'said', person: person(name) ?? name, topic: match[2] }
}

function summarize(words: string): Intent | undefined {
  const match =
    /^(?:summari[sz]e|sum up|tl;?dr|recap|condense|give me (?:a|the) (?:short |quick )?(?:summary|gist|recap|overview)(?: of)?|(?:a )?(?:short |quick )?summary(?: of)?|what(?:'s| is) (?:the gist|the summary|happening|going on)(?: (?:of|in|with))?|catch me up(?: on)?|brief me(?: on)?)(?!\w)\s*:?\s*(.*)$/is.exec(
      words,
    ) ?? /^what(?:'s| is) (it|this|that|the \w+ one) about[\s?!.]*$/i.exec(words)
  if (match === null) return undefined
  const named = (match[1] ?? '').replace(/\bthread\b/gi, ' ').trim()
  const target = readTarget(named || 'it')
  const inbox = isEmptyTarget(target) && /\b(?:inbox|mailbox|mail|e-?mail)\b/i.test(named)
  return { type: 'summarize', target: inbox ? { ...NOTHING_NAMED, plural: true, filter: { unread: true } } : target }
}

function attachment(words: string): Intent | undefined {
  if (!/\b(?:attach\w*|pdf|csv|spreadsheet|picture|photo|image|file)\b/i.test(words) || ATTACHMENT_SEARCH.test(words))
    return undefined
  const target = readTarget(
    words
      .replace(
        /^(?:open|read|show|display|see|view|what(?:'s| is| does| are)?|which|and|is there|does it have|has it)\b/i,
        ' ',
      )
      .replace(
        /\b(?:me|the|its?|an?|any|in|of|on|to|that|is|has|say|says|attached|attach\w*|pdf|csv|spreadsheet|picture|photo|image|files?|contents?|what(?:'s)?|about|how)\b/gi,
        ' ',
      )
      .replace(/\s+/g, ' ')
      .trim(),
  )
  return { type: 'attachment', target }
}

const ATTACHMENT_SEARCH =
  /\b(?:mails?|e-?mails?|messages?|ones|anything|what)\b.*\b(?:with|has|have|having|containing)\b.*\b(?:attach\w*|files?|pdfs?)\b|^(?:find|search|list|look for)\b/i

function open(words: string): Intent | undefined {
  const whole = /\b(?:full|whole|entire|complete|rest|raw|original|verbatim|all of (?:it|the text))\b/i.test(words)
  const read = /^(?:read|open|show|display|view|see|pull up)\b(?:\s+me\b)?(?:\s+out\b)?\s*(.*)$/is.exec(words)
  const says = /^what (?:does|did) (it|this|that|the .+?) (?:say|read)[\s?!.]*$/i.exec(words)
  const rest = (says ?? read)?.[1]
    ?.replace(
      /\b(?:the )?(?:full|whole|entire|complete|rest|raw|original|verbatim)(?: (?:text|mail|message|version))?(?: of)?\b/gi,
      ' ',
    )
    .trim()
  if (rest !== undefined) {
    const target = readTarget(rest || 'it')
    if (isManyMails(rest, target.filter)) return undefined
    return { type: 'open', target, whole }
  }
  const bare = readTarget(words.replace(/^(?:the|and|what about|how about)\s+/i, ''))
  const isBare =
    bare.ordinals.length === 1 &&
    /^(?:the |and |what about |how about )*(?:\w+|#\d+|number \d+)(?: (?:one|mail|message))?[\s?!.]*$/i.test(words)
  if (isBare) return { type: 'open', target: bare, whole }
  return whole && /\b(?:text|rest|mail|message)\b/i.test(words)
    ? { type: 'open', target: { ...NOTHING_NAMED, pronoun: true }, whole }
    : undefined
}

/** "show me my unread mail" wants a list, "read the mail from Rosa" one mail. */
function isManyMails(words: string, filter: Filter | undefined): boolean {
  if (filter === undefined) return /\b(?:mails|e-?mails|messages|inbox)\b|\bmy mail\b/i.test(words)
  if (/\b(?:mails|messages|e-?mails|threads|newsletters|everything|all|inbox)\b/i.test(words)) return true
  const named = filter.from !== undefined || filter.about !== undefined
  return (
    !named ||
    (/\bmy\b|\bmail\b(?! (?:from|about|by|with|titled|called))/i.test(words) &&
      filter.from === undefined &&
      filter.unread === true)
  )
}

const LISTING =
  /^(?:find|search|look (?:for|up)|list|show|see|check|get|fetch|give|any|anything|is there|are there|do i have|have i|did|has|have|which|what(?:'s| is| are)?|who (?:wrote|sent|emailed|mailed)|how many|count|where(?:'s| is)|my|the|unread|new|starred|important|latest|recent|mails?|e-?mails?|messages?|something|everything|all|more|today|yesterday)\b/i
const MAIL_SUBJECT =
  /\b(?:mails?|e-?mails?|messages?|inbox|mailbox|unread|new|newsletters?|threads?|invoices?|receipts?|wrote|write|written|sent|send|replied|reply|answered|answer|from|about|attachments?|starred|today|yesterday|this week|arrived|came in|heard)\b/i

function list(words: string): Intent | undefined {
  const searching = /^(?:find|search|look (?:for|up))\b/i.test(words)
  if (!searching && !(LISTING.test(words) && MAIL_SUBJECT.test(words))) return undefined
  const filter = readFilter(words.replace(/^(?:find|search(?: for)?|look (?:for|up)|count|how many)\b/i, ' '))
  if (searching && isEmptyFilter(filter)) return undefined
  // "what's the weather like today" has a word of mail in it, and nothing else.
  if (
    !searching &&
    filter.about !== undefined &&
    !/\b(?:mails?|e-?mails?|messages?|inbox|from|about|unread|invoices?|receipts?|newsletters?|threads?|wrote|write|written|sent|replied|reply|answered|answer|attachments?|starred)\b/i.test(
      words,
    )
  )
    return undefined
  return { type: 'list', filter, counting: /^(?:how many|count)\b/i.test(words) }
}

/** "Helen?", "the globe budget": a name or a subject alone is worth a search. */
function nounPhrase(words: string): Intent | undefined {
  const bare = words.replace(/[?!.]+$/, '').trim()
  if (
    !/^(?:(?:the|from|about|my|and|what about|how about|anything from|anything about)\s+)*(?:[\p{L}\p{N}@.'&/-]+\s*){1,3}$/iu.test(
      bare,
    )
  )
    return undefined
  if (
    /^(?:why|how|when|where|what|which|do|does|are|is|was|were|can|could|should|would|will|sing|make|play|buy|book|call|say|be|go|i|you|we|translate|remind|calculate|turn|set|add|undo|schedule|explain)\b/i.test(
      bare,
    )
  )
    return undefined
  const name = /^(?:(?:and|what about|how about|from)\s+)*((?:\p{Lu}[\p{L}'-]+\s*){1,3})$/u.exec(bare)?.[1]?.trim()
  const filter = name === undefined ? readFilter(bare) : { from: name }
  return isEmptyFilter(filter) ? undefined : { type: 'list', filter, counting: false }
}
