/** Private, friendly words, said once, for people whom the bot does not listen to in a thread. */

import type { WebClient } from '@slack/web-api'
import { slackCall } from '../api/web.js'

/** Why somebody is not listened to: the conversation is somebody else's, or it is theirs and others write there, too. */
export type Unheard = 'bystander' | 'owner_among_others'

/** @throws Unavailable, SlackRefused */
export async function tellUnheard(
  web: WebClient,
  why: Unheard,
  place: { readonly channel: string; readonly threadTs: string; readonly user: string },
  slashCommand: string,
): Promise<void> {
  const { channel, threadTs, user } = place
  await slackCall(() => web.chat.postEphemeral({ channel, thread_ts: threadTs, user, text: WORDS[why](slashCommand) }))
}

const WORDS: Readonly<Record<Unheard, (slashCommand: string) => string>> = {
  bystander: (slashCommand) =>
    `I only take requests here from whoever started this thread. For your own email, message me directly or use \`${slashCommand}\`.`,
  owner_among_others: () => 'Others are writing here too. Mention me when you want me to do something.',
}
