import { describe, expect, test } from 'vitest'
import { describe as described, gmailQuery, readMailWords } from '../../../../src/sandbox/agents/script/mail-words.js'
import { NOW } from './scripted-session.js'

const clock = { now: NOW, timeZone: 'Europe/Stockholm' }

describe('a search', () => {
  test.each<[string, string, string]>([
    ['unread mail', 'is:unread in:inbox', 'unread emails'],
    [
      'emails from Helen Marsh about the floor',
      'from:(Helen Marsh) floor -in:drafts',
      'emails from **Helen Marsh** about **floor**',
    ],
    ["Rosa's mail", 'from:(Rosa) -in:drafts', 'emails from **Rosa**'],
    [
      'starred mails without newsletters',
      'is:starred -category:promotions in:inbox',
      'starred emails without newsletters',
    ],
    ['mails sent to Helen', 'to:(Helen) in:sent', 'sent emails to **Helen**'],
    ['mails about "nail to nail"', '"nail to nail" -in:drafts', 'emails about **"nail to nail"**'],
    ['the bank mail', '{from:(bank) subject:bank} -in:drafts', 'emails with **bank** in sender or subject'],
    ['mails from today', 'after:1795129200 before:1795215600 in:inbox', 'emails from today'],
    ['mails from Jürgen Weiß', 'from:(Jürgen Weiß) -in:drafts', 'emails from **Jürgen Weiß**'],
  ])('%s', (words, query, said) => {
    const read = readMailWords(words, clock)
    expect(gmailQuery(read)).toBe(query)
    expect(described(read, 2)).toBe(said)
  })

  test('for a mail to act on goes by sender and subject, and leaves out what the person sent', () => {
    expect(gmailQuery(readMailWords('the mail from Priya about cash', clock), true)).toBe(
      'from:(Priya) subject:cash -in:sent -in:drafts',
    )
  })
})

describe('a reference', () => {
  test.each<[string, Record<string, unknown>]>([
    ['the second one', { numbers: [2] }],
    ['#4', { numbers: [4] }],
    ['numbers 2 and 3', { numbers: [2, 3] }],
    ['the first two', { numbers: [1, 2] }],
    ['the last one', { numbers: [-1] }],
    ['the last 3 mails', { numbers: [], limit: 3, isMany: true }],
    ['invoice 20417', { numbers: [], fields: { named: 'invoice 20417' } }],
    ['the mail about room 2', { numbers: [], fields: { about: 'room 2' } }],
    ['it', { isPronoun: true, isAll: false }],
    ['that email', { isPronoun: true }],
    ['them', { isAll: true, isPronoun: false }],
    ['all', { isAll: true }],
    // Not the list shown last: nobody named it.
    ['all mails', { isAll: false, isMany: true, isPronoun: false }],
    ['everything', { isAll: false, isMany: true, isPronoun: false }],
    ['the latest mail from Helen', { isNewest: true, isMany: false, fields: { from: 'Helen' } }],
  ])('%s', (words, expected) => {
    expect(readMailWords(words, clock)).toMatchObject(expected)
  })
})
