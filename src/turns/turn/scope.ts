/**
 * The state that the phases of a turn share in this process. Everything that has to outlive the process is in the store.
 */

import type { Log } from '../../log.js'
import type { ConnectionWatch } from '../connections/connection-watch.js'
import type { Ending } from '../endings.js'
import type { FileIntake } from '../files/file-intake.js'
import { filesNotice } from '../files/file-words.js'
import type { Conversation, Message, Profile, ThreadRead, Turn } from '../model.js'
import type { Agent, Connections, Lines, MailboxAccess, ReplyDisplay, Surface } from '../ports.js'
import type { Reply } from '../reply.js'
import type { ChangeUndoing } from '../sending/change-undoing.js'
import type { HostCallScope, HostCallsDeps } from '../sending/host-calls.js'
import type { Outbox } from '../sending/outbox.js'
import { Questions } from '../sending/questions.js'
import type { Alarms } from '../time/alarms.js'
import type { Clock } from '../time/clock.js'
import { Pause } from '../time/pause.js'
import type { TurnStore } from '../turn-store.js'
import type { Phase, ReplyView } from '../view.js'
import type { Words } from '../words.js'
import { Interruption } from './interruption.js'
import { type OwnerDeps, TurnOwner } from './owner.js'
import { type OwnMessages, Reading } from './reading.js'
import { ServiceRetries } from './service-retries.js'
import { threadNotice } from './thread-reading.js'

export interface TurnDeps extends OwnerDeps {
  readonly store: TurnStore
  readonly agent: Agent
  readonly hostCalls: HostCallsDeps
  readonly outbox: Pick<Outbox, 'wake'>
  readonly undoing: Pick<ChangeUndoing, 'prepare'>
  readonly access: MailboxAccess
  readonly connections: Connections
  readonly watch: ConnectionWatch
  readonly surface: Surface
  readonly files: Pick<FileIntake, 'attach' | 'ofMessages' | 'ofTurn'>
  /** A session was given up, or a message taken back: what was uploaded for it is removed. */
  readonly tidyFiles: () => void
  readonly clock: Clock
  readonly alarms: Alarms
  readonly log: Log
  /** Looks at a conversation again. */
  readonly wake: (conversationId: string) => void
  /** For counting. */
  readonly onTurnEnded: (ending: Ending) => void
}

/** `waiting`: for a decision or a connection, which wakes the conversation. `revised`: its owner edited or deleted its messages. */
export type TurnOutcome = 'ended' | 'waiting' | 'revised'

/** The result of a phase. `next_phase`: the turn's state in the store has changed, and says which phase is next. */
export type PhaseOutcome = TurnOutcome | 'next_phase'

/**
 * Why a turn stops. `owner`: they pressed Stop. `unreachable`: Slack takes no private message for them, and nothing is asked in public.
 * `access_ended`: their access to the mailbox was ended at this time (epoch milliseconds).
 */
export type StopCause =
  | { readonly by: 'owner' }
  | { readonly by: 'unreachable' }
  | { readonly by: 'access_ended'; readonly at: number }

/** Of two causes, the one that the turn's end says. */
const WEIGHT: Readonly<Record<StopCause['by'], number>> = { owner: 1, unreachable: 2, access_ended: 3 }

/** Endings that come in the middle of what the agent writes. */
const STOPPED: ReadonlySet<Ending> = new Set(['stopped', 'disconnected'])

export class TurnScope {
  readonly reading = new Reading()
  readonly questions: Questions
  readonly owner: TurnOwner
  readonly interruption = new Interruption()
  readonly retries = new ServiceRetries()
  readonly pause: Pause
  /** The event with which the session came to rest without the mailbox, before it was told to go on. */
  lostEvent: string | null = null
  /** Epoch milliseconds: when the messages were taken. */
  startedAt: number | null
  /** The session has, or may have, this turn's messages. */
  isSent = false
  /** What a new session is told of the one before it. */
  earlier: readonly Words[] = []
  /** A line above the answer, e.g. that the conversation had to start afresh. */
  notice: string | null = null
  /** What of its messages' files the session does not get; null: it gets all there are. */
  filesNotice: string | null = null
  /** Decided when the turn ends. */
  saysHowToGoOn = false
  /** What of its thread the session has heard. */
  threadRead: ThreadRead
  /** Ends the feed that is being followed. */
  stopFollowing: () => void = () => undefined
  #stopCause: StopCause | null = null
  #isRevised = false
  /** How much of the answer this process has shown last; null: nothing yet. */
  #shown: { readonly items: number; readonly hasWords: boolean } | null = null

  /** @param signal the bot stops */
  constructor(
    readonly deps: TurnDeps,
    readonly turn: Turn,
    public conversation: Conversation,
    readonly signal: AbortSignal,
  ) {
    const { store, agent, hostCalls, clock } = deps
    const { approvals, outgoing, undos } = store
    this.questions = new Questions({ approvals, outgoing, undos, agent, hostCalls }, turn.id)
    this.owner = new TurnOwner(deps, conversation.owner)
    this.pause = new Pause(clock, signal)
    this.startedAt = turn.startedAt
    this.threadRead = turn.threadRead
    this.refresh(turn)
  }

  /** Takes over the turn's current state from the store. */
  refresh(turn: Turn): void {
    if (turn.stopRequested) this.requestStop({ by: 'owner' })
    if (turn.accessEndedAt !== null) this.requestStop({ by: 'access_ended', at: turn.accessEndedAt })
    this.lostEvent = turn.lost?.event ?? null
  }

  /** Null: it goes on. May change whenever something is awaited. */
  stopCause(): StopCause | null {
    return this.#stopCause
  }

