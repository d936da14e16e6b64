/** What Slack would say of a message, by the rules of the local one; and every text in it that Slack would read. */

import { expect } from 'vitest'
import { acceptMessageBlocks } from '../../src/sandbox/slack/block-kit/blocks.js'
import { toJson } from '../../src/sandbox/slack/wire/json.js'
import type { MessageContent } from '../../src/slack/api/poster.js'

/** Every text of a message in which Slack looks for mentions and links. */
export function textsOf(content: MessageContent): string[] {
  return [content.text, ...textsIn(content.blocks, (type) => type === 'rich_text' || type === 'plain_text')]
}

/** All that people read of a message. */
export function wordsOf(content: MessageContent): string[] {
  return [...textsOf(content), ...literalsOf(content.blocks)]
}

/** What of the blocks people read as it is: Slack takes nothing in it for markup. A string for each part; a quote begins with a mark. */
export function literalsOf(blocks: MessageContent['blocks']): string[] {
  return blocks.flatMap((block) => {
    if (block.type === 'context')
      return textsIn(
        block.elements.filter((element) => element.type === 'plain_text'),
        () => false,
      )
    if (block.type === 'section' && block.text?.type === 'plain_text') return [block.text.text]
    if (block.type !== 'rich_text') return []
    return block.elements.map((element) => {
      const text = textsIn(element, () => false).join('')
      return element.type === 'rich_text_quote' ? `> ${text}` : text
    })
  })
}

function textsIn(value: unknown, isLeftOut: (type: unknown) => boolean, key = ''): string[] {
  if (typeof value === 'string') return key === 'text' ? [value] : []
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, isLeftOut, key))
  if (typeof value !== 'object' || value === null || ('type' in value && isLeftOut(value.type))) return []
  return Object.entries(value).flatMap(([name, item]) => textsIn(item, isLeftOut, name))
}

/** Fails where Slack would refuse the message, or would take something in it for a mention or a link. */
export function expectSlackTakes(content: MessageContent): void {
  expect(content.blocks.length).toBeGreaterThan(0)
  expect(content.text.length).toBeGreaterThan(0)
  expect(content.text.length).toBeLessThanOrEqual(4_000)
  acceptMessageBlocks(toJson(content.blocks))
  for (const read of textsOf(content)) {
    // Times in the reader's own zone are the only markup that the bot writes by itself.
    const text = read.replace(/<!date\^\d+\^[\w {}]+\|[\w ,:]+>/g, '')
    expect(text).not.toMatch(/</)
    expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/)
    expect(text).not.toMatch(/\p{Surrogate}/u)
  }
}
