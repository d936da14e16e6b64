/**
 * Markdown as a model writes it → the text of a Slack `markdown` block that looks good and does nothing but be read.
 *
 * What goes in is untrusted (the model has read other people's mail), so what comes out holds only the structure written here:
 * every other marker is escaped, `&` and `<` become entities (also in code), links lead to http, https and mailto only and say where, images
 * become links (Slack, or a reader's client, must not fetch an address that a mail made up), HTML is text. Headings, lists to any sensible
 * depth, task lists (as ☐ and ☑, which every client shows), quotes, code and rules come out in one canonical form; tables see
 * tables.ts. Footnotes and reference links stay where they are written, as `[1]`: their targets may be on another page.
 */

import { BlockReader } from './reading/block-reader.js'
import { type Block, type BlockState, NO_LIMITS, START } from './reading/blocks.js'
import { type Rendered, writeBlocks } from './write.js'

export { escapeMrkdwn } from './escape.js'

/** `live`: a beginning, more is about to come; whatever is half there is closed for now or held back. `final`: all of it. */
export type MarkdownMode = 'live' | 'final'

/** Renders a whole text as one, however long. What is to be posted goes through `pages`. */
export function renderMarkdown(markdown: string, mode: MarkdownMode): string {
  return mode === 'final' ? renderSlice(markdown, START, 'complete').text : renderLive(markdown, START)
}

/** One text of several that stand below each other and are read each by itself. */
export interface Part {
  readonly text: string
  /** It was never finished: what is open in it is closed, and an ellipsis says so. */
  readonly isBrokenOff?: boolean
}

/** Renders a stretch of a text, or the rest of one and others below it, from a known state. */
export function renderSlice(
  slice: string | readonly Part[],
  state: BlockState,
  end: 'complete' | 'cut',
  limits = NO_LIMITS,
): Rendered {
  const reader = new BlockReader(state, limits)
  for (const [index, part] of partsOf(slice).entries()) {
    if (index > 0) reader.startOver()
    readPart(reader, part)
  }
  return writeBlocks(reader.blocks, state.path, end)
}

/** Renders the tail of a text that is still arriving; what stands before the last part of it is whole. */
export function renderLive(tail: string | readonly Part[], state: BlockState, limits = NO_LIMITS): string {
  const reader = new BlockReader(state, limits)
  const parts = partsOf(tail)
  for (const part of parts.slice(0, -1)) {
    readPart(reader, part)
    reader.startOver()
  }
  const whole = reader.blocks.length
  const arriving = parts.at(-1)?.text ?? ''
  // Half an emoji may have come.
  const all = lines(arriving.replace(/[\uD800-\uDBFF]$/, ''))
  const partial = arriving.endsWith('\n') ? undefined : all.pop()
  for (const line of all) reader.read(line)
  const held = partial !== undefined && isUndecidedLine(partial, reader)
  if (partial !== undefined && !held) reader.read(partial)
  const open = reader.leaf?.kind === 'paragraph' || (partial !== undefined && !held)
  return writeBlocks(withoutUndecided(reader, whole), state.path, open ? 'live' : 'complete').text
}

function partsOf(text: string | readonly Part[]): readonly Part[] {
  return typeof text === 'string' ? [{ text }] : text
}

function readPart(reader: BlockReader, { text, isBrokenOff }: Part): void {
  for (const line of lines(text)) reader.read(line)
  if (isBrokenOff) reader.breakOff()
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

/** Whether a line that is still arriving may turn out to be anything. */
export function isUndecidedLine(line: string, reader: BlockReader): boolean {
  const lead = CONTAINERS.exec(line)?.[0] ?? ''
  const rest = line.slice(lead.length)
  const { leaf } = reader
  if (leaf?.kind === 'fence') return rest !== '' && rest.replaceAll(leaf.character, '') === ''
  if (leaf?.kind === 'table' || rest === '') return true
  return UNDECIDED.test(rest) || (lead.trim() !== '' && UNDECIDED_TASK.test(rest))
}

/**
 * Leaves out what may still turn into something else: a table's header before its ruler, a table without rows, an item without text.
 * @param whole how many blocks are of texts that are whole
 */
function withoutUndecided(reader: BlockReader, whole: number): Block[] {
  const blocks = [...reader.blocks]
  if (blocks.length <= whole) return blocks
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
