import { Marked, type Token, type Tokens } from 'marked'
import { decodeEscapes, ENTITY, entityNode, safeUrl } from './entities.js'
import { parseMrkdwnInline, parsePlainInline } from './mrkdwn.js'
import type { Block, Inline, ListItem } from './tree.js'

/**
 * The text of a `markdown` block: standard Markdown as Slack shows it. All headings have one size, images become links,
 * raw HTML is text, and Slack's control sequences (`<@U…>`, `<!channel>`, `&lt;`) are parsed in it too, so an app that
 * forgot to escape its model's or a mail's text is seen to mention people.
 */
export function parseMarkdown(text: string): Block[] {
  try {
    return blocksOf(lexer.lexer(text))
  } catch (error) {
    // Thousands of nested quotes are deeper than the parser can go. Such a text is shown as it stands.
    if (!(error instanceof RangeError)) throw error
    return [{ type: 'paragraph', children: [{ type: 'text', text }] }]
  }
}

/** Name of the token that holds one of Slack's control sequences. */
const ENTITY_TOKEN = 'slackEntity'

const lexer = new Marked({ gfm: true, breaks: true })
lexer.use({
  // Returning undefined (not false, which means "use the default") leaves HTML to be read as text.
  tokenizer: { html: () => undefined, tag: () => undefined },
  extensions: [
    {
      name: ENTITY_TOKEN,
      level: 'inline',
      start: (source: string) => {
        const index = source.indexOf('<')
        return index < 0 ? undefined : index
      },
      tokenizer: (source: string) => {
        ENTITY.lastIndex = 0
        const match = ENTITY.exec(source)
        const inside = match?.[1]
        if (!match || inside === undefined || !entityNode(inside, parseMrkdwnInline)) return undefined
        return { type: ENTITY_TOKEN, raw: match[0], text: inside }
      },
    },
  ],
})

function blocksOf(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = []
  for (const token of tokens) {
    const block = blockOf(token as Tokens.Generic)
    if (block) blocks.push(block)
  }
  return blocks
}

function blockOf(token: Tokens.Generic): Block | undefined {
  switch (token.type) {
    case 'space':
    case 'def':
    // A task's box is read from the list item's `checked`.
    case 'checkbox':
      return undefined
    case 'heading':
      return { type: 'heading', children: inlinesOf(token.tokens) }
    case 'code':
      return {
        type: 'code',
        text: decodeEscapes(String(token.text)),
        ...(token.lang ? { language: String(token.lang) } : {}),
      }
    case 'blockquote':
      return { type: 'quote', children: blocksOf(token.tokens ?? []) }
    case 'hr':
      return { type: 'divider' }
    case 'list':
      return listOf(token as Tokens.List)
    case 'table':
      return tableOf(token as Tokens.Table)
    case 'paragraph':
    case 'text':
      return { type: 'paragraph', children: token.tokens ? inlinesOf(token.tokens) : parsePlainInline(token.raw) }
    default:
      return { type: 'paragraph', children: parsePlainInline(token.raw) }
  }
}

function listOf(token: Tokens.List): Block {
  const items = token.items.map(
    (item): ListItem => ({
      ...(item.task ? { checked: item.checked === true } : {}),
      children: blocksOf(item.tokens),
    }),
  )
  return { type: 'list', ordered: token.ordered, start: token.start === '' ? 1 : token.start, items }
}

function tableOf(token: Tokens.Table): Block {
  return {
    type: 'table',
    header: token.header.map((cell) => inlinesOf(cell.tokens)),
    rows: token.rows.map((row) => row.map((cell) => inlinesOf(cell.tokens))),
    align: token.align.map((align) => align ?? 'left'),
  }
}

function inlinesOf(tokens: readonly Token[] | undefined): Inline[] {
  return (tokens ?? []).flatMap((token) => inlineOf(token as Tokens.Generic))
}

function inlineOf(token: Tokens.Generic): Inline[] {
  switch (token.type) {
    case ENTITY_TOKEN: {
      const node = entityNode(String(token.text), parseMrkdwnInline)
      return node ? [node] : [{ type: 'text', text: token.raw }]
    }
    case 'strong':
      return [{ type: 'bold', children: inlinesOf(token.tokens) }]
    case 'em':
      return [{ type: 'italic', children: inlinesOf(token.tokens) }]
    case 'del':
      return [{ type: 'strike', children: inlinesOf(token.tokens) }]
    case 'codespan':
      return [{ type: 'code', text: decodeEscapes(String(token.text)) }]
    case 'br':
      return [{ type: 'break' }]
    case 'checkbox':
      return []
    case 'link':
      return linkOf(String(token.href), inlinesOf(token.tokens))
    case 'image':
      return linkOf(String(token.href), [
        { type: 'text', text: decodeEscapes(String(token.text) || String(token.href)) },
      ])
    case 'escape':
      return [{ type: 'text', text: String(token.text) }]
    case 'text':
      return token.tokens ? inlinesOf(token.tokens) : parsePlainInline(token.raw)
    default:
      return parsePlainInline(token.raw)
  }
}

/** A link that may not be followed (javascript:, data:, a relative path) keeps its text. */
function linkOf(href: string, children: Inline[]): Inline[] {
  const url = safeUrl(href)
  return url === undefined ? children : [{ type: 'link', url, children }]
}
