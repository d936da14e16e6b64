/**
 * Markdown as a model writes it → the text of a Slack `markdown` block that looks good and does nothing but be read.
 *
 * What goes in is untrusted (the model has read other people's mail), so what comes out holds only the structure written here:
 * every other marker is escaped, `&` and `<` become entities (also in code), links lead to http, https and mailto only and say where, images
 * become links (Slack, or a reader's client, must not fetch an address that a mail made up), HTML is text. Headings, lists to any sensible
 * depth, task lists (as ☐ and ☑, which every client shows), quotes, code and rules come out in one canonical form; tables see
 * markdown-tables.ts. Footnotes and reference links stay where they are written, as `[1]`: their targets may be on another page.
 */

import type { Block, BlockState, Container, Item } from './markdown-blocks.js'
import { BlockReader, ITEM_INDENT, NO_LIMITS, START } from './markdown-blocks.js'
import { escapeControls } from './markdown-escape.js'
import { renderInline } from './markdown-inline.js'
import type { InlineEnd, OpenMark } from './markdown-nodes.js'
import { writeTable } from './markdown-tables.js'

export { escapeMrkdwn } from './markdown-escape.js'

/** `live`: a beginning, more is about to come; whatever is half there is closed for now or held back. `final`: all of it. */
export type MarkdownMode = 'live' | 'final'

/** Renders a whole text as one, however long. What is to be posted goes through `pages`. */
export function renderMarkdown(markdown: string, mode: MarkdownMode): string {
  return mode === 'final' ? renderSlice(markdown, START, 'complete').text : renderLive(markdown, START)
}

export interface Rendered {
  text: string
  /** Markers that the next page reopens, where the slice was cut inside a paragraph. */
  open: readonly OpenMark[]
}

/** Renders a stretch of a text from a known state. */
export function renderSlice(slice: string, state: BlockState, end: 'complete' | 'cut', limits = NO_LIMITS): Rendered {
  const reader = new BlockReader(state, limits)
  for (const line of lines(slice)) reader.read(line)
  return write(reader.blocks, state.path, end)
}

/** Renders the tail of a text that is still arriving. */
export function renderLive(tail: string, state: BlockState, limits = NO_LIMITS): string {
  const reader = new BlockReader(state, limits)
  // Half an emoji may have come.
  const all = lines(tail.replace(/[\uD800-\uDBFF]$/, ''))
  const partial = tail.endsWith('\n') ? undefined : all.pop()
  for (const line of all) reader.read(line)
  const held = partial !== undefined && isUndecidedLine(partial, reader)
  if (partial !== undefined && !held) reader.read(partial)
  const open = reader.leaf?.kind === 'paragraph' || (partial !== undefined && !held)
  return write(withoutUndecided(reader), state.path, open ? 'live' : 'complete').text
}

/** The lines of a text, their ends (of any system) removed. */
function lines(text: string): string[] {
  const all = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  if (all.at(-1) === '') all.pop()
  return all
}

// What is not decided yet

