/**
 * The bot's Home tab: what it does, what needs a press, how the visitor's own connection stands, with a button that changes it, and what waits for its
 * time. It is there for everybody who opens it, whatever the services behind it do.
 */

import type { KnownBlock, WebClient } from '@slack/web-api'
import { describeError, type Log } from '../log.js'
import type { AccessEndings } from '../store/tables/access-endings.js'
import type { People } from '../store/tables/people.js'
import type { ConnectionWatch } from '../turns/connections/connection-watch.js'
import { settleIdentifier } from '../turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../turns/model.js'
import { type Connections, type MailboxAddresses, OperatorProblem, type Surface, Unavailable } from '../turns/ports.js'
import { SYSTEM_CLOCK } from '../turns/time/clock.js'
import { inTime, LATE } from '../turns/time/in-time.js'
import { KeyedQueue } from './api/keyed-queue.js'
import { slackCall } from './api/web.js'
import { ACTIONS } from './blocks/action-ids.js'
import { connectButton, type PromptState } from './blocks/connect-prompt.js'
import * as words from './blocks/connect-words.js'
import { type AppRules, consentLines } from './blocks/consent.js'
import { SCHEDULED_NOT_LISTED } from './blocks/outgoing-words.js'
import { type ReadSchedule, type Schedule, scheduledBlocks } from './blocks/scheduled-list.js'
import { connectedAs, helpText } from './commands/command-words.js'
import type { ChannelReplies } from './reply/reply-places.js'

export interface HomeDeps {
  readonly web: WebClient
  readonly people: People
  readonly endings: Pick<AccessEndings, 'isUnderWay'>
  readonly connections: Connections
  readonly watch: ConnectionWatch
  readonly mailboxes: Pick<MailboxAddresses, 'address'>
  readonly profile: Surface['profile']
  readonly identifierOf: (person: Person, profile: Profile) => string
  readonly rules: AppRules
  readonly channelReplies: ChannelReplies
  readonly schedule: ReadSchedule
  readonly now: () => number
  readonly log: Log
}

/** How a visitor's connection stands, as far as their Home tab shows it. */
export type HomeConnection =
  | /** `address`: whose mailbox it is; null where that is not known. */ {
      readonly state: 'connected'
      readonly personId: string
      readonly address: string | null
    }
  | { readonly state: PromptState; readonly url: string }
  /** The link has lapsed, since nobody says when a Home tab is closed. `none`: this visitor can have no connection. */
  | { readonly state: 'lapsed' | 'ending' | 'unknown' | 'none' }

/** How long the services are waited for before the tab shows without them, in milliseconds. */
const PATIENCE_MS = 3_000
/** How long an open tab is kept up to date while its visitor has not connected. */
const FRESH_MS = 10 * 60_000

export class Home {
  /** Whose tab this process has shown: it changes with their connection. */
  readonly #shown = new Map<string, Person>()
  readonly #publishing = new KeyedQueue()

  constructor(private readonly deps: HomeDeps) {}

