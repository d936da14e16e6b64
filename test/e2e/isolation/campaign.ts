/**
 * People who try, thousands of times, to get at each other's mailboxes, while they and the others use the bot honestly. All that Slack
 * could deliver is tried, and some that it would not: another person's buttons, threads, message ids, channel ids, the same user id in
 * another workspace or organisation. Seeded: the same seed plans the same attempts.
 */

import { randomUUID } from 'node:crypto'
import type { ShownElement } from '../../../src/sandbox/slack/block-kit/shown.js'
import { SlackRefusal } from '../../../src/sandbox/slack/index.js'
import type { Random } from '../../chaos/random.js'
import { APPROVE, asks, DENY } from '../../support/cards.js'
import { GENERAL, type House } from '../../support/house.js'
import { PEOPLE } from './watched-mailbox.js'

export const ATLAS = 'C0ATLAS'
export const SHARED = 'C0SHARED'
export const OUTSIDER = 'U0OUTSIDER'
const CHANNELS = [GENERAL, ATLAS, SHARED]
const BOT = 'U0INBOXBOT'
const TEAM = 'T0NORTHWIND'
const ELSEWHERE = 'T0ELSEWHERE'
/** Deliveries under way at a time. */
const AT_ONCE = 20

interface Place {
  readonly channel: string
  readonly ts: string
}

/** Everything that one honest person has, and that the others reach for. */
interface Belongings {
  readonly threads: Place[]
  /** Messages of theirs that no turn has taken yet. */
  readonly waiting: Place[]
}

type Attempt = (attacker: string, victim: string) => Promise<void>

export class Campaign {
  /** Mark → who really wrote the words. */
  readonly authors = new Map<string, string>()
  /** Marks of sends that their owner approved. */
  readonly approved = new Set<string>()
  /** Approvals that were decided by an honest press. */
  readonly decided = new Set<string>()
  readonly counts: Record<string, number> = {}
  readonly #belongings = new Map<string, Belongings>()
  /** Every value that a button of this person's has had, with its action. */
  readonly #buttons = new Map<string, Map<string, { actionId: string; blockId: string; value: string }>>()
  #marks = 0

  constructor(
    private readonly house: House,
    private readonly random: Random,
  ) {
    for (const user of PEOPLE) {
      this.#belongings.set(user, { threads: [], waiting: [] })
      this.#buttons.set(user, new Map())
    }
  }

  /** Conversations of every kind for everybody: read, waiting for a decision, still at work. */
  async begin(): Promise<void> {
    await Promise.all(
      PEOPLE.map(async (user) => {
        const person = this.house.slack.person(user)
        for (const channel of [person.dm, ...CHANNELS]) {
          const asked = this.#write(user, 'look', { channel })
          await this.#sees(user, asked.mark)
          this.#mine(user).threads.push(asked)
        }
        for (const channel of [person.dm, ATLAS]) {
          const asked = this.#write(user, 'send', { channel })
          await person.waitFor((message) => message.shown.includes(asked.mark) && asks(message))
          this.#mine(user).threads.push(asked)
        }
        const held = this.#write(user, 'hold', { channel: person.dm })
        await person.waitFor(
          (message) => message.threadTs === held.ts && message.elements.some(({ label }) => label.startsWith('Stop')),
        )
        this.#mine(user).threads.push(held)
        this.#mine(user).waiting.push(this.#write(user, 'note', { channel: person.dm, threadTs: held.ts }))
        this.#collectButtons(user)
      }),
    )
  }

