/**
 * The line under a thread that says what the agent does (`assistant.threads.setStatus`). Slack takes it away after two minutes, and with the next message
 * of the bot in the thread; so it is renewed while it is meant to stand, and there is none before the reply's own message stands.
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
  /** What Slack was told last, as far as it may still show it. */
  #shown = ''
  #isOpen = false
  #isBusy = false
  #renewal: { clear(): void } | null = null

  /** @param thread asked for each time: a channel's id may change */
  constructor(
    private readonly deps: StatusLineDeps,
    private readonly thread: () => SessionThread,
  ) {}

  /** What is to be said from now on; empty: nothing. Returns at once, and never throws. */
  show(words: string): void {
    if (words === this.#wanted) return
    this.#wanted = words
    void this.#bring()
  }

  /** The reply's message stands. */
  open(): void {
    this.#isOpen = true
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
    while (this.#wanted !== this.#shown && this.deps.calls.has('status words')) {
      const words = this.#wanted
      const { channel, threadTs } = this.thread()
      const status = { channel_id: channel, thread_ts: threadTs, status: words }
      this.#shown = words
      // Words that do not arrive are out of date before they could be repeated: the next ones are tried, if there are any.
      await this.deps.calls.try('status words', () => this.deps.web.assistant.threads.setStatus(status))
      this.#renewLater()
    }
    this.#isBusy = false
  }

  #renewLater(): void {
    this.#renewal?.clear()
    this.#renewal = null
    if (this.#shown === '') return
    this.#renewal = this.deps.clock.setTimeout(() => {
      this.#shown = ''
      void this.#bring()
    }, RENEW_MS)
  }
}
