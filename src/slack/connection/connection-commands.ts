/**
 * What the bot answers by itself and what must be found again later: the link to connect, the end of a connection, what is scheduled. Each is one message
 * in the person's direct messages, which is posted once and changes as what it says changes.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { AccessEndings } from '../../store/tables/access-endings.js'
import type { Command, Commands } from '../../store/tables/commands.js'
import type { People } from '../../store/tables/people.js'
import type { ConnectionWatch } from '../../turns/connections/connection-watch.js'
import { ENDING_WORDS } from '../../turns/endings.js'
import { settleIdentifier } from '../../turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../../turns/model.js'
import { type Connections, OperatorProblem, type Surface, Unavailable } from '../../turns/ports.js'
import type { MessageContent, Poster } from '../api/poster.js'
import { MESSAGE_NOT_FOUND } from '../api/refusals.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { connectPrompt, saying } from '../blocks/connect-prompt.js'
import type { AppRules } from '../blocks/consent.js'
import { type ReadSchedule, scheduledMessage } from '../blocks/scheduled-list.js'
import * as words from '../commands/command-words.js'

export interface ConnectionDeps {
  readonly web: WebClient
  readonly poster: Pick<Poster, 'post'>
  readonly commands: Pick<Commands, 'markWaiting' | 'markDone'>
  readonly people: People
  readonly endings: AccessEndings
  readonly connections: Connections
  readonly watch: ConnectionWatch
  /** How everything of theirs stands, in words. */
  readonly status: (person: Person) => Promise<string>
  readonly schedule: ReadSchedule
  readonly profile: Surface['profile']
  readonly directMessage: (person: Person) => Promise<string>
  readonly identifierOf: (person: Person, profile: Profile) => string
  readonly onDeactivated: (person: Person) => Promise<void>
  /** Where the message of a command stands. */
  readonly onShown: (commandId: string, place: { readonly channel: string; readonly ts: string }) => void
  /** Carries out what was noted about somebody's access. */
  readonly endAccess: () => void
  readonly rules: AppRules
  readonly now: () => number
  readonly log: Log
}

/** What is stored, and answered in the direct messages. A version before stored `status`, too. */
const KEPT_WORDS = ['connect', 'disconnect', 'scheduled', 'status'] as const
export type KeptWord = (typeof KEPT_WORDS)[number]

/** How long a connect prompt stands. */
const PROMPT_PATIENCE_MS = 24 * 60 * 60_000

/** The command that a stored text is; null: it is a request about mail. */
export function keptWord(text: string): KeptWord | null {
  const word = text.trim().toLowerCase()
  return KEPT_WORDS.find((one) => one === word) ?? null
}

export class ConnectionCommands {
  /** Commands whose prompt this process keeps alive. */
  readonly #watched = new Set<string>()

  /** @param again looks at all commands again */
  constructor(
    private readonly deps: ConnectionDeps,
    private readonly again: () => void,
  ) {}

  /** Does what can be done now for a command. May be called again at any time. @throws Unavailable, SlackRefused, OperatorProblem */
  async work(command: Command, word: KeptWord): Promise<void> {
    if (word === 'status')
      return await this.#answer(command, saying(await this.deps.status(command.person), words.STATUS_SHORT))
    if (word === 'disconnect') return await this.#disconnect(command)
    if (word === 'scheduled')
      return await this.#answer(command, scheduledMessage(await this.deps.schedule(command.person)))
    if (command.state === 'waiting' && this.#watched.has(command.id)) return
    await this.#connectOrSay(command)
  }

  /** Whoever was told to look into their direct messages finds words there, also while a service is away. */
  async #connectOrSay(command: Command): Promise<void> {
    try {
      await this.#connect(command)
    } catch (error) {
      if (error instanceof OperatorProblem) {
        this.deps.log.error({ command: command.id, ...describeError(error) }, 'command not carried out')
        return await this.#answer(command, saying(words.NOT_SET_UP, words.NOT_NOW_SHORT))
      }
      // A prompt that stands there stays: it is worth more than this.
      if (error instanceof Unavailable && error.service !== 'slack' && command.state !== 'waiting')
        await this.#show(command, saying(words.SERVICE_AWAY, words.NOT_NOW_SHORT))
      throw error
    }
  }

