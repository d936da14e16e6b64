/**
 * What a run must come to in the end, read from the outside only: from what the sessions heard and did, from what people see in
 * Slack, and from the mailboxes. Nothing here looks into the bot.
 */

import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import { WORLD } from '../../src/sandbox/world.js'
import { mailKey, TOKEN } from './chaos-brain.js'
import { type ChaosHouse, mailOf } from './chaos-house.js'
import { type Heard, type HeardTurn, heardSince } from './hearing.js'
import type { Ledger, Talk, Written } from './ledger.js'
import { mailProblems } from './mail-accounting.js'
import { bodyOf, isNotice, isQuote, isReply } from './replies.js'

export type ProblemKind = 'lost' | 'duplicated' | 'stuck' | 'wrong' | 'crashed' | 'leaked'

export interface Problem {
  readonly kind: ProblemKind
  readonly what: string
}

/** What a reply says only while it is not over. */
const UNFINISHED = /⏳|👀|💭|✍️|❔/u
const UNFINISHED_BUTTONS = /^(turn_stop|approval_|mailbox_connect|place_|send_undo|schedule_cancel)/
/** What stands below a reply that its owner stopped; before it, perhaps, what was being written when they did. */
const STOPPED = /^(zq.* … )?Stopped\. Write again to go on\./

/** The same where its owner deleted the question after they had allowed something. */
const RETRACTED = /^(zq.* … )?You deleted your message, so I stopped\b/

/** What a reply ends with whose question was denied by a new message. */
const SUPERSEDED = /I set that aside because you wrote again\. Ask me if you still want it\./

/** Everything that is not as it should be; empty when the run has come out even. */
export function problemsOf(chaos: ChaosHouse, ledger: Ledger, since: number): Problem[] {
  const account = new Account(chaos, ledger, since)
  account.checkHearing()
  account.checkDecisions()
  account.checkSlack()
  account.checkDeliveries()
  return account.problems
}

class Account {
  readonly problems: Problem[] = []
  readonly #turns: HeardTurn[]
  readonly #byToken = new Map<string, Written>()

