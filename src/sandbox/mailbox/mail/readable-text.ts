/**
 * Turns an HTML mail body into text that reads well, for mail that has no text part of its own (newsletters, receipts).
 * It keeps what a reader sees (paragraphs, lists, table rows, link targets) and leaves out what is only there to be drawn.
 */
import { compile, type DomNode, type FormatCallback } from 'html-to-text'

/** Beyond these the rest is left out: the parser's time grows with the square of the tags that stand open. */
const LONGEST = 500_000
const MOST_TAGS = 15_000
/** Deeper nesting exhausts the stack; newsletters stay below a hundred. */
const DEEPEST = 400
const LEFT_OUT = '[The rest of this email is too long to show.]'
const TOO_DEEP = '[…]'

/** Stands behind a table cell until its line is whole; no character that text is made of. */
const CELL = '\u{10FFFD}'
/** What newsletters fill their preview with; a joiner between emoji belongs to them. */
const INVISIBLE =
  /\u034f|[\u00ad\u200b\u200c\u2060\ufeff]|(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d/gu

/** Readable text of an HTML body: paragraphs apart by one empty line, no trailing spaces. */
export function readableText(html: string): string {
  const source = shortened(html)
  const text = tidy(convert(source))
  return source.length === html.length ? text : `${text}\n\n${LEFT_OUT}`.trim()
}

function shortened(html: string): string {
  let tag = -1
  for (let count = 0; count < MOST_TAGS; count += 1) {
    tag = html.indexOf('<', tag + 1)
    if (tag === -1) return html.slice(0, LONGEST)
  }
  return html.slice(0, Math.min(tag, LONGEST))
}

function tidy(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replaceAll('\u00a0', ' ')
    .split('\n')
    .flatMap(cellsApart)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd()
}

/** A line without trailing spaces, the cells in it apart by two; none where it holds empty cells alone. */
function cellsApart(line: string): string[] {
  if (!line.includes(CELL)) return [line.trimEnd()]
  const cells = line.split(CELL).map((cell) => cell.trim())
  const filled = cells.filter((cell) => cell !== '')
  return filled.length === 0 ? [] : [filled.join('  ')]
}

function attribute(element: DomNode, name: string): string {
  const value: unknown = element.attribs?.[name]
  return typeof value === 'string' ? value.trim() : ''
}

const cell: FormatCallback = (element, walk, builder) => {
  walk(element.children, builder)
  builder.addInline(CELL)
}

/** The words, and behind them where they lead, unless they say exactly that. Pages only: nobody opens `mailto:` or `cid:` from text. */
const link: FormatCallback = (element, walk, builder) => {
  const target = attribute(element, 'href')
  let words = ''
  builder.pushWordTransform((word) => {
    words += word
    return word
  })
  walk(element.children, builder)
  builder.popWordTransform()
  if (/^https?:/i.test(target) && words !== '' && words !== target)
    builder.addInline(` (${target})`, { noWordTransform: true })
}

const image: FormatCallback = (element, _walk, builder) => builder.addInline(attribute(element, 'alt'))

/** How mail hides what only the list of mails shows, written with and without spaces. */
const HIDDEN = ['display:none', 'visibility:hidden', 'mso-hide:all'].flatMap((style) =>
  [':', ': ', ' : '].map((colon) => `[style*="${style.replace(':', colon)}" i]`),
)

const convert = compile({
  wordwrap: false,
  whitespaceCharacters: ' \t\r\n\f',
  limits: { maxDepth: DEEPEST, ellipsis: TOO_DEEP, maxInputLength: LONGEST },
  // No element: the whole document, since mail programs show what stands outside of the body, too.
  baseElements: { selectors: ['no-such-element'], returnDomByDefault: true },
  formatters: { cell, link, image },
  selectors: [
    ...['[hidden]', ...HIDDEN, 'head', 'style', 'script', 'title', 'template', 'svg'].map((selector) => ({
      selector,
      format: 'skip',
    })),
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'dl'].map((selector) => ({
      selector,
      format: 'block',
      options: { leadingLineBreaks: 2, trailingLineBreaks: 2 },
    })),
    ...['html', 'body', 'tr', 'caption', 'dt', 'dd', 'address', 'center', 'figure', 'figcaption', 'fieldset'].map(
      (selector) => ({
        selector,
        format: 'block',
        options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
      }),
    ),
    ...['td', 'th'].map((selector) => ({ selector, format: 'cell' })),
    { selector: 'ul', options: { itemPrefix: '- ' } },
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'image' },
    { selector: 'hr', format: 'block', options: { leadingLineBreaks: 2 } },
  ],
})
