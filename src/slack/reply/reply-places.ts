/**
 * Where a conversation's replies go. In a direct message there is nothing to ask. Where others read along, mail is shown only if its owner
 * says so: they are asked, in private, and until they have answered nothing is sent to anybody and nothing of their mail is shown.
 */

import type { KnownBlock, WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { Conversations } from '../../store/tables/conversations.js'
import type { Posts } from '../../store/tables/posts.js'
import type { Address, Conversation, Message, Person } from '../../turns/model.js'
import { OperatorProblem, type PlaceChoice, Unavailable } from '../../turns/ports.js'
import type { MessageContent, Poster } from '../api/poster.js'
import { NO_DIRECT_MESSAGE } from '../api/refusals.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { quoteMessage } from '../blocks/quote.js'
import * as words from './reply-words.js'

/** Where the answers to what is asked in a channel go: the owner is asked each time, or it is decided in advance. */
export type ChannelReplies = 'ask' | 'here' | 'private'

export interface ReplyPlacesDeps {
  readonly web: WebClient
  readonly poster: Poster
  readonly posts: Posts
  readonly conversations: Pick<Conversations, 'moveAddress'>
  readonly log: Log
  readonly channelReplies: ChannelReplies
  /** @throws Unavailable, SlackRefused */
  readonly directMessage: (person: Person) => Promise<string>
  readonly now: () => number
}

/** How long the question stands; then the answer is the one that shows nothing to anybody else. */
const QUESTION_MS = 24 * 60 * 60_000

export class ReplyPlaces {
  constructor(private readonly deps: ReplyPlacesDeps) {}

  /** @throws Unavailable, OperatorProblem */
  async choose(conversation: Conversation, first: Message | undefined): Promise<PlaceChoice> {
    const { channelReplies } = this.deps
    if (conversation.kind === 'im' || channelReplies === 'here') return conversation.origin
    if (channelReplies === 'ask') {
      if (conversation.place === null) {
        const asked = await this.#ask(conversation, first)
        if (asked !== 'over') return asked
      }
      await this.#withdraw(conversation)
      if (conversation.place === 'here') return conversation.origin
    }
    const address = await this.#openPrivately(conversation, first)
    if (address !== 'no_direct_message') await this.#postPointer(conversation)
    return address
  }

  /** Takes the question back: whatever is asked in this conversation later is asked for anew. @throws Unavailable */
  async takeBack(conversation: Conversation): Promise<void> {
    await this.#withdraw(conversation)
    await this.deps.posts.forget({ subject: conversation.id, place: 'asked', part: 0 })
  }

  /**
   * Slack takes nothing more where the replies of this conversation go: they go on in its owner's direct messages, under a line that says where from.
   * Asked again, it is the same thread. @throws Unavailable, SlackRefused
   */
  async leave({ id, owner, origin }: Conversation): Promise<Address> {
    const { poster, conversations, directMessage } = this.deps
    const channel = await directMessage(owner)
    const { ts: threadTs } = await poster.post({ subject: id, place: 'quote', part: 0 }, { channel }, goesOn(origin))
    await conversations.moveAddress(id, { channel, threadTs })
    return { channel, threadTs }
  }

  /** Takes the question out of the owner's direct messages, where it stands there. */
  async #withdraw(conversation: Conversation): Promise<void> {
    const { posts, poster, web, log } = this.deps
    const key = { subject: conversation.id, place: 'question', part: 0 } as const
    const [post] = await posts.of(key.subject, key.place)
    if (post === undefined) return
    const ts = await poster.locate(key, { channel: post.channel })
    try {
      if (ts !== null) await slackCall(() => web.chat.delete({ channel: post.channel, ts }))
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      // Most often it went with the press on it.
      log.debug(
        { conversation: conversation.id, code: error.code },
        'slack delete failed: a question stays, or was gone',
      )
    }
    await posts.forget(key)
  }

  /**
   * Asks where the mention stands, for the owner's eyes only, and in their direct messages: what is shown to one person in a channel is not promised
   * to arrive, and vanishes when they reload.
   */
  async #ask(conversation: Conversation, first: Message | undefined): Promise<PlaceChoice | 'over'> {
    const { posts, now } = this.deps
    const [asked] = await posts.of(conversation.id, 'asked')
    const until = (asked?.announcedAt ?? now()) + QUESTION_MS
    if (until <= now()) return 'over'
    if (asked === undefined)
      await posts.announce({ subject: conversation.id, place: 'asked', part: 0 }, conversation.origin.channel)
    const stands = await this.#askInPrivate(conversation, first)
    const seen = asked === undefined && (await this.#askInPlace(conversation, first))
    return stands || seen || asked !== undefined ? { undecidedUntil: until } : 'no_direct_message'
  }

  /** False: Slack opens no direct message with this person. */
  async #askInPrivate(conversation: Conversation, first: Message | undefined): Promise<boolean> {
    const { poster, directMessage } = this.deps
    try {
      const channel = await directMessage(conversation.owner)
      const key = { subject: conversation.id, place: 'question', part: 0 } as const
      await poster.post(key, { channel }, questionInPrivate(conversation, first?.text ?? ''))
      return true
    } catch (error) {
      return noDirectMessage(error)
    }
  }

  /**
   * At most once, and without a promise: an ephemeral message can neither be found again nor repeated for certain. Slack shows one in a thread
   * only where there is a thread already; below a mention that nobody has answered it would be seen by nobody.
   */
  async #askInPlace({ id, owner, origin }: Conversation, first: Message | undefined): Promise<boolean> {
    const { web, log } = this.deps
    const thread = first?.ts === origin.threadTs ? {} : { thread_ts: origin.threadTs }
    const { text, blocks } = questionInPlace(id, origin)
    try {
      await slackCall(() =>
        web.chat.postEphemeral({
          channel: origin.channel,
          ...thread,
          user: owner.user,
          text,
          blocks: [...blocks],
        }),
      )
      return true
    } catch (error) {
      if (!(error instanceof SlackRefused) && !(error instanceof Unavailable)) throw error
      log.warn({ conversation: id, ...describeError(error) }, 'slack post failed: nobody was asked where to answer')
      return false
    }
  }

  async #openPrivately(conversation: Conversation, first: Message | undefined): Promise<Address | 'no_direct_message'> {
    const { poster, directMessage } = this.deps
    try {
      const channel = await directMessage(conversation.owner)
      const { ts: threadTs } = await poster.post(
        { subject: conversation.id, place: 'quote', part: 0 },
        { channel },
        quoteMessage(words.youAskedIn(conversation.origin.channel), first?.text ?? ''),
      )
      return { channel, threadTs }
    } catch (error) {
      noDirectMessage(error)
      return 'no_direct_message'
    }
  }

  /** Says in the channel where the answer goes. Where the bot may not post there, the person finds it in their DM all the same. */
  async #postPointer(conversation: Conversation): Promise<void> {
    const { poster, log } = this.deps
    const key = { subject: conversation.id, place: 'pointer', part: 0 } as const
    try {
      await poster.post(key, conversation.origin, POINTER)
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      log.warn(
        { conversation: conversation.id, code: error.code },
        'slack post failed: a channel was not told where the answer goes',
      )
    }
  }
}

