/** How a `user.message` of ours is recognised in a session's events: client events carry no id of ours, so its context block holds one. */

import type { BetaManagedAgentsUserMessageEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'

/** A line of the context block. Words of people are folded into single lines there, so that none of them can begin one. */
const REFERENCE = /^Reference: (\S+)$/gim

/** The references in the context of a message. The person's own words, the last block, may hold anything and are not looked at. */
export function referencesIn(event: Partial<Pick<BetaManagedAgentsUserMessageEvent, 'content'>>): string[] {
  const content = event.content ?? []
  // A note of ours has one block, and no such words.
  const context = content.length === 1 ? content : content.slice(0, -1)
  return context.flatMap((block) =>
    block.type === 'text' ? [...block.text.matchAll(REFERENCE)].flatMap(([, reference]) => reference ?? []) : [],
  )
}