const CONTAINERS = /^[ \t]*(?:(?:>|[-+*](?=[ \t])|\d{1,4}[.)](?=[ \t]))[ \t]*(?:\[[ xX]\][ \t]+)?)*/
/** The beginnings of headings, lists, rules, underlines, rulers, fences, quotes: shown when it is clear what they are. */
const UNDECIDED = /^(?:#{1,6}|[-+*=_|: \t]+|\d{1,4}[.)]?|`{1,2}|`{3,}[^`]*|~{1,2}|~{3,}.*|\|.*)$/
const UNDECIDED_TASK = /^\[(?:[ xX]\]?)?$/

function isUndecidedLine(line: string, reader: BlockReader): boolean {
  const lead = CONTAINERS.exec(line)?.[0] ?? ''
  const rest = line.slice(lead.length)
  const { leaf } = reader
  if (leaf?.kind === 'fence') return rest !== '' && rest.replaceAll(leaf.character, '') === ''
  if (leaf?.kind === 'table' || rest === '') return true
  return UNDECIDED.test(rest) || (lead.trim() !== '' && UNDECIDED_TASK.test(rest))
}

/** Leaves out what may still turn into something else: a table's header before its ruler, a table without rows, an item without text. */
function withoutUndecided(reader: BlockReader): Block[] {
  const blocks = [...reader.blocks]
  const last = blocks.at(-1)
  if (last?.kind === 'emptyItem' || (last?.kind === 'table' && last.rows.length === 0)) {
    blocks.pop()
  } else if (last?.kind === 'paragraph' && reader.leaf?.kind === 'paragraph' && last.lines.at(-1)?.startsWith('|')) {
    const lines = last.lines.slice(0, -1)
    blocks.pop()
    if (lines.length > 0) blocks.push({ ...last, lines })
  }
  return blocks
}

// Writing blocks

const ELLIPSIS = '…'

/** Writes blocks one below the other. `continued`: the quotes and items that were begun on the page before. */
function write(blocks: readonly Block[], continued: readonly Container[], end: InlineEnd): Rendered {
  const out: string[] = []
  const reopen = new Set<Container>(continued)
  const begun = new Set<Container>()
  let path: readonly Container[] = []
  let open: readonly OpenMark[] = []
  for (const [index, block] of blocks.entries()) {
    const content = writeBlock(block, index === blocks.length - 1 ? end : 'complete')
    open = content.open
    if (content.lines.length === 0) continue
    const shared = sharedDepth(path, block.path)
    if (out.length > 0 && !isTight(path, block, shared))
      out.push(prefix(block.path.slice(0, shared), begun, false).trimEnd())
    let rest = content.lines
    // An item that began on an earlier page is taken up again with its marker and an ellipsis, so that what follows keeps its place in the list.
    for (const [depth, container] of block.path.entries()) {
      if (container.kind !== 'item' || !reopen.has(container) || begun.has(container)) continue
      const last = depth === block.path.length - 1
      const joins = last && block.kind === 'paragraph'
      const lead = prefix(block.path.slice(0, depth), begun, false) + markerOf(container)
      begun.add(container)
      out.push(joins ? `${lead}${ELLIPSIS} ${rest[0] ?? ''}` : `${lead}${ELLIPSIS}`)
      if (joins) rest = rest.slice(1)
      else if (last || !interrupts(block, depth + 1))
        out.push(prefix(block.path.slice(0, depth), begun, false).trimEnd())
    }
    for (const line of rest) {
      const lead = prefix(block.path, begun, content.wide)
      out.push(line === '' ? lead.trimEnd() : lead + line)
    }
    path = block.path
  }
  return {
    text: out
      .join('\n')
      .trimEnd()
      .replace(/\p{Surrogate}|\0/gu, '\uFFFD'),
    open,
  }
}

/** List items follow each other, and a list its item's text, without an empty line. */
function isTight(from: readonly Container[], block: Block, shared: number): boolean {
  const next = block.path[shared]
  if (next?.kind !== 'item') return false
  const previous = from[shared]
  if (previous === undefined) return block.path[shared - 1]?.kind === 'item' && interrupts(block, shared)
  return previous.kind === 'item' && (previous.number === undefined) === (next.number === undefined)
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

/** What stands before a line: `>` for quotes; for items the marker the first time, blanks from then on. */
function prefix(path: readonly Container[], begun: Set<Container>, wide: boolean): string {
  let text = ''
  for (const container of path) {
    if (container.kind === 'quote') {
      text += '> '
      continue
    }
    const marker = markerOf(container)
    const width = Math.max(ITEM_INDENT, marker.length)
    if (begun.has(container)) text += ' '.repeat(width)
    // Code is indented by its item's width, so its first line has to be, too.
    else text += (wide ? marker.padEnd(width) : marker) + taskOf(container)
    begun.add(container)
  }
  return text
}

function markerOf(item: Item): string {
  return item.number === undefined ? '- ' : `${item.number}. `
}

function taskOf(item: Item): string {
  return item.task === undefined ? '' : item.task === 'done' ? '☑ ' : '☐ '
}

interface Content {
  lines: string[]
  /** The lines keep their indentation. */
  wide: boolean
  open: readonly OpenMark[]
}

function writeBlock(block: Block, end: InlineEnd): Content {
  const content = (lines: string[], wide = false): Content => ({ lines, wide, open: [] })
  switch (block.kind) {
    case 'paragraph': {
      const { text, open } = renderInline(block.lines.join('\n'), end, block.resume)
      return { lines: text.trim() === '' ? [] : text.split('\n'), wide: false, open }
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
