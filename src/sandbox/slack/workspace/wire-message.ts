/** Messages and files as Slack's answers and events carry them. */
import type { GenericMessageEvent, MessageMetadata } from '@slack/types'
import type { ConversationsRepliesResponse, FilesInfoResponse } from '@slack/web-api'
import type { StoredBlock } from '../block-kit/blocks.js'
import { isObject, type JsonObject } from '../wire/json.js'
import { richTextBlock } from './composer.js'
import type { Conversation, Message, StoredFile, Workspace } from './workspace.js'

type BotProfile = NonNullable<GenericMessageEvent['bot_profile']>
type RepliesMessage = NonNullable<ConversationsRepliesResponse['messages']>[number]

/** The SDK's message, with blocks as Block Kit names them instead of the generated enums of its response types. */
export type WireMessage = Omit<
  RepliesMessage,
  'attachments' | 'blocks' | 'bot_profile' | 'edited' | 'files' | 'metadata' | 'reactions'
> & {
  type: 'message'
  ts: string
  user: string
  text: string
  team: string
  subtype?: string
  client_msg_id?: string
  streaming_state?: 'in_progress' | 'completed'
  attachments?: JsonObject[]
  blocks?: JsonObject[]
  bot_profile?: BotProfile
  edited?: { user: string; ts: string }
  files?: WireFile[]
  metadata?: MessageMetadata
  reactions?: { name: string; count: number; users: string[] }[]
}

export type WireFile = NonNullable<FilesInfoResponse['file']> &
  Pick<Required<NonNullable<FilesInfoResponse['file']>>, 'id'>

/** Slack's name for a conversation in interactive payloads and slash commands. */
export function payloadChannelName(conversation: Conversation): string {
  return { im: 'directmessage', group: 'privategroup', mpim: conversation.name, channel: conversation.name }[
    conversation.kind
  ]
}

function botProfile(workspace: Workspace): BotProfile {
  const { bot, team } = workspace
  return {
    id: bot.botId,
    app_id: bot.appId,
    name: bot.name,
    icons: {},
    deleted: false,
    updated: 0,
    team_id: team.id,
  }
}

export interface WireOptions {
  /** Message metadata is left out unless it was asked for (`include_all_metadata`). */
  readonly metadata?: boolean
  /** Origin for the addresses of files. */
  readonly origin: string
}

export function wireMessage(workspace: Workspace, message: Message, options: WireOptions): WireMessage {
  const replies = message.threadTs === undefined ? workspace.replies(message.channel, message.ts) : []
  const authors = [...new Set(replies.map((reply) => reply.author))]
  const latest = replies.at(-1)?.ts
  const tombstone = message.subtype === 'tombstone'
  const blocks = wireBlocks(message)
  return {
    type: 'message',
    user: tombstone ? 'USLACKBOT' : message.author,
    ts: message.ts,
    text: message.text,
    team: workspace.member(message.author)?.teamId ?? workspace.team.id,
    ...(message.subtype && { subtype: message.subtype }),
    ...(message.byApp && !tombstone && appFields(workspace)),
    ...(message.clientMessageId && { client_msg_id: message.clientMessageId }),
    ...(blocks.length > 0 && { blocks }),
    ...(message.attachments && { attachments: message.attachments.filter(isObject) }),
    ...(message.files.length > 0 && {
      files: message.files.map((file) => wireFile(workspace, file, options.origin)),
      upload: false,
      display_as_bot: false,
    }),
    ...(message.threadTs !== undefined && {
      thread_ts: message.threadTs,
      parent_user_id: workspace.message(message.channel, message.threadTs)?.author ?? workspace.bot.userId,
    }),
    ...(latest !== undefined && {
      thread_ts: message.ts,
      reply_count: replies.length,
      reply_users_count: authors.length,
      reply_users: authors,
      latest_reply: latest,
      is_locked: false,
      subscribed: authors.includes(workspace.bot.userId),
    }),
    ...(message.edited && { edited: { ...message.edited } }),
    ...(message.reactions.size > 0 && {
      reactions: [...message.reactions].map(([name, users]) => ({ name, count: users.length, users: [...users] })),
    }),
    ...(message.streaming && { streaming_state: message.streaming }),
    ...(options.metadata && message.metadata && { metadata: message.metadata }),
  }
}

function appFields(workspace: Workspace) {
  return { bot_id: workspace.bot.botId, app_id: workspace.bot.appId, bot_profile: botProfile(workspace) }
}

/**
 * Slack hands back other blocks than it was given: markdown blocks come back translated to `rich_text`, and words without
 * blocks have become a `rich_text` block too.
 */
function wireBlocks(message: Message): JsonObject[] {
  if (message.blocks !== undefined && message.blocks.length > 0) return message.blocks.map(translated)
  if (message.richText !== undefined) return message.richText.filter(isObject)
  return message.text === '' || message.subtype === 'tombstone' || message.subtype === 'me_message'
    ? []
    : [richTextBlock([{ type: 'text', text: message.text }])]
}

function translated(block: StoredBlock): JsonObject {
  if (block.type !== 'markdown') return block
  return { ...richTextBlock([{ type: 'text', text: String(block.text) }]), block_id: block.block_id }
}

/** Where the content of a file is fetched with the bot's token. */
export const filePath = (workspace: Workspace, file: StoredFile): string =>
  `/files-pri/${workspace.team.id}-${file.id}/${encodeURIComponent(file.name)}`

export function wireFile(workspace: Workspace, file: StoredFile, origin: string, full = false): WireFile {
  if (file.checkInfo && !full) return { id: file.id, file_access: 'check_file_info' }
  const url = `${origin}${filePath(workspace, file)}`
  const seconds = Math.floor(file.createdAt / 1000)
  return {
    id: file.id,
    created: seconds,
    timestamp: seconds,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.includes('.') ? (file.name.split('.').at(-1) ?? 'binary') : 'binary',
    pretty_type: file.mimetype,
    user: file.user,
    user_team: workspace.member(file.user)?.teamId ?? workspace.team.id,
    editable: false,
    size: file.content.length,
    mode: 'hosted',
    is_external: false,
    external_type: '',
    is_public: file.channels.some((id) => workspace.conversation(id)?.kind === 'channel'),
    public_url_shared: false,
    display_as_bot: false,
    username: '',
    url_private: url,
    url_private_download: url,
    permalink: `https://${workspace.team.domain}.slack.com/files/${file.user}/${file.id}`,
    channels: file.channels.filter((id) => workspace.conversation(id)?.kind === 'channel'),
    groups: file.channels.filter((id) => workspace.conversation(id)?.kind === 'group'),
    ims: file.channels.filter((id) => workspace.conversation(id)?.kind === 'im'),
    comments_count: 0,
    file_access: 'visible',
  }
}
