import { describe, expect, it } from 'vitest'
import { dayAndTime, timeOfDay } from '../../../src/turns/time/time-of-day.js'

describe('a time of day', () => {
  it.each([
    ['Europe/Stockholm', '8:13 PM', 'Thu, Jul 16 at 8:13 PM'],
    ['America/Los_Angeles', '11:13 AM', 'Thu, Jul 16 at 11:13 AM'],
    ['Mars/Olympus_Mons', '6:13 PM', 'Thu, Jul 16 at 6:13 PM'],
  ])('is told in %j', (zone, time, withDay) => {
    const at = Date.UTC(2026, 6, 16, 18, 13)
    expect(timeOfDay(at, zone)).toBe(time)
    expect(dayAndTime(at, zone)).toBe(withDay)
  })
})
