/**
 * From a person's words to what they want. A short list of rules, tried in order: each is a sentence form, none is clever, and what none
 * of them takes is `unknown`, so that the script says so instead of guessing.
 */
import { change } from './change-requests.js'
import { everyday } from './everyday-requests.js'
import type { Intent } from './intent.js'
import { attachment, list, nounPhrase, open, question, safety, said, summarize, who } from './looking-requests.js'
import { withoutSendTime } from './send-time.js'
import { forward, reply, STRONG_SAYING, write } from './writing-requests.js'

/** Longer messages are not one request any more; only their beginning is read as one. */
const LONGEST_REQUEST = 4_000
const MOST_REQUESTS = 4

const ONLY_EMOJI =
  /^(?:\s|:[\w+'-]+:|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f)+$/u
const LEAD_IN =
  /^(?:(?:hey|hi|hello|ok|okay|so|well|and|also|then|now|but|please|pls|thanks|thank you|great|good|perfect|cool|alright|claude|inbox|bot|actually|wait|hold on|hm+|oh|oops|sorry|instead|rather|on second thoughts?)\b[,!.:… ]*\s*|(?:no|nope|never ?mind|forget (?:it|that))[,.!:;]\s+(?!thank)|<?@[\w-]+>?[,:]?\s+)+/i
const POLITE =
  /^(?:(?:could|can|would|will) you (?:please |kindly |maybe |just )?|i(?:['’]d| would) like (?:you )?to |i (?:want|need) (?:you )?to |let['’]s |help me (?:to )?|please |just |go ahead and |would you mind )/i
const VERBS =
  'reply|respond|answer|archive|star|unstar|trash|delete|mark|label|tag|summari[sz]e|draft|forward|open|read|show|send|write|tell|find|list|search|email|file|remove|restore'
/** Between two requests in one sentence: "find the mail from Rosa and then archive it". */
const NEXT_REQUEST = new RegExp(
  `(?:,?\\s+and\\s+(?:then\\s+)?|,\\s+(?:then\\s+)?|\\s+then\\s+|;\\s*|[.!?]\\s+(?:then\\s+|and\\s+)?)(?=(?:please\\s+)?(?:${VERBS})\\b)|,?\\s+and\\s+(?=(?:what|who|how many|do i|any)\\b)|[.?!]\\s+(?=(?:and\\s+)?(?:what|who|when|how|any|do)\\b)`,
  'i',
)
/** The requests in one message, in their order; at least one. */
export function understand(message: string): Intent[] {
  const text = message
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/<mailto:([^|>]+)[^>]*>/g, '$1')
    .trim()
  if (text === '') return [{ type: 'help' }]
  if (text.length < 200 && ONLY_EMOJI.test(text)) return [{ type: 'emoji', emoji: text.replace(/\s+/g, ' ') }]
  if (text.length > LONGEST_REQUEST) return [{ type: 'unknown', words: text }]
  return sentLater(text) ?? requests(text).map(understandOne)
}

/** The requests of a message that says when its mail is to leave; undefined where none of them sends one. */
function sentLater(text: string): Intent[] | undefined {
  const timed = withoutSendTime(text)
  if (timed === undefined) return undefined
  const intents = requests(timed.words).map(understandOne)
  const last = intents.at(-1)
  switch (last?.type) {
    case 'reply':
    case 'write':
      // What has a time to leave at is no mere draft.
      return [...intents.slice(0, -1), { ...last, draft: false, sendAt: timed.time }]
    case 'forward':
    case 'send draft':
      return [...intents.slice(0, -1), { ...last, sendAt: timed.time }]
    default:
      return undefined
  }
}

function requests(text: string): string[] {
  const found: string[] = []
  let rest = text
  while (found.length < MOST_REQUESTS - 1) {
    const next = NEXT_REQUEST.exec(rest)
    const saying = STRONG_SAYING.exec(rest)
    const first = next === null ? '' : rest.slice(0, next.index)
    // "Yes, send it" is one request; what stands before the cut must be more than a word of courtesy.
    if (next === null || !/\S\s+\S/.test(first) || (saying !== null && saying.index < next.index) || beginsMail(first))
      break
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
  whenever(
    /^(?:(?:show|give|list)\s+(?:me\s+)?)?(?:more|the rest|the next(?: ones| page| ten)?|next(?: ones| page)?)[\s?!.]*$/i,
    { type: 'more' },
  ),
  whenever(/^(?:please )?translat\w+\b/i, { type: 'translation' }),
  whenever(/^(?:are you (?:there|awake|ok)|ping)\b[\s?!.]*$/i, { type: 'greeting' }),
  whenever(
    /^what(?:'s| have| has| did)? (?:i |we )?(?:miss(?:ed)?|been happening)\b.*$|^any(?:thing)? news[\s?!.]*$|^(?:what's|any) news[\s?!.]*$|^what(?:'s| is) (?:new|up)[\s?!.]*$/i,
    { type: 'list', filter: { unread: true }, counting: false },
  ),
  forward,
  reply,
  write,
  everyday,
  change,
  who,
  said,
  whenever(
    /\bowe\b|\bto pay\b|\bpayments? (?:due|open|outstanding)\b|\b(?:unpaid|outstanding|open)\b.*\b(?:bills?|invoices?)\b|^(?:(?:are there |do i have |show |list |find |see |any |what |which |all |me |my |the |an? |new |newest |most recent |latest |last )*)(?:invoices?|bills?)(?: do i have| are there| this month| this week)?[\s?!.]*$/i,
    { type: 'money' },
  ),
  safety,
  summarize,
  attachment,
  open,
  list,
  question,
  nounPhrase,
]

const THANKS =
  /^(?:(?:ok(?:ay)?|alright|got it|fine|cool)[\s,!.]*)?(?:many )?(?:ok(?:ay)?|alright|got it|fine|cool|thanks|thank you|thx|ty|tack|danke|cheers|merci|perfect|great|nice|wonderful|awesome|good job|well done)\b[^?]{0,30}$/i
const ANY_VERB = new RegExp(`\\b(?:${VERBS})\\b`, 'i')

/** "Thanks!", but not "thanks, now archive it". */
function thanks(_words: string, request: string): Intent | undefined {
  return THANKS.test(request) && !ANY_VERB.test(request) ? { type: 'thanks' } : undefined
}
