import { describe, expect, it } from 'vitest'
import { readMailDate, writeMailDate } from '../../../../src/sandbox/mailbox/mail/mail-date.js'

describe('reading a date', () => {
  it.each([
    ['Mon, 1 Mar 2027 10:00:00 +0100', '2027-03-01T09:00:00Z'],
    ['1 Mar 27 10:00 -0330', '2027-03-01T13:30:00Z'],
    ['Tue, 2 Mar 2004 10:00:00 +0100 (CET)', '2004-03-02T09:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 CET', '2027-03-01T09:00:00Z'],
    ['Thu, 1 Jul 2027 10:00:00 CEST', '2027-07-01T08:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 MEZ', '2027-03-01T09:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 EST', '2027-03-01T15:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 JST', '2027-03-01T01:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 IST', '2027-03-01T04:30:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 GMT', '2027-03-01T10:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 GMT+0200', '2027-03-01T08:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 +0100 CET', '2027-03-01T09:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00 XYZ', '2027-03-01T10:00:00Z'],
    ['Mon, 1 Mar 2027 10:00:00', '2027-03-01T10:00:00Z'],
    ['Mon, 1 Mar 2027 10.00.30 +0100', '2027-03-01T09:00:30Z'],
    ['Mon, 1. Mar. 2027 10.00 +0100', '2027-03-01T09:00:00Z'],
    ['01.03.2027 10:00:00 +0100', '2027-03-01T09:00:00Z'],
    ['01.03.27 10.00', '2027-03-01T10:00:00Z'],
    ['01-Mar-2027 10:00:00 +0100', '2027-03-01T09:00:00Z'],
    ['Mon Mar  1 10:00:00 2027', '2027-03-01T10:00:00Z'],
    ['Mon Mar 01 10:00:00 +0000 2027', '2027-03-01T10:00:00Z'],
    ['Mon Mar  1 10:00:00 PST 2027', '2027-03-01T18:00:00Z'],
    ['Mon Mar  1 2027', '2027-03-01T00:00:00Z'],
    ['2027-03-01', '2027-03-01T00:00:00Z'],
    ['2027-03-01T10:00:00Z', '2027-03-01T10:00:00Z'],
    ['2027-03-01 10:00:00.123+01:00', '2027-03-01T09:00:00Z'],
    ['Monday, March 1, 2027 10:00 PM', '2027-03-01T22:00:00Z'],
    ['Sat, 1 Jan 99 00:00:00 GMT', '1999-01-01T00:00:00Z'],
  ])('%s', (text, moment) => {
    expect(readMailDate(text)?.time).toBe(Date.parse(moment))
  })

  it.each([
    [''],
    ['soon'],
    ['10:00'],
    ['Mon, 30 Feb 2027 10:00:00 +0100'],
    ['Mon, 1 Mar 2027 25:00:00 +0100'],
    ['1 Mar 2027 was a good day'],
    ['1 Mar 2027 2 Apr 2028'],
    [`1 Mar 2027${' '.repeat(100_000)}`],
  ])('is undefined for %.40s', (text) => {
    expect(readMailDate(text)).toBeUndefined()
  })
})

it.each([
  [0, 'Mon, 01 Mar 2027 09:00:00 +0000'],
  [60, 'Mon, 01 Mar 2027 10:00:00 +0100'],
  [-210, 'Mon, 01 Mar 2027 05:30:00 -0330'],
])('writes a date %d minutes east of Greenwich so that it is read again', (offset, text) => {
  const date = { time: Date.parse('2027-03-01T09:00:00Z'), offset }
  expect(writeMailDate(date)).toBe(text)
  expect(readMailDate(text)).toEqual(date)
})
