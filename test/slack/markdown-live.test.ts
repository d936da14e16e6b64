import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { renderMarkdown } from '../../src/slack/markdown.js'
import { documents, seen } from './markdown-samples.js'

const live = (markdown: string): string => renderMarkdown(markdown, 'live')

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
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('shows a table row by row, never a pipe', () => {
    const table = '| From | Mails |\n|:-----|------:|\n| Dana | 3 |\n| Bo & Co | **12** |\n\nEnd'
    const shown = Array.from(table, (_, end) => live(table.slice(0, end)))
    expect(shown.join('')).not.toContain('|')
    expect(new Set(shown).size).toBe(5)
  })
})
