/**
 * Reads Markdown line by line into blocks: paragraphs, headings, lists, quotes, code, tables, rules. Between any two lines the
 * whole state is a small value, so a reply can be continued on another page from there, and only its tail has to be read again
 * when it has grown.
 *
 * The rules are CommonMark's and GitHub's tables, more lenient where models are careless (a nested list that is indented too
 * little or too much; a fence in a fence of the same length), and stricter where leniency would surprise (an underline below several
 * lines is a rule; a quote ends with its marked lines, as in mail; numbers are those that were written).
 */
import type { OpenMark } from './nodes.js'
import { type Alignment, MAX_COLUMNS, tableCells, tableRuler } from './tables.js'

export interface Quote {
  readonly kind: 'quote'
}

/** What the items of one list have in common: the same object means the same list. */
export interface List {
  readonly isOrdered: boolean
}

export interface Item {
  readonly kind: 'item'
  readonly list: List
  /** The number of an ordered item, as it was written; undefined for a bullet. */
  readonly number: number | undefined
  /** Something other than text, usually an empty line, stands between it and the item before. */
  readonly isApart: boolean
  readonly task: 'open' | 'done' | undefined
  /** Columns, within what encloses the item, of its marker and of its text. */
  readonly markerIndent: number
  readonly textIndent: number
}

export type Container = Quote | Item

interface Placed {
  /** The quotes and list items around it, outermost first. The same object means the same quote or item. */
  readonly path: readonly Container[]
}

export interface Paragraph extends Placed {
  kind: 'paragraph'
  lines: string[]
  /** What the page before left open in it. */
  resume: readonly OpenMark[]
  /** It began on the page before. */
  continued: boolean
  /** Its author was stopped in the middle of it. */
  brokenOff?: boolean
}

export interface CodeBlock extends Placed {
  kind: 'code'
  language: string
  lines: string[]
}

export interface TableBlock extends Placed {
  kind: 'table'
  header: readonly string[]
  alignment: readonly Alignment[]
  rows: string[][]
}

export type Block =
  | Paragraph
  | CodeBlock
  | TableBlock
  | (Placed & { kind: 'heading'; level: number; text: string })
  | (Placed & { kind: 'rule' })
  /** A list item without any text, so far. */
  | (Placed & { kind: 'emptyItem' })

/** The block that the next line may continue. */
export type Leaf =
  | { readonly kind: 'paragraph' }
  | {
      readonly kind: 'fence'
      readonly character: string
      readonly length: number
      readonly indent: number
      readonly language: string
      /** Lengths of the fences that were opened, with a language, inside it. */
      readonly inner: readonly number[]
    }
  | { readonly kind: 'indented' }
  | {
      readonly kind: 'table'
      readonly header: readonly string[]
      readonly alignment: readonly Alignment[]
      readonly hasRows: boolean
    }

export interface BlockState {
  readonly path: readonly Container[]
  readonly leaf: Leaf | undefined
  /** The next characters are not the beginning of a line. */
  readonly midLine: boolean
  readonly open: readonly OpenMark[]
}

export const START: BlockState = { path: [], leaf: undefined, midLine: false, open: [] }

/**
 * What a line did. `none`: it changed the meaning of the line before, the two belong together. `blank`; `line`: it continued a block; `nested`: began a
 * block inside a list item or quote; `item`: a list item, `block`: any other block, at the outermost level.
 */
export type Effect = 'none' | 'blank' | 'line' | 'nested' | 'item' | 'block'

export interface BlockLimits {
  /** Rows longer than this are no table rows but text. */
  readonly row: number
  /** A table whose header is longer is none. */
  readonly header: number
}

export const NO_LIMITS: BlockLimits = { row: 2000, header: 1000 }

/** Deeper lists and quotes stay at this depth: a phone has no room for more. */
export const MAX_DEPTH = 6
/** Blanks that continue an item; four, so that parsers of every school agree on what is nested. */
export const ITEM_INDENT = 4
/** Longer lines are always text. */
const MAX_MARKUP_LINE = 1000
const MAX_HEADING = 300
const MAX_INFO = 200
const MAX_LANGUAGE = 20

