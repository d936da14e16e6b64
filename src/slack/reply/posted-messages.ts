/**
 * The messages of a reply in one place, as they stand in Slack: noted before they are posted, known by their `ts` from then on, looked for where no
 * answer came, edited, and deleted.
 */

import type { ActionsBlock, WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { Post, PostKey, Posts } from '../../store/tables/posts.js'
import { Unavailable } from '../../turns/ports.js'
import type { Clock } from '../../turns/time/clock.js'
import type { MessageContent, Poster, PostTarget, StreamStart } from '../api/poster.js'
import { CANNOT_DELETE, STREAMS_STILL } from '../api/refusals.js'
import type { Streams } from '../api/streams.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { type Landed, type Place, signature } from './plan.js'
import { endStream, type Growth, ReplyStream } from './reply-stream.js'

export interface PostedMessagesDeps {
  readonly web: WebClient
  readonly poster: Poster
  readonly posts: Posts
  readonly streams: Streams
  /** Whose reply it is, as streams outside of direct messages name their reader. */
  readonly reader: StreamStart['reader']
  readonly log: Log
  readonly clock: Pick<Clock, 'setTimeout'>
}

export interface PostedMessage extends Landed {
  channel: string
  readonly ts: string
  shown: string | null
  isLost: boolean
  stream: ReplyStream | null
}

/** How a message begins as a stream, and what it says as long as it is one. */
export interface Growing {
  readonly head: ActionsBlock
  readonly growth: () => Growth | null
  readonly onBroken: () => void
}

/**
 * When a post that nobody answered is looked for after its message was to go, in milliseconds after the look before: the client gives up before
 * Slack does.
 */
const LATE_LOOKS_MS = [5_000, 30_000, 120_000]

export class PostedMessages {
  readonly #all: PostedMessage[] = []
  /** New ids of channels by their old ones: a post that is under way still has the old one. */
  readonly #channelIds = new Map<string, string>()
  #isLoaded = false
  #isInherited = false

  constructor(
    private readonly deps: PostedMessagesDeps,
    private readonly turnId: string,
    private readonly place: Place,
  ) {}

  /** In their order. */
  get all(): readonly PostedMessage[] {
    return this.#all
  }

  /** What a process before this one posted is known. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  /** A process before this one posted something of it. */
  get isInherited(): boolean {
    return this.#isInherited
  }

  /** Reads what a process before this one posted. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    const posts = await this.#noted()
    if (this.#isLoaded) return
    this.#isLoaded = true
    this.#isInherited = posts.length > 0
    for (const { channel, ts } of posts) if (ts !== null) this.#all.push(landed(channel, ts))
  }

  /**
   * Loads, and looks for what may have been posted without an answer: it stands in Slack like any other, though nobody knows where.
   * @param target null: at the top level of the channel that it was announced for
   * @throws Unavailable
   */
  async locate(target: PostTarget | null): Promise<void> {
    await this.load()
    for (const post of await this.#noted()) {
      if (post.ts !== null || post.part !== this.#all.length) continue
      const found = await this.#whereIs(post, target)
      if (found !== null) this.#land(post.part, landed((target ?? post).channel, found))
    }
  }

  /**
   * Posts the message of this number, as a stream where it grows and there is a place for one.
   * @throws Unavailable, SlackRefused
   */
  async post(part: number, target: PostTarget, content: MessageContent, growing: Growing | null): Promise<void> {
    const { poster, streams, web, reader } = this.deps
    const { channel } = target
    const streamPlace = growing === null ? null : streams.tryOpen()
    if (growing === null || streamPlace === null) {
      const { ts, isNew } = await poster.post(this.#key(part), target, content)
      this.#land(part, { ...landed(channel, ts), shown: isNew ? signature(content) : null })
      return
    }
    let isStream = false
    try {
      const posted = await poster.post(this.#key(part), target, content, {
        reader,
        head: growing.head,
        onRefused: (code) => streams.refused(code),
        onPaused: (ms) => streams.pause(ms),
      })
      isStream = posted.isStream
      const { ts, isNew } = posted
      const { growth, onBroken } = growing
      this.#land(
        part,
        isStream
          ? {
              ...landed(channel, ts),
              stream: new ReplyStream({ web, streams, growth, onBroken }, channel, ts, streamPlace),
            }
          : { ...landed(channel, ts), shown: isNew ? signature(content) : null },
      )
    } finally {
      if (!isStream) streamPlace.release()
    }
  }

  /** @throws Unavailable, SlackRefused */
  async edit(message: PostedMessage, content: MessageContent): Promise<void> {
    const { channel, ts } = message
    const blocks = [...content.blocks]
    await this.#withoutForeignStream(message, STREAMS_STILL, () =>
      this.deps.web.chat.update({ channel, ts, text: content.text, parse: 'none', blocks }),
    )
    message.shown = signature(content)
  }

  /** Ends a stream, so that its message can be edited. @param text what it is to say, where it may end with that. @throws Unavailable, SlackRefused */
  async endStream(message: PostedMessage, text: string | null = null): Promise<void> {
    await message.stream?.end(text)
    message.stream = null
  }

  /** Deletes the message of this number and all below it. @throws Unavailable */
  async removeFrom(part: number): Promise<void> {
    for (const message of this.#all.slice(part)) await this.#delete(message)
    await this.forgetFrom(part)
  }

  /**
   * Deletes all that are known, and in the next minutes whatever still arrives: a post that timed out may land after it was looked for.
   * @param target null: at the top level of the channel that it was announced for
   * @throws Unavailable
   */
  async withdraw(target: PostTarget | null): Promise<void> {
    await this.removeFrom(0)
    if ((await this.#unanswered()).length > 0) this.#lookAgain(target, LATE_LOOKS_MS)
  }

  /** Lets them stand, and knows nothing of them any more. */
  async forgetFrom(part: number): Promise<void> {
    for (let index = part; index < this.#all.length; index += 1) await this.deps.posts.forget(this.#key(index))
    this.#all.splice(part)
  }

  /** A channel is found under another id only. */
  channelIdChanged(previous: string, channel: string): void {
    this.#channelIds.set(previous, channel)
    for (const message of this.#all) if (message.channel === previous) message.channel = channel
  }

  /** Lets go of streams in memory. */
  close(): void {
    for (const { stream } of this.#all) stream?.close()
  }

  async #noted(): Promise<Post[]> {
    return await this.deps.posts.of(this.turnId, this.place)
  }

  async #unanswered(): Promise<Post[]> {
    return (await this.#noted()).filter(({ ts }) => ts === null)
  }

  /** Unless it has been found already by whoever looked for it at the same time. */
  #land(part: number, message: PostedMessage): void {
    message.channel = this.#channelIds.get(message.channel) ?? message.channel
    if (part === this.#all.length) this.#all.push(message)
  }

  /** Where Slack lets nobody look (the thread is gone, the bot was removed), there is nothing that could be moved or taken away. */
  async #whereIs({ part, channel }: Post, target: PostTarget | null): Promise<string | null> {
    try {
      return await this.deps.poster.locate(this.#key(part), target ?? { channel })
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.deps.log.warn({ turn: this.turnId, code: error.code }, 'slack look-up failed: a post without an answer')
      return null
    }
  }

  #lookAgain(target: PostTarget | null, [next, ...later]: readonly number[]): void {
    if (next === undefined) return
    this.deps.clock.setTimeout(() => {
      this.#removeLatecomers(target, later).catch((error: unknown) => {
        this.deps.log.warn(
          { turn: this.turnId, ...describeError(error) },
          'slack look-up failed: a reply that was removed',
        )
        this.#lookAgain(target, later)
      })
    }, next)
  }

  /** @throws Unavailable */
  async #removeLatecomers(target: PostTarget | null, later: readonly number[]): Promise<void> {
    const unanswered = await this.#unanswered()
    for (const post of unanswered) {
      const found = await this.#whereIs(post, target)
      if (found !== null) await this.#delete(landed((target ?? post).channel, found))
      if (found !== null || later.length === 0) await this.deps.posts.forget(this.#key(post.part))
    }
    if (unanswered.length > 0) this.#lookAgain(target, later)
  }

  async #delete(message: PostedMessage): Promise<void> {
    const { channel, ts } = message
    try {
      await this.endStream(message)
      await this.#withoutForeignStream(message, CANNOT_DELETE, () => this.deps.web.chat.delete({ channel, ts }))
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.deps.log.warn({ turn: this.turnId, code: error.code }, 'slack delete failed: the message stays, or was gone')
    }
  }

  /** Slack refuses with this code what a process before this one left streaming: the stream is ended, and the call made again. */
  async #withoutForeignStream(
    { channel, ts }: PostedMessage,
    code: string,
    call: () => Promise<unknown>,
  ): Promise<void> {
    try {
      await slackCall(call)
    } catch (error) {
      if (!(error instanceof SlackRefused) || error.code !== code) throw error
      await this.#endForeignStream(channel, ts)
      await slackCall(call)
    }
  }

  /** @throws Unavailable, without a pause: a throttled stop must not keep the edits of others waiting */
  async #endForeignStream(channel: string, ts: string): Promise<void> {
    try {
      await endStream(this.deps.web, this.deps.streams, channel, ts)
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      throw new Unavailable('slack', 'a stream could not be stopped yet', undefined, { cause: error })
    }
  }

  #key(part: number): PostKey {
    return { subject: this.turnId, place: this.place, part }
  }
}

function landed(channel: string, ts: string): PostedMessage {
  return { channel, ts, shown: null, isLost: false, stream: null }
}
