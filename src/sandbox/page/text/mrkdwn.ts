import { emojiNode } from './emoji.js'
import { decodeEscapes, ENTITY, entityNode } from './entities.js'
import type { Block, Inline } from './tree.js'

/**
 * Slack's own markup, as in `text` and `mrkdwn` text objects: *bold*, _italic_, ~strike~, `code`, fences, > quotes and
 * the control sequences of entities.ts. There are no lists and no headings in it.
 */
export function parseMrkdwn(text: string): Block[] {
  const blocks: Block[] = []
  let from = 0
  for (const fence of text.matchAll(/```\n?([\s\S]*?)\n?```/g)) {
    blocks.push(...parseLines(text.slice(from, fence.index)))
    blocks.push({ type: 'code', text: decodeEscapes(unwrapEntities(fence[1] ?? '')) })
    from = fence.index + fence[0].length
  }
  blocks.push(...parseLines(text.slice(from)))
  return blocks
}

/** One run of mrkdwn without fences and quotes, as in a button's neighbour or a table cell. */
export function parseMrkdwnInline(text: string): Inline[] {
  return new InlineParser(text).parse()
}

/** Plain text objects know no markup but emoji, and decode the escapes. */
export function parsePlainInline(text: string): Inline[] {
  const nodes: Inline[] = []
  let from = 0
  for (const match of text.matchAll(/:([a-z0-9_+-]+):/g)) {
    const emoji = emojiNode(match[1] ?? '')
    if (!emoji) continue
    pushText(nodes, decodeEscapes(text.slice(from, match.index)))
    nodes.push(emoji)
    from = match.index + match[0].length
  }
  pushText(nodes, decodeEscapes(text.slice(from)))
  return nodes
}

/** In a fence Slack still replaces `<url|label>` by its label and `<url>` by the URL, and leaves mentions alone. */
function unwrapEntities(code: string): string {
  return code.replace(
    /<((?:https?|mailto):[^<>|\n]+)(?:\|([^<>\n]*))?>/g,
    (_, url: string, label?: string) => label ?? url,
  )
}

const QUOTE = /^(?:&gt;|>) ?/
const QUOTE_REST = /^(?:&gt;|>){3} ?/

function parseLines(text: string): Block[] {
  const trimmed = text.replace(/^\n+|\n+$/g, '')
  if (trimmed.trim() === '') return []
  const blocks: Block[] = []
  let plain: string[] = []
  let quoted: string[] = []
  const flush = () => {
    if (plain.some((line) => line.trim() !== ''))
      blocks.push({ type: 'paragraph', children: parseMrkdwnInline(plain.join('\n').replace(/^\n+|\n+$/g, '')) })
    if (quoted.length > 0)
      blocks.push({ type: 'quote', children: [{ type: 'paragraph', children: parseMrkdwnInline(quoted.join('\n')) }] })
    plain = []
    quoted = []
  }
  const lines = trimmed.split('\n')
  for (const [index, line] of lines.entries()) {
    if (QUOTE_REST.test(line)) {
      flush()
      quoted = [line.replace(QUOTE_REST, ''), ...lines.slice(index + 1)]
      break
    }
    const isQuote = QUOTE.test(line)
    if (isQuote ? plain.length > 0 : quoted.length > 0) flush()
    if (isQuote) quoted.push(line.replace(QUOTE, ''))
    else plain.push(line)
  }
  flush()
  return blocks
}

const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' } as const
const BARE_URL = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]}*_~]/y
const EMOJI = /:([a-z0-9_+-]+):/y
const CODE = /`([^`\n]+)`/y

/** Styles within styles; there are three, so what nests deeper is no text that a person wrote. */
const DEEPEST = 6

class InlineParser {
  readonly #text: string
  readonly #depth: number
  readonly #nodes: Inline[] = []
  readonly #unclosedUntil = { '*': -1, _: -1, '~': -1 }
  #at = 0

  constructor(text: string, depth = 0) {
    this.#text = text
    this.#depth = depth
  }

  parse(): Inline[] {
    while (this.#at < this.#text.length) {
      const node = this.#special()
      if (node) this.#nodes.push(node)
      else this.#plain()
    }
    return this.#nodes
  }

  #special(): Inline | undefined {
    const character = this.#text[this.#at] ?? ''
    switch (character) {
      case '\n': {
        const newlines = this.#match(/\n(?:[ \t]*\n)*/y)
        return newlines && newlines[0].length > 1 ? { type: 'gap' } : { type: 'break' }
      }
      case '<':
        return this.#take(ENTITY, (match) => entityNode(match[1] ?? '', parseMrkdwnInline))
      case '`':
        return this.#take(CODE, (match) => ({ type: 'code', text: decodeEscapes(unwrapEntities(match[1] ?? '')) }))
      case ':':
        return this.#take(EMOJI, (match) => emojiNode(match[1] ?? ''))
      case 'h':
        return this.#isBoundary(this.#at - 1)
          ? this.#take(BARE_URL, (match) => {
              const url = decodeEscapes(match[0])
              return { type: 'link', url, children: [{ type: 'text', text: url }] }
            })
          : undefined
      case '*':
      case '_':
      case '~':
        return this.#styled(character)
      default:
        return undefined
    }
  }

  /** `*bold*`: the markers stand at word boundaries and hug the text, and a line end breaks the style, as in Slack. */
  #styled(marker: '*' | '_' | '~'): Inline | undefined {
    const start = this.#at + 1
    const isOpening =
      this.#isEdge(this.#at - 1, marker) && /[^\s]/.test(this.#text[start] ?? ' ') && this.#text[start] !== marker
    if (!isOpening || this.#depth >= DEEPEST) return undefined
    // Where one search met no closing marker, another one that starts later on the line meets none either.
    if (start <= this.#unclosedUntil[marker]) return undefined
    let end = start
    for (; end < this.#text.length && this.#text[end] !== '\n'; end++) {
      if (this.#text[end] === '`') {
        const close = this.#text.indexOf('`', end + 1)
        if (close > 0) end = close
        continue
      }
      if (this.#text[end] !== marker || end === start) continue
      if (/\s/.test(this.#text[end - 1] ?? ' ') || !this.#isEdge(end + 1, marker)) continue
      this.#at = end + 1
      return { type: STYLES[marker], children: new InlineParser(this.#text.slice(start, end), this.#depth + 1).parse() }
    }
    this.#unclosedUntil[marker] = end
    return undefined
  }

  /** Whether a marker may open after, or close before, this character: no letter, no digit, and not the marker again. */
  #isEdge(index: number, marker: string): boolean {
    return this.#isBoundary(index) && this.#text[index] !== marker
  }

  #plain(): void {
    const entity = this.#match(/&(?:amp|lt|gt);/y)
    const raw = entity ? entity[0] : (this.#text[this.#at++] ?? '')
    pushText(this.#nodes, entity ? decodeEscapes(raw) : raw)
  }

  #isBoundary(index: number): boolean {
    const character = this.#text[index]
    return character === undefined || !/[\p{L}\p{N}]/u.test(character)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text) ?? undefined
    if (match) this.#at = pattern.lastIndex
    return match
  }

  #take(pattern: RegExp, node: (match: RegExpExecArray) => Inline | undefined): Inline | undefined {
    const from = this.#at
    const match = this.#match(pattern)
    const result = match && node(match)
    if (!result) this.#at = from
    return result
  }
}

function pushText(nodes: Inline[], text: string): void {
  if (text === '') return
  const last = nodes.at(-1)
  if (last?.type === 'text') last.text += text
  else nodes.push({ type: 'text', text })
}
