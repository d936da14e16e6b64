/** What a reply says while it only grows, as a native stream shows it, and how far its answer has come. Pure. */

import { type ToolStep, toolSteps } from '../../turns/reply.js'
import type { ReplyView } from '../../turns/view.js'
import type { MessageContent } from '../api/poster.js'
import { holdsLink } from '../markdown/streamed-text.js'
import { stepWords } from './closing.js'
import type { ReplyLook } from './reply-look.js'
import type { Growth, GrowthStep } from './reply-stream.js'

/** Steps that a stream tells of; with more, the message is edited, where earlier ones are only counted. */
const MOST_STREAMED_STEPS = 20

/** What the reply's message of this number says while it only grows; null where it does not. */
export function growthOf(
  view: ReplyView,
  look: ReplyLook,
  messages: readonly MessageContent[],
  part: number,
): Growth | null {
  if (view.phase.type !== 'starting' && view.phase.type !== 'working') return null
  const steps = part === 0 ? growthSteps(view, look) : []
  if (part !== messages.length - 1 || steps.length > MOST_STREAMED_STEPS) return null
  const message = messages[part]
  const text = message === undefined ? '' : answerText(message)
  return holdsLink(text) ? null : { text, steps }
}

/** What a message says of the answer, rendered. */
export function answerText({ blocks }: MessageContent): string {
  return blocks.map((block) => (block.type === 'markdown' ? block.text : '')).join('')
}

/** Characters of the answer so far. */
export function answerLength(view: ReplyView | null): number {
  if (view === null) return 0
  const { items, preview } = view.reply
  return items.reduce((sum, item) => sum + (item.type === 'text' ? item.text.length : 0), preview?.text.length ?? 0)
}

/** Whether there is any text of the answer yet. */
export function hasWords(view: ReplyView | null): boolean {
  if (view === null) return false
  const { items, preview } = view.reply
  return /\S/.test(preview?.text ?? '') || items.some((item) => item.type === 'text' && /\S/.test(item.text))
}

/** The same steps for a native stream, which shows them in its own way. */
export function growthSteps(view: ReplyView, look: ReplyLook): GrowthStep[] {
  return toolSteps(view.reply).map((step) => ({
    id: step.id,
    title: streamedWords(step, look),
    status: STREAMED_STEPS[step.state],
  }))
}

/** Nothing escapes a title, and nothing forbids previews in it: words that could be read as more than words stay out. */
function streamedWords(step: ToolStep, look: ReplyLook): string {
  const words = stepWords(step, look)
  return /[<>&]/.test(words) || holdsLink(words) ? stepWords(step, { audience: 'others' }) : words
}

const STREAMED_STEPS = {
  undecided: 'in_progress',
  working: 'in_progress',
  done: 'complete',
  failed: 'error',
  denied: 'error',
} as const
