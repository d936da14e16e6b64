/** Read blocks as the text of a Slack `markdown` block: one canonical form, in which nothing runs into what stands beside it. */

import { escapeControls } from './escape.js'
import { renderInline } from './inline.js'
import { type Block, type Container, ITEM_INDENT, type Item, type List } from './reading/blocks.js'
import type { InlineEnd, OpenMark } from './reading/nodes.js'
import { writeTable } from './tables.js'

export interface Rendered {
  text: string
  /** Markers that the next page reopens, where the slice was cut inside a paragraph. */
  open: readonly OpenMark[]
}

const ELLIPSIS = '…'
/** A paragraph of nothing that anybody sees: two lists that are not one would be counted through without it. */
const BETWEEN_LISTS = '\u200B'

/** Writes blocks one below the other. `continued`: the quotes and items that were begun on the page before. */
export function writeBlocks(blocks: readonly Block[], continued: readonly Container[], end: InlineEnd): Rendered {
  const writer = new BlockWriter(blocks, continued)
  let open: readonly OpenMark[] = []
  for (const [index, block] of blocks.entries()) {
    const content = writeBlock(block, index === blocks.length - 1 ? end : 'complete')
    open = content.open
    if (content.lines.length > 0) writer.add(block, content)
  }
  return { text: writer.text(), open }
}

class BlockWriter {
  readonly #out: string[] = []
  readonly #reopen: ReadonlySet<Container>
  readonly #begun = new Set<Container>()
  readonly #spelled: ReadonlySet<List>
  /** Where the last block stands, and whether it is a list in itself. */
  #path: readonly Container[] = []
  #last: { readonly block: Block; readonly isList: boolean } | undefined

  constructor(blocks: readonly Block[], continued: readonly Container[]) {
    this.#reopen = new Set(continued)
    this.#spelled = spelledLists(blocks, continued)
  }

  add(block: Block, content: Content): void {
    const { path } = block
    const shared = sharedDepth(this.#path, path)
    if (this.#out.length > 0 && !this.#isTight(block, shared)) {
      const blank = this.#prefix(path.slice(0, shared), false).trimEnd()
      this.#out.push(blank)
      if (this.#wouldMerge(block, content)) {
        this.#out.push(`${this.#prefix(path.slice(0, shared), false)}${BETWEEN_LISTS}`, blank)
      }
    }
    const rest = this.#beginItems(block, content.lines)
    for (const line of rest) {
      const lead = this.#prefix(path, content.isWide)
      this.#out.push(line === '' ? lead.trimEnd() : lead + line)
    }
    this.#path = path
    this.#last = { block, isList: content.isList }
  }

  text(): string {
    return this.#out
      .join('\n')
      .trimEnd()
      .replace(/\p{Surrogate}|\0/gu, '\uFFFD')
  }

  /** Markers that stand on a line of their own or before an ellipsis. Returns the lines that are left to write. */
  #beginItems(block: Block, lines: string[]): string[] {
    let rest = lines
    for (const [depth, container] of block.path.entries()) {
      if (container.kind !== 'item' || this.#begun.has(container)) continue
      const isLast = depth === block.path.length - 1
      const before = block.path.slice(0, depth)
      const isReopened = this.#reopen.has(container)
      const isText = isLast && (block.kind === 'paragraph' || block.kind === 'emptyItem')
      // A number that is text has only text beside it.
      if (!isReopened && (isText || !this.#isSpelled(container))) continue
      const lead = this.#prefix(before, false) + this.#marker(container)
      this.#begun.add(container)
      if (!isReopened) {
        this.#out.push(lead.trimEnd(), this.#prefix(before, false).trimEnd())
        continue
      }
      // An item that began on an earlier page is taken up again with an ellipsis, so that what follows keeps its place in the list.
      const joins = isLast && block.kind === 'paragraph'
      this.#out.push(joins ? `${lead}${ELLIPSIS} ${rest[0] ?? ''}` : `${lead}${ELLIPSIS}`)
      if (joins) rest = rest.slice(1)
      else if (isLast || !interrupts(block, depth + 1)) this.#out.push(this.#prefix(before, false).trimEnd())
    }
    return rest
  }

  #isSpelled(container: Container | undefined): boolean {
    return container?.kind === 'item' && this.#spelled.has(container.list)
  }

  /** List items follow each other, and a list its item's text, without an empty line. */
  #isTight(block: Block, shared: number): boolean {
    const next = block.path[shared]
    if (next?.kind !== 'item') return false
    const previous = this.#path[shared]
    if (previous === undefined) return block.path[shared - 1]?.kind === 'item' && interrupts(block, shared)
    if (previous.kind !== 'item' || previous.list !== next.list) return false
    if (!this.#isSpelled(next)) return true
    // Lines of text: nothing but text may stand between them.
    const kind = this.#last?.block.kind
    return !next.isApart && this.#path.length === shared + 1 && (kind === 'paragraph' || kind === 'emptyItem')
  }

  /** Whether a reader would take both for one list: they are of one kind, and nothing but an empty line stands between them. */
  #wouldMerge(block: Block, content: Content): boolean {
    const above = this.#listed(this.#path, this.#last?.isList === true)
    const below = this.#listed(block.path, content.isList)
    const depth = sharedDepth(above, below)
    const [from, to] = [above[depth], below[depth]]
    return from?.kind === 'item' && to?.kind === 'item' && from.list !== to.list && isOrdered(from) === isOrdered(to)
  }

  /** What indents a block; numbers that are text do not. */
  #listed(path: readonly Container[], isList: boolean): readonly Container[] {
    const indenting = this.#spelled.size === 0 ? path : path.filter((container) => !this.#isSpelled(container))
    return isList ? [...indenting, bullet()] : indenting
  }

