/**
 * `/inbox connect`, `disconnect`, `status` and `scheduled`: what the bot answers by itself. They are answered in the person's DM, each by one message,
 * which is posted once and changes as what it says changes.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { AccessEndings } from '../../store/tables/access-endings.js'
import type { Command, Commands } from '../../store/tables/commands.js'
import type { Conversations } from '../../store/tables/conversations.js'
import type { People } from '../../store/tables/people.js'
import type { ConnectionWatch } from '../../turns/connections/connection-watch.js'
import { ENDING_WORDS } from '../../turns/endings.js'
import { settleIdentifier } from '../../turns/identifier.js'
import type { IdentifiedPerson, Person, Profile } from '../../turns/model.js'
import {
  type ConnectionState,
  type Connections,
  type MailboxAddresses,
  OperatorProblem,
  type Surface,
  Unavailable,
} from '../../turns/ports.js'
import type { MessageContent, Poster } from '../api/poster.js'
import { MESSAGE_NOT_FOUND } from '../api/refusals.js'
import { SlackRefused, slackCall } from '../api/web.js'
import { connectPrompt, saying } from '../blocks/connect-prompt.js'
import type { AppRules } from '../blocks/consent.js'
import { type ReadSchedule, scheduledMessage } from '../blocks/scheduled-list.js'
import { escapeMrkdwn, escapeName } from '../markdown/escape.js'

export interface ConnectionDeps {
  readonly web: WebClient
  readonly poster: Pick<Poster, 'post'>
  readonly commands: Pick<Commands, 'markWaiting' | 'markDone'>
  readonly people: People
  readonly conversations: Pick<Conversations, 'countOf'>
  readonly endings: AccessEndings
  readonly connections: Connections
  readonly watch: ConnectionWatch
  readonly mailboxes: MailboxAddresses
  readonly schedule: ReadSchedule
  readonly profile: Surface['profile']
  readonly directMessage: (person: Person) => Promise<string>
  readonly identifierOf: (person: Person, profile: Profile) => string
  readonly onDeactivated: (person: Person) => Promise<void>
  /** Carries out what was noted about somebody's access. */
  readonly endAccess: () => void
  readonly rules: AppRules
  readonly now: () => number
  readonly log: Log
}

/** How somebody's connection stands. */
interface Standing {
  readonly state: ConnectionState | 'unknown'
  /** Epoch milliseconds. */
  readonly since: number | null
  /** The mailbox's own address. */
  readonly address: string | null
}

const COMMAND_WORDS = ['connect', 'disconnect', 'status', 'scheduled'] as const
export type CommandWord = (typeof COMMAND_WORDS)[number]

/** How long a connect prompt stands. */
const PROMPT_PATIENCE_MS = 24 * 60 * 60_000

/** The command, where the whole text is one; anything longer is a request about mail. */
export function commandWord(text: string): CommandWord | null {
  const word = text.trim().toLowerCase()
  return COMMAND_WORDS.find((one) => one === word) ?? null
}

