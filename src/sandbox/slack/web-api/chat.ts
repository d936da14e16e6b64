/** Messages: post, update, delete, show to one person, link. */
import type {
  ChatDeleteResponse,
  ChatGetPermalinkResponse,
  ChatPostEphemeralResponse,
  ChatPostMessageResponse,
  ChatUpdateResponse,
} from '@slack/web-api'
import { TIMESTAMP } from '../wire/identifiers.js'
import { SlackRefusal } from '../wire/refusal.js'
import { type WireMessage, wireMessage } from '../workspace/wire-message.js'
import type { Conversation, Message } from '../workspace/workspace.js'
import { contentOf, metadataOf, refuseCustomAuthor } from './content.js'
import {
  type Arguments,
  type Inside,
  joinedConversation,
  knownMember,
  type Method,
  visibleConversation,
} from './method.js'

/** `text` of a posted message: what is longer is cut. */
const POSTED_CHARACTERS = 40_000
/** `text` of an update: what is longer is refused. */
const UPDATED_CHARACTERS = 4000

type Posted = Omit<ChatPostMessageResponse, 'message'> & { message: WireMessage }
type Updated = Omit<ChatUpdateResponse, 'message'> & { message: WireMessage }

/**
 * Where a message goes: a conversation, or a person's direct message by their user id.
 * @throws SlackRefusal `channel_not_found`, `not_in_channel`
 */
export function target(inside: Inside, channel: string): Conversation {
  if (/^[UW]/.test(channel)) {
    const member = inside.workspace.member(channel)
    if (member === undefined || member.isBot) throw new SlackRefusal('channel_not_found')
    return inside.workspace.directMessage(member.id)
  }
  return joinedConversation(inside, channel)
}

/**
 * The thread that a message goes to: an existing message that is no reply itself. Below one that was deleted and left nothing behind
 * there is no thread any more: Slack takes the message, and it stands where everybody looks.
 * @throws SlackRefusal `invalid_thread_ts`, `thread_not_found`, `cannot_reply_to_message`
 */
export function threadOf(inside: Inside, channel: string, args: Arguments): string | undefined {
  const ts = args.string('thread_ts')
  if (ts === undefined || ts === '') return undefined
  if (!TIMESTAMP.test(ts)) throw new SlackRefusal('invalid_thread_ts')
  const parent = inside.workspace.message(channel, ts)
  if (inside.workspace.isGone(channel, ts)) return undefined
  if (parent === undefined) throw new SlackRefusal('thread_not_found')
  if (parent.threadTs !== undefined || parent.subtype === 'channel_join') {
    throw new SlackRefusal('cannot_reply_to_message')
  }
  return ts
}

/**
 * A message of the app itself.
 * @throws SlackRefusal `message_not_found`, or `refusal` where somebody else wrote it
 */
export function ownMessage(inside: Inside, channel: string, ts: string, refusal: string): Message {
  const message = inside.workspace.message(channel, ts)
  if (message === undefined || message.subtype === 'tombstone') throw new SlackRefusal('message_not_found')
  if (!message.byApp) throw new SlackRefusal(refusal)
  return message
}

const postMessage: Method<Posted> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args, grant }) {
    const { workspace, clients } = inside
    const channel = target(inside, args.required('channel'))
    refuseCustomAuthor(args, grant.scopes)
    const { text = '', blocks, attachments } = contentOf(args)
    const metadata = metadataOf(args)
    const threadTs = threadOf(inside, channel.id, args)
    const broadcast = threadTs !== undefined && args.boolean('reply_broadcast')
    const truncated = text.length > POSTED_CHARACTERS
    const message = workspace.post({
      channel: channel.id,
      author: workspace.bot.userId,
      byApp: true,
      text: text.slice(0, POSTED_CHARACTERS),
      ...(blocks !== undefined && blocks.length > 0 && { blocks }),
      ...(attachments !== undefined && { attachments }),
      ...(metadata !== undefined && metadata !== 'none' && { metadata }),
      ...(threadTs !== undefined && { threadTs }),
      ...(broadcast && { broadcast, subtype: 'thread_broadcast' as const }),
    })
    // Slack takes the status line away as soon as the app has said something in the thread.
    if (threadTs !== undefined)
      clients.setStatus({ channel: channel.id, threadTs, text: '', loadingMessages: [], until: 0 })
    return {
      ok: true,
      channel: channel.id,
      ts: message.ts,
      message: wireMessage(workspace, message, { metadata: true, origin: inside.origin() }),
      ...(truncated && { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } }),
    }
  },
}

