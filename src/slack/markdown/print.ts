/** Writes read text as canonical Markdown for Slack: markers from here alone, everything else escaped. */

import { escapeControls } from './escape.js'
import {
  ASCII_PUNCTUATION,
  CJK,
  characterAt,
  characterBefore,
  isBlank,
  PUNCTUATION,
  WORD,
} from './reading/characters.js'
import { type LinkTarget, trueDestination } from './reading/links.js'
import { type Emphasis, type Inline, visible } from './reading/nodes.js'

/** No word holds as much as this invisible space, which marks the edge of emphasis where letters or signs stand too close. */
const ZERO_WIDTH = '\u200B'

/** One leaf of text, possibly of several lines. */
export function printInline(nodes: readonly Inline[]): string {
  return escapeLineStarts(print(pieces(nodes, false)))
}

type Piece =
  | { kind: 'start' | 'end'; mark: Emphasis }
  | { kind: 'text'; value: string; bracketed: boolean }
  | { kind: 'raw'; value: string }

function pieces(nodes: readonly Inline[], bracketed: boolean): Piece[] {
  const out: Piece[] = []
  const text = (value: string): void => {
    const last = out.at(-1)
    if (last?.kind === 'text') last.value += value
    else if (value !== '') out.push({ kind: 'text', value, bracketed })
  }
  for (const node of nodes) {
    if (node.kind === 'text') text(node.value)
    else if (node.kind === 'break') out.push({ kind: 'raw', value: bracketed ? ' ' : node.hard ? '  \n' : '\n' })
    else if (node.kind === 'code') out.push({ kind: 'raw', value: codeSpan(node.value, node.ticks) })
    else if (node.kind === 'link') out.push({ kind: 'raw', value: writtenLink(node) })
    else {
      for (const mark of node.ends) out.push({ kind: 'end', mark })
      text(node.character.repeat(node.remaining))
      for (const mark of node.starts) out.push({ kind: 'start', mark })
    }
  }
  return out
}

function codeSpan(value: string, length: number): string {
  const ticks = '`'.repeat(length)
  const pad = value.startsWith('`') || value.endsWith('`') || value.trim() === '' ? ' ' : ''
  return `${ticks}${pad}${escapeControls(value)}${pad}${ticks}`
}

function writtenLink(node: { target: LinkTarget; label: Inline[]; image: boolean }): string {
  const seen = visible(node.label)
  const correction = trueDestination(seen, node.target)
  const label: Inline[] =
    correction === undefined ? node.label : [...node.label, { kind: 'text', value: ` (${correction})` }]
  // Bidirectional overrides could turn the correction around.
  const written = print(pieces(label, true)).replace(/[\u202A-\u202E\u2066-\u2069]/g, '')
  return `[${node.image ? '🖼 ' : ''}${written}](${escapeControls(node.target.url)})`
}

function print(all: readonly Piece[]): string {
  const characters = emphasisCharacters(all)
  const depth: Record<Emphasis, number> = { '*': 0, '**': 0, '~~': 0 }
  const out: string[] = []
  const before = (): string => characterBefore(out.at(-1) ?? '', (out.at(-1) ?? '').length)
  const add = (text: string): void => {
    if (text !== '') out.push(text)
  }
  for (let index = 0; index < all.length; ) {
    const piece = all[index]
    if (piece === undefined) break
    if (piece.kind === 'text') {
      add(escapeText(piece.value, before(), firstOf(all[index + 1]), piece.bracketed))
      index += 1
      continue
    }
    if (piece.kind === 'raw') {
      const first = piece.value.charAt(0)
      if ((first === '[' && before() === '!') || (first === '`' && before() === '`')) add(ZERO_WIDTH)
      add(piece.value)
      index += 1
      continue
    }
    // Markers that touch are written as one run. Bold inside bold is just bold.
    const step = piece.kind === 'start' ? 1 : -1
    let run = ''
    for (let mark: Piece | undefined = piece; mark?.kind === piece.kind; mark = all[index]) {
      const was = depth[mark.mark]
      depth[mark.mark] += step
      if (was + depth[mark.mark] === 1) run += characters.get(index) ?? mark.mark
      index += 1
    }
    if (run === '') continue
    if (piece.kind === 'start') {
      const outside = before()
      const tight = CJK.test(outside) || /[*_~]/.test(outside)
      const blocked = PUNCTUATION.test(firstOf(all[index])) && !isBlank(outside) && !isPlainSign(outside)
      add(`${tight ? ZERO_WIDTH : ''}${run}${blocked ? ZERO_WIDTH : ''}`)
    } else {
      const blanks = takeBlanks(out)
      const outside = blanks === '' ? firstOf(all[index]) : ' '
      const blocked = PUNCTUATION.test(before()) && !isBlank(outside) && !isPlainSign(outside)
      add(`${blocked ? ZERO_WIDTH : ''}${run}${CJK.test(outside) ? ZERO_WIDTH : ''}`)
      add(blanks)
    }
  }
  return out.join('')
}

