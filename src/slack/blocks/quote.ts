/** What a person asked, repeated where its answer will stand. Pure. */

import type { MessageContent } from '../api/poster.js'
import { escapeMrkdwn } from '../markdown/escape.js'

const QUOTE_LENGTH = 2_800

/** Heads a thread in the person's DM: the reply stands below it. */
export function quoteMessage(heading: string, words: string): MessageContent {
  const quoted = shortened(
    escapeMrkdwn(words)
      .split('\n')
      .map((line) => `>${line}`)
      .join('\n'),
  )
  return {
    text: heading.startsWith('You') ? 'What you asked' : heading,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: words === '' ? `${heading}.` : `${heading}:\n${quoted}` } },
    ],
  }
}

/** Cut after escaping, since what is escaped grows; never inside an entity or a surrogate pair. */
function shortened(text: string): string {
  if (text.length <= QUOTE_LENGTH) return text
  return `${text.slice(0, QUOTE_LENGTH).replace(/&[a-z]{0,4}$|[\uD800-\uDBFF]$/, '')}…`
}
