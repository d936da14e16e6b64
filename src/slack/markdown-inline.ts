/**
 * The inside of a paragraph, heading or cell: Markdown in, Slack-safe Markdown out.
 *
 * A parser of its own because the text is usually not finished. A Markdown library reads `**half of` as two asterisks and
 * `[label](https://exa` as brackets; here `InlineEnd` says what the end of the input means. The rules are CommonMark's otherwise, plus `~~`, bare addresses, and
 * emphasis next to Chinese, Japanese and Korean text. What comes out is canonical: only markers that this file wrote, everything
 * else escaped, so that Slack's own parser, whatever its rules, finds the same structure.
 *
 * Linear in the length of the input: every look-ahead is bounded or precomputed.
 */
import { delimiter, flanked, resolveEmphasis } from './markdown-emphasis.js'
import { linkTarget, MAX_URL, shortHost, shownUrl } from './markdown-links.js'
import { type Inline, type InlineEnd, visible } from './markdown-nodes.js'
import { printInline } from './markdown-print.js'

/** A marker left open at a cut: `*`, `**`, `~~`, or a run of backticks. */
export type OpenMark = string

export interface InlineResult {
  text: string
  /** What the next page has to reopen, outermost first. Empty unless the end is `cut`. */
  open: readonly OpenMark[]
}

interface Bracket {
  at: number
  node: number
  image: boolean
  /** No links inside links: a bracket before a finished link can no longer become one. */
  active: boolean
}

/** A stretch of source that a page break should not split. */
export interface Atom {
  from: number
  to: number
}

interface Parsed {
  nodes: Inline[]
  open: OpenMark[]
  atoms: Atom[]
}

/** Labels longer than this are text in brackets. */
const MAX_LABEL = 2000
/** While text arrives, an unclosed `[` hides at most this much behind it; then it is shown as a bracket. */
const MAX_HELD_LABEL = 300
/** A backtick without its partner is the beginning of code for at most this long. */
const MAX_OPEN_CODE = 1000
const MAX_OPEN_TICKS = 8

