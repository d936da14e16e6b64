/**
 * What a mail on its way says. No word of it is stored: it is read again from the session's tool call or from the draft that holds it, and known by its
 * hash. What was read last is kept in memory for the cards.
 */

import { createHash } from 'node:crypto'
import { describeError, type Log } from '../../log.js'
import type { IdentifiedPerson } from '../model.js'
import {
  type Mailer,
  type OutgoingMail,
  type ResolvedMail,
  type SendRequest,
  UnsendableMail,
} from '../outgoing-mail.js'
import type { ShownContent } from '../outgoing-store.js'
import { type Agent, NotConnected, OperatorProblem, SessionGone, type ToolCall, Unavailable } from '../ports.js'
import type { HostTools } from './host-tools.js'

export interface OutgoingContentsDeps {
  readonly mailer: Mailer
  readonly agent: Pick<Agent, 'findToolCall'>
  readonly tools: HostTools
  readonly conversations: { get(id: string): Promise<{ readonly sessionId: string | null }> }
  readonly log: Log
}

/** Mails whose text is kept in memory; what was used longest ago is forgotten first. */
const MOST_KEPT = 200

export class OutgoingContents {
  readonly #kept = new Map<string, ResolvedMail>()
  readonly #requests = new Map<string, SendRequest>()

  constructor(private readonly deps: OutgoingContentsDeps) {}

  /**
   * As it is now.
   * @throws UnsendableMail, NotConnected, Unavailable, OperatorProblem
   */
  async read(person: IdentifiedPerson, mail: OutgoingMail): Promise<ResolvedMail> {
    const content = await this.#resolve(person, mail)
    this.remember(mail.id, content)
    return content
  }

  /**
   * The same, to be compared with what its owner saw last, and shown to nobody.
   * @throws UnsendableMail, NotConnected, Unavailable, OperatorProblem
   */
  async current(person: IdentifiedPerson, mail: OutgoingMail): Promise<ResolvedMail> {
    const content = await this.#resolve(person, mail, 'comparison')
    // What left is told from memory: its draft is gone by then.
    if (isAsShown(mail, content) && this.known(mail) === null) this.remember(mail.id, content)
    return content
  }

  async #resolve(
    person: IdentifiedPerson,
    mail: OutgoingMail,
    purpose: 'card' | 'comparison' = 'card',
  ): Promise<ResolvedMail> {
    const read = await this.deps.mailer.resolve(person, await this.request(mail), purpose)
    // A draft names the answered message by an id of the mail's own header; the reply stays at the message that its owner saw.
    return mail.inReplyTo === null ? read : { ...read, content: { ...read.content, inReplyTo: mail.inReplyTo } }
  }

  /**
   * What its owner saw last, for a card; null where it cannot be read any more.
   * @param isPatient the card can wait until the mailbox answers; otherwise it does without
   * @throws Unavailable where the card can wait
   */
  async shown(person: IdentifiedPerson, mail: OutgoingMail, isPatient = false): Promise<ResolvedMail | null> {
    const known = this.known(mail)
    if (known !== null) return known
    try {
      const content = await this.#resolve(person, mail)
      if (!isAsShown(mail, content)) return null
      this.remember(mail.id, content)
      return content
    } catch (error) {
      if (isPatient && error instanceof Unavailable) throw error
      if (
        !(
          error instanceof UnsendableMail ||
          error instanceof NotConnected ||
          error instanceof Unavailable ||
          error instanceof OperatorProblem
        )
      )
        throw error
      this.deps.log.warn({ mail: mail.id, ...describeError(error) }, 'mail not readable for its card')
      return null
    }
  }

  /** What was read last, where that is what its owner saw last. */
  known(mail: Pick<OutgoingMail, 'id' | 'hash' | 'senderHash'>): ResolvedMail | null {
    const kept = this.#kept.get(mail.id)
    if (kept === undefined || !isAsShown(mail, kept)) return null
    this.remember(mail.id, kept)
    return kept
  }

  /** Whether the tool that asked for it is still offered: an operator may have switched it off since. */
  isOffered({ tool }: Pick<OutgoingMail, 'tool'>): boolean {
    return this.deps.tools.find(tool) !== null
  }

  remember(id: string, content: ResolvedMail): void {
    keep(this.#kept, id, content)
  }

  /** Spares a look into the session for as long as this process lives. */
  rememberRequest(id: string, request: SendRequest): void {
    keep(this.#requests, id, request)
  }

  /** @throws UnsendableMail, Unavailable, OperatorProblem */
  async request(mail: OutgoingMail): Promise<SendRequest> {
    if (mail.draftId !== null) return { type: 'draft', draftId: mail.draftId }
    const asked = await this.#askedFor(mail)
    return asked.type === 'reply' ? { ...asked, inReplyTo: asked.inReplyTo ?? mail.inReplyTo } : asked
  }

  async #askedFor(mail: OutgoingMail): Promise<SendRequest> {
    const known = this.#requests.get(mail.id)
    if (known !== undefined) return known
    const call = await this.#findCall(mail)
    const tool = call === null ? null : this.deps.tools.find(call.name)
    if (call === null || tool?.kind !== 'sends') throw new UnsendableMail('what was to be sent is gone')
    const request = tool.toRequest(call.input)
    this.rememberRequest(mail.id, request)
    return request
  }

  /** Null: the session that called is gone, and the words of the call with it. */
  async #findCall({ conversationId, callId }: OutgoingMail): Promise<ToolCall | null> {
    const { sessionId } = await this.deps.conversations.get(conversationId)
    if (sessionId === null) return null
    try {
      return await this.deps.agent.findToolCall(sessionId, callId)
    } catch (error) {
      if (error instanceof SessionGone) return null
      throw error
    }
  }
}

/**
 * Whether a mail still is what its owner saw last, from the mailbox that they saw. A sender that cannot be learnt just now is no change.
 */
export function isAsShown(mail: Pick<OutgoingMail, 'hash' | 'senderHash'>, content: ResolvedMail): boolean {
  const sender = senderHash(content)
  return content.hash === mail.hash && (sender === null || mail.senderHash === null || sender === mail.senderHash)
}

function senderHash({ content: { from } }: ResolvedMail): string | null {
  return from === null ? null : createHash('sha256').update(from.address.toLowerCase()).digest('hex')
}

/** The record of what a card shows. */
export function shownOf(content: ResolvedMail): ShownContent {
  const { to, cc, bcc, inReplyTo } = content.content
  const addresses = [...to, ...cc, ...bcc].map(({ address }) => address)
  const domains = addresses.map((address) => address.slice(address.lastIndexOf('@') + 1).toLowerCase())
  return {
    hash: content.hash,
    senderHash: senderHash(content),
    recipients: addresses.length,
    domains: [...new Set(domains)].sort(),
    draftId: content.draft?.id ?? null,
    inReplyTo,
  }
}

function keep<Value>(map: Map<string, Value>, id: string, value: Value): void {
  map.delete(id)
  map.set(id, value)
  const [oldest] = map.keys()
  if (map.size > MOST_KEPT && oldest !== undefined) map.delete(oldest)
}
