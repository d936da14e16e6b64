import fc from 'fast-check'
import { describe, expect, it, test, vi } from 'vitest'
import { renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { PAGE_LIMIT, Pager, pages } from '../../../src/slack/markdown/pages.js'
import { BlockReader } from '../../../src/slack/markdown/reading/block-reader.js'
import { propertyRuns } from '../../support/property-runs.js'
import { documents, lettered, seen, wild } from './samples.js'

const LIMIT = 1000

function of(length: number, text: string): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length)
}

/** The letters of a text, without those of entities. */
function letters(text: string): string {
  return (text.replace(/&(?:amp|lt);/g, '').match(/[\p{L}🎉]/gu) ?? []).join('')
}

describe('a reply longer than a message', () => {
  it('is one page while it fits, and none while there is nothing', () => {
    expect(pages('Hello', { final: true })).toEqual(['Hello'])
    expect(pages(' \n', { final: true })).toEqual([])
    expect(pages('**', { final: false })).toEqual([])
  })

  it('goes on before a paragraph', () => {
    const paragraph = `${of(300, 'Some words in a sentence. ').trim()}`
    const text = Array.from({ length: 6 }, (_, index) => `${index} ${paragraph}`)
    expect(pages(text.join('\n\n'), { final: true, limit: LIMIT })).toEqual([
      text.slice(0, 2).join('\n\n'),
      text.slice(2, 4).join('\n\n'),
      text.slice(4, 6).join('\n\n'),
    ])
  })

  it('goes on before a list item, whose number goes on', () => {
    const items = Array.from({ length: 40 }, (_, index) => `${index + 1}. ${of(40, 'word ').trim()}\n   - below it`)
    const [first = '', second = ''] = pages(items.join('\n'), { final: true, limit: LIMIT })
    const last = Number(/.*\n(\d+)\. /s.exec(first)?.[1])
    expect(first.endsWith('below it')).toBe(true)
    expect(second.startsWith(`${last + 1}. word`)).toBe(true)
  })

  it('keeps a heading with what it is above of', () => {
    const text = `${of(700, 'Some words. ')}\n\n# Heading\n\n${of(700, 'Other words. ')}`
    expect(pages(text, { final: true, limit: LIMIT })[1]?.startsWith('# Heading\n\nOther')).toBe(true)
  })

  it('closes code and opens it again, with its language', () => {
    const lines = Array.from({ length: 90 }, (_, index) => `const line${index} = "<${index}>"`)
    const all = pages(`Look:\n\n\`\`\`ts\n${lines.join('\n')}\n\`\`\``, { final: true, limit: LIMIT })
    expect(all.length).toBeGreaterThan(2)
    for (const page of all.slice(1)) expect(page).toMatch(/^```ts\n[^`]*\n```$/)
    expect(all.join('\n').match(/line\d+/g)).toEqual(lines.map((_, index) => `line${index}`))
  })

  it('shows whole blocks only, if asked to, and ends where it is told', () => {
    const pager = new Pager()
    const shown = (text: string) => pager.update(text, 'whole blocks')
    expect(shown('One line, and it is not')).toEqual([])
    expect(shown('One line.\n\nAnother')).toEqual(['One line.'])
    expect(shown('One line.\n\nAnother.\n\n- first\n- sec')).toEqual(['One line.\n\nAnother.\n\n- first'])
    expect(pager.endPage('One line.\n\nAnother.')).toBe(false)
    expect(pager.endPage('One line.')).toBe(true)
    expect(shown('One line.\n\nAnother.\n\n- first\n- second\n\n## Head\n\nBelow it.\n\nM')).toEqual([
      'One line.',
      'Another.\n\n- first\n- second\n\n## Head\n\nBelow it.',
    ])
    expect(shown('Two lines.\n\nAnother.\n\nThird')).toEqual(['Two lines.\n\nAnother.'])
  })

  it('repeats the header of a table', () => {
    const rows = Array.from({ length: 60 }, (_, index) => `| person ${index} | ${index} |`)
    const all = pages(['| Name | Mails |', '|---|---|', ...rows].join('\n'), { final: true, limit: LIMIT })
    expect(all.length).toBeGreaterThan(2)
    for (const page of all) expect(page).toMatch(/^```\nName +Mails\n─+ {2}─+\nperson [^`]*\n```$/)
    expect(all.join('\n').match(/person \d+/g)).toEqual(rows.map((_, index) => `person ${index}`))
  })

  it('takes a list item up again that did not fit', () => {
    const text = `- first\n- second\n\n  ${of(1500, 'Long words in it. ')}\n  - below\n- third`
    const all = pages(text, { final: true, limit: LIMIT })
    expect(all[1]).toMatch(/^- … Long words.*\n {4}- below\n- third$/s)
  })

  test.each([
    ['**', '**'],
    ['__', '**'],
    ['*', '_'],
    ['_', '_'],
    ['~~', '~~'],
    ['`', '`'],
  ])('closes %s at the end of a page and opens it again', (mark, written) => {
    const all = pages(`${mark}${of(950, 'some words ')}end${mark} plain`, { final: true, limit: LIMIT })
    expect(all).toHaveLength(2)
    expect(all[0]).toBe(`${written}${all[0]?.replace(/[*_~`]/g, '')}${written}`)
    expect(all[1]).toBe(`${written}${all[1]?.replace(/[*_~`]| plain$/g, '')}${written} plain`)
  })

  it('forgets a marker that nothing ever closes', () => {
    const all = pages(`**${of(1500, 'some words ')}end`, { final: true, limit: LIMIT })
    expect(all.map((page) => page.includes('*'))).toEqual([true, false])
  })

  it('breaks no link, no code and no character if it can help it', () => {
    for (const piece of [
      '[a label](https://example.com/path) ',
      '[a label of quite a lot of words that goes on and on](https://x.org) ',
      '`some code` ',
      '👩‍👩‍👧‍👦',
      '🇩🇪',
      'https://example.com/a ',
      'e\u0301',
    ]) {
      const whole = renderMarkdown(piece, 'final').trim()
      for (let shift = 0; shift < piece.length; shift += 1) {
        const lead = of(shift, '.').padEnd(shift + 1)
        const all = pages(`${lead}${piece.repeat(100)}`, { final: true, limit: LIMIT })
        for (const page of all) expect(page.replaceAll(whole, '').replace(/^\.+/, '').trim()).toBe('')
      }
    }
  })

  test.each([
    ['emoji', `a${'🎉'.repeat(448)}\r\nword`],
    ['a word and emoji', `word ${'🎉@channel'.repeat(89)}🎉\r\nword`],
    ['emoji in a quote', `> ${'🎉'.repeat(444)}\r\nword`],
    ['emoji in an item', `- ${'🎉@channel'.repeat(176)}🎉\r\nword`],
  ])('breaks no character where a page is full at a carriage return: %s', (_, text) => {
    const together = pages(text, { final: true, limit: LIMIT }).join('')
    expect(letters(together)).toBe(letters(text))
    expect(together).not.toContain('\uFFFD')
  })

  it('refuses a limit that leaves no room for anything', () => {
    expect(() => new Pager(100)).toThrow(RangeError)
  })
})

