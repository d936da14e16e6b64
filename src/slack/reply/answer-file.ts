/**
 * A very long answer also comes as a file: what fills many messages is hard to read in a thread, and harder to pass on. The messages are the
 * answer; the file is a convenience, and where Slack does not take it, only the file is missing.
 */

import { describeError, type Log } from '../../log.js'
import { replyText } from '../../turns/reply.js'
import type { ReplyView } from '../../turns/view.js'
import type { Poster, PostTarget } from '../api/poster.js'
import { SlackRefused } from '../api/web.js'

/** About four full messages. */
export const FILE_FROM_CHARACTERS = 40_000
const MOST_TRIES = 4

export class AnswerFile {
  #isOver = false
  #tries = 0

  constructor(
    private readonly poster: Poster,
    private readonly log: Log,
    private readonly turnId: string,
    /** Where the reply itself stands: whoever reads that may read the file. */
    private readonly target: PostTarget,
  ) {}

  /** Whether this state calls for a file that is not there yet. */
  isDue(view: ReplyView | null): boolean {
    return !this.#isOver && view?.phase.type === 'ended' && replyText(view.reply).length >= FILE_FROM_CHARACTERS
  }

  /** @throws Unavailable, for some tries */
  async share(view: ReplyView): Promise<void> {
    this.#tries += 1
    try {
      await this.poster.share({ subject: this.turnId, place: 'file', part: 0 }, this.target, {
        name: `answer-${this.turnId}.md`,
        title: 'The whole answer',
        content: Buffer.from(replyText(view.reply)),
      })
      this.#isOver = true
    } catch (error) {
      if (!(error instanceof SlackRefused) && this.#tries < MOST_TRIES) throw error
      this.#isOver = true
      this.log.warn(
        { turn: this.turnId, ...describeError(error) },
        'slack file upload failed: a long answer stands in messages alone (it needs the scope files:write)',
      )
    }
  }
}
