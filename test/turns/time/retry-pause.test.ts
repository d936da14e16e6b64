import { describe, expect, it } from 'vitest'
import { readRetryAfter, retryPause } from '../../../src/turns/time/retry-pause.js'

const NOW = Date.parse('2026-11-29T12:00:00Z')

describe('a pause before another try', () => {
  it.each([
    ['grows where nothing is asked for', undefined, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['grows where 0 is asked for', 0, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['grows where less than nothing is asked for', -5_000, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['grows where no number is asked for', Number.NaN, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]],
    ['is never less than what is asked for', 7_000, [7_000, 7_000, 7_000, 8_000, 16_000, 30_000, 30_000]],
    ['is what is asked for, however long it is', 60_000, [60_000, 60_000, 60_000, 60_000, 60_000, 60_000, 60_000]],
    ['has an end where for ever is asked for', Number.POSITIVE_INFINITY, Array.from({ length: 7 }, () => 600_000)],
    ['fits a timer where years are asked for', 1e15, Array.from({ length: 7 }, () => 600_000)],
  ])('%s', (_, asked, pauses) => {
    expect(pauses.map((_pause, index) => retryPause(index + 1, asked))).toEqual(pauses)
  })
})

describe('a Retry-After header', () => {
  it.each([
    [null, undefined],
    [undefined, undefined],
    ['', undefined],
    ['soon', undefined],
    ['NaN', undefined],
    ['0', 0],
    ['-3', 0],
    ['7', 7_000],
    ['1.5', 1_500],
    ['1e12', 600_000],
    ['Infinity', 600_000],
    ['Sun, 29 Nov 2026 12:00:20 GMT', 20_000],
    ['Sun, 29 Nov 2026 11:59:00 GMT', 0],
  ])('%j is %j', (header, ms) => {
    expect(readRetryAfter(header, NOW)).toBe(ms)
  })
})
