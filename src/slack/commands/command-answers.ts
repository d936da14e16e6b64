/**
 * `/inbox status`, `threads` and `settings`, and what `stop` has stopped: looked up and put into words, for the eyes of whoever asked. Each is shown once
 * where it was typed, and is not kept: after a crash it is asked for again.
 */

import type { WebClient } from '@slack/web-api'
import { describeError } from '../../log.js'
import type { OpenRequest, PersonsConversation, PersonsWork, WaitsFor } from '../../store/persons-work.js'
import type { OutgoingMails } from '../../store/tables/outgoing-mails.js'
import type { Person } from '../../turns/model.js'
import type { Surface } from '../../turns/ports.js'
import { shorten } from '../../turns/shorten.js'
import { type Words, withNames } from '../../turns/words.js'
import { slackCall } from '../api/web.js'
import { onOneLine } from '../blocks/card-text.js'
import { DISCONNECTING } from '../blocks/connect-words.js'
import { type AppRules, whatNeedsApproval } from '../blocks/consent.js'
import { escapeName } from '../markdown/escape.js'
import * as words from './command-words.js'
import { connectionStanding, type Standing, type StandingDeps } from './connection-standing.js'

export interface AnswerDeps extends StandingDeps {
  readonly web: WebClient
  readonly work: Pick<PersonsWork, 'recent' | 'open'>
  readonly outgoing: Pick<OutgoingMails, 'scheduledOf'>
  readonly surface: Pick<Surface, 'names' | 'profile'>
  readonly rules: AppRules
  readonly settings: words.Settings
}

/** A list is read at one glance. */
const MOST_LISTED = 10
const TITLE_LENGTH = 60
const MOST_LINKS = 1_000

export class CommandAnswers {
  /** A message keeps its link, and a Home tab asks for the same ones whenever it is shown anew. */
  readonly #links = new Map<string, string>()

  constructor(private readonly deps: AnswerDeps) {}

  async status(person: Person): Promise<string> {
    const { outgoing, rules } = this.deps
    const [standing, waiting, scheduled] = await Promise.all([
      connectionStanding(this.deps, person),
      this.waiting(person),
      outgoing.scheduledOf(person),
    ])
    return [
      connectionWords(standing, rules),
      ...(waiting.length === 0 ? [words.NOTHING_WAITS] : waiting),
      ...(scheduled.length === 0 ? [] : [words.scheduledEmails(scheduled.length, rules)]),
    ].join('\n')
  }

  /** Their requests under way: a paragraph for each thing that these wait for. */
  async waiting(person: Person, mostListed = MOST_LISTED): Promise<string[]> {
    const open = await this.deps.work.open(person.id)
    const waiting = HEADINGS.map(({ waitsFor, heading }) => ({
      heading,
      requests: open.filter((request) => request.waitsFor === waitsFor),
    })).filter(({ requests }) => requests.length > 0)
    return await Promise.all(
      waiting.map(async ({ heading, requests }) =>
        [heading(requests.length), ...(await this.#list(person, requests, mostListed))].join('\n'),
      ),
    )
  }

  async threads(person: Person): Promise<string> {
    const recent = await this.recent(person)
    return recent === '' ? words.noThreads(this.deps.rules) : recent
  }

  /** Where they were last. Empty: they have no conversation. */
  async recent(person: Person, mostListed = MOST_LISTED): Promise<string> {
    const recent = await this.deps.work.recent(person.id, mostListed)
    if (recent.length === 0) return ''
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
    return words.bullets([whatNeedsApproval(rules), ...words.settingLines(settings)])
  }

  async stopped(person: Person, stopping: readonly OpenRequest[]): Promise<string> {
    if (stopping.length === 0) return words.NOTHING_RUNS
    return [words.stopped(stopping.length), ...(await this.#list(person, stopping, MOST_LISTED))].join('\n')
  }

  /** Slack's own link to a message, which opens for those who may read it. Null where Slack does not tell: it is a shortcut. */
  async linkTo({ channel, ts }: { readonly channel: string; readonly ts: string }): Promise<string | null> {
    const { web, log } = this.deps
    const key = `${channel}/${ts}`
    const known = this.#links.get(key)
    if (known !== undefined) return known
    try {
      const { permalink } = await slackCall(() => web.chat.getPermalink({ channel, message_ts: ts }))
      if (permalink === undefined) return null
      this.#links.set(key, permalink)
      const [oldest] = this.#links.keys()
      if (this.#links.size > MOST_LINKS && oldest !== undefined) this.#links.delete(oldest)
      return permalink
    } catch (error) {
      log.warn(describeError(error), 'slack permalink failed: something is listed without a link')
      return null
    }
  }

  async #list(person: Person, requests: readonly OpenRequest[], mostListed: number): Promise<string[]> {
    const shown = requests.slice(0, mostListed)
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
}

function connectionWords(standing: Standing, rules: AppRules): string {
  switch (standing.state) {
    case 'connected':
      return words.connectedAs(standing.address)
    case 'missing':
      return words.notConnected(rules)
    case 'expired':
      return words.connectionExpired(rules)
    case 'ending':
      return DISCONNECTING
    case 'unknown':
      return words.CONNECTION_UNKNOWN
  }
}

/** What waits for its person comes first. */
const HEADINGS: readonly { readonly waitsFor: WaitsFor; readonly heading: (count: number) => string }[] = [
  { waitsFor: 'approval', heading: words.waitForApproval },
  { waitsFor: 'connection', heading: words.waitForConnection },
  { waitsFor: 'place', heading: words.waitForPlace },
  { waitsFor: 'nothing', heading: words.inProgress },
]
