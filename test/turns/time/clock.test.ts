import { afterEach, expect, it, vi } from 'vitest'
import { AWAKE_CLOCK, LONGEST_TIMER_MS, SYSTEM_CLOCK } from '../../../src/turns/time/clock.js'

afterEach(() => {
  vi.restoreAllMocks()
})

it.each([
  ['a second', 1_000, 1_000],
  ['the longest that Node.js takes', LONGEST_TIMER_MS, LONGEST_TIMER_MS],
  ['a year', 365 * 24 * 60 * 60_000, LONGEST_TIMER_MS],
  ['for ever', Number.POSITIVE_INFINITY, LONGEST_TIMER_MS],
])('a timer for %s does not fire at once', (_, wanted, given) => {
  const set = vi.spyOn(globalThis, 'setTimeout')
  for (const clock of [SYSTEM_CLOCK, AWAKE_CLOCK]) clock.setTimeout(() => {}, wanted).clear()
  expect(set.mock.calls.map(([, ms]) => ms)).toEqual([given, given])
})
