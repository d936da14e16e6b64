/**
 * How each conversation stands, as Slack is told (`agents.sessions.setStatus`). For each thread one call at a time, always with what is true by then:
 * what was true in between is not told. What Slack has forgotten, or never heard, is put right by the next change.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { Clock } from '../../turns/time/clock.js'
import { inTime } from '../../turns/time/in-time.js'
import { waitFor } from '../../turns/time/pause.js'
import { retryPause } from '../../turns/time/retry-pause.js'
import type { AgentCalls } from './agent-calls.js'
import type { SessionStatus } from './session-status.js'

/** The Slack thread that a conversation is answered in. */
export interface SessionThread {
  readonly channel: string
  readonly threadTs: string
}

export interface Session extends SessionThread {
  /** Slack user id of its owner. */
  readonly owner: string
  /** What the conversation is about; null where that cannot be said. */
  readonly title: () => Promise<string | null>
}

export interface SessionsDeps {
  readonly web: WebClient
  readonly calls: AgentCalls
  readonly clock: Clock
  readonly log: Log
}

/** A status that Slack does not take after so many tries is given up: the next one is tried anew. */
const MOST_TRIES = 8
/** How long a stop of the bot waits for what is on its way, in milliseconds. */
const STOP_PATIENCE_MS = 3_000

interface Bringing {
  wanted: SessionStatus
  done: Promise<boolean>
}

interface About {
  readonly initiator_user_id?: string
  readonly title?: string
}

export class Sessions {
  readonly #bringing = new Map<string, Bringing>()
  readonly #stop = new AbortController()
  #hasToldNoStop = false

  constructor(private readonly deps: SessionsDeps) {}

  /** Whether what is `processing` has a Stop button of Slack's, as far as is known. */
  get offerStop(): boolean {
    return !this.#hasToldNoStop && this.deps.calls.has('sessions')
  }

  /** Begins at once, and never rejects. Answers whether Slack shows what was asked for last. */
  async set(session: Session, status: SessionStatus): Promise<boolean> {
    const key = `${session.channel} ${session.threadTs}`
    const running = this.#bringing.get(key)
    if (running !== undefined) {
      running.wanted = status
      return await running.done
    }
    if (this.#stop.signal.aborted || !this.deps.calls.has('sessions')) return false
    const bringing: Bringing = { wanted: status, done: Promise.resolve(false) }
    this.#bringing.set(key, bringing)
    bringing.done = this.#bring(bringing, session).finally(() => this.#bringing.delete(key))
    return await bringing.done
  }

  /** Resolves when nothing is on its way any more, or has been for too long. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the bot is shutting down'))
    const under = [...this.#bringing.values()].map(({ done }) => done)
    await inTime(this.deps.clock, Promise.all(under), STOP_PATIENCE_MS)
  }

  async #bring(bringing: Bringing, session: Session): Promise<boolean> {
    let brought: SessionStatus | null = null
    let tries = 0
    while (bringing.wanted !== brought) {
      const { wanted } = bringing
      const about = wanted === 'processing' ? await this.#about(session) : {}
      const outcome = await this.deps.calls.try('sessions', () => this.#tell(session, wanted, about))
      if (outcome === 'done') {
        brought = wanted
        tries = 0
        continue
      }
      tries += 1
      if (typeof outcome === 'string' || tries >= MOST_TRIES || this.#stop.signal.aborted) return false
      await waitFor(this.deps.clock, retryPause(tries, outcome.later), this.#stop.signal)
    }
    return true
  }

  /** Slack takes both from whichever call is the first in a thread, and leaves a session that is there as it is. */
  async #about({ owner, title }: Session): Promise<About> {
    try {
      const words = await title()
      return { initiator_user_id: owner, ...(words === null ? {} : { title: words }) }
    } catch (error) {
      this.deps.log.warn(describeError(error), 'agent session has no title')
      return { initiator_user_id: owner }
    }
  }

  async #tell({ channel, threadTs }: SessionThread, status: SessionStatus, about: About): Promise<void> {
    const place = { channel_id: channel, thread_ts: threadTs }
    const { warning } = await this.deps.web.agents.sessions.setStatus({ ...place, status, ...about })
    if (warning?.includes(NO_STOP) !== true || this.#hasToldNoStop) return
    this.#hasToldNoStop = true
    this.deps.log.warn('agent sessions have no Stop button: the app does not subscribe to agent_session_stopped')
  }
}

/** Slack's warning in an answer to `agents.sessions.setStatus`. */
const NO_STOP = 'missing_agent_session_stopped_event_subscription'
