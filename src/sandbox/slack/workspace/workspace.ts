/**
 * The workspace itself: people, conversations, messages and files, and what changes in them. It knows no protocol and asks
 * nobody for permission; the Web API and the people's clients do that before they come here.
 */
import type { MessageMetadata } from '@slack/types'
import { refill } from '../../wire/saved.js'
import type { World } from '../../world.js'
import type { StoredBlock } from '../block-kit/blocks.js'
import { timestamps } from '../wire/identifiers.js'
import type { Json } from '../wire/json.js'
import { SlackRefusal } from '../wire/refusal.js'

export interface Member {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly title: string
  readonly email: string
  readonly tz: string
  readonly color: string
  /** Differs from the workspace's own for people of another organisation (Slack Connect). */
  readonly teamId: string
  readonly isBot: boolean
  /** Deactivated: `deleted` of `users.info`. */
  readonly deleted: boolean
  /** A guest of several channels. */
  readonly restricted: boolean
  /** A guest of a single channel. */
  readonly ultraRestricted: boolean
  /** Somebody from outside with whom no channel is shared. */
  readonly stranger: boolean
  /** `users.info` does not know them although their messages arrive. */
  readonly unknown: boolean
}

export type ConversationKind = 'channel' | 'group' | 'mpim' | 'im'

export interface Conversation {
  readonly id: string
  readonly kind: ConversationKind
  readonly name: string
  readonly topic: string
  readonly members: ReadonlySet<string>
  /** Shared with another organisation (Slack Connect). */
  readonly external: boolean
  readonly archived: boolean
}

export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly mimetype: string
  readonly content: Buffer
  readonly user: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  readonly deleted?: true
  /** Events name the file but leave its details to `files.info` (Slack Connect). */
  readonly checkInfo: boolean
  /** Conversations it was shared in. */
  readonly channels: readonly string[]
}

export interface Message {
  readonly channel: string
  readonly ts: string
  /** The parent's `ts`, on replies only. */
  readonly threadTs?: string
  /** User id of the author, the bot's for the app's own. */
  readonly author: string
  readonly byApp: boolean
  readonly subtype?: 'file_share' | 'thread_broadcast' | 'tombstone' | 'channel_join' | 'me_message'
  readonly text: string
  /** As the app sent them. People's messages have `richText` instead. */
  readonly blocks?: readonly StoredBlock[]
  readonly richText?: Json[]
  readonly attachments?: Json[]
  readonly files: readonly StoredFile[]
  readonly metadata?: MessageMetadata
  readonly edited?: { readonly user: string; readonly ts: string }
  readonly reactions: ReadonlyMap<string, readonly string[]>
  readonly clientMessageId?: string
  /** A reply that was also sent to the channel. */
  readonly broadcast: boolean
  readonly streaming?: 'in_progress' | 'completed'
}

export type WorkspaceChange =
  | { readonly type: 'posted'; readonly message: Message }
  | { readonly type: 'changed'; readonly message: Message; readonly previous: Message }
  | { readonly type: 'deleted'; readonly message: Message }
  | { readonly type: 'reacted'; readonly message: Message }
  | { readonly type: 'conversations' }
  | { readonly type: 'channel_id_changed'; readonly conversation: Conversation; readonly previous: string }
  | /** Somebody is new (`previous` undefined), or what is known of them changed. */ {
      readonly type: 'people'
      readonly member: Member
      readonly previous: Member | undefined
    }

type Draft = Pick<Message, 'channel' | 'author' | 'byApp' | 'text'> & Partial<Omit<Message, 'ts'>>

export class Workspace {
  readonly team: World['team']
  readonly bot: World['bot']
  /** The next message timestamp; also `event_ts` and `action_ts` of what is no message. */
  readonly nextTs: () => string
  readonly #members = new Map<string, Member>()
  readonly #conversations = new Map<string, Conversation>()
  readonly #messages = new Map<string, Map<string, Message>>()
  /** `channel/ts` of messages that left nothing behind. */
  readonly #gone = new Set<string>()
  readonly #files = new Map<string, StoredFile>()
  readonly #listeners: ((change: WorkspaceChange) => void)[] = []

