/**
 * `/inbox` with something behind it: a request is repeated in the person's DM, and a conversation opened under it; what is about the
 * connection is answered there. Commands are stored before they are acknowledged, and worked off from there, also after a crash.
 */

import { describeError, type Log } from '../../log.js'
import type { Command, Commands } from '../../store/tables/commands.js'
import type { Messages } from '../../store/tables/messages.js'
import type { Person } from '../../turns/model.js'
import { Unavailable } from '../../turns/ports.js'
import type { Clock } from '../../turns/time/clock.js'
import { retryPause } from '../../turns/time/retry-pause.js'
import type { Poster } from '../api/poster.js'
import { NO_DIRECT_MESSAGE } from '../api/refusals.js'
import { SlackRefused } from '../api/web.js'
import { quoteMessage } from '../blocks/quote.js'
import { ConnectionCommands, type ConnectionDeps, keptWord } from '../connection/connection-commands.js'

export interface RequestDeps {
  readonly commands: Pick<Commands, 'unfinished' | 'markWaiting' | 'markDone'>
  readonly messages: Pick<Messages, 'journal'>
  readonly poster: Pick<Poster, 'post'>
  readonly directMessage: (person: Person) => Promise<string>
  readonly wake: (conversationId: string) => void
  /** What is needed for the commands about the connection. */
  readonly connection: Omit<ConnectionDeps, 'commands' | 'poster' | 'directMessage' | 'onShown' | 'log'>
  readonly clock: Pick<Clock, 'setTimeout'>
  readonly log: Log
}

/** A message in somebody's direct messages; `unreachable`: Slack opens none with them. */
export type KeptPlace = { readonly channel: string; readonly ts: string } | 'unreachable'

/** So long Slack takes answers by a `response_url`: after that, nobody can be told any more. In milliseconds. */
const ANSWERABLE_MS = 30 * 60_000

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 60_000

export class Requests {
  #working: Promise<void> | null = null
  #again = false
  #failures = 0
  #retry: { clear(): void } | undefined
  #stopped = false

  /** Who wants to know where the answer to a command stands, by its id, for as long as they can be answered. */
  readonly #awaited = new Map<string, { readonly tell: (place: KeptPlace) => void; readonly end: { clear(): void } }>()

  readonly #connection: ConnectionCommands

  constructor(private readonly deps: RequestDeps) {
    const { commands, poster, directMessage, log } = deps
    const onShown = (id: string, place: KeptPlace) => this.#shown(id, place)
    this.#connection = new ConnectionCommands(
      { ...deps.connection, commands, poster, directMessage, onShown, log },
      () => this.wake(),
    )
  }

  /**
   * Works off what is stored. Resolves when this command's message stands in its person's direct messages: the repeated request, or the answer. Where this
   * process ends before, or it takes too long to be told by the `response_url`, nobody is told; the message comes all the same.
   */
  async takeUp(commandId: string): Promise<KeptPlace> {
    const place = new Promise<KeptPlace>((tell) => {
      const end = this.deps.clock.setTimeout(() => this.#awaited.delete(commandId), ANSWERABLE_MS)
      this.#awaited.set(commandId, { tell, end })
    })
    this.wake()
    return await place
  }

  /** Works off what is stored. May be called at any time. */
  wake(): void {
    this.#again = true
    if (this.#working !== null || this.#stopped) return
    this.#working = this.#work()
      .catch((error: unknown) => {
        this.deps.log.error(describeError(error), 'commands not read; trying again')
        this.#retryLater(error)
      })
      .finally(() => {
        this.#working = null
        if (this.#again) this.wake()
      })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#retry?.clear()
    for (const { end } of this.#awaited.values()) end.clear()
    this.#awaited.clear()
    await this.#working
  }

  async #work(): Promise<void> {
    this.#again = false
    const byPerson = new Map<string, Command[]>()
    for (const command of await this.deps.commands.unfinished()) {
      byPerson.set(command.person.id, [...(byPerson.get(command.person.id) ?? []), command])
    }
    // In order for each person; nobody waits for a service that does not answer somebody else.
    const failures = (await Promise.all([...byPerson.values()].map((commands) => this.#workOff(commands)))).flat()
    if (failures.length === 0) this.#failures = 0
    else this.#retryLater(failures.at(-1))
  }

  async #workOff(commands: readonly Command[]): Promise<unknown[]> {
    const failures: unknown[] = []
    for (const command of commands) {
      if (this.#stopped) return failures
      try {
        await this.#do(command)
      } catch (error) {
        // One that fails must not keep back those behind it.
        this.deps.log.warn(
          { command: command.id, ...describeError(error) },
          'command not carried out yet; trying again',
        )
        failures.push(error)
      }
    }
    return failures
  }

  #retryLater(failure: unknown): void {
    this.#failures += 1
    const asked = failure instanceof Unavailable ? failure.retryAfterMs : undefined
    this.#retry?.clear()
    const pause = retryPause(this.#failures, asked, { first: FIRST_RETRY_MS, longest: LONGEST_RETRY_MS })
    this.#retry = this.deps.clock.setTimeout(() => this.wake(), pause)
  }

  async #do(command: Command): Promise<void> {
    try {
      const word = keptWord(command.text)
      if (word === null) await this.#open(command)
      else await this.#connection.work(command, word)
    } catch (error) {
      // Anything else is about this bot (a revoked token, a missing scope): it can be mended, and the command waits until then.
      if (!(error instanceof SlackRefused) || !NO_DIRECT_MESSAGE.has(error.code)) throw error
      // Slack will not open a DM with this person, now or later: nothing could ever be answered there.
      this.deps.log.error(
        { command: command.id, code: error.code },
        'command not answered: slack opens no direct message',
      )
      await this.deps.commands.markDone(command.id)
      this.#shown(command.id, 'unreachable')
    }
  }

  #shown(commandId: string, place: KeptPlace): void {
    const awaited = this.#awaited.get(commandId)
    awaited?.end.clear()
    awaited?.tell(place)
    this.#awaited.delete(commandId)
  }

  async #open(command: Command): Promise<void> {
    const channel = await this.deps.directMessage(command.person)
    const { ts } = await this.deps.poster.post(
      { subject: command.id, place: 'quote', part: 0 },
      { channel },
      quoteMessage('You asked', command.text),
    )
    const { conversationId } = await this.deps.messages.journal({
      team: command.person.team,
      channel,
      ts,
      threadTs: null,
      user: command.person.user,
      userTeam: command.person.team,
      text: command.text,
      mentions: command.mentions,
      files: [],
      forwarded: [],
      kind: 'im',
      isQuote: true,
      addressed: true,
    })
    await this.deps.commands.markDone(command.id)
    this.#shown(command.id, { channel, ts })
    if (conversationId !== null) this.deps.wake(conversationId)
  }
}