describe('whatever the text', () => {
  it('no page is longer than the limit', () => {
    fc.assert(
      fc.property(wild, fc.boolean(), fc.integer({ min: LIMIT, max: 1300 }), (markdown, final, limit) => {
        for (const page of pages(markdown, { final, limit })) expect(page.length).toBeLessThanOrEqual(limit)
      }),
      { numRuns: propertyRuns(200), endOnFailure: true },
    )
  })

  test.each([
    ['links that lie', '[ab.cd](https://an-evil-host.example.org) '],
    ['labels of emphasis in Japanese', '日**」**日'],
    ['addresses with ampersands', 'https://a.b/?&&&&&&&&&& '],
    ['entities in text', '&&&&<<<<'],
    ['quotes in lists', '- > - > x\n'],
    ['code in lists', '- - - ```\n      x\n'],
    ['line breaks in lists', '- - - - a<br><br><br>\n'],
    ['many tables', 'a|b\n-|-\n1|2\n\n'],
    ['tables with long names', `|${'name '.repeat(8)}|b|\n|-|-|\n${'|1|2|\n'.repeat(9)}\n`],
    ['empty lines in code', `\`\`\`ts\n${'<!channel>'.repeat(57)}${'\n'.repeat(9_000)}`],
    ['empty lines in code of a list', `- \`\`\`ts\n  x${'\n'.repeat(9_000)}  y`],
    ['unclosed code in quotes', '> ```\n> x\n\n'],
    ['long numbers', `9999. a\n${'1. a\n'.repeat(99)}`],
  ])('%s: no page is longer than the limit', (_, piece) => {
    for (const limit of [LIMIT, 1500, PAGE_LIMIT]) {
      for (const page of pages(of(60_000, piece), { final: true, limit }))
        expect(page.length).toBeLessThanOrEqual(limit)
    }
  })

  it('a page that is full never changes, live or final, and paging step by step comes to the same', () => {
    fc.assert(
      fc.property(wild, fc.boolean(), fc.array(fc.nat(), { minLength: 3, maxLength: 6 }), (markdown, final, cuts) => {
        const whole = pages(markdown, { final: true, limit: LIMIT })
        const pager = new Pager(LIMIT)
        for (const cut of cuts.map((each) => each % (markdown.length + 1)).sort((a, b) => a - b)) {
          const text = markdown.slice(0, cut)
          const now = pages(text, { final, limit: LIMIT })
          expect(now.slice(0, -1)).toEqual(whole.slice(0, Math.max(0, now.length - 1)))
          expect(pager.update(text, final ? 'final' : 'live')).toEqual(now)
        }
      }),
      { numRuns: propertyRuns(120), endOnFailure: true },
    )
  })

  it('no letter is lost, repeated or moved', () => {
    fc.assert(
      fc.property(lettered, (markdown) => {
        expect(letters(pages(markdown, { final: true, limit: LIMIT }).join(''))).toBe(letters(markdown))
      }),
      { numRuns: propertyRuns(150), endOnFailure: true },
    )
  })

  it('that ends where whole blocks do: no letter is lost, repeated or moved, and what stands there never changes', () => {
    fc.assert(
      fc.property(lettered, fc.array(fc.nat(), { minLength: 2, maxLength: 8 }), (markdown, cuts) => {
        const pager = new Pager(LIMIT)
        let ended: string[] = []
        for (const cut of cuts.map((each) => each % (markdown.length + 1)).sort((a, b) => a - b)) {
          const now = pager.update(markdown.slice(0, cut), 'whole blocks')
          expect(now.slice(0, ended.length)).toEqual(ended)
          expect(letters(markdown).startsWith(letters(now.join('')))).toBe(true)
          const last = now.at(-1)
          if (last !== undefined && now.length > ended.length && pager.endPage(last)) ended = now
        }
        const whole = pager.update(markdown, 'final')
        expect(whole.slice(0, ended.length)).toEqual(ended)
        expect(letters(whole.join(''))).toBe(letters(markdown))
      }),
      { numRuns: propertyRuns(300), endOnFailure: true },
    )
  })

  it('the pages together show what one page without a limit would', () => {
    fc.assert(
      fc.property(documents({ minLength: 15, maxLength: 40 }), (markdown) => {
        const paged = pages(markdown, { final: true, limit: LIMIT })
        expect(paged.map(seen).join('').replaceAll('…', '')).toBe(seen(renderMarkdown(markdown, 'final')))
      }),
      { numRuns: propertyRuns(40), endOnFailure: true },
    )
  })

  const LENGTH = 200_000
  test.each([
    ['one line', of(LENGTH, 'Hello world, this is text. ')],
    ['one word', of(LENGTH, 'abcdefghij')],
    ['emoji', of(LENGTH, '👨‍👩‍👧‍👦')],
    ['10,000 list items', Array.from({ length: 10_000 }, (_, index) => `1. item x${index}`).join('\n')],
    [
      'deep lists',
      Array.from({ length: 3000 }, (_, index) => `${' '.repeat(2 * (index % 300))}- x${index}`).join('\n'),
    ],
    ['deep quotes', of(LENGTH, '>')],
    ['code', `\`\`\`\n${of(LENGTH, 'const a = 1 < 2\n')}`],
    ['one line of code', `\`\`\`\n${of(LENGTH, 'x')}`],
    ['a table', `| a | b |\n|---|---|\n${of(LENGTH, '| x | y |\n')}`],
    ['one cell', `| a | b |\n|---|---|\n| ${of(LENGTH, 'x')}`],
    ['brackets', of(LENGTH, '[')],
    ['half links', of(LENGTH, '](')],
    ['asterisks', of(LENGTH, '*a ')],
    ['backticks', of(LENGTH, '`a``b```')],
    ['addresses', of(LENGTH, '<https://')],
    ['blanks', of(LENGTH, ' ')],
    ['empty lines', of(LENGTH, '\n')],
  ])('200,000 characters come through: %s', (_, markdown) => {
    const all = pages(markdown, { final: true })
    expect(Math.max(0, ...all.map((page) => page.length))).toBeLessThanOrEqual(PAGE_LIMIT)
    const words = (text: string): string => (text.match(/[a-z]/g) ?? []).join('')
    // Languages and headers are repeated, and entities are spelled with letters; none of them has an x.
    const count = (text: string): number => (text.match(/[xH👨]/gu) ?? []).length
    expect(count(all.join(''))).toBe(count(markdown))
    expect(words(all.join('')).length).toBeGreaterThanOrEqual(words(markdown).length)
  })
})

