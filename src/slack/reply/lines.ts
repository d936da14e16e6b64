/** Small print of a reply. */

import type { KnownBlock } from '@slack/web-api'

export { small as line } from '../blocks/card-text.js'

/** Words of which some come from the agent or a mail: Slack reads nothing in them. */
export function literally(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] }
}
