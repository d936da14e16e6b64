/**
 * Bodies of the Events API, read into this project's words. Pure. Bodies come from outside: what lacks the documented shape is `malformed`, what is
 * not meant for the bot is `other`.
 */

import { z } from 'zod'
import type { IncomingMessage } from '../../turns/admission.js'
import type { ForwardedMessage, Words } from '../../turns/words.js'
import { type Malformed, malformed, type Other } from '../api/malformed.js'
import { SLACKBOT } from '../api/slackbot.js'
import { type PlaceOpened, readAgentEvent, type SessionStopped } from './agent-events.js'
import { forwardedMessages } from './attachments.js'
import { type BotIdentity, homeOf, homeOfUser } from './bot-identity.js'
import { mentions, personsWords } from './message-text.js'

/** A message that a person wrote. */
export interface Written {
  readonly kind: 'message'
  readonly message: IncomingMessage
}

/** A message that changed. */
export interface Edited extends Words {
  readonly kind: 'edited'
  readonly team: string
  readonly channel: string
  readonly ts: string
  readonly forwarded: readonly ForwardedMessage[]
  /** `ts` of the edit; empty where the message changed otherwise, e.g. because a link in it was looked up. */
  readonly revision: string
  /** The message as it stands now, where it is so young that Slack may not have delivered it yet. */
  readonly message: IncomingMessage | null
}

/** A message that was deleted. */
export interface Deleted {
  readonly kind: 'deleted'
  readonly team: string
  readonly channel: string
  readonly ts: string
  /** The message as it stood before, under the same condition. */
  readonly message: IncomingMessage | null
}

/** `left`: the account was deactivated. `profile_changed`: something else about the person did, their name perhaps. */
export interface UserChange {
  readonly kind: 'left' | 'profile_changed'
  readonly team: string
  readonly user: string
}

/** A channel has a new id, and is found under no other. */
export interface ChannelIdChange {
  readonly kind: 'channel_id_changed'
  readonly team: string
  readonly previous: string
  readonly channel: string
}

/** Somebody opened the bot's Home tab. */
export interface HomeOpened {
  readonly kind: 'home_opened'
  readonly team: string
  readonly user: string
}

export type EventDelivery =
  | Written
  | Edited
  | Deleted
  | UserChange
  | ChannelIdChange
  | SessionStopped
  | PlaceOpened
  | HomeOpened
  | Other
  | Malformed

const FILE = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
})

/** Whatever says that a message comes from an app: a bot, or a workflow that writes on behalf of somebody. */
const MADE_BY_AN_APP = {
  bot_id: z.unknown().optional(),
  bot_profile: z.unknown().optional(),
  workflow_id: z.unknown().optional(),
}

