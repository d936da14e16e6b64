/**
 * A reply as the texts of one or more Slack messages.
 *
 * A page that is full is frozen: where it ends, and what it shows, depends only on the text up to the character at which it
 * became full, never on what comes after, so the message that shows it is never edited again, however the reply goes on, live or
 * final. It ends at the best boundary in its second half (before a block, a list item, a line; inside a line only when that is longer than half
 * a page), and what was open there (a fence, a table, a list item, bold) is closed on it and opened again on the next.
 */

import { MARKDOWN_CHARACTERS } from '../api/limits.js'
import { characterBoundary, inlineBreak } from './break.js'
import { CLOSING_COST, MarkdownCost } from './cost.js'
import { isUndecidedLine, type Part, renderLive, renderSlice } from './markdown.js'
import { type Boundary, bestBoundary, codeBreak, keepsNext, roughCut, type Start } from './page-breaks.js'
import { BlockReader } from './reading/block-reader.js'
import { type BlockLimits, START } from './reading/blocks.js'

/**
 * Characters of a page, at most. What Slack takes beyond that is room for lines that the bot adds itself. Shorter pages would not read better on a phone (Slack folds long messages there), and more messages are harder to follow.
 */
export const PAGE_LIMIT = MARKDOWN_CHARACTERS - 1_000
/** What ends a text that broke off, and an empty line. */
const PART_COST = 60
/** A smaller page has no room for what is closed and reopened around it. */
const LEAST_LIMIT = 1_000

/**
 * Where the last page ends. `final`: with the text. `live`: more is about to arrive, and what is half there is closed for now or held back. `whole
 * blocks`: the same, of which only whole paragraphs, list items and the like are shown, so that the page may end there.
 */
export type PageEnd = 'final' | 'live' | 'whole blocks'

export interface PageOptions {
  /** False while more is about to arrive: what is half there at the end is closed for now or held back. */
  final: boolean
  /** Characters of a page after rendering, at least 1,000. */
  limit?: number
}

/** All pages of a text at once; none where there is nothing to show. For a text that grows, keep a `Pager`. */
export function pages(markdown: string | readonly Part[], { final, limit = PAGE_LIMIT }: PageOptions): string[] {
  return new Pager(limit).update(markdown, final ? 'final' : 'live')
}

interface Placed {
  readonly from: number
  readonly isBrokenOff: boolean
}

interface Page {
  text: string
  start: Start
  next: Start
  /** The text up to here decided where the page ends. */
  decidedBy: number
}

/** Pages of a text that grows: what is frozen is not read again, so an update costs what the last page costs. */
export class Pager {
  readonly #budget: number
  readonly #limits: BlockLimits
  #frozen: Page[] = []
  /** The texts one below the other, and where each begins. */
  #source = ''
  #parts: readonly Placed[] = []
  /** What the last page has shown of whole blocks: each could be a page by itself. */
  #endings: Page[] = []

  /** @throws RangeError when `limit` is below 1,000 */
  constructor(limit = PAGE_LIMIT) {
    if (!(limit >= LEAST_LIMIT)) throw new RangeError(`a page needs a limit of at least ${LEAST_LIMIT} characters`)
    this.#budget = limit - CLOSING_COST
    this.#limits = { row: Math.min(2000, this.#budget >> 2), header: Math.min(500, Math.floor(this.#budget / 20)) }
  }

