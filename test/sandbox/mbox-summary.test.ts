import { expect, it } from 'vitest'
import { mboxSummary } from '../../src/sandbox/mbox-summary.js'

it.each([
  [0, [], '0 emails in a.mbox.'],
  [1, [], '1 email in a.mbox.'],
  [1204, [], '1,204 emails in a.mbox.'],
  [3, [1], '3 emails in a.mbox, 1 of them unreadable (number 2): the subject is shown, the text is not.'],
  [
    2000,
    [0, 1, 2, 3, 1203, 1500, 1501],
    '2,000 emails in a.mbox, 7 of them unreadable (number 1, number 2, number 3, number 4, number 1,204 and 2 more): the subject is shown, the text is not.',
  ],
])('says of %d emails, %j of them unreadable: %s', (held, unreadable, said) => {
  const problems = unreadable.map((position) => ({ position, reason: 'too deep' }))
  expect(mboxSummary({ held, problems }, 'a.mbox')).toBe(said)
})
