/** A private, friendly word for people who speak to the bot in a conversation that belongs to somebody else. */

import type { WebClient } from '@slack/web-api'
import { slackCall } from './web.js'

/** @throws Unavailable, SlackRefused */
export async function tellBystander(
  web: WebClient,
  channel: string,
  threadTs: string,
  user: string,
  slashCommand: string,
): Promise<void> {
  await slackCall(() =>
    web.chat.postEphemeral({
      channel,
      thread_ts: threadTs,
      user,
      text: `This conversation belongs to the person who started it, so I only listen to them here. To ask about your own mail, write to me in a direct message, mention me in a new message, or use \`${slashCommand}\`.`,
    }),
  )
}
