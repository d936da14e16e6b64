/** Counts of what was done and of what went wrong, by kind. */

export class Tally {
  readonly #counts = new Map<string, number>()

  count(kind: string, times = 1): void {
    if (times > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times)
  }

  add(other: Tally): void {
    for (const [kind, times] of other.#counts) this.count(kind, times)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, times) => sum + times, 0)
  }

  /** By name. */
  get entries(): [kind: string, times: number][] {
    return [...this.#counts].sort(([one], [other]) => one.localeCompare(other))
  }
}
