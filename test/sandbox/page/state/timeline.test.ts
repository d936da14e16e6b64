import { describe, expect, it } from 'vitest'
import {
  fullTimeLabel,
  lastReplyLabel,
  momentLabel,
  shortTimeLabel,
  timeLabel,
  timeline,
} from '../../../../src/sandbox/page/state/timeline.js'
import { ANNA, BEN, message } from '../a-snapshot.js'

/** Monday, 16 November 2026, 12:00 UTC, in seconds. */
const NOON = Date.UTC(2026, 10, 16, 12) / 1000
const options = { tz: 'Europe/Stockholm', now: (NOON + 3600) * 1000 }

const rows = (...args: Parameters<typeof timeline>) =>
  timeline(...args).map((row) => {
    if (row.type === 'day') return row.label
    if (row.type === 'new') return 'NEW'
    return `${row.isGrouped ? '  ' : ''}${row.message.text}`
  })

describe('a timeline', () => {
  it('divides days in the viewer’s time zone', () => {
    const late = message(NOON - 13 * 3600, BEN, { text: 'at 23:00 UTC' })
    const messages = [message(NOON - 3 * 86_400, BEN, { text: 'friday' }), late, message(NOON, BEN, { text: 'noon' })]
    expect(rows(messages, options)).toEqual(['Friday, November 13th', 'friday', 'Today', 'at 23:00 UTC', 'noon'])
    expect(rows([late], { ...options, tz: 'America/New_York' })).toEqual(['Yesterday', 'at 23:00 UTC'])
  })

  it('groups what one person writes within five minutes', () => {
    const messages = [
      message(NOON, ANNA, { text: 'a' }),
      message(NOON + 299, ANNA, { text: 'b' }),
      message(NOON + 300, BEN, { text: 'c' }),
      message(NOON + 301, BEN, { text: 'd', ephemeral: true }),
      message(NOON + 302, BEN, { text: 'e' }),
      message(NOON + 602, BEN, { text: 'f' }),
    ]
    expect(rows(messages, options)).toEqual(['Today', 'a', '  b', 'c', 'd', 'e', 'f'])
  })

  it('draws the line above the first new message, which starts a group of its own', () => {
    const messages = [message(NOON, BEN, { text: 'a' }), message(NOON + 1, BEN, { text: 'b' })]
    expect(rows(messages, { ...options, newFrom: messages[1]?.ts ?? '' })).toEqual(['Today', 'a', 'NEW', 'b'])
  })

  it('has no day above a thread, and sets its first reply apart from the parent', () => {
    const messages = ['a', 'b', 'c'].map((text, index) => message(NOON + index, ANNA, { text }))
    expect(rows(messages, { ...options, inThread: true })).toEqual(['a', 'b', '  c'])
  })
})

describe('times', () => {
  it('are written as Slack writes them', () => {
    const ts = `${NOON + 5 * 60}.000100`
    const now = NOON * 1000
    // Node's and the browsers' formatters put different spaces before PM.
    const plain = (label: string) => label.replace(/\s/g, ' ')
    expect(plain(timeLabel(ts, 'America/New_York'))).toBe('7:05 AM')
    expect(shortTimeLabel(ts, 'Europe/Stockholm')).toBe('1:05')
    expect(plain(lastReplyLabel(ts, 'Europe/Stockholm', now))).toBe('today at 1:05 PM')
    expect(plain(lastReplyLabel(ts, 'Europe/Stockholm', now + 3 * 86_400_000))).toBe('Monday, November 16th at 1:05 PM')
    expect(plain(fullTimeLabel(ts, 'Europe/Stockholm', now))).toBe('Today at 1:05:00 PM')
  })

  it.each([
    [-1, 'yesterday'],
    [0, 'today'],
    [1, 'tomorrow'],
    [2, 'Nov 18, 2026'],
  ])('a day that is %i days from today', (days, label) => {
    const node = { seconds: NOON + days * 86_400, pattern: '{date_short_pretty}', fallback: '' }
    expect(momentLabel(node, 'Europe/Stockholm', NOON * 1000)).toBe(label)
  })

  it.each([
    ['{date_long} at {time}', 'Monday, November 16th, 2026 at 1:05 PM'],
    ['{date_num} {time_secs}', '2026-11-16 1:05:00 PM'],
    ['{date_short}, {date}', 'Nov 16, 2026, November 16th, 2026'],
    ['{date_pretty} at {time}', 'today at 1:05 PM'],
    ['{era}', 'some day'],
    ['', 'some day'],
  ])('a moment that an app wrote as “%s”', (pattern, label) => {
    const node = { seconds: NOON + 5 * 60, pattern, fallback: 'some day' }
    expect(momentLabel(node, 'Europe/Stockholm', NOON * 1000).replace(/\s/g, ' ')).toBe(label)
  })

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [11, '11th'],
    [12, '12th'],
    [13, '13th'],
    [22, '22nd'],
    [30, '30th'],
  ])('end the %ith with its letters', (day, ordinal) => {
    const ts = `${Date.UTC(2026, 5, day, 12) / 1000}.000100`
    expect(lastReplyLabel(ts, 'UTC', NOON * 1000)).toContain(`June ${ordinal} at`)
  })
})
