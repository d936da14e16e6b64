import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Part, renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { pages } from '../../../src/slack/markdown/pages.js'
import { propertyRuns } from '../../support/property-runs.js'
import { seenLines } from './seen-lines.js'

const seen = (markdown: string): string[] => seenLines(renderMarkdown(markdown, 'final'))
const seenOf = (parts: readonly Part[]): string[] => pages(parts, { final: true }).flatMap(seenLines)

describe('what a person sees of a text', () => {
  test.each<[string, string, string[]]>([
    ['dates', '28. Dezember\n4. Januar', ['28. Dezember', '4. Januar']],
    ['dates that follow each other', '28. Dezember\n29. Dezember', ['28. Dezember', '29. Dezember']],
    ['dates with empty lines', '28. Dezember\n\n4. Januar', ['28. Dezember', '4. Januar']],
    ['dates below text', 'Frei:\n28. Dezember\n4. Januar', ['Frei:', '28. Dezember', '4. Januar']],
    ['dates in a list', '- Frei:\n  28. Dezember\n  4. Januar', ['• Frei:', '28. Dezember', '4. Januar']],
    ['dates in a quote', '> 28. Dezember\n> 4. Januar', ['> 28. Dezember', '> 4. Januar']],
    ['dates on the first of a month', '1. Mai\n1. Juni', ['1. Mai', '1. Juni']],
    ['a year', '2026. Ein gutes Jahr', ['2026. Ein gutes Jahr']],
    ['a number alone', '3.', ['3.']],
    ['numbers alone', '3.\n7.', ['3.', '7.']],
    ['a number in text', 'It is\n3. and not 4.', ['It is', '3. and not 4.']],
    ['a list', '1. a\n2. b\n3. c', ['1. a', '2. b', '3. c']],
    ['a list that begins later', '3. a\n4. b', ['3. a', '4. b']],
    ['a list that leaves numbers out', '1. a\n2. b\n5. c', ['1. a', '2. b', '5. c']],
    ['a list that counts down', '3. a\n2. b\n1. c', ['3. a', '2. b', '1. c']],
    ['two lists', '1. a\n2. b\n\n1. c\n2. d', ['1. a', '2. b', '1. c', '2. d']],
    ['lists in a list', '- a\n  1. b\n  2. c\n- d\n  1. e', ['• a', '1. b', '2. c', '• d', '1. e']],
    ['steps with text between', '1. a\n\nwhy\n\n2. b\n\nwhy\n\n3. c', ['1. a', 'why', '2. b', 'why', '3. c']],
    ['steps with code, out of order', '4. a\n   ```\n   x\n   ```\n2. b\n   - c', ['4. a', '| x', '2. b', '• c']],
    ['a number and code', '4. ```\n   x\n   ```', ['4. | x']],
    ['a quote in mail', 'He wrote:\n> a\nI think b.\n> c', ['He wrote:', '> a', 'I think b.', '> c']],
    ['a quote of a quote', '> > a\n> b\nc', ['> > a', '> b', 'c']],
    ['a quoted list', '> - a\nb', ['> • a', 'b']],
    ['text below an item', '- a\nb', ['• a', 'b']],
    [
      'a fence in a fence',
      '```md\nDo:\n```sh\nnpm ci\n```\nDone.\n```\nafter',
      ['| Do:', '| ```sh', '| npm ci', '| ```', '| Done.', 'after'],
    ],
    [
      'fences in a fence',
      '~~~\n~~~js\na\n~~~\n~~~py\nb\n~~~\n~~~\nafter',
      ['| ~~~js', '| a', '| ~~~', '| ~~~py', '| b', '| ~~~', 'after'],
    ],
    ['a fence in a longer one', '````\n```\na\n```\n````\nafter', ['| ```', '| a', '| ```', 'after']],
    ['two blocks of code', '```\na\n```\nb\n```\nc\n```', ['| a', 'b', '| c']],
    ['an escaped command', '&lt;!channel&gt; &eacute;', ['<!channel> é']],
  ])('%s', (_, markdown, lines) => {
    expect(seen(markdown)).toEqual(lines)
  })
})

