import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mentions, personsWords } from '../../src/slack/message-text.js'

const BOT = 'U0BOT'

describe("a person's words", () => {
  it.each([
    ['plain words', 'What is unread?', 'What is unread?'],
    ['the mention in front', '<@U0BOT> what is unread?', 'what is unread?'],
    ['the mention with a comma', '<@U0BOT>, what is unread?', 'what is unread?'],
    ['the mention with a colon', '<@U0BOT>: what is unread?', 'what is unread?'],
    ['the mention with a name', '<@U0BOT|inbox> what is unread?', 'what is unread?'],
    ['the mention in the middle', 'hey <@U0BOT> what is unread?', 'hey what is unread?'],
    ['the mention at the end', 'what is unread? <@U0BOT>', 'what is unread?'],
    ['the mention twice', '<@U0BOT> hello <@U0BOT>', 'hello'],
    ['nothing but the mention', ' <@U0BOT> ', ''],
    ['lines, which stay lines', 'one\n\n  two\n<@U0BOT>\nthree', 'one\n\n  two\n\nthree'],
    ['somebody else', 'ask <@U0ANNA> or <@U0BEN|ben>', 'ask @U0ANNA or @ben'],
    ['a channel', 'post in <#C1|general> or <#C2>', 'post in #general or #C2'],
    ['a channel without a name', '<#C1|>', '#C1'],
    ['everybody', '<!here> <!channel> <!subteam^S1|@team>', '@here @channel @team'],
    ['a date', '<!date^1392734382^{date}|18 February>', '18 February'],
    ['an address', 'see <https://x.example/a?b=1&amp;c=2>', 'see https://x.example/a?b=1&c=2'],
    ['an address as it was typed', 'see <http://x.example|x.example>', 'see x.example'],
    [
      'an address as it was typed, with a path',
      '<https://x.example/a?b=1&amp;c=2|x.example/a?b=1&amp;c=2>',
      'x.example/a?b=1&c=2',
    ],
    ['a named link', '<https://x.example/report|the report>', 'the report (https://x.example/report)'],
    ['a mail address', 'write to <mailto:ben@x.example|ben@x.example>', 'write to ben@x.example'],
    ['escaped marks', '1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['marks that were typed as entities', 'write &amp;lt;b&amp;gt;', 'write &lt;b&gt;'],
    ['an emoji', ':tada: 🎉', ':tada: 🎉'],
    ['quotes and code', '&gt; said\n```a &lt; b```', '> said\n```a < b```'],
  ])('%s', (_, text, words) => {
    expect(personsWords(text, BOT)).toBe(words)
  })

  it('come back whole, whatever was typed', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(personsWords(escaped(typed), BOT)).toBe(typed.trim())
        expect(personsWords(`<@${BOT}> ${escaped(typed)}`, BOT)).toBe(typed.trim())
      }),
    )
  })

  it('of any length take no longer than reading them', () => {
    expect(personsWords('<'.repeat(40_000), BOT)).toHaveLength(40_000)
    expect(personsWords(`${' '.repeat(40_000)}x`, BOT)).toBe('x')
  })
})

describe('a mention', () => {
  it.each([
    ['<@U0BOT> hi', true],
    ['hi <@U0BOT|inbox>', true],
    ['hi <@U0BOTTOM>', false],
    ['hi @U0BOT', false],
    ['&lt;@U0BOT&gt;', false],
  ])('%s: %s', (text, is) => {
    expect(mentions(text, BOT)).toBe(is)
  })
})
