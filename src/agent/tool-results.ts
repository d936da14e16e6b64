/** What a tool answered. */

import type { BetaManagedAgentsAgentMCPToolResultEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'

/** The texts of an answer; whatever else it holds is left out. */
export function textsOf({ content }: Pick<BetaManagedAgentsAgentMCPToolResultEvent, 'content'>): string[] {
  return (content ?? []).flatMap((block) => (block.type === 'text' ? [block.text] : []))
}
