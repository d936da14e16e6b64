/**
 * Polls Scalekit until a person has connected their account: no public URL is needed. Often at first, when they are likely to be on the consent
 * page, then less and less often. Also replaces the link in their prompt before it expires. One watch per person, for all of their turns.
 */

import { describeError, type Log } from '../../log.js'
import type { IdentifiedPerson, Person } from '../model.js'
import type { Connections, ConnectLink } from '../ports.js'
import type { Clock } from '../time/clock.js'
import { SingleFlight } from '../time/single-flight.js'

/** One waiting turn. */
export interface ConnectionWaiter {
  /** Epoch milliseconds: since when it waits. */
  readonly since: number
  /** A fresh link took the place of one that was about to expire. */
  onLink(link: ConnectLink): void
  /** Epoch milliseconds: when waiting ends in vain. */
  readonly until: number
  /** The account is connected, or `until` has come. Called once, after which the waiter is forgotten. */
  onOver(): void
}

const EAGER_MS = 10 * 60_000
const EAGER_INTERVAL_MS = 4_000
const LONGEST_INTERVAL_MS = 5 * 60_000
/** How long somebody whose consent came back may take to sign in before their prompts get another link. */
const SIGN_IN_MS = 3 * 60_000
/** A link is replaced this long before it expires: somebody may just be reaching for it. */
const LINK_MARGIN_MS = 60_000

/** How long to wait before asking again, for somebody who has been waited for this long. */
export function pollInterval(waitedMs: number): number {
  if (waitedMs < EAGER_MS) return EAGER_INTERVAL_MS
  return Math.min(LONGEST_INTERVAL_MS, EAGER_INTERVAL_MS * 2 ** Math.ceil((waitedMs - EAGER_MS) / EAGER_MS))
}

interface Watch {
  readonly person: IdentifiedPerson
  readonly waiters: Map<string, ConnectionWaiter>
  link: ConnectLink
  /** A consent came back with the link: nobody new is sent there. */
  spent: boolean
  timer: { clear(): void } | undefined
  /** A question is under way; the next one is scheduled when it is answered. */
  polling: boolean
}

export class ConnectionWatch {
  readonly #watches = new Map<string, Watch>()
  /** Links that are being asked for, by identifier. */
  readonly #opening = new SingleFlight<ConnectLink>()

  constructor(
    private readonly connections: Connections,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * The link for a person's prompt: the one they have been given already, as long as it lasts, else a fresh one.
   * @throws Unavailable, OperatorProblem
   */
  async link(person: IdentifiedPerson): Promise<ConnectLink> {
    const watch = this.#watchOf(person)
    if (watch !== undefined && !watch.spent && !this.#isStale(watch.link)) return watch.link
    return await this.#opening.run(person.identifier, () => this.connections.link(person))
  }

  /** Waits for a person on behalf of a turn (`key`). */
  wait(person: IdentifiedPerson, key: string, link: ConnectLink, waiter: ConnectionWaiter): void {
    const watch = this.#watchOf(person) ?? {
      person,
      waiters: new Map(),
      link,
      spent: false,
      timer: undefined,
      polling: false,
    }
    if (watch.link.url !== link.url) this.#replaceLink(watch, link)
    watch.waiters.set(key, waiter)
    this.#watches.set(person.id, watch)
    // The person is at the keyboard: whatever pause was under way is too long now.
    watch.timer?.clear()
    if (!watch.polling) this.#schedule(watch)
  }

  /** A watch for another identifier is over: an operator changed the mapping, and what the old link opens is nobody's business any more. */
  #watchOf(person: IdentifiedPerson): Watch | undefined {
    const watch = this.#watches.get(person.id)
    if (watch === undefined || watch.person.identifier === person.identifier) return watch
    this.#end(watch)
    return undefined
  }

  /** This person's access was ended, which has ended whatever waited for it, too: their link leads nowhere any more. */
  endFor(person: Pick<Person, 'id'>): void {
    const watch = this.#watches.get(person.id)
    if (watch !== undefined) this.#end(watch)
  }

  forget(person: Pick<Person, 'id'>, key: string): void {
    const watch = this.#watches.get(person.id)
    if (watch === undefined) return
    watch.waiters.delete(key)
    if (watch.waiters.size === 0) this.#end(watch)
  }

  /** Asks at once for a person who may just have connected. */
  check(personId: string): void {
    const watch = this.#watches.get(personId)
    if (watch === undefined || watch.polling) return
    watch.timer?.clear()
    void this.#poll(watch)
  }

  /**
   * A consent came back with the link of this person's prompts, which opens nothing any more: whoever asks gets a fresh one. The prompts that stand
   * get theirs when the sign-in that follows was not finished in time; a link that is made meanwhile could disturb it.
   */
  markLinkSpent(personId: string): void {
    const watch = this.#watches.get(personId)
    if (watch === undefined || watch.spent) return
    watch.spent = true
    const until = this.clock.now() + SIGN_IN_MS + LINK_MARGIN_MS
    watch.link = { ...watch.link, expiresAt: Math.min(watch.link.expiresAt, until) }
  }

  /**
   * The link of this person's prompts is spent and led nowhere: they get another one, by the next look at the latest.
   * @throws Unavailable, OperatorProblem
   */
  async renew(personId: string): Promise<void> {
    const watch = this.#watches.get(personId)
    if (watch === undefined) return
    watch.spent = true
    watch.link = { ...watch.link, expiresAt: 0 }
    this.#replaceLink(watch, await this.connections.link(watch.person))
  }

  #replaceLink(watch: Watch, link: ConnectLink): void {
    watch.link = link
    watch.spent = false
    for (const waiter of watch.waiters.values()) waiter.onLink(link)
  }

  stop(): void {
    for (const watch of [...this.#watches.values()]) this.#end(watch)
  }

  #schedule(watch: Watch): void {
    // A latecomer is as eager as if it were the first: the person is at the keyboard again.
    const since = Math.max(...[...watch.waiters.values()].map((waiter) => waiter.since))
    watch.timer = this.clock.setTimeout(() => void this.#poll(watch), pollInterval(this.clock.now() - since))
  }

  async #poll(watch: Watch): Promise<void> {
    watch.polling = true
    try {
      if ((await this.connections.state(watch.person)) === 'connected') {
        const waiters = [...watch.waiters.values()]
        this.#end(watch)
        for (const waiter of waiters) waiter.onOver()
        return
      }
      this.#dismissOverdue(watch)
      if (watch.waiters.size === 0) return
      if (this.#isStale(watch.link)) this.#replaceLink(watch, await this.connections.link(watch.person))
    } catch (error) {
      // Whatever it was, the next poll asks again; the person's prompt stays as it is until then.
      this.log.warn({ person: watch.person.id, ...describeError(error) }, 'connection check failed; trying again')
    }
    watch.polling = false
    if (this.#watches.get(watch.person.id) === watch) this.#schedule(watch)
  }

  #dismissOverdue(watch: Watch): void {
    for (const [key, waiter] of watch.waiters) {
      if (waiter.until > this.clock.now()) continue
      watch.waiters.delete(key)
      waiter.onOver()
    }
    if (watch.waiters.size === 0) this.#end(watch)
  }

  #isStale(link: ConnectLink): boolean {
    return this.clock.now() > link.expiresAt - LINK_MARGIN_MS
  }

  #end(watch: Watch): void {
    watch.timer?.clear()
    watch.timer = undefined
    watch.waiters.clear()
    if (this.#watches.get(watch.person.id) === watch) this.#watches.delete(watch.person.id)
  }
}
