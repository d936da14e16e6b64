/**
 * Plainer forms of a message, for when Slack refuses the one it was meant to have: a rule of Block Kit that nobody knew of must
 * cost the person some looks, never a word of the answer. Pure.
 */

import type { ActionsBlock, KnownBlock, RichTextBlockElement, RichTextElement } from '@slack/web-api'
import { TEXT_CHARACTERS, UPDATE_CHARACTERS } from '../api/limits.js'
import type { MessageContent } from '../api/poster.js'
import { escapeMrkdwn } from '../markdown/escape.js'
import { plainText } from '../markdown/plain-text.js'
import { small } from './card-text.js'

/** The plainest form there is: text alone. */
export const PLAINEST = 2

const SECTION_LENGTH = TEXT_CHARACTERS - 100
/** Far below what Slack takes, because how much that is may be the reason for its refusal. */
const SECTIONS = 2
const TEXT_LENGTH = UPDATE_CHARACTERS - 100

/**
 * The same as one or more messages.
 * @param plainness 0: as it is; 1: texts without markup, each set of buttons in a message of its own below what it is about; 2: text
 * alone, without buttons
 */
export function plainly(content: MessageContent, plainness: number): MessageContent[] {
  if (plainness <= 0) return [content]
  return plainness === 1 ? withButtonsApart(content) : textAlone(content)
}

/**
 * Without markup nothing tells what a mail or the agent wrote from what the bot says: a text that looks like a question of the bot's must not
 * stand beside buttons.
 */
function withButtonsApart(content: MessageContent): MessageContent[] {
  const messages: MessageContent[] = []
  let texts: string[] = []
  let buttons: ActionsBlock[] = []
  const flush = (): void => {
    if (texts.length > 0) messages.push(...textMessages(content.text, texts.join('\n')))
    if (buttons.length > 0) messages.push(buttonMessage(buttons))
    texts = []
    buttons = []
  }
  for (const block of content.blocks) {
    if (block.type === 'actions') {
      buttons.push(block)
      continue
    }
    if (buttons.length > 0) flush()
    const text = literalOf(block)
    if (text !== '') texts.push(text)
  }
  flush()
  return messages.length > 0 ? messages : textMessages(content.text, unescaped(content.text))
}

function textMessages(notification: string, text: string): MessageContent[] {
  const sections = pieces(text, SECTION_LENGTH).map(
    (piece): KnownBlock => ({ type: 'section', text: { type: 'plain_text', text: piece, emoji: false } }),
  )
  const messages: MessageContent[] = []
  for (let at = 0; at < sections.length; at += SECTIONS)
    messages.push({ text: at === 0 ? notification : '…', blocks: sections.slice(at, at + SECTIONS) })
  return messages
}

/** In words of the bot's alone. */
function buttonMessage(buttons: readonly ActionsBlock[]): MessageContent {
  const words = 'About the message above:'
  return { text: words, blocks: [small(words), ...buttons] }
}

function textAlone(content: MessageContent): MessageContent[] {
  const text = content.blocks
    .map(markupOf)
    .filter((part) => part !== '')
    .join('\n')
  return pieces(text || content.text, TEXT_LENGTH).map((piece) => ({ text: piece, blocks: [] }))
}

/** Cuts at the end of a line, else of a word, where there is one; never inside a character or one of Slack's entities. */
function pieces(text: string, longest: number): string[] {
  const all: string[] = []
  let rest = text.trim() === '' ? '…' : text
  while (rest.length > longest) {
    const line = rest.lastIndexOf('\n', longest)
    const word = rest.lastIndexOf(' ', longest)
    const anywhere = rest.slice(0, longest).replace(/[\uD800-\uDBFF]$|&[a-z]{0,3}$/, '').length
    const at = line > longest / 2 ? line : word > longest / 2 ? word : anywhere
    all.push(rest.slice(0, at))
    rest = at === line || at === word ? rest.slice(at + 1) : rest.slice(at)
  }
  // Slack takes no text of blanks alone.
  return [...all, rest].filter((piece) => piece.trim() !== '')
}

/** What a person reads of a block, as it is. */
function literalOf(block: KnownBlock): string {
  switch (block.type) {
    case 'markdown':
      return plainText(block.text, 'whole')
    case 'rich_text':
      return block.elements.map(richTextOf).join('\n')
    case 'section':
      return textsIn([block.text, block.fields]).join('\n')
    case 'context':
      return textsIn(block.elements).join(' ')
    default:
      return textsIn(block).join('\n')
  }
}

/** The same where Slack reads markup, and finds none of anybody's. */
function markupOf(block: KnownBlock): string {
  return block.type === 'actions' ? '' : escapeMrkdwn(literalOf(block))
}

/** The texts of any object of Block Kit, in their order. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  if ('text' in value && typeof value.text === 'string')
    return ['type' in value && value.type === 'mrkdwn' ? unescaped(value.text) : value.text]
  return Object.values(value).flatMap(textsIn)
}

function unescaped(mrkdwn: string): string {
  return mrkdwn.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** A quote stays one, and a list a line for each item. */
function richTextOf(element: RichTextBlockElement): string {
  if (element.type === 'rich_text_list')
    return element.elements.map((item) => `• ${item.elements.map(wordsOf).join('')}`).join('\n')
  const text = element.elements.map(wordsOf).join('')
  return element.type === 'rich_text_quote' ? text.replace(/^/gm, '> ') : text
}

function wordsOf(element: RichTextElement): string {
  switch (element.type) {
    case 'text':
      return element.text
    case 'link':
      return element.text === undefined || element.text === element.url
        ? element.url
        : `${element.text} (${element.url})`
    case 'emoji':
      return `:${element.name}:`
    default:
      return textsIn(element).join('')
  }
}
