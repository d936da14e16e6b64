/** A turn's reply that also tells Slack's agent surface how its conversation stands. What is shown in messages is the reply's own, unchanged. */

import type { Address, Message } from '../../turns/model.js'
import type { Lines, ReplyDisplay } from '../../turns/ports.js'
import type { ReplyView } from '../../turns/view.js'
import { type SessionStatus, sessionStatus } from './session-status.js'
import type { Session, Sessions } from './sessions.js'
import type { StatusLine } from './status-line.js'
import { statusWords } from './status-words.js'

/** A reply in Slack, as far as its channel is concerned. */
export interface SlackReply extends ReplyDisplay {
  channelIdChanged(previous: string, channel: string): void
}

export interface AgentReplyDeps {
  readonly sessions: Pick<Sessions, 'set'>
  readonly statusLine: (thread: () => Session) => StatusLine
}

export class AgentReply implements SlackReply {
  readonly #line: StatusLine
  #told: SessionStatus | null = null
  #hasShown = false

  constructor(
    private readonly deps: AgentReplyDeps,
    private readonly reply: SlackReply,
    private session: Session,
  ) {
    this.#line = deps.statusLine(() => this.session)
  }

  show(view: ReplyView): void {
    this.reply.show(view)
    const status = sessionStatus(view)
    if (status !== null) this.#tell(status)
    this.#line.show(statusWords(view))
    if (this.#hasShown) return
    this.#hasShown = true
    void this.reply.settled().then(() => this.#line.open())
  }

  async settled(): Promise<void> {
    await this.reply.settled()
  }

  get reachesOwner(): boolean {
    return this.reply.reachesOwner
  }

  async placeBelow(messages: readonly Message[], lines: Lines | null): Promise<void> {
    if (lines !== null) this.#moveTo(lines.last)
    await this.reply.placeBelow(messages, lines)
  }

  async remove(): Promise<void> {
    this.#line.show('')
    await this.reply.remove()
    if (this.#told !== null) this.#tell('active')
  }

  close(): void {
    this.#line.close()
    this.reply.close()
  }

  channelIdChanged(previous: string, channel: string): void {
    if (this.session.channel === previous) this.session = { ...this.session, channel }
    this.reply.channelIdChanged(previous, channel)
  }

  /** Nothing is under way any more in the thread that it leaves. */
  #moveTo({ channel, threadTs }: Address): void {
    const { session } = this
    if (session.channel === channel && session.threadTs === threadTs) return
    this.session = { ...session, channel, threadTs }
    const told = this.#told
    if (told === null) return
    this.deps.sessions.set(session, 'active')
    this.deps.sessions.set(this.session, told)
  }

  #tell(status: SessionStatus): void {
    if (status === this.#told) return
    this.#told = status
    this.deps.sessions.set(this.session, status)
  }
}
