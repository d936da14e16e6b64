/**
 * Turns an HTML mail body into text that reads well, for mail that has no text part of its own (newsletters, receipts).
 * It keeps what a reader needs (paragraphs, lists, table rows, link targets) and drops what is only there to be drawn.
 */

const DROPPED = /<!--[\s\S]*?-->|<(head|style|script|title|template|svg)\b[\s\S]*?<\/\1\s*>/gi
const HIDDEN = /<(\w+)\b[^>]*style\s*=\s*["'][^"']*display\s*:\s*none[^"']*["'][^>]*>[\s\S]*?<\/\1\s*>/gi
const LINK = /<a\b[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))[^>]*>([\s\S]*?)<\/a\s*>/gi
const PREFORMATTED_NEWLINES = /[ \t\r\n]+/g
const PARAGRAPH = /<\/?(p|div|section|article|header|footer|table|ul|ol|dl|blockquote|pre|h[1-6]|form|hr)\b[^>]*>/gi
const LINE = /<br\b[^>]*>|<\/(tr|dt|dd)\s*>/gi
const LIST_ITEM = /<li\b[^>]*>/gi
const CELL_END = /<\/(td|th)\s*>/gi
const TAG = /<[^>]*>/g
const ENTITY = /&(#x[0-9a-f]+|#\d+|\w+);/gi

/** Names of U+00A0 to U+00FF in order, as HTML defines them. */
const LATIN_1 = (
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para ' +
  'middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute ' +
  'Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml ' +
  'Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml ' +
  'eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'
).split(' ')

const NAMED = new Map<string, string>([
  ...LATIN_1.map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['bull', '•'],
  ['hellip', '…'],
  ['euro', '€'],
  ['trade', '™'],
  ['rarr', '→'],
  ['larr', '←'],
  ['zwnj', ''],
  ['zwj', ''],
])

/** Readable text of an HTML body: paragraphs apart by one empty line, no trailing spaces. */
export function readableText(html: string): string {
  const structured = html
    .replace(DROPPED, ' ')
    .replace(HIDDEN, ' ')
    .replace(PREFORMATTED_NEWLINES, ' ')
    .replace(LINK, (_all, double: string | undefined, single: string | undefined, bare: string | undefined, inner) =>
      linkText(String(inner), double ?? single ?? bare ?? ''),
    )
    .replace(CELL_END, '  ')
    .replace(LINE, '\n')
    .replace(LIST_ITEM, '\n- ')
    .replace(PARAGRAPH, '\n\n')
    .replace(TAG, '')
  return tidy(decodeEntities(structured))
}

function linkText(inner: string, href: string): string {
  const text = inner.replace(TAG, '').trim()
  const target = decodeEntities(href).trim()
  if (!/^https?:/i.test(target)) return inner
  if (text === '') return ''
  return decodeEntities(text) === target ? inner : `${inner} (${href})`
}

function decodeEntities(text: string): string {
  return text.replace(ENTITY, (whole, name: string) => {
    if (!name.startsWith('#')) return NAMED.get(name) ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
  })
}

function tidy(text: string): string {
  return text
    .replace(/\u00ad|[\u200b-\u200d]|\u2060|\ufeff|\u034f/g, '')
    .replace(/\u00a0/g, ' ')
    .split('\n')
    .map((line) => line.replace(/ {3,}/g, '  ').trim())
    .join('\n')
    .replace(/^-\n+/gm, '- ')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}
