/**
 * What people and channels are called, for the words of a message: asked at the moment of the turn, believed for some minutes. A name is
 * never worth a turn: where Slack does not tell in time, the id stays.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../log.js'
import type { Clock } from '../turns/time/clock.js'
import { inTime } from '../turns/time/in-time.js'
import type { Named, Names } from '../turns/words.js'
import { UNKNOWN_NAME } from './api/refusals.js'
import { SlackRefused, slackCall } from './api/web.js'

/** How long a name is believed, in milliseconds. */
const TTL_MS = 5 * 60_000
/** Names that are remembered; the oldest are forgotten first. */
const MOST_REMEMBERED = 2_000
/** Look-ups for one turn; what is named after that keeps its id. */
const MOST_LOOKUPS = 30
/** How long a turn waits for names, in milliseconds. */
const PATIENCE_MS = 3_000
/** Members of a private channel that are looked through; in a larger one nobody is found, and the id stays. */
const MEMBERS_READ = 1_000

export class Directory {
  readonly #known = new Map<string, { readonly until: number; readonly name: Promise<string | null> }>()

  constructor(
    private readonly web: WebClient,
    private readonly clock: Pick<Clock, 'now' | 'setTimeout'>,
    private readonly log: Log,
  ) {}

  /**
   * Never rejects.
   * @param reader Slack user id: the name of a private channel is told to its members alone
   */
  async names(wanted: readonly Named[], reader: string): Promise<Names> {
    const names = new Map<string, string>()
    const unique = [...new Map(wanted.map((named) => [named.id, named])).values()].slice(0, MOST_LOOKUPS)
    if (unique.length === 0) return names
    const asked = unique.map(async ({ kind, id }) => {
      const name = await this.#name(kind, id, reader)
      if (name !== null) names.set(id, name)
    })
    await inTime(this.clock, Promise.all(asked), PATIENCE_MS)
    // What comes later is for the next turn.
    return new Map(names)
  }

  /** Somebody may be called otherwise now. @param id Slack user id */
  forget(id: string): void {
    this.#known.delete(id)
  }

  async #name(kind: Named['kind'], id: string, reader: string): Promise<string | null> {
    // Reading user groups takes a scope of its own, and Slack gives them labels.
    if (kind === 'group') return null
    const key = kind === 'user' ? id : `${id}/${reader}`
    const known = this.#known.get(key)
    if (known !== undefined && known.until > this.clock.now()) return await known.name
    const name = this.#lookUp(kind, id, reader).catch((error: unknown) => {
      if (!(error instanceof SlackRefused && UNKNOWN_NAME.has(error.code))) this.#known.delete(key)
      this.log.debug({ id, ...describeError(error) }, 'slack name look-up failed')
      return null
    })
    this.#known.delete(key)
    this.#known.set(key, { until: this.clock.now() + TTL_MS, name })
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_REMEMBERED && oldest !== undefined) this.#known.delete(oldest)
    return await name
  }

  /** @throws Unavailable, SlackRefused */
  async #lookUp(kind: 'user' | 'channel', id: string, reader: string): Promise<string | null> {
    if (kind === 'user') {
      const { user } = await slackCall(() => this.web.users.info({ user: id }))
      return user?.profile?.real_name || user?.real_name || user?.name || null
    }
    const { channel } = await slackCall(() => this.web.conversations.info({ channel: id }))
    if (channel?.name === undefined || channel.is_im || channel.is_mpim) return null
    if (channel.is_private && !(await this.#isMember(id, reader))) return null
    return `#${channel.name}`
  }

  async #isMember(channel: string, reader: string): Promise<boolean> {
    const { members } = await slackCall(() => this.web.conversations.members({ channel, limit: MEMBERS_READ }))
    return members?.includes(reader) === true
  }
}
