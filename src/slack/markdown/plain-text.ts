/** Rendered Markdown as plain text: what a person would read, without marks, for places that know none. Pure. */
import { BlockReader } from './reading/block-reader.js'
import { type Block, type Container, START } from './reading/blocks.js'
import { parseInline } from './reading/inline-reader.js'
import type { Inline } from './reading/nodes.js'

/** `whole`: all that the text holds, the targets of its links and the signs of quotes too. `words`: what it says. */
type Form = 'whole' | 'words'

/** Behind a target that is longer, nothing has to be looked for. */
const LOOK_AHEAD = 2_500

/**
 * A line for each line; items keep their numbers and bullets.
 * @param rendered what `renderMarkdown` or `pages` made
 * @param enough at least so many characters, if there are
 */
export function plainText(rendered: string, form: Form, enough = Number.POSITIVE_INFINITY): string {
  const reader = new BlockReader(START)
  const begun = new Set<Container>()
  let text = ''
  let read = 0
  let written = 0
  const write = (until: number): void => {
    for (const block of reader.blocks.slice(written, until)) {
      const lines = linesOf(block, form, enough)
      for (const line of lines) text += `${text === '' ? '' : '\n'}${markersOf(block.path, begun, form)}${line}`
    }
    written = Math.max(written, until)
  }
  for (const line of rendered.split('\n')) {
    reader.read(line)
    read += line.length
    // The last block may go on.
    if (read > enough) write(reader.blocks.length - 1)
    if (text.length > enough) return text
  }
  write(reader.blocks.length)
  return text
}

function linesOf(block: Block, form: Form, enough: number): string[] {
  switch (block.kind) {
    case 'paragraph': {
      const source = block.lines.join('\n')
      const most = enough + LOOK_AHEAD
      // What is half at the cut is left out.
      const { nodes } = parseInline(source.slice(0, most), source.length > most ? 'live' : 'complete', [])
      return wordsOf(nodes, form).split('\n')
    }
    case 'heading':
      return [wordsOf(parseInline(block.text, 'complete', []).nodes, form)]
    case 'code':
      // In code, Slack's entities are the only ones.
      return block.lines.map((line) => line.replaceAll('&lt;', '<').replaceAll('&amp;', '&'))
    case 'table':
      return [block.header, ...block.rows].map((row) => row.join(' | '))
    case 'rule':
      return ['———']
    case 'emptyItem':
      return ['']
  }
}

function markersOf(path: readonly Container[], begun: Set<Container>, form: Form): string {
  let markers = ''
  for (const container of path) {
    if (container.kind === 'quote') markers += form === 'whole' ? '> ' : ''
    else if (begun.has(container)) markers += '  '
    else markers += container.number === undefined ? '• ' : `${container.number}. `
    begun.add(container)
  }
  return markers
}

function wordsOf(nodes: readonly Inline[], form: Form): string {
  let words = ''
  for (const node of nodes) {
    if (node.kind === 'text') words += node.value
    else if (node.kind === 'code') words += node.value.replaceAll('&lt;', '<').replaceAll('&amp;', '&')
    else if (node.kind === 'break') words += '\n'
    else if (node.kind === 'delimiter') words += node.character.repeat(node.remaining)
    else words += linkOf(wordsOf(node.label, form), node.target.url, form)
  }
  return words.replaceAll('\u200B', '')
}

function linkOf(label: string, url: string, form: Form): string {
  return form === 'words' || label === url || `mailto:${label}` === url ? label : `${label} (${url})`
}
