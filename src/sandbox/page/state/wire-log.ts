import type { WireEntry } from '../../slack/wire/page-api.js'

/** The entries the side panel keeps: the newest ones, ascending by id, each once. */

export const WIRE_KEPT = 500

/** Adds an entry, or replaces the one it completes (a delivery that was pending and is now acknowledged). */
export function addWireEntry(entries: readonly WireEntry[], entry: WireEntry): readonly WireEntry[] {
  const last = entries.at(-1)
  if (!last || last.id < entry.id) return [...entries, entry].slice(-WIRE_KEPT)
  const at = entries.findLastIndex((other) => other.id <= entry.id)
  if (entries[at]?.id === entry.id) return entries.toSpliced(at, 1, entry)
  return entries.toSpliced(at + 1, 0, entry).slice(-WIRE_KEPT)
}

/** Whether an entry has the words of the filter box anywhere: method, outcome, request or response. */
export function matchesFilter(entry: WireEntry, filter: string): boolean {
  const words = filter.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return true
  const text = [
    entry.direction,
    entry.method,
    entry.outcome,
    JSON.stringify(entry.request),
    JSON.stringify(entry.response),
  ]
    .join(' ')
    .toLowerCase()
  return words.every((word) => text.includes(word))
}

/** Whether Slack refused the call, or the app did not acknowledge the delivery in time. */
export function isFailure(entry: WireEntry): boolean {
  if (isPending(entry)) return false
  return entry.direction === 'delivery' ? !entry.outcome.startsWith('acknowledged') : !/\bok\b/.test(entry.outcome)
}

export function isPending(entry: WireEntry): boolean {
  return entry.outcome === 'pending'
}
