/** The inside of a paragraph, heading or cell: Markdown in, Slack-safe Markdown out. */
import { printInline } from './print.js'
import { parseInline } from './reading/inline-reader.js'
import { type InlineEnd, type OpenMark, visible } from './reading/nodes.js'

export interface InlineResult {
  text: string
  /** What the next page has to reopen, outermost first. Empty unless the end is `cut`. */
  open: readonly OpenMark[]
}

/** Renders one leaf of text. `resume` is what the page before left open in it. */
export function renderInline(source: string, end: InlineEnd, resume: readonly OpenMark[] = []): InlineResult {
  const { nodes, open } = parseInline(source, end, resume)
  return { text: printInline(nodes), open: end === 'cut' ? open : [] }
}

export interface PlainInline {
  text: string
  /** Something in it is lost in plain text: a link's target. */
  linked: boolean
}

/** The visible characters alone, unescaped: for places where no formatting is possible. */
export function plainInline(source: string): PlainInline {
  const { nodes } = parseInline(source, 'complete', [])
  return { text: visible(nodes), linked: nodes.some((node) => node.kind === 'link') }
}
