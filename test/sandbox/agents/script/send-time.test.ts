import { describe, expect, test } from 'vitest'
import { sendTime, spokenTime, withOffset } from '../../../../src/sandbox/agents/script/send-time.js'

/** A Friday, 18:31 in Stockholm and 12:31 in New York. */
const NOW = new Date('2026-11-20T17:31:00Z')
const stockholm = { now: NOW, timeZone: 'Europe/Stockholm' }
const newYork = { now: NOW, timeZone: 'America/New_York' }

describe('the time in the words', () => {
  test.each<[string, string | undefined]>([
    ['tomorrow at 8', '2026-11-21T08:00:00+01:00'],
    ['tomorrow', '2026-11-21T08:00:00+01:00'],
    ['tomorrow afternoon', '2026-11-21T14:00:00+01:00'],
    ['tomorrow at 5', '2026-11-21T17:00:00+01:00'],
    ['tomorrow at 5am', '2026-11-21T05:00:00+01:00'],
    ['tomorrow at 08:15', '2026-11-21T08:15:00+01:00'],
    ['at noon tomorrow', '2026-11-21T12:00:00+01:00'],
    ['at 8pm', '2026-11-20T20:00:00+01:00'],
    ['at 8', '2026-11-20T20:00:00+01:00'],
    ['at 5pm', '2026-11-21T17:00:00+01:00'],
    ['at 17:30', '2026-11-21T17:30:00+01:00'],
    ['tonight', '2026-11-20T20:00:00+01:00'],
    ['on Monday at 9.30', '2026-11-23T09:30:00+01:00'],
    ['next Friday at 9 am', '2026-11-27T09:00:00+01:00'],
    ['in 2 hours', '2026-11-20T20:31:00+01:00'],
    ['in 30 minutes', '2026-11-20T19:01:00+01:00'],
    ['today at 5pm', '2026-11-20T17:00:00+01:00'],
    ['some day', undefined],
  ])('%s', (words, wanted) => {
    const time = sendTime(words, stockholm)
    expect(time && withOffset(time, stockholm.timeZone)).toBe(wanted)
  })

  test('is one of the person\u2019s own zone, also across a change of the clocks', () => {
    const at = (words: string, clock: { now: Date; timeZone: string }) => {
      const time = sendTime(words, clock)
      return time && withOffset(time, clock.timeZone)
    }
    expect(at('tomorrow at 8', newYork)).toBe('2026-11-21T08:00:00-05:00')
    expect(at('at 5pm', newYork)).toBe('2026-11-20T17:00:00-05:00')
    const march = { now: new Date('2027-03-27T12:00:00Z'), timeZone: 'Europe/Stockholm' }
    expect(at('tomorrow at 8', march)).toBe('2027-03-28T08:00:00+02:00')
    expect(at('tomorrow at 8', { now: NOW, timeZone: 'Asia/Kolkata' })).toBe('2026-11-21T08:00:00+05:30')
    expect(at('tomorrow at 8', { now: NOW, timeZone: 'UTC' })).toBe('2026-11-21T08:00:00+00:00')
  })

  test.each([
    ['2026-11-20T19:00:00Z', 'today at 20:00'],
    ['2026-11-21T07:00:00Z', 'tomorrow at 08:00'],
    ['2026-11-23T07:00:00Z', 'on Monday 23 November at 08:00'],
  ])('%s is said as "%s"', (time, said) => {
    expect(spokenTime(new Date(time), stockholm)).toBe(said)
  })
})
