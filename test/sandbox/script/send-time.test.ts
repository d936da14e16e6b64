import { describe, expect, test } from 'vitest'
import {
  onlySendTime,
  sendTime,
  spokenTime,
  withOffset,
  withoutSendTime,
} from '../../../src/sandbox/agents/script/send-time.js'

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
    ['next Friday at 9 a.m.', '2026-11-27T09:00:00+01:00'],
    ['in two hours', '2026-11-20T20:31:00+01:00'],
    ['in half an hour', '2026-11-20T19:01:00+01:00'],
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

describe('the time of sending in a request', () => {
  test.each<[string, string, string]>([
    ['send it tomorrow at 8', 'send it', 'tomorrow at 8'],
    ['OK, send the draft at 5pm!', 'send it', 'at 5pm'],
    ['please schedule it for Monday at 9', 'send it', 'Monday at 9'],
    ['reply to her that Tuesday works, and send it tomorrow at 8', 'reply to her that Tuesday works', 'tomorrow at 8'],
    ['Write to Ben saying hello. Send it in two hours.', 'Write to Ben saying hello', 'in two hours'],
    ['tomorrow at 8, send a mail to Ben saying hello', 'send a mail to Ben saying hello', 'tomorrow at 8'],
    ['send a mail to Priya tomorrow at 8 saying hello', 'send a mail to Priya saying hello', 'tomorrow at 8'],
    ['reply to Rosa at 5pm: Tuesday works', 'reply to Rosa: Tuesday works', 'at 5pm'],
  ])('%s', (request, words, time) => {
    expect(withoutSendTime(request)).toEqual({ words, time })
  })

  test.each([
    'reply to her that Tuesday at 10:30 suits me',
    'reply that I will come tomorrow at 8',
    'send a mail to Ben about the meeting tomorrow at 8 saying that I am late',
    'send a mail to Ben saying send it tomorrow if you like',
    'what came in today?',
    'send it',
  ])('%s names none', (request) => {
    expect(withoutSendTime(request)).toBeUndefined()
  })

  test('may be all that the words say', () => {
    expect(onlySendTime('send it tomorrow at 8')).toBe('tomorrow at 8')
    expect(onlySendTime('tomorrow at 8.')).toBe('tomorrow at 8')
    expect(onlySendTime('say tomorrow at 8')).toBeUndefined()
  })
})
