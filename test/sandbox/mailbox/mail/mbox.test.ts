import { describe, expect, it } from 'vitest'
import { NotAnMboxError, splitMbox, unescapeFrom } from '../../../../src/sandbox/mailbox/mail/mbox.js'

const SEPARATOR = 'From carla@lumen.example Mon Mar  1 10:00:00 2027'

function split(text: string): string[] {
  return [...splitMbox(Buffer.from(text, 'latin1'))].map(({ raw }) => unescapeFrom(raw).toString('latin1'))
}

describe('splitting an mbox', () => {
  it('yields each message without its separator and the blank line behind it', () => {
    expect(split(`${SEPARATOR}\nSubject: a\n\none\n\n${SEPARATOR}\nSubject: b\n\ntwo\n`)).toEqual([
      'Subject: a\n\none\n',
      'Subject: b\n\ntwo\n',
    ])
  })

  it('reads CRLF line ends', () => {
    expect(split(`${SEPARATOR}\r\nSubject: a\r\n\r\none\r\n\r\n${SEPARATOR}\r\nSubject: b\r\n\r\ntwo\r\n`)).toEqual([
      'Subject: a\r\n\r\none\r\n',
      'Subject: b\r\n\r\ntwo\r\n',
    ])
  })

  it.each([
    ['Thunderbird', 'From - Mon Mar 01 10:00:00 2027'],
    ['Google Takeout', 'From 1789012345678901234@xxx Mon Mar 01 10:00:00 +0000 2027'],
    ['a sender with a comment', 'From "Carla M" <carla@lumen.example> Mon Mar 1 10:00 2027'],
    ['UUCP', 'From carla Mon Mar  1 10:00:00 2027 remote from lumen'],
    ['a zone by name', 'From carla@lumen.example Mon Mar  1 11:00:00 CET 2027'],
    ['the format of the Date header', 'From carla@lumen.example Mon, 1 Mar 2027 10:00:00 +0000'],
    ['a byte order mark before each message', '\u00ef\u00bb\u00bfFrom carla@lumen.example Mon Mar  1 10:00:00 2027'],
  ])('knows the separator of %s, and when the message came', (_program, separator) => {
    const file = `${separator}\nSubject: a\n\none\n\n${separator}\nSubject: b\n\ntwo\n`
    expect(split(file)).toEqual(['Subject: a\n\none\n', 'Subject: b\n\ntwo\n'])
    const dates = [...splitMbox(Buffer.from(file, 'latin1'))].map(({ receivedAt }) => receivedAt)
    expect(dates).toEqual([Date.parse('2027-03-01T10:00:00Z'), Date.parse('2027-03-01T10:00:00Z')])
  })

  it.each([
    ['no date', 'From -', undefined],
    ['no date and a space', 'From - ', undefined],
    ['no time of day', 'From carla@lumen.example Mon Mar  1 2027', Date.parse('2027-03-01')],
  ])('knows a separator with %s', (_what, separator, receivedAt) => {
    const entries = [...splitMbox(Buffer.from(`${separator}\nSubject: a\n\none\n\n${separator}\nSubject: b\n\ntwo\n`))]
    expect(entries.map((entry) => entry.receivedAt)).toEqual([receivedAt, receivedAt])
  })

  it('needs no blank line before a separator', () => {
    expect(split(`${SEPARATOR}\nSubject: a\n\none\n${SEPARATOR}\nSubject: b\n\ntwo\n`)).toEqual([
      'Subject: a\n\none\n',
      'Subject: b\n\ntwo\n',
    ])
  })

  it('leaves a separator in the first line of a message to it', () => {
    expect(split(`${SEPARATOR}\n${SEPARATOR}\nSubject: a\n\none\n`)).toEqual([`${SEPARATOR}\nSubject: a\n\none\n`])
  })

  it.each([
    ['a sentence after a blank line', 'one\n\nFrom here it is downhill.\nReally.\n'],
    ['a sentence with a date and a header behind it', 'one\n\nFrom Monday on, March 1 is busy.\nTo: do\n'],
    ['an escaped line of a quoted mbox', `one\n\n> ${SEPARATOR}\nSubject: b\n`],
    ['a separator that no header follows', `one\n\n${SEPARATOR}\nno header\n`],
  ])('leaves %s in the body', (_case, body) => {
    expect(split(`${SEPARATOR}\nSubject: a\n\n${body}`)).toEqual([`Subject: a\n\n${body}`])
  })

  it('takes one level of escape off, as mboxrd writes it', () => {
    expect(split(`${SEPARATOR}\nSubject: a\n\n>From now on\n>>From before\n> quoted\n`)).toEqual([
      'Subject: a\n\nFrom now on\n>From before\n> quoted\n',
    ])
  })

  it('skips a byte order mark and blank lines before the first message', () => {
    expect(split(`\u00ef\u00bb\u00bf\n\n${SEPARATOR}\nSubject: a\n\none\n`)).toEqual(['Subject: a\n\none\n'])
  })

  it('finds nothing in an empty file', () => {
    expect(split('')).toEqual([])
  })

  it('refuses a file that is no mbox', () => {
    expect(() => split('{"mails": []}')).toThrow(NotAnMboxError)
    expect(() => split('From the desk of the director')).toThrow(NotAnMboxError)
  })
})
