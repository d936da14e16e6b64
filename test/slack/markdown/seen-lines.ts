/** The lines that a person sees of a `markdown` block, by the parser of the local Slack: what a construct means, not only which letters it has. */
import { parseMarkdown } from '../../../src/sandbox/page/text/markdown.js'
import type { Block, Inline } from '../../../src/sandbox/page/text/tree.js'

/**
 * A string for each line. Numbers as Slack counts them, `•` for bullets, `> ` for each quote around, `| ` before code, `label→target` for
 * links whose label is not the target. Bold and its like are left out, and so are empty lines and depth of lists.
 */
export function seenLines(markdown: string): string[] {
  return parseMarkdown(markdown)
    .flatMap(linesOf)
    .map((line) => line.replaceAll('\u200B', ''))
    .filter((line) => line !== '')
}

function linesOf(block: Block): string[] {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return wordsOf(block.children).split('\n')
    case 'code':
      return block.text.split('\n').map((line) => `| ${line}`)
    case 'divider':
      return ['---']
    case 'quote':
      return block.children.flatMap(linesOf).map((line) => `> ${line}`)
    case 'list':
      return block.items.flatMap(({ children }, index) => {
        const marker = block.ordered ? `${Number(block.start) + index}. ` : '• '
        const [first = '', ...others] = children.flatMap(linesOf)
        return [`${marker}${first}`, ...others]
      })
    case 'table':
      return ['a table that should have been rewritten']
  }
}

function wordsOf(nodes: readonly Inline[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'text' || node.type === 'code') return node.text
      if (node.type === 'break') return '\n'
      if (node.type === 'emoji') return node.character
      if (node.type === 'link') return linkOf(wordsOf(node.children), node.url)
      return 'children' in node ? wordsOf(node.children) : ''
    })
    .join('')
}

function linkOf(label: string, url: string): string {
  return url === label || url === `mailto:${label}` ? label : `${label}→${url}`
}