  /** The first cause stands, unless this one weighs more. */
  requestStop(cause: StopCause): void {
    if (this.#stopCause === null || WEIGHT[cause.by] > WEIGHT[this.#stopCause.by]) this.#stopCause = cause
  }

  /** Epoch milliseconds: since when its owner's access has ended; null where it has not. May change whenever something is awaited. */
  accessEndedAt(): number | null {
    return this.#stopCause?.by === 'access_ended' ? this.#stopCause.at : null
  }

  /** Its owner edited or deleted what it is about, whether or not it is to stop, too. May change whenever something is awaited. */
  isRevised(): boolean {
    return this.#isRevised
  }

  markRevised(): void {
    this.#isRevised = true
  }

  get reply(): Reply {
    return this.reading.reply
  }

  /** Only once it is decided where the reply goes. */
  get display(): ReplyDisplay {
    return this.deps.surface.reply(this.turn, this.conversation)
  }

  /** Moves the reply below what it answers: as long as no session has heard a line, another one may join it. */
  async placeBelow(messages: readonly Message[]): Promise<void> {
    await this.reload()
    await this.display.placeBelow(messages, this.lines)
  }

  /** Where replies go may have changed. */
  async reload(): Promise<void> {
    this.conversation = await this.deps.store.conversations.get(this.conversation.id)
  }

  get lines(): Lines | null {
    const { kind, origin, address } = this.conversation
    if (kind !== 'im' || address === null || address.threadTs === origin.threadTs) return null
    return { first: origin, last: address }
  }

  /** In whose name the bot's own tools run; null before it is known whose mailbox it is. */
  get hostCallScope(): HostCallScope | null {
    const person = this.owner.identified
    if (person === null) return null
    return { turnId: this.turn.id, conversation: this.conversation, person, signal: this.signal }
  }

  /** What tells this turn's messages from all others in the session. */
  async ownMessages(): Promise<OwnMessages> {
    const messages = await this.deps.store.messages.ofTurn(this.turn.id)
    return { turnId: this.turn.id, references: messages.map(({ id }) => id) }
  }

  /** The messages were taken: whether or not a session has them, no other turn answers them. */
  async hasTaken(): Promise<boolean> {
    const { state } = await this.deps.store.turns.get(this.turn.id)
    return state !== 'queued' && state !== 'waiting_connection'
  }

  /** What is known of the owner; for somebody who left the workspace meanwhile, the turn stops. */
  async ownerProfile(): Promise<Profile> {
    const { profile, isDeactivated } = await this.owner.recall()
    if (isDeactivated) this.requestStop({ by: 'access_ended', at: this.deps.clock.now() })
    return profile
  }

  /** Interrupts the session, once. One whose mailbox is taken away hears first that what it asked for was denied. */
  async interrupt(sessionId: string): Promise<void> {
    await this.interruption.send(async () => {
      if (this.accessEndedAt() !== null) await this.questions.deliverDenials(sessionId)
      await this.deps.agent.interrupt(sessionId)
    })
  }

  /** Hands the files of these messages to the session, and tells what it does not get before anything is sent. @throws Unavailable, SessionGone */
  async attachFiles(sessionId: string, messages: readonly Message[]): Promise<void> {
    const { files } = this.deps
    if (messages.every((message) => message.files.length === 0)) return
    await files.attach(this.conversation.id, sessionId, messages, {
      signal: this.signal,
      isStopped: () => this.#stopCause !== null || this.#isRevised,
      pause: (ms) => this.pause.take(ms),
    })
    const notice = filesNotice(await files.ofMessages(messages))
    if (notice === this.filesNotice) return
    this.filesNotice = notice
    this.show({ type: 'starting' })
    await this.display.settled()
  }

  /** What the store knows of the files of a turn that has taken its messages. */
  async recallFiles(): Promise<void> {
    this.filesNotice ??= filesNotice(await this.deps.files.ofTurn(this.turn.id))
  }

  /** Nobody waits for the owner's connection on behalf of this turn any more. */
  stopWaiting(): void {
    const person = this.owner.identified
    if (person !== null) this.deps.watch.forget(person, this.turn.id)
  }

  /** This process has shown something of the turn already. */
  get hasShown(): boolean {
    return this.#shown !== null
  }

  /**
   * Slack shows a preview that the event log does not have yet. As long as the log has nothing beyond it, the preview stays. What an earlier
   * process has shown is not known.
   */
  get hasShownMore(): boolean {
    return this.#shown?.hasWords === true && this.reply.items.length <= this.#shown.items
  }

  show(phase: Phase): void {
    if (this.conversation.address === null) return
    const { items, preview } = this.reply
    this.#shown = { items: items.length, hasWords: items.length > 0 || (preview?.text ?? '') !== '' }
    this.display.show(this.view(phase))
  }

  view(phase: Phase): ReplyView {
    const { reply, owner, startedAt } = this
    return {
      phase,
      reply,
      approvals: this.questions.views(reply, owner.timeZone, owner.mailboxAddress),
      ownerName: owner.name,
      mailboxAddress: owner.mailboxAddress,
      notice: this.#notices(),
      cutOff: phase.type === 'ended' && STOPPED.has(phase.ending) ? this.reading.cutOff : null,
      saysHowToGoOn: this.saysHowToGoOn,
      tookMs: phase.type === 'ended' && startedAt !== null ? this.deps.clock.now() - startedAt : null,
    }
  }

  #notices(): string | null {
    const { origin, address } = this.conversation
    const lines = [this.notice, threadNotice(this.threadRead, origin, address), this.filesNotice].filter(
      (line) => line !== null,
    )
    return lines.length === 0 ? null : lines.join(' ')
  }
}