const SPECIAL = /[\\`*_~[\]!<&\n]|(?<![\p{L}\p{N}])https?:\/\//giu
const BARE_URL = /https?:\/\/[^\s<>\u3000-\u303F\uFF00-\uFF0F\uFF1A-\uFF20\u2018-\u201F«»]*/iuy
const AUTOLINK = /<(https?:\/\/[^\s<>]{1,2000})>/iuy
const LINE_BREAK_TAG = /<br\s?\/?>/iuy
const FOOTNOTE = /\[\^([\p{L}\p{N}_-]{1,40})\]/uy
const ENTITY = /&(?:#(\d{1,7})|#[xX]([\dA-Fa-f]{1,6})|([A-Za-z]{2,8}));/uy
const HELD_ENTITY = /^&(?:#?[A-Za-z\d]{0,8})$/
const HELD_TAG = /^<(?:h(?:t(?:t(?:p(?:s?(?::(?:\/(?:\/[^\s<>]*)?)?)?)?)?)?)?|b(?:r(?:\s?\/?)?)?)?$/i
const HELD_SCHEME = /(?<![\p{L}\p{N}])h(?:t(?:t(?:p(?:s?(?::\/?)?)?)?)?)?$/iu
const TRAILING_PUNCTUATION = /[?!.,:;*_~'"\]}]$/
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/

/** The named characters that mail and models really write; any other name stays as it is. */
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
  copy: '©',
  reg: '®',
  trade: '™',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  bull: '•',
  middot: '·',
  euro: '€',
  pound: '£',
  yen: '¥',
  cent: '¢',
  sect: '§',
  deg: '°',
  times: '×',
  divide: '÷',
  plusmn: '±',
  larr: '←',
  rarr: '→',
  uarr: '↑',
  darr: '↓',
}

/** Renders one leaf of text. `resume` is what the page before left open in it. */
export function renderInline(source: string, end: InlineEnd, resume: readonly OpenMark[] = []): InlineResult {
  const { nodes, open } = parseInline(source, end, resume)
  return { text: printInline(nodes), open: end === 'cut' ? open : [] }
}

export interface PlainInline {
  text: string
  /** Something in it is lost in plain text: a link's target. */
  linked: boolean
}

/** The visible characters alone, unescaped: for places where no formatting is possible. */
export function plainInline(source: string): PlainInline {
  const { nodes } = parseInline(source, 'complete', [])
  return { text: visible(nodes), linked: nodes.some((node) => node.kind === 'link') }
}

export function parseInline(source: string, end: InlineEnd, resume: readonly OpenMark[]): Parsed {
  const nodes: Inline[] = []
  const atoms: Atom[] = []
  const brackets: Bracket[] = []
  const ticks = tickRuns(source)
  const openCode: OpenMark[] = []
  const length = source.length
  const live = end === 'live'
  let held = false
  let at = 0

  const text = (value: string): void => {
    if (value !== '') nodes.push({ kind: 'text', value })
  }

  for (const mark of resume) {
    if (mark.startsWith('`')) {
      const close = ticks.closing(mark.length, 0)
      if (close === undefined && end === 'complete') continue
      const until = close ?? length
      nodes.push({
        kind: 'code',
        value: codeValue(source.slice(0, until), live && close === undefined),
        ticks: mark.length,
      })
      at = close === undefined ? length : close + mark.length
      if (close === undefined) openCode.push(mark)
      atoms.push({ from: 0, to: at })
    } else {
      nodes.push(delimiter(mark.charAt(0), mark.length, true, false, true))
    }
  }

  while (at < length) {
    SPECIAL.lastIndex = at
    const found = SPECIAL.exec(source)
    const special = found?.index ?? length
    text(source.slice(at, special))
    at = special
    if (found === null) break
    const character = source.charAt(at)
    const rest = length - at
    if (character === '\\') {
      const next = source.charAt(at + 1)
      if (next === '\n') {
        nodes.push({ kind: 'break', hard: true })
        at += 2
      } else if (next !== '' && ASCII_PUNCTUATION.test(next)) {
        atoms.push({ from: at, to: at + 2 })
        text(next)
        at += 2
      } else {
        if (next !== '' || !live) text('\\')
        at += 1
      }
    } else if (character === '`') {
      const run = ticks.at(at)
      const close = ticks.closing(run, at + run)
      if (close !== undefined) {
        nodes.push({ kind: 'code', value: codeValue(source.slice(at + run, close), false), ticks: run })
        atoms.push({ from: at, to: close + run })
        at = close + run
      } else if (end !== 'complete' && run <= MAX_OPEN_TICKS && rest <= MAX_OPEN_CODE && (live || rest > run)) {
        const value = codeValue(source.slice(at + run), live)
        if (value.trim() !== '') {
          nodes.push({ kind: 'code', value, ticks: run })
          openCode.push('`'.repeat(run))
        } else if (!live) {
          text(source.slice(at))
        }
        atoms.push({ from: at, to: length })
        at = length
      } else {
        text('`'.repeat(run))
        at += run
      }
    } else if (character === '*' || character === '_' || character === '~') {
      const run = runLength(source, at, character)
      if (live && at + run === length) break
      if (character === '~' && run !== 2) text('~'.repeat(run))
      else nodes.push(flanked(source, at, run, character))
      if (run > 1) atoms.push({ from: at, to: at + run })
      at += run
    } else if (character === '!' && source.charAt(at + 1) === '[') {
      brackets.push({ at, node: nodes.length, image: true, active: true })
      text('![')
      at += 2
    } else if (character === '!') {
      if (!live || rest > 1) text('!')
      at += 1
    } else if (character === '[') {
      FOOTNOTE.lastIndex = at
      const footnote = FOOTNOTE.exec(source)
      if (footnote === null) {
        brackets.push({ at, node: nodes.length, image: false, active: true })
        text('[')
        at += 1
      } else {
        text(`[${footnote[1]}]`)
        atoms.push({ from: at, to: at + footnote[0].length })
        at += footnote[0].length
      }
    } else if (character === ']') {
      const bracket = brackets.pop()
      const short = bracket?.active === true && at - bracket.at <= MAX_LABEL
      if (bracket === undefined || !short) {
        text(']')
        at += 1
      } else if (live && rest === 1) {
        nodes.length = bracket.node
        held = true
        at = length
      } else {
        const tail = source.charAt(at + 1) === '(' ? linkTail(source, at + 2) : undefined
        if (tail === 'unfinished' && live) {
          nodes.length = bracket.node
          held = true
          at = length
        } else if (tail === undefined || tail === 'unfinished') {
          if (tail === 'unfinished') atoms.push({ from: bracket.at, to: length })
          text(']')
          at += 1
        } else {
          const inner = nodes.splice(bracket.node)
          inner.shift()
          nodes.push(...link(tail.raw, inner, bracket.image))
          atoms.push({ from: bracket.at, to: tail.after })
          at = tail.after
          if (!bracket.image) for (const earlier of brackets) if (!earlier.image) earlier.active = false
          if (!bracket.image && brackets.length > 0)
            brackets.splice(0, brackets.length, ...brackets.filter((each) => each.active))
        }
      }
    } else if (character === '<') {
      AUTOLINK.lastIndex = at
      LINE_BREAK_TAG.lastIndex = at
      const auto = AUTOLINK.exec(source)
      const tag = auto === null ? LINE_BREAK_TAG.exec(source) : null
      if (auto !== null) {
        nodes.push(bareLink(auto[1] ?? '') ?? { kind: 'text', value: auto[0] })
        atoms.push({ from: at, to: at + auto[0].length })
        at += auto[0].length
      } else if (tag !== null) {
        nodes.push({ kind: 'break', hard: true })
        atoms.push({ from: at, to: at + tag[0].length })
        at += tag[0].length
      } else {
        const undecided = end !== 'complete' && rest <= MAX_URL && HELD_TAG.test(source.slice(at))
        if (undecided && live) break
        if (undecided) atoms.push({ from: at, to: length })
        text('<')
        at += 1
      }
    } else if (character === '&') {
      ENTITY.lastIndex = at
      const entity = ENTITY.exec(source)
      const decoded = entity === null ? undefined : decode(entity)
      if (entity !== null && decoded !== undefined) {
        text(decoded)
        atoms.push({ from: at, to: at + entity[0].length })
        at += entity[0].length
      } else {
        const undecided = end !== 'complete' && rest <= 10 && HELD_ENTITY.test(source.slice(at))
        if (undecided && live) break
        if (undecided) atoms.push({ from: at, to: length })
        text('&')
        at += 1
      }
    } else if (character === '\n') {
      const last = nodes.at(-1)
      let hard = false
      if (last?.kind === 'text') {
        hard = last.value.endsWith('  ')
        last.value = last.value.trimEnd()
      }
      nodes.push({ kind: 'break', hard })
      at += 1
      while (source.charAt(at) === ' ') at += 1
    } else {
      at = readBareUrl(source, at, end, brackets.length > 0, nodes, atoms)
    }
  }

  const unclosed = brackets.find((bracket) => bracket.active && length - bracket.at <= MAX_LABEL)
  if (unclosed !== undefined) atoms.push({ from: unclosed.at, to: length })
  const scheme = HELD_SCHEME.exec(source.slice(-8))
  if (scheme !== null) atoms.push({ from: length - scheme[0].length, to: length })
  if (live && !held) holdOpenBracket(nodes, brackets, length)
  if (live) holdScheme(nodes)
  const open = resolveEmphasis(nodes, end)
  return { nodes, open: [...open, ...openCode], atoms }
}

