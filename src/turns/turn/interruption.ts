/** Sends a session one `user.interrupt` and not two: a second one could hit the next turn. */

export class Interruption {
  #isSent = false
  #underWay: Promise<void> = Promise.resolve()

  /** Settles, never rejects, when an interruption under way has been answered. */
  get settled(): Promise<void> {
    return this.#underWay
  }

  /** Interrupts, unless that was done already. Throws what `interrupt` throws; it may then be called again. */
  async send(interrupt: () => Promise<void>): Promise<void> {
    if (this.#isSent) return
    this.#isSent = true
    const interrupting = interrupt()
    this.#underWay = interrupting.catch(() => undefined)
    try {
      await interrupting
    } catch (error) {
      this.#isSent = false
      throw error
    }
  }

  /** The session has started to work since: it may be interrupted again. */
  reset(): void {
    this.#isSent = false
  }
}
