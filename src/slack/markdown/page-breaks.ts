/** Where a page may end. */

import { characterBoundary } from './break.js'
import type { BlockReader } from './reading/block-reader.js'
import type { BlockState, Effect } from './reading/blocks.js'

/** Where a page begins. */
export interface Start {
  readonly offset: number
  readonly state: BlockState
}

/** A place between two lines where a page may end. */
export interface Boundary extends Start {
  cost: number
  /** The line before introduces what follows. */
  keep: boolean
  /** What the line after it does. */
  effect: Effect
}

const WORTH: Record<Effect, number> = { none: 0, blank: 0, line: 1, nested: 2, item: 3, block: 4 }

/** The last of the best ones. */
export function bestBoundary(boundaries: readonly Boundary[], leastCost: number): Boundary | undefined {
  let best: Boundary | undefined
  let bestWorth = 1
  for (const boundary of boundaries) {
    if (boundary.cost < leastCost) continue
    const { leaf } = boundary.state
    const headless = leaf?.kind === 'table' && !leaf.hasRows
    const worth = headless ? 0 : Math.min(WORTH[boundary.effect], boundary.keep ? 1 : 4)
    if (worth >= bestWorth) {
      best = boundary
      bestWorth = worth
    }
  }
  return best
}

/** A heading, or a paragraph that ends with a colon, belongs to what comes after it. */
export function keepsNext(reader: BlockReader): boolean {
  const last = reader.blocks.at(-1)
  return last?.kind === 'heading' || (last?.kind === 'paragraph' && /[:：]\s*$/.test(last.lines.at(-1) ?? ''))
}

export function codeBreak(text: string, least: number, most: number): number {
  for (let at = most; at > least; at -= 1) if (/\s/.test(text.charAt(at - 1))) return at
  return characterBoundary(text, most)
}

/** For lines that are neither text nor code, such as two thousand blanks: anywhere will do. */
export function roughCut(source: string, start: Start, end: number, reader: BlockReader): Start {
  const at = characterBoundary(source, end - 1)
  const offset = at > start.offset ? at : end
  return { offset, state: { path: reader.path, leaf: { kind: 'paragraph' }, midLine: true, open: [] } }
}
