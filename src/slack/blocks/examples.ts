/** Questions that suit any mailbox, as buttons that ask them: a press is as good as the words. Pure. */

import type { KnownBlock } from '@slack/web-api'
import { ACTIONS } from './action-ids.js'

/** Each sent as it reads. */
export const EXAMPLES = [
  'What needs my attention?',
  'Summarize my unread email',
  'Find my latest invoice',
  'What can you do?',
] as const

/** The ids of one block differ. The button carries its question, so an older one asks what it says. */
export const EXAMPLE_ACTION = new RegExp(`^${ACTIONS.example}_\\d+$`)

export function exampleButtons(): KnownBlock {
  return {
    type: 'actions',
    elements: EXAMPLES.map((question, index) => ({
      type: 'button',
      action_id: `${ACTIONS.example}_${index}`,
      text: { type: 'plain_text', text: question },
      value: question,
    })),
  }
}
