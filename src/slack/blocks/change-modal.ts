/** "Change…": a no that says what should be different. The words go to the agent with the denial, which may then ask anew. */

import type { ModalView } from '@slack/web-api'
import { INPUT_CHARACTERS } from '../api/limits.js'
import * as words from './approval-words.js'

/** Stands in modals that may be open while the bot is updated: rename nothing. */
export const CHANGE_CALLBACK = 'approval_change'
export const CHANGE_BLOCK = 'change'
export const CHANGE_INPUT = 'words'

/** Enough for a letter's worth of wishes. */
const LONGEST_WORDS = Math.min(2_000, INPUT_CHARACTERS)

/** @param about an email, or what another tool would do */
export function changeModal(approvalId: string, about: 'mail' | 'call'): ModalView {
  return {
    type: 'modal',
    callback_id: CHANGE_CALLBACK,
    private_metadata: approvalId,
    title: { type: 'plain_text', text: words.CHANGE_TITLE },
    submit: { type: 'plain_text', text: words.SEND_CHANGE },
    close: { type: 'plain_text', text: words.CANCEL },
    blocks: [
      {
        type: 'input',
        block_id: CHANGE_BLOCK,
        label: { type: 'plain_text', text: words.HOW_INSTEAD[about] },
        hint: { type: 'plain_text', text: words.WHAT_FOLLOWS[about] },
        element: {
          type: 'plain_text_input',
          action_id: CHANGE_INPUT,
          multiline: true,
          min_length: 1,
          max_length: LONGEST_WORDS,
          focus_on_load: true,
          placeholder: { type: 'plain_text', text: words.CHANGE_EXAMPLE },
        },
      },
    ],
  }
}
