/**
 * Whether answers carry feedback buttons, and which. Not every workspace takes that block. One that refuses it is asked again after a while, so that its
 * answers are not refused each time.
 */

import type { ReplyView } from '../../turns/view.js'
import type { MessageContent } from '../api/poster.js'
import { feedbackBlock } from '../blocks/feedback.js'
import { isOutgoing } from '../blocks/outgoing-card.js'
import { roomFor } from './fitting.js'
import type { ReplyLook } from './reply-look.js'

/** How long a workspace is believed not to take the block, in milliseconds. */
const ABSENT_MS = 60 * 60_000

export class FeedbackOffer {
  /** Epoch milliseconds. */
  #absentUntil = 0

  constructor(private readonly now: () => number) {}

  get isOpen(): boolean {
    return this.now() >= this.#absentUntil
  }

  /** Slack refused a message with the buttons. */
  withdraw(): void {
    this.#absentUntil = this.now() + ABSENT_MS
  }

  /** Slack refused the same message without them: they were not why. */
  reopen(): void {
    this.#absentUntil = 0
  }
}

/**
 * The messages of a reply with the buttons below its last one, where it is the end of an answer that its owner alone reads. Unchanged where there is no
 * room: buttons in a message of their own would ask about nothing. Pure.
 */
export function withFeedback(
  messages: readonly MessageContent[],
  { phase, approvals }: ReplyView,
  { audience, turnId }: ReplyLook,
): readonly MessageContent[] {
  const last = messages.at(-1)
  if (last === undefined || audience !== 'owner') return messages
  if (phase.type !== 'ended' || phase.ending !== 'answered') return messages
  // An edited email stands below the answer in full: whether that was good is not asked.
  const endsWithEmail = approvals.some((approval) => isOutgoing(approval) && approval.outgoing.edited)
  const hasWords = last.blocks.some(({ type }) => type === 'markdown')
  const block = feedbackBlock(turnId)
  if (endsWithEmail || !hasWords || !roomFor(last.blocks, [block])) return messages
  return [...messages.slice(0, -1), { ...last, blocks: [...last.blocks, block] }]
}

export function hasFeedback({ blocks }: MessageContent): boolean {
  return blocks.some(({ type }) => type === 'context_actions')
}