  async #connect(command: Command): Promise<void> {
    const { endings, connections, watch, commands, rules, now } = this.deps
    if (command.state === 'withdrawn') {
      watch.forget(command.person, command.id)
      return await this.#answer(command, saying(words.linkWithdrawn(rules), words.LINK_WITHDRAWN_SHORT))
    }
    const person = await this.#identify(command)
    if (typeof person === 'string') return await this.#answer(command, saying(person, words.CONNECT_SHORT))
    // What is being taken away must not be given back in the same moment: the end of that brings us here again.
    if (await endings.isUnderWay(person.id)) return
    const state = await connections.state(person)
    if (state === 'connected') return await this.#answer(command, connected(command))
    const until = command.receivedAt + PROMPT_PATIENCE_MS
    if (now() >= until) return await this.#answer(command, saying(words.linkExpired(rules), words.LINK_EXPIRED_SHORT))
    const link = await watch.link(person)
    await this.#show(command, connectPrompt(state, link.url, rules))
    await commands.markWaiting(command.id)
    this.#watched.add(command.id)
    const lookAgain = () => {
      this.#watched.delete(command.id)
      this.again()
    }
    watch.wait(person, command.id, link, { since: now(), until, onLink: lookAgain, onOver: lookAgain })
  }

  async #disconnect(command: Command): Promise<void> {
    const { endings, rules } = this.deps
    const ending = await endings.ofCommand(command.id)
    if (ending === null) {
      await endings.note({ personId: command.person.id, reason: 'asked', commandId: command.id })
      this.deps.endAccess()
      this.again()
      return
    }
    if (!ending.isDone) return
    const { hadAccount, stoppedTurns } = ending
    const said = words.disconnected(hadAccount, stoppedTurns, rules)
    await this.#answer(command, saying(said, words.disconnectedShort(hadAccount)))
  }

  /** Or words for somebody who cannot have a connection. */
  async #identify(command: Command): Promise<IdentifiedPerson | string> {
    const { person } = command
    const profile = await this.deps.profile(person)
    if ('problem' in profile) {
      if (profile.problem === 'deactivated') await this.deps.onDeactivated(person)
      return ENDING_WORDS[profile.problem] ?? ''
    }
    const { people, identifierOf } = this.deps
    const settled = await settleIdentifier(people, person, () => identifierOf(person, profile))
    return settled ?? ENDING_WORDS.identifier_taken ?? ''
  }

  /** The last word on a command. */
  async #answer(command: Command, content: MessageContent): Promise<void> {
    await this.#show(command, content)
    await this.deps.commands.markDone(command.id)
    this.#watched.delete(command.id)
  }

  /** Posts the one message of a command, or changes what it says. */
  async #show(command: Command, content: MessageContent): Promise<void> {
    const { web, poster, directMessage } = this.deps
    const channel = await directMessage(command.person)
    const { ts, isNew } = await poster.post({ subject: command.id, place: 'answer', part: 0 }, { channel }, content)
    this.deps.onShown(command.id, { channel, ts })
    if (isNew) return
    try {
      await slackCall(() =>
        web.chat.update({ channel, ts, text: content.text, blocks: [...content.blocks], parse: 'none' }),
      )
    } catch (error) {
      // Deleted by its reader: they do not miss it.
      if (!(error instanceof SlackRefused) || error.code !== MESSAGE_NOT_FOUND) throw error
    }
  }
}

function connected({ state }: Command): MessageContent {
  return saying(state === 'waiting' ? words.CONNECTED : words.CONNECTED_ALREADY, words.CONNECTED_SHORT)
}
