/**
 * Posts each of the bot's messages once. Slack offers no idempotency key, so the message is noted before it is posted and carries
 * an opaque key in its metadata: after a crash or a lost answer it is looked up, and posted again only when it is not there.
 */

import type { ActionsBlock, KnownBlock, WebClient } from '@slack/web-api'
import type { PostKey, Posts } from '../../store/tables/posts.js'
import { Unavailable } from '../../turns/ports.js'
import { retryPause } from '../../turns/time/retry-pause.js'
import { PAGE_MESSAGES } from './limits.js'
import { SlackRefused, slackCall } from './web.js'

/** What a Slack message consists of: blocks, and the short text for notifications and screen readers. */
export interface MessageContent {
  readonly text: string
  readonly blocks: readonly KnownBlock[]
}

export interface PostTarget {
  readonly channel: string
  /** Omitted for a message at the top level. */
  readonly threadTs?: string
}

/** Where a message may begin as a native stream. */
export interface StreamStart {
  /** Who reads along: asked for outside of direct messages. */
  readonly reader: { readonly team: string; readonly user: string }
  /** Stands at its head while it streams. */
  readonly head: ActionsBlock
  /** Slack takes no stream here, for this reason; the message is posted instead. */
  onRefused(code: string): void
  /** Slack said to wait before the next one; the message is posted instead. Milliseconds. */
  onPaused(ms: number): void
}

export interface Posted {
  readonly ts: string
  /** It was started as a stream just now, with nothing but its head in it. */
  readonly isStream: boolean
  /** False: it stood there already, perhaps with what it was to say earlier. */
  readonly isNew: boolean
}

/** A file that is shared in a thread. */
export interface SharedFile {
  /** Tells it from every other of the bot's: a file carries no metadata. */
  readonly name: string
  readonly title: string
  readonly content: Buffer
}

/** As far as a message has to be read to know whose it is. */
interface ListedMessage {
  readonly ts?: string
  readonly user?: string
  readonly bot_id?: string
  readonly metadata?: { event_type?: string; event_payload?: object }
  readonly blocks?: readonly { block_id?: string }[]
  readonly files?: readonly { name?: string | null }[]
}

const EVENT_TYPE = 'inbox_post'
/** `Date` headers are whole seconds, and Slack's machines differ a little: look further back than the note of the attempt. */
const LOOKBACK_S = 60
const MOST_PAGES = 10

export class Poster {
  /** Until then Slack takes no post, after its last 429. Milliseconds of the process's own clock, which nobody sets. */
  #pausedUntil = 0
  /** Of posts, in a row. */
  #refusals = 0

