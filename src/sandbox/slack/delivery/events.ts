/** What the app hears of the workspace: events in their envelope, only those it subscribed to, only from where it is a member. */
import type { EnvelopedEvent } from '@slack/bolt'
import type {
  AgentSessionStoppedEvent,
  AppHomeOpenedEvent,
  AppMentionEvent,
  ChannelIDChangedEvent,
  MessageChangedEvent,
  MessageDeletedEvent,
} from '@slack/types'
import { freshId } from '../wire/identifiers.js'
import { isObject, type JsonObject, toJson } from '../wire/json.js'
import type { Clients } from '../workspace/clients.js'
import { type WireMessage, wireMessage } from '../workspace/wire-message.js'
import type { Conversation, Member, Message, Workspace, WorkspaceChange } from '../workspace/workspace.js'
import type { Deliveries } from './delivery.js'
import { VERIFICATION_TOKEN } from './interactions.js'
import { viewOutput } from './view-output.js'

/** Event subscriptions, as a manifest names them. */
export const BOT_EVENTS = [
  'agent_session_stopped',
  'app_home_opened',
  'app_mention',
  'channel_id_changed',
  'message.channels',
  'message.groups',
  'message.im',
  'message.mpim',
  'user_change',
] as const

const MESSAGE_SUBSCRIPTIONS = {
  channel: 'message.channels',
  group: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
} as const

/** Which copy of a mention comes first. Slack promises neither, so the default takes turns. */
export type MentionOrder = 'mention first' | 'message first' | 'alternating'

export interface EventParts {
  readonly workspace: Workspace
  readonly clients: Clients
  readonly deliveries: Deliveries
  readonly origin: () => string
  readonly subscriptions: ReadonlySet<string>
  readonly mentionOrder: MentionOrder
  /** Somebody as `users.info` describes them to the app. */
  readonly describe: (member: Member) => object
}

type MessageBody = WireMessage & { channel: string; channel_type: Conversation['kind']; event_ts: string }

/** The SDK's events, with messages as this Slack writes them. */
type WithMessages<Event, Names extends string> = Omit<Event, Names> & Record<Names, WireMessage>
type Changed = WithMessages<MessageChangedEvent, 'message' | 'previous_message'>
type Deleted = WithMessages<MessageDeletedEvent, 'previous_message'>

export class Events {
  #mentions = 0

