/**
 * Ends the access of people who left the workspace. An event that says so is only a hint to ask Slack, and events are missed while the bot is
 * down: every connected person is looked up at the start and daily. A failed look-up ends nobody's access, and is repeated.
 */

import { describeError, type Log } from '../../log.js'
import type { Person } from '../model.js'
import { type Surface, Unavailable } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { retryPause } from '../time/retry-pause.js'

export interface DeparturesDeps {
  readonly people: {
    connected(): Promise<readonly Person[]>
    find(team: string, user: string): Promise<Person | null>
  }
  readonly surface: Pick<Surface, 'profile'>
  /** What is remembered of a person's profile may be older than their departure. */
  readonly forgetProfile: (person: Person) => void
  readonly onDeactivated: (person: Person) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

const EVERY_MS = 24 * 60 * 60_000
/** Slack answers `users.info` about 100 times a minute, and turns need it, too. */
const PACE_MS = 1_500
const FIRST_RETRY_MS = 2_000
const LONGEST_RETRY_MS = 5 * 60_000

export class Departures {
  /** Whom to look at, next first; by the person's id. */
  #queue = new Map<string, Person>()
  /** Whom Slack said something of: they come before everybody who is only looked at daily. */
  #suspects = new Map<string, Person>()
  #timer: { clear(): void } | undefined
  #round: { clear(): void } | undefined
  #working: Promise<void> | null = null
  #failures = 0
  #isStopped = false

  constructor(private readonly deps: DeparturesDeps) {}

  /** Looks at everybody connected, now and daily. */
  start(): void {
    if (this.#isStopped) return
    this.#round = this.deps.clock.setTimeout(() => this.start(), EVERY_MS)
    void this.#collect()
  }

  /** An event says that this user left. Somebody who never used the bot has nothing to lose. */
  async reported(team: string, user: string): Promise<void> {
    const person = await this.deps.people.find(team, user)
    if (person !== null) this.checkNext(person)
  }

  /** Looks this person up next: an event says that they left. */
  checkNext(person: Person): void {
    this.#suspects.set(person.id, person)
    // A service that is away is not asked more often for that.
    if (this.#failures === 0) this.#schedule(0)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#round?.clear()
    this.#timer?.clear()
    await this.#working
  }

  async #collect(): Promise<void> {
    try {
      for (const person of await this.deps.people.connected()) this.#queue.set(person.id, person)
      this.#schedule(0)
    } catch (error) {
      this.deps.log.error(describeError(error), 'connected people not readable; trying again in a day')
    }
  }

  #schedule(ms: number): void {
    if (this.#isStopped || this.#working !== null) return
    this.#timer?.clear()
    this.#timer = this.deps.clock.setTimeout(() => {
      this.#working = this.#next().finally(() => {
        this.#working = null
        if (this.#suspects.size + this.#queue.size > 0) this.#schedule(this.#pause)
      })
    }, ms)
  }

  #pause = PACE_MS

  /** Never rejects. */
  async #next(): Promise<void> {
    const from = this.#suspects.size > 0 ? this.#suspects : this.#queue
    const [person] = from.values()
    if (person === undefined) return
    from.delete(person.id)
    try {
      this.deps.forgetProfile(person)
      const profile = await this.deps.surface.profile(person)
      if ('problem' in profile && profile.problem === 'deactivated') await this.deps.onDeactivated(person)
      this.#failures = 0
      this.#pause = PACE_MS
    } catch (error) {
      // To the end of the line: what fails for one of them must not keep the others waiting.
      from.set(person.id, person)
      this.#failures += 1
      const asked = error instanceof Unavailable ? error.retryAfterMs : undefined
      this.#pause = retryPause(this.#failures, asked, { first: FIRST_RETRY_MS, longest: LONGEST_RETRY_MS })
      this.deps.log.warn(
        { person: person.id, failures: this.#failures, ...describeError(error) },
        'departure look-up failed; trying again',
      )
    }
  }
}
