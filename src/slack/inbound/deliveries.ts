/**
 * What Slack delivers, read from the raw bodies into this project's words. Pure. Bodies come from outside: anything that does
 * not have the documented shape is `malformed`, anything that is not for us is `other`.
 */

import { z } from 'zod'
import type { IncomingMessage } from '../../turns/admission.js'
import type { ForwardedMessage, Words } from '../../turns/words.js'
import { SLACKBOT } from '../api/slackbot.js'
import { CHANGE_BLOCK, CHANGE_CALLBACK, CHANGE_INPUT } from '../blocks/change-modal.js'
import { EDIT_CALLBACK, EDIT_INPUT, type EditWindow, readWindow } from '../blocks/edit-modal.js'
import { SEND } from '../blocks/outgoing-words.js'
import { forwardedMessages } from './attachments.js'
import { mentions, personsWords } from './message-text.js'

export type Delivery =
  | { readonly kind: 'message'; readonly message: IncomingMessage }
  | (Words & {
      readonly kind: 'edited'
      readonly team: string
      readonly channel: string
      readonly ts: string
      readonly forwarded: readonly ForwardedMessage[]
      /** `ts` of the edit; empty where the message changed otherwise, e.g. because a link in it was looked up. */
      readonly revision: string
      /** The message as it stands now, where it is so young that Slack may still be about to bring it for the first time. */
      readonly message: IncomingMessage | null
    })
  | {
      readonly kind: 'deleted'
      readonly team: string
      readonly channel: string
      readonly ts: string
      /** The message as it stood before, under the same condition. */
      readonly message: IncomingMessage | null
    }
  | { readonly kind: 'home_opened'; readonly team: string; readonly user: string }
  | /** Somebody's account was deactivated. */ { readonly kind: 'left'; readonly team: string; readonly user: string }
  | /** Something of somebody's profile changed, their name perhaps. */ {
      readonly kind: 'profile_changed'
      readonly team: string
      readonly user: string
    }
  | /** A channel has a new id, and is found under no other. */ {
      readonly kind: 'channel_id_changed'
      readonly team: string
      readonly previous: string
      readonly channel: string
    }
  | (Words & {
      readonly kind: 'command'
      readonly team: string
      readonly user: string
      readonly channel: string
      readonly triggerId: string
    })
  | {
      readonly kind: 'press'
      readonly team: string
      readonly user: string
      readonly actionId: string
      readonly value: string
      /** The block that the button stands in. */
      readonly blockId: string | null
      /** Unique for each press. */
      readonly triggerId: string
      readonly responseUrl: string | null
    }
  | {
      /** Somebody sent off the modal that asks what should be different. */
      readonly kind: 'change'
      readonly team: string
      readonly user: string
      readonly approvalId: string
      /** Empty where nothing was entered. */
      readonly words: string
    }
  | {
      /** Somebody sent off the window in which they edit a mail. */
      readonly kind: 'edit'
      readonly team: string
      readonly user: string
      readonly window: EditWindow
    }
  | { readonly kind: 'other' }
  | { readonly kind: 'malformed'; readonly reason: string }

export interface BotIdentity {
  readonly userId: string
  readonly botId: string | null
  /** The workspace that the bot's token belongs to, and its organisation on Enterprise Grid. */
  readonly teamId?: string
  readonly enterpriseId?: string | null
}

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

const COMMAND_BODY = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string(),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  trigger_id: z.string(),
})

const ACTIONS_BODY = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  actions: z
    .array(z.object({ action_id: z.string(), block_id: z.string().nullish(), value: z.string().optional() }))
    .min(1),
  response_url: z.string().nullish(),
  trigger_id: z.string().nullish(),
})

const SUBMISSION_BODY = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: z.string(), team_id: z.string().nullish() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
  view: z.object({
    callback_id: z.string().nullish(),
    private_metadata: z.string().nullish(),
    submit: z.object({ text: z.string() }).nullish(),
    blocks: z.array(z.looseObject({ block_id: z.string().optional() })).optional(),
    state: z
      .object({ values: z.record(z.string(), z.record(z.string(), z.looseObject({ value: z.string().nullish() }))) })
      .nullish(),
  }),
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

export function readDelivery(body: unknown, bot: BotIdentity): Delivery {
  if (typeof body !== 'object' || body === null) return { kind: 'malformed', reason: 'the body is no object' }
  if ('command' in body) return readCommand(body, bot)
  if ('view' in body && 'type' in body && body.type === 'view_submission') return readSubmission(body, bot)
  if ('actions' in body) return readPress(body, bot)
  if ('event' in body) return readEvent(body, bot)
  return 'type' in body ? { kind: 'other' } : { kind: 'malformed', reason: 'the body has neither type nor event' }
}

