/** Sentences that ask to look: lists, single mails, attachments, summaries, people, questions. */
import { type Filter, type Intent, isEmptyTarget, NOTHING_NAMED } from './intent.js'
import { isEmptyFilter, person, readFilter, readTarget } from './target-words.js'

export function who(words: string): Intent | undefined {
  const match = /^(?:who(?:'s| is| was| are)|what do (?:you|i|we) know about|do i know)\s+(.+?)[\s?!.]*$/i.exec(words)
  const asked = /^what(?:'s| is) (.+?)(?:'s|s') (?:e-?mail |mail )?address[\s?!.]*$/i.exec(words)
  const name = (asked ?? match)?.[1]
  if (name === undefined || /^(?:the|a) (?:mail|message)|^(?:writing|asking|waiting)/i.test(name)) return undefined
  return { type: 'who', person: person(name) ?? name }
}

export function said(words: string): Intent | undefined {
  const match =
    /^what (?:did|does|has|do|is|was) (.+?) (?:say|said|write|written|wrote|tell|told|think|thinks|want|wants|mention|mentioned|ask|asked|asking|need|needs|saying|suggest|suggested|propose|proposed)(?: (?:me|us|for|from (?:me|us)))?(?: (?:about|on|regarding|concerning|for|to) (.+?))?[\s?!.]*$/i.exec(
      words,
    ) ??
    /^(?:did|has) (.+?) (?:say|said|write|mention|mentioned|written) (?:anything|something|about)(?: (?:about|on|regarding))? ?(.+?)[\s?!.]*$/i.exec(
      words,
    )
  if (match === null || /^(?:it|this|that|i|we|the (?:\w+ )?(?:one|mail|message))$/i.test(match[1] ?? ''))
    return undefined
  const name = match[1] ?? ''
  return { type: 'said', person: person(name) ?? name, topic: match[2] }
}

export function summarize(words: string): Intent | undefined {
  const match =
    /^(?:summari[sz]e|sum up|tl;?dr|recap|condense|give me (?:a|the) (?:short |quick )?(?:summary|gist|recap|overview)(?: of)?|(?:a )?(?:short |quick )?summary(?: of)?|what(?:'s| is) (?:the gist|the summary|happening|going on)(?: (?:of|in|with))?|catch me up(?: on)?|brief me(?: on)?)(?!\w)\s*:?\s*(.*)$/is.exec(
      words,
    ) ?? /^what(?:'s| is) (it|this|that|the \w+ one) about[\s?!.]*$/i.exec(words)
  if (match === null) return undefined
  const named = (match[1] ?? '').trim()
  const target = readTarget(named || 'it')
  const inbox = isEmptyTarget(target) && /\b(?:inbox|mailbox|mail|e-?mail)\b/i.test(named)
  return { type: 'summarize', target: inbox ? { ...NOTHING_NAMED, plural: true, filter: { unread: true } } : target }
}

export function attachment(words: string): Intent | undefined {
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

export function open(words: string): Intent | undefined {
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
  if (/\b(?:mails|messages|e-?mails|threads|newsletters|receipts|invoices|bills|everything|all|inbox)\b/i.test(words))
    return true
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

export function list(words: string): Intent | undefined {
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
export function nounPhrase(words: string): Intent | undefined {
  const bare = words.replace(/[?!.]+$/, '').trim()
  // Counted from the mail shown last, which no search can know.
  if (/\b(?:after|before) (?:that|it|this)$/i.test(bare)) return undefined
  if (
    !/^(?:(?:the|from|about|my|and|what about|how about|anything from|anything about)\s+)*(?:[\p{L}\p{N}@.'&/-]+\s*){1,3}$/iu.test(
      bare,
    )
  )
    return undefined
  if (
    /^(?:why|how|when|where|what|which|do|does|are|is|was|were|can|could|should|would|will|sing|make|play|buy|book|call|say|be|go|i|you|we|translate|remind|calculate|turn|set|add|undo|schedule|explain|pay|empty|unsubscribe|test|ok|order|call|stop|start|previous|back)\b/i.test(
      bare,
    )
  )
    return undefined
  const name = /^(?:(?:and|what about|how about|from)\s+)*((?:\p{Lu}[\p{L}'-]+\s*){1,3})$/u.exec(bare)?.[1]?.trim()
  const filter = name === undefined ? readFilter(bare) : { from: name }
  return isEmptyFilter(filter) ? undefined : { type: 'list', filter, counting: false }
}

const QUESTION =
  /^(?:when|where|what time|which (?:day|date|room|train|hotel)|how (?:much|many|long|big|far)|why|what(?:'s| is| are| was) (?:the |our |my )?(?:\w+ )?(?:deadline|date|price|cost|total|amount|number|booking|code|address|plan|status|fare|fee|permit|seat|time))\b(?!.*\b(?:unread|mails|e-?mails|messages)\b)\s*(.*?)[\s?!.]*$/is

/** "when is the walk-through?": a question that some mail may answer, looked for by its words. */
export function question(words: string): Intent | undefined {
  const inside = /^what(?:'s| is) (?:in|on) (?:the |our |my )?(.+?)[\s?!.]*$/i.exec(words)?.[1]
  if (inside === undefined && !QUESTION.test(words)) return undefined
  const { about, from } = readFilter(
    inside ??
      words.replace(
        /^(?:when|where|what time|which|how (?:much|many|long|big|far)|why|what(?:'s| is| are| was)|what)\b/i,
        ' ',
      ),
  )
  const sought = [from, about].filter((part) => part !== undefined).join(' ')
  return sought === '' ? undefined : { type: 'question', about: sought }
}

/** "is this safe?", "anything suspicious?" */
export function safety(words: string): Intent | undefined {
  if (
    !/\b(?:suspicious|phishing|scams?|safe|genuine|legit(?:imate)?|trust|fraud(?:ulent)?|fake|dangerous)\b/i.test(words)
  )
    return undefined
  if (!/^(?:is|are|does|do|can|any|anything|check|find|show|which|what|how|should)\b/i.test(words)) return undefined
  const named = words
    .replace(/^(?:is|are|does|do|can i|can|check|how|should i)\b/i, ' ')
    .replace(
      /\b(?:suspicious|phishing|scams?|safe|genuine|legit(?:imate)?|trust|fraud(?:ulent)?|fake|dangerous|really|look|seem|if|whether|is|it's|a)\b/gi,
      ' ',
    )
    .replace(/\s+/g, ' ')
    .trim()
  const target = readTarget(named.replace(/[?!.]+$/, '').trim())
  return {
    type: 'safety',
    target: /\b(?:any|anything|which|what|find|show|there|mails|messages)\b/i.test(words) ? NOTHING_NAMED : target,
  }
}
