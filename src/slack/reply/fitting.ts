/** Blocks in as many messages as they take: what Slack counts, and what stays together. Pure. */

import type { KnownBlock } from '@slack/web-api'
import type { ApprovalView } from '../../turns/view.js'
import { BLOCKS_CHARACTERS, MESSAGE_BLOCKS } from '../api/limits.js'
import type { MessageContent } from '../api/poster.js'
import { approvalParts } from '../blocks/approval-card.js'
import { OUR_OWN_WORDS } from '../blocks/approval-words.js'
import type { CardParts } from '../blocks/outgoing-card.js'
import { line } from './lines.js'

/** Characters of the blocks of a message: some hold more than their texts. */
const MOST_CHARACTERS = BLOCKS_CHARACTERS - 800
/** A full page of the answer, and a line of our own below it: the two are not taken apart. */
const MOST_WITH_A_LINE = 12_100
const LINE_WEIGHT = 1_000
const CONTAINER_WEIGHT = 40

/**
 * Adds what stands below the last message, and opens further messages where there is no room. What belongs together stays together: buttons stand
 * below the whole of what they are about, in the same message wherever Slack takes it as one, in the last one otherwise. What a press means is explained
 * once in a message.
 */
export function append(
  messages: readonly MessageContent[],
  units: readonly (readonly KnownBlock[])[],
): MessageContent[] {
  const result = messages.slice(0, -1)
  let current = messages.at(-1) ?? { text: '…', blocks: [] }
  const add = (given: readonly KnownBlock[]) => {
    const blocks = current.blocks.some(isExplainer) ? given.filter((block) => !isExplainer(block)) : given
    if (!roomFor(current.blocks, blocks) && current.blocks.length > 0) {
      result.push(current)
      current = { text: current.text, blocks: [...given] }
    } else current = { ...current, blocks: [...current.blocks, ...blocks] }
  }
  for (const unit of units) {
    if (roomFor([], unit)) add(unit)
    else for (const block of unit) add([block])
  }
  result.push(current.blocks.length === 0 ? { ...current, blocks: [line('…')] } : current)
  return result
}

/** The line that says what a press means. */
function isExplainer(block: KnownBlock): boolean {
  if (block.type !== 'context') return false
  const [only] = block.elements
  return only?.type === 'mrkdwn' && only.text === OUR_OWN_WORDS
}

/** Together where there is room for all of it; otherwise what stands beside the buttons stays with them. */
export function units({ head, tail }: CardParts): KnownBlock[][] {
  return roomFor([], [...head, ...tail]) ? [[...head, ...tail]] : [...head.map((block) => [block]), tail]
}

/** A card that is not part of a reply, in as many messages as it takes. @param text for notifications */
export function cardOf(approval: ApprovalView, text: string): MessageContent[] {
  return append([{ text, blocks: [] }], units(approvalParts(approval)))
}

/** Whether Slack takes these blocks and more below them as one message. */
export function roomFor(blocks: readonly KnownBlock[], more: readonly KnownBlock[]): boolean {
  const added = weight(more)
  const total = weight(blocks) + added
  const isLine = added <= LINE_WEIGHT
  return blocks.length + more.length <= MESSAGE_BLOCKS && total <= (isLine ? MOST_WITH_A_LINE : MOST_CHARACTERS)
}

/** What Slack counts, as far as anybody knows: every text, and something for what holds it. */
function weight(blocks: readonly KnownBlock[]): number {
  const ofValue = (value: unknown, key: string): number => {
    if (typeof value === 'string') return key === 'text' ? value.length : 0
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + ofValue(item, key), 0)
    if (typeof value !== 'object' || value === null) return 0
    return Object.entries(value).reduce((sum, [name, item]) => sum + ofValue(item, name), 0)
  }
  return blocks.reduce((sum, block) => sum + CONTAINER_WEIGHT + ofValue(block, ''), 0)
}
