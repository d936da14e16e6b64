/** The blocks that Markdown is read into, and what is open between two lines of it. */
import type { OpenMark } from './nodes.js'
import type { Alignment } from './table-lines.js'

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

/** Code between fences that is still open. */
export interface Fence {
  readonly kind: 'fence'
  readonly character: string
  readonly length: number
  readonly indent: number
  readonly language: string
  /** Lengths of the fences that were opened, with a language, inside it. */
  readonly inner: readonly number[]
}

/** The block that the next line may continue. */
export type Leaf =
  | { readonly kind: 'paragraph' }
  | Fence
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
