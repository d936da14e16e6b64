/** How this project knows its own at the Managed Agents API, where several deployments may share one organization. */

import type { Conversation } from '../turns/model.js'
import { APP } from './definition.js'

/** Metadata of everything that belongs to one deployment. */
export interface Mark {
  readonly app: string
  /** `SCALEKIT_ENV_URL`. */
  readonly scalekit: string
  /** `SCALEKIT_MCP_CONFIG`. */
  readonly config: string
}

export function markOf(scalekit: { readonly url: string; readonly configName: string }): Mark {
  return { app: APP, scalekit: scalekit.url, config: scalekit.configName }
}

/** Tells a conversation's session from every other, and whose it is. */
export function sessionMark(conversation: Conversation): { app: string; conversation: string; person: string } {
  return { app: APP, conversation: conversation.id, person: conversation.owner.id }
}

/** Whether metadata says all that the mark says; it may say more. What others made may have none. */
export function isMarked(metadata: Readonly<Record<string, string>> | null | undefined, mark: object): boolean {
  return Object.entries(mark).every(([key, value]) => metadata?.[key] === value)
}