/** Takes the blanks at the end off: a closing marker after a blank would close nothing. */
function takeBlanks(out: string[]): string {
  let blanks = ''
  for (;;) {
    const last = out.pop()
    if (last === undefined) return blanks
    const kept = last.trimEnd()
    blanks = last.slice(kept.length) + blanks
    if (kept === '') continue
    out.push(kept)
    return blanks
  }
}

function isPlainSign(character: string): boolean {
  return PUNCTUATION.test(character) && !CJK.test(character)
}

/** The first character that a piece will show; markers count as signs. */
function firstOf(piece: Piece | undefined): string {
  if (piece === undefined) return ''
  return 'mark' in piece ? '*' : characterAt(piece.value, 0)
}

/**
 * Italic is written `_` where it stands free, as in `**very _very_ bold**`, so that it never forms one run with bold; between
 * letters `_` means nothing, there it is `*`. Keyed by the index of its two pieces.
 */
function emphasisCharacters(all: readonly Piece[]): Map<number, string> {
  const chosen = new Map<number, string>()
  const open: number[] = []
  for (const [index, piece] of all.entries()) {
    if (piece.kind === 'start' && piece.mark === '*') open.push(index)
    if (piece.kind !== 'end' || piece.mark !== '*') continue
    const start = open.pop()
    if (start === undefined) continue
    const free = !/[\p{L}\p{N}\p{M}_]$/u.test(edge(all, start, -1)) && !/^[\p{L}\p{N}\p{M}_]/u.test(edge(all, index, 1))
    chosen.set(start, free ? '_' : '*')
    chosen.set(index, free ? '_' : '*')
  }
  return chosen
}

/** The text next to a marker, past the other markers that touch it. */
function edge(all: readonly Piece[], from: number, step: 1 | -1): string {
  let at = from + step
  for (let seen = 0; seen < 8; seen += 1, at += step) {
    const piece = all[at]
    if (piece === undefined) return ''
    if (piece.kind === 'text' || piece.kind === 'raw')
      return step === 1 ? characterAt(piece.value, 0) : characterBefore(piece.value, piece.value.length)
  }
  return 'x'
}

/** Backslashes what could be read as a marker, and nothing that could not: `snake_case`, `2 * 3` and `~5` stay as they are. */
function escapeText(value: string, preceding: string, following: string, bracketed: boolean): string {
  return value.replace(/[\\`*_~[\]!<&]/g, (character, at: number) => {
    const before = at > 0 ? characterBefore(value, at) : preceding
    const after = at + 1 < value.length ? characterAt(value, at + 1) : following
    switch (character) {
      case '&':
        return '&amp;'
      case '<':
        return '&lt;'
      case '`':
        return '\\`'
      case '*':
        return isBlank(before) && isBlank(after) ? '*' : '\\*'
      case '_':
        return (WORD.test(before) && WORD.test(after)) || (isBlank(before) && isBlank(after)) ? '_' : '\\_'
      case '~':
        return after === '~' || before === '~' || !(isBlank(before) || WORD.test(after)) ? '\\~' : '~'
      case '[':
        return bracketed ? '\\[' : '['
      case ']':
        return bracketed || after === '(' || after === '[' || after === ':' ? '\\]' : ']'
      case '!':
        return after === '[' ? `!${ZERO_WIDTH}` : '!'
      default:
        return after === '' || ASCII_PUNCTUATION.test(after) || after === '\n' ? '\\\\' : '\\'
    }
  })
}

// A heading, list, quote, rule, underline or a table's ruler.
const BLOCK_START = /^(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|=+[ \t]*$|(?:_[ \t]*){3,}$|(?=[|: \t]*-)[-|:][-|: \t]*$)/gm
const NUMBER_START = /^(\d{1,9})([.)])(?=\s|$)/gm

/** Text that begins like another block, but is none, because the block parser said so. */
function escapeLineStarts(text: string): string {
  return text.replace(BLOCK_START, (start) => `\\${start}`).replace(NUMBER_START, '$1\\$2')
}
