/** What somebody finds in their direct messages when they open the app for the first time: once per person, ever. */

import { describeError, type Log } from '../../log.js'
import type { PersonsWork } from '../../store/persons-work.js'
import type { People } from '../../store/tables/people.js'
import type { Posts } from '../../store/tables/posts.js'
import type { Person } from '../../turns/model.js'
import type { Surface } from '../../turns/ports.js'
import { KeyedQueue } from '../api/keyed-queue.js'
import type { MessageContent, Poster } from '../api/poster.js'
import { type AppRules, whatNeedsApproval } from '../blocks/consent.js'
import { exampleButtons } from '../blocks/examples.js'
import { howToAsk, WHAT_I_DO } from '../commands/command-words.js'
import * as words from './home-words.js'

export interface WelcomeDeps {
  readonly people: Pick<People, 'ensure'>
  readonly posts: Pick<Posts, 'of'>
  readonly poster: Pick<Poster, 'post'>
  readonly work: Pick<PersonsWork, 'recent'>
  readonly profile: Surface['profile']
  readonly directMessage: (person: Person) => Promise<string>
  readonly rules: AppRules
  readonly log: Log
}

export class Welcome {
  /** Slack tells of each tab that is opened, also of two at once. */
  readonly #greeting = new KeyedQueue()

  constructor(private readonly deps: WelcomeDeps) {}

  /** Somebody opened the app. One that could not be greeted is the next time. Never rejects. */
  async greet(team: string, user: string): Promise<void> {
    try {
      const person = await this.deps.people.ensure(team, user)
      await this.#greeting.run(person.id, () => this.#greetOnce(person))
    } catch (error) {
      this.deps.log.warn(describeError(error), 'welcome not posted')
    }
  }

  async #greetOnce(person: Person): Promise<void> {
    const { posts, poster, work, profile, directMessage, rules } = this.deps
    const isGreeted = (await posts.of(person.id, 'welcome')).some(({ ts }) => ts !== null)
    if (isGreeted || 'problem' in (await profile(person))) return
    const channel = await directMessage(person)
    // Who has asked something knows how. Last: people write while Slack is asked.
    if ((await work.recent(person.id, 1)).length > 0) return
    await poster.post({ subject: person.id, place: 'welcome', part: 0 }, { channel }, welcomeMessage(rules))
  }
}

/** Pure. */
export function welcomeMessage(rules: AppRules): MessageContent {
  const lines = [words.greeting(WHAT_I_DO), howToAsk(rules), whatNeedsApproval(rules), words.TRY_ONE]
  return {
    text: words.GREETING_SHORT,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: lines.join('\n\n') } }, exampleButtons()],
  }
}
