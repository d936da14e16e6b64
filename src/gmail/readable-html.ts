/**
 * An HTML email as text, for a person who decides about it. It keeps every word, list, table and image text, and shows where each link leads. What a
 * mail program would hide is shown and marked as hidden. Pure, and linear in the length of the source.
 */

import { compile, type DomNode, type FormatCallback } from 'html-to-text'
import { UnsendableMail } from '../turns/outgoing-mail.js'

/** Deeper nesting exhausts the stack of whoever reads it. */
const DEEPEST = 300
/** Stands where the limits cut; no character that text is made of. */
const CUT = '\u{10FFFD}'
const LONGEST = 1_000_000
/** Tags of an HTML mail that is still read: the parser's time grows with the square of those that stand open. */
const MOST_TAGS = 30_000
/** Nodes of a link that are compared with its address: links in links would be read again at every level. */
const MOST_NODES = 50

const HIDDEN_STYLE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|(?:opacity|font-size|(?:max-)?(?:height|width))\s*:\s*0*(?:\.0+)?\s*(?:px|pt|em|rem|%)?\s*(?:;|!|$)|font-size\s*:\s*1(?:px|pt)|mso-hide\s*:\s*all)/i
/** Comments that one family of mail programs shows as text. */
const CONDITIONAL = /<!--\[if/i

export interface ReadableHtml {
  readonly text: string
  /** Parts of it are hidden from those who read it in a mail program. */
  readonly hidden: boolean
  /** It has parts that only some mail programs show. */
  readonly conditional: boolean
}

/** @throws UnsendableMail where it is too long or too deep to be shown whole */
export function readableHtml(source: string): ReadableHtml {
  if (source.length > LONGEST || source.split('<', MOST_TAGS).length >= MOST_TAGS)
    throw new UnsendableMail('The HTML of this email is too long to be shown.')
  const text = convert(asBrowsersRead(source))
  if (text.includes(CUT)) throw new UnsendableMail('The HTML of this email is nested too deeply to be shown.')
  return {
    text: text
      .replace(/[^\S\n]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    hidden: text.includes(HIDDEN),
    conditional: CONDITIONAL.test(source),
  }
}

/** Where the parser would leave out what browsers show: they end a comment at `--!>` too, and outside of SVG a CDATA section is no section. */
function asBrowsersRead(source: string): string {
  return source.replaceAll('--!>', '-->').replace(/<!\[CDATA\[/gi, '')
}

const HIDDEN = '[hidden: '

function attribute(element: DomNode, name: string): string {
  const value: unknown = element.attribs?.[name]
  return typeof value === 'string' ? value : ''
}

function isHidden(element: DomNode): boolean {
  const attributes: unknown = element.attribs
  if (typeof attributes !== 'object' || attributes === null) return false
  return 'hidden' in attributes || HIDDEN_STYLE.test(attribute(element, 'style'))
}

/** What stands inside, and around it whether anybody sees it. */
const inside: FormatCallback = (element, walk, builder) => {
  const hidden = isHidden(element)
  if (hidden) builder.addInline(HIDDEN)
  walk(element.children, builder)
  if (hidden) builder.addInline(']')
}

/** Programs that know no such element show what is in it. */
const hidden: FormatCallback = (element, walk, builder) => {
  builder.addInline(HIDDEN)
  walk(element.children, builder)
  builder.addInline(']')
}

function block(lineBreaks: number, prefix = ''): FormatCallback {
  return (element, walk, builder, options) => {
    builder.openBlock({ leadingLineBreaks: lineBreaks })
    if (prefix !== '') builder.addInline(prefix)
    inside(element, walk, builder, options)
    builder.closeBlock({ trailingLineBreaks: lineBreaks })
  }
}

/** The words, and behind them where they lead, unless they say exactly that. */
const link: FormatCallback = (element, walk, builder, options) => {
  const target = (attribute(element, 'href') || attribute(element, 'action')).replace(/\s+/g, ' ').trim()
  inside(element, walk, builder, options)
  if (target === '' || target.startsWith('#')) return
  const shown = textIn(element).trim()
  const bare = target.replace(/^mailto:/i, '')
  if (shown === target || shown === bare) return
  builder.addInline(` (${bare})`, { noWordTransform: true })
}

/** The words of a link; of one that holds more than an address could be, only the beginning. */
function textIn(element: DomNode): string {
  let text = ''
  const open: DomNode[] = [...(element.children ?? [])].slice(0, MOST_NODES).reverse()
  for (let node = open.pop(), seen = 0; node !== undefined && seen < MOST_NODES; node = open.pop(), seen += 1) {
    if (node.type === 'text') text += node.data ?? ''
    else open.push(...(node.children ?? []).slice(0, MOST_NODES).reverse())
  }
  return text
}

const image: FormatCallback = (element, _walk, builder) => {
  const words = attribute(element, 'alt').replace(/\s+/g, ' ').trim()
  const hidden = isHidden(element) || (attribute(element, 'width') === '1' && attribute(element, 'height') === '1')
  const shown = words === '' ? '[image]' : `[image: ${words}]`
  builder.addInline(hidden ? `[hidden: ${words === '' ? 'image' : words}]` : shown, { noWordTransform: true })
}

const field: FormatCallback = (element, walk, builder, options) => {
  const value = attribute(element, 'value') || attribute(element, 'placeholder')
  const hidden = attribute(element, 'type').toLowerCase() === 'hidden'
  if (value !== '') builder.addInline(hidden ? `${HIDDEN}${value}]` : value)
  inside(element, walk, builder, options)
}

const list: FormatCallback = (element, walk, builder, options) => {
  const numbered = element.name === 'ol'
  const start = Number.parseInt(attribute(element, 'start'), 10)
  let number = Number.isSafeInteger(start) ? start : 1
  builder.openBlock({ leadingLineBreaks: 1 })
  for (const child of element.children ?? []) {
    if (child.type === 'tag' && child.name === 'li') {
      block(1, numbered ? `${number}. ` : '• ')(child, walk, builder, options)
      number += 1
    } else walk([child], builder)
  }
  builder.closeBlock({ trailingLineBreaks: 1 })
}

const cell: FormatCallback = (element, walk, builder, options) => {
  inside(element, walk, builder, options)
  builder.addInline('  ')
}

const lineBreak: FormatCallback = (_element, _walk, builder) => builder.addLineBreak()
const rule: FormatCallback = (_element, _walk, builder) => {
  builder.openBlock({ leadingLineBreaks: 1 })
  builder.addInline('———')
  builder.closeBlock({ trailingLineBreaks: 1 })
}
const preformatted: FormatCallback = (element, walk, builder, options) => {
  builder.openBlock({ isPre: true, leadingLineBreaks: 1 })
  inside(element, walk, builder, options)
  builder.closeBlock({ trailingLineBreaks: 1 })
}
const nothing: FormatCallback = () => {}

const FORMATTERS = {
  inside,
  hidden,
  line: block(1),
  paragraph: block(2),
  quote: block(1, '> '),
  item: block(1, '• '),
  link,
  image,
  field,
  list,
  cell,
  lineBreak,
  rule,
  preformatted,
  nothing,
}

const ELEMENTS: Readonly<Record<keyof typeof FORMATTERS, string>> = {
  inside: '*',
  hidden: 'template',
  // Words in the head are in the body for browsers.
  nothing: 'style script title',
  paragraph: 'p h1 h2 h3 h4 h5 h6 table dl',
  line: 'div section article header footer main aside nav address center body html tr caption dt dd option fieldset legend details summary figure figcaption',
  quote: 'blockquote',
  item: 'li',
  link: 'a area form',
  image: 'img',
  field: 'input textarea',
  list: 'ul ol',
  cell: 'td th',
  lineBreak: 'br',
  rule: 'hr',
  preformatted: 'pre',
}

const convert = compile({
  wordwrap: false,
  limits: { ellipsis: CUT, maxDepth: DEEPEST, maxInputLength: LONGEST },
  // No element: the whole document, since mail programs show what stands outside of the body, too.
  baseElements: { selectors: ['no-such-element'], returnDomByDefault: true },
  formatters: FORMATTERS,
  selectors: Object.entries(ELEMENTS).flatMap(([format, names]) =>
    names.split(' ').map((selector) => ({ selector, format })),
  ),
})
