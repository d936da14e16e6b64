/** Quotes and list items: which of those that are open a line continues, and which it begins. */
import { type Container, type Item, type Leaf, MAX_DEPTH } from './blocks.js'
import { indentOf, MAX_MARKUP_LINE, RULE, untabbed } from './line-signs.js'

const MARKER = /^(?:[-+*]|(\d{1,4})[.)])(?=\s|$)/
const TASK = /^\[([ xX])\](?=\s)\s*/

/** How many of the open containers a line continues, and what it holds behind their signs. */
export function continuedContainers(
  open: readonly Container[],
  line: string,
): { readonly matched: number; readonly rest: string } {
  let rest = line
  let matched = 0
  for (const container of open) {
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

/** The containers around a line's text. */
interface Begun {
  readonly path: readonly Container[]
  /** What the line holds behind their signs. */
  readonly rest: string
  /** Whether the line began the last of them. */
  readonly started: boolean
}

/**
 * Begins the quotes and items whose signs stand at the beginning of a line.
 * @param open the containers before the line, of which it continues `matched`
 * @param line what it holds behind the signs of those
 * @param leaf the block before the line
 */
export function begunContainers(
  open: readonly Container[],
  matched: number,
  line: string,
  leaf: Leaf | undefined,
): Begun {
  let rest = line
  let path = open.slice(0, matched)
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
    const interrupts = leaf?.kind === 'paragraph' && matched === open.length && !started
    if (interrupts && (after.trim() === '' || (marker[1] !== undefined && marker[1] !== '1'))) break
    // Too deep: it takes the place of what encloses it, and its columns count from there on.
    const enclosing = path.slice(MAX_DEPTH - 1)
    path = path.slice(0, MAX_DEPTH - 1)
    const column = indent + enclosing.reduce((sum, each) => sum + (each.kind === 'item' ? each.textIndent : 2), 0)
    const sibling = started ? undefined : open[path.length]
    const { item, body } = begunItem(marker, column, after, sibling, leaf === undefined)
    path = [...path, item]
    rest = body
    started = true
  }
  return { path, rest, started }
}

/** @param isApart something other than text stands before it */
function begunItem(
  marker: RegExpExecArray,
  column: number,
  after: string,
  sibling: Container | undefined,
  isApart: boolean,
): { readonly item: Item; readonly body: string } {
  const blanks = indentOf(after)
  const gap = blanks === after.length || blanks > 4 ? 1 : blanks
  let body = after.slice(gap)
  const task = TASK.exec(body)
  if (task !== null) body = body.slice(task[0].length)
  const number = marker[1] === undefined ? undefined : Number(marker[1])
  const isOrdered = number !== undefined
  const before = sibling?.kind === 'item' ? sibling.list : undefined
  // What counts from 1 again after a gap is another list.
  const goesOn = before?.isOrdered === isOrdered && !(number === 1 && isApart)
  const list = before !== undefined && goesOn ? before : { isOrdered }
  return {
    item: {
      kind: 'item',
      list,
      number,
      isApart,
      task: task === null ? undefined : task[1] === ' ' ? 'open' : 'done',
      markerIndent: column,
      textIndent: column + marker[0].length + gap,
    },
    body,
  }
}
