import { describe, expect, it } from 'vitest'
import { isAssent } from '../../src/turns/assent-words.js'

const NOTHING_WITH_IT = { files: [], forwarded: [] }

describe('a yes in words', () => {
  it.each([
    ['yes', true],
    ['YES!', true],
    ['Ok.', true],
    ['Yes, please', true],
    ['Go ahead…', true],
    ['*approve*', true],
    ['Send it!', true],
    ['👍', true],
    ['👍🏽', true],
    ['👍🏿👍🏿', true],
    ['✔️', true],
    [':+1:', true],
    [':thumbsup::skin-tone-3:', true],
    ['yes 👍🏻', true],
    ['yes, but say Thursday', false],
    ['no', false],
    ['yes ❌', false],
    ['👎', false],
    ['send it to Ben', false],
    ['yesterday', false],
    ['', false],
    ['!', false],
    [`yes${'!'.repeat(57)}`, true],
    [`yes${'!'.repeat(58)}`, false],
  ])('%j: %s', (text, says) => {
    expect(isAssent({ text, ...NOTHING_WITH_IT })).toBe(says)
  })

  it('is none with a file or something passed on', () => {
    expect(isAssent({ text: 'ok', files: [{}], forwarded: [] })).toBe(false)
    expect(isAssent({ text: 'ok', files: [], forwarded: [{}] })).toBe(false)
  })
})
