/** Slack as turns see it: who somebody is, where a conversation's replies go, and the reply of each turn. */

import type { WebClient } from '@slack/web-api'
import type { Log } from '../log.js'
import type { Conversations } from '../store/tables/conversations.js'
import type { Posts } from '../store/tables/posts.js'
import type { UndoDisplay, UndoEnding, UndoPlace } from '../turns/change-undo.js'
import type {
  Address,
  Conversation,
  Message,
  MessageRest,
  Person,
  ThreadMessage,
  ThreadRange,
  Turn,
} from '../turns/model.js'
import {
  OperatorProblem,
  type OutgoingDisplay,
  type PlaceChoice,
  type ReplyDisplay,
  type Surface,
  Unavailable,
} from '../turns/ports.js'
import type { Clock } from '../turns/time/clock.js'
import type { ApprovalView } from '../turns/view.js'
import type { Named, Names } from '../turns/words.js'
import type { AgentReply } from './agent/agent-reply.js'
import type { AgentSurface } from './agent/agent-surface.js'
import type { EditBudget } from './api/edit-budget.js'
import type { Poster, PostTarget } from './api/poster.js'
import { TOKEN_REFUSED, UNKNOWN_PERSON } from './api/refusals.js'
import { SLACKBOT } from './api/slackbot.js'
import type { Streams } from './api/streams.js'
import { SlackRefused, slackCall } from './api/web.js'
import type { AppRules } from './blocks/consent.js'
import { Directory } from './directory.js'
import type { BotIdentity } from './inbound/bot-identity.js'
import { ThreadReader } from './inbound/thread-reader.js'
import { FeedbackOffer } from './reply/feedback-offer.js'
import { OutgoingMessages } from './reply/outgoing-messages.js'
import { ReplyMessage } from './reply/reply-message.js'
import { type ChannelReplies, ReplyPlaces } from './reply/reply-places.js'
import { UndoMessages } from './reply/undo-message.js'

export interface SlackSurfaceOptions {
  readonly web: WebClient
  readonly poster: Poster
  readonly posts: Posts
  readonly conversations: Pick<Conversations, 'moveAddress'>
  readonly budget: EditBudget
  readonly streams: Streams
  readonly agent: AgentSurface
  readonly log: Log
  readonly rules: AppRules
  readonly channelReplies: ChannelReplies
  readonly identity: BotIdentity
  /** Team id of the workspace that the bot's token belongs to. */
  readonly homeTeam: string
  /** Its organisation, on Enterprise Grid. */
  readonly homeEnterprise: string | null
  /** Whether guests of the workspace are served like members. */
  readonly allowGuests: boolean
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>
}

/** How long a person's directory entry is believed, in milliseconds. */
const PROFILE_TTL_MS = 5 * 60_000

export type ProfileAnswer = Awaited<ReturnType<Surface['profile']>>

export class SlackSurface implements Surface, OutgoingDisplay, UndoDisplay {
  readonly #profiles = new Map<string, { until: number; user: string; profile: ProfileAnswer }>()
  readonly #dms = new Map<string, string>()
  readonly #replies = new Map<string, AgentReply>()
  /** New ids of channels by their old ones: whoever began before the change still asks for the old one. */
  readonly #channelIds = new Map<string, string>()

  readonly #places: ReplyPlaces
  readonly #mails: OutgoingMessages
  readonly #undos: UndoMessages
  readonly #directory: Directory
  readonly #threads: ThreadReader
  readonly #feedback: FeedbackOffer

