/**
 * `/inbox status`, `threads` and `settings`, and what `stop` has stopped: looked up and put into words, for the eyes of whoever asked. Each is shown once
 * where it was typed, and is not kept: after a crash it is asked for again.
 */

import type { WebClient } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { OpenRequest, PersonsConversation, PersonsWork, WaitsFor } from '../../store/persons-work.js'
import type { OutgoingMails } from '../../store/tables/outgoing-mails.js'
import type { Person } from '../../turns/model.js'
import {
  type ConnectionState,
  type Connections,
  type MailboxAddresses,
  OperatorProblem,
  type Surface,
  Unavailable,
} from '../../turns/ports.js'
import { shorten } from '../../turns/shorten.js'
import { type Words, withNames } from '../../turns/words.js'
import { slackCall } from '../api/web.js'
import { onOneLine } from '../blocks/card-text.js'
import { type AppRules, whatNeedsApproval } from '../blocks/consent.js'
import { escapeName } from '../markdown/escape.js'
import * as words from './command-words.js'

/** What an installation decides, as far as it matters to the people in it. */
export interface Settings {
  readonly channelReplies: keyof typeof words.CHANNEL_ANSWERS
  readonly undoMs: number
  readonly replyStreaming: keyof typeof words.REPLY_GROWTH
}

export interface AnswerDeps {
  readonly web: WebClient
  readonly work: Pick<PersonsWork, 'recent' | 'open'>
  readonly outgoing: Pick<OutgoingMails, 'scheduledOf'>
  readonly connections: Pick<Connections, 'state'>
  readonly mailboxes: Pick<MailboxAddresses, 'address'>
  readonly surface: Pick<Surface, 'names' | 'profile'>
  readonly rules: AppRules
  readonly settings: Settings
  readonly log: Log
}

/** A list is read at one glance. */
const MOST_LISTED = 10
const TITLE_LENGTH = 60

export class CommandAnswers {
  constructor(private readonly deps: AnswerDeps) {}

  async status(person: Person): Promise<string> {
    const { work, outgoing, rules } = this.deps
    const [connection, open, scheduled] = await Promise.all([
      this.#connection(person),
      work.open(person.id),
      outgoing.scheduledOf(person),
    ])
    const waiting = HEADINGS.map(({ waitsFor, heading }) => ({
      heading,
      requests: open.filter((request) => request.waitsFor === waitsFor),
    })).filter(({ requests }) => requests.length > 0)
    const lists = await Promise.all(
      waiting.map(async ({ heading, requests }) =>
        [heading(requests.length), ...(await this.#list(person, requests))].join('\n'),
      ),
    )
    return [
      connection,
      ...(lists.length === 0 ? [words.NOTHING_WAITS] : lists),
      ...(scheduled.length === 0 ? [] : [words.scheduledEmails(scheduled.length, rules)]),
    ].join('\n')
  }

  async threads(person: Person): Promise<string> {
    const { work, rules } = this.deps
    const recent = await work.recent(person.id, MOST_LISTED)
    if (recent.length === 0) return words.noThreads(rules)
    const [titles, timeZone] = await Promise.all([this.#titles(person, recent), this.#timeZone(person)])
    const lines = await Promise.all(
      recent.map(async ({ thread, lastAt }, index) => {
        const url = await this.linkTo({ channel: thread.channel, ts: thread.threadTs })
        return words.conversation(url, titles[index] ?? '', lastAt, timeZone)
      }),
    )
    return [words.THREADS_HEADING, ...lines].join('\n')
  }

  settings(): string {
    const { settings, rules } = this.deps
    return [
      words.CHANNEL_ANSWERS[settings.channelReplies],
      whatNeedsApproval(rules),
      words.undoTime(Math.round(settings.undoMs / 1_000)),
      words.REPLY_GROWTH[settings.replyStreaming],
    ]
      .map((line) => `• ${line}`)
      .join('\n')
  }

  async stopped(person: Person, stopping: readonly OpenRequest[]): Promise<string> {
    if (stopping.length === 0) return words.NOTHING_RUNS
    return [words.stopped(stopping.length), ...(await this.#list(person, stopping))].join('\n')
  }

  /** Slack's own link to a message, which opens for those who may read it. Null where Slack does not tell: it is a shortcut. */
  async linkTo(place: { readonly channel: string; readonly ts: string }): Promise<string | null> {
    const { web, log } = this.deps
    try {
      const { channel, ts } = place
      const { permalink } = await slackCall(() => web.chat.getPermalink({ channel, message_ts: ts }))
      return permalink ?? null
    } catch (error) {
      log.warn(describeError(error), 'slack permalink failed: an answer to a command has no link')
      return null
    }
  }

  async #list(person: Person, requests: readonly OpenRequest[]): Promise<string[]> {
    const shown = requests.slice(0, MOST_LISTED)
    const [titles, urls] = await Promise.all([
      this.#titles(person, shown),
      Promise.all(shown.map(({ place }) => this.linkTo(place))),
    ])
    const more = requests.length - shown.length
    return [
      ...titles.map((title, index) => words.request(urls[index] ?? null, title)),
      ...(more > 0 ? [words.more(more)] : []),
    ]
  }

  /** First words, escaped. */
  async #titles(person: Person, of: readonly Pick<PersonsConversation, 'title'>[]): Promise<string[]> {
    const titles = of.map(({ title }) => title)
    const names = await this.deps.surface.names(
      titles.flatMap(({ mentions }) => mentions),
      person,
    )
    const shown = (title: Words) => escapeName(shorten(onOneLine(withNames(title, names)).trim(), TITLE_LENGTH))
    return titles.map(shown)
  }

  async #timeZone(person: Person): Promise<string> {
    const profile = await this.deps.surface.profile(person)
    return 'problem' in profile ? 'UTC' : profile.timeZone
  }

  async #connection(person: Person): Promise<string> {
    const { connections, mailboxes, rules, log } = this.deps
    const { identifier } = person
    if (identifier === null) return words.notConnected(rules)
    const identified = { ...person, identifier }
    try {
      const state = await connections.state(identified)
      return state === 'connected' ? words.connectedAs(await mailboxes.address(identified)) : UNCONNECTED[state](rules)
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
      log.warn({ person: person.id, ...describeError(error) }, 'connection status unknown')
      return words.CONNECTION_UNKNOWN
    }
  }
}

const UNCONNECTED: Readonly<Record<Exclude<ConnectionState, 'connected'>, (rules: AppRules) => string>> = {
  missing: words.notConnected,
  expired: words.connectionExpired,
}

/** What waits for its person comes first. */
const HEADINGS: readonly { readonly waitsFor: WaitsFor; readonly heading: (count: number) => string }[] = [
  { waitsFor: 'approval', heading: words.waitForApproval },
  { waitsFor: 'connection', heading: words.waitForConnection },
  { waitsFor: 'place', heading: words.waitForPlace },
  { waitsFor: 'nothing', heading: words.inProgress },
]
