/**
 * A service's time, as its answers tell it in their `Date` header, carried on by a clock that nobody sets. Whatever is looked up there by time
 * uses it: by the clock of a host that runs ahead, what was made would not be found, and would be made a second time.
 */
export class ServerClock {
  #reading: { readonly time: number; readonly at: number } | null = null

  /** @param monotonic milliseconds of a clock that nobody sets */
  constructor(private readonly monotonic: () => number) {}

  /** Epoch milliseconds; null while the service has not told its time. */
  now(): number | null {
    return this.#reading === null ? null : this.#reading.time + this.monotonic() - this.#reading.at
  }

  /**
   * @param date a `Date` header
   * @returns the time that it tells; null where it tells none
   */
  read(date: string | null): number | null {
    const time = Date.parse(date ?? '')
    if (Number.isNaN(time)) return null
    this.#reading = { time, at: this.monotonic() }
    return time
  }
}