  /**
   * The pages of the texts as they are now, each read by itself. Usually they continue those before; where they differ (a preview was replaced),
   * pages from the difference on are made anew. `end` is about the last text, and says nothing about later calls.
   */
  update(markdown: string | readonly Part[], end: PageEnd): string[] {
    const parts = typeof markdown === 'string' ? [{ text: markdown }] : markdown
    const source = parts.map(({ text }) => text).join('\n')
    const placed = placesOf(parts)
    let last = this.#frozen.at(-1)
    if (!this.#endings.every(({ decidedBy }) => this.#isSame(source, placed, decidedBy))) this.#endings = []
    while (last !== undefined && !this.#isSame(source, placed, last.decidedBy)) {
      this.#frozen.pop()
      last = this.#frozen.at(-1)
    }
    this.#source = source
    this.#parts = placed
    let start = last?.next ?? { offset: 0, state: START }
    for (let page = this.#fill(start); page !== undefined; page = this.#fill(start)) {
      this.#freeze(page)
      start = page.next
    }
    return [...this.#frozen.map((page) => page.text), this.#tail(start, end)].filter((text) => text.trim() !== '')
  }

  /**
   * Ends the last page where it says exactly this, so that whatever comes next is another page. Answers false where it cannot end there: it showed
   * more than whole blocks, or something else by now.
   */
  endPage(text: string): boolean {
    const page = this.#endings.find((ending) => ending.text === text)
    if (page === undefined) return false
    this.#freeze(page)
    return true
  }

  #freeze(page: Page): void {
    this.#frozen.push(page)
    this.#endings = []
  }

  #tail(start: Start, end: PageEnd): string {
    const rest = this.#slice(start.offset, this.#source.length)
    switch (end) {
      case 'final':
        return renderSlice(rest, start.state, 'complete', this.#limits).text
      case 'live':
        return renderLive(rest, start.state, this.#limits)
      case 'whole blocks': {
        const ending = this.#ending(start)
        if (ending === undefined) return ''
        if (!this.#endings.some(({ next }) => next.offset === ending.next.offset)) this.#endings.push(ending)
        return ending.text
      }
    }
  }

  /** The last place where the text so far is whole: something else begins there, and nothing that comes later changes what stands before it. */
  #ending(start: Start): Page | undefined {
    const source = this.#source
    const reader = new BlockReader(start.state, this.#limits)
    let next: Start | undefined
    let later = this.#parts.filter(({ from }) => from > start.offset)
    for (let at = start.offset; at < source.length; ) {
      const isNewText = later[0]?.from === at
      if (isNewText) {
        later = later.slice(1)
        reader.startOver()
      }
      const before = { offset: at, state: reader.state() }
      const lineEnd = source.indexOf('\n', at)
      const line = source.slice(at, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/, '')
      if (lineEnd === -1 && isUndecidedLine(line, reader)) break
      const keeps = keepsNext(reader)
      const effect = reader.read(line)
      const begins = isNewText || effect === 'block' || effect === 'item' || effect === 'nested'
      if (at > start.offset && begins && !keeps) next = before
      at = lineEnd === -1 ? source.length : lineEnd + 1
    }
    if (next === undefined) return undefined
    const { text } = renderSlice(this.#slice(start.offset, next.offset), start.state, 'complete', this.#limits)
    return text.trim() === '' ? undefined : { text, start, next, decidedBy: next.offset }
  }

  /** Whether nothing differs in the first `length` characters. */
  #isSame(source: string, parts: readonly Placed[], length: number): boolean {
    if (!source.startsWith(this.#source.slice(0, length))) return false
    const until = (all: readonly Placed[]) => all.filter(({ from }) => from <= length)
    const [now, before] = [until(parts), until(this.#parts)]
    // Whether the last of them broke off is told behind its end.
    return (
      now.length === before.length &&
      now.every(
        ({ from, isBrokenOff }, index) =>
          from === before[index]?.from && (index === now.length - 1 || isBrokenOff === before[index]?.isBrokenOff),
      )
    )
  }

  /** A stretch of the source by texts; the first and the last may be no more than a piece of one. */
  #slice(from: number, to: number): Part[] {
    const slices: Part[] = []
    for (const [index, part] of this.#parts.entries()) {
      const next = this.#parts[index + 1]?.from
      const end = next ?? this.#source.length + 1
      if (end <= from || part.from >= to) continue
      const isWhole = end - 1 <= to
      // Without the line end that stands between two.
      const text = this.#source.slice(Math.max(from, part.from), isWhole ? end - 1 : to)
      slices.push({ text, isBrokenOff: part.isBrokenOff && isWhole })
    }
    return slices
  }

  /** The page that begins at `start`, if the text is more than fits on it. */
  #fill(start: Start): Page | undefined {
    const source = this.#source
    const reader = new BlockReader(start.state, this.#limits)
    const cost = new MarkdownCost(start.state)
    const boundaries: Boundary[] = []
    let at = start.offset
    const next = this.#parts.findIndex(({ from }) => from > at)
    const later = next === -1 ? [] : this.#parts.slice(next)
    while (at < source.length) {
      const lineStart = at
      if (later[0]?.from === at) {
        later.shift()
        reader.startOver()
        cost.total += PART_COST
      }
      const before = { offset: at, state: reader.state(), cost: cost.total, keep: keepsNext(reader) }
      cost.beginLine(before.state)
      while (at < source.length && source.charAt(at) !== '\n') {
        cost.add(source.charAt(at))
        at += 1
        if (cost.total > this.#budget) break
      }
      const full = cost.total > this.#budget && at > lineStart
      if (!full && at === source.length) return undefined
      const effect = reader.read(source.slice(lineStart, at).replace(/\r$/, ''))
      // A line that was full before its first word may be anything; nothing bad comes of ending the page before it.
      const known = full && effect === 'blank' ? 'line' : effect
      if (lineStart > start.offset) boundaries.push({ ...before, effect: known })
      if (full) return this.#cut(start, at, boundaries, reader)
      cost.endLine(before.state, effect, reader.state())
      at += 1
      // An empty line in code is shown, and has no character of its own that could be one too many.
      if (cost.total > this.#budget && effect !== 'blank') return this.#cut(start, at, boundaries, reader)
    }
    return undefined
  }

  #cut(start: Start, decidedBy: number, boundaries: readonly Boundary[], reader: BlockReader): Page {
    const next =
      bestBoundary(boundaries, this.#budget / 2) ??
      this.#insideLine(decidedBy, reader, false) ??
      bestBoundary(boundaries, 0) ??
      this.#insideLine(decidedBy, reader, true) ??
      roughCut(this.#source, start, decidedBy, reader)
    const inParagraph =
      next.state.leaf?.kind === 'paragraph' && (next.state.midLine || ('effect' in next && next.effect === 'line'))
    const slice = this.#slice(start.offset, next.offset)
    const { text, open } = renderSlice(slice, start.state, inParagraph ? 'cut' : 'complete', this.#limits)
    return {
      text,
      start,
      next: { offset: next.offset, state: { ...next.state, open: inParagraph ? open : [] } },
      decidedBy,
    }
  }

  /** A break in the last line, wherever it falls if `anywhere`, else only at a good place in a long line. */
  #insideLine(end: number, reader: BlockReader, anywhere: boolean): Start | undefined {
    const { leaf, path } = reader
    const block = reader.blocks.at(-1)
    if (block?.kind !== 'paragraph' && block?.kind !== 'code') return undefined
    if (leaf?.kind !== 'paragraph' && leaf?.kind !== 'fence') return undefined
    const text = block.lines.join('\n')
    const lineStart = text.lastIndexOf('\n') + 1
    const most = text.length - 1
    const least = Math.max(lineStart, text.length - (this.#budget >> 1))
    if (least >= most || (!anywhere && text.length - lineStart < this.#budget >> 3)) return undefined
    const good =
      block.kind === 'paragraph' ? inlineBreak(text, least, most, block.resume) : codeBreak(text, least, most)
    const index = good ?? (anywhere ? characterBoundary(text, most) : undefined)
    if (index === undefined || index <= lineStart) return undefined
    // A carriage return at the end is not part of what was read.
    const readTo = this.#source.charAt(end - 1) === '\r' ? end - 1 : end
    return { offset: readTo - (text.length - index), state: { path, leaf, midLine: true, open: [] } }
  }
}

function placesOf(parts: readonly Part[]): Placed[] {
  let from = 0
  return parts.map(({ text, isBrokenOff = false }) => {
    const placed = { from, isBrokenOff }
    from += text.length + 1
    return placed
  })
}
