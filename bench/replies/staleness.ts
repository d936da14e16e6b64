/** How old what people see is: from what was visible when, and from what was there when. Pure. */

import type { Answer } from './answer.js'

/** What can be compared whoever wrote it in whatever markup: letters and digits. */
export function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** How many characters of `whole` (plain) stand at the beginning of `shown` (plain). */
export function visibleLength(whole: string, shown: string): number {
  const most = Math.min(whole.length, shown.length)
  let length = 0
  while (length < most && whole.charCodeAt(length) === shown.charCodeAt(length)) length += 1
  return length
}

/** From `at` on (milliseconds since the answer began) so many plain characters are to be seen. */
export interface Sight {
  readonly at: number
  readonly visible: number
}

export interface ReplyResult {
  /** The ages of the oldest text that is not visible yet, in milliseconds, sampled from the first piece until all is visible. */
  readonly ages: readonly number[]
  /** From the first piece until the first words are visible. */
  readonly firstMs: number | undefined
  /** From the last piece until all of it is visible. */
  readonly lateMs: number | undefined
}

const SAMPLE_MS = 100

/** @param until when observation ended, for a reply that was never complete */
export function resultOf(answer: Answer, sights: readonly Sight[], until: number): ReplyResult {
  const arrivals = arrivalTimes(answer)
  const complete = sights.find(({ visible }) => visible === arrivals.length)?.at
  const first = sights.find(({ visible }) => visible > 0)?.at
  const end = Math.max(answer.durationMs, complete ?? until)
  const ages: number[] = []
  let next = 0
  let visible = 0
  for (let at = 0; at < end; at += SAMPLE_MS) {
    for (let sight = sights[next]; sight !== undefined && sight.at <= at; sight = sights[next]) {
      visible = sight.visible
      next += 1
    }
    ages.push(Math.max(0, at - (arrivals[visible] ?? at)))
  }
  return {
    ages,
    firstMs: first === undefined ? undefined : Math.max(0, first),
    lateMs: complete === undefined ? undefined : Math.max(0, complete - answer.durationMs),
  }
}

/** When each plain character arrived. */
function arrivalTimes(answer: Answer): number[] {
  return answer.pieces.flatMap(({ at, text }) => [...plain(text)].map(() => at))
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** @param part 0.95 for p95 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/**
 * Mean staleness that no way of editing can beat from an idle minute, in seconds: all of a minute's edits spent while the text arrives, shared evenly, evenly
 * spaced, the last of each reply exactly at its end. What arrived right after an edit waits until the next: half the time between two on average.
 */
export function boundSeconds(replies: number, editsPerMinute: number, seconds: number): number {
  const each = Math.floor(editsPerMinute / replies)
  const withOneMore = editsPerMinute - each * replies
  const stale = (edits: number) => seconds / (2 * Math.max(1, edits))
  return ((replies - withOneMore) * stale(each) + withOneMore * stale(each + 1)) / replies
}
