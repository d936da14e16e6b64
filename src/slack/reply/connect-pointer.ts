/** Tells somebody where they asked, for their eyes only, that the prompt to connect waits in their direct messages. */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { Posts } from '../../store/tables/posts.js'
import type { PostTarget } from '../api/poster.js'
import { slackCall } from '../api/web.js'
import * as words from './reply-words.js'

export class ConnectPointer {
  #isDone = false

  constructor(
    private readonly deps: { readonly web: WebClient; readonly posts: Posts; readonly log: Log },
    private readonly turnId: string,
    private readonly target: PostTarget,
    private readonly user: string,
  ) {}

  /**
   * At most once a turn, and without a promise: what is shown to one person can neither be found again nor be sure to arrive. The prompt itself is a
   * message like any other. Never throws.
   * @param url leads to the prompt, and opens for nobody else; undefined where that is not known
   */
  async show(url: string | undefined): Promise<void> {
    if (this.#isDone) return
    this.#isDone = true
    const { web, posts, log } = this.deps
    const { channel, threadTs } = this.target
    try {
      if ((await posts.of(this.turnId, 'asked')).length > 0) return
      await posts.announce({ subject: this.turnId, place: 'asked', part: 0 }, channel)
      await slackCall(() =>
        web.chat.postEphemeral({
          channel,
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
          user: this.user,
          text: words.NOTIFICATIONS.connectFirst,
          blocks: [{ type: 'section', text: { type: 'mrkdwn', text: words.linkWaits(url) } }],
        }),
      )
    } catch (error) {
      log.warn({ turn: this.turnId, ...describeError(error) }, 'slack post failed: no pointer to a connect prompt')
    }
  }
}