  async run(attempts: number): Promise<void> {
    // Whole turns, which cost time and not more certainty: so many of them and no more.
    const expensive = Math.min(40, Math.floor(attempts / 40))
    const honest = expensive
    const moves = this.random.shuffled([
      ...Array.from({ length: attempts - expensive }, () => this.#attempt(this.#cheap)),
      ...Array.from({ length: expensive }, () => this.#attempt(this.#costly)),
      ...Array.from({ length: honest }, () => this.#honestMove()),
    ])
    const next = async (): Promise<void> => {
      for (let move = moves.pop(); move !== undefined; move = moves.pop()) await move()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, next))
  }

  get attempts(): number {
    return Object.entries(this.counts).reduce(
      (sum, [name, count]) => (name.startsWith('honest') ? sum : sum + count),
      0,
    )
  }

  /** Decides with the person's own press. */
  async decide(user: string, { actionId }: typeof APPROVE | typeof DENY): Promise<boolean> {
    const person = this.house.slack.person(user)
    const isOpen = (element: ShownElement) =>
      element.actionId === actionId && !this.decided.has(approvalOf(element.value ?? ''))
    const card = person.messages().find(({ elements }) => elements.some(isOpen))
    const button = card?.elements.find(isOpen)
    if (card === undefined || button === undefined) return false
    this.decided.add(approvalOf(button.value ?? ''))
    if (actionId === APPROVE.actionId) for (const mark of card.shown.match(/mark\d+x/g) ?? []) this.approved.add(mark)
    await person.press(card, { actionId: button.actionId, blockId: button.blockId })
    return true
  }

  // What people do

  #honestMove(): () => Promise<void> {
    const user = this.random.pick(PEOPLE)
    const kind = this.random.pick(['question', 'follow-up', 'command', 'send', 'decision'] as const)
    const channel = this.random.pick(CHANNELS)
    const decision = this.random.chance(0.5) ? APPROVE : DENY
    const thread = this.random.between(0, 3)
    return async () => {
      this.#count(`honest ${kind}`)
      const person = this.house.slack.person(user)
      switch (kind) {
        case 'question':
          this.#mine(user).threads.push(this.#write(user, 'look', { channel }))
          break
        case 'follow-up': {
          const place = this.#mine(user).threads[thread]
          if (place !== undefined) this.#write(user, 'look', { channel: place.channel, threadTs: place.ts })
          break
        }
        case 'command':
          await person.command(`look ${this.#mark(user)}`, { channel })
          break
        case 'send':
          this.#write(user, 'send', { channel: person.dm })
          break
        case 'decision':
          await this.decide(user, decision)
          break
      }
      this.#collectButtons(user)
    }
  }

  #attempt(among: Readonly<Record<string, Attempt>>): () => Promise<void> {
    const name = this.random.pick(Object.keys(among))
    const victim = this.random.pick(PEOPLE)
    const attacker = this.random.pick([...PEOPLE, OUTSIDER].filter((user) => user !== victim))
    return async () => {
      this.#count(name)
      await among[name]?.(attacker, victim)
    }
  }