/** False for what is about the person. @throws OperatorProblem for what is about this bot; anything else as it is */
function noDirectMessage(error: unknown): false {
  if (!(error instanceof SlackRefused)) throw error
  if (NO_DIRECT_MESSAGE.has(error.code)) return false
  throw new OperatorProblem('credentials', error.message, { cause: error })
}

const POINTER: MessageContent = { text: words.ANSWERED_PRIVATELY, blocks: [section(words.ANSWERED_PRIVATELY)] }

function goesOn({ channel }: Address): MessageContent {
  return { text: words.GOES_ON, blocks: [section(words.goesOnHere(channel))] }
}

function questionInPlace(id: string, origin: Address): MessageContent {
  return {
    text: words.WHERE_TO_ANSWER,
    blocks: [section(words.whoWouldSee(origin.channel)), buttons(id, words.ANSWER_HERE), FINE_PRINT],
  }
}

function questionInPrivate({ id, origin }: Conversation, asked: string): MessageContent {
  const quote = quoteMessage(words.youAskedIn(origin.channel), asked)
  return {
    text: words.WHERE_TO_ANSWER,
    blocks: [
      ...quote.blocks,
      section(words.whoWouldSee(origin.channel)),
      buttons(id, words.ANSWER_IN_THREAD),
      FINE_PRINT,
    ],
  }
}

function section(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

function buttons(id: string, here: string): KnownBlock {
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: ACTIONS.answerPrivately,
        style: 'primary',
        text: { type: 'plain_text', text: words.ANSWER_PRIVATELY },
        value: id,
      },
      { type: 'button', action_id: ACTIONS.answerHere, text: { type: 'plain_text', text: here }, value: id },
    ],
  }
}

const FINE_PRINT: KnownBlock = {
  type: 'context',
  elements: [{ type: 'mrkdwn', text: words.CHOICE_APPLIES }],
}
