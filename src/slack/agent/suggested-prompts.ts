/** What the bot suggests to ask, where somebody opens their direct messages with it (`assistant.threads.setSuggestedPrompts`). */

import type { AssistantThreadsSetSuggestedPromptsArguments, WebClient } from '@slack/web-api'
import { EXAMPLES } from '../blocks/examples.js'
import type { AgentCalls } from './agent-calls.js'

/** Slack takes four. The same stand in manifest.yml, for before the bot has set any. */
export const PROMPTS: AssistantThreadsSetSuggestedPromptsArguments['prompts'] = EXAMPLES.map((words) => ({
  title: words,
  message: words,
}))

export interface PromptPlace {
  readonly channel: string
  /** Only on the older surface of assistants: an agent's prompts belong to its direct messages, and Slack ignores a call that names a thread. */
  readonly threadTs: string | null
}

/** One call, which is not repeated: the next opening is soon enough. Never rejects. */
export async function suggestPrompts(
  { web, calls }: { readonly web: WebClient; readonly calls: AgentCalls },
  { channel, threadTs }: PromptPlace,
): Promise<void> {
  const place = { channel_id: channel, ...(threadTs === null ? {} : { thread_ts: threadTs }) }
  await calls.try('suggested prompts', () => web.assistant.threads.setSuggestedPrompts({ ...place, prompts: PROMPTS }))
}
