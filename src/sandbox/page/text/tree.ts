/**
 * What Slack's three text formats (mrkdwn, Markdown blocks, rich text) have in common once they are parsed. Nothing in a
 * tree is HTML: the view makes an element of each node, so text can only ever be shown as text.
 */

export type Inline =
  | { type: 'text'; text: string }
  | { type: 'bold' | 'italic' | 'strike'; children: Inline[] }
  | { type: 'code'; text: string }
  /** `url` has been checked: http, https, mailto or tel. */
  | { type: 'link'; url: string; children: Inline[] }
  | { type: 'user'; id: string }
  | { type: 'channel'; id: string; label?: string }
  | { type: 'broadcast'; range: 'here' | 'channel' | 'everyone' }
  | { type: 'usergroup'; id: string; label?: string }
  /** A moment, written for whoever reads it: `pattern` holds Slack's `{date_long}` and the like. */
  | { type: 'date'; seconds: number; pattern: string; fallback: string }
  | { type: 'emoji'; name: string; character: string }
  | { type: 'break' }
  /** An empty line inside a paragraph: Slack gives it half a line. */
  | { type: 'gap' }

export type Block =
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'heading'; children: Inline[] }
  | { type: 'list'; ordered: boolean; start: number; items: ListItem[] }
  | { type: 'quote'; children: Block[] }
  | { type: 'code'; text: string; language?: string }
  | { type: 'divider' }
  | { type: 'table'; header: Inline[][]; rows: Inline[][][]; align: ColumnAlign[] }

export interface ListItem {
  /** Set on items of a task list. */
  checked?: boolean
  children: Block[]
}

export type ColumnAlign = 'left' | 'center' | 'right'

/** The plain text of a run of inline nodes, for labels, previews and tests. */
export function plainText(nodes: readonly Inline[]): string {
  return nodes.map(inlineText).join('')
}

/** The plain text of blocks, in one line. */
export function plainWords(blocks: readonly Block[]): string {
  return blocks.map(blockText).join(' ').replace(/\s+/g, ' ').trim()
}

function blockText(block: Block): string {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
      return plainText(block.children)
    case 'list':
      return block.items.map((item) => plainWords(item.children)).join(', ')
    case 'quote':
      return plainWords(block.children)
    case 'code':
      return block.text
    case 'divider':
      return ''
    case 'table':
      return [block.header, ...block.rows].map((row) => row.map(plainText).join(' ')).join(', ')
  }
}

function inlineText(node: Inline): string {
  switch (node.type) {
    case 'text':
    case 'code':
      return node.text
    case 'bold':
    case 'italic':
    case 'strike':
    case 'link':
      return plainText(node.children)
    case 'user':
      return `@${node.id}`
    case 'channel':
      return `#${node.label ?? node.id}`
    case 'broadcast':
      return `@${node.range}`
    case 'date':
      return node.fallback
    case 'usergroup':
      return node.label ?? `@${node.id}`
    case 'emoji':
      return node.character
    case 'break':
    case 'gap':
      return ' '
  }
}