const MESSAGE_EVENT = z.object({
  type: z.enum(['message', 'app_mention']),
  subtype: z.string().optional(),
  channel: z.string(),
  channel_type: z.string().optional(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  user: z.string().optional(),
  text: z.string().nullish(),
  ...MADE_BY_AN_APP,
  user_team: z.string().nullish(),
  source_team: z.string().nullish(),
  files: z.array(FILE).optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
})

const CHANGED_EVENT = z.object({
  subtype: z.literal('message_changed'),
  channel: z.string(),
  channel_type: z.string().optional(),
  ts: z.string().optional(),
  message: z.looseObject({
    subtype: z.string().optional(),
    ts: z.string(),
    user: z.string().optional(),
    text: z.string().nullish(),
    ...MADE_BY_AN_APP,
    blocks: z.unknown().optional(),
    attachments: z.unknown().optional(),
    edited: z.object({ ts: z.string().optional() }).nullish(),
  }),
  previous_message: z.unknown().optional(),
})

const DELETED_EVENT = z.object({
  subtype: z.literal('message_deleted'),
  channel: z.string(),
  channel_type: z.string().optional(),
  ts: z.string().optional(),
  deleted_ts: z.string(),
  previous_message: z.unknown().optional(),
})

/**
 * Slack brings a message again for some minutes when it was not acknowledged, so for so long a change may overtake it. In seconds.
 * A change of an older message that is not known is no news: it was not meant for the bot, or written before the bot was there.
 */
const OVERTAKEN_WITHIN_S = 60 * 60
const USER_EVENT = z.object({
  type: z.literal('user_change'),
  user: z.object({
    id: z.string(),
    team_id: z.string().nullish(),
    deleted: z.boolean().nullish(),
    is_stranger: z.boolean().nullish(),
  }),
})
const CHANNEL_ID_EVENT = z.object({
  type: z.literal('channel_id_changed'),
  old_channel_id: z.string().min(1),
  new_channel_id: z.string().min(1),
})
const HOME_EVENT = z.object({ type: z.literal('app_home_opened'), user: z.string(), tab: z.string().optional() })

const EVENT_BODY = z.object({
  type: z.literal('event_callback'),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  authorizations: z.array(z.object({ enterprise_id: z.string().nullish(), team_id: z.string().nullish() })).optional(),
  event: z.looseObject({ type: z.string() }),
})

/** Subtypes of messages that people write; everything else is Slack talking about messages. */
const WRITTEN_SUBTYPES = new Set([undefined, 'file_share', 'thread_broadcast', 'me_message'])

/** Bots answer bots for ever: only what a person wrote is heard, and the bot's own messages are none of it. */
function isNoPersons(
  message: Readonly<Partial<Record<keyof typeof MADE_BY_AN_APP, unknown>>> & { readonly user?: string | undefined },
  bot: BotIdentity,
): boolean {
  const { user, bot_id, bot_profile, workflow_id } = message
  return Boolean(bot_id || bot_profile || workflow_id) || user === bot.userId || user === SLACKBOT
}

export function readEvent(body: object, bot: BotIdentity): EventDelivery {
  const outer = EVENT_BODY.safeParse(body)
  if (!outer.success) return malformed(outer.error)
  const { event } = outer.data
  const team = workspaceOf(outer.data, bot)
  const agentEvent = readAgentEvent(event, team)
  if (agentEvent !== null) return agentEvent
  if (event.type === 'app_home_opened') {
    const home = HOME_EVENT.safeParse(event)
    if (!home.success) return malformed(home.error)
    // Without its channel, the Messages tab is no reason to do anything.
    return home.data.tab === 'messages' || home.data.user === SLACKBOT
      ? { kind: 'other' }
      : { kind: 'home_opened', team, user: home.data.user }
  }
  if (event.type === 'user_change') {
    const changed = USER_EVENT.safeParse(event)
    if (!changed.success) return malformed(changed.error)
    // Everybody's change of everything arrives here.
    const { id, team_id, deleted, is_stranger } = changed.data.user
    // In shared channels those of people of other organisations, too: the same id here is somebody else.
    const isOurs = is_stranger !== true && homeOfUser(team_id, team, bot) === team
    if (!isOurs) return { kind: 'other' }
    return { kind: deleted ? 'left' : 'profile_changed', team, user: id }
  }
  if (event.type === 'channel_id_changed') {
    const changed = CHANNEL_ID_EVENT.safeParse(event)
    if (!changed.success) return malformed(changed.error)
    const { old_channel_id: previous, new_channel_id: channel } = changed.data
    return { kind: 'channel_id_changed', team, previous, channel }
  }
  if (event.type !== 'message' && event.type !== 'app_mention') return { kind: 'other' }
  if (event.subtype === 'message_changed') return readChange(event, team, bot)
  if (event.subtype === 'message_deleted') return readDeletion(event, team, bot)
  const parsed = MESSAGE_EVENT.safeParse(event)
  if (!parsed.success) return malformed(parsed.error)
  return readMessage(parsed.data, team, bot)
}

/** Where the app is installed. In a channel shared with another organisation, the outer ids may be theirs; the authorization is ours. */
function workspaceOf(body: z.infer<typeof EVENT_BODY>, bot: BotIdentity): string {
  const [installed] = body.authorizations ?? []
  const team = installed?.team_id ?? body.team_id
  const enterprise = installed?.enterprise_id ?? (team === body.team_id ? body.enterprise_id : null)
  return homeOf(team, enterprise, bot) ?? body.team_id
}

function readMessage(event: z.infer<typeof MESSAGE_EVENT>, team: string, bot: BotIdentity): Written | Other {
  const { user } = event
  if (!WRITTEN_SUBTYPES.has(event.subtype) || user === undefined || isNoPersons(event, bot)) return { kind: 'other' }
  const text = event.text ?? ''
  const kind =
    event.channel_type === 'im' || (event.channel_type === undefined && event.channel.startsWith('D')) ? 'im' : 'shared'
  return {
    kind: 'message',
    message: {
      team,
      channel: event.channel,
      ts: event.ts,
      threadTs: event.thread_ts ?? null,
      user,
      userTeam: homeOfUser(event.user_team ?? event.source_team, team, bot),
      ...personsWords(text, bot.userId, event.blocks),
      forwarded: forwardedMessages(event.attachments),
      files: (event.files ?? []).map((file) => ({
        id: file.id,
        name: file.name ?? 'file',
        mimetype: file.mimetype ?? 'application/octet-stream',
        size: file.size ?? 0,
      })),
      ...(event.type === 'app_mention' ? { isPartial: true } : {}),
      kind,
      addressed: kind === 'im' || event.type === 'app_mention' || mentions(text, bot.userId),
    },
  }
}

function readChange(event: unknown, team: string, bot: BotIdentity): EventDelivery {
  const changed = CHANGED_EVENT.safeParse(event)
  if (!changed.success) return malformed(changed.error)
  const { channel, message, previous_message: previous } = changed.data
  const { ts } = message
  // The first message of a thread is not deleted but changed into a tombstone, so that its replies keep their place.
  if (message.subtype === 'tombstone')
    return { kind: 'deleted', team, channel, ts, message: overtaken(previous, changed.data, ts, team, bot) }
  // The bot's own edits come back as changes, too.
  if (isNoPersons(message, bot)) return { kind: 'other' }
  return {
    kind: 'edited',
    team,
    channel,
    ts,
    ...personsWords(message.text ?? '', bot.userId, message.blocks),
    forwarded: forwardedMessages(message.attachments),
    revision: message.edited?.ts ?? '',
    message: overtaken(message, changed.data, ts, team, bot),
  }
}

function readDeletion(event: unknown, team: string, bot: BotIdentity): EventDelivery {
  const deleted = DELETED_EVENT.safeParse(event)
  if (!deleted.success) return malformed(deleted.error)
  const { channel, deleted_ts: ts, previous_message: previous } = deleted.data
  return { kind: 'deleted', team, channel, ts, message: overtaken(previous, deleted.data, ts, team, bot) }
}

/** The message that a change is about, as it would have been delivered; null where that delivery cannot be on its way any more. */
function overtaken(
  message: unknown,
  change: { readonly channel: string; readonly channel_type?: string | undefined; readonly ts?: string | undefined },
  ts: string,
  team: string,
  bot: BotIdentity,
): IncomingMessage | null {
  if (typeof message !== 'object' || message === null) return null
  if (change.ts === undefined || Number(change.ts) - Number(ts) > OVERTAKEN_WITHIN_S) return null
  const { channel, channel_type } = change
  return readWritten({ ...message, ts, channel, channel_type }, team, bot)
}

/** A message of a channel's history as it would have been delivered; null where nobody wrote it. */
export function readListedMessage(
  listed: object,
  place: Pick<IncomingMessage, 'team' | 'channel' | 'kind'>,
  bot: BotIdentity,
): IncomingMessage | null {
  const { team, channel, kind } = place
  return readWritten({ ...listed, channel, channel_type: kind === 'im' ? 'im' : 'channel' }, team, bot)
}

function readWritten(message: object, team: string, bot: BotIdentity): IncomingMessage | null {
  const parsed = MESSAGE_EVENT.safeParse({ ...message, type: 'message' })
  const delivery = parsed.success ? readMessage(parsed.data, team, bot) : null
  return delivery?.kind === 'message' ? delivery.message : null
}