  /** What stands before a line: `>` for quotes; for items the marker the first time, blanks from then on. */
  #prefix(path: readonly Container[], isWide: boolean): string {
    let text = ''
    for (const container of path) {
      if (container.kind === 'quote') {
        text += '> '
        continue
      }
      const marker = this.#marker(container)
      const isSpelled = this.#isSpelled(container)
      const width = isSpelled ? 0 : Math.max(ITEM_INDENT, marker.length)
      if (this.#begun.has(container)) text += ' '.repeat(width)
      // Code is indented by its item's width, so its first line has to be, too.
      else text += (isWide ? marker.padEnd(width) : marker) + taskOf(container)
      this.#begun.add(container)
    }
    return text
  }

  #marker(item: Item): string {
    if (item.number === undefined) return '- '
    return this.#isSpelled(item) ? `${item.number}\\. ` : `${item.number}. `
  }
}

/**
 * Lists whose numbers are written as text. Slack counts a list through from its first number, and knows no other: dates, years and steps that are
 * left out would become what nobody wrote. An item without words would show no number at all.
 */
function spelledLists(blocks: readonly Block[], continued: readonly Container[]): Set<List> {
  const items = new Map<List, Set<Item>>()
  const spelled = new Set<List>()
  const note = (container: Container): void => {
    if (container.kind !== 'item' || !container.list.isOrdered) return
    const known = items.get(container.list)
    if (known === undefined) items.set(container.list, new Set([container]))
    else known.add(container)
  }
  const contents = new Map<Item, Block[]>()
  continued.forEach(note)
  for (const block of blocks) {
    for (const container of block.path) {
      note(container)
      if (container.kind !== 'item') continue
      const inside = contents.get(container)
      if (inside === undefined) contents.set(container, [block])
      else inside.push(block)
    }
    const last = block.path.at(-1)
    if (block.kind === 'emptyItem' && last?.kind === 'item' && last.list.isOrdered) spelled.add(last.list)
  }
  for (const [list, known] of items) {
    const [first, ...others] = known
    if (first === undefined) continue
    let number = first.number ?? 0
    for (const item of others) {
      number += 1
      if (item.number !== number) spelled.add(list)
    }
    // One line with a number before it, such as a date, is no list either.
    const inside = contents.get(first) ?? []
    const isLine = inside.length === 1 && inside[0]?.kind === 'paragraph' && inside[0].path.at(-1) === first
    if (others.length === 0 && first.number !== 1 && isLine && !continued.includes(first)) spelled.add(list)
  }
  return spelled
}

