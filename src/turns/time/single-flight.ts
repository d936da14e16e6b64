/** Runs work once for all callers that ask while it is under way. A later call runs it again. */
export class SingleFlight<Result> {
  readonly #underWay = new Map<string, Promise<Result>>()

  /** Rejects, for all of them, as the work does. */
  run(key: string, work: () => Promise<Result>): Promise<Result> {
    const joined = this.#underWay.get(key)
    if (joined !== undefined) return joined
    const running = work().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, running)
    return running
  }

  /** Resolves when nothing of this key is under way, however that ended. */
  async settled(key: string): Promise<void> {
    await this.#underWay.get(key)?.catch(() => undefined)
  }
}