  constructor(
    world: World,
    readonly now: () => number,
  ) {
    this.team = world.team
    this.bot = world.bot
    this.nextTs = timestamps(now)
    const ordinary = { deleted: false, restricted: false, ultraRestricted: false, stranger: false, unknown: false }
    for (const person of world.people) {
      this.#members.set(person.id, { ...person, ...ordinary, teamId: world.team.id, isBot: false })
    }
    this.#members.set(world.bot.userId, {
      ...ordinary,
      id: world.bot.userId,
      name: world.bot.name,
      realName: world.bot.name,
      title: '',
      email: '',
      tz: 'America/Los_Angeles',
      color: '#4a154b',
      teamId: world.team.id,
      isBot: true,
    })
    for (const channel of world.channels) {
      this.addConversation({ ...channel, kind: 'channel', members: [...channel.members, world.bot.userId] })
    }
  }

  save() {
    return {
      members: this.#members,
      conversations: this.#conversations,
      messages: this.#messages,
      gone: this.#gone,
      files: this.#files,
    }
  }

  restore(saved: ReturnType<Workspace['save']>): void {
    refill(this.#members, saved.members)
    refill(this.#conversations, saved.conversations)
    refill(this.#messages, saved.messages)
    refill(this.#gone, saved.gone)
    refill(this.#files, saved.files)
  }

  /** Listeners hear of every change, in order, right after it happened. */
  onChange(listener: (change: WorkspaceChange) => void): void {
    this.#listeners.push(listener)
  }

  #emit(change: WorkspaceChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  get members(): Member[] {
    return [...this.#members.values()]
  }

  member(id: string): Member | undefined {
    return this.#members.get(id)
  }

  /** Adds somebody, or changes what is known about them. */
  setMember(member: Member): void {
    const previous = this.#members.get(member.id)
    this.#members.set(member.id, member)
    this.#emit({ type: 'people', member, previous })
  }

  get conversations(): Conversation[] {
    return [...this.#conversations.values()]
  }

  conversation(id: string): Conversation | undefined {
    return this.#conversations.get(id)
  }

  addConversation(conversation: {
    readonly id: string
    readonly kind: ConversationKind
    readonly name: string
    readonly topic?: string
    readonly members: readonly string[]
    readonly external?: boolean
  }): Conversation {
    const added: Conversation = {
      topic: '',
      external: false,
      archived: false,
      ...conversation,
      members: new Set(conversation.members),
    }
    return this.setConversation(added)
  }

  setConversation(conversation: Conversation): Conversation {
    this.#conversations.set(conversation.id, conversation)
    this.#emit({ type: 'conversations' })
    return conversation
  }

  /** Gives a conversation another id, as Slack does when it is shared with another organisation. Nobody finds it under the old one. */
  changeConversationId(previous: string, id: string): Conversation {
    const conversation = this.#conversations.get(previous)
    if (conversation === undefined) throw new SlackRefusal('channel_not_found')
    const changed: Conversation = { ...conversation, id }
    this.#conversations.delete(previous)
    this.#conversations.set(id, changed)
    const messages = this.messages(previous)
    this.#messages.delete(previous)
    for (const message of messages) this.#place({ ...message, channel: id })
    this.#emit({ type: 'channel_id_changed', conversation: changed, previous })
    return changed
  }

  /** The direct message between a person and the bot; made on first use, like Slack's. */
  directMessage(person: string): Conversation {
    const id = `D${person.slice(1)}`
    return (
      this.#conversations.get(id) ??
      this.addConversation({ id, kind: 'im', name: 'directmessage', members: [person, this.bot.userId] })
    )
  }

  /** Everything in a conversation, replies too, oldest first. */
  messages(channel: string): Message[] {
    return [...(this.#messages.get(channel)?.values() ?? [])]
  }

  message(channel: string, ts: string): Message | undefined {
    return this.#messages.get(channel)?.get(ts)
  }

  /** Whether a message was here that was deleted and left no tombstone. */
  isGone(channel: string, ts: string): boolean {
    return this.#gone.has(`${channel}/${ts}`)
  }

  /** The replies of a thread without its parent, oldest first. */
  replies(channel: string, threadTs: string): Message[] {
    return this.messages(channel).filter((message) => message.threadTs === threadTs)
  }

  post(draft: Draft): Message {
    const message: Message = { files: [], reactions: new Map(), broadcast: false, ...draft, ts: this.nextTs() }
    this.#place(message)
    this.#emit({ type: 'posted', message })
    return message
  }

  /** Replaces what a message says. A field given as `undefined` is taken away. */
  change(message: Message, changes: Partial<Omit<Message, 'channel' | 'ts'>>): Message {
    const current = this.message(message.channel, message.ts)
    if (current === undefined) throw new SlackRefusal('message_not_found')
    const changed: Message = { ...current, ...changes }
    this.#place(changed)
    this.#emit({ type: 'changed', message: changed, previous: current })
    return changed
  }

  /** Deletes a message. The parent of a thread leaves a tombstone, so that its replies keep their place. */
  delete(message: Message): void {
    if (this.replies(message.channel, message.ts).length > 0) {
      this.change(message, {
        subtype: 'tombstone',
        text: 'This message was deleted.',
        blocks: undefined,
        richText: undefined,
        attachments: undefined,
        metadata: undefined,
        files: [],
        reactions: new Map(),
      })
      return
    }
    this.#messages.get(message.channel)?.delete(message.ts)
    this.#gone.add(`${message.channel}/${message.ts}`)
    this.#emit({ type: 'deleted', message })
  }

  /** Reactions are no edit: people see them, but no `message_changed` tells the app. */
  setReactions(message: Message, reactions: Message['reactions']): void {
    const reacted = { ...message, reactions }
    this.#place(reacted)
    this.#emit({ type: 'reacted', message: reacted })
  }

  file(id: string): StoredFile | undefined {
    return this.#files.get(id)
  }

  /** Keeps a file, or replaces what is known about it. */
  setFile(file: StoredFile): StoredFile {
    this.#files.set(file.id, file)
    return file
  }

  #place(message: Message): void {
    const channel = this.#messages.get(message.channel) ?? new Map<string, Message>()
    channel.set(message.ts, message)
    this.#messages.set(message.channel, channel)
  }
}
