/** How long to wait before something is tried again: at least what the service asked for, and longer with every failure in a row. */

const FIRST_MS = 1_000
const LONGEST_MS = 30_000
/** More than this no service asks for in earnest, and a timer of many days would fire at once. */
const LONGEST_ASKED_MS = 10 * 60_000

/**
 * What was asked for is a lower bound only: services answer 429 with `retry-after: 0`, and taken by its word that is an endless loop.
 * @param failures in a row, this one included
 * @param askedMs undefined: nothing was asked for; milliseconds, as the answer
 */
export function retryPause(
  failures: number,
  askedMs?: number,
  { first = FIRST_MS, longest = LONGEST_MS }: { readonly first?: number; readonly longest?: number } = {},
): number {
  const growing = Math.min(first * 2 ** Math.min(Math.max(0, failures - 1), 30), longest)
  return Math.max(growing, saneAsked(askedMs) ?? 0)
}

/**
 * A `Retry-After` header: seconds or an HTTP date. Undefined where it says nothing that can be waited for.
 * @param now epoch milliseconds, by the clock of whoever wrote the date as far as that is known
 */
export function readRetryAfter(header: string | null | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (text === '') return undefined
  const seconds = Number(text)
  return saneAsked(Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1_000)
}

function saneAsked(ms: number | undefined): number | undefined {
  if (ms === undefined || Number.isNaN(ms)) return undefined
  return Math.min(Math.max(0, ms), LONGEST_ASKED_MS)
}
