/**
 * The error codes with which Slack says no, sorted by what the bot does about them. Where no other source stands beside a set, its codes are those
 * of the "Errors" table on the method's page at docs.slack.dev/reference/methods.
 */

/** Any method: not now, perhaps in a moment ("Errors" of every method; `ratelimited` in a body is the older form of a 429). */
export const TRANSIENT: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
])

/** `chat.update`, `chat.delete`: somebody deleted the message. */
export const MESSAGE_NOT_FOUND = 'message_not_found'

/** `chat.update` of a message that still streams. */
export const STREAMS_STILL = 'streaming_state_conflict'

/** `chat.delete` of somebody else's message; seen of one that still streams, too. */
export const CANNOT_DELETE = 'cant_delete_message'

/** `chat.appendStream`, `chat.stopStream`: the stream is over, by itself after five minutes or because its reader stopped it. */
export const STREAM_OVER: ReadonlySet<string> = new Set([
  'message_not_in_streaming_state',
  'stopped_by_user',
  MESSAGE_NOT_FOUND,
])

/** `users.info`: nobody has this id here, or nobody whom the bot may see. */
export const UNKNOWN_PERSON: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible', 'users_not_found'])

/** `users.info`, `conversations.info`: the answer will be the same for a while. */
export const UNKNOWN_NAME: ReadonlySet<string> = new Set([...UNKNOWN_PERSON, 'channel_not_found'])

/** Any method: it is the bot's token that Slack refuses ("Errors" of `auth.test` and of every method with a scope). */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_expired',
  'token_revoked',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
])

/** `files.info`: it was deleted. */
export const NO_SUCH_FILE: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted'])

/** `conversations.open`, `chat.postMessage` to a direct message: it is about the person, not about the bot. */
export const NO_DIRECT_MESSAGE: ReadonlySet<string> = new Set([
  ...UNKNOWN_PERSON,
  'user_disabled',
  'cannot_dm_bot',
  'messages_tab_disabled',
  'channel_not_found',
  'invalid_user_combination',
  'is_archived',
])

/**
 * `agents.sessions.*`, `assistant.threads.*`: the workspace, or the app as it is installed there, does not have this part of the agent surface. It is
 * rolled out by and by, and an app from before has to be installed again to be an agent.
 */
export const NO_AGENT_SURFACE: ReadonlySet<string> = new Set([
  'feature_disabled',
  'feature_not_enabled',
  'not_an_agent',
  'missing_scope',
  'no_permission',
  'access_denied',
  'not_allowed_token_type',
  'team_access_not_granted',
  'unknown_method',
  'method_deprecated',
  'deprecated_endpoint',
])

/**
 * What a refused post or edit says. `message_gone`: this message takes no edit any more, another can take its place. `channel_closed`: Slack takes
 * nothing more in this channel, perhaps elsewhere. `never`: nothing that is posted or edited there can land. `form`: it is about what the message
 * looks like, as far as anybody knows.
 */
export type MessageRefusal = 'message_gone' | 'channel_closed' | 'never' | 'form'

/** `chat.postMessage`, `chat.update`. */
const MESSAGE_REFUSALS: Readonly<Record<string, MessageRefusal>> = {
  [MESSAGE_NOT_FOUND]: 'message_gone',
  cant_update_message: 'message_gone',
  edit_window_closed: 'message_gone',
  is_archived: 'channel_closed',
  channel_not_found: 'channel_closed',
  not_in_channel: 'channel_closed',
  restricted_action: 'channel_closed',
  account_inactive: 'never',
  token_revoked: 'never',
  token_expired: 'never',
  invalid_auth: 'never',
  not_authed: 'never',
  no_permission: 'never',
  missing_scope: 'never',
  user_not_found: 'never',
  thread_not_found: 'never',
}

/** Codes that nobody has met yet count as being about the form: then a plainer one is tried. */
export function messageRefusal(code: string): MessageRefusal {
  return (Object.hasOwn(MESSAGE_REFUSALS, code) ? MESSAGE_REFUSALS[code] : undefined) ?? 'form'
}