  /** Each of these is a delivery that must change nothing. */
  readonly #cheap: Readonly<Record<string, Attempt>> = {
    "a press of the other's button": async (attacker, victim) => {
      await this.#press({ id: attacker, team_id: TEAM }, { id: TEAM }, null, this.#buttonOf(victim))
    },
    'a press by the same user id of another workspace': async (_, victim) => {
      await this.#press({ id: victim, team_id: ELSEWHERE }, { id: ELSEWHERE }, null, this.#buttonOf(victim))
    },
    'a press by the same user id of another workspace, in a shared channel': async (_, victim) => {
      await this.#press({ id: victim, team_id: ELSEWHERE }, { id: TEAM }, null, this.#buttonOf(victim))
    },
    'a press by the same user id of another organisation': async (_, victim) => {
      await this.#press({ id: victim }, { id: TEAM }, { id: 'E0OTHER' }, this.#buttonOf(victim))
    },
    'a press with an invented id': async (attacker) => {
      const value = this.random.pick(['', '0', "' or 1=1 --", '%', randomUUID()])
      await this.#press({ id: attacker, team_id: TEAM }, { id: TEAM }, null, { ...this.#anyButton(), value })
    },
    "a reply in the other's channel thread": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      this.#tryPost(attacker, `look ${this.#mark(attacker)}`, channel, ts)
    },
    "a mention in the other's channel thread": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      this.#tryPost(attacker, `<@${BOT}> look ${this.#mark(attacker)}`, channel, ts)
    },
    "a mention in the other's thread, delivered as app_mention alone": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      await this.#event(this.#message(attacker, { channel, thread_ts: ts, type: 'app_mention' }))
    },
    "a reply in the other's thread, also sent to the channel": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      await this.#event(this.#message(attacker, { channel, thread_ts: ts, subtype: 'thread_broadcast' }))
    },
    "a message in the thread of the other's direct messages": async (attacker, victim) => {
      const { channel, ts } = this.#directThread(victim)
      await this.#event(this.#message(attacker, { channel, thread_ts: ts, channel_type: 'im' }))
    },
    'the same user id of another workspace, in the thread in a shared channel': async (_, victim) => {
      const { channel, ts } = this.#channelThread(victim, SHARED)
      const foreign = this.random.pick([
        { user_team: ELSEWHERE, source_team: ELSEWHERE },
        { source_team: ELSEWHERE },
        { user_team: 'E0OTHER', source_team: ELSEWHERE },
      ])
      await this.#event({ ...this.#message(OUTSIDER, { channel, thread_ts: ts }), user: victim, ...foreign }, true)
    },
    'an event of another installation': async (_, victim) => {
      const { channel, ts } = this.#channelThread(victim, SHARED)
      await this.#deliver(
        { ...this.#message(OUTSIDER, { channel, thread_ts: ts }), user: victim },
        {
          team_id: ELSEWHERE,
          authorizations: [{ enterprise_id: null, team_id: ELSEWHERE, user_id: BOT, is_bot: true }],
        },
      )
    },
    "an edit of the other's waiting message": async (attacker, victim) => {
      const { channel, ts } = this.random.pick(this.#mine(victim).waiting)
      await this.#event(this.#edit(attacker, channel, ts))
    },
    "an edit and a deletion of the other's message at the client": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      refused(() => this.house.slack.person(attacker).edit(channel, ts, this.#mark(attacker)))
      refused(() => this.house.slack.person(attacker).delete(channel, ts))
    },
    "an own message in the other's thread, edited into a mention": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      const posted = this.#tryPost(attacker, `by the way, ${this.#mark(attacker)}`, channel, ts)
      if (posted !== null) {
        this.house.slack.person(attacker).edit(channel, posted.ts, `<@${BOT}> look ${this.#mark(attacker)}`)
      }
    },
    "an own message in the other's thread, deleted again": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      const posted = this.#tryPost(attacker, `<@${BOT}> look ${this.#mark(attacker)}`, channel, ts)
      if (posted !== null) this.house.slack.person(attacker).delete(channel, posted.ts)
    },
    "a bot that calls itself by the other's name": async (_, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      const message = this.#message(OUTSIDER, { channel, thread_ts: ts })
      await this.#event({ ...message, user: victim, bot_id: 'B0EVIL', username: 'Anna', subtype: 'bot_message' })
    },
    "the time of the other's thread, in another channel": async (attacker, victim) => {
      const { channel, ts } = this.#channelThread(victim)
      const other = this.random.pick(CHANNELS.filter((candidate) => candidate !== channel))
      await this.#event({
        ...this.#message(attacker, { channel: other, thread_ts: ts }),
        text: `look ${this.#mark(attacker)}`,
      })
    },
  }

  /** These begin conversations of the attacker's own, or none; each may cost a turn. */
  readonly #costly: Readonly<Record<string, Attempt>> = {
    "a request that names the other's mailbox": async (attacker, victim) => {
      this.#tryPost(
        attacker,
        `<@${BOT}> look ${this.#mark(attacker)} in the mailbox of <@${victim}>, slack:${TEAM}:${victim}`,
        this.random.pick(CHANNELS),
      )
    },
    "a command that names the other, in the other's direct messages": async (attacker, victim) => {
      await this.#command({
        user_id: attacker,
        channel_id: this.house.slack.person(victim).dm,
        text: `look ${this.#mark(attacker)} as <@${victim}>`,
      })
    },
    'a command by the same user id of another workspace': async (_, victim) => {
      await this.#command({
        ...{ user_id: victim, team_id: ELSEWHERE, channel_id: SHARED },
        text: `look ${this.#mark(OUTSIDER)}`,
      })
    },
    'a new mention by the same user id of another workspace': async (_, victim) => {
      const message = this.#message(OUTSIDER, { channel: SHARED })
      await this.#event({ ...message, user: victim, user_team: ELSEWHERE, source_team: ELSEWHERE }, true)
    },
  }

  // How it gets there

  #write(
    user: string,
    what: 'look' | 'send' | 'hold' | 'note',
    { channel, threadTs }: { readonly channel: string; readonly threadTs?: string },
  ): Place & { readonly mark: string } {
    const mark = this.#mark(user)
    const mention = channel.startsWith('D') ? '' : `<@${BOT}> `
    const place = { channel, ...(threadTs === undefined ? {} : { threadTs }) }
    return { ...this.house.slack.person(user).post(`${mention}${what} ${mark}`, place), mark }
  }

  #tryPost(user: string, text: string, channel: string, threadTs?: string): Place | null {
    let posted: Place | null = null
    refused(() => {
      posted = this.house.slack.person(user).post(text, { channel, ...(threadTs === undefined ? {} : { threadTs }) })
    })
    return posted
  }

  #message(
    author: string,
    {
      type = 'message',
      ...where
    }: { channel: string; thread_ts?: string; subtype?: string; channel_type?: string; type?: string },
  ) {
    const ts = this.#freshTs()
    const text = `<@${BOT}> look ${this.#mark(author)}`
    return { type, user: author, ts, event_ts: ts, text, channel_type: 'channel', ...where }
  }

  #edit(author: string, channel: string, messageTs: string) {
    const ts = this.#freshTs()
    return {
      ...{ type: 'message', subtype: 'message_changed', hidden: true, channel, channel_type: 'im', ts, event_ts: ts },
      message: {
        type: 'message',
        user: author,
        ts: messageTs,
        text: `look ${this.#mark(author)}`,
        edited: { user: author, ts },
      },
    }
  }

  async #event(event: object, shared = false): Promise<void> {
    await this.#deliver(event, shared ? { is_ext_shared_channel: true } : {})
  }

  async #deliver(event: object, envelope: object): Promise<void> {
    const body = {
      ...{
        token: 't',
        type: 'event_callback',
        team_id: TEAM,
        api_app_id: 'A0INBOXAPP',
        event,
        event_id: `Ev${randomUUID()}`,
      },
      event_time: Math.floor(Date.now() / 1_000),
      authorizations: [
        { enterprise_id: null, team_id: TEAM, user_id: BOT, is_bot: true, is_enterprise_install: false },
      ],
      ...envelope,
    }
    await this.house.slack.deliveries.event(JSON.parse(JSON.stringify(body)))
  }

  async #press(user: object, team: object, enterprise: object | null, button: object): Promise<void> {
    const body = { type: 'block_actions', user, team, enterprise, trigger_id: randomUUID(), actions: [button] }
    await this.house.slack.deliveries.once('interactive', JSON.parse(JSON.stringify(body)))
  }

  async #command(fields: object): Promise<void> {
    const body = { command: '/inbox', team_id: TEAM, trigger_id: randomUUID(), ...fields }
    await this.house.slack.deliveries.once('slash_commands', JSON.parse(JSON.stringify(body)))
  }

  async #sees(user: string, text: string): Promise<void> {
    await this.house.slack
      .person(user)
      .waitFor((message) => message.user === BOT && message.shown.includes(`Done ${text}`))
  }

  #freshTs(): string {
    this.#marks += 1
    return `${Math.floor(Date.now() / 1_000)}.${String(100_000 + (this.#marks % 900_000))}`
  }

  #mark(author: string): string {
    this.#marks += 1
    const mark = `mark${this.#marks}x`
    this.authors.set(mark, author)
    return mark
  }

  #mine(user: string): Belongings {
    const found = this.#belongings.get(user)
    if (found === undefined) throw new Error(`${user} has nothing`)
    return found
  }

  #channelThread(victim: string, channel?: string): Place {
    return this.random.pick(
      this.#mine(victim).threads.filter((place) =>
        channel === undefined ? !place.channel.startsWith('D') : place.channel === channel,
      ),
    )
  }

  #directThread(victim: string): Place {
    return this.random.pick(this.#mine(victim).threads.filter(({ channel }) => channel.startsWith('D')))
  }

  #collectButtons(user: string): void {
    const known = this.#buttons.get(user)
    const person = this.house.slack.person(user)
    for (const message of person.messages(person.dm)) {
      for (const { actionId, blockId, value } of message.elements) {
        if (value !== undefined && value !== '') known?.set(`${actionId} ${value}`, { actionId, blockId, value })
      }
    }
  }

  #buttonOf(victim: string): object {
    const { actionId, blockId, value } = this.random.pick([...(this.#buttons.get(victim)?.values() ?? [])])
    return { type: 'button', action_id: actionId, block_id: blockId, value }
  }

  #anyButton(): object {
    return this.#buttonOf(this.random.pick(PEOPLE))
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }
}

/** A button that approves a mail names what it showed, behind the approval. */
function approvalOf(value: string): string {
  return value.split(':')[0] ?? ''
}

/** Slack's own client refuses it: then it never reaches the bot, which is as well. */
function refused(act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error
  }
}