const FENCE = /^(?:(`{3,})([^`]*)|(~{3,})(.*))$/
const MARKER = /^(?:[-+*]|(\d{1,4})[.)])(?=\s|$)/
const RULE = /^(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const UNDERLINE = /^(?:=+|-+)[ \t]*$/
/** A fence that can only be an opening one: it names a language. */
const OPENING = /^(`{3,}|~{3,})[ \t]*[\w+#.{-][^`]*$/
const MAX_INNER = 8
const TASK = /^\[([ xX])\](?=\s)\s*/

export class BlockReader {
  readonly blocks: Block[] = []
  #path: readonly Container[]
  #leaf: Leaf | undefined
  #current: Block | undefined
  #midLine: boolean
  #open: readonly OpenMark[]
  readonly #limits: BlockLimits

  constructor(state: BlockState, limits: BlockLimits = NO_LIMITS) {
    this.#path = state.path
    this.#leaf = state.leaf
    this.#midLine = state.midLine
    this.#open = state.open
    this.#limits = limits
  }

  get leaf(): Leaf | undefined {
    return this.#leaf
  }

  get path(): readonly Container[] {
    return this.#path
  }

  /** The state before the next line. */
  state(): BlockState {
    return { path: this.#path, leaf: this.#leaf, midLine: this.#midLine, open: this.#open }
  }

  /** Begins another text, which continues nothing of the one before. */
  startOver(): void {
    this.#path = []
    this.#midLine = false
    this.#close()
  }

  /** Marks where the text broke off. */
  breakOff(): void {
    if (this.#leaf?.kind === 'paragraph' && this.#current?.kind === 'paragraph') {
      this.#current.brokenOff = true
      return
    }
    this.startOver()
    this.#addText('…')
  }

  /** Reads one line, without its line end. */
  read(raw: string): Effect {
    if (this.#midLine) {
      this.#midLine = false
      return this.#continueLine(raw)
    }
    const line = this.#leaf?.kind === 'fence' && this.#path.length === 0 ? raw : untabbed(raw)
    const { matched, rest } = this.#matchContainers(line)
    const blank = rest.trim() === ''
    if (this.#leaf?.kind === 'fence' && matched === this.#path.length) return this.#readCode(rest, this.#leaf)
    if (blank) return this.#readBlank(matched)
    return this.#readText(rest, matched)
  }

  #continueLine(raw: string): Effect {
    if (this.#leaf?.kind === 'fence') this.#code(this.#leaf.language).lines.push(raw)
    else if (raw.trim() !== '') this.#addText(raw.trimStart())
    return 'line'
  }

  #matchContainers(line: string): { matched: number; rest: string } {
    let rest = line
    let matched = 0
    for (const container of this.#path) {
      const indent = indentOf(rest)
      if (container.kind === 'quote') {
        if (indent > 3 || rest.charAt(indent) !== '>') break
        rest = untabbed(rest.slice(indent + 1)).replace(/^ /, '')
      } else if (indent === rest.length) {
        rest = ''
      } else if (indent >= container.textIndent) {
        rest = rest.slice(container.textIndent)
      } else if (indent >= container.markerIndent + 2 && MARKER.test(rest.slice(indent))) {
        // A nested list under "1." needs three blanks; many models write two.
        rest = rest.slice(indent)
      } else {
        break
      }
      matched += 1
    }
    return { matched, rest }
  }

  #readCode(rest: string, fence: Leaf & { kind: 'fence' }): Effect {
    const indent = indentOf(rest)
    const closing = rest.trim()
    const closes =
      indent <= 3 &&
      closing.length >= fence.length &&
      closing.length <= MAX_MARKUP_LINE &&
      isRunOf(closing, fence.character)
    if (closes && fence.inner.length === 0) {
      this.#leaf = undefined
      this.#current = undefined
      return 'none'
    }
    const [, opening = ''] = indent <= 3 && closing.length <= MAX_INFO ? (OPENING.exec(closing) ?? []) : []
    if (closes && closing.length >= (fence.inner.at(-1) ?? 0)) {
      this.#leaf = { ...fence, inner: fence.inner.slice(0, -1) }
    } else if (opening.startsWith(fence.character.repeat(fence.length)) && fence.inner.length < MAX_INNER) {
      this.#leaf = { ...fence, inner: [...fence.inner, opening.length] }
    }
    this.#code(fence.language).lines.push(rest.slice(Math.min(indent, fence.indent)))
    return 'line'
  }

  #readBlank(matched: number): Effect {
    if (this.#leaf?.kind === 'indented' && matched === this.#path.length) {
      this.#code('').lines.push('')
      return 'line'
    }
    const quote = this.#path.slice(matched).some((container) => container.kind === 'quote')
    if (quote) this.#path = this.#path.slice(0, matched)
    this.#close()
    return 'blank'
  }

  #readText(line: string, matched: number): Effect {
    let rest = line
    let path = this.#path.slice(0, matched)
    const allMatched = matched === this.#path.length
    const inParagraph = this.#leaf?.kind === 'paragraph'
    let started = false
    const short = line.length <= MAX_MARKUP_LINE
    for (;;) {
      const indent = indentOf(rest)
      const inList = path.some((container) => container.kind === 'item')
      if (indent >= 4 && !inList) break
      const text = rest.slice(indent)
      if (text.startsWith('>')) {
        path = [...path.slice(0, MAX_DEPTH - 1), { kind: 'quote' }]
        rest = untabbed(text.slice(1)).replace(/^ /, '')
        started = true
        continue
      }
      const marker = MARKER.exec(text)
      if (marker === null || (short && RULE.test(text))) break
      const after = untabbed(text.slice(marker[0].length))
      const interrupts = inParagraph && allMatched && !started
      if (interrupts && (after.trim() === '' || (marker[1] !== undefined && marker[1] !== '1'))) break
      // Too deep: it takes the place of what encloses it, and its columns count from there on.
      const enclosing = path.slice(MAX_DEPTH - 1)
      path = path.slice(0, MAX_DEPTH - 1)
      const column = indent + enclosing.reduce((sum, each) => sum + (each.kind === 'item' ? each.textIndent : 2), 0)
      const { item, body } = this.#item(path.length, started, marker, column, after)
      path = [...path, item]
      rest = body
      started = true
    }
    const indent = indentOf(rest)
    const text = rest.slice(indent)
    const inQuote = this.#path.slice(matched).some((container) => container.kind === 'quote')
    if (!started && inParagraph && !allMatched && !inQuote && !this.#beginsBlock(text, short)) {
      this.#addText(text)
      return 'line'
    }
    const before = this.#path
    this.#path = path
    if (started || !allMatched) this.#close()
    if (text === '') {
      this.#push({ kind: 'emptyItem', path })
      this.#current = undefined
      return this.#begun(before, path)
    }
    return this.#readLeaf(text, indent, short, started, before)
  }

  #readLeaf(text: string, indent: number, short: boolean, started: boolean, before: readonly Container[]): Effect {
    const path = this.#path
    const inList = path.some((container) => container.kind === 'item')
    if (indent >= 4 && !inList && !started && this.#leaf?.kind !== 'paragraph' && this.#leaf?.kind !== 'table') {
      const continues = this.#leaf?.kind === 'indented'
      this.#leaf = { kind: 'indented' }
      this.#code('').lines.push(' '.repeat(indent - 4) + text)
      return continues ? 'line' : this.#begun(before, path)
    }
    if (this.#leaf?.kind === 'indented') this.#close()
    if (short && this.#beginsBlock(text, short)) {
      const underlined = this.#underline(text)
      if (underlined) return 'none'
      this.#close()
      this.#begin(text, indent)
      return this.#begun(before, path)
    }
    if (this.#leaf?.kind === 'table') {
      if (text.includes('|') && text.length <= this.#limits.row) {
        this.#row(this.#leaf, text)
        return 'line'
      }
      this.#close()
    }
    if (short && (this.#underline(text) || this.#beginTable(text))) return 'none'
    const continues = this.#leaf?.kind === 'paragraph'
    this.#addText(text)
    return continues ? 'line' : this.#begun(before, path)
  }

  #item(
    depth: number,
    started: boolean,
    marker: RegExpExecArray,
    indent: number,
    after: string,
  ): { item: Item; body: string } {
    const sibling = started ? undefined : this.#path[depth]
    const blanks = indentOf(after)
    const gap = blanks === after.length || blanks > 4 ? 1 : blanks
    let body = after.slice(gap)
    const task = TASK.exec(body)
    if (task !== null) body = body.slice(task[0].length)
    const number = marker[1] === undefined ? undefined : Number(marker[1])
    const isApart = this.#leaf === undefined
    const isOrdered = number !== undefined
    const before = sibling?.kind === 'item' ? sibling.list : undefined
    // What counts from 1 again after a gap is another list.
    const goesOn = before?.isOrdered === isOrdered && !(number === 1 && isApart)
    const list = before !== undefined && goesOn ? before : { isOrdered }
    const done = task === null ? undefined : task[1] === ' ' ? 'open' : 'done'
    return {
      item: {
        kind: 'item',
        list,
        number,
        isApart,
        task: done,
        markerIndent: indent,
        textIndent: indent + marker[0].length + gap,
      },
      body,
    }
  }

  #beginsBlock(text: string, short: boolean): boolean {
    if (!short) return false
    return headingLevel(text) > 0 || (FENCE.test(text) && text.length <= MAX_INFO) || RULE.test(text)
  }

  #begin(text: string, indent: number): void {
    const path = this.#path
    const fence = FENCE.exec(text)
    const level = headingLevel(text)
    if (fence !== null) {
      const run = fence[1] ?? fence[3] ?? ''
      const language = /^[\w+#.-]*/.exec((fence[2] ?? fence[4] ?? '').trim())?.[0].slice(0, MAX_LANGUAGE) ?? ''
      this.#leaf = { kind: 'fence', character: run.charAt(0), length: run.length, indent, language, inner: [] }
      this.#push({ kind: 'code', path, language, lines: [] })
    } else if (level > 0) {
      this.#push({ kind: 'heading', path, level, text: headingText(text.slice(level)) })
      this.#current = undefined
    } else {
      this.#push({ kind: 'rule', path })
      this.#current = undefined
    }
  }

  /** A line of `=` or `-` makes the one line above it a heading. */
  #underline(text: string): boolean {
    const paragraph = this.#current
    if (!UNDERLINE.test(text) || this.#leaf?.kind !== 'paragraph') return false
    if (paragraph?.kind !== 'paragraph' || paragraph.continued || paragraph.lines.length !== 1) return false
    const [only = ''] = paragraph.lines
    if (only.length > MAX_HEADING) return false
    this.blocks.pop()
    this.#close()
    this.#push({ kind: 'heading', path: paragraph.path, level: text.startsWith('=') ? 1 : 2, text: only.trim() })
    this.#current = undefined
    return true
  }

  #beginTable(text: string): boolean {
    const paragraph = this.#current
    if (this.#leaf?.kind !== 'paragraph' || paragraph?.kind !== 'paragraph') return false
    const header = paragraph.lines.at(-1) ?? ''
    const alignment = header.includes('|') && header.length <= this.#limits.header ? tableRuler(text) : undefined
    if (
      alignment === undefined ||
      alignment.length > MAX_COLUMNS ||
      (paragraph.continued && paragraph.lines.length === 1)
    )
      return false
    const cells = tableCells(header)
    if (cells.length !== alignment.length) return false
    paragraph.lines.pop()
    if (paragraph.lines.length === 0) this.blocks.pop()
    this.#leaf = { kind: 'table', header: cells, alignment, hasRows: false }
    this.#push({ kind: 'table', path: paragraph.path, header: cells, alignment, rows: [] })
    return true
  }

  #row(table: Leaf & { kind: 'table' }, text: string): void {
    const { header, alignment } = table
    if (this.#current?.kind !== 'table') this.#push({ kind: 'table', path: this.#path, header, alignment, rows: [] })
    if (this.#current?.kind === 'table') this.#current.rows.push(tableCells(text))
    if (!table.hasRows) this.#leaf = { ...table, hasRows: true }
  }

  #code(language: string): CodeBlock {
    if (this.#current?.kind === 'code') return this.#current
    const block: CodeBlock = { kind: 'code', path: this.#path, language, lines: [] }
    this.#push(block)
    return block
  }

  #addText(text: string): void {
    if (this.#current?.kind === 'paragraph') {
      this.#current.lines.push(text)
      return
    }
    const continued = this.#leaf?.kind === 'paragraph'
    this.#leaf = { kind: 'paragraph' }
    this.#push({ kind: 'paragraph', path: this.#path, lines: [text], resume: this.#open, continued })
    this.#open = []
  }

  #push(block: Block): void {
    const last = this.blocks.at(-1)
    if (last?.kind === 'emptyItem' && last.path.at(-1) === block.path[last.path.length - 1]) this.blocks.pop()
    this.blocks.push(block)
    this.#current = block
  }

  #close(): void {
    this.#leaf = undefined
    this.#current = undefined
    this.#open = []
  }

  #begun(before: readonly Container[], path: readonly Container[]): Effect {
    if (path.length === 0) return 'block'
    if (path[0] === before[0]) return 'nested'
    return path[0]?.kind === 'item' ? 'item' : 'block'
  }
}

function headingLevel(text: string): number {
  if (text.length > MAX_HEADING) return 0
  return /^(#{1,6})(?=\s|$)/.exec(text)?.[1]?.length ?? 0
}

function headingText(text: string): string {
  const trimmed = text.trim()
  const closed = trimmed.replace(/#+$/, '')
  return closed === '' || /\s$/.test(closed) ? closed.trimEnd() : trimmed
}

function indentOf(text: string): number {
  let indent = 0
  while (text.charAt(indent) === ' ') indent += 1
  return indent
}

function isRunOf(text: string, character: string): boolean {
  return text !== '' && [...text].every((each) => each === character)
}

/** Leading tabs as blanks, so that indentation can be counted. */
function untabbed(line: string): string {
  const lead = /^[ \t]*/.exec(line)?.[0] ?? ''
  if (!lead.includes('\t')) return line
  let blanks = ''
  for (const character of lead) blanks += character === '\t' ? ' '.repeat(4 - (blanks.length % 4)) : ' '
  return blanks + line.slice(lead.length)
}
