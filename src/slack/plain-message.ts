/**
 * Plainer forms of a message, for when Slack refuses the one it was meant to have: a rule of Block Kit that nobody knew of must
 * cost the person some looks, never the answer. Pure.
 */

import type { KnownBlock, RichTextBlockElement } from '@slack/web-api'
import { escapeMrkdwn } from './markdown-escape.js'
import type { MessageContent } from './poster.js'

/** The plainest form there is: text alone. */
export const PLAINEST = 2

const SECTION_LENGTH = 2_900
const TEXT_LENGTH = 3_900

/** @param plainness 0: as it is; 1: text blocks as plain text, buttons as they are; 2: text alone, without buttons */
export function plainly(content: MessageContent, plainness: number): MessageContent {
  if (plainness <= 0) return content
  if (plainness === 1)
    return { text: content.text.slice(0, TEXT_LENGTH), blocks: content.blocks.flatMap(plainBlocks).slice(0, 50) }
  const text = content.blocks
    .map(markupOf)
    .filter((part) => part !== '')
    .join('\n')
  return { text: (text || content.text).slice(0, TEXT_LENGTH), blocks: [] }
}

function plainBlocks(block: KnownBlock): KnownBlock[] {
  if (block.type === 'actions') return [block]
  const text = textOf(block)
  const pieces: KnownBlock[] = []
  for (let at = 0; at < text.length; at += SECTION_LENGTH) {
    pieces.push({ type: 'section', text: { type: 'plain_text', text: text.slice(at, at + SECTION_LENGTH) } })
  }
  return pieces
}

/** The same where Slack reads markup: what stood in a form in which it reads none is escaped. */
function markupOf(block: KnownBlock): string {
  const isLiteral =
    block.type === 'rich_text' ||
    (block.type === 'context' && block.elements.every(({ type }) => type === 'plain_text'))
  return isLiteral ? escapeMrkdwn(textOf(block)) : textOf(block)
}

function textOf(block: KnownBlock): string {
  switch (block.type) {
    case 'markdown':
      return block.text
    case 'section':
      return block.text?.text ?? ''
    case 'context':
      return block.elements.map((element) => ('text' in element ? element.text : '')).join(' ')
    case 'rich_text':
      return block.elements.map(richTextOf).join('\n')
    default:
      return ''
  }
}

/** A quote stays one. */
function richTextOf({ type, elements }: RichTextBlockElement): string {
  const text = elements.map((element) => ('text' in element ? (element.text ?? '') : '')).join('')
  return type === 'rich_text_quote' ? text.replace(/^/gm, '> ') : text
}
