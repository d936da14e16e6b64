/**
 * One long-lived session per conversation: making it, keeping it to the current definition and to its owner's mailbox, and
 * telling it things. Nothing that makes something is repeated here: after a lost answer the session's own events say what happened.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type {
  BetaManagedAgentsSessionEvent,
  BetaManagedAgentsSessionEventType,
  EventSendParams,
} from '@anthropic-ai/sdk/resources/beta/sessions/events'
import type { BetaManagedAgentsSession, SessionCreateParams } from '@anthropic-ai/sdk/resources/beta/sessions/sessions'
import type { ToolPolicies } from '../gmail/policies.js'
import type { LogPosition } from '../turns/events.js'
import type { Conversation } from '../turns/model.js'
import {
  type Agent,
  type EventFeed,
  type MailboxGrant,
  OperatorProblem,
  type OutgoingMessage,
  Rejected,
  SessionGone,
  type ToolAnswer,
  type ToolCall,
  Unavailable,
} from '../turns/ports.js'
import type { HostToolSpec } from '../turns/sending/host-tools.js'
import type { IdName } from '../turns/view.js'
import type { Exchange } from '../turns/words.js'
import type { Claude } from './claude.js'
import { APP, type MailboxWiring, wireMailbox } from './definition.js'
import type { Deployment } from './deployment.js'
import { type FollowPace, followSession, STANDARD_PACE } from './event-log.js'
import { type Attachment, personalGrant } from './grants.js'
import { isMarked, sessionMark } from './mark.js'
import { foundIn } from './references.js'
import {
  ANSWERS,
  AWAITED_TYPES,
  answerEvent,
  awaitedIn,
  denialsOf,
  lastExchangeIn,
  messageEvent,
  toldIn,
} from './sent-events.js'
import { goneInsteadOf, whyGone } from './session-state.js'
import { DESCRIBING_TYPES, describedInLog } from './targets.js'
import { sameAddress, sameIds, sameServers, sameTools } from './tool-comparison.js'

/** The API takes longer titles; its lists show about this much. */
const TITLE_LENGTH = 80

/** How much the time that the API tells and the one that it stamps sessions with may differ, in milliseconds. */
const CLOCK_SKEW_MS = 30_000
/** How long a session may take to stop after it was interrupted, and how often it is looked at. */
const REST_MS = 30_000
const REST_LOOK_MS = 500

export interface ManagedAgentOptions {
  readonly pace?: FollowPace
  /** Called when a new session was refused with a person's vault: whether the vault was gone, and is now forgotten. */
  readonly forgetVaultIfGone?: (personId: string) => Promise<boolean>
  readonly now?: () => number
  /** What becomes of each tool; the table, where nothing is said. */
  readonly policies?: ToolPolicies
  /** The tools whose handlers run in the bot. */
  readonly hostTools?: readonly HostToolSpec[]
}

export class ManagedAgent implements Agent {
  constructor(
    private readonly claude: Claude,
    private readonly deployment: Pick<Deployment, 'agentId' | 'environmentId' | 'mcpServerUrl'>,
    private readonly options: ManagedAgentOptions = {},
  ) {}

  async createSession(conversation: Conversation, grant: MailboxGrant, title: string): Promise<string> {
    const personId = conversation.owner.id
    const own = personalGrant(grant)
    const attachment = own.attachmentFor(personId)
    const params: SessionCreateParams = {
      agent: this.#agentFor(attachment),
      environment_id: this.deployment.environmentId,
      title: printable(title),
      metadata: { ...sessionMark(conversation), mailbox: own.mailboxMark },
      ...(attachment.mode === 'virtual' ? { vault_ids: [...attachment.vaultIds] } : {}),
    }
    let session: BetaManagedAgentsSession
    try {
      session = await this.claude.once('agent', (sdk, options) => sdk.beta.sessions.create(params, options))
    } catch (error) {
      const refused = error instanceof OperatorProblem && error.kind === 'setup'
      if (refused && (await this.options.forgetVaultIfGone?.(personId))) {
        throw new Unavailable('claude', 'the person’s vault was gone and will be made anew')
      }
      throw error
    }
    // The agent that setup wrote may be older than this program; what a session may do is decided here.
    await this.#bringUpToDate(session, this.#wiring(attachment.url))
    return session.id
  }

  #agentFor(attachment: Attachment): SessionCreateParams['agent'] {
    const { agentId } = this.deployment
    if (attachment.mode === 'virtual') return agentId
    return { type: 'agent_with_overrides', id: agentId, ...this.#wiring(attachment.url) }
  }

