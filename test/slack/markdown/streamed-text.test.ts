import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../../../src/slack/markdown/markdown.js'
import { holdsLink, settledText } from '../../../src/slack/markdown/streamed-text.js'
import { propertyRuns } from '../../support/property-runs.js'

describe('what of a growing text may be appended for good', () => {
  it.each([
    ['whole words', 'Three mails are un', 'Three mails are '],
    ['nothing of bold that is closed for now only', 'Read **the first**', 'Read '],
    ['bold that is closed', 'Read **this** now', 'Read **this** '],
    ['nothing of open code', 'Use `npm run', 'Use '],
    ['nothing of bold that is open over lines', 'Read **the\nfirst line', 'Read '],
    ['nothing behind a line break that may go on', 'a **b\n', 'a '],
    ['an underscore in a word', 'Set snake_case here', 'Set snake_case '],
    ['an escaped marker', 'Five \\* six seven', 'Five \\* six '],
    ['a finished block before an open one', 'Done.\n\n**open bold', 'Done.\n\n'],
    ['nothing of a fence that is open', 'Look:\n\n```\na b\nc d e', 'Look:\n\n'],
    ['a fence that is closed', 'Look:\n\n```\na\n```\n\nso it', 'Look:\n\n```\na\n```\n\nso '],
  ])('%s', (_, rendered, settled) => {
    expect(settledText(rendered, false)).toBe(settled)
  })

  it.each([
    ['the last word', 'Let me look.', 'Let me look.'],
    ['nothing that may have been closed for now only', 'Let me **look**', 'Let me '],
    ['nothing that is open', 'Let me **look.', 'Let me '],
  ])('while nothing more is written: %s', (_, rendered, settled) => {
    expect(settledText(rendered, true)).toBe(settled)
  })

  it('hardly ever has to be taken back while Markdown is written, piece by piece, and is never wrong', () => {
    const words = fc.constantFrom(
      'plain',
      '**bold**',
      '*em*',
      '_em_',
      '`code`',
      'snake_case',
      '2 * 3',
      '~~gone~~',
      '**very _very_ bold**',
      '<!channel>',
      'a&b',
      '\\*',
      '[1]',
      'größe',
      '你好',
      '👍',
    )
    const line = fc.array(words, { minLength: 1, maxLength: 8 }).map((all) => all.join(' '))
    const block = fc.oneof(
      line,
      line.map((text) => `## ${text}`),
      fc.array(line, { minLength: 1, maxLength: 4 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
      fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => `\`\`\`\n${items.join('\n')}\n\`\`\``),
      fc.array(line, { minLength: 1, maxLength: 3 }).map((items) => items.map((item) => `> ${item}`).join('\n')),
      fc.constant('| a | b |\n| --- | --- |\n| 1 | two |\n| three hundred | 4 |'),
    )
    const text = fc.array(block, { minLength: 1, maxLength: 5 }).map((blocks) => blocks.join('\n\n'))
    let takenBack = 0
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 }),
        (markdown, sizes) => {
          let appended = ''
          for (let at = 0, turn = 0; at < markdown.length; turn += 1) {
            at += sizes[turn % sizes.length] ?? 1
            const current = renderMarkdown(markdown.slice(0, at), 'live')
            // Where a rendering takes something back, the message is edited from then on; what was appended never grows wrong.
            if (!current.startsWith(appended)) {
              takenBack += 1
              return
            }
            const settled = settledText(current, false)
            if (settled.length > appended.length) {
              expect(settled.startsWith(appended)).toBe(true)
              appended = settled
            }
          }
          expect(renderMarkdown(markdown, 'final').startsWith(appended.trimEnd())).toBe(true)
        },
      ),
      { numRuns: propertyRuns(300) },
    )
    // Rare, or nothing would stream for long.
    expect(takenBack).toBeLessThan(30)
  })
})

it.each([
  ['see [the offer](https://x.example)', true],
  ['https://x.example', true],
  ['write to mailto:anna@x.example', true],
  ['www.x.example', true],
  ['nothing to follow [1] (here)', false],
])('a link in "%s": %s', (text, holds) => {
  expect(holdsLink(text)).toBe(holds)
})
