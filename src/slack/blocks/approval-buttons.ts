/** The parts that cards of approvals share. Pure. */

import type { Button, KnownBlock } from '@slack/web-api'

export function button(action_id: string, text: string, value: string, style?: 'primary' | 'danger'): Button {
  return {
    type: 'button',
    action_id,
    ...(style === undefined ? {} : { style }),
    text: { type: 'plain_text', text },
    value,
  }
}

/** mrkdwn of our own words. */
export function small(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}
