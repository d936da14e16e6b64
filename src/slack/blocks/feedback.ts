/** The buttons below a finished answer, by which its owner says whether it was good, and what they hear then. Pure. */

import type { ContextActionsBlock } from '@slack/web-api'
import type { Feedback } from '../../turns/model.js'
import { ACTIONS } from './action-ids.js'

/** Plain text. */
export const THANKS: Readonly<Record<Feedback, string>> = {
  good: 'Thanks for the feedback.',
  bad: 'Thanks for telling me.',
}
export const NOT_YOURS_TO_RATE = 'Only the person who asked can rate this answer.'

const LABELS: Readonly<Record<Feedback, string>> = { good: 'Good answer', bad: 'Bad answer' }

export function feedbackBlock(turnId: string): ContextActionsBlock {
  const button = (feedback: Feedback) => ({
    text: { type: 'plain_text', text: LABELS[feedback] } as const,
    accessibility_label: LABELS[feedback],
    value: `${turnId}:${feedback}`,
  })
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: ACTIONS.feedback,
        positive_button: button('good'),
        negative_button: button('bad'),
      },
    ],
  }
}

/** What a press says of which turn; null: nothing that this version knows. */
export function readFeedback(value: string): { readonly turnId: string; readonly feedback: Feedback } | null {
  const [turnId = '', feedback, ...more] = value.split(':')
  if (turnId === '' || more.length > 0 || (feedback !== 'good' && feedback !== 'bad')) return null
  return { turnId, feedback }
}