  constructor(
    private readonly web: WebClient,
    private readonly posts: Posts,
    private readonly botUserId: string,
    /** Stands in messages that name no user. */
    private readonly botId: string | null = null,
    /** Slack's time, epoch milliseconds; null where it is not known: a look-up then has no beginning. */
    private readonly slackNow: () => number | null = () => null,
    /** Milliseconds of a clock that nobody sets. */
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /**
   * Posts a message that has not been posted yet.
   * @param stream starts it as a native stream, where Slack takes one
   * @throws Unavailable, SlackRefused
   */
  async post(key: PostKey, target: PostTarget, content: MessageContent, stream?: StreamStart): Promise<Posted> {
    const earlier = (await this.posts.of(key.subject, key.place)).find((post) => post.part === key.part)
    if (earlier?.ts != null) return { ts: earlier.ts, isNew: false, isStream: false }
    const wait = this.#pausedUntil - this.monotonic()
    if (wait > 0) throw new Unavailable('slack', 'posts are rate limited', wait)
    const found = earlier === undefined ? null : await this.#find(isKeyed(keyText(key)), target, earlier.announcedAt)
    if (earlier === undefined) await this.posts.announce(key, target.channel, this.slackNow())
    const started = found === null && stream !== undefined ? await this.#startStream(key, target, stream) : null
    const ts = found ?? started ?? (await this.#send(key, target, content))
    await this.posts.settle(key, ts)
    return { ts, isNew: found === null, isStream: started !== null }
  }

  /**
   * Shares a file that has not been shared yet, as a message of its own.
   * @throws Unavailable, SlackRefused (`missing_scope` where the app may not upload)
   */
  async share(key: PostKey, target: PostTarget, file: SharedFile): Promise<void> {
    const earlier = (await this.posts.of(key.subject, key.place)).find((post) => post.part === key.part)
    if (earlier?.ts != null) return
    const isThis = (message: ListedMessage) => message.files?.some(({ name }) => name === file.name) === true
    const found = earlier === undefined ? null : await this.#find(isThis, target, earlier.announcedAt)
    if (earlier === undefined) await this.posts.announce(key, target.channel, this.slackNow())
    if (found === null) {
      const { name: filename, title, content } = file
      const thread = target.threadTs === undefined ? {} : { thread_ts: target.threadTs }
      await slackCall(() =>
        this.web.filesUploadV2({ channel_id: target.channel, ...thread, filename, title, file: content }),
      )
    }
    // The upload does not tell where the message stands, and nothing is ever done with it.
    await this.posts.settle(key, found ?? 'shared')
  }

  /**
   * Where a message stands that may have been posted; null where it is not in Slack.
   * @throws Unavailable, SlackRefused
   */
  async locate(key: PostKey, target: PostTarget): Promise<string | null> {
    const earlier = (await this.posts.of(key.subject, key.place)).find((post) => post.part === key.part)
    if (earlier === undefined) return null
    if (earlier.ts !== null) return earlier.ts
    const found = await this.#find(isKeyed(keyText(key)), target, earlier.announcedAt)
    if (found !== null) await this.posts.settle(key, found)
    return found
  }

  /**
   * Null where it was certainly not started. Streams carry no metadata before their end: the head's block id takes its place.
   * @throws Unavailable: it may have been started
   */
  async #startStream(key: PostKey, target: PostTarget, stream: StreamStart): Promise<string | null> {
    const { threadTs } = target
    if (threadTs === undefined) return null
    try {
      const answer = await slackCall(() =>
        this.web.chat.startStream({
          channel: target.channel,
          thread_ts: threadTs,
          recipient_team_id: stream.reader.team,
          recipient_user_id: stream.reader.user,
          chunks: [{ type: 'blocks', blocks: [{ ...stream.head, block_id: keyText(key) }] }],
        }),
      )
      if (answer.ts === undefined) throw new Error('chat.startStream answered without a ts')
      return answer.ts
    } catch (error) {
      if (error instanceof SlackRefused) stream.onRefused(error.code)
      else if (error instanceof Unavailable && error.retryAfterMs !== undefined) stream.onPaused(error.retryAfterMs)
      else throw error
      return null
    }
  }

  async #send(key: PostKey, target: PostTarget, content: MessageContent): Promise<string> {
    try {
      const ts = await this.#postMessage(key, target, content)
      this.#refusals = 0
      return ts
    } catch (error) {
      if (error instanceof Unavailable && error.retryAfterMs !== undefined) {
        this.#refusals += 1
        const pause = retryPause(this.#refusals, error.retryAfterMs)
        this.#pausedUntil = this.monotonic() + pause
        // "Too many requests" means that it was not posted: there is nothing to look up later.
        await this.posts.forget(key)
        throw new Unavailable('slack', error.message, pause)
      }
      throw error
    }
  }

  async #postMessage(key: PostKey, target: PostTarget, content: MessageContent): Promise<string> {
    const answer = await slackCall(() =>
      this.web.chat.postMessage({
        channel: target.channel,
        ...(target.threadTs === undefined ? {} : { thread_ts: target.threadTs }),
        text: content.text,
        blocks: [...content.blocks],
        parse: 'none',
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: EVENT_TYPE, event_payload: { key: keyText(key) } },
      }),
    )
    if (answer.ts === undefined) throw new Error('chat.postMessage answered without a ts')
    return answer.ts
  }

  /** Only the bot's own messages count: any app can write metadata. */
  async #find(
    isThis: (message: ListedMessage) => boolean,
    target: PostTarget,
    announcedAt: number,
  ): Promise<string | null> {
    const since = announcedAt === 0 ? {} : { oldest: String(Math.floor(announcedAt / 1_000) - LOOKBACK_S) }
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const paging = {
        channel: target.channel,
        include_all_metadata: true,
        ...since,
        limit: PAGE_MESSAGES,
        ...(cursor ? { cursor } : {}),
      }
      const { threadTs } = target
      const answer = await slackCall(() =>
        threadTs === undefined
          ? this.web.conversations.history(paging)
          : this.web.conversations.replies({ ...paging, ts: threadTs }),
      )
      for (const message of answer.messages ?? []) {
        if (this.#isOwn(message) && isThis(message) && message.ts !== undefined) return message.ts
      }
      cursor = answer.response_metadata?.next_cursor
      if (!cursor) break
    }
    return null
  }

  #isOwn(message: ListedMessage): boolean {
    if (message.user !== undefined) return message.user === this.botUserId
    return this.botId !== null && message.bot_id === this.botId
  }
}

function keyText(key: PostKey): string {
  return `${key.subject}:${key.place}:${key.part}`
}

function isKeyed(key: string): (message: ListedMessage) => boolean {
  return (message) => metadataKey(message) === key || message.blocks?.some((block) => block.block_id === key) === true
}

function metadataKey(message: ListedMessage): string | null {
  const { metadata } = message
  if (metadata?.event_type !== EVENT_TYPE || metadata.event_payload === undefined) return null
  return 'key' in metadata.event_payload && typeof metadata.event_payload.key === 'string'
    ? metadata.event_payload.key
    : null
}
