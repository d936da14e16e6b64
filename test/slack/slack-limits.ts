/** What Slack would say of a message, by the rules of the local one; and every text in it that Slack would read. */

import { expect } from 'vitest'
import { acceptMessageBlocks } from '../../src/sandbox/slack/block-kit/blocks.js'
import { toJson } from '../../src/sandbox/slack/json.js'
import type { MessageContent } from '../../src/slack/poster.js'

/** Every text of a message in which Slack looks for mentions and links. */
export function textsOf(content: MessageContent): string[] {
  const found = [content.text]
  const look = (value: unknown, key: string): void => {
    if (typeof value === 'string' && key === 'text') found.push(value)
    else if (Array.isArray(value)) for (const item of value) look(item, key)
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) look(item, name)
  }
  look(content.blocks, '')
  return found
}

/** Fails where Slack would refuse the message, or would take something in it for a mention or a link. */
export function expectSlackTakes(content: MessageContent): void {
  expect(content.blocks.length).toBeGreaterThan(0)
  expect(content.text.length).toBeGreaterThan(0)
  expect(content.text.length).toBeLessThanOrEqual(4_000)
  acceptMessageBlocks(toJson(content.blocks))
  for (const text of textsOf(content)) {
    expect(text).not.toMatch(/</)
    expect(text).not.toMatch(/&(?!amp;|lt;|gt;)/)
    expect(text).not.toMatch(/\p{Surrogate}/u)
  }
}
