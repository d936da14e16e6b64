import { describe, expect, it } from 'vitest'
import { emailsIn, namesAll } from '../../src/gmail/label-changes.js'

const NAMES = new Map([
  ['a', 'Lunch'],
  ['b', 'Invoice'],
])

describe('the emails that one call is about at once', () => {
  it.each([
    ['a list', { message_ids: ['a', 'b'] }, ['a', 'b'], true],
    ['the other name of the list', { ids: ['b'] }, ['b'], true],
    ['an email that nobody has named', { ids: ['a', 'z'] }, ['a', 'z'], false],
    ['two lists: nobody knows which one is taken', { message_ids: ['a'], ids: ['b', 'z'] }, ['a', 'b', 'z'], false],
    ['an empty list', { message_ids: [] }, [], false],
    ['something that is no id', { message_ids: [1], ids: ['a'] }, ['1', 'a'], false],
    ['one email', { message_id: 'a' }, null, true],
  ])('%s', (_, input, emails, isSeen) => {
    expect(emailsIn(input)).toEqual(emails)
    expect(namesAll(input, NAMES)).toBe(isSeen)
  })
})
