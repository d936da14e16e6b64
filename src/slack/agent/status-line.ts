/**
 * The line under a thread that says what the agent does (`assistant.threads.setStatus`). Slack takes it away after two minutes, and with each message
 * of the bot in the thread; so it is told again while it is meant to stand.
 */

import type { WebClient } from '@slack/web-api'
import type { Clock } from '../../turns/time/clock.js'
import { STATUS_STANDS_MS } from '../api/limits.js'
import type { AgentCalls } from './agent-calls.js'
import type { SessionThread } from './sessions.js'

export interface StatusLineDeps {
  readonly web: WebClient
  readonly calls: AgentCalls
  readonly clock: Pick<Clock, 'setTimeout'>
}

/** Early enough that the line never blinks, in milliseconds. */
const RENEW_MS = 0.75 * STATUS_STANDS_MS

export class StatusLine {
  #wanted = ''
  /** What Slack shows, as far as it was told; null: it is not known which of two things reached it last. */
  #shown: string | null = ''
  #isOpen = false
  #isBusy = false
  #renewal: { clear(): void } | null = null

  /**
   * @param thread asked for each time: a channel's id may change
   * @param onFailure what is to be said is not shown
   */
  constructor(
    private readonly deps: StatusLineDeps,
    private readonly thread: () => SessionThread,
    private readonly onFailure: () => void,
  ) {}

  /** What is to be said from now on; empty: nothing. Returns at once, and never throws. */
  show(words: string): void {
    if (words === this.#wanted) return
    this.#wanted = words
    void this.#bring()
  }

  /** From now on it is told. */
  open(): void {
    this.#isOpen = true
    void this.#bring()
  }

  /** A message of the bot stands in the thread, and took away what stood there. @param words to be said from now on */
  posted(words: string): void {
    this.#wanted = words
    this.#shown = this.#isBusy ? null : ''
    this.open()
  }

  /** Nothing is renewed any more. What stands is taken away. */
  close(): void {
    this.show('')
    this.#renewal?.clear()
  }

  async #bring(): Promise<void> {
    if (!this.#isOpen || this.#isBusy) return
    this.#isBusy = true
    if (!this.deps.calls.has('status words')) this.onFailure()
    while (this.#wanted !== this.#shown && this.deps.calls.has('status words')) {
      const words = this.#wanted
      const { channel, threadTs } = this.thread()
      const status = { channel_id: channel, thread_ts: threadTs, status: words }
      this.#shown = words
      // Words that do not arrive are out of date before they could be repeated: the next ones are tried, if there are any.
      const outcome = await this.deps.calls.try('status words', () => this.deps.web.assistant.threads.setStatus(status))
      if (outcome !== 'done') this.onFailure()
      this.#renewLater()
    }
    this.#isBusy = false
  }

  #renewLater(): void {
    this.#renewal?.clear()
    this.#renewal = null
    if (this.#wanted === '') return
    this.#renewal = this.deps.clock.setTimeout(() => {
      this.#shown = ''
      void this.#bring()
    }, RENEW_MS)
  }
}
