/**
 * `/inbox` with a request in it: repeats the request in the person's DM and opens a conversation under it. The command is stored
 * before it is acknowledged, and worked off from there, also after a crash.
 */

import { describeError, type Log } from '../log.js'
import type { Command, Commands } from '../store/commands.js'
import type { Messages } from '../store/messages.js'
import type { Person } from '../turns/model.js'
import { Unavailable } from '../turns/ports.js'
import type { Poster } from './poster.js'
import { NO_DIRECT_MESSAGE, quoteMessage } from './surface.js'
import { SlackRefused } from './web.js'

export interface RequestRooms {
  readonly commands: Commands
  readonly messages: Messages
  readonly poster: Poster
  readonly directMessage: (person: Person) => Promise<string>
  readonly wake: (conversationId: string) => void
  readonly log: Log
}

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000

export class Requests {
  #working: Promise<void> | null = null
  #again = false
  #failures = 0
  #retry: NodeJS.Timeout | undefined
  #stopped = false

  constructor(private readonly rooms: RequestRooms) {}

  /** Works off what is stored. May be called at any time. */
  wake(): void {
    this.#again = true
    if (this.#working !== null || this.#stopped) return
    this.#working = this.#work()
      .catch((error: unknown) => {
        this.rooms.log.error(describeError(error), 'requests could not be read; trying again')
        this.#retryLater(error)
      })
      .finally(() => {
        this.#working = null
        if (this.#again) this.wake()
      })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#retry)
    await this.#working
  }

  async #work(): Promise<void> {
    this.#again = false
    let failure: unknown = null
    for (const command of await this.rooms.commands.received()) {
      if (this.#stopped) return
      try {
        await this.#open(command)
      } catch (error) {
        // One that fails must not keep back those behind it.
        this.rooms.log.warn(
          { command: command.id, ...describeError(error) },
          'a request could not be opened yet; trying again',
        )
        failure = error
      }
    }
    if (failure === null) this.#failures = 0
    else this.#retryLater(failure)
  }

  #retryLater(failure: unknown): void {
    this.#failures += 1
    const asked = failure instanceof Unavailable ? failure.retryAfterMs : undefined
    clearTimeout(this.#retry)
    this.#retry = setTimeout(
      () => this.wake(),
      asked ?? Math.min(FIRST_RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS),
    )
    this.#retry.unref()
  }

  async #open(command: Command): Promise<void> {
    try {
      const channel = await this.rooms.directMessage(command.person)
      const { ts } = await this.rooms.poster.post(
        { subject: command.id, place: 'quote', part: 0 },
        { channel },
        quoteMessage('You asked', command.text),
      )
      const { conversationId } = await this.rooms.messages.journal({
        team: command.person.team,
        channel,
        ts,
        threadTs: null,
        user: command.person.user,
        text: command.text,
        files: [],
        kind: 'im',
        addressed: true,
      })
      await this.rooms.commands.markDone(command.id)
      if (conversationId !== null) this.rooms.wake(conversationId)
    } catch (error) {
      // Anything else is about this bot (a revoked token, a missing scope): it can be mended, and the request waits until then.
      if (!(error instanceof SlackRefused) || !NO_DIRECT_MESSAGE.has(error.code)) throw error
      // Slack will not open a DM with this person, now or later: nothing could ever be answered there.
      this.rooms.log.error(
        { command: command.id, code: error.code },
        'a request could not be answered: Slack opens no DM',
      )
      await this.rooms.commands.markDone(command.id)
    }
  }
}
