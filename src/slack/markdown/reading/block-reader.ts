/**
 * Reads Markdown line by line into blocks: paragraphs, headings, lists, quotes, code, tables, rules. Between any two lines the
 * whole state is a small value, so a reply can be continued on another page from there, and only its tail has to be read again
 * when it has grown.
 *
 * The rules are CommonMark's and GitHub's tables, more lenient where models are careless (a nested list that is indented too
 * little or too much; a fence in a fence of the same length), and stricter where leniency would surprise (an underline below several
 * lines is a rule; a quote ends with its marked lines, as in mail; numbers are those that were written).
 */
import {
  type Block,
  type BlockLimits,
  type BlockState,
  type CodeBlock,
  type Container,
  type Effect,
  type Fence,
  type Leaf,
  NO_LIMITS,
} from './blocks.js'
import { begunContainers, continuedContainers } from './containers.js'
import { fenceAfter, isFence, openedFence } from './fences.js'
import {
  headingLevel,
  headingText,
  indentOf,
  MAX_HEADING,
  MAX_MARKUP_LINE,
  RULE,
  UNDERLINE,
  untabbed,
} from './line-signs.js'
import type { OpenMark } from './nodes.js'
import { MAX_COLUMNS, tableCells, tableRuler } from './table-lines.js'

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
    const { matched, rest } = continuedContainers(this.#path, line)
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

  #readCode(rest: string, fence: Fence): Effect {
    this.#leaf = fenceAfter(fence, rest)
    if (this.#leaf === undefined) {
      this.#current = undefined
      return 'none'
    }
    this.#code(fence.language).lines.push(rest.slice(Math.min(indentOf(rest), fence.indent)))
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
    const { path, rest, started } = begunContainers(this.#path, matched, line, this.#leaf)
    const allMatched = matched === this.#path.length
    const inParagraph = this.#leaf?.kind === 'paragraph'
    const short = line.length <= MAX_MARKUP_LINE
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

  #beginsBlock(text: string, short: boolean): boolean {
    if (!short) return false
    return headingLevel(text) > 0 || isFence(text) || RULE.test(text)
  }

  #begin(text: string, indent: number): void {
    const path = this.#path
    const fence = openedFence(text, indent)
    const level = headingLevel(text)
    if (fence !== undefined) {
      this.#leaf = fence
      this.#push({ kind: 'code', path, language: fence.language, lines: [] })
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
