/** The bot's Home tab: what it does, how to reach it, what it never does. */

import type { KnownBlock, WebClient } from '@slack/web-api'
import { helpText } from './reply-blocks.js'
import { slackCall } from './web.js'

/** @throws Unavailable, SlackRefused */
export async function publishHome(web: WebClient, user: string, slashCommand: string): Promise<void> {
  const blocks: KnownBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: 'Your inbox, from Slack' } },
    // Views take no markdown block.
    { type: 'section', text: { type: 'mrkdwn', text: helpText(slashCommand).replace(/^- /gm, '• ') } },
    { type: 'divider' },
    {
      type: 'context',
      elements: [
        {
          type: 'mrkdwn',
          text: 'Only the person who starts a conversation is listened to in it. Answers that others could read go to your direct messages.',
        },
      ],
    },
  ]
  await slackCall(() => web.views.publish({ user_id: user, view: { type: 'home', blocks } }))
}
