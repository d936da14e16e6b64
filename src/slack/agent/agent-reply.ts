/**
 * A turn's reply that also tells Slack's agent surface how its conversation stands. While that says that the agent works and offers to stop it, the
 * reply's first message waits for its first words. Everything else in its messages is left to the reply.
 */

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
  /** Its first message waits for its first words, for some seconds at most. Ended by `release`, and by `settled`. */
  hold(): void
  release(): void
  /** @param listener called after each message that was posted where the conversation is answered, and for what a process before this one posted */
  whenStands(listener: () => void): void
}

export interface AgentReplyDeps {
  readonly sessions: Pick<Sessions, 'set' | 'offerStop'>
  /** Whether a line under a thread can say what the agent does, as far as is known. */
  readonly offerWords: () => boolean
  readonly statusLine: (thread: () => Session, onFailure: () => void) => StatusLine
}

export class AgentReply implements ReplyDisplay {
  readonly #line: StatusLine
  #told: SessionStatus | null = null
  #hasShown = false
  /** Its first message waits for what it is to say: until then the line says it. */
  #isHeld = false
  #words = ''

  constructor(
    private readonly deps: AgentReplyDeps,
    private readonly reply: SlackReply,
    private session: Session,
  ) {
    this.#line = deps.statusLine(
      () => this.session,
      () => this.reply.release(),
    )
    reply.whenStands(() => {
      this.#isHeld = false
      this.#line.posted(this.#words)
    })
  }

  show(view: ReplyView): void {
    const status = sessionStatus(view)
    if (!this.#hasShown && status === 'processing' && this.deps.sessions.offerStop && this.deps.offerWords())
      this.#hold()
    this.reply.show(view)
    if (status !== null) this.#tell(status)
    this.#words = statusWords(view)
    // The message with the first words takes the line away: until it stands, the line does.
    if (this.#words !== '' || !this.#isHeld) this.#line.show(this.#words)
    if (this.#hasShown) return
    this.#hasShown = true
    if (this.#isHeld) this.#line.open()
    else void this.reply.settled().then(() => this.#line.open())
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

  #hold(): void {
    this.#isHeld = true
    this.reply.hold()
  }

  /** Nothing is under way any more in the thread that it leaves. */
  #moveTo({ channel, threadTs }: Address): void {
    const { session } = this
    if (session.channel === channel && session.threadTs === threadTs) return
    this.session = { ...session, channel, threadTs }
    this.#line.moved()
    const told = this.#told
    if (told === null) return
    void this.deps.sessions.set(session, 'active')
    this.#set(told)
  }

  #tell(status: SessionStatus): void {
    if (status === this.#told) return
    this.#told = status
    this.#set(status)
  }

  #set(status: SessionStatus): void {
    void this.deps.sessions.set(this.session, status).then((isShown) => {
      // Whoever sees no Stop button of Slack's needs the one in the message.
      if (!isShown || !this.deps.sessions.offerStop) this.reply.release()
    })
  }
}
