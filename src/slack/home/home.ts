/**
 * The bot's Home tab: kept up to date for whoever opened it, and there for everybody, whatever the services behind it do. What it shows is in
 * `home-view.ts`.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { People } from '../../store/tables/people.js'
import type { ConnectionWatch } from '../../turns/connections/connection-watch.js'
import { settleIdentifier } from '../../turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../../turns/model.js'
import { OperatorProblem, type Surface, Unavailable } from '../../turns/ports.js'
import { SYSTEM_CLOCK } from '../../turns/time/clock.js'
import { inTime, LATE } from '../../turns/time/in-time.js'
import { KeyedQueue } from '../api/keyed-queue.js'
import { slackCall } from '../api/web.js'
import type { AppRules } from '../blocks/consent.js'
import type { ReadSchedule } from '../blocks/scheduled-list.js'
import type { CommandAnswers } from '../commands/command-answers.js'
import type { Settings } from '../commands/command-words.js'
import { connectionStanding, type StandingDeps } from '../commands/connection-standing.js'
import { type HomeConnection, homeBlocks } from './home-view.js'

export interface HomeDeps extends StandingDeps {
  readonly web: WebClient
  readonly people: People
  readonly watch: ConnectionWatch
  readonly answers: Pick<CommandAnswers, 'waiting' | 'recent'>
  readonly settings: Settings
  readonly profile: Surface['profile']
  readonly identifierOf: (person: Person, profile: Profile) => string
  readonly rules: AppRules
  readonly schedule: ReadSchedule
  readonly now: () => number
  readonly log: Log
}

/** How long the services are waited for before the tab shows without them, in milliseconds. */
const PATIENCE_MS = 3_000
/** How long an open tab is kept up to date with what its visitor does elsewhere. Slack tells when one is opened, and not when it is closed. */
const FRESH_MS = 10 * 60_000

/** Somebody whose tab this process has shown. */
interface Visitor {
  readonly person: Person
  readonly openedAt: number
  readonly isHelpOpen: boolean
}

export class Home {
  readonly #visitors = new Map<string, Visitor>()
  readonly #publishing = new KeyedQueue()
  /** Whose tab will be shown anew anyway, from what is known then. */
  readonly #due = new Set<string>()

  constructor(private readonly deps: HomeDeps) {}

  /** Somebody opened their Home tab. @param isHelpOpen whether they have unfolded the help in it. Never rejects. */
  async open(team: string, user: string, isHelpOpen = false): Promise<void> {
    await this.#guard(async () => {
      const person = await this.deps.people.ensure(team, user)
      this.#visitors.set(person.id, { person, openedAt: this.deps.now(), isHelpOpen })
      await this.#show(person)
    })
  }

  /** Something about somebody's connection changed, or what they had pressed in their tab is done: where it was shown, it is shown anew. Never rejects. */
  async refresh({ id }: Person): Promise<void> {
    await this.#guard(async () => {
      const visitor = this.#visitors.get(id)
      if (visitor !== undefined) await this.#show(visitor.person)
    })
  }

  /** A request of theirs has come to rest. There are many of those: only a tab that may still be looked at is shown anew. Never rejects. */
  async workChanged({ id }: Person): Promise<void> {
    await this.#guard(async () => {
      const visitor = this.#visitors.get(id)
      if (visitor === undefined || this.#due.has(id) || this.deps.now() - visitor.openedAt > FRESH_MS) return
      this.#due.add(id)
      await this.#show(visitor.person)
    })
  }

  async #show(person: Person): Promise<void> {
    await this.#publish(person, () => this.#inTime<HomeConnection>(this.#connection(person), { state: 'unknown' }))
  }

  /** What is shown is read when its turn comes, so no older view replaces a newer one. */
  async #publish(person: Person, standing: () => Promise<HomeConnection>): Promise<void> {
    const { rules, answers, settings, schedule: read, web } = this.deps
    await this.#publishing.run(person.id, async () => {
      this.#due.delete(person.id)
      const [connection, waiting, schedule, threads] = await Promise.all([
        standing(),
        this.#inTime(answers.waiting(person, MOST_LISTED), null),
        this.#inTime(read(person), null),
        this.#inTime(answers.recent(person, MOST_LISTED), null),
      ])
      const isHelpOpen = this.#visitors.get(person.id)?.isHelpOpen === true
      const contents = { connection, waiting, schedule, threads, settings, isHelpOpen }
      const view = { type: 'home', blocks: homeBlocks(contents, rules) } as const
      await slackCall(() => web.views.publish({ user_id: person.user, view }))
    })
  }

  async #inTime<Answer>(asking: Promise<Answer>, otherwise: Answer): Promise<Answer> {
    const asked = asking.catch((error: unknown): Answer => {
      if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
      this.deps.log.warn(describeError(error), 'home tab shows only a part')
      return otherwise
    })
    const answer = await inTime(SYSTEM_CLOCK, asked, PATIENCE_MS)
    return answer === LATE ? otherwise : answer
  }

  async #connection(person: Person): Promise<HomeConnection> {
    const { watch, profile, now } = this.deps
    const known = await profile(person)
    if ('problem' in known) return { state: 'none', why: known.problem }
    const identified = await this.#identify(person, known)
    if (identified === null) return { state: 'none', why: 'identifier_taken' }
    const standing = await this.#standing(identified)
    if (standing.state !== 'missing' && standing.state !== 'expired') return standing
    const { state } = standing
    const link = await watch.link(identified)
    watch.wait(identified, `home/${person.id}`, link, {
      since: now(),
      until: now() + FRESH_MS,
      onLink: ({ url }) => void this.#guard(() => this.#publish(person, async () => ({ state, url }))),
      onOver: () => void this.#guard(() => this.#afterWaiting(identified)),
    })
    return { state, url: link.url }
  }

  /** Connected, or waited for long enough: a link that has lapsed must not stay. */
  async #afterWaiting(person: IdentifiedPerson): Promise<void> {
    await this.#publish(person, async () => {
      const standing = await this.#standing(person)
      return standing.state === 'missing' || standing.state === 'expired' ? { state: 'lapsed' } : standing
    })
  }

  async #standing(person: IdentifiedPerson) {
    const standing = await connectionStanding(this.deps, person)
    return standing.state === 'connected' ? { ...standing, personId: person.id } : standing
  }

  async #identify(person: Person, profile: Profile): Promise<IdentifiedPerson | null> {
    return await settleIdentifier(this.deps.people, person, () => this.deps.identifierOf(person, profile))
  }

  /** A tab that could not be shown is shown the next time it is opened. */
  async #guard(show: () => Promise<void>): Promise<void> {
    try {
      await show()
    } catch (error) {
      this.deps.log.warn(describeError(error), 'home tab not shown')
    }
  }
}

/** Of each list. A section holds 3,000 characters, and a title may grow fivefold where it is escaped. */
const MOST_LISTED = 5
