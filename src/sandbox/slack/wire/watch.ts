/** Waiting for a condition, never for a time: looks again whenever anything in the sandbox changed. */

export interface WaitOptions {
  /** Gives up after this many milliseconds; only then does a test fail. */
  readonly timeoutMs?: number
  /** What is waited for, in the error that says it never came. */
  readonly description?: string
}

export class Watch {
  readonly #waiting = new Set<() => void>()

  /** @param report the state that is printed when a wait is given up */
  constructor(private readonly report: () => string) {}

  /** Something changed: everybody who waits looks again. */
  notice(): void {
    for (const look of [...this.#waiting]) look()
  }

  /**
   * Resolves with the first value of `check` that is neither `undefined` nor `false`.
   * @throws Error with the state of the sandbox where it never comes; whatever `check` throws
   */
  until<T>(check: () => T | undefined | false, options: WaitOptions = {}): Promise<T> {
    const { timeoutMs = 30_000, description = 'the condition' } = options
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        this.#waiting.delete(look)
      }
      const look = () => {
        try {
          const found = check()
          if (found === undefined || found === false) return
          end()
          resolve(found)
        } catch (error) {
          end()
          reject(error)
        }
      }
      const timer = setTimeout(() => {
        end()
        reject(new Error(`Waited ${timeoutMs} ms for ${description}, in vain. What there is:\n${this.report()}`))
      }, timeoutMs)
      this.#waiting.add(look)
      look()
    })
  }
}
