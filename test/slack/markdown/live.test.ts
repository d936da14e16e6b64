import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { propertyRuns } from '../../support/property-runs.js'
import { documents, seen } from './samples.js'
import { seenLines } from './seen-lines.js'

const live = (markdown: string): string => renderMarkdown(markdown, 'live')

/**
 * What a person sees of a beginning is the beginning of what they see later, and of the whole. The one exception is a marker that nothing ever
 * closes: it is shown as a sign when that is certain.
 */
function expectOnlyGrows(markdown: string, ignored = /→\S+|\s/g): void {
  const visible = (rendered: string) => seenLines(rendered).join('').replace(ignored, '')
  let before = ''
  for (let length = 0; length <= markdown.length + 1; length += 1) {
    const isWhole = length > markdown.length
    const now = visible(isWhole ? renderMarkdown(markdown, 'final') : live(markdown.slice(0, length)))
    expect(now.startsWith(before), `${JSON.stringify(markdown.slice(0, length))}: ${before} → ${now}`).toBe(true)
    before = now
  }
}

describe('Markdown that is still arriving', () => {
  test.each([
    ['bold', 'a **bo', 'a **bo**'],
    ['bold, nothing in it yet', 'a **', 'a '],
    ['half a closing marker', 'a **bo*', 'a **bo**'],
    ['italic in bold', '**a *b', '**a _b_**'],
    ['struck', '~~a', '~~a~~'],
    ['code', 'a `co', 'a `co`'],
    ['code, nothing in it yet', 'a `', 'a '],
    ['code in a code span of two', '``a`', '``a``'],
    ['a label', 'a [lab', 'a '],
    ['a whole label', 'a [lab]', 'a '],
    ['half a target', 'a [lab](https://x.org/b', 'a '],
    ['a whole target without its end', 'a [lab](https://x.org/b "t', 'a '],
    ['half an image', 'a ![b](https://x', 'a '],
    ['an exclamation mark', 'a!', 'a'],
    ['half an address', 'a https://x.or', 'a '],
    ['the beginning of an address', 'a ht', 'a '],
    ['half an address in brackets', 'a <https://x', 'a '],
    ['half an entity', 'a &am', 'a '],
    ['half a tag for a line break', 'a<br', 'a'],
    ['a backslash', 'a \\', 'a '],
    ['the first half of an emoji', 'a \ud83c', 'a '],
    ['a bracket that is none', `[${'a '.repeat(200)}`, `[${'a '.repeat(200)}`],
    ['a heading sign', '## ', ''],
    ['a heading', '## A **b', '## A **b**'],
    ['a bullet', '- a\n- ', '- a'],
    ['a bullet or a rule', 'a\n\n-', 'a'],
    ['a number', 'a\n\n12', 'a'],
    ['a list number', '1. a\n2.', '1. a'],
    ['half a task', '- [', ''],
    ['a task', '- [ ] a', '- ☐ a'],
    ['a task and half a marker', '- [x] ***', ''],
    ['a quote sign', 'a\n\n>', 'a'],
    ['a quote', '> **a', '> **a**'],
    ['an underline that may become one of a heading', 'a\n==', 'a'],
    ['half a fence', 'a\n\n``', 'a'],
    ['a fence with half its language', 'a\n\n```type', 'a'],
    ['a fence without code yet', 'a\n\n```ts\n', 'a'],
    ['open code', '```ts\nconst a', '```ts\nconst a\n```'],
    ['open code and half its end', '```ts\nconst a\n``', '```ts\nconst a\n```'],
    ['open code in a list', '- a\n  ```\n  x', '- a\n\n    ```\n    x\n    ```'],
    ['half a table header', 'a\n\n| b', 'a'],
    ['a table header', 'a\n\n| b | c |\n', 'a'],
    ['half a ruler', 'a\n\n| b | c |\n|--', 'a'],
    ['a table without rows', 'a\n\n| b | c |\n|---|---|\n', 'a'],
    ['half a row', '|b|c|\n|-|-|\n|1|2|\n|3', '```\nb  c\n─  ─\n1  2\n```'],
  ])('%s', (_, markdown, expected) => {
    expect(live(markdown).trimEnd()).toBe(expected.trimEnd())
  })

  it('shows what is no construct at all once it is finished', () => {
    expect(renderMarkdown('a [b', 'final')).toBe('a [b')
    expect(renderMarkdown('a **', 'final')).toBe('a \\*\\*')
    expect(renderMarkdown('| a', 'final')).toBe('| a')
    expect(renderMarkdown('a &am', 'final')).toBe('a &amp;am')
  })

  it('never shows a reader anything that is not in the finished text, nor takes anything back', () => {
    fc.assert(
      fc.property(documents({ minLength: 1, maxLength: 2 }), (markdown) => {
        const whole = seen(renderMarkdown(markdown, 'final'))
        let before = ''
        // Every prefix of a short document, some of a long one.
        const step = Math.ceil(markdown.length / 400)
        for (let length = 0; length <= markdown.length; length += step) {
          const now = seen(live(markdown.slice(0, length)))
          expect(whole.startsWith(now)).toBe(true)
          expect(now.startsWith(before)).toBe(true)
          before = now
        }
      }),
      { numRuns: propertyRuns(25), endOnFailure: true },
    )
  })

  it.each([
    ['brackets in brackets', 'a [b [c]] d'],
    ['a link around brackets', 'a [b [c] d](https://x.org/y) e'],
    ['a bracket around a link', 'a [b [c](https://x.org/y) d](https://x.org/z) e'],
    ['a badge', '[![build](https://x.org/b.svg)](https://x.org/ci) and [![a](https://x.org/a.svg)][a]'],
    ['a badge with a long address', `[![build](https://x.org/${'b'.repeat(400)}.svg)](https://x.org/ci)`],
    ['many badges', '[![build](https://x.org/b.svg)](https://x.org/ci) '.repeat(12)],
    ['a label that is too long for one', `a [${'b c '.repeat(90)}](https://x.org/y) d`],
    ['a footnote', 'a[^1] b [^2'],
    ['names of characters', 'caf&eacute; &hellip; AT&T &nope; R&D &CounterClockwiseContourIntegral;'],
    ['dates', '28. Dezember\n4. Januar\n\n2026. Ein gutes Jahr\n'],
    ['two lists', '1. a\n2. b\n\n1. c\n2. d'],
    ['text below a quote', '> a\n> b\nc\n> d'],
    ['a fence in a fence', '```md\na\n```js\nb\n```\nc\n```\nd'],
    ['a mail address with copies', '[a](mailto:b@x.org?bcc=c@x.org) d'],
    ['an address with a user name', 'https://x.org@y.org/z a'],
    ['an exclamation before a bracket', 'a! [b]! ![c'],
    ['emphasis and a bracket', '**a [b](https://x.org/y) c** *d* [e'],
  ])('takes nothing back: %s', (_, markdown) => {
    expectOnlyGrows(markdown)
  })

  it('takes nothing back of brackets in any order', () => {
    const piece = fc.constantFrom(
      ...[
        '[',
        ']',
        '![',
        '](https://x.org/y)',
        '](',
        ')',
        '[a]',
        '[^1]',
        '[b](https://x.org)',
        '![c](https://x.org/i.png)',
      ],
      ...[
        'word ',
        'a',
        ' ',
        '&eacute;',
        '&',
        '!',
        '\\',
        '<',
        '<br>',
        'https://x.org/z ',
        '(',
        '\n',
        '\n\n',
        'long words '.repeat(20),
      ],
    )
    fc.assert(
      // Whether a backslash right behind an address belongs to it is up to whoever reads the printed text: none is counted.
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => expectOnlyGrows(pieces.join(''), /→\S+|\s|\\/g)),
      { numRuns: propertyRuns(300), endOnFailure: true },
    )
  })

  it('shows a table row by row, never a pipe', () => {
    const table = '| From | Mails |\n|:-----|------:|\n| Dana | 3 |\n| Bo & Co | **12** |\n\nEnd'
    const shown = Array.from(table, (_, end) => live(table.slice(0, end)))
    expect(shown.join('')).not.toContain('|')
    expect(new Set(shown).size).toBe(5)
  })
})
