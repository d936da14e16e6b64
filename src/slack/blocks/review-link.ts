/** The way from a reply that others read to the question that waits in its owner's direct messages: Slack's own link, which opens for nobody else. */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import { slackCall } from '../api/web.js'

export class ReviewLink {
  /** `ts` of the message that it leads to. */
  #ts: string | null = null
  #url: string | undefined

  constructor(
    private readonly web: WebClient,
    private readonly log: Log,
    private readonly turnId: string,
  ) {}

  /** Undefined as long as it is not known. */
  get url(): string | undefined {
    return this.#url
  }

  /** Leads to this message from now on. Answers whether the address changed. Never throws: it is a shortcut. */
  async leadTo({ channel, ts }: { readonly channel: string; readonly ts: string }): Promise<boolean> {
    if (ts === this.#ts) return false
    this.#ts = ts
    try {
      const { permalink } = await slackCall(() => this.web.chat.getPermalink({ channel, message_ts: ts }))
      if (permalink === undefined) return false
      this.#url = permalink
      return true
    } catch (error) {
      this.log.warn(
        { turn: this.turnId, ...describeError(error) },
        'slack permalink failed: a question in private has no link',
      )
      return false
    }
  }
}