function readBareUrl(
  source: string,
  at: number,
  end: InlineEnd,
  bracketed: boolean,
  nodes: Inline[],
  atoms: Atom[],
): number {
  BARE_URL.lastIndex = at
  let url = BARE_URL.exec(source)?.[0] ?? source.charAt(at)
  // In a label it ends with the label.
  if (bracketed) url = url.replace(/^([^[\]]*(?:\[[^[\]]*\][^[\]]*)*)\].*$/u, '$1')
  const after = at + url.length
  if (end === 'live' && after === source.length && url.length <= MAX_URL) return source.length
  if ((end === 'cut' && after === source.length) || source.slice(at - 2, at) === '](' || url.length > MAX_URL) {
    nodes.push({ kind: 'text', value: url })
  } else {
    url = withoutTrailing(url)
    const bare = bareLink(url)
    nodes.push(bare ?? { kind: 'text', value: url })
  }
  atoms.push({ from: at, to: at + url.length })
  return at + url.length
}

/** Punctuation after an address belongs to the sentence, and so does a closing parenthesis that it does not open itself. */
function withoutTrailing(address: string): string {
  let url = address
  let surplus = 0
  for (const character of url) surplus += character === ')' ? 1 : character === '(' ? -1 : 0
  for (;;) {
    if (url.endsWith(')') && surplus > 0) surplus -= 1
    else if (!TRAILING_PUNCTUATION.test(url) || /:\/\/$/.test(url)) return url
    url = url.slice(0, -1)
  }
}

/** A bare address as a link. Undefined where showing it as a link would deceive, or where it is none. */
function bareLink(url: string): Inline | undefined {
  const target = linkTarget(url)
  if (target === undefined || target.deceptive) return undefined
  return { kind: 'link', target, label: [{ kind: 'text', value: shownUrl(url) }], image: false }
}

/** A link with a label, or the label and the target as text where the target may not be a link. */
function link(raw: string, label: Inline[], image: boolean): Inline[] {
  const target = linkTarget(raw)
  if (target === undefined) {
    const shown: Inline[] = raw === '' ? [] : [{ kind: 'text', value: ` (${raw})` }]
    return [...label, ...shown]
  }
  resolveEmphasis(label, 'complete')
  const inside = label.flatMap((node): Inline[] => (node.kind === 'link' ? node.label : [node]))
  const named =
    visible(inside).trim() === '' ? [{ kind: 'text' as const, value: shortHost(target.destination) }] : inside
  return [{ kind: 'link', target, label: named, image }]
}