  #wiring(url: string | null): MailboxWiring {
    return wireMailbox(url, this.options.policies, this.options.hostTools)
  }

  now(): number | null {
    return this.claude.now()
  }

  async findSession(conversation: Conversation, requestedAt: number | null): Promise<string | null> {
    // An older one with the same mark is one that was let go of, and holds the answers of earlier turns.
    const since = requestedAt === null ? {} : { 'created_at[gte]': new Date(requestedAt - CLOCK_SKEW_MS).toISOString() }
    const sessions = this.claude.list('agent', (sdk, page, options) =>
      sdk.beta.sessions.list({ ...page, ...since, agent_id: this.deployment.agentId, order: 'desc' }, options),
    )
    const mark = sessionMark(conversation)
    for await (const session of sessions) {
      if (isMarked(session.metadata, mark) && whyGone(session) === null) return session.id
    }
    return null
  }

  async refreshSession(sessionId: string, grant: MailboxGrant): Promise<void> {
    const session = await this.claude.repeatable('session', (sdk, options) =>
      sdk.beta.sessions.retrieve(sessionId, {}, options),
    )
    // Before anything else: even the state of a session is nobody's business but its owner's. One that names nobody, on a server that does
    // not repeat metadata, is whose the conversation says; every session made here was given a name.
    const own = personalGrant(grant)
    const attachment = own.attachmentFor(session.metadata?.person ?? grant.personId)
    const gone = whyGone(session)
    if (gone !== null) throw gone
    // What it read was the mailbox of another identifier, which an operator took from this person since.
    if ((session.metadata?.mailbox ?? own.mailboxMark) !== own.mailboxMark) throw new SessionGone('outdated')
    if (!sameIds(session.vault_ids ?? attachment.vaultIds, attachment.vaultIds)) throw new SessionGone('outdated')
    await this.#bringUpToDate(session, this.#wiring(attachment.url))
  }

  /** A running session cannot be changed; it is brought up to date before the turn after. */
  async #bringUpToDate(session: BetaManagedAgentsSession, wanted: MailboxWiring): Promise<void> {
    const { agent, status } = session
    if (sameTools(agent.tools ?? [], wanted.tools) && sameServers(agent.mcp_servers ?? [], wanted.mcp_servers)) return
    if (status !== 'idle') return
    try {
      await this.claude.repeatable('session', (sdk, options) =>
        sdk.beta.sessions.update(session.id, { agent: wanted }, options),
      )
    } catch (error) {
      throw (await goneInsteadOf(error, this.claude, session.id)) ?? error
    }
  }

  follow(sessionId: string, after: LogPosition | null, signal: AbortSignal): EventFeed {
    return followSession(this.claude, sessionId, after, signal, this.options.pace ?? STANDARD_PACE)
  }

  async sendMessages(
    sessionId: string,
    messages: readonly OutgoingMessage[],
    denials: readonly ToolAnswer[] = [],
  ): Promise<void> {
    const awaited = denials.length === 0 ? [] : await awaitedIn(this.#events(sessionId, AWAITED_TYPES))
    const first = denialsOf(awaited, denials)
    await this.#send(sessionId, [...first.map(answerEvent), ...messages.map(messageEvent)])
  }

  async findMessages(
    sessionId: string,
    references: readonly string[],
    after: LogPosition | null,
  ): Promise<ReadonlySet<string>> {
    // All of them, not only those since `after`: the API's filter by time leaves out what is still queued, which has none yet.
    return await foundIn(this.#events(sessionId, ['user.message']), references, after)
  }

  async sendAnswers(sessionId: string, answers: readonly ToolAnswer[]): Promise<void> {
    const told = await toldIn(this.#events(sessionId, ANSWERS))
    const unsent = answers.filter(({ callId }) => !told.has(callId))
    if (unsent.length > 0) await this.#send(sessionId, unsent.map(answerEvent))
  }

  async lastExchange(sessionId: string, grant: MailboxGrant): Promise<Exchange | null> {
    const own = personalGrant(grant)
    const { metadata } = await this.#retrieve(sessionId)
    if (metadata?.person !== grant.personId || (metadata.mailbox ?? own.mailboxMark) !== own.mailboxMark) return null
    return await lastExchangeIn(this.#events(sessionId, ['user.message', 'agent.message'], 'desc'))
  }

  async findToolCall(sessionId: string, callId: string): Promise<ToolCall | null> {
    for await (const event of this.#events(sessionId, ['agent.custom_tool_use'], 'desc')) {
      if (event.type === 'agent.custom_tool_use' && event.id === callId) return { name: event.name, input: event.input }
    }
    return null
  }

  async describeIds(sessionId: string, ids: readonly string[]): Promise<ReadonlyMap<string, IdName>> {
    return await describedInLog(this.#events(sessionId, DESCRIBING_TYPES, 'desc'), ids)
  }

  /**
   * A session of instance mode holds an address that opens the mailbox by itself, whatever became of the account behind it. The common
   * server of virtual mode opens nothing without the vault's token, so sessions that only have that stay as they are.
   */
  async withdrawMailbox(personId: string): Promise<void> {
    const { agentId, mcpServerUrl } = this.deployment
    const sessions = this.claude.list('agent', (sdk, page, options) =>
      sdk.beta.sessions.list({ ...page, agent_id: agentId }, options),
    )
    const without = this.#wiring(null)
    for await (const session of sessions) {
      if (!isMarked(session.metadata, { app: APP, person: personId }) || whyGone(session) !== null) continue
      const servers = session.agent.mcp_servers ?? []
      if (servers.every(({ url }) => mcpServerUrl !== '' && sameAddress(url) === sameAddress(mcpServerUrl))) continue
      try {
        if (session.status !== 'idle') await this.#interruptUntilIdle(session.id)
        await this.claude.repeatable('session', (sdk, options) =>
          sdk.beta.sessions.update(session.id, { agent: without }, options),
        )
      } catch (error) {
        const gone = await goneInsteadOf(error, this.claude, session.id)
        if (gone === null) throw error
      }
    }
  }

  async interruptAndWait(sessionId: string): Promise<LogPosition | null> {
    const gone = whyGone(await this.#retrieve(sessionId))
    if (gone !== null) throw gone
    // What it was sent a moment ago it takes up only after a while.
    const end = await pollUntil('the session does not take up what it was sent', async () => {
      // Also where it is idle: it may wait for a decision that nobody is asked for any more.
      await this.#interruptUntilIdle(sessionId)
      const logEnd = await this.#logEnd(sessionId)
      return logEnd.hasQueued ? null : logEnd
    })
    return end.last
  }

  /** Where a session's log stands, and whether a message of ours waits that it has not taken up. */
  async #logEnd(sessionId: string): Promise<{ readonly last: LogPosition | null; readonly hasQueued: boolean }> {
    let last: LogPosition | null = null
    let hasQueued = false
    for await (const event of this.#events(sessionId)) {
      const at = 'processed_at' in event && typeof event.processed_at === 'string' ? event.processed_at : null
      if (at === null && event.type === 'user.message') hasQueued = true
      if (at !== null && event.id !== '') last = { id: event.id, at }
    }
    return { last, hasQueued }
  }

  #retrieve(sessionId: string): Promise<BetaManagedAgentsSession> {
    return this.claude.repeatable('session', (sdk, options) => sdk.beta.sessions.retrieve(sessionId, {}, options))
  }

  /** Interrupts a session, and waits until it has stopped. */
  async #interruptUntilIdle(sessionId: string): Promise<void> {
    await this.interrupt(sessionId)
    await pollUntil('the session does not come to rest', async () => {
      const session = await this.#retrieve(sessionId)
      return session.status === 'idle' ? session : null
    })
  }

  async interrupt(sessionId: string): Promise<void> {
    // Not repeated either: a second one could hit the turn after.
    await this.#send(sessionId, [{ type: 'user.interrupt' }])
  }

  async #send(sessionId: string, events: EventSendParams['events']): Promise<void> {
    try {
      await this.claude.once('message', (sdk, options) => sdk.beta.sessions.events.send(sessionId, { events }, options))
    } catch (error) {
      const couldBeOver = error instanceof Rejected && error.reason === 'invalid'
      throw couldBeOver ? ((await goneInsteadOf(error, this.claude, sessionId)) ?? error) : error
    }
  }

  #events(
    sessionId: string,
    types: readonly BetaManagedAgentsSessionEventType[] = [],
    order: 'asc' | 'desc' = 'asc',
  ): AsyncGenerator<BetaManagedAgentsSessionEvent> {
    return this.claude.list('session', (sdk, page, options) =>
      sdk.beta.sessions.events.list(
        sessionId,
        { ...page, order, ...(types.length === 0 ? {} : { types: [...types] }) },
        options,
      ),
    )
  }
}

/** One line of visible characters. */
function printable(title: string): string {
  const line = title.replace(/[\p{C}\s]+/gu, ' ').trim()
  return [...line].slice(0, TITLE_LENGTH).join('')
}

/**
 * Looks again and again until there is something to be seen.
 * @throws Unavailable with the problem, after a while
 */
async function pollUntil<Seen>(problem: string, look: () => Promise<Seen | null>): Promise<Seen> {
  const deadline = Date.now() + REST_MS
  for (;;) {
    const seen = await look()
    if (seen !== null) return seen
    if (Date.now() > deadline) throw new Unavailable('claude', problem)
    await pause(REST_LOOK_MS)
  }
}
