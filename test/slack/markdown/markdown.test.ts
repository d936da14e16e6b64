import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { propertyRuns } from '../../support/property-runs.js'
import { documents, seen } from './samples.js'

const final = (markdown: string): string => renderMarkdown(markdown, 'final')

describe('finished Markdown', () => {
  test.each([
    ['headings of every kind', '# One\n## Two ##\nThree\n===\nFour\n---', '# One\n\n## Two\n\n# Three\n\n## Four'],
    ['a hashtag is no heading', '#team', '#team'],
    ['bold, italic, both, struck', '**a** __b__ *c* _d_ ***e*** ~~f~~', '**a** **b** _c_ _d_ _**e**_ ~~f~~'],
    ['italic between letters', 'foo*bar*baz', 'foo*bar*baz'],
    ['what is no emphasis', 'snake_case 2 * 3 ~5 to ~10 a*', 'snake_case 2 * 3 ~5 to ~10 a\\*'],
    ['escaped markers', '\\*a\\* \\# b', '\\*a\\* # b'],
    ['inline code', 'a `x<y` and ``b`c``', 'a `x&lt;y` and ``b`c``'],
    ['code with its language', '```ts\nconst a = b && c\n```', '```ts\nconst a = b &amp;&amp; c\n```'],
    ['code that holds a fence', '~~~\n```\nx\n```\n~~~', '````\n```\nx\n```\n````'],
    ['an unclosed fence', '```\nx', '```\nx\n```'],
    ['indented code', 'a\n\n    x\n      y\n', 'a\n\n```\nx\n  y\n```'],
    ['nested lists', '- a\n  - b\n    - c\n- d', '- a\n    - b\n        - c\n- d'],
    ['a nested list that is indented too little', '1. a\n  - b\n2. c', '1. a\n    - b\n2. c'],
    ['a nested list that is indented by tabs', '- a\n\t- b\n\t\t- c', '- a\n    - b\n        - c'],
    ['numbers that do not count through', '1. a\n1. b\n1. c', '1\\. a\n1\\. b\n1\\. c'],
    ['a list that begins later', '4. a\n5. b', '4. a\n5. b'],
    ['a loose list', '- a\n\n- b', '- a\n- b'],
    ['paragraphs in an item', '- a\n\n  b\n- c', '- a\n\n    b\n- c'],
    ['code in an item', '1. a\n   ```\n   x\n     y\n   ```', '1. a\n\n    ```\n    x\n      y\n    ```'],
    ['a list below text', 'a:\n- b', 'a:\n\n- b'],
    ['different lists', '- a\n\n1. b', '- a\n\n1. b'],
    ['task lists', '- [ ] a\n- [x] b', '- ☐ a\n- ☑ b'],
    ['quotes', '> a\n> b\n\n> c', '> a\n> b\n\n> c'],
    ['a quote with a list', '> a\n>\n> - b\n>   - c', '> a\n>\n> - b\n>     - c'],
    ['a quote ends where its lines end', '> a\nb\n> c', '> a\n\nb\n\n> c'],
    ['a quote in a quote ends where its lines end', '> > a\n> b', '> > a\n>\n> b'],
    ['a rule', 'a\n\n***\n\nb', 'a\n\n---\n\nb'],
    ['a link', '[a](https://x.org/b_(c) "title")', '[a (x.org)](https://x.org/b_%28c%29)'],
    ['a bare address', 'see https://x.org/a_b, ok', 'see [https://x.org/a_b](https://x.org/a_b), ok'],
    ['an address in parentheses', '(https://x.org/a)', '([https://x.org/a](https://x.org/a))'],
    ['an address in brackets', '<https://x.org>', '[https://x.org](https://x.org)'],
    ['a mail address in brackets', 'Dana <dana@x.org>', 'Dana &lt;dana@x.org>'],
    ['an image', '![a cat](https://x.org/cat.png)', '[🖼 a cat (x.org)](https://x.org/cat.png)'],
    ['an image in a link', '[![a](https://x.org/i.png)](https://x.org)', '[a (x.org)](https://x.org)'],
    [
      'a badge with a long address',
      `[![a](https://x.org/${'i'.repeat(400)}.png)](https://x.org)`,
      '[a (x.org)](https://x.org)',
    ],
    ['a footnote', 'a[^1]\n\n[^1]: b', 'a[1]\n\n[1\\]: b'],
    ['a reference link', '[a][b]\n\n[b]: https://x.org', '[a\\][b]\n\n[b\\]: [https://x.org](https://x.org)'],
    [
      'named and numbered characters',
      '&copy; &#42;a&#42; &#x1F389; &nope; &valueOf;',
      '© \\*a\\* 🎉 &amp;nope; &amp;valueOf;',
    ],
    [
      'characters by any name that HTML has',
      '&eacute;t&eacute; &Uuml;ber &hellip; &nbsp;&ndash; &frac12; &#128; &CounterClockwiseContourIntegral;',
      'été Über … \u00A0– ½ € ∳',
    ],
    ['a name that was escaped itself', '&amp;eacute; &amp;lt;', '&amp;eacute; &amp;lt;'],
    ['a line end by its name', 'a&NewLine;# b&#10;- c', 'a # b - c'],
    ['names in code', '`&eacute;`', '`&amp;eacute;`'],
    ['names in a target', '[a](https://x.org/?b=1&amp;c=&eacute;)', '[a (x.org)](https://x.org/?b=1&amp;c=é)'],
    ['a hard line break', 'a  \nb\\\nc<br>d', 'a  \nb  \nc  \nd'],
    ['HTML', '<b>a</b> <!-- b -->', '&lt;b>a&lt;/b> &lt;!-- b -->'],
    ['emoji', '🎉 :tada: 👨‍👩‍👧', '🎉 :tada: 👨‍👩‍👧'],
    ['text that only looks like another block', '\\# a\n\\- b\n1\\. c\n\\> d', '\\# a\n\\- b\n1\\. c\n\\> d'],
    ['line ends of any system', '# a\r\n\r\n- b\r\n- c\r\n', '# a\n\n- b\n- c'],
    ['nothing', ' \n\n', ''],
  ])('%s', (_, markdown, expected) => {
    expect(final(markdown)).toBe(expected)
  })

  it('shortens the label of a long address, not the address', () => {
    const address = `https://example.com/${'path/'.repeat(60)}end`
    const [, label = '', target = ''] = /^\[(.*)\]\((.*)\)$/.exec(final(address)) ?? []
    expect(target).toBe(address)
    expect(label.length).toBeLessThan(100)
    expect(label.startsWith('example.com/path/')).toBe(true)
  })

  it('marks the edges of bold in text without blanks, where a strict parser would not see them', () => {
    expect(seen('**「太字」**です')).toContain('*')
    expect(seen(final('**「太字」**です'))).toBe('「太字」です')
    expect(seen(final('これは**`code`**です'))).toBe('これはcodeです')
  })

  it('keeps lists readable at any depth', () => {
    const deep = Array.from({ length: 30 }, (_, depth) => `${' '.repeat(2 * depth)}- level ${depth}`).join('\n')
    const lines = final(deep).split('\n')
    expect(lines).toHaveLength(30)
    expect(Math.max(...lines.map((line) => line.indexOf('-')))).toBeLessThanOrEqual(20)
    expect(lines.every((line, depth) => line.endsWith(`- level ${depth}`))).toBe(true)
  })

  it('shows what another Markdown parser shows', () => {
    fc.assert(
      fc.property(documents({ minLength: 1, maxLength: 6 }), (markdown) => {
        const plain = markdown
          .replaceAll('![', '[')
          .replaceAll('**「太字」**', '「太字」')
          .replaceAll('**`code`**', 'code')
          .replace(/\[[ x]\] /g, '')
        // Where a link leads is added to its label.
        expect(seen(final(markdown)).replace(/[☐☑🖼]|\(example\.com\)/gu, '')).toBe(seen(plain))
      }),
      { numRuns: propertyRuns(150), endOnFailure: true },
    )
  })
})

