/**
 * How long a stretch of Markdown can become when it is rendered, at most, added up character by character from what stands before
 * it alone. Pages are measured with this bound and not with the rendered text, because that may grow and shrink again as more
 * arrives (half a link becomes a whole one, a line a table), and a page that was full once must be full for ever.
 */
import { type BlockState, type Container, type Effect, ITEM_INDENT, type Leaf } from './reading/blocks.js'
import { TABLE_WIDTH } from './tables.js'

/** What closes a page that was cut: markers, backticks, a fence and its indentation. */
export const CLOSING_COST = 100

const CODE: Readonly<Record<string, number>> = { '&': 5, '<': 4, '`': 3 }
// Twice for a marker that may get an invisible space, once more for a backslash.
const TEXT: Readonly<Record<string, number>> = {
  '&': 5,
  '<': 4,
  '`': 3,
  '*': 3,
  _: 3,
  '~': 3,
  '|': 3,
  '[': 2,
  ']': 2,
  '\\': 2,
  '!': 2,
  '>': 2,
  '\t': 4,
}
const URL_ESCAPED = /[<>()[\]|"\\`^{}*_~]/
const LINE_START = /[\s>\-+*#=|:~_`\d]/

/** Brackets, and the scheme again. */
const BARE_URL_COST = 24
/** The true host, beside the label. */
const LINK_COST = 45
const LINE_START_COST = 6
const LINE_START_COST_KEPT = 1
/** A number that is written as text has a backslash. */
const NUMBER_COST = 1
/** An invisible paragraph and two empty lines, beside what indents them. */
const BETWEEN_LISTS_COST = 3
/** A cell as a line of a record, beside its label and text. */
const CELL_COST = 9
const ROW_COST = 48
/** Bold, and the end of the line. */
const RECORD_COST = 5
const TABLE_COST = 130
const LINE_BREAK_COST = 2

type Mode = 'text' | 'code' | 'url' | 'target'

export class MarkdownCost {
  total: number
  #mode: Mode = 'text'
  #lineStart = true
  /** What the beginning of the line was charged for everything that its rest may turn out to be. */
  #reserved = 0
  #width = 0
  /** Columns that the markers of items and quotes at the line's beginning will indent what follows by. */
  #marked = 0
  #inMarkers = false
  #depth = 0
  /** The last few characters of the line, and how many have come since `](`. */
  #tail = ''
  #targetLength = 0
  /** The address may need its true host beside it, and was charged for that. */
  #maskable = false

  /** Begins a page: what the state reopens there is counted. */
  constructor(state: BlockState) {
    const width = widthOf(state.path)
    this.total = state.path.length * (width + 12) + state.open.reduce((sum, mark) => sum + mark.length + 2, 0)
    if (state.leaf?.kind === 'fence') this.total += width + state.leaf.language.length + 12
    if (state.leaf?.kind === 'table') this.total += tableCost(state.leaf, width)
    this.#width = width
  }

  /** Charges for the worst that the line may be; `endLine` corrects it. */
  beginLine(state: BlockState): void {
    const { leaf, path } = state
    const code = leaf?.kind === 'fence' && path.length === 0
    this.#mode = code ? 'code' : 'text'
    this.#lineStart = !state.midLine && !code
    this.#width = widthOf(path)
    this.#tail = ''
    this.#marked = 0
    this.#inMarkers = false
    this.#reserved = code ? 1 : 3 + 2 * this.#width
    if (leaf?.kind === 'table') this.#reserved += rowCost(leaf, leaf.header, this.#width) + ROW_COST
    if (leaf?.kind === 'table' && !leaf.hasRows) this.#reserved += tableCost(leaf, this.#width)
    this.total += this.#reserved
  }

  /** The whole line is read now, and what it is will not change any more. */
  endLine(before: BlockState, effect: Effect, after: BlockState): void {
    let needed = 0
    if (effect === 'line' && before.leaf?.kind === 'table') {
      const record = rowCost(before.leaf, before.leaf.header, this.#width) + RECORD_COST
      const grid = TABLE_WIDTH + 1 + this.#width
      needed = Math.max(record, grid) + (before.leaf.hasRows ? 0 : tableCost(before.leaf, this.#width))
    } else if (effect !== 'blank') {
      needed = this.#lineCost(before, effect, after)
    }
    this.total -= Math.max(0, this.#reserved - needed)
    this.#reserved = 0
  }

  #lineCost(before: BlockState, effect: Effect, after: BlockState): number {
    const kept = after.path.filter((container, depth) => before.path[depth] === container)
    const begun = after.path.slice(kept.length)
    const width = widthOf(kept)
    const begins = effect === 'nested' || effect === 'item' || effect === 'block'
    let needed = 1 + width
    // An empty line before it; a quote's sign stands on that, too.
    if (begins) needed += 1 + (kept.some((container) => container.kind === 'quote') ? width : 0)
    for (const [index, container] of begun.entries()) {
      if (container.kind !== 'item') continue
      const earlier = before.path[kept.length + index]
      const isSameList = earlier?.kind === 'item' && earlier.list === container.list
      if (!isSameList) needed += BETWEEN_LISTS_COST + 2 * width
      if (container.number === undefined) continue
      needed += NUMBER_COST
      // A number that is text stands alone where something else than text is beside it.
      if (after.leaf?.kind !== 'paragraph' || index < begun.length - 1) needed += 2 + widthOf(after.path)
    }
    // Code also has to be closed, perhaps by nothing but the end of what encloses it, and its first line is padded.
    if (after.leaf?.kind === 'fence' || after.leaf?.kind === 'indented')
      if (begins) needed += widthOf(after.path) + 12 + 2 * begun.length + (after.leaf.kind === 'indented' ? 8 : 0)
    return needed + (this.#lineStart ? 0 : LINE_START_COST_KEPT)
  }

  add(character: string): void {
    if (this.#mode === 'code') {
      this.total += CODE[character] ?? 1
      return
    }
    if (this.#lineStart) {
      if (LINE_START.test(character)) {
        this.total += LINE_START_COST
        this.#reserved += LINE_START_COST
      }
      this.#inMarkers = true
      this.#marked = 0
      this.#lineStart = false
    }
    if (this.#inMarkers && /[>\-+*.)]/.test(character)) this.#marked += ITEM_INDENT
    else if (!/[\s\d]/.test(character)) this.#inMarkers = false
    if (this.#mode === 'url' && !this.#maskable && this.#mayMask(character)) {
      this.#maskable = true
      this.total += LINK_COST
    }
    this.total += this.#characterCost(character)
    this.#changeMode(character)
    this.#tail = (this.#tail + character).slice(-3)
  }

  #characterCost(character: string): number {
    const text = TEXT[character] ?? 1
    if (this.#mode === 'text') return text
    const target = character === '&' ? 5 : URL_ESCAPED.test(character) ? 3 : 1
    return this.#mode === 'url' ? text + target : Math.max(text, target)
  }

  /** A user name before the host, or letters of other alphabets in it, written as they are or in code. */
  #mayMask(character: string): boolean {
    return (
      character === '@' || character === '%' || character > '\x7F' || (character === '-' && this.#tail.endsWith('-'))
    )
  }

  #changeMode(character: string): void {
    if (/\s/.test(character)) {
      this.#mode = 'text'
    } else if (character === '/' && this.#tail.endsWith(':/')) {
      const isTarget = this.#mode === 'target' && (this.#targetLength === 6 || this.#targetLength === 7)
      if (!isTarget) {
        this.total += BARE_URL_COST
        this.#maskable = false
      }
      this.#mode = isTarget ? 'target' : 'url'
    } else if (character === '(' && this.#tail.endsWith(']')) {
      this.total += LINK_COST
      this.#mode = this.#mode === 'url' ? 'url' : 'target'
      this.#targetLength = 0
      this.#depth = 0
      return
    } else if (this.#mode === 'target') {
      if (character === '(') this.#depth += 1
      if (character === ')') this.#depth -= 1
      if (character === '<' || this.#depth < 0) this.#mode = 'text'
    } else if (character === 'r' && this.#tail.endsWith('<b')) {
      this.total += this.#width + this.#marked + LINE_BREAK_COST
    }
    this.#targetLength += 1
  }
}

/** A row as a record: each cell on a line of its own, with its label. */
function rowCost(table: Leaf & { kind: 'table' }, cells: readonly string[], width: number): number {
  return cells.length * (CELL_COST + width) + textCost(table.header.join(''))
}

function tableCost(table: Leaf & { kind: 'table' }, width: number): number {
  return TABLE_COST + 3 * width + textCost(table.header.join(''))
}

function textCost(text: string): number {
  let cost = 0
  for (const character of text) cost += TEXT[character] ?? character.length
  return cost
}

function widthOf(path: readonly Container[]): number {
  let width = 0
  for (const container of path) {
    const marker = container.kind === 'item' && container.number !== undefined ? `${container.number}\\. `.length : 0
    width += container.kind === 'quote' ? 2 : Math.max(ITEM_INDENT, marker)
  }
  return width
}