const update: Method<Updated> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args }) {
    const { workspace } = inside
    const channel = target(inside, args.required('channel'))
    const message = ownMessage(inside, channel.id, args.required('ts'), 'cant_update_message')
    if (message.streaming === 'in_progress' && inside.streams.isOpen(message)) {
      throw new SlackRefusal('streaming_state_conflict')
    }
    if ((args.string('text') ?? '').length > UPDATED_CHARACTERS) throw new SlackRefusal('msg_too_long')
    const { text, blocks, attachments } = contentOf(args)
    const metadata = metadataOf(args)
    const changed = workspace.change(message, {
      text: text ?? '',
      // Text alone takes the blocks away; an empty list does too.
      blocks: blocks !== undefined && blocks.length > 0 ? blocks : undefined,
      ...(attachments !== undefined && { attachments }),
      ...(metadata !== undefined && { metadata: metadata === 'none' ? undefined : metadata }),
      // An edit through blocks shows no "(edited)"; one through text alone does.
      edited: blocks === undefined ? { user: workspace.bot.userId, ts: workspace.nextTs() } : message.edited,
    })
    return {
      ok: true,
      channel: channel.id,
      ts: changed.ts,
      text: changed.text,
      message: wireMessage(workspace, changed, { metadata: true, origin: inside.origin() }),
    }
  },
}

const remove: Method<ChatDeleteResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args }) {
    const channel = target(inside, args.required('channel'))
    const message = ownMessage(inside, channel.id, args.required('ts'), 'cant_delete_message')
    if (message.streaming === 'in_progress' && inside.streams.isOpen(message)) {
      throw new SlackRefusal('cant_delete_message')
    }
    inside.workspace.delete(message)
    return { ok: true, channel: channel.id, ts: message.ts }
  },
}

const postEphemeral: Method<ChatPostEphemeralResponse> = {
  scopes: ['chat:write'],
  token: 'bot',
  run({ inside, args, grant }) {
    const { workspace, clients } = inside
    const channel = joinedConversation(inside, args.required('channel'))
    const user = knownMember(inside, args.required('user'))
    refuseCustomAuthor(args, grant.scopes)
    if (!channel.members.has(user.id)) throw new SlackRefusal('user_not_in_channel')
    const { text = '', blocks } = contentOf(args)
    if (text.length > POSTED_CHARACTERS) throw new SlackRefusal('msg_too_long')
    const threadTs = threadOf(inside, channel.id, args)
    const ts = workspace.nextTs()
    // Slack answers ok in an agent's direct messages too, but nobody ever sees the message there.
    if (channel.kind !== 'im') {
      clients.showEphemeral({
        user: user.id,
        channel: channel.id,
        ts,
        text,
        bySlack: false,
        ...(blocks !== undefined && blocks.length > 0 && { blocks }),
        ...(threadTs !== undefined && { threadTs }),
      })
    }
    return { ok: true, message_ts: ts }
  },
}

const getPermalink: Method<ChatGetPermalinkResponse> = {
  scopes: [],
  token: 'bot',
  run({ inside, args }) {
    const { workspace } = inside
    const channel = visibleConversation(inside, args.required('channel'))
    const message = workspace.message(channel.id, args.required('message_ts'))
    if (message === undefined) throw new SlackRefusal('message_not_found')
    const path = `archives/${channel.id}/p${message.ts.replace('.', '')}`
    const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`
    return { ok: true, channel: channel.id, permalink: `https://${workspace.team.domain}.slack.com/${path}${thread}` }
  },
}

export const chatMethods = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
  'chat.getPermalink': getPermalink,
}