/** What the acknowledgement says: only the person sees it, wherever they are. */
export function acknowledgement(word: CommandWord): string {
  switch (word) {
    case 'connect':
      return 'Look into our direct messages: there I send you the link to connect your Gmail, or say that it is connected.'
    case 'disconnect':
      return 'I am ending my access to your Gmail now, and tell you in our direct messages what was done.'
    case 'status':
      return 'I tell you in our direct messages how your connection stands.'
    case 'scheduled':
      return "I'll list your scheduled emails in our direct messages."
  }
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
  async work(command: Command, word: CommandWord): Promise<void> {
    if (word === 'status') return await this.#status(command)
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
        return await this.#answer(command, saying(NOT_SET_UP, 'Your Gmail cannot be connected just now'))
      }
      // A prompt that stands there stays: it is worth more than this.
      if (error instanceof Unavailable && error.service !== 'slack' && command.state !== 'waiting')
        await this.#show(command, saying(AWAY, 'Your Gmail cannot be connected just now'))
      throw error
    }
  }

  async #connect(command: Command): Promise<void> {
    const { endings, connections, watch, commands, rules, now } = this.deps
    if (command.state === 'withdrawn') {
      watch.forget(command.person, command.id)
      return await this.#answer(command, WITHDRAWN(rules))
    }
    const person = await this.#identify(command)
    if (typeof person === 'string') return await this.#answer(command, saying(person, 'Your Gmail'))
    // What is being taken away must not be given back in the same moment: the end of that brings us here again.
    if (await endings.isUnderWay(person.id)) return
    const state = await connections.state(person)
    if (state === 'connected') return await this.#answer(command, CONNECTED(command, rules))
    const until = command.receivedAt + PROMPT_PATIENCE_MS
    if (now() >= until) return await this.#answer(command, EXPIRED(rules))
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
    if (ending.isDone) await this.#answer(command, DISCONNECTED(ending.hadAccount, ending.stoppedTurns, rules))
  }

  async #status(command: Command): Promise<void> {
    const { conversations, profile, rules } = this.deps
    const { person } = command
    const known = await profile(person)
    const { state, since, address } = await this.#connection(person)
    const counts = await conversations.countOf(person.id)
    const asked = counts.connectionAskedAt
    const name = 'problem' in known ? `<@${person.user}>` : escapeName(known.name)
    const owner = address === null ? name : `${escapeMrkdwn(address)}, for ${name}`
    const openRequests = [
      count(counts.working, 'request that I am working on', 'requests that I am working on'),
      count(counts.deciding, 'request that waits for your decision', 'requests that wait for your decision'),
      count(counts.connecting, 'request that waits until you connect', 'requests that wait until you connect'),
    ].filter((part) => part !== null)
    const lines = [
      STATUS_LINES[state](since === null ? '' : ` since ${date(since)}`, rules.slashCommand),
      ...(asked === null ? [] : [`I asked you to connect on ${date(asked)}.`]),
      ...(state === 'missing' ? [] : [`Whose it is: ${owner}, as Slack knows you. I use it for nobody else.`]),
      `You have begun ${count(counts.conversations, 'conversation', 'conversations') ?? 'no conversation'} with me; open: ${openRequests.length === 0 ? 'nothing' : openRequests.join(', ')}.`,
    ]
    await this.#answer(command, saying(lines.join('\n'), 'How your connection stands'))

    function count(number: number, one: string, many: string): string | null {
      return number === 0 ? null : `${number} ${number === 1 ? one : many}`
    }
  }

  async #connection(person: Person): Promise<Standing> {
    const { people, connections, mailboxes, log } = this.deps
    const { identifier } = person
    if (identifier === null) return { state: 'missing', since: null, address: null }
    const identified = { ...person, identifier }
    try {
      const state = await connections.state(identified)
      if (state !== 'connected') return { state, since: null, address: null }
      return { state, since: await people.connectedSince(person.id), address: await mailboxes.address(identified) }
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
      log.warn({ person: person.id, ...describeError(error) }, 'connection status unknown')
      return { state: 'unknown', since: null, address: null }
    }
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

const STATUS_LINES: Readonly<Record<ConnectionState | 'unknown', (since: string, command: string) => string>> = {
  connected: (since, command) => `✅ *Your Gmail is connected*${since}. \`${command} disconnect\` ends that at once.`,
  missing: (_, command) => `*Your Gmail is not connected.* Connect it with \`${command} connect\`.`,
  expired: (_, command) => `*The connection to your Gmail has expired.* Renew it with \`${command} connect\`.`,
  unknown: (_, command) =>
    `*I cannot say whether your Gmail is connected*: the service that knows does not answer just now. Ask again with \`${command} status\` in a few minutes.`,
}

const CONNECTED = (command: Command, rules: AppRules) =>
  command.state === 'waiting'
    ? saying('✅ *Your Gmail is connected.* Ask me something about it whenever you like.', 'Your Gmail is connected')
    : saying(
        `✅ *Your Gmail is connected already.* There is nothing to do; \`${rules.slashCommand} status\` says more.`,
        'Your Gmail is connected already',
      )

const AWAY =
  '⏳ *The service that connects me to your mailbox does not answer just now.* I keep trying, and send you the link here; you need not ask again.'
const NOT_SET_UP =
  '*I cannot connect your Gmail: a service I need refused me.* Tell whoever runs this app to check its keys and its setup; then ask again.'

const EXPIRED = ({ slashCommand }: AppRules) =>
  saying(
    `*This question has expired, and nothing was connected.* \`${slashCommand} connect\` brings a fresh link.`,
    'This question has expired',
  )

const WITHDRAWN = ({ slashCommand }: AppRules) =>
  saying(
    `*This link is no longer good*: you disconnected after I had sent it. \`${slashCommand} connect\` brings a fresh one.`,
    'This link is no longer good',
  )

function DISCONNECTED(hadAccount: boolean, stopped: number, { slashCommand }: AppRules): MessageContent {
  const lines = [
    hadAccount
      ? '✅ *Your Gmail is disconnected.* The connection is deleted at Scalekit, which kept it, and what opened your mailbox for me is withdrawn, here and in our conversations.'
      : '*There was no connection to end.* I made sure that nothing is left that could open your mailbox.',
    ...(stopped === 0
      ? []
      : [
          stopped === 1
            ? 'One request that was still open was stopped: nothing more of it will happen.'
            : `${stopped} requests that were still open were stopped: nothing more of them will happen.`,
        ]),
    `Connect again with \`${slashCommand} connect\`, or write to me: I then send you a link.`,
  ]
  return saying(lines.join('\n'), hadAccount ? 'Your Gmail is disconnected' : 'There was no connection to end')
}

/** In the reader's own time zone and language. @param at epoch milliseconds */
function date(at: number): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_long} at {time}|${new Date(at).toISOString()}>`
}