describe('a text that grows', () => {
  it('is read again only from its last page on', () => {
    const text = of(200_000, '## Heading\n\nSome **bold** text and [a link](https://example.com).\n\n- one\n- two\n\n')
    const pager = new Pager()
    const read = vi.spyOn(BlockReader.prototype, 'read')
    let frozen: string[] = []
    let most = 0
    for (let end = 500; end <= text.length; end += 500) {
      read.mockClear()
      const now = pager.update(text.slice(0, end), 'live')
      most = Math.max(most, read.mock.calls.length)
      expect(now.slice(0, frozen.length)).toEqual(frozen)
      frozen = now.slice(0, -1)
    }
    read.mockRestore()
    // To measure a page, to freeze it, to measure and to render the next: never more than a few pages' lines.
    const linesOfPage = text.split('\n').length / frozen.length
    expect(most).toBeLessThan(4 * linesOfPage)
    expect(frozen.length).toBeGreaterThan(15)
  })

  it('is paged anew from where it differs', () => {
    const paragraphs = Array.from({ length: 30 }, (_, index) => `${index} ${of(200, 'words ')}`)
    const pager = new Pager(LIMIT)
    const before = pager.update(paragraphs.join('\n\n'), 'live')
    paragraphs[20] = 'Something else'
    const text = paragraphs.join('\n\n')
    const after = pager.update(text, 'final')
    expect(after).toEqual(pages(text, { final: true, limit: LIMIT }))
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4))
    expect(pager.update('New', 'final')).toEqual(['New'])
  })
})
