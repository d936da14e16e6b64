/**
 * One message of a reply that grows as a native stream: what was appended so far, and what comes next. It only ever grows; whatever
 * cannot be said by appending (a finished answer, a question to its owner, a link) ends it, and the message is edited from then on.
 */

import type { AnyChunk, WebClient } from '@slack/web-api'
import { Unavailable } from '../../turns/ports.js'
import type { EditHandle, FlushResult } from '../api/edit-budget.js'
import { STREAM_OVER } from '../api/refusals.js'
import type { StreamPlace, Streams } from '../api/streams.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { holdsLink, settledText } from '../markdown/streamed-text.js'

/** What a growing message says at one moment. */
export interface Growth {
  /** Rendered Markdown. */
  readonly text: string
  /** What the agent does, in the order in which it was begun. */
  readonly steps: readonly GrowthStep[]
}

export interface GrowthStep {
  readonly id: string
  /** Plain text. */
  readonly title: string
  readonly status: 'in_progress' | 'complete' | 'error'
}

export interface ReplyStreamDeps {
  readonly web: WebClient
  readonly streams: Streams
  /** The newest state; null where it cannot be reached by appending. */
  readonly growth: () => Growth | null
  /** It cannot grow any more: the message has to be edited. */
  readonly onBroken: () => void
}

export class ReplyStream {
  /** Markdown that stands there. */
  #appended = ''
  #previous = ''
  readonly #told = new Map<string, string>()
  readonly #handle: EditHandle
  #isDue = false
  #isOver = false
  #isBroken = false

  constructor(
    private readonly deps: ReplyStreamDeps,
    private readonly channel: string,
    private readonly ts: string,
    private readonly place: StreamPlace,
  ) {
    this.#handle = deps.streams.appends.open(ts, () => this.#flush())
  }

  get canGrow(): boolean {
    return !this.#isBroken && !this.#isOver
  }

  /** What comes next is asked for already, and will be the newest there is then. */
  get isDue(): boolean {
    return this.#isDue && this.canGrow
  }

  /** There may be something newer to append. */
  request(): void {
    if (!this.canGrow) return
    this.#isDue = true
    this.#handle.request(this.#appended === '' ? 'first' : 'text')
  }

  /**
   * Ends the stream, so that the message can be edited or deleted. What is left of the text goes along, so that nobody waits for the edit to read it.
   * @param text all of it, rendered; null where nothing is to be added
   * @throws Unavailable, SlackRefused
   */
  async end(text: string | null = null): Promise<void> {
    this.#handle.close()
    if (!this.#isOver) await endStream(this.deps.web, this.deps.streams, this.channel, this.ts, this.#rest(text))
    this.#isOver = true
    this.place.release()
  }

  /** Lets go of it in memory; what is in Slack goes on until somebody ends it. */
  close(): void {
    this.#handle.close()
    this.place.release()
  }

  async #flush(): Promise<FlushResult> {
    this.#isDue = false
    const growth = this.deps.growth()
    if (!this.canGrow) return 'unchanged'
    if (growth === null || !growth.text.startsWith(this.#appended)) {
      this.#break()
      return 'unchanged'
    }
    const isPausing = growth.text === this.#previous
    const settled = settledText(growth.text, isPausing)
    this.#previous = growth.text
    // What is held back now is looked at once more, in case nothing further is written for a while.
    if (!isPausing && settled.length < growth.text.length) this.request()
    const text = settled.length > this.#appended.length ? settled.slice(this.#appended.length) : ''
    const steps = growth.steps.filter((step) => this.#told.get(step.id) !== told(step))
    const chunks: AnyChunk[] = [
      ...steps.map(({ id, title, status }): AnyChunk => ({ type: 'task_update', id, title, status })),
      ...(text === '' ? [] : [{ type: 'markdown_text', text } as const]),
    ]
    if (chunks.length === 0) return 'unchanged'
    try {
      await slackCall(() => this.deps.web.chat.appendStream({ channel: this.channel, ts: this.ts, chunks }))
    } catch (error) {
      if (error instanceof Unavailable && error.retryAfterMs !== undefined) return { retryAfterMs: error.retryAfterMs }
      if (error instanceof SlackRefused) this.#isOver ||= STREAM_OVER.has(error.code)
      // Whether it was appended is unknown where no answer came: appended again, it would stand there twice. An edit says it all.
      this.#break()
      return 'done'
    }
    this.#appended += text
    for (const step of steps) this.#told.set(step.id, told(step))
    return 'done'
  }

  /** Where it is not known what stands there, the edit says it. */
  #rest(text: string | null): string {
    const continues = text !== null && !this.#isBroken && text.startsWith(this.#appended) && !holdsLink(text)
    return continues ? text.slice(this.#appended.length) : ''
  }

  #break(): void {
    this.#isBroken = true
    this.deps.onBroken()
  }
}

/**
 * Stops a stream; one that is over already is as good.
 * @param rest Markdown that it ends with
 * @throws Unavailable, SlackRefused
 */
export async function endStream(
  web: WebClient,
  streams: Streams,
  channel: string,
  ts: string,
  rest = '',
): Promise<void> {
  const chunks: AnyChunk[] = rest === '' ? [] : [{ type: 'markdown_text', text: rest }]
  try {
    await slackCall(() => web.chat.stopStream({ channel, ts, ...(chunks.length === 0 ? {} : { chunks }) }))
  } catch (error) {
    if (error instanceof Unavailable && error.retryAfterMs !== undefined) streams.pause(error.retryAfterMs)
    if (!(error instanceof SlackRefused) || !STREAM_OVER.has(error.code)) throw error
  }
}

function told(step: GrowthStep): string {
  return `${step.status} ${step.title}`
}