  constructor(private readonly options: SlackSurfaceOptions) {
    this.#directory = new Directory(options.web, options.clock, options.log)
    this.#feedback = new FeedbackOffer(options.clock.now)
    this.#mails = new OutgoingMessages(options)
    this.#undos = new UndoMessages(options)
    this.#threads = new ThreadReader(options.web, options.identity, options.log)
    this.#places = new ReplyPlaces({
      ...options,
      now: options.clock.now,
      directMessage: (person) => this.directMessage(person),
    })
  }

  async profile(person: Person): Promise<ProfileAnswer> {
    const known = this.#profiles.get(person.id)
    if (known !== undefined && known.until > this.options.clock.now()) return known.profile
    const profile = await this.#lookUp(person)
    this.#profiles.set(person.id, { until: this.options.clock.now() + PROFILE_TTL_MS, user: person.user, profile })
    return profile
  }

  async names(wanted: readonly Named[], person: Person): Promise<Names> {
    return await this.#directory.names(wanted, person.user)
  }

  async readThread(thread: Address, range: ThreadRange): Promise<readonly ThreadMessage[] | 'unreadable'> {
    return await this.#threads.read(this.#nowAt(thread), range)
  }

  async readMessage(thread: Address, ts: string): Promise<MessageRest | null> {
    return await this.#threads.readOne(this.#nowAt(thread), ts)
  }

  async chooseAddress(conversation: Conversation, first: Message | undefined): Promise<PlaceChoice> {
    return await this.#places.choose(conversation, first)
  }

  async withdrawPlaceQuestion(conversation: Conversation): Promise<void> {
    await this.#places.takeBack(conversation)
  }

  async showOutgoing(conversation: Conversation, approval: ApprovalView): Promise<void> {
    await this.#mails.show(await this.#whereOwnerAloneReads(conversation), approval)
  }

  async showUndone(
    _conversation: Conversation,
    undo: { readonly id: string; readonly place: UndoPlace },
    ending: UndoEnding,
  ): Promise<void> {
    const { channel } = undo.place
    await this.#undos.show(
      { ...undo, place: { ...undo.place, channel: this.#channelIds.get(channel) ?? channel } },
      ending,
    )
  }

  async #whereOwnerAloneReads({ kind, origin, address, owner }: Conversation): Promise<PostTarget> {
    const isTheirs = address !== null && (kind === 'im' || address.channel !== origin.channel)
    return isTheirs ? address : { channel: await this.directMessage(owner) }
  }

  reply(turn: Turn, conversation: Conversation): ReplyDisplay {
    const open = this.#replies.get(turn.id)
    if (open !== undefined) return open
    const { kind, owner } = conversation
    if (conversation.address === null) throw new Error('a reply needs an address')
    const address = this.#nowAt(conversation.address)
    const origin = this.#nowAt(conversation.origin)
    const { web, poster, posts, budget, streams, log, clock, rules, homeTeam } = this.options
    const reader = { team: owner.team.startsWith('T') ? owner.team : homeTeam, user: owner.user }
    const audience = kind === 'im' || address.channel !== origin.channel ? 'owner' : 'others'
    const message = new ReplyMessage(
      {
        web,
        poster,
        posts,
        budget,
        streams,
        reader,
        feedback: this.#feedback,
        log,
        clock,
        ownersDm: () => this.directMessage(owner),
        leave: () => this.#places.leave(conversation),
      },
      {
        audience,
        ...(audience === 'others' ? { askedIn: origin.channel } : {}),
        turnId: turn.id,
        ...rules,
      },
      address,
      () => this.#replies.delete(turn.id),
    )
    const names = (wanted: readonly Named[]) => this.#directory.names(wanted, owner.user)
    const reply = this.options.agent.reply(message, conversation, address, names)
    this.#replies.set(turn.id, reply)
    return reply
  }

  /**
   * The channel id of a person's DM with the bot.
   * @throws Unavailable, SlackRefused
   */
  async directMessage(person: Person): Promise<string> {
    const known = this.#dms.get(person.id)
    if (known !== undefined) return known
    const answer = await slackCall(() => this.options.web.conversations.open({ users: person.user }))
    const channel = answer.channel?.id
    if (channel === undefined) throw new Error('conversations.open answered without a channel')
    this.#dms.set(person.id, channel)
    return channel
  }

  /** What is known of somebody changed: Slack is asked the next time. */
  forgetProfile(person: Person): void {
    this.#profiles.delete(person.id)
  }

  /** The same for whoever has this Slack user id. */
  forgetUser(user: string): void {
    for (const [id, known] of this.#profiles) if (known.user === user) this.#profiles.delete(id)
    this.#directory.forget(user)
  }

  /** A channel is found under another id only: what is being shown there goes on. */
  channelIdChanged(previous: string, channel: string): void {
    this.#channelIds.set(previous, channel)
    for (const reply of this.#replies.values()) reply.channelIdChanged(previous, channel)
  }

  #nowAt({ channel, threadTs }: Address): Address {
    return { channel: this.#channelIds.get(channel) ?? channel, threadTs }
  }

  /** Lets the newest state of every reply land, then lets go of them. */
  async stop(): Promise<void> {
    const replies = [...this.#replies.values()]
    await Promise.all(replies.map((reply) => reply.settled()))
    for (const reply of replies) reply.close()
    await this.options.agent.stop()
  }

  /** Somebody whose account belongs to another organisation (Slack Connect). */
  #isFromElsewhere(person: Person, user: { team_id?: string; enterprise_user?: { enterprise_id?: string } }): boolean {
    const isOtherTeam = (home: string) => user.team_id?.startsWith('T') === true && user.team_id !== home
    if (person.team.startsWith('T')) return isOtherTeam(person.team)
    // On Enterprise Grid members have the enterprise's mark, and may belong to any of its workspaces.
    const enterprise = user.enterprise_user?.enterprise_id
    return enterprise === undefined ? isOtherTeam(this.options.homeTeam) : enterprise !== person.team
  }

  async #lookUp(person: Person): Promise<ProfileAnswer> {
    const { homeTeam, homeEnterprise } = this.options
    // Slack's directory calls it no bot.
    if (person.user === SLACKBOT) return { problem: 'outsider' }
    // The directory would answer for the member who has the same id here.
    if (person.team !== homeTeam && person.team !== homeEnterprise) return { problem: 'outsider' }
    try {
      const { user } = await slackCall(() => this.options.web.users.info({ user: person.user }))
      if (user === undefined) return { problem: 'unknown_person' }
      // Whoever left another organisation has not left this one.
      if (user.is_bot || isStranger(user) || this.#isFromElsewhere(person, user)) return { problem: 'outsider' }
      if (user.deleted) return { problem: 'deactivated' }
      if (!this.options.allowGuests && (user.is_restricted || user.is_ultra_restricted)) return { problem: 'guest' }
      return {
        name: user.profile?.real_name || user.real_name || user.name || person.user,
        timeZone: user.tz ?? 'UTC',
        email: user.profile?.email ?? null,
      }
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      if (UNKNOWN_PERSON.has(error.code)) return { problem: 'unknown_person' }
      // Whatever else Slack says, now or in future, says nothing about the person: their message waits.
      if (!TOKEN_REFUSED.has(error.code)) throw new Unavailable('slack', `users.info: ${error.code}`)
      throw new OperatorProblem('credentials', `users.info: ${error.code}`, { cause: error })
    }
  }
}

/** `is_stranger` is documented, and missing from the SDK's type. */
function isStranger(user: object): boolean {
  return 'is_stranger' in user && user.is_stranger === true
}
