import { refill } from '../../wire/saved.js'
import type { Message } from './workspace.js'

/** Counted from the start, however often something is appended. */
const LIFETIME_MS = 5 * 60_000

/** The native streams that can still grow: when each began, by channel and ts. */
export class OpenStreams {
  readonly #started = new Map<string, number>()

  constructor(private readonly now: () => number) {}

  save() {
    return { started: this.#started }
  }

  restore(saved: ReturnType<OpenStreams['save']>): void {
    refill(this.#started, saved.started)
  }

  begin(message: Message): void {
    this.#started.set(`${message.channel} ${message.ts}`, this.now())
  }

  end(message: Message): void {
    this.#started.delete(`${message.channel} ${message.ts}`)
  }

  /** Ends those of a thread, as somebody does who stops its agent. @param messages of the thread */
  endAll(messages: readonly Message[]): Message[] {
    const ended = messages.filter((message) => this.isOpen(message))
    for (const message of ended) this.end(message)
    return ended
  }

  isOpen(message: Message): boolean {
    const started = this.#started.get(`${message.channel} ${message.ts}`)
    return started !== undefined && this.now() - started < LIFETIME_MS
  }
}
