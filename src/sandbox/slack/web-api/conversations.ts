/** Conversations: open a direct message, look one up, list members, read messages. */
import type {
  ConversationsHistoryResponse,
  ConversationsInfoResponse,
  ConversationsListResponse,
  ConversationsMembersResponse,
  ConversationsOpenResponse,
  ConversationsRepliesResponse,
} from '@slack/web-api'
import { TIMESTAMP } from '../wire/identifiers.js'
import { SlackRefusal } from '../wire/refusal.js'
import { type WireMessage, wireMessage } from '../workspace/wire-message.js'
import type { Conversation, Message, Workspace } from '../workspace/workspace.js'
import {
  type Arguments,
  HISTORY_SCOPES,
  knownMember,
  type Method,
  paged,
  READ_SCOPES,
  readableConversation,
  requireScopeFor,
  visibleConversation,
} from './method.js'

const open: Method<ConversationsOpenResponse> = {
  scopes: ['im:write', 'mpim:write'],
  token: 'bot',
  run({ inside, args }) {
    const { workspace } = inside
    const channel = args.string('channel')
    if (channel) {
      const conversation = visibleConversation(inside, channel)
      if (conversation.kind !== 'im') throw new SlackRefusal('method_not_supported_for_channel_type')
      return { ok: true, no_op: true, already_open: true, channel: { id: conversation.id } }
    }
    const users = (args.string('users') ?? '').split(',').filter((id) => id !== '')
    const [first] = users
    if (first === undefined) throw new SlackRefusal('users_list_not_supplied')
    if (users.length > 8) throw new SlackRefusal('too_many_users')
    const members = users.map((id) => knownMember(inside, id))
    if (members.some((member) => member.deleted)) throw new SlackRefusal('user_disabled')
    if (members.some((member) => member.isBot)) throw new SlackRefusal('channel_not_found')
    const conversation =
      users.length === 1
        ? workspace.directMessage(first)
        : groupMessage(
            workspace,
            members.map(({ id }) => id),
          )
    const created = Math.floor(inside.now() / 1000)
    if (!args.boolean('return_im')) return { ok: true, channel: { id: conversation.id } }
    return {
      ok: true,
      no_op: true,
      already_open: true,
      channel: { id: conversation.id, created, is_im: true, is_org_shared: false, user: first, is_open: true },
    }
  },
}

/** The one group message of these people and the bot. */
function groupMessage(workspace: Workspace, people: readonly string[]): Conversation {
  const members = new Set([...people, workspace.bot.userId])
  const existing = workspace.conversations.find(
    (candidate) =>
      candidate.kind === 'mpim' &&
      candidate.members.size === members.size &&
      [...members].every((id) => candidate.members.has(id)),
  )
  if (existing !== undefined) return existing
  const names = [...members].map((id) => workspace.member(id)?.name ?? id)
  const number = workspace.conversations.filter(({ kind }) => kind === 'mpim').length + 1
  return workspace.addConversation({
    id: `G0MPDM${number}`,
    kind: 'mpim',
    name: `mpdm-${names.join('--')}-1`,
    members: [...members],
  })
}

type Channel = NonNullable<ConversationsInfoResponse['channel']> & { user?: string }

function wireConversation(workspace: Workspace, conversation: Conversation, created: number): Channel {
  const { id, kind, name, topic, members, external, archived } = conversation
  const common = {
    id,
    created,
    is_archived: archived,
    is_im: kind === 'im',
    is_org_shared: false,
    context_team_id: workspace.team.id,
    updated: created * 1000,
  }
  if (kind === 'im') {
    const user = [...members].find((member) => member !== workspace.bot.userId)
    return { ...common, ...(user !== undefined && { user }), is_open: true }
  }
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: kind === 'channel',
    is_group: kind === 'group',
    is_mpim: kind === 'mpim',
    is_private: kind !== 'channel',
    is_general: name === 'general',
    is_member: members.has(workspace.bot.userId),
    is_ext_shared: external,
    is_shared: external,
    is_pending_ext_shared: false,
    pending_shared: [],
    shared_team_ids: [workspace.team.id],
    unlinked: 0,
    creator: [...members][0] ?? '',
    topic: { value: topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    previous_names: [],
  }
}

const info: Method<Omit<ConversationsInfoResponse, 'channel'> & { channel: Channel }> = {
  scopes: READ_SCOPES,
  token: 'bot',
  run({ inside, args, grant }) {
    const conversation = visibleConversation(inside, args.required('channel'))
    requireScopeFor(grant, conversation, 'read')
    const channel = wireConversation(inside.workspace, conversation, Math.floor(inside.now() / 1000))
    return {
      ok: true,
      channel: args.boolean('include_num_members') ? { ...channel, num_members: conversation.members.size } : channel,
    }
  },
}

