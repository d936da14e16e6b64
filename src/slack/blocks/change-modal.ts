/** "Change…": a no that says what should be different. The words go to the agent with the denial, which may then ask anew. */

import type { ModalView } from '@slack/web-api'
import { INPUT_CHARACTERS } from '../api/limits.js'

/** Stands in modals that may be open while the bot is updated: rename nothing. */
export const CHANGE_CALLBACK = 'approval_change'
export const CHANGE_BLOCK = 'change'
export const CHANGE_INPUT = 'words'

/** Enough for a letter's worth of wishes. */
const LONGEST_WORDS = Math.min(2_000, INPUT_CHARACTERS)

export function changeModal(approvalId: string): ModalView {
  return {
    type: 'modal',
    callback_id: CHANGE_CALLBACK,
    private_metadata: approvalId,
    title: { type: 'plain_text', text: 'Ask for a change' },
    submit: { type: 'plain_text', text: 'Send' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'input',
        block_id: CHANGE_BLOCK,
        label: { type: 'plain_text', text: 'What should be different?' },
        hint: { type: 'plain_text', text: 'What I asked you about will not happen; I try again with your words.' },
        element: {
          type: 'plain_text_input',
          action_id: CHANGE_INPUT,
          multiline: true,
          min_length: 1,
          max_length: LONGEST_WORDS,
          focus_on_load: true,
          placeholder: { type: 'plain_text', text: 'Say Wednesday instead of Friday' },
        },
      },
    ],
  }
}
