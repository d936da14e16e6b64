/**
 * The blocks of a Slack message. A person's own `text` is written by Slack from them and says nearly the same; what only the blocks say
 * is read here: which `:names:` are emoji, tables, and everything where the text is empty. Bodies come from outside: what has another
 * shape than the documented one is passed over. Pure.
 */

import { z } from 'zod'
import { emojiFromCodePoints } from './emoji.js'

type Node = Readonly<Record<string, unknown>>

const NODE = z.looseObject({ type: z.string() })
/** Deeper than anything that people can write. */
const DEEPEST = 12

/** Names of the emoji in a message, each with its character; null: the workspace's own. */
export type KnownEmoji = ReadonlyMap<string, string | null>

/** Null where the blocks do not say: there are none, or none with words. */
export function emojiInBlocks(blocks: unknown): KnownEmoji | null {
  const found = new Map<string, string | null>()
  let leaves = 0
  for (const leaf of leavesOf(blocks)) {
    leaves += 1
    const [name = ''] = string(leaf.name).split('::')
    if (leaf.type !== 'emoji' || name === '') continue
    // With a tone the code points hold it, too; the text says which.
    const points = string(leaf.unicode).replace(/-1f3f[b-f]/gi, '')
    found.set(name, emojiFromCodePoints(points))
  }
  return leaves === 0 ? null : found
}

/** What the blocks say and a text beside them does not, in Slack's own markup. */
export function beyondText(text: string, blocks: unknown): string {
  const nodes = nodesOf(blocks)
  const missing = text.trim() === '' ? nodes : nodes.filter(({ type }) => type === 'table')
  return missing
    .map((node) => markupOf(node, 0))
    .filter((part) => part !== '')
    .join('\n')
}

function* leavesOf(value: unknown, depth = 0): Generator<Node> {
  if (depth > DEEPEST) return
  for (const node of nodesOf(value)) {
    if (Array.isArray(node.elements)) yield* leavesOf(node.elements, depth + 1)
    else if (Array.isArray(node.rows)) for (const row of node.rows) yield* leavesOf(row, depth + 1)
    else if (depth > 0) yield node
  }
}

function markupOf(node: Node, depth: number): string {
  if (depth > DEEPEST) return ''
  const children = nodesOf(node.elements)
  const inside = () => children.map((child) => markupOf(child, depth + 1))
  switch (node.type) {
    case 'rich_text':
      return inside().join('\n')
    case 'rich_text_section':
      return inside().join('')
    case 'rich_text_list':
      return inside()
        .map((item, index) => `${node.style === 'ordered' ? `${number(node.offset) + index + 1}.` : '•'} ${item}`)
        .map((item) => '    '.repeat(Math.min(number(node.indent), DEEPEST)) + item)
        .join('\n')
    case 'rich_text_quote':
      return inside().join('').replace(/^/gm, '&gt; ')
    case 'rich_text_preformatted':
      return `\`\`\`${inside().join('')}\`\`\``
    case 'table':
      return rowsOf(node.rows, depth).join('\n')
    case 'context':
      return inside().join(' ')
    case 'header':
    case 'section':
      return [node.text, ...list(node.fields)].flatMap(nodeOf).map(textOf).join('\n')
    case 'markdown':
      return escaped(string(node.text))
    default:
      return leafOf(node)
  }
}

function rowsOf(rows: unknown, depth: number): string[] {
  return list(rows).map((row) => {
    const cells = nodesOf(row).map((cell) => markupOf(cell, depth + 1).replaceAll('\n', ' '))
    return `| ${cells.join(' | ')} |`
  })
}

function leafOf(node: Node): string {
  switch (node.type) {
    case 'text':
    case 'plain_text':
    case 'mrkdwn':
    case 'raw_text':
      return isCode(node.style) ? `\`${textOf(node)}\`` : textOf(node)
    case 'link':
      return string(node.text) === '' ? `<${string(node.url)}>` : `<${string(node.url)}|${escaped(string(node.text))}>`
    case 'user':
      return `<@${string(node.user_id)}>`
    case 'usergroup':
      return `<!subteam^${string(node.usergroup_id)}>`
    case 'channel':
      return `<#${string(node.channel_id)}>`
    case 'broadcast':
      return `<!${string(node.range)}>`
    case 'date':
      return string(node.fallback)
    case 'color':
      return string(node.value)
    case 'emoji':
      return `:${string(node.name)}:`
    default:
      return ''
  }
}

/** Only `mrkdwn` holds Slack's markup already. */
function textOf(node: Node): string {
  return node.type === 'mrkdwn' ? string(node.text) : escaped(string(node.text))
}

function isCode(style: unknown): boolean {
  return typeof style === 'object' && style !== null && 'code' in style && style.code === true
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function nodesOf(value: unknown): Node[] {
  return list(value).flatMap(nodeOf)
}

function nodeOf(value: unknown): Node[] {
  const parsed = NODE.safeParse(value)
  return parsed.success ? [parsed.data] : []
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function string(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