describe('tables', () => {
  it('aligns a narrow one as text of fixed width', () => {
    expect(final('| From | Mails |\n|:--|--:|\n| **Dana** | 3 |\n| Bo & Co | 12 |')).toBe(
      ['```', 'From     Mails', '───────  ─────', 'Dana         3', 'Bo &amp; Co     12', '```'].join('\n'),
    )
  })

  it('counts East Asian characters and emoji as two columns', () => {
    const [, header, rule, row] = final('|a|b|\n|-|-|\n|日本🎉|x|').split('\n')
    expect([header, rule, row]).toEqual(['a       b', '──────  ─', '日本🎉  x'])
  })

  it('makes records of a wide one, a row each, with the names of the columns', () => {
    const table = [
      '| From | Subject | Link |',
      '|---|---|---|',
      '| Dana | The contract for the new office \\| draft | [open](https://x.org) |',
      '| Bo | | none |',
    ]
    expect(final(table.join('\n'))).toBe(
      [
        '- From: **Dana**',
        '    - Subject: The contract for the new office | draft',
        '    - Link: [open (x.org)](https://x.org)',
        '- From: **Bo**',
        '    - Link: none',
      ].join('\n'),
    )
  })

  it('loses no link to fixed width', () => {
    expect(final('|a|\n|-|\n|[b](https://x.org)|')).toBe('- a: [b (x.org)](https://x.org)')
  })

  it('loses no cell that has no column', () => {
    expect(final('|a|b|\n|-|-|\n|1|2|3|4|')).toBe('- a: **1**\n    - b: 2\n    - 3 | 4')
  })

  it('follows text directly, and ends where the pipes end', () => {
    expect(final('Here:\n|a|b|\n|-|-|\n|1|2|\nDone.')).toBe('Here:\n\n```\na  b\n─  ─\n1  2\n```\n\nDone.')
  })

  it('shows a header without rows as words', () => {
    expect(final('| a | b |\n|---|---|')).toBe('a · b')
  })

  it('breaks lines in a cell with a slash', () => {
    expect(final('|a|\n|-|\n|x<br>y|')).toContain('x / y')
  })
})
