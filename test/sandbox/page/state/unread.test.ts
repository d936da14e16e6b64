import { expect, it } from 'vitest'
import { mergeMarks } from '../../../../src/sandbox/page/state/unread.js'

it('takes from each tab what it has read further', () => {
  const one = { since: '10.000000', seen: { 'D1/': '20.000000', 'D1/11.000000': '30.000000' } }
  const other = { since: '12.000000', seen: { 'D1/': '25.000000', 'C1/': '15.000000' } }
  const both = {
    since: '12.000000',
    seen: { 'D1/': '25.000000', 'D1/11.000000': '30.000000', 'C1/': '15.000000' },
  }
  expect(mergeMarks(one, other)).toEqual(both)
  expect(mergeMarks(other, one)).toEqual(both)
})