  constructor(private readonly parts: EventParts) {
    parts.workspace.onChange((change) => this.#heard(change))
  }

  /** Somebody opened the app's Home or Messages tab. */
  homeOpened(user: string, tab: 'home' | 'messages'): void {
    const { workspace, clients, subscriptions } = this.parts
    if (!subscriptions.has('app_home_opened')) return
    const home = tab === 'home' ? clients.home(user) : undefined
    const event: Omit<AppHomeOpenedEvent, 'view'> = {
      type: 'app_home_opened',
      user,
      channel: workspace.directMessage(user).id,
      tab,
      event_ts: workspace.nextTs(),
    }
    this.send(home === undefined ? event : { ...event, view: viewOutput(workspace, home, {}) }, user)
  }

  /** Somebody pressed the Stop button of an agent's session. @param stopped messages that were streaming there */
  sessionStopped(user: string, channel: string, threadTs: string, stopped: readonly Message[]): void {
    const { workspace, subscriptions } = this.parts
    if (!subscriptions.has('agent_session_stopped')) return
    const event: AgentSessionStoppedEvent = {
      type: 'agent_session_stopped',
      channel,
      user,
      thread_ts: threadTs,
      streaming_message_ts: stopped.map(({ ts }) => ts),
      event_ts: workspace.nextTs(),
    }
    this.send(event, user)
  }

  /** Sends any event in a proper envelope. `user` decides whether it comes from outside the organisation. */
  send<Event extends { type: string; channel?: string }>(event: Event, user?: string): string {
    const { workspace, deliveries } = this.parts
    const eventId = freshId('Ev')
    const conversation = event.channel === undefined ? undefined : workspace.conversation(event.channel)
    const body: EnvelopedEvent<Event> = {
      token: VERIFICATION_TOKEN,
      team_id: workspace.team.id,
      context_team_id: workspace.team.id,
      api_app_id: workspace.bot.appId,
      event,
      type: 'event_callback',
      event_id: eventId,
      event_time: Math.floor(workspace.now() / 1000),
      authorizations: [
        {
          enterprise_id: null,
          team_id: workspace.team.id,
          user_id: workspace.bot.userId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: conversation?.external ?? false,
      event_context: `4-${Buffer.from(JSON.stringify({ et: event.type, tid: workspace.team.id, aid: workspace.bot.appId, cid: event.channel ?? user ?? '' })).toString('base64url')}`,
    }
    const json = toJson({ ...body, context_enterprise_id: null })
    if (isObject(json)) void deliveries.event(json)
    return eventId
  }

  #heard(change: WorkspaceChange): void {
    if (change.type === 'people') {
      this.#personChanged(change.member, change.previous)
      return
    }
    if (change.type === 'conversations' || change.type === 'reacted') return
    if (change.type === 'channel_id_changed') {
      this.#channelIdChanged(change.conversation, change.previous)
      return
    }
    const { workspace, subscriptions } = this.parts
    const conversation = workspace.conversation(change.message.channel)
    if (conversation === undefined || !conversation.members.has(workspace.bot.userId)) return
    const subscribed = subscriptions.has(MESSAGE_SUBSCRIPTIONS[conversation.kind])
    if (change.type === 'posted') {
      this.#posted(change.message, conversation, subscribed)
      return
    }
    if (!subscribed) return
    const ts = workspace.nextTs()
    const common = {
      type: 'message',
      channel: conversation.id,
      channel_type: conversation.kind,
      hidden: true,
      ts,
      event_ts: ts,
    } as const
    if (change.type === 'changed') {
      const event: Changed = {
        ...common,
        subtype: 'message_changed',
        message: this.#wire(change.message),
        previous_message: this.#wire(change.previous),
      }
      this.send(event)
    } else {
      const event: Deleted = {
        ...common,
        subtype: 'message_deleted',
        deleted_ts: change.message.ts,
        previous_message: this.#wire(change.message),
      }
      this.send(event)
    }
  }

  #channelIdChanged(conversation: Conversation, previous: string): void {
    const { workspace, subscriptions } = this.parts
    if (!subscriptions.has('channel_id_changed') || !conversation.members.has(workspace.bot.userId)) return
    const event: ChannelIDChangedEvent = {
      type: 'channel_id_changed',
      old_channel_id: previous,
      new_channel_id: conversation.id,
      event_ts: workspace.nextTs(),
    }
    this.send(event)
  }

  /** Of everybody in the workspace, whether they ever wrote to the app or not. Somebody new comes as `team_join`, which nobody here needs. */
  #personChanged(member: Member, previous: Member | undefined): void {
    const { workspace, subscriptions, describe } = this.parts
    if (previous === undefined || !subscriptions.has('user_change')) return
    const event_ts = workspace.nextTs()
    this.send(
      { type: 'user_change', user: describe(member), cache_ts: Math.floor(Number(event_ts)), event_ts },
      member.id,
    )
  }

  #posted(message: Message, conversation: Conversation, subscribed: boolean): void {
    const { subscriptions, mentionOrder } = this.parts
    const body: MessageBody = {
      ...this.#wire(message),
      channel: conversation.id,
      channel_type: conversation.kind,
      event_ts: message.ts,
    }
    const deliver = {
      message: () => subscribed && this.send({ ...body, ...this.#foreign(message) }, message.author),
      mention: () =>
        subscriptions.has('app_mention') && this.#isMention(message, conversation) && this.#mention(body, message),
    }
    const mentionFirst =
      mentionOrder === 'mention first' ||
      (mentionOrder === 'alternating' && this.#isMention(message, conversation) && this.#mentions++ % 2 === 0)
    for (const which of mentionFirst ? (['mention', 'message'] as const) : (['message', 'mention'] as const)) {
      deliver[which]()
    }
  }

  /** Direct messages to the bot need no mention and never come as one. */
  #isMention(message: Message, conversation: Conversation): boolean {
    const { bot } = this.parts.workspace
    return conversation.kind !== 'im' && !message.byApp && message.text.includes(`<@${bot.userId}>`)
  }

  #mention(body: MessageBody, message: Message): void {
    // The copy that says "you were mentioned" has neither files nor the kind of channel.
    const {
      files: _files,
      channel_type: _kind,
      subtype: _subtype,
      upload: _upload,
      display_as_bot: _as,
      ...rest
    } = body
    const { blocks, attachments: _attachments, ...words } = rest
    const event: Omit<AppMentionEvent, 'blocks'> = { ...words, type: 'app_mention' }
    this.send({ ...event, ...(blocks && { blocks }), ...this.#foreign(message) }, message.author)
  }

  /** Messages of people from another organisation say so. */
  #foreign(message: Message): JsonObject {
    const { workspace } = this.parts
    const member = workspace.member(message.author)
    if (member === undefined || member.teamId === workspace.team.id) return {}
    return { user_team: member.teamId, source_team: member.teamId }
  }

  #wire(message: Message): WireMessage {
    return wireMessage(this.parts.workspace, message, { origin: this.parts.origin() })
  }
}
