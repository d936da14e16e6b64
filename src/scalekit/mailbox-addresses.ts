/**
 * The address of the mailbox that a person connected, so that every reply can say whose it used: nothing keeps anybody from
 * connecting a private account, or a colleague's, by mistake. Asked of Gmail itself, kept in memory for a while, never stored.
 */

import { z } from 'zod'
import { type MailboxTools, READ } from '../gmail/tool-runner.js'
import { describeError, type Log } from '../log.js'
import type { IdentifiedPerson, Person } from '../turns/model.js'
import type { MailboxAddresses } from '../turns/ports.js'

/** How long an answer is believed, in milliseconds: an account may be exchanged behind our back. */
const TTL_MS = 10 * 60_000
/** People whose answer is kept; the oldest answers are forgotten first. */
const MOST_KEPT = 5_000

interface Known {
  readonly until: number
  readonly address: Promise<string | null>
}

/** Gmail's own `users.getProfile`. */
const profile = z.looseObject({ emailAddress: z.email() })

export class ScalekitMailboxAddresses implements MailboxAddresses {
  readonly #known = new Map<string, Known>()

  constructor(
    private readonly tools: MailboxTools,
    private readonly log: Log,
    private readonly now: () => number,
  ) {}

  address(person: IdentifiedPerson): Promise<string | null> {
    const known = this.#known.get(person.id)
    if (known !== undefined && known.until > this.now()) return known.address
    const asked: Known = { until: this.now() + TTL_MS, address: this.#ask(person, () => this.#drop(person, asked)) }
    this.#known.delete(person.id)
    this.#known.set(person.id, asked)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest)
    return asked.address
  }

  forget(person: Pick<Person, 'id'>): void {
    this.#known.delete(person.id)
  }

  /** Unless a newer request has replaced it. */
  #drop(person: IdentifiedPerson, asked: Known): void {
    if (this.#known.get(person.id) === asked) this.#known.delete(person.id)
  }

  async #ask(person: IdentifiedPerson, onFailure: () => void): Promise<string | null> {
    try {
      return profile.parse(await this.tools.read(person, READ.profile, {})).emailAddress
    } catch (error) {
      // A nicety: a reply without the address is better than none, and the next one asks again.
      const what = error instanceof z.ZodError ? { error: 'the answer holds no address' } : describeError(error)
      this.log.debug({ person: person.id, ...what }, 'mailbox address not found')
      onFailure()
      return null
    }
  }
}
