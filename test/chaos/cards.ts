/** The cards of mails as their owner sees them, read from the blocks of Slack messages. */

import { shownText } from '../../src/sandbox/slack/block-kit/shown.js'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { toJson } from '../../src/sandbox/slack/wire/json.js'

/** A question about one thing, or what became of a mail, with its buttons. */
export interface Card {
  readonly message: SeenMessage
  /** `approval:…` for a question, `outgoing:…` for a mail that can still be stopped. */
  readonly blockId: string
  /** All words between the card before and the buttons of this one. */
  readonly shown: string
}

const BUTTONS = /^(approval|outgoing):/

export function cardsIn(message: SeenMessage): Card[] {
  const cards: Card[] = []
  let above: NonNullable<SeenMessage['blocks']> = []
  for (const block of message.blocks ?? []) {
    const id = typeof block === 'object' && block !== null && 'block_id' in block ? String(block.block_id) : ''
    if (!BUTTONS.test(id)) {
      above = [...above, block]
      continue
    }
    cards.push({ message, blockId: id, shown: shownText(above.map(toJson)) })
    above = []
  }
  return cards
}

/** How a mail stands, by what Slack says. */
export type Told = 'sent' | 'not_sent' | 'unknown' | 'under_way'

const LINES: readonly (readonly [Told, RegExp])[] = [
  ['sent', /^✅ (?:Email|Reply) to (\S+)@\S+ sent/],
  ['not_sent', /^(?:🚫|⚠️) Not sent: (?:email|reply) to (\S+)@/],
  ['not_sent', /^↩️ Undone\. The (?:email|reply) to (\S+)@/],
  ['not_sent', /^🚫 Cancelled\. The (?:email|reply) to (\S+)@/],
  ['unknown', /^⚠️ I can't tell whether the (?:email|reply) to (\S+)@/],
  ['under_way', /^📤 (?:Email|Reply) to (\S+)@\S+: I'll say below/],
  ['under_way', /^(?:⏳ Sending the|🗓️) (?:[Ee]mail|[Rr]eply) to (\S+)@/],
]

/** Every line about a mail in these messages. */
export function toldIn(messages: readonly SeenMessage[], key: string): Told[] {
  return messages.flatMap(({ shown }) =>
    shown.split('\n').flatMap((line) => {
      const found = LINES.find(([, pattern]) => pattern.exec(line)?.[1] === key)
      return found === undefined ? [] : [found[0]]
    }),
  )
}
