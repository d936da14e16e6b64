/** Every Web API method that this Slack knows; all others are `unknown_method`. */
import { agentMethods } from './agents.js'
import { chatMethods } from './chat.js'
import { connectMethods } from './connect.js'
import { conversationMethods } from './conversations.js'
import { fileMethods } from './files.js'
import type { Call, Method } from './method.js'
import { peopleMethods } from './people.js'
import { reactionMethods } from './reactions.js'
import { streamMethods } from './streams.js'
import { viewMethods } from './views.js'

const METHODS = {
  ...agentMethods,
  ...chatMethods,
  ...connectMethods,
  ...conversationMethods,
  ...fileMethods,
  ...peopleMethods,
  ...reactionMethods,
  ...streamMethods,
  ...viewMethods,
}

export type MethodName = keyof typeof METHODS

const BY_NAME: ReadonlyMap<string, Method<object>> = new Map(Object.entries(METHODS))

export function methodNamed(name: string): Method<object> | undefined {
  return BY_NAME.get(name)
}

/** All scopes that any of the methods asks for. */
export const BOT_SCOPES: readonly string[] = [
  ...new Set([...BY_NAME.values()].filter(({ token }) => token === 'bot').flatMap(({ scopes }) => scopes)),
  'app_mentions:read',
  'commands',
]

export type { Call }