function readEvent(body: object, bot: BotIdentity): Delivery {
  const outer = EVENT_BODY.safeParse(body)
  if (!outer.success) return malformed(outer.error)
  const { event } = outer.data
  const team = workspaceOf(outer.data, bot)
  if (event.type === 'app_home_opened') {
    const home = HOME_EVENT.safeParse(event)
    if (!home.success) return malformed(home.error)
    // The Messages tab is no reason to do anything.
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

/**
 * What a person is keyed by: the organisation on Enterprise Grid, else the workspace. Not every kind of delivery names both, and the
 * same person must be the same in all of them.
 */
function homeOf(
  team: string | null | undefined,
  enterprise: string | null | undefined,
  bot: BotIdentity,
): string | undefined {
  if (enterprise) return enterprise
  const isOurs = !team || team === bot.teamId
  return (isOurs && bot.enterpriseId) || team || bot.teamId
}

/**
 * Whose a user id is. Ids are unique within a workspace or an organisation only, and in a channel shared with another one both are
 * heard: the same id there is another person.
 * @param userTeam the workspace or organisation that the user belongs to, as Slack tells it
 */
function homeOfUser(userTeam: string | null | undefined, home: string, bot: BotIdentity): string {
  if (!userTeam || userTeam === bot.teamId || userTeam === bot.enterpriseId) return home
  // Another workspace of the same organisation has the same ids; who is from outside, the directory tells then.
  if (home.startsWith('E') && userTeam.startsWith('T')) return home
  return userTeam
}

function readMessage(event: z.infer<typeof MESSAGE_EVENT>, team: string, bot: BotIdentity): Delivery {
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

function readChange(event: unknown, team: string, bot: BotIdentity): Delivery {
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

function readDeletion(event: unknown, team: string, bot: BotIdentity): Delivery {
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

function readCommand(body: object, bot: BotIdentity): Delivery {
  const parsed = COMMAND_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const command = parsed.data
  return {
    kind: 'command',
    team: homeOf(command.team_id, command.enterprise_id, bot) ?? command.team_id,
    user: command.user_id,
    channel: command.channel_id,
    ...personsWords(command.text, bot.userId),
    triggerId: command.trigger_id,
  }
}

function readPress(body: object, bot: BotIdentity): Delivery {
  const parsed = ACTIONS_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const { user, actions, response_url, trigger_id } = parsed.data
  const [action] = actions
  const team = homeOfPresser(parsed.data, bot)
  if (action === undefined || team === undefined) return { kind: 'malformed', reason: 'a press without action or team' }
  return {
    kind: 'press',
    team,
    user: user.id,
    actionId: action.action_id,
    value: action.value ?? '',
    blockId: action.block_id ?? null,
    triggerId: trigger_id ?? '',
    responseUrl: response_url ?? null,
  }
}

function readSubmission(body: object, bot: BotIdentity): Delivery {
  const parsed = SUBMISSION_BODY.safeParse(body)
  if (!parsed.success) return malformed(parsed.error)
  const { user, view } = parsed.data
  if (view.callback_id !== CHANGE_CALLBACK && view.callback_id !== EDIT_CALLBACK) return { kind: 'other' }
  const team = homeOfPresser(parsed.data, bot)
  if (team === undefined) return { kind: 'malformed', reason: 'a submission without team' }
  if (view.callback_id === EDIT_CALLBACK) {
    const entered = Object.entries(view.state?.values ?? {})
    const window = readWindow({
      approvalId: view.private_metadata ?? '',
      button: view.submit?.text ?? SEND,
      blocks: view.blocks ?? [],
      values: new Map(entered.map(([block, inputs]) => [block, inputs[EDIT_INPUT]?.value ?? ''])),
    })
    return { kind: 'edit', team, user: user.id, window }
  }
  return {
    kind: 'change',
    team,
    user: user.id,
    approvalId: view.private_metadata ?? '',
    words: (view.state?.values[CHANGE_BLOCK]?.[CHANGE_INPUT]?.value ?? '').trim(),
  }
}

/** What whoever pressed something is keyed by. */
function homeOfPresser(
  { user, team, enterprise }: Pick<z.infer<typeof ACTIONS_BODY>, 'user' | 'team' | 'enterprise'>,
  bot: BotIdentity,
): string | undefined {
  const home = homeOf(team?.id ?? user.team_id, enterprise?.id, bot)
  return home === undefined ? undefined : homeOfUser(user.team_id, home, bot)
}

function malformed(error: z.ZodError): Delivery {
  return {
    kind: 'malformed',
    reason: error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  }
}
