/** Slack as turns see it: who somebody is, where a conversation's replies go, and the reply of each turn. */

import type { WebClient } from '@slack/web-api'
import type { Log } from '../log.js'
import type { Posts } from '../store/posts.js'
import type { Address, Conversation, Message, Person, Turn } from '../turns/model.js'
import { OperatorProblem, type ReplyDisplay, type Surface, Unavailable } from '../turns/ports.js'
import type { AppRules } from './consent.js'
import type { EditBudget } from './edit-budget.js'
import { escapeMrkdwn } from './markdown-escape.js'
import type { MessageContent, Poster } from './poster.js'
import { ReplyMessage } from './reply-message.js'
import type { Streams } from './streams.js'
import { SlackRefused, slackCall } from './web.js'

export interface SlackSurfaceOptions {
  readonly web: WebClient
  readonly poster: Poster
  readonly posts: Posts
  readonly budget: EditBudget
  readonly streams: Streams
  readonly log: Log
  readonly rules: AppRules
  readonly channelReplies: 'ask' | 'here' | 'private'
  /** Team id of the workspace that the bot's token belongs to. */
  readonly homeTeam: string
  /** Its organisation, on Enterprise Grid. */
  readonly homeEnterprise: string | null
  /** Whether guests of the workspace are served like members. */
  readonly allowGuests: boolean
  readonly now: () => number
}

/** How long a person's directory entry is believed, in milliseconds. */
const PROFILE_TTL_MS = 5 * 60_000
const QUOTE_LENGTH = 2_800

export type ProfileAnswer = Awaited<ReturnType<Surface['profile']>>

export class SlackSurface implements Surface {
  readonly #profiles = new Map<string, { until: number; profile: ProfileAnswer }>()
  readonly #dms = new Map<string, string>()
  readonly #replies = new Map<string, ReplyMessage>()

  constructor(private readonly options: SlackSurfaceOptions) {}

  async profile(person: Person): Promise<ProfileAnswer> {
    const known = this.#profiles.get(person.id)
    if (known !== undefined && known.until > this.options.now()) return known.profile
    const profile = await this.#lookUp(person)
    this.#profiles.set(person.id, { until: this.options.now() + PROFILE_TTL_MS, profile })
    return profile
  }

  async chooseAddress(conversation: Conversation, first: Message | undefined): Promise<Address | 'no_direct_message'> {
    if (conversation.kind === 'im' || this.options.channelReplies === 'here') return conversation.origin
    // Mail is private: until its owner says otherwise, nothing of it is shown where others read.
    const address = await this.#openPrivately(conversation, first)
    if (address !== 'no_direct_message') await this.#postPointer(conversation)
    return address
  }

