import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mentions, othersWords, personsWords } from '../../../src/slack/inbound/message-text.js'

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
    ['somebody else', 'ask <@U0ANNA> or <@U0BEN|ben>', 'ask @U0ANNA or ben'],
    ['somebody whose id is none', 'ask <@> or <@lower|Ben>', 'ask @ or Ben'],
    ['a channel', 'post in <#C1|general> or <#C2>', 'post in #general or #C2'],
    ['a channel without a name', '<#C1|>', '#C1'],
    ['everybody', '<!here> <!channel> <!everyone>', '@here @channel @everyone'],
    ['everybody, as older clients write it', '<!here|here> <!channel|@channel>', '@here @channel'],
    ['a user group', 'ask <!subteam^S1|@team> or <!subteam^S2>', 'ask @team or @S2'],
    ['a date', '<!date^1392734382^{date}|18 February>', '18 February'],
    ['a date with a link', '<!date^1392734382^{date}^https://x.example|18 February>', '18 February'],
    ['a date without words', '<!date^1392734382^{date}>', '2014-02-18T14:39:42.000Z'],
    ['something newer than this code', '<!brand^new|what it says> <!brand>', 'what it says @brand'],
    ['an address', 'see <https://x.example/a?b=1&amp;c=2>', 'see https://x.example/a?b=1&c=2'],
    ['an address as it was typed', 'see <http://x.example|x.example>', 'see x.example'],
    [
      'an address as it was typed, with a path',
      '<https://x.example/a?b=1&amp;c=2|x.example/a?b=1&amp;c=2>',
      'x.example/a?b=1&c=2',
    ],
    ['a named link', '<https://x.example/report|the report>', 'the report (https://x.example/report)'],
    ['a named link with a mark', '<https://x.example/|R&amp;D &lt;2026&gt;>', 'R&D <2026> (https://x.example/)'],
    [
      'a link that shows another',
      '<https://evil.example|https://bank.example>',
      'https://bank.example (https://evil.example)',
    ],
    ['a link with an empty label', '<https://x.example|>', 'https://x.example'],
    ['a mail address', 'write to <mailto:ben@x.example|ben@x.example>', 'write to ben@x.example'],
    ['a mail address without a label', 'write to <mailto:ben@x.example>', 'write to ben@x.example'],
    ['a named mail address', 'write to <mailto:ben@x.example|Ben>', 'write to Ben (ben@x.example)'],
    ['a telephone number', 'call <tel:+4687654321|+46 8 765 43 21>', 'call +46 8 765 43 21'],
    ['a named telephone number', 'call <tel:+4687654321|the office>', 'call the office (tel:+4687654321)'],
    ['escaped marks', '1 &lt; 2 &amp;&amp; 3 &gt; 2', '1 < 2 && 3 > 2'],
    ['marks that were typed as entities', 'write &amp;lt;b&amp;gt;', 'write &lt;b&gt;'],
    ['an entity in the text of a link, once', '<https://x.example|&amp;lt;>', '&lt; (https://x.example)'],
    ['an emoji', ':tada: 🎉', '🎉 🎉'],
    ['an emoji with a skin tone', 'hi :wave::skin-tone-4:!', 'hi 👋🏽!'],
    ['emoji side by side', ':+1::thumbsup::heart:', '👍👍❤️'],
    ['an emoji of the workspace', ':partyparrot: :tada:', ':partyparrot: 🎉'],
    ['an emoji in the text of a link', '<https://x.example|:tada: party>', '🎉 party (https://x.example)'],
    ['colons that are no emoji', 'a:b:c at 10:30:45, 1:100:2 and C:x:y', 'a:b:c at 10:30:45, 1:100:2 and C:x:y'],
    ['colons in front of an emoji', 'note:: :tada:', 'note:: 🎉'],
    ['an emoji in an address', '<https://x.example/:tada:>', 'https://x.example/:tada:'],
    ['code', 'press `:x:` now :x:', 'press `:x:` now ❌'],
    ['blocks of code', '```:x: &lt;\n:tada:``` :x:', '```:x: <\n:tada:``` ❌'],
    ['an address in code', '`curl <https://x.example/:x:?a=1&amp;b>`', '`curl https://x.example/:x:?a=1&b`'],
    ['a single backtick', 'it`s :x:', 'it`s ❌'],
    ['quotes and code', '&gt; said\n```a &lt; b```', '> said\n```a < b```'],
  ])('%s', (_, text, words) => {
    expect(personsWords(text, BOT).text).toBe(words)
  })

  const rich = (...elements: object[]) => [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]

  it.each([
    ['that something is no emoji', 'at 12 :100: 30', rich({ type: 'text', text: 'at 12 :100: 30' }), 'at 12 :100: 30'],
    ['that it is one', 'so:tada:', rich({ type: 'text', text: 'so' }, { type: 'emoji', name: 'tada' }), 'so🎉'],
    [
      'its character, where the table has none',
      ':brand_new:',
      rich({ type: 'emoji', name: 'brand_new', unicode: '1fae9' }),
      '🫩',
    ],
    ['its tone as well', ':wave::skin-tone-2:', rich({ type: 'emoji', name: 'wave', unicode: '1f44b-1f3fb' }), '👋🏻'],
    ['nothing, where they are empty', ':tada:', [{ type: 'rich_text', elements: [] }], '🎉'],
    [
      'all, where the text is empty',
      '',
      rich({ type: 'text', text: 'a < b' }, { type: 'user', user_id: 'U1' }),
      'a < b@U1',
    ],
    [
      'a table that the text leaves out',
      'see:',
      [
        ...rich({ type: 'text', text: 'see:' }),
        {
          type: 'table',
          rows: [
            [
              { type: 'raw_text', text: 'a' },
              { type: 'raw_text', text: 'b' },
            ],
            rich({ type: 'text', text: 'c' }),
          ],
        },
      ],
      'see:\n| a | b |\n| c |',
    ],
    ['nothing, where they are none', ':tada:', 'blocks', '🎉'],
  ])('the blocks say %s', (_, text, blocks, words) => {
    expect(personsWords(text, BOT, blocks).text).toBe(words)
  })

  it('say where somebody is named, by id', () => {
    const { text, mentions } = personsWords(
      ' <@U0BOT> ask <@U0ANNA>, <@U0BEN|ben>\nin <#C1|general> &amp; <!subteam^S1|@it>',
      BOT,
    )
    expect(
      mentions.map(({ kind, id, at, length, isNamed }) => [kind, id, text.slice(at, at + length), isNamed]),
    ).toEqual([
      ['user', 'U0ANNA', '@U0ANNA', false],
      ['user', 'U0BEN', 'ben', true],
      ['channel', 'C1', '#general', true],
      ['group', 'S1', '@it', true],
    ])
  })

  it('to others keep the bot’s name', () => {
    expect(othersWords('<@U0BOT> hello')).toMatchObject({ text: '@U0BOT hello', mentions: [{ id: 'U0BOT', at: 0 }] })
  })

  it('come back whole, whatever was typed', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(personsWords(escaped(typed), BOT).text).toBe(typed.trim())
        expect(personsWords(`<@${BOT}> ${escaped(typed)}`, BOT).text).toBe(typed.trim())
      }),
    )
  })

  it('of any length take no longer than reading them', () => {
    expect(personsWords('<'.repeat(40_000), BOT).text).toHaveLength(40_000)
    expect(personsWords(`${' '.repeat(40_000)}x`, BOT).text).toBe('x')
    for (const part of [':a', '`', '```', '``` ', ':', '<a|', ':a:', '`\n', '\t<@U0BO'])
      personsWords(part.repeat(Math.ceil(40_000 / part.length)), BOT)
  })

  it('name whom they name, wherever in the text that is', () => {
    const written = fc.constantFrom(
      '<@U1>',
      '<@U2|Ben>',
      '<#C1|general>',
      ' ',
      ':tada:',
      '&amp;',
      'x',
      '`:x:`',
      '\n',
      '👋',
    )
    fc.assert(
      fc.property(fc.array(written, { maxLength: 12 }), (parts) => {
        const { text, mentions } = personsWords(parts.join(''), BOT)
        const shown: Record<string, string> = { U1: '@U1', U2: 'Ben', C1: '#general' }
        for (const { id, at, length } of mentions) expect(text.slice(at, at + length)).toBe(shown[id])
        expect(mentions).toHaveLength(parts.filter((part) => /^<[@#]/.test(part)).length)
      }),
    )
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