/** Reads `target "title")` from `from`. `unfinished`: the input ends before it is decided. */
function linkTail(source: string, from: number): { raw: string; after: number } | 'unfinished' | undefined {
  const limit = Math.min(source.length, from + MAX_URL + 200)
  const unfinished = limit === source.length ? 'unfinished' : undefined
  let at = skipBlanks(source, from, limit)
  let raw = ''
  if (source.charAt(at) === '<') {
    const close = source.slice(at, limit).search(/[>\s]/)
    if (close < 0) return unfinished
    if (source.charAt(at + close) !== '>') return undefined
    raw = source.slice(at + 1, at + close)
    at += close + 1
  } else {
    let depth = 0
    for (; at < limit; at += 1) {
      const character = source.charAt(at)
      if (character === '\\' && ASCII_PUNCTUATION.test(source.charAt(at + 1))) {
        at += 1
        raw += source.charAt(at)
        continue
      }
      if (character === '<' || /\s/.test(character)) break
      if (character === '(') depth += 1
      if (character === ')' && depth === 0) break
      if (character === ')') depth -= 1
      raw += character
    }
    if (depth > 0) return at >= limit ? unfinished : undefined
  }
  raw = decodeEntities(raw)
  at = skipBlanks(source, at, limit)
  const quote = source.charAt(at)
  if (quote === '"' || quote === "'") {
    const close = source.slice(at + 1, limit).indexOf(quote)
    if (close < 0) return unfinished
    at = skipBlanks(source, at + close + 2, limit)
  }
  if (at >= limit) return unfinished
  return source.charAt(at) === ')' ? { raw, after: at + 1 } : undefined
}

function skipBlanks(source: string, from: number, limit: number): number {
  let at = from
  while (at < limit && /\s/.test(source.charAt(at))) at += 1
  return at
}

function decode(entity: RegExpExecArray): string | undefined {
  const [, decimal, hex, name] = entity
  if (name !== undefined) return NAMED[name]
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)
  const valid = code > 0x1f && code !== 0x7f && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return valid ? String.fromCodePoint(code) : '\uFFFD'
}

function decodeEntities(text: string): string {
  return text.replace(new RegExp(ENTITY.source, 'gu'), (whole) => {
    ENTITY.lastIndex = 0
    const entity = ENTITY.exec(whole)
    return (entity === null ? undefined : decode(entity)) ?? whole
  })
}

/** Code keeps its characters; only line ends become blanks. While it arrives, backticks at its end may belong to the closing run. */
function codeValue(source: string, arriving: boolean): string {
  const value = source.replace(/\s*\n\s*/g, ' ')
  if (arriving) return value.replace(/`+$/, '').trimEnd()
  return /^ .* $/.test(value) && value.trim() !== '' ? value.slice(1, -1) : value
}

function runLength(source: string, at: number, character: string): number {
  let run = 1
  while (source.charAt(at + run) === character) run += 1
  return run
}

/** All runs of backticks at once, so that finding a partner never scans the text again. */
function tickRuns(source: string): {
  at: (index: number) => number
  closing: (run: number, from: number) => number | undefined
} {
  const byStart = new Map<number, number>()
  const byLength = new Map<number, number[]>()
  for (const match of source.matchAll(/`+/g)) {
    byStart.set(match.index, match[0].length)
    const starts = byLength.get(match[0].length)
    if (starts === undefined) byLength.set(match[0].length, [match.index])
    else starts.push(match.index)
  }
  const cursor = new Map<number, number>()
  return {
    // A run may be entered in its middle, after an escaped backtick.
    at: (index) => byStart.get(index) ?? runLength(source, index, '`'),
    closing: (run, from) => {
      const starts = byLength.get(run) ?? []
      let next = cursor.get(run) ?? 0
      while (next < starts.length && (starts[next] ?? 0) < from) next += 1
      cursor.set(run, next)
      return starts[next]
    },
  }
}

function holdOpenBracket(nodes: Inline[], brackets: readonly Bracket[], length: number): void {
  const first = brackets.find((bracket) => bracket.active && length - bracket.at <= MAX_HELD_LABEL)
  if (first !== undefined) nodes.length = Math.min(nodes.length, first.node)
}

/** `ht` at the very end may be the beginning of an address. */
function holdScheme(nodes: Inline[]): void {
  const last = nodes.at(-1)
  if (last?.kind === 'text') last.value = last.value.replace(HELD_SCHEME, '')
}
