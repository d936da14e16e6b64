import type { RichTextBlock, RichTextElement, RichTextSection } from '@slack/types'
import { emojiNode } from './emoji.js'
import { dateNode, safeUrl } from './entities.js'
import type { Block, Inline, ListItem } from './tree.js'

/** The tree of a `rich_text` block. Its texts are literal: neither markup nor escapes are read in them. */
export function parseRichText(block: RichTextBlock): Block[] {
  const blocks: Block[] = []
  for (const element of block.elements) {
    switch (element.type) {
      case 'rich_text_section':
        blocks.push({ type: 'paragraph', children: inlines(element.elements) })
        break
      case 'rich_text_quote':
        blocks.push({ type: 'quote', children: [{ type: 'paragraph', children: inlines(element.elements) }] })
        break
      case 'rich_text_preformatted':
        blocks.push({
          type: 'code',
          text: element.elements.map((part) => part.text ?? ('url' in part ? part.url : '')).join(''),
        })
        break
      case 'rich_text_list':
        addList(blocks, element.style === 'ordered', element.indent ?? 0, element.elements)
        break
    }
  }
  return blocks
}

/** Slack writes a nested list as a list of its own with an indent; here it goes into the last item above it. */
function addList(into: Block[], ordered: boolean, indent: number, sections: readonly RichTextSection[]): void {
  const last = into.at(-1)
  const parent = last?.type === 'list' ? last.items.at(-1) : undefined
  if (indent > 0 && parent) {
    addList(parent.children, ordered, indent - 1, sections)
    return
  }
  const items = sections.map(
    (section): ListItem => ({ children: [{ type: 'paragraph', children: inlines(section.elements) }] }),
  )
  if (last?.type === 'list' && last.ordered === ordered) last.items.push(...items)
  else into.push({ type: 'list', ordered, start: 1, items })
}

function inlines(elements: readonly RichTextElement[]): Inline[] {
  return elements.flatMap((element) => styled(element, inline(element)))
}

function inline(element: RichTextElement): Inline[] {
  switch (element.type) {
    case 'text':
      return element.style?.code ? [{ type: 'code', text: element.text }] : lines(element.text)
    case 'link': {
      const url = safeUrl(element.url)
      const children: Inline[] = [{ type: 'text', text: element.text || element.url }]
      return url === undefined ? children : [{ type: 'link', url, children }]
    }
    case 'emoji':
      return [emojiNode(element.name) ?? { type: 'text', text: `:${element.name}:` }]
    case 'user':
      return [{ type: 'user', id: element.user_id }]
    case 'channel':
      return [{ type: 'channel', id: element.channel_id }]
    case 'broadcast':
      return [{ type: 'broadcast', range: element.range }]
    case 'usergroup':
      return [{ type: 'usergroup', id: element.usergroup_id }]
    case 'date':
      return [dateNode(element.timestamp, element.format, element.fallback)]
    case 'color':
      return [{ type: 'code', text: element.value }]
    case 'team':
      return [{ type: 'text', text: element.team_id }]
  }
}

function lines(text: string): Inline[] {
  return text
    .split(/(\n+)/)
    .filter((part) => part !== '')
    .map((part): Inline => {
      if (!part.startsWith('\n')) return { type: 'text', text: part }
      return part.length > 1 ? { type: 'gap' } : { type: 'break' }
    })
}

function styled(element: RichTextElement, nodes: Inline[]): Inline[] {
  const style = element.style
  let result = nodes
  if (style?.strike) result = [{ type: 'strike', children: result }]
  if (style?.italic) result = [{ type: 'italic', children: result }]
  if (style?.bold) result = [{ type: 'bold', children: result }]
  return result
}
