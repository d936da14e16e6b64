/** How a `user.message` of ours is recognised in a session's events: client events carry no id of ours, so its context block holds one. */

import type {
  BetaManagedAgentsSessionEvent,
  BetaManagedAgentsUserMessageEvent,
} from '@anthropic-ai/sdk/resources/beta/sessions/events'
import type { LogPosition } from '../turns/events.js'

/** A line of the context block. Words of people are folded into single lines there, so that none of them can begin one. */
const REFERENCE = /^Reference: (\S+)$/gim

/** The references in the context of a message, its first block. What comes after it, people's own words and others', may hold anything. */
export function referencesIn(event: Partial<Pick<BetaManagedAgentsUserMessageEvent, 'content'>>): string[] {
  const [context] = event.content ?? []
  if (context?.type !== 'text') return []
  return [...context.text.matchAll(REFERENCE)].flatMap(([, reference]) => reference ?? [])
}

/** Those of the references that stand in messages of a log from this position on; a queued message has no time, and counts. */
export async function foundIn(
  events: AsyncIterable<BetaManagedAgentsSessionEvent>,
  references: readonly string[],
  after: LogPosition | null,
): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const event of events) {
    if (event.type !== 'user.message' || isBehind(event, after)) continue
    for (const reference of referencesIn(event)) if (references.includes(reference)) found.add(reference)
  }
  return found
}

function isBehind(event: BetaManagedAgentsUserMessageEvent, after: LogPosition | null): boolean {
  if (after === null || typeof event.processed_at !== 'string') return false
  return event.id === after.id || Date.parse(event.processed_at) < Date.parse(after.at)
}
