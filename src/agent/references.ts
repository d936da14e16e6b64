/** How a `user.message` of ours is recognised in a session's events: client events carry no id of ours, so its context block holds one. */

import type { BetaManagedAgentsUserMessageEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'

/** A line of the context block. Words of people are folded into single lines there, so that none of them can begin one. */
const REFERENCE = /^Reference: (\S+)$/gim

/** The references in the context of a message, its first block. What comes after it, people's own words and others', may hold anything. */
export function referencesIn(event: Partial<Pick<BetaManagedAgentsUserMessageEvent, 'content'>>): string[] {
  const [context] = event.content ?? []
  if (context?.type !== 'text') return []
  return [...context.text.matchAll(REFERENCE)].flatMap(([, reference]) => reference ?? [])
}
