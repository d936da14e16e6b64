/** Private, friendly words, once, for people whom the bot does not listen to in a thread. */

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
    `This conversation belongs to the person who started it, so I only take requests from them here. To ask about your own mail, write to me in a direct message, mention me in a new message, or use \`${slashCommand}\`.`,
  owner_among_others: () =>
    'Others write in this thread now, so I cannot tell whether you mean me: mention me in what you want me to do. I do not say this again here.',
}
