import { describe, expect, it } from 'vitest'
import { emojiCharacter, emojiFromCodePoints } from '../../../src/slack/inbound/emoji.js'

describe('an emoji of Slack', () => {
  it.each([
    ['wave', [], '👋'],
    ['wave', [4], '👋🏽'],
    ['+1', [], '👍'],
    ['thumbsup', [2], '👍🏻'],
    ['-1', [6], '👎🏿'],
    ['heart', [], '❤️'],
    ['phone', [], '☎️'],
    ['de', [], '🇩🇪'],
    ['flag-de', [], '🇩🇪'],
    ['flag-england', [], '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['one', [], '1️⃣'],
    ['female-doctor', [], '👩‍⚕️'],
    ['female-doctor', [5], '👩🏾‍⚕️'],
    ['man-bouncing-ball', [3], '⛹🏼‍♂️'],
    ['v', [], '✌️'],
    ['v', [2], '✌🏻'],
    ['couple', [4], '👫🏽'],
    ['couple', [2, 6], '👩🏻‍🤝‍👨🏿'],
    ['handshake', [2, 6], '🫱🏻‍🫲🏿'],
    ['handshake', [3, 3], '🤝🏼'],
    ['tada', [4], '🎉🏽'],
    ['skin-tone-4', [], '🏽'],
    ['simple_smile', [], '🙂'],
    ['partyparrot', [], null],
    ['', [], null],
    ['toString', [], null],
  ] as const)('%s %j', (name, tones, character) => {
    expect(emojiCharacter(name, tones)).toBe(character)
  })

  it.each([
    ['1f44b', '👋'],
    ['2764', '❤️'],
    ['1F468-200D-1F4BB', '👨‍💻'],
    ['', null],
    ['xyz', null],
    ['ffffff', null],
  ])('by its code points: %s', (hex, character) => {
    expect(emojiFromCodePoints(hex)).toBe(character)
  })
})