describe('messages that follow each other', () => {
  test.each<[string, (string | Part)[], string[]]>([
    ['lists', ['1. a\n2. b', '1. c\n2. d'], ['1. a', '2. b', '1. c', '2. d']],
    ['lists of which one goes on', ['1. a\n2. b', '3. c'], ['1. a', '2. b', '3. c']],
    ['a list and an indented line', ['- a', '    b'], ['• a', '| b']],
    ['bullets', ['- a', '- b'], ['• a', '• b']],
    ['an open fence', ['```\na', 'b'], ['| a', 'b']],
    ['an open fence in a list', ['- x\n  ```\n  a', 'b'], ['• x', '| a', 'b']],
    ['an open quote', ['> a', 'b'], ['> a', 'b']],
    ['bold that nothing closes', ['a **b', 'c** d'], ['a **b', 'c** d']],
    ['half a link', ['a [b', '](https://x.org)'], ['a [b', '](https://x.org)']],
    ['half a table', ['| a | b |', '|---|---|\n| 1 | 2 |'], ['| a | b |', '|---|---|', '| 1 | 2 |']],
    ['a line that would underline', ['a', '---'], ['a', '---']],
    [
      'an open fence that was stopped',
      [{ text: '```\na\nb', isBrokenOff: true }, 'Stopped.'],
      ['| a', '| b', '…', 'Stopped.'],
    ],
    ['bold that was stopped', [{ text: 'a **b', isBrokenOff: true }, 'Stopped.'], ['a b …', 'Stopped.']],
    ['a link that was stopped', [{ text: 'a [b](http', isBrokenOff: true }, 'Stopped.'], ['a [b](http …', 'Stopped.']],
    [
      'a list that was stopped',
      [{ text: '1. a\n2. b', isBrokenOff: true }, 'Stopped.'],
      ['1. a', '2. b …', 'Stopped.'],
    ],
    [
      'a fence that was just closed',
      [{ text: '```\na\n```', isBrokenOff: true }, 'Stopped.'],
      ['| a', '…', 'Stopped.'],
    ],
  ])('%s: each is read by itself', (_, texts, lines) => {
    expect(seenOf(texts.map((text) => (typeof text === 'string' ? { text } : text)))).toEqual(lines)
  })

  /** Markdown, and the lines that it means. */
  interface Meant {
    readonly markdown: string
    readonly lines: readonly string[]
  }
  const word = fc.constantFrom<[string, string]>(
    ...([
      'alpha',
      '2 * 3 * 4',
      'snake_case',
      'a_b@c.example',
      'R&D',
      '<!here>',
      'don’t',
      '日本語',
      '[x',
      'y]',
      '~5',
    ].map((text) => [text, text]) as [string, string][]),
    ['**bold**', 'bold'],
    ['*so _very_ so*', 'so very so'],
    ['`a_b <c>`', 'a_b <c>'],
    ['&eacute;', 'é'],
    ['[the page](https://x.org/a_b)', 'the page (x.org)→https://x.org/a_b'],
    ['https://x.org/a_b', 'https://x.org/a_b'],
  )
  const line = fc.array(word, { minLength: 1, maxLength: 4 }).map((words): Meant => {
    // No line begins with a sign that means something there.
    const all: [string, string][] = [['So', 'So'], ...words]
    return { markdown: all.map(([text]) => text).join(' '), lines: [all.map(([, text]) => text).join(' ')] }
  })
  const marked = (lines: readonly Meant[], markers: readonly string[], shown: readonly string[] = markers): Meant => ({
    markdown: lines.map(({ markdown }, index) => `${markers[index]}${markdown}`).join('\n'),
    lines: lines.flatMap((one, index) => one.lines.map((text) => `${shown[index]}${text}`)),
  })
  const lines = fc.array(line, { minLength: 1, maxLength: 4 })
  const numbers = fc.oneof(
    fc.constant([1, 2, 3, 4]),
    fc.integer({ min: 0, max: 40 }).map((first) => Array.from({ length: 4 }, (_, index) => first + index)),
    fc.array(fc.integer({ min: 0, max: 2100 }), { minLength: 4, maxLength: 4 }),
  )
  const code = fc
    .array(fc.constantFrom('a < b && c', '  - x', '1. y', '> z', '```ts\nconst q = 1\n```', '**', '# h'), {
      minLength: 1,
      maxLength: 4,
    })
    .map((all) => all.join('\n'))
  const shownCode = (text: string) => text.split('\n').map((one) => `| ${one}`)
  const block = fc.oneof(
    lines.map((all) => marked(all, ['', '', '', ''])),
    fc.tuple(lines, numbers).map(([all, counted]) =>
      marked(
        all,
        counted.map((number) => `${number}. `),
      ),
    ),
    lines.map((all) => marked(all, ['- ', '- ', '- ', '- '], ['• ', '• ', '• ', '• '])),
    // A quote, and what the author wrote right below it.
    fc.tuple(lines, line).map(([all, below]): Meant => {
      const quoted = marked(all, ['> ', '> ', '> ', '> '])
      return { markdown: `${quoted.markdown}\n${below.markdown}`, lines: [...quoted.lines, ...below.lines] }
    }),
    code.map((text): Meant => ({ markdown: `\`\`\`\n${text}\n\`\`\``, lines: shownCode(text) })),
  )
  const message = fc
    .tuple(fc.array(block, { minLength: 1, maxLength: 4 }), fc.option(code, { freq: 3 }))
    .map(([blocks, open]): Meant => {
      const all = open === null ? blocks : [...blocks, { markdown: `\`\`\`\n${open}`, lines: shownCode(open) }]
      return { markdown: all.map(({ markdown }) => markdown).join('\n\n'), lines: all.flatMap((one) => one.lines) }
    })
  const messages = fc.array(message, { minLength: 1, maxLength: 3 })

  it('mean what each of them means, whatever they hold', () => {
    fc.assert(
      fc.property(messages, (all) => {
        expect(seenOf(all.map(({ markdown }) => ({ text: markdown })))).toEqual(all.flatMap((one) => one.lines))
      }),
      { numRuns: propertyRuns(300), endOnFailure: true },
    )
  })
})
