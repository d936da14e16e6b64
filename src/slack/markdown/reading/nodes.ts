/** The parts that a leaf of Markdown is read into, before they are written for Slack. */
import type { LinkTarget } from './links.js'

/**
 * What the end of a leaf means: `complete` (nothing follows), `live` (more is about to arrive: what is undecided is held back, what
 * is open is closed for now) or `cut` (the rest stands on the next page: closed here, reopened there, nothing held back).
 */
export type InlineEnd = 'complete' | 'live' | 'cut'

/** A run of markers that is left open at a cut, as it was written: `*`, `__`, `~~`, or backticks. */
export type OpenMark = string

export type Emphasis = '*' | '**' | '~~'

export interface Delimiter {
  kind: 'delimiter'
  character: string
  length: number
  remaining: number
  opens: boolean
  closes: boolean
  /** Reopened from the page before; disappears if nothing closes it. */
  reopened: boolean
  starts: Emphasis[]
  ends: Emphasis[]
}

export type Inline =
  | { kind: 'text'; value: string }
  | { kind: 'code'; value: string; ticks: number }
  | { kind: 'link'; target: LinkTarget; label: Inline[]; image: boolean }
  | { kind: 'break'; hard: boolean }
  | Delimiter

/** A stretch of source that a page break should not split. */
export interface Atom {
  from: number
  to: number
}

/** The characters that a reader sees, without any formatting. */
export function visible(nodes: readonly Inline[]): string {
  let text = ''
  for (const node of nodes) {
    if (node.kind === 'text' || node.kind === 'code') text += node.value
    else if (node.kind === 'link') text += visible(node.label)
    else if (node.kind === 'break') text += '\n'
    else text += node.character.repeat(node.remaining)
  }
  return text
}
