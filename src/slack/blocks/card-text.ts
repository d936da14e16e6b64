/**
 * The texts of cards, which come from mails and from the agent: rich text, in which Slack reads neither markup nor mentions. An address keeps its
 * underscores, and no value can look like another field. And the small parts that cards share. Pure.
 */

import type { Button, KnownBlock, RichTextBlock, RichTextText } from '@slack/web-api'
import { visibly } from '../../gmail/look-alikes.js'
import { TEXT_CHARACTERS } from '../api/limits.js'
import { pageOf } from './approval-words.js'

/** What is longer goes on in the next block. */
const SECTION_LENGTH = TEXT_CHARACTERS - 100

/** Labels in bold, each with its value on a line of its own. */
export function lines(pairs: readonly (readonly [string, string])[]): RichTextText[] {
  return pairs.flatMap(([name, value], index) => [
    literal(`${index === 0 ? '' : '\n'}${name}: `, true),
    ...(value === '' ? [] : [literal(value)]),
  ])
}

export function literal(text: string, bold = false): RichTextText {
  return { type: 'text', text, ...(bold ? { style: { bold } } : {}) }
}

/** Cut where it is long: what goes on in the next block is not bold, so it is not taken for another field. */
export function richTexts(texts: readonly RichTextText[]): RichTextBlock[] {
  const blocks: RichTextText[][] = []
  let room = 0
  for (const { text, style } of texts) {
    for (const slice of slices(text, SECTION_LENGTH)) {
      if (slice.length > room) {
        blocks.push([])
        room = SECTION_LENGTH
      }
      // A block has no use for the end of the line before it.
      const isFirst = blocks.at(-1)?.length === 0
      const shown = isFirst ? slice.replace(/^\n/, '') : slice
      blocks.at(-1)?.push({ type: 'text', text: shown, ...(style === undefined ? {} : { style }) })
      room -= slice.length
    }
  }
  return blocks.map((elements) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }))
}

/** In as many blocks as it takes. */
export function quotes(text: string): RichTextBlock[] {
  return slices(text, SECTION_LENGTH).map(quote)
}

function quote(text: string): RichTextBlock {
  return { type: 'rich_text', elements: [{ type: 'rich_text_quote', elements: [literal(text)] }] }
}

/** A value that brought lines of its own, or made them with blanks, could pretend to be another field. */
export function onOneLine(text: string): string {
  return text.replace(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/g, ' ⏎ ').replace(/[\p{Zs}\t]{2,}/gu, ' ')
}

/** Cuts at line ends where it can, never inside a surrogate pair; the line end at a cut goes. */
function slices(text: string, longest: number): string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > longest) {
    const newline = rest.lastIndexOf('\n', longest)
    const isAtLine = newline > longest / 2
    const cut = isAtLine ? newline : /[\uD800-\uDBFF]/.test(rest.charAt(longest - 1)) ? longest - 1 : longest
    parts.push(rest.slice(0, cut))
    rest = isAtLine ? rest.slice(cut + 1) : rest.slice(cut)
  }
  return rest === '' ? parts : [...parts, rest]
}

export function button(action_id: string, text: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    action_id,
    ...(style === undefined ? {} : { style }),
    text: { type: 'plain_text', text },
    value,
  }
}

/** mrkdwn of our own words. */
export function small(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}

/** Of a list: each page is a block of its own. */
const PAGE = 20

/** A numbered list with nothing left out. */
export function numbered(entries: readonly string[]): KnownBlock[] {
  const numberedOnes = entries.map((text, index) => `${index + 1}. ${text}`)
  return pagesOf(numberedOnes, PAGE).flatMap((page, index) => [
    ...(entries.length > PAGE ? [small(pageOf(index * PAGE + 1, index * PAGE + page.length, entries.length))] : []),
    ...richTexts(page.map((text, place) => literal(`${place === 0 ? '' : '\n'}${text}`))),
  ])
}

/** An email in a list: its subject and sender, and when it came where that is known. */
export function described(what: string, day: string | null): string {
  return onOneLine(visibly('subject', day === null ? what : `${what} · ${day}`))
}

export function pagesOf<T>(all: readonly T[], size: number): T[][] {
  const pages: T[][] = []
  for (let from = 0; from < all.length; from += size) pages.push(all.slice(from, from + size))
  return pages
}
