/** One interruption of a session at a time: a second one, sent by mistake, would hit the turn after. */

export class Interruption {
  #isSent = false
  #underWay: Promise<void> = Promise.resolve()

  /** Settles, never rejects, when an interruption under way has been answered. */
  get settled(): Promise<void> {
    return this.#underWay
  }

  /** Interrupts, unless that was done. Throws what `interrupt` throws; then it may be tried again. */
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

  /** What was interrupted was something else: the next one counts. */
  reset(): void {
    this.#isSent = false
  }
}
