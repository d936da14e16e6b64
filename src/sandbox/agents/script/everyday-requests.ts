/** What people ask an assistant before they know what it can do: what to answer first, appointments, how to get away from it again. */
import { type Intent, NOTHING_NAMED } from './intent.js'
import { readTarget } from './target-words.js'

type Plain = Extract<Intent['type'], 'waiting' | 'calendar' | 'connection' | 'undo' | 'discard draft'>

const SENTENCES: readonly (readonly [RegExp, Plain])[] = [
  [
    /^(?:delete|trash|discard|throw away|get rid of|remove|cancel|bin)\s+(?:(?:the|my|that|this)\s+)?(?:(?:last|new|reply)\s+)?drafts?[\s?!.]*$/i,
    'discard draft',
  ],
  [
    /^(?:undo|revert|take (?:it|that) back|put (?:it|that) back)(?: (?:it|that|this|the last (?:one|change)))?[\s?!.]*$/i,
    'undo',
  ],
  [
    /^(?:how (?:do|can) i )?(?:(?:dis|re)?connect|unlink|log (?:me )?(?:out|in)|sign (?:me )?(?:out|in))(?: (?:me|you|it|this|again|from this|(?:(?:from|to|of) )?my (?:gmail|mail|mailbox|inbox|account)|(?:to |from )?gmail))*[\s?!.]*$/i,
    'connection',
  ],
  [
    /^(?:am i|are we) (?:free|busy|available)\b|^(?:when|where)(?:'s| is| are) (?:my|our|the) (?:next )?(?:meetings?|appointments?|calls?)[\s?!.]*$/i,
    'calendar',
  ],
  [
    /^(?:(?:what|which|any|do i have|are there|show|list|have i|what's|what is|is there|anything|my|me|the|all|a|on)\s+)*(?:meetings?|appointments?|calendar|schedule|agenda)(?: (?:do i have|are there|on|for|in|today|tomorrow|tonight|this|next|my|the|coming|week|month|morning|afternoon|evening|calendar|(?:mon|tues|wednes|thurs|fri|satur|sun)day))*[\s?!.]*$/i,
    'calendar',
  ],
  [
    /\b(?:haven't|hasn't|have not|has not|not|never) (?:yet )?(?:been )?(?:replied|answered|responded)\b|\bun(?:answered|replied)\b|\b(?:need|have) to (?:reply|answer|respond|act)\b|\banything (?:that )?i (?:need|have|ought) to do\b|\b(?:waiting|waits?) (?:for|on) (?:me|an answer|a reply|my (?:answer|reply))\b|\bneeds? (?:my attention|my (?:answer|reply)|an answer|a reply|me)\b|^(?:what|which|who|whom) (?:mails? |e-?mails? |messages? )?(?:should|must|do) i (?:need to |have to )?(?:do|answer|reply(?: to)?|respond(?: to)?|start)(?: with)?(?: (?:first|next|now|today))?[\s?!.]*$|^(?:(?:what are|list|show|any|do i have any|me|my)\s+)*(?:to-?dos?|action items)[\s?!.]*$/i,
    'waiting',
  ],
]
/** "who wrote 3?", "who sent the second one?": the mail itself says so. */
const WHO_WROTE =
  /^who (?:wrote|sent|emailed|mailed) (?:me )?(it|this|that|#?\d{1,2}|number \d{1,2}|the \w+(?: one| mail| message)?)[\s?!.]*$/i
const WHAT_WAS =
  /^what (?:was|is|were) ((?:the )?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,2}(?:st|nd|rd|th))(?: one| mail| message)?|#\d{1,2}|number \d{1,2})(?: (?:again|about))*[\s?!.]*$/i

export function everyday(request: string): Intent | undefined {
  const words = request.replace(/,? (?:please|thanks|thank you)(?=[\s?!.]*$)/i, '')
  const found = SENTENCES.find(([pattern]) => pattern.test(words))
  if (found !== undefined) return { type: found[1] }
  if (
    /^(?:what(?:'s| is)|anything|is there anything|do i have anything) (?:the most )?(?:urgent|important)[\s?!.]*$/i.test(
      words,
    )
  )
    return { type: 'list', filter: { important: true }, counting: false }
  if (/^catch me up[\s?!.]*$/i.test(words)) return { type: 'list', filter: { unread: true }, counting: false }
  if (
    /^(?:what (?:happened|came)|(?:summari[sz]e|how was|recap) my day|summari[sz]e) ?(?:today)?[\s?!.]*$/i.test(
      words,
    ) &&
    /\bday\b|today/i.test(words)
  )
    return { type: 'list', filter: { period: 'today' }, counting: false }
  const named = (WHO_WROTE.exec(words) ?? WHAT_WAS.exec(words))?.[1]
  if (named === undefined) return undefined
  const target = readTarget(named)
  return target.ordinals.length > 0 || target.pronoun
    ? { type: 'open', target: { ...NOTHING_NAMED, ordinals: target.ordinals, pronoun: target.pronoun }, whole: false }
    : undefined
}
