/**
 * Says how taking back a change ended, in the place of the button that was pressed. The reply's turn is over, and what it said is kept nowhere but in Slack:
 * the message is read there, and written back with that one block changed.
 */

import type { WebClient } from '@slack/web-api'
import { z } from 'zod'
import type { Log } from '../../log.js'
import type { UndoEnding, UndoPlace } from '../../turns/change-undo.js'
import { Unavailable } from '../../turns/ports.js'
import type { EditBudget, FlushResult } from '../api/edit-budget.js'
import { KeyedQueue } from '../api/keyed-queue.js'
import type { Poster } from '../api/poster.js'
import { SlackRefused, slackCall } from '../api/web.js'
import * as words from '../blocks/approval-words.js'
import { undoBlockId, undoneLine } from './undo-button.js'

export interface UndoMessageDeps {
  readonly web: WebClient
  readonly poster: Pick<Poster, 'post'>
  readonly budget: Pick<EditBudget, 'open'>
  readonly log: Log
}

/** A block as Slack lists it: whatever it holds goes back as it is. */
const BLOCK = z.looseObject({ type: z.string(), block_id: z.string().optional() })
type Listed = z.infer<typeof BLOCK>

export class UndoMessages {
  /** Of one message, one button after the other: each is written back with what was read before. */
  readonly #writing = new KeyedQueue()

  constructor(private readonly deps: UndoMessageDeps) {}

  /** @throws Unavailable */
  async show(undo: { readonly id: string; readonly place: UndoPlace }, ending: UndoEnding): Promise<void> {
    const { channel, ts, threadTs } = undo.place
    try {
      if (await this.#writing.run(`${channel} ${ts}`, () => this.#replace(undo, ending))) return
      await this.deps.poster.post(
        { subject: undo.id, place: 'undo', part: 0 },
        { channel, threadTs: threadTs ?? ts },
        { text: words.UNDONE[ending], blocks: [undoneLine(ending)] },
      )
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.deps.log.error(
        { approval: undo.id, code: error.code, details: error.details },
        'slack post failed: nobody is told how an undo ended',
      )
    }
  }

  /** False where the message is gone, or Slack does not take it. @throws Unavailable */
  async #replace(
    { id, place }: { readonly id: string; readonly place: UndoPlace },
    ending: UndoEnding,
  ): Promise<boolean> {
    try {
      const message = await this.#read(place)
      if (message === null) return false
      const at = message.blocks.findIndex(({ block_id }) => block_id === undoBlockId(id))
      // An earlier process has been here.
      if (at === -1) return true
      await this.#update(place, message.text, message.blocks.with(at, { ...undoneLine(ending) }))
      return true
    } catch (error) {
      if (!(error instanceof SlackRefused)) throw error
      this.deps.log.warn({ approval: id, code: error.code }, 'undo not shown where its button stands')
      return false
    }
  }

  /** Null where Slack does not list it. @throws Unavailable, SlackRefused */
  async #read({
    channel,
    ts,
    threadTs,
  }: UndoPlace): Promise<{ readonly text: string; readonly blocks: Listed[] } | null> {
    const bounds = { oldest: ts, latest: ts, inclusive: true, limit: 2 }
    const answer = await slackCall(() =>
      this.deps.web.conversations.replies({ channel, ts: threadTs ?? ts, ...bounds }),
    )
    // The first message of a thread heads every page, whatever the bounds are.
    const listed = (answer.messages ?? []).find((message) => message.ts === ts)
    return listed === undefined ? null : { text: listed.text ?? '', blocks: z.array(BLOCK).parse(listed.blocks ?? []) }
  }

  /** @throws Unavailable, SlackRefused */
  async #update({ channel, ts }: UndoPlace, text: string, blocks: Listed[]): Promise<void> {
    const { web, budget } = this.deps
    const flush = async (): Promise<FlushResult> => {
      try {
        await slackCall(() => web.chat.update({ channel, ts, text, blocks, parse: 'none' }))
      } catch (error) {
        if (!(error instanceof Unavailable) || error.retryAfterMs === undefined) throw error
        return { retryAfterMs: error.retryAfterMs }
      }
      return 'done'
    }
    const place = budget.open(`undo ${ts}`, flush)
    try {
      place.request('final')
      await place.settle()
    } finally {
      place.close()
    }
  }
}
