/** Markdown for the property tests: well-formed documents as a model writes them, and heaps of markers as nobody would. */
import fc from 'fast-check'
import { marked, type Token } from 'marked'

const word = fc.constantFrom(
  ...[
    'alpha',
    'beta',
    'the',
    'house',
    'http',
    '1.5',
    'don’t',
    'snake_case',
    'end.',
    'yes,',
    '(so)',
    'über',
    'привет',
    '日本語',
    '🎉',
    'x',
  ],
)
const words = fc.array(word, { minLength: 1, maxLength: 4 }).map((all) => all.join(' '))

const phrase = fc.oneof(
  words,
  words.map((text) => `**${text}**`),
  words.map((text) => `*${text}*`),
  words.map((text) => `_${text}_`),
  words.map((text) => `***${text}***`),
  words.map((text) => `~~${text}~~`),
  words.map((text) => `\`${text}\``),
  words.map((text) => `\`\`${text}\`\``),
  words.map((text) => `[${text}](https://example.com/a_b?x=1&y=2)`),
  words.map((text) => `[**${text}**](<https://example.com/q>)`),
  words.map((text) => `![${text}](https://example.com/i.png)`),
  fc.tuple(words, words, words).map(([a, b, c]) => `**${a} *${b}* ${c}**`),
  fc.constantFrom(
    'https://example.com/some/path_x',
    '<https://example.com/z>',
    'a &amp; b &lt; c',
    '**「太字」**です',
    'これは**`code`**です',
  ),
)
const line = fc.array(phrase, { minLength: 1, maxLength: 5 }).map((all) => all.join(' '))

const code = fc
  .array(
    fc.constantFrom('const a = 1', 'if (a < b) {', '', '  return x && y', '# comment', '- dash', '| pipe |', '**'),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((lines) => lines.join('\n'))
  .filter((text) => text.trim() !== '')

function indented(text: string, columns: number): string {
  return text.replace(/\n(?=[^\n])/g, `\n${' '.repeat(columns)}`)
}

const { list } = fc.letrec<{ list: string }>((tie) => ({
  list: fc
    .tuple(
      fc.boolean(),
      fc.array(
        fc.tuple(
          line,
          fc.option(tie('list'), { freq: 3, nil: undefined, maxDepth: 4 }),
          fc.constantFrom('', '[ ] ', '[x] '),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
    )
    .map(([ordered, items]) =>
      items
        .map(([text, nested, task], index) => {
          const marker = ordered ? `${index + 1}. ` : '- '
          const below = nested === undefined ? '' : `\n${' '.repeat(marker.length)}${indented(nested, marker.length)}`
          return marker + task + text + below
        })
        .join('\n'),
    ),
}))

const block = fc.oneof(
  line,
  fc.tuple(line, line).map((both) => both.join('\n')),
  fc.tuple(fc.integer({ min: 1, max: 4 }), words).map(([level, text]) => `${'#'.repeat(level)} ${text}`),
  words.map((text) => `${text}\n===`),
  list,
  line.map((text) => `> ${text}\n> ${text}`),
  list.map((text) => `> ${text.replaceAll('\n', '\n> ')}`),
  code.map((text) => `\`\`\`ts\n${text}\n\`\`\``),
  code.map((text) => `~~~\n${text}\n~~~`),
  fc.tuple(line, code).map(([text, lines]) => `1. ${text}\n\n   ${indented(`\`\`\`\n${lines}\n\`\`\``, 3)}`),
  fc.constant('---'),
)

/** A document as a model writes it; tables apart, since their text is arranged anew. */
export function documents(size: { minLength: number; maxLength: number }): fc.Arbitrary<string> {
  return fc.array(block, { ...size, size: 'max' }).map((blocks) => `${blocks.join('\n\n')}\n`)
}

const SCRAPS = [
  ...[
    '*',
    '**',
    '_',
    '`',
    '``',
    '```',
    '~~',
    '[',
    ']',
    '(',
    ')',
    '](',
    '](https://a.b/c)',
    '[ab.cd](',
    '!',
    '![',
    '\\',
    '<',
    '>',
    '&',
  ],
  ...[
    '&amp;',
    '&#42;',
    '&lt;!here&gt;',
    '<br>',
    '<!channel>',
    '<@U1>',
    '<https://a.b>',
    '<https://a.b|c>',
    'http://',
    'https://a.b/c_d',
  ],
  ...[
    'https://u@e.f/ ',
    'mailto:a@b.c',
    'h',
    'ht',
    '.',
    '|',
    '| a | b |\n|---|---|\n',
    '| c | d |\n',
    '[^1]',
    '@channel',
    'a',
    'word ',
  ],
  ...[
    'longer words here. ',
    '日本',
    '」',
    '🎉',
    '\0',
    '\ud83d',
    ' ',
    '    ',
    '\t',
    '\n',
    '\n\n',
    '\r\n',
    '\n- ',
    '\n  - ',
    '\n1. ',
    '- ',
  ],
  ...['\n# ', '\n> ', '> ', '\n---\n', '\n===\n', '\n- [ ] ', '\n```\n', '\n~~~\n'],
]

function heaps(scraps: readonly string[], most: number): fc.Arbitrary<string> {
  const scrap = fc.constantFrom(...scraps)
  const repeated = fc.tuple(scrap, fc.integer({ min: 2, max: 120 })).map(([text, times]) => text.repeat(times))
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: scrap }, { weight: 1, arbitrary: repeated }), {
      maxLength: most,
      size: 'max',
    })
    .map((all) => all.join(''))
}

/** Anything. */
export const wild = heaps(SCRAPS, 200)

/** Anything whose letters are all content: no entities, addresses, tags, table headers or languages of code, which are rewritten. */
export const lettered = heaps(
  SCRAPS.filter((scrap) => !/&|http|mailto|br|a\.b|ab\.|\||^`+$|^~+$/.test(scrap)),
  200,
)

/** What a reader sees, by another parser than ours; blanks and invisible characters removed. */
export function seen(markdown: string): string {
  return seenIn(marked.lexer(markdown))
    .replace(/&lt;/g, '<')
    .replace(/&amp;/g, '&')
    .replace(/[\s\u200B]/g, '')
}

function seenIn(tokens: readonly Token[]): string {
  let text = ''
  for (const token of tokens) {
    if (token.type === 'code' || token.type === 'codespan' || token.type === 'escape') text += token.text
    else if (token.type === 'list') for (const item of token.items) text += seenIn(item.tokens)
    else if (token.type === 'table') text += 'a table that should have been rewritten'
    else if (token.type === 'html') text += 'HTML that should have been text'
    else if (token.type === 'image') text += 'an image that should have been a link'
    else if ('tokens' in token && token.tokens !== undefined) text += seenIn(token.tokens)
    else if (token.type === 'text') text += token.text
  }
  return text
}
