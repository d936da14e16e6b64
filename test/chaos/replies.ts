/** Which of the bot's messages is what, told by its blocks. */

import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { TOKEN } from './chaos-brain.js'

/** What a reply begins with that read what others wrote in its thread. */
const THREAD_READ = /^_I (?:read|couldn't read) [^_]*_/

/** What the bot repeats of a request, at the top level of the direct messages. */
export function isQuote(message: SeenMessage): boolean {
  return message.threadTs === undefined && message.shown.startsWith('You asked')
}

/** What became of a mail whose turn was over: it has no words of the agent's. */
export function isNotice(message: SeenMessage): boolean {
  return bodyOf(message) === '' && TOKEN.test(message.shown)
}

export function isReply(message: SeenMessage): boolean {
  return message.threadTs !== undefined && !isQuote(message) && !isNotice(message)
}

/** The words of the Markdown blocks: the reply without what stands around it. */
export function bodyOf(message: SeenMessage): string {
  const blocks: readonly unknown[] = message.blocks ?? []
  return blocks.map(markdownOf).join('\n').replace(THREAD_READ, '').trim()
}

function markdownOf(block: unknown): string {
  if (typeof block !== 'object' || block === null || !('type' in block) || block.type !== 'markdown') return ''
  return 'text' in block && typeof block.text === 'string' ? block.text : ''
}
