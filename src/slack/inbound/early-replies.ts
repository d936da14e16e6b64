/**
 * Slack promises no order: what its owner writes below a mention can arrive before the mention, most likely when the mention had to
 * be delivered again. Nothing says then that it is meant for the bot, so it is left alone and acknowledged, and never comes again.
 * When the mention arrives, such replies are fetched from its thread. Of what is left alone, only the thread is remembered, in memory;
 * a process before this one may have left alone what it likes, so a mention from before this one's start is always looked into.
 */

import type { WebClient } from '@slack/web-api'
import type { IncomingMessage } from '../../turns/admission.js'
import { PAGE_MESSAGES } from '../api/limits.js'
import { slackCall } from '../api/web.js'
import type { BotIdentity } from './bot-identity.js'
import { readListedMessage } from './read-events.js'

/** Threads that are remembered; the oldest are forgotten first. */
const MOST_THREADS = 10_000
/** Clocks differ: a mention that looks this much younger than the process, in milliseconds, may still be older. */
const MARGIN_MS = 60_000
const MOST_PAGES = 10

export class EarlyReplies {
  readonly #threads = new Set<string>()

  /** @param startedAt when this process began to receive, by Slack's clock, epoch milliseconds; infinite where that is not known */
  constructor(
    private readonly web: WebClient,
    private readonly bot: BotIdentity,
    private readonly startedAt: number,
  ) {}

  /** A message that nothing says is meant for the bot, so far. */
  leftAlone(message: IncomingMessage): void {
    if (message.kind === 'im' || message.threadTs === null) return
    this.#threads.add(threadOf(message))
    const [oldest] = this.#threads
    if (this.#threads.size > MOST_THREADS && oldest !== undefined) this.#threads.delete(oldest)
  }

  /**
   * What was written in the thread after this message and may have been left alone, oldest first. It is looked for again until it is `taken`.
   * @throws Unavailable, SlackRefused
   */
  async after(message: IncomingMessage): Promise<IncomingMessage[]> {
    if (message.kind === 'im' || !message.addressed) return []
    const isOlder = Number(message.ts) * 1_000 < this.startedAt + MARGIN_MS
    if (!isOlder && !this.#threads.has(threadOf(message))) return []
    return await this.#repliesAfter(message)
  }

  /** What was written after this message is stored. */
  taken(message: IncomingMessage): void {
    this.#threads.delete(threadOf(message))
  }

  async #repliesAfter({ team, channel, kind, ts, threadTs }: IncomingMessage): Promise<IncomingMessage[]> {
    const found: IncomingMessage[] = []
    let cursor: string | undefined
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const paging = { oldest: ts, limit: PAGE_MESSAGES, ...(cursor ? { cursor } : {}) }
      const answer = await slackCall(() => this.web.conversations.replies({ channel, ts: threadTs ?? ts, ...paging }))
      for (const listed of answer.messages ?? []) {
        const reply = readListedMessage(listed, { team, channel, kind }, this.bot)
        // The first message of the thread heads every page.
        if (reply !== null && Number(reply.ts) > Number(ts)) found.push(reply)
      }
      cursor = answer.response_metadata?.next_cursor
      if (!cursor) break
    }
    return found
  }
}

function threadOf({ team, channel, ts, threadTs }: IncomingMessage): string {
  return `${team}/${channel}/${threadTs ?? ts}`
}
