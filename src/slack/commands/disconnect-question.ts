/** What `/inbox disconnect` asks before anything is ended. Pure. */

import type { MessageContent } from '../api/poster.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { DISCONNECT_GMAIL, DISCONNECT_TITLE } from '../blocks/connect-words.js'
import * as words from './command-words.js'

/** @param personId whose connection it is: the button is theirs alone */
export function disconnectQuestion(personId: string): MessageContent {
  return {
    text: DISCONNECT_TITLE,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: words.DISCONNECT_QUESTION } },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: ACTIONS.disconnect,
            style: 'danger',
            text: { type: 'plain_text', text: DISCONNECT_GMAIL },
            value: personId,
          },
        ],
      },
    ],
  }
}
