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
  /** The thread in which it shows something; null: in none. */
  #at: SessionThread | null = null
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

  /** The thread is another one now: nothing is said any more where it was. */
  moved(): void {
    void this.#bring()
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
    while (this.deps.calls.has('status words')) {
      const left = this.#left()
      if (left === null && this.#wanted === this.#shown) break
      const words = left === null ? this.#wanted : ''
      const at = left ?? this.thread()
      this.#shown = words
      this.#at = words === '' ? null : at
      await this.#tell(at, words)
      this.#renewLater()
    }
    this.#isBusy = false
  }

  /** Words that do not arrive are out of date before they could be repeated: the next ones are tried, if there are any. */
  async #tell({ channel, threadTs }: SessionThread, words: string): Promise<void> {
    const status = { channel_id: channel, thread_ts: threadTs, status: words }
    const outcome = await this.deps.calls.try('status words', () => this.deps.web.assistant.threads.setStatus(status))
    if (outcome !== 'done') this.onFailure()
  }

  /** The thread in which it still says something though it has moved; the same thread may be found under another channel's id. */
  #left(): SessionThread | null {
    return this.#at !== null && this.#at.threadTs !== this.thread().threadTs ? this.#at : null
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