  async #openPrivately(conversation: Conversation, first: Message | undefined): Promise<Address | 'no_direct_message'> {
    try {
      const channel = await this.directMessage(conversation.owner)
      const { ts: threadTs } = await this.options.poster.post(
        { subject: conversation.id, place: 'quote', part: 0 },
        { channel },
        quoteMessage(`You asked me in <#${conversation.origin.channel}>`, first?.text ?? ''),
      )
      return { channel, threadTs }
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      if (!NO_DIRECT_MESSAGE.has(error.code)) throw new OperatorProblem('credentials', error.message, { cause: error })
      return 'no_direct_message'
    }
  }

  /** Says in the channel where the answer goes. Where the bot may not post there, the person finds it in their DM all the same. */
  async #postPointer(conversation: Conversation): Promise<void> {
    const key = { subject: conversation.id, place: 'pointer', part: 0 } as const
    try {
      await this.options.poster.post(key, conversation.origin, POINTER)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.options.log.warn(
        { conversation: conversation.id, code: error.code },
        'a channel could not be told where the answer goes',
      )
    }
  }

  reply(turn: Turn, conversation: Conversation): ReplyDisplay {
    const open = this.#replies.get(turn.id)
    if (open !== undefined) return open
    const { address, origin, kind, owner } = conversation
    if (address === null) throw new Error('a reply needs an address')
    const { web, poster, posts, budget, streams, log, rules, homeTeam } = this.options
    const reader = { team: owner.team.startsWith('T') ? owner.team : homeTeam, user: owner.user }
    const reply = new ReplyMessage(
      { web, poster, posts, budget, streams, reader, log, ownersDm: () => this.directMessage(owner) },
      {
        audience: kind === 'im' || address.channel !== origin.channel ? 'owner' : 'others',
        turnId: turn.id,
        ...rules,
      },
      address,
      () => this.#replies.delete(turn.id),
    )
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

  /** Lets the newest state of every reply land, then lets go of them. */
  async stop(): Promise<void> {
    const replies = [...this.#replies.values()]
    await Promise.all(replies.map((reply) => reply.settled()))
    for (const reply of replies) reply.close()
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
    // The directory would answer for the member who has the same id here.
    if (person.team !== homeTeam && person.team !== homeEnterprise) return { problem: 'outsider' }
    try {
      const { user } = await slackCall(() => this.options.web.users.info({ user: person.user }))
      if (user === undefined) return { problem: 'unknown_person' }
      if (user.deleted) return { problem: 'deactivated' }
      if (user.is_bot || isStranger(user) || this.#isFromElsewhere(person, user)) return { problem: 'outsider' }
      if (!this.options.allowGuests && (user.is_restricted || user.is_ultra_restricted)) return { problem: 'guest' }
      return {
        name: user.profile?.real_name || user.real_name || user.name || person.user,
        timeZone: user.tz ?? 'UTC',
        email: user.profile?.email ?? null,
      }
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      if (UNKNOWN_PERSON.has(error.code)) return { problem: 'unknown_person' }
      if (!REFUSED_TOKEN.has(error.code)) throw new Unavailable('slack', `users.info: ${error.code}`)
      throw new OperatorProblem('credentials', `users.info: ${error.code}`, { cause: error })
    }
  }
}

/** Codes that say something about a person, not about this bot. */
export const NO_DIRECT_MESSAGE: ReadonlySet<string> = new Set([
  'user_not_found',
  'user_not_visible',
  'users_not_found',
  'user_disabled',
  'cannot_dm_bot',
  'messages_tab_disabled',
  'channel_not_found',
  'invalid_user_combination',
  'is_archived',
])

/** Whatever else Slack says of the look-up, now or in future, says nothing about the person: their message waits. */
const REFUSED_TOKEN = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_expired',
  'token_revoked',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
])

const UNKNOWN_PERSON = new Set(['user_not_found', 'user_not_visible', 'users_not_found'])

const POINTER: MessageContent = {
  text: 'I answer in your direct messages.',
  blocks: [
    {
      type: 'section',
      text: { type: 'mrkdwn', text: '🔒 Others can read this channel, so I answer you in our direct messages.' },
    },
  ],
}

/** What the person asked, repeated in their DM: the reply stands in its thread. */
export function quoteMessage(heading: string, words: string): MessageContent {
  const quoted = shortened(
    escapeMrkdwn(words)
      .split('\n')
      .map((line) => `>${line}`)
      .join('\n'),
  )
  return {
    text: heading.startsWith('You') ? 'What you asked' : heading,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: words === '' ? `${heading}.` : `${heading}:\n${quoted}` } },
    ],
  }
}

/** Cut after escaping, since what is escaped grows; never inside an entity or a surrogate pair. */
function shortened(text: string): string {
  if (text.length <= QUOTE_LENGTH) return text
  return `${text.slice(0, QUOTE_LENGTH).replace(/&[a-z]{0,4}$|[\uD800-\uDBFF]$/, '')}…`
}

/** `is_stranger` is documented, and missing from the SDK's type. */
function isStranger(user: object): boolean {
  return 'is_stranger' in user && user.is_stranger === true
}
