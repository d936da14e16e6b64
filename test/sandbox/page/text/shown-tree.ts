import type { Block, Inline } from '../../../../src/sandbox/page/text/tree.js'

/** A parsed text as one line of markup, to compare in a test. Characters of the text itself are not escaped. */
export function shown(blocks: readonly Block[]): string {
  return blocks.map(block).join('')
}

function block(node: Block): string {
  switch (node.type) {
    case 'paragraph':
      return `<p>${inlines(node.children)}</p>`
    case 'heading':
      return `<h>${inlines(node.children)}</h>`
    case 'quote':
      return `<quote>${shown(node.children)}</quote>`
    case 'code':
      return `<pre${node.language ? ` ${node.language}` : ''}>${node.text}</pre>`
    case 'divider':
      return '<hr>'
    case 'list': {
      const items = node.items.map(({ checked, children }) => {
        const box = checked === undefined ? '' : checked ? '[x] ' : '[ ] '
        return `<li>${box}${shown(children)}</li>`
      })
      return node.ordered ? `<ol ${node.start}>${items.join('')}</ol>` : `<ul>${items.join('')}</ul>`
    }
    case 'table':
      return `<table ${node.align.join(' ')}>${[node.header, ...node.rows].map((row) => row.map(inlines).join('|')).join('/')}</table>`
  }
}

function inlines(nodes: readonly Inline[]): string {
  return nodes.map(inline).join('')
}

function inline(node: Inline): string {
  switch (node.type) {
    case 'text':
      return node.text
    case 'bold':
      return `<b>${inlines(node.children)}</b>`
    case 'italic':
      return `<i>${inlines(node.children)}</i>`
    case 'strike':
      return `<s>${inlines(node.children)}</s>`
    case 'code':
      return `<code>${node.text}</code>`
    case 'link':
      return `<a ${node.url}>${inlines(node.children)}</a>`
    case 'user':
      return `<@${node.id}>`
    case 'channel':
      return `<#${node.id}>`
    case 'broadcast':
      return `<!${node.range}>`
    case 'date':
      return node.fallback
    case 'usergroup':
      return `<!subteam ${node.id}>`
    case 'emoji':
      return node.character
    case 'break':
      return '<br>'
    case 'gap':
      return '<gap>'
  }
}