function isOrdered({ list }: Item): boolean {
  return list.isOrdered
}

/** An item of a list that stands for a whole table. */
function bullet(): Item {
  return {
    kind: 'item',
    list: { isOrdered: false },
    number: undefined,
    isApart: true,
    task: undefined,
    markerIndent: 0,
    textIndent: 2,
  }
}

/** A list can begin right below a line of text only with a bullet or the number 1, and with something in its first item. */
function interrupts(block: Block, depth: number): boolean {
  const item = block.path[depth]
  return block.kind !== 'emptyItem' && (item?.kind !== 'item' || item.number === undefined || item.number === 1)
}

function sharedDepth(a: readonly Container[], b: readonly Container[]): number {
  let depth = 0
  while (depth < a.length && depth < b.length && a[depth] === b[depth]) depth += 1
  return depth
}

function taskOf(item: Item): string {
  return item.task === undefined ? '' : item.task === 'done' ? '☑ ' : '☐ '
}

interface Content {
  lines: string[]
  /** The lines keep their indentation. */
  isWide: boolean
  /** They are bullets. */
  isList: boolean
  open: readonly OpenMark[]
}

function writeBlock(block: Block, end: InlineEnd): Content {
  const content = (lines: string[], isWide = false, isList = false): Content => ({ lines, isWide, isList, open: [] })
  switch (block.kind) {
    case 'paragraph': {
      const { text, open } = renderInline(block.lines.join('\n'), block.brokenOff ? 'cut' : end, block.resume)
      const shown = block.brokenOff ? `${text.trimEnd()} ${ELLIPSIS}` : text
      return { ...content(shown.trim() === '' ? [] : shown.split('\n')), open: block.brokenOff ? [] : open }
    }
    case 'heading': {
      const { text } = renderInline(block.text, end === 'cut' ? 'complete' : end)
      return content(text.trim() === '' ? [] : [`${'#'.repeat(block.level)} ${text.replace(/\s*\n\s*/g, ' ')}`])
    }
    case 'code': {
      const code = block.language === '' ? trimBlank(block.lines) : block.lines
      return content(
        code.every((line) => line.trim() === '') ? [] : fenced(block.language, code.map(escapeControls)),
        true,
      )
    }
    case 'table': {
      const table = writeTable(block)
      if (table.kind === 'grid') return content(fenced('', table.lines), true)
      if (table.kind === 'words') return content(table.text === '' ? [] : [table.text])
      return content(
        table.records.flatMap(([first = '', ...others]) => [
          `- ${first}`,
          ...others.map((line) => `${' '.repeat(ITEM_INDENT)}- ${line}`),
        ]),
        false,
        true,
      )
    }
    case 'rule':
      return content(['---'])
    case 'emptyItem':
      return content([''])
  }
}

function trimBlank(lines: readonly string[]): string[] {
  let last = lines.length
  while (last > 0 && lines[last - 1]?.trim() === '') last -= 1
  return lines.slice(0, last)
}

const MAX_FENCE = 8

/** Code that holds a fence gets a longer one; beyond any sensible length an invisible space keeps it from ending the block. */
function fenced(language: string, code: readonly string[]): string[] {
  let longest = 2
  for (const line of code) longest = Math.max(longest, /^\s*(`{3,})/.exec(line)?.[1]?.length ?? 0)
  const fence = '`'.repeat(Math.min(longest + 1, MAX_FENCE))
  const safe = longest < MAX_FENCE ? code : code.map((line) => line.replace(/^\s*(?=`{8})/, '$&\u200B'))
  return [`${fence}${language}`, ...safe, fence]
}