  constructor(
    private readonly chaos: ChaosHouse,
    private readonly ledger: Ledger,
    since: number,
  ) {
    for (const written of ledger.written) this.#byToken.set(written.token, written)
    this.#turns = heardSince(chaos.house.agents.driver, since).filter((turn) =>
      turn.messages.some(({ words }) => words.includes(`${ledger.prefix}x`)),
    )
  }

  /** Every message once, in the right session, in order, and every turn at rest. */
  checkHearing(): void {
    // What was edited or deleted while the session was at it, it heard again as it stood then.
    const heard = this.#turns.filter(({ revised }) => !revised).flatMap((turn) => turn.messages)
    for (const written of this.ledger.written) {
      const times = heard.filter(({ words }) => TOKEN.exec(words)?.[0] === written.token)
      if (times.length > 1) this.#say('duplicated', `${written.token} was heard ${times.length} times`)
      if (times.length === 0 && written.fate === 'heard') this.#say('lost', `${written.token} was never heard`)
      if (times.length > 0 && written.fate === 'unheard')
        this.#say('wrong', `${written.token} was heard though it was deleted while it waited`)
      for (const { words } of times) {
        if (!written.words.includes(words)) this.#say('wrong', `${written.token} was heard as "${words}"`)
      }
    }
    for (const turn of this.#turns) {
      if (!turn.ended) this.#say('stuck', `the session of ${tokensOf(turn).join(', ')} is not at rest`)
      const order = turn.messages.map((message) => this.#written(message)?.ts).filter((ts) => ts !== undefined)
      if (order.some((ts, index) => index > 0 && Number(ts) < Number(order[index - 1])))
        this.#say('wrong', `${tokensOf(turn).join(', ')} were heard out of order`)
    }
    for (const talk of this.ledger.talks) {
      const sessions = new Set(this.#turnsOf(talk).map(({ sessionId }) => sessionId))
      if (sessions.size > 1) this.#say('duplicated', `${talk.rootToken} has ${sessions.size} sessions`)
      // One that was made and never used costs its owner nothing, but nobody ever finds it again.
      const made = this.#sessionsMadeFor(sessions)
      if (made > 1) this.#say('duplicated', `${made} sessions were made for ${talk.rootToken}`)
    }
    const owners = new Map<string, string>()
    for (const turn of this.#turns) {
      for (const message of turn.messages) {
        const talk = this.#written(message)?.talk.id
        if (talk === undefined) continue
        if ((owners.get(turn.sessionId) ?? talk) !== talk)
          this.#say('wrong', `${message.words} was heard in a session of others`)
        owners.set(turn.sessionId, talk)
      }
    }
    for (const together of this.ledger.together) {
      const turns = this.#turns.filter((turn) => tokensOf(turn).some((token) => together.includes(token)))
      if (turns.length > 1) this.#say('wrong', `${together.join(', ')} waited together and were taken apart`)
    }
  }

  /** How many sessions carry the mark of the conversation that these belong to. */
  #sessionsMadeFor(ids: ReadonlySet<string>): number {
    const all = this.chaos.house.agents.driver.sessions()
    const marks = new Set(all.filter(({ id }) => ids.has(id)).map(({ metadata }) => metadata.conversation))
    return all.filter(({ metadata }) => marks.has(metadata.conversation)).length
  }

  /** Every change that asked was decided once, as its owner pressed or because they wrote past it, and was made or not; mails have an account of their own. */
  checkDecisions(): void {
    this.problems.push(...mailProblems(this.chaos, this.ledger, this.#turns))
    for (const turn of this.#turns) {
      for (const { messageId, confirmations } of turn.changes) {
        const token = tokensOf(turn).find((each) => this.ledger.decisions.has(each)) ?? ''
        const isWrittenPast = turn.superseded && this.ledger.writtenPast.has(token) && confirmations.includes('deny')
        const isCutShort = turn.revised || this.ledger.stopped.has(token)
        const intended = isWrittenPast ? 'deny' : this.ledger.decisions.get(token)
        if (confirmations.length > 1)
          this.#say('duplicated', `${token}: a change was decided ${confirmations.length} times`)
        if (confirmations.length === 0 && !isCutShort) this.#say('stuck', `${token}: a change was not decided`)
        if (!isCutShort && confirmations.some((confirmation) => confirmation !== intended))
          this.#say(
            'wrong',
            `${token}: a change was decided as ${confirmations.join()}, and its owner said ${intended}`,
          )
        const isMade = !this.#labelsOf(token, messageId).has('INBOX')
        if (isMade !== confirmations.includes('allow') && !isCutShort)
          this.#say(isMade ? 'wrong' : 'lost', `${token}: a change was ${isMade ? '' : 'not '}made`)
      }
    }
  }

  #labelsOf(token: string, messageId: string): ReadonlySet<string> {
    const person = this.#byToken.get(token)?.talk.person ?? ''
    const mailbox = this.chaos.house.scalekit.mailboxes.get(mailOf(person))
    return mailbox?.message(messageId).labels ?? new Set()
  }

  /** One reply a turn, with what the agent said, and nothing of the bot's beside. */
  checkSlack(): void {
    const accountedFor = new Set<string>()
    for (const talk of this.ledger.talks) this.#checkTalk(talk, accountedFor)
    for (const person of new Set(this.ledger.talks.map(({ person }) => person))) {
      for (const message of this.#botMessages(person)) {
        const id = idOf(message)
        if (accountedFor.has(id)) continue
        accountedFor.add(id)
        this.#checkOther(message)
      }
    }
  }

  /** Slack is told that everything arrived. */
  checkDeliveries(): void {
    for (const delivery of this.chaos.house.slack.deliveries.all.slice(this.ledger.firstDelivery)) {
      if (delivery.finished || delivery.type !== 'events_api') continue
      const text = JSON.stringify(delivery.payload)
      if (text.includes(`${this.ledger.prefix}x`) && !delivery.acknowledged)
        this.#say('stuck', `a delivery about ${TOKEN.exec(text)?.[0]} is not acknowledged`)
    }
  }

  #checkTalk(talk: Talk, accountedFor: Set<string>): void {
    const turns = this.#turnsOf(talk).filter(({ revised }) => !revised)
    const thread = this.#threadOf(talk, turns.length > 0, accountedFor)
    if (thread === undefined) return
    const messages = this.#botMessages(talk.person).filter(
      (message) => message.channel === thread.channel && message.threadTs === thread.ts && isReply(message),
    )
    for (const message of messages) {
      accountedFor.add(idOf(message))
      this.#checkFinished(message)
    }
    const unclaimed = new Set(messages)
    for (const turn of turns) {
      const tokens = tokensOf(turn)
      const mine = messages.filter((message) => tokens.some((token) => bodyOf(message).includes(token)))
      const [wordless] = [...unclaimed].filter((message) => bodyOf(message).startsWith('Stopped'))
      const replies = mine.length > 0 || wordless === undefined || turn.texts.length > 0 ? mine : [wordless]
      const left = turn.superseded
        ? [...unclaimed].filter((message) => bodyOf(message).replace(SUPERSEDED, '') === '' && !mine.includes(message))
        : []
      const reply = [...left.slice(0, 1), ...replies]
      for (const message of reply) unclaimed.delete(message)
      this.#checkReply(turn, reply)
    }
    for (const message of unclaimed)
      this.#say('duplicated', `a reply too many under ${talk.rootToken}: "${excerpt(message)}"`)
  }

  #checkReply(turn: HeardTurn, reply: readonly SeenMessage[]): void {
    const name = tokensOf(turn).join(', ')
    const mayBeDeleted = turn.messages.every((message) => this.#written(message)?.fate === 'either')
    const [first] = reply
    if (first === undefined) {
      // All of it may have been deleted while the session was at it; then the reply went away.
      if (mayBeDeleted) return
      this.#say('stuck', `${name} has no reply`)
      return
    }
    const whole = collapsed(reply.map(bodyOf).join(' '))
    const shown = turn.superseded ? collapsed(whole.replace(SUPERSEDED, '')) : whole
    const said = saidIn(turn, shown)
    if (turn.superseded && shown === whole) this.#say('lost', `${name} does not say that it was left undone`)
    const rest = shown.startsWith(said) ? shown.slice(said.length).trim() : undefined
    const mayHaveStopped = tokensOf(turn).some((token) => this.ledger.stopped.has(token))
    const isCutShort =
      rest !== undefined && ((mayHaveStopped && STOPPED.test(rest)) || (mayBeDeleted && RETRACTED.test(rest)))
    // An agent that only asked, and was not answered, has said nothing.
    const isWhole = rest === '' ? said !== '' || turn.superseded : isCutShort
    if (!isWhole) {
      const kind = shown.length > said.length ? 'duplicated' : 'lost'
      this.#say(
        kind,
        `the reply to ${name} is not what the agent said: "${shown.slice(0, 300)}" for "${said.slice(0, 300)}"`,
      )
    }
    for (const message of turn.messages) {
      const written = this.#written(message)
      const stands = (turn.superseded && reply.find((one) => bodyOf(one).includes(written?.token ?? ''))) || first
      if (
        written?.ts !== undefined &&
        written.talk.channel === stands.channel &&
        Number(written.ts) > Number(stands.ts)
      )
        this.#say('wrong', `the reply to ${name} stands above it`)
    }
  }

  /** Where the replies go; undefined where there is nothing (yet). */
  #threadOf(talk: Talk, isHeard: boolean, accountedFor: Set<string>): { channel: string; ts: string } | undefined {
    const { CHANNEL_REPLIES: replies } = this.chaos.variant.environment
    const inPrivate = talk.kind === 'mention' && (replies === 'private' || talk.place === 'private')
    if (talk.kind !== 'command' && !inPrivate && talk.rootTs !== undefined)
      return { channel: talk.channel, ts: talk.rootTs }
    const quotes = this.#botMessages(talk.person).filter(
      (message) => isQuote(message) && message.shown.includes(talk.rootToken),
    )
    for (const quote of quotes) accountedFor.add(idOf(quote))
    if (quotes.length > 1) this.#say('duplicated', `${talk.rootToken} is quoted ${quotes.length} times`)
    if (isHeard && quotes.length === 0) this.#say('lost', `${talk.rootToken} has no quote in the direct messages`)
    if (inPrivate) this.#checkPointer(talk, isHeard, accountedFor)
    return quotes[0]
  }

  #checkPointer(talk: Talk, isHeard: boolean, accountedFor: Set<string>): void {
    const pointers = this.#botMessages(talk.person).filter(
      (message) => message.channel === talk.channel && message.threadTs === talk.rootTs,
    )
    for (const pointer of pointers) accountedFor.add(idOf(pointer))
    if (pointers.length > 1) this.#say('duplicated', `${talk.rootToken} has ${pointers.length} pointers`)
    if (isHeard && pointers.length === 0) this.#say('lost', `${talk.rootToken} has no pointer`)
  }

  /** A card about a decision that was made; nothing else stands outside of a thread. */
  #checkOther(message: SeenMessage): void {
    const token = TOKEN.exec(message.shown)?.[0] ?? ''
    const isAsked = this.ledger.decisions.has(token) || this.ledger.mails.has(mailKey(token, 0))
    const isCard = isAsked && (message.threadTs === undefined || isNotice(message))
    if (!isCard) this.#say('duplicated', `a message too many: "${excerpt(message)}"`)
    this.#checkFinished(message)
    const person = this.#byToken.get(token)?.talk.person
    // What nobody can be told by has been named as one too many already.
    if (person === undefined) return
    const same = this.#botMessages(person).filter(
      (other) => other.threadTs === undefined && other.shown === message.shown && other.ts < message.ts,
    )
    if (same.length > 0) this.#say('duplicated', `a second card: "${excerpt(message)}"`)
  }

  #checkFinished(message: SeenMessage): void {
    const button = message.elements.find(({ actionId }) => UNFINISHED_BUTTONS.test(actionId))
    if (UNFINISHED.test(message.shown) || button !== undefined)
      this.#say('stuck', `a message is not finished: "${excerpt(message)}"${button ? ` [${button.label}]` : ''}`)
  }

  #turnsOf(talk: Talk): HeardTurn[] {
    return this.#turns.filter((turn) => turn.messages.some((message) => this.#written(message)?.talk.id === talk.id))
  }

  #written(message: Heard): Written | undefined {
    return this.#byToken.get(TOKEN.exec(message.words)?.[0] ?? '')
  }

  #botMessages(person: string): SeenMessage[] {
    return this.chaos.house.slack
      .person(person)
      .messages()
      .filter((message) => message.user === WORLD.bot.userId)
  }

  #say(kind: ProblemKind, what: string): void {
    this.problems.push({ kind, what })
  }
}

function tokensOf(turn: HeardTurn): string[] {
  return turn.messages.map(({ words }) => TOKEN.exec(words)?.[0] ?? '')
}

/** What the agent said, with or without what it said about an earlier turn: as it is shown. */
function saidIn({ texts, aside }: HeardTurn, shown: string): string {
  const all = collapsed(texts.join(' '))
  if (aside === null || shown.startsWith(all)) return all
  return collapsed([...texts.slice(0, aside.from), ...texts.slice(aside.to)].join(' '))
}

function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

function excerpt(message: SeenMessage): string {
  return `${message.shown.slice(0, 150)}${message.shown.length > 150 ? '…' : ''}`
}

function idOf(message: SeenMessage): string {
  return `${message.channel}/${message.ts}`
}