const list: Method<ConversationsListResponse> = {
  scopes: READ_SCOPES,
  token: 'bot',
  run({ inside, args }) {
    const types = (args.string('types') ?? 'public_channel').split(',')
    const kinds = { public_channel: 'channel', private_channel: 'group', mpim: 'mpim', im: 'im' } as const
    if (types.some((type) => !(type in kinds))) throw new SlackRefusal('invalid_types')
    const wanted = Object.entries(kinds).flatMap(([type, kind]) => (types.includes(type) ? [kind] : []))
    const { workspace } = inside
    const visible = workspace.conversations.filter(
      ({ kind, members }) => wanted.includes(kind) && (kind === 'channel' || members.has(workspace.bot.userId)),
    )
    const page = paged(visible, args, args.integer('limit', 100, { min: 1, max: 1000 }))
    const created = Math.floor(inside.now() / 1000)
    return {
      ok: true,
      channels: page.items.map((conversation) => wireConversation(workspace, conversation, created)),
      response_metadata: { next_cursor: page.nextCursor },
    }
  },
}

const members: Method<ConversationsMembersResponse> = {
  scopes: READ_SCOPES,
  token: 'bot',
  run({ inside, args, grant }) {
    const conversation = visibleConversation(inside, args.required('channel'))
    requireScopeFor(grant, conversation, 'read')
    const page = paged([...conversation.members], args, args.integer('limit', 100, { min: 1, max: 1000 }))
    return { ok: true, members: page.items, response_metadata: { next_cursor: page.nextCursor } }
  },
}

/** Messages between `oldest` and `latest`; both are left out themselves unless `inclusive`. */
function within(messages: readonly Message[], args: Arguments): Message[] {
  const oldest = boundary(args, 'oldest')
  const latest = boundary(args, 'latest')
  const inclusive = args.boolean('inclusive')
  return messages.filter(({ ts }) => {
    const at = Number(ts)
    if (oldest !== undefined && (inclusive ? at < oldest : at <= oldest)) return false
    return !(latest !== undefined && (inclusive ? at > latest : at >= latest))
  })
}

function boundary(args: Arguments, name: 'oldest' | 'latest'): number | undefined {
  const ts = args.string(name)
  if (ts === undefined || ts === '' || ts === '0') return undefined
  if (!/^\d+(\.\d+)?$/.test(ts)) throw new SlackRefusal(`invalid_ts_${name}`)
  return Number(ts)
}

const replies: Method<Omit<ConversationsRepliesResponse, 'messages'> & { messages: WireMessage[] }> = {
  scopes: HISTORY_SCOPES,
  token: 'bot',
  run({ inside, args, grant }) {
    const { workspace } = inside
    const channel = readableConversation(inside, args.required('channel'))
    requireScopeFor(grant, channel, 'history')
    const ts = args.required('ts')
    const parent = TIMESTAMP.test(ts) ? workspace.message(channel.id, ts) : undefined
    if (parent === undefined) throw new SlackRefusal('thread_not_found')
    // The parent heads the first page whatever the boundaries are.
    const thread = [parent, ...within(workspace.replies(channel.id, ts), args)]
    const page = paged(thread, args, args.integer('limit', 1000, { min: 1, max: 1000 }))
    const options = { metadata: args.boolean('include_all_metadata'), origin: inside.origin() }
    return {
      ok: true,
      messages: page.items.map((message) => wireMessage(workspace, message, options)),
      has_more: page.nextCursor !== '',
      ...(page.nextCursor !== '' && { response_metadata: { next_cursor: page.nextCursor } }),
    }
  },
}

const history: Method<Omit<ConversationsHistoryResponse, 'messages'> & { messages: WireMessage[] }> = {
  scopes: HISTORY_SCOPES,
  token: 'bot',
  run({ inside, args, grant }) {
    const { workspace } = inside
    const channel = readableConversation(inside, args.required('channel'))
    requireScopeFor(grant, channel, 'history')
    const topLevel = workspace
      .messages(channel.id)
      .filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast)
    const page = paged(within(topLevel, args).reverse(), args, args.integer('limit', 100, { min: 1, max: 999 }))
    const options = { metadata: args.boolean('include_all_metadata'), origin: inside.origin() }
    return {
      ok: true,
      messages: page.items.map((message) => wireMessage(workspace, message, options)),
      has_more: page.nextCursor !== '',
      pin_count: 0,
      ...(page.nextCursor !== '' && { response_metadata: { next_cursor: page.nextCursor } }),
    }
  },
}

export const conversationMethods = {
  'conversations.open': open,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.members': members,
  'conversations.replies': replies,
  'conversations.history': history,
}
