/** Faults that a test plans for calls to come, and calls that it stops: with the real services, too, these happen, seldom and at the worst moment. */
export class FaultQueue<Key, Fault> {
  readonly #planned = new Map<Key, Fault[]>()

  /** For the next `times` calls, behind what is planned for them already. */
  plan(key: Key, fault: Fault, times = 1): void {
    const queue = this.#planned.get(key) ?? []
    for (let call = 0; call < times; call++) queue.push(fault)
    this.#planned.set(key, queue)
  }

  /** For the call at hand: the first that is meant for it. */
  take(key: Key, isMeant: (fault: Fault) => boolean = () => true): Fault | undefined {
    const queue = this.#planned.get(key) ?? []
    const index = queue.findIndex(isMeant)
    return index === -1 ? undefined : queue.splice(index, 1)[0]
  }

  /** Forgets all that has not happened yet. */
  clear(): void {
    this.#planned.clear()
  }
}

/** A call that waits for a word from the test. */
export interface Hold {
  /** Resolves when the call has arrived; nothing has been done for it yet. */
  readonly reached: Promise<void>
  release(): void
}

/** A hold from both of its sides. */
export interface Gate {
  /** For the test. */
  readonly hold: Hold
  /** For the server: says that the call has arrived, and waits for the release. */
  readonly arrived: () => void
  readonly released: Promise<void>
}

export function gate(): Gate {
  let arrived = (): void => undefined
  let release = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return { hold: { reached, release: () => release() }, arrived: () => arrived(), released }
}
