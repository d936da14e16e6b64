/**
 * Ends a person's access to their mailbox, because they asked for it, left the workspace, or an operator withdrew it. The store records the
 * request first. It is then carried out step by step until all is done, after a crash too; each step may be done twice. The person's new
 * messages wait until then.
 */

import { describeError, type Log } from '../../log.js'
import type { Person } from '../model.js'
import { type Agent, type Connections, type MailboxAccess, Unavailable } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { waitFor } from '../time/pause.js'
import { retryPause } from '../time/retry-pause.js'

export interface AccessEnding {
  readonly id: string
  /** With the identifier that it is about. */
  readonly person: Person
  /** The person's identifier goes, too: nothing that was made for it may be used again. */
  readonly forgetsIdentifier: boolean
}

export interface OpenTurn {
  readonly turnId: string
  readonly conversationId: string
}

export interface AccessEndingStore {
  unfinished(): Promise<AccessEnding[]>
  /** Turns of this person that were stopped by an ending, and have not ended yet. */
  stoppedTurns(personId: string): Promise<OpenTurn[]>
  /** There was an account, and it is gone. */
  noteRemoved(id: string): Promise<void>
  /** All is done. Answers the conversations that waited for it. */
  finish(id: string): Promise<string[]>
}

export interface AccessEnderDeps {
  readonly store: AccessEndingStore
  readonly connections: Pick<Connections, 'disconnect'>
  readonly access: Pick<MailboxAccess, 'revoke'>
  readonly agent: Pick<Agent, 'withdrawMailbox'>
  /** Ends a turn that runs here, or looks at it again. */
  readonly stopTurn: (turn: OpenTurn) => Promise<void>
  readonly wake: (conversationId: string) => void
  readonly onDone: (person: Person) => void
  readonly clock: Clock
  readonly log: Log
}

/** Another process may request an ending (`npm run people`): the store is read this often. */
const LOOK_MS = 2_000
/** How soon it is seen whether the stopped turns have come to rest. */
const REST_LOOK_MS = 500
const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000

export class AccessEnder {
  readonly #underWay = new Map<string, Promise<void>>()
  readonly #stop = new AbortController()
  #looking: Promise<void> | null = null
  #timer: { clear(): void } | undefined

  constructor(private readonly deps: AccessEnderDeps) {}

  /** Carries out what is noted, now and from now on. */
  start(): void {
    this.wake()
  }

  /** Looks into the store at once. */
  wake(): void {
    if (this.#stop.signal.aborted) return
    this.#timer?.clear()
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
      if (!this.#stop.signal.aborted) this.#timer = this.deps.clock.setTimeout(() => this.wake(), LOOK_MS)
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    this.#timer?.clear()
    await this.#looking
    await Promise.all(this.#underWay.values())
  }

  async #look(): Promise<void> {
    try {
      for (const ending of await this.deps.store.unfinished()) {
        if (this.#underWay.has(ending.id)) continue
        const work = this.#carryOut(ending).finally(() => this.#underWay.delete(ending.id))
        this.#underWay.set(ending.id, work)
      }
    } catch (error) {
      this.deps.log.error(describeError(error), 'access endings not readable; trying again')
    }
  }

  /** Never rejects. */
  async #carryOut(ending: AccessEnding): Promise<void> {
    let isRevoked = false
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      try {
        if (!isRevoked) await revokeAccess(this.deps, ending)
        isRevoked = true
        if ((await this.deps.store.stoppedTurns(ending.person.id)).length === 0) return await this.#finish(ending)
        await waitFor(this.deps.clock, REST_LOOK_MS, this.#stop.signal)
      } catch (error) {
        failures += 1
        this.deps.log.warn(
          { person: ending.person.id, failures, ...describeError(error) },
          'access not ended yet; trying again',
        )
        const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
        const pause = retryPause(failures, asked, { first: FIRST_RETRY_MS, longest: LONGEST_RETRY_MS })
        await waitFor(this.deps.clock, pause, this.#stop.signal)
      }
    }
  }

  async #finish(ending: AccessEnding): Promise<void> {
    const { store, agent, wake, onDone, log } = this.deps
    // Nothing of it runs any more that could make or use a session; only now are all of them there.
    await agent.withdrawMailbox(ending.person.id)
    for (const conversationId of await store.finish(ending.id)) wake(conversationId)
    log.info({ person: ending.person.id }, 'access ended')
    onDone(ending.person)
  }
}

/**
 * Revokes every credential and stops every turn of the person, all at once: one unavailable service must not hold up the others.
 * @throws Unavailable, OperatorProblem
 */
export async function revokeAccess(
  deps: Pick<AccessEnderDeps, 'store' | 'connections' | 'access' | 'stopTurn'>,
  { id, person, forgetsIdentifier }: AccessEnding,
): Promise<void> {
  const { store, connections, access } = deps
  const disconnect = async () => {
    const { identifier } = person
    if (identifier !== null && (await connections.disconnect({ ...person, identifier }))) await store.noteRemoved(id)
  }
  const results = await Promise.allSettled([
    disconnect(),
    access.revoke(person, forgetsIdentifier),
    ...(await store.stoppedTurns(person.id)).map((turn) => deps.stopTurn(turn)),
  ])
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
