/**
 * The messages about mails whose turns are over, e.g. because they wait for their time: one for each mail (or several, where its card is long), posted once,
 * then changed in place as the mail goes on, within the workspace's budget of edits.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { PostKey, Posts } from '../../store/tables/posts.js'
import { Unavailable } from '../../turns/ports.js'
import type { ApprovalView } from '../../turns/view.js'
import type { EditBudget, FlushResult } from '../api/edit-budget.js'
import { KeyedQueue } from '../api/keyed-queue.js'
import type { MessageContent, Poster, PostTarget } from '../api/poster.js'
import { MESSAGE_NOT_FOUND } from '../api/refusals.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { isOpen } from '../blocks/approval-card.js'
import { cardOf } from './fitting.js'

export interface OutgoingMessageDeps {
  readonly web: WebClient
  readonly poster: Pick<Poster, 'post'>
  readonly posts: Pick<Posts, 'of' | 'forget'>
  readonly budget: Pick<EditBudget, 'open'>
  readonly log: Log
}

export class OutgoingMessages {
  /** One state of a mail after the other. */
  readonly #showing = new KeyedQueue()

  constructor(private readonly deps: OutgoingMessageDeps) {}

  /** @throws Unavailable */
  async show(target: PostTarget, approval: ApprovalView): Promise<void> {
    try {
      await this.#showing.run(approval.id, () => this.#show(target, approval))
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      // It would refuse the same again; the mail itself goes on.
      this.deps.log.error(
        { approval: approval.id, code: error.code, details: error.details },
        'slack post failed: an email that is on its way cannot be shown',
      )
    }
  }

  async #show(target: PostTarget, approval: ApprovalView): Promise<void> {
    const { poster } = this.deps
    const isAsking = isOpen(approval)
    const contents = cardOf(approval, isAsking ? 'I need your decision about an email' : 'About your email')
    for (const [part, content] of contents.entries()) {
      const { ts, isNew } = await poster.post(key(approval.id, part), target, content)
      if (isNew || (await this.#update(target.channel, ts, content, isAsking))) continue
      // Its reader deleted it: what is asked of them must stand somewhere.
      await this.deps.posts.forget(key(approval.id, part))
      if (isAsking) await poster.post(key(approval.id, part), target, content)
    }
    await this.#removeFrom(contents.length, approval.id)
  }

  /** Answers false where the message is gone. @throws Unavailable, SlackRefused */
  async #update(channel: string, ts: string, content: MessageContent, isAsking: boolean): Promise<boolean> {
    const { web, budget } = this.deps
    let isThere = true
    const flush = async (): Promise<FlushResult> => {
      try {
        await slackCall(() =>
          web.chat.update({ channel, ts, text: content.text, blocks: [...content.blocks], parse: 'none' }),
        )
      } catch (error) {
        if (error instanceof Unavailable && error.retryAfterMs !== undefined)
          return { retryAfterMs: error.retryAfterMs }
        if (!(error instanceof SlackRefused) || error.code !== MESSAGE_NOT_FOUND) throw error
        isThere = false
      }
      return 'done'
    }
    const place = budget.open(`mail ${ts}`, flush)
    try {
      place.request(isAsking ? 'approval' : 'final')
      await place.settle()
    } finally {
      place.close()
    }
    return isThere
  }

  /** Messages of a longer card that stood there before. */
  async #removeFrom(first: number, id: string): Promise<void> {
    const { posts, web, log } = this.deps
    for (const { part, channel, ts } of await posts.of(id, 'mail')) {
      if (part < first) continue
      try {
        if (ts !== null) await slackCall(() => web.chat.delete({ channel, ts }))
      } catch (error) {
        if (!(error instanceof SlackRefused)) throw error
        log.debug({ approval: id, ...describeError(error) }, 'slack message was gone already')
      }
      await posts.forget(key(id, part))
    }
  }
}

function key(subject: string, part: number): PostKey {
  return { subject, place: 'mail', part }
}