  /** Somebody opened their Home tab. Never rejects. */
  async open(team: string, user: string): Promise<void> {
    await this.#guard(async () => {
      const person = await this.deps.people.ensure(team, user)
      this.#shown.set(person.id, person)
      await this.#show(person)
    })
  }

  /** Something about somebody's connection changed: where their tab was shown, it is shown anew. Never rejects. */
  async refresh(person: Person): Promise<void> {
    await this.#guard(async () => {
      const shown = this.#shown.get(person.id)
      if (shown !== undefined) await this.#show(shown)
    })
  }

  async #show(person: Person): Promise<void> {
    await this.#publish(person, () => this.#inTime(this.#connection(person), { state: 'unknown' }))
  }

  /** What is shown is read when its turn comes, so no older view replaces a newer one. */
  async #publish(person: Person, connection: () => Promise<HomeConnection>): Promise<void> {
    const { rules, channelReplies, schedule, web } = this.deps
    await this.#publishing.run(person.id, async () => {
      const [standing, waiting] = await Promise.all([
        connection(),
        this.#inTime<Schedule | null>(schedule(person), null),
      ])
      const blocks = homeBlocks(standing, waiting, rules, channelReplies)
      await slackCall(() => web.views.publish({ user_id: person.user, view: { type: 'home', blocks } }))
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
    const { endings, connections, watch, profile, now } = this.deps
    const known = await profile(person)
    if ('problem' in known) return { state: 'none' }
    if (await endings.isUnderWay(person.id)) return { state: 'ending' }
    const identified = await this.#identify(person, known)
    if (identified === null) return { state: 'none' }
    const state = await connections.state(identified)
    if (state === 'connected') return await this.#connected(identified)
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
      const isConnected = (await this.deps.connections.state(person)) === 'connected'
      return isConnected ? await this.#connected(person) : { state: 'lapsed' }
    })
  }

  async #connected(person: IdentifiedPerson): Promise<HomeConnection> {
    return { state: 'connected', personId: person.id, address: await this.deps.mailboxes.address(person) }
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

/**
 * Pure.
 * @param schedule null where it cannot be told just now
 */
export function homeBlocks(
  connection: HomeConnection,
  schedule: Schedule | null,
  rules: AppRules,
  channelReplies: ChannelReplies,
): KnownBlock[] {
  return [
    { type: 'header', text: { type: 'plain_text', text: words.HOME_HEADING } },
    // Views take no markdown block.
    section(helpText(rules)),
    { type: 'divider' },
    ...connectionBlocks(connection, rules),
    ...scheduleBlocks(connection, schedule),
    {
      type: 'context',
      elements: [
        {
          type: 'mrkdwn',
          text: `${words.ONLY_YOU} ${words.ANSWERS_IN_CHANNELS[channelReplies]}`,
        },
      ],
    },
  ]
}

/** Whoever never connected has nothing that waits, and need not read so. */
function scheduleBlocks({ state }: HomeConnection, schedule: Schedule | null): KnownBlock[] {
  if (state !== 'connected' && (schedule === null || schedule.mails.length === 0)) return []
  const list = schedule === null ? [section(SCHEDULED_NOT_LISTED)] : scheduledBlocks(schedule)
  return [{ type: 'divider' }, ...list]
}

function connectionBlocks(connection: HomeConnection, rules: AppRules): KnownBlock[] {
  switch (connection.state) {
    case 'connected':
      return [section(connectedAs(connection.address)), { type: 'actions', elements: [disconnectButton(connection)] }]
    case 'missing':
    case 'expired':
      return [
        section(
          [
            connection.state === 'missing' ? words.NOT_CONNECTED : words.EXPIRED,
            ...consentLines(rules).map((line) => `• ${line}`),
            words.LINK_IS_YOURS,
          ].join('\n'),
        ),
        { type: 'actions', elements: [connectButton(connection.state, connection.url)] },
      ]
    case 'lapsed':
      return [section(words.LINK_LAPSED)]
    case 'ending':
      return [section(words.DISCONNECTING)]
    case 'unknown':
      return [section(words.NOT_KNOWN)]
    case 'none':
      return []
  }
}

function disconnectButton(connection: { readonly personId: string }) {
  return {
    type: 'button',
    action_id: ACTIONS.disconnect,
    style: 'danger',
    text: { type: 'plain_text', text: words.DISCONNECT_GMAIL },
    value: connection.personId,
    confirm: {
      title: { type: 'plain_text', text: words.DISCONNECT_TITLE },
      text: { type: 'plain_text', text: words.DISCONNECT_TEXT },
      confirm: { type: 'plain_text', text: words.DISCONNECT },
      deny: { type: 'plain_text', text: words.STAY_CONNECTED },
      style: 'danger',
    },
  } as const
}

function section(text: string): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}
