/**
 * The way of a turn: who asks, where the answer goes, whose mailbox, which session, send, follow until the session rests. Every
 * step is noted before it is taken and found again after a crash, so a turn is run the same way whether it is new, was killed
 * half-way, or waited for days for a press of a button.
 */

import type { Log } from '../log.js'
import { describeError } from '../log.js'
import type { Alarms } from './alarms.js'
import type { Clock, ConnectionWatch } from './connection-watch.js'
import { type Ending, endingOf, endingOfSilence } from './endings.js'
import { failureEnding } from './failures.js'
import type { HostCallScope, HostCallsDeps } from './host-calls.js'
import { Interruption } from './interruption.js'
import { hasLostMailbox, tellReconnected } from './lost-mailbox.js'
import type { Approval, Conversation, IdentifiedPerson, Message, Profile, ThreadRead, Turn } from './model.js'
import { outgoingMessage } from './outgoing.js'
import { Patience } from './patience.js'
import { Pause } from './pause.js'
import {
  type Agent,
  type Connections,
  type EventFeed,
  type MailboxAccess,
  type MailboxAddresses,
  type MailboxGrant,
  OperatorProblem,
  type ReplyDisplay,
  SessionGone,
  type Surface,
  type ToolAnswer,
  Unavailable,
} from './ports.js'
import { Questions, toolAnswer } from './questions.js'
import { noteReference, type OwnMessages, Reading } from './reading.js'
import { type Reply, toolSteps } from './reply.js'
import { takeBack } from './revision.js'
import { ensureSession, findBearings, LATE_ARRIVAL_MS, letGoOfSession } from './session-keeper.js'
import { splitAtStop } from './stop-words.js'
import { namesInThread, readThread, type ThreadMessage, threadBlock, threadNotice } from './thread-reading.js'
import { type OwnerRooms, TurnOwner } from './turn-owner.js'
import type { TurnStore } from './turn-store.js'
import type { Phase, ReplyView } from './view.js'
import { type Names, namesIn, saysNothing, type Words } from './words.js'

export interface TurnRooms extends OwnerRooms {
  readonly store: TurnStore
  readonly agent: Agent
  readonly hostCalls: HostCallsDeps
  readonly access: MailboxAccess
  readonly connections: Connections
  readonly mailboxes: MailboxAddresses
  readonly watch: ConnectionWatch
  readonly surface: Surface
  readonly clock: Clock
  readonly alarms: Alarms
  readonly log: Log
  /** Looks at a conversation again. */
  readonly wake: (conversationId: string) => void
  /** For counting. */
  readonly onTurnEnded: (ending: Ending) => void
}

/** `waiting`: for a decision or a connection, which will wake the conversation. `anew`: its owner changed what it is about. */
export type TurnOutcome = 'ended' | 'waiting' | 'anew'

/** A session that has our messages and shows no sign of life for this long is given up. */
const SILENCE_MS = 5 * 60_000
/** How long a question for a connection stands before its turn ends. */
const CONNECTION_PATIENCE_MS = 24 * 60 * 60_000
/** How long before Slack's answer somebody may have seen what the request showed. */
const SEEN_BEFORE_ANSWERED_MS = 2_000
/** How long after a question its session is looked at again: it may have called for more meanwhile. */
const LOOKS_AGAIN_AFTER_MS = 5_000
const TITLE_LENGTH = 60

/** Endings that come in the middle of what the agent writes. */
const STOPPED: ReadonlySet<Ending> = new Set(['stopped', 'disconnected'])

const STARTED_AFRESH =
  'The session behind this conversation no longer exists, so I started a new one and took your earlier messages along.'

export class TurnRun {
  readonly #reading = new Reading()
  readonly #questions: Questions
  readonly #owner: TurnOwner
  #notice: string | null = null
  /** What a new session is told of the one before it. */
  #earlier: readonly Words[] = []
  #stopRequested: boolean
  /** Its owner's access was ended at this time (epoch milliseconds): whatever becomes of it, that is what its end says. */
  #accessEndedAt: number | null
  /** The event with which the session came to rest without the mailbox, before it was told to go on. */
  #lostEvent: string | null
  readonly #interruption = new Interruption()
  #startedAt: number | null
  readonly #patience = new Patience()
  /** Slack lets nothing be asked of the owner in private, and in public nothing is asked. */
  #isUnreachable = false
  /** How much of the answer this process has shown last; null: nothing yet. */
  #shown: { readonly items: number; readonly hasWords: boolean } | null = null
  /** The session has, or may have, this turn's messages. */
  #isSent = false
  #isSilent = false
  #isRevised = false
  /** What the thread says, for the session to hear with the messages. */
  #thread: readonly ThreadMessage[] | 'unreadable' | null = null
  /** What of it the session has heard. */
  #threadRead: ThreadRead
  readonly #pause: Pause
  #stopFollowing: () => void = () => undefined

  constructor(
    private readonly rooms: TurnRooms,
    private readonly turn: Turn,
    private conversation: Conversation,
    private readonly signal: AbortSignal,
  ) {
    this.#questions = new Questions(
      {
        approvals: rooms.store.approvals,
        outgoing: rooms.store.outgoing,
        agent: rooms.agent,
        hostCalls: rooms.hostCalls,
      },
      turn.id,
    )
    this.#owner = new TurnOwner(rooms, conversation.owner)
    this.#pause = new Pause(rooms.clock, signal)
    this.#accessEndedAt = turn.accessEndedAt
    this.#lostEvent = turn.lost?.event ?? null
    this.#stopRequested = turn.stopRequested || turn.accessEndedAt !== null
    this.#startedAt = turn.startedAt
    this.#threadRead = turn.threadRead
  }

  get conversationId(): string {
    return this.conversation.id
  }

  get #reply(): Reply {
    return this.#reading.reply
  }

  /** Only once it is decided where the reply goes. */
  get #display(): ReplyDisplay {
    return this.rooms.surface.reply(this.turn, this.conversation)
  }

  /** The owner pressed Stop. @param accessEndedAt or their access was ended at that time, in epoch milliseconds */
  async stop(accessEndedAt: number | null = null): Promise<void> {
    this.#stopRequested = true
    this.#accessEndedAt ??= accessEndedAt
    this.#pause.end()
    if (this.conversation.sessionId === null || !this.#isSent) return
    try {
      await this.#interrupt(this.conversation.sessionId)
    } catch (error) {
      // It may be long before anything else happens in the session: the turn is taken up anew, and with it the interruption.
      this.#stopFollowing()
      throw error
    }
  }

  /** What it is about was edited or deleted, as the store says already. */
  revise(): void {
    this.#isRevised = true
    this.#pause.end()
    this.#stopFollowing()
  }

  /** Whatever it is, it fails every time, and nobody foresaw it: the person is told instead of waiting for ever. */
  async abandon(): Promise<TurnOutcome> {
    return await this.#giveUp('unknown')
  }

  async #interrupt(sessionId: string): Promise<void> {
    await this.#interruption.make(() => this.#tellToStop(sessionId))
  }

  /** A session whose mailbox is taken away hears first that what it asked for was denied. */
  async #tellToStop(sessionId: string): Promise<void> {
    if (this.#accessEndedAt !== null) await this.#questions.deliverDenials(sessionId)
    await this.rooms.agent.interrupt(sessionId)
  }

  /** Does all that can be done now. */
  async advance(): Promise<TurnOutcome> {
    for (;;) {
      try {
        return await this.#advance()
      } catch (error) {
        this.signal.throwIfAborted()
        if (error instanceof SessionGone && !(await this.#hasTaken()) && this.conversation.sessionId !== null) {
          // It vanished between two looks, and nothing was sent to it: the next attempt makes a new one.
          this.conversation = await letGoOfSession(this.rooms, this.conversation, error)
          continue
        }
        if (!(error instanceof Unavailable)) return await this.#fail(error)
        const now = this.rooms.clock.now()
        this.#patience.fail(now)
        this.rooms.log.warn(
          { turn: this.turn.id, service: error.service, failures: this.#patience.failures, ...describeError(error) },
          'a service is unavailable',
        )
        // Once the session has the messages, saying "stopped" takes more than giving up: it would go on unseen.
        if (this.#stopRequested && !(await this.#hasTaken())) return await this.#giveUp('stopped')
        // A person's look-up that fails leaves the message waiting: nothing was promised to them yet, and Slack comes back.
        if (error.service !== 'slack' && this.#patience.isOver(now))
          return await this.#giveUp((await this.#hasTaken()) ? 'lost_contact' : `${error.service}_unavailable`)
        if (!this.#hasShownMore && this.#reply.items.length === 0)
          this.#show({ type: 'retrying', service: error.service })
        await this.#pause.take(this.#patience.pauseAfter(error))
      }
    }
  }

  async #advance(): Promise<TurnOutcome> {
    const turn = await this.rooms.store.turns.get(this.turn.id)
    await this.#questions.load()
    this.#accessEndedAt ??= turn.accessEndedAt
    this.#stopRequested ||= turn.stopRequested || turn.accessEndedAt !== null
    this.#lostEvent = turn.lost?.event ?? null
    this.#isSent = turn.state === 'running' || turn.state === 'waiting_approval'
    if (turn.isRevised && !this.#questions.hasUntoldYes) return await this.#takeUpAnew(turn)
    switch (turn.state) {
      case 'queued':
      case 'waiting_connection':
        return await this.#start(turn)
      case 'sending':
        return await this.#resumeSending(turn)
      case 'running':
        return await this.#resumeFollowing(true)
      case 'waiting_approval':
        return await this.#resumeDeciding()
      case 'superseded':
        return await this.#endSuperseded()
      case 'reconnecting':
        return await this.#reconnect(turn)
      case 'ended':
        return 'ended'
    }
  }

  /** From queued messages to a session that has them. Nothing is taken before the very moment of sending. */
  async #start(turn: Turn): Promise<TurnOutcome> {
    const { store, surface } = this.rooms
    const { messages: waiting, isStop, stopWords } = splitAtStop(await store.messages.queued(this.conversation.id))
    if (waiting.length === 0 && stopWords.length === 0) return await this.#discard()
    if (this.#stopRequested || isStop) return await this.#refuse('stopped')
    if (waiting.length === 0) return await this.#refuse('nothing_to_stop')
    await store.messages.dismiss(stopWords)

    const profile = await this.#owner.lookUp()
    if ('problem' in profile) return await this.#refuse(profile.problem)
    if (waiting.every(saysNothing)) return await this.#refuse('help')
    if (this.conversation.address === null) {
      const address = await surface.chooseAddress(this.conversation, waiting[0])
      if (address === 'no_direct_message') return await this.#refuse('no_direct_message')
      if ('undecidedUntil' in address) {
        this.rooms.alarms.set(this.conversation.id, address.undecidedUntil)
        return 'waiting'
      }
      await store.conversations.settleAddress(this.conversation.id, address)
      await this.#reload()
    }
    await this.#display.placeBelow(waiting)
    // A prompt that stands there already stays until there is something better to show.
    if (turn.state === 'queued') this.#show({ type: 'starting' })

    // What is being taken away must not be given back in the same moment: the end of that wakes the conversation.
    if (await store.accessEndings.isUnderWay(this.conversation.owner.id)) return 'waiting'
    const person = await this.#owner.identify(profile)
    if (person === null) return await this.#refuse('identifier_taken')
    const state = await this.rooms.connections.state(person)
    if (state !== 'connected') return await this.#waitForConnection(turn, person, state)
    this.#owner.learnMailboxAddress()
    const grant = await this.#owner.grant(person)
    if (grant === null) return await this.#waitForConnection(turn, person, 'expired')

    const sessionId = await this.#ensureSession(grant)
    if (this.conversation.isAdrift) this.conversation = await findBearings(this.rooms, this.conversation, sessionId)
    const abort = new AbortController()
    try {
      const feed = await this.#openFeed(sessionId, abort)
      if (this.#accessEndedAt !== null) return await this.#refuse('disconnected')
      // While Slack makes this wait, nothing is taken yet.
      this.#thread = await readThread(
        this.rooms,
        this.turn,
        this.conversation,
        await store.messages.queued(this.conversation.id),
      )
      const messages = await store.turns.take(this.turn)
      if (messages.length === 0) return await this.#discard()
      this.#isSent = true
      this.#startedAt = this.rooms.clock.now()
      await this.#display.placeBelow(messages)
      await this.#send(sessionId, messages, profile)
      return await this.#follow(sessionId, feed, abort)
    } finally {
      abort.abort()
    }
  }

  /** The process ended, or an answer was lost, between taking the messages and knowing that the session has them. */
  async #resumeSending(turn: Turn): Promise<TurnOutcome> {
    const profile = await this.#ownerProfile()
    const person = await this.#owner.identify(profile)
    if (person === null) return await this.#end('identifier_taken')
    const grant = await this.#owner.grant(person)
    if (grant === null) return await this.#waitForConnection(turn, person, 'expired')
    this.#owner.learnMailboxAddress()
    const sessionId = await this.#ensureSession(grant)
    if (turn.lost !== null) return await this.#goOn(sessionId, turn.lost.event)
    const messages = await this.rooms.store.messages.ofTurn(this.turn.id)
    // The process may have ended before the reply was where it belongs.
    await this.#display.placeBelow(messages)
    this.#show({ type: 'starting' })
    const abort = new AbortController()
    try {
      const feed = await this.#openFeed(sessionId, abort)
      const references = messages.map((message) => message.id)
      let arrived = await this.rooms.agent.findMessages(sessionId, references, this.conversation.position)
      if (arrived.size === 0) {
        await this.#pause.take(LATE_ARRIVAL_MS)
        arrived = await this.rooms.agent.findMessages(sessionId, references, this.conversation.position)
      }
      if (arrived.size === 0 && this.#stopRequested) return await this.#end('stopped')
      this.#isSent = true
      const missing = messages.filter((message) => !arrived.has(message.id))
      if (missing.length > 0) {
        this.#thread = await readThread(this.rooms, this.turn, this.conversation, messages)
        await this.#send(sessionId, missing, profile)
      } else await this.#hasArrived(await this.rooms.store.approvals.untoldDenials(this.conversation.id))
      return await this.#follow(sessionId, feed, abort)
    } finally {
      abort.abort()
    }
  }

  /** @param isAgain the session was at work on it when it was lost sight of */
  async #resumeFollowing(isAgain: boolean): Promise<TurnOutcome> {
    const { sessionId } = this.conversation
    if (sessionId === null) return await this.#end('unknown')
    await this.#ownerProfile()
    this.#owner.learnMailboxAddress()
    const abort = new AbortController()
    try {
      const feed = await this.#openFeed(sessionId, abort)
      this.#interruption.reset()
      if (this.#stopRequested) await this.#interrupt(sessionId)
      return await this.#follow(sessionId, feed, abort, isAgain)
    } finally {
      abort.abort()
    }
  }

  /**
   * Nothing to do, and nothing to show, until there is a decision that the session has not been told, a wish to stop, or a message instead
   * of a decision.
   */
  async #resumeDeciding(): Promise<TurnOutcome> {
    if (this.#questions.hasNews || this.#stopRequested) {
      await this.rooms.store.turns.setState(this.turn.id, 'running')
      return await this.#resumeFollowing(false)
    }
    if (await this.rooms.store.turns.supersede(this.turn)) return await this.#endSuperseded()
    if (!(await this.#hasMissedQuestion())) return 'waiting'
    await this.rooms.store.turns.setState(this.turn.id, 'running')
    return await this.#resumeFollowing(false)
  }

  /** The session may have called for more after nobody followed it any more: what it waits for is one question. */
  async #hasMissedQuestion(): Promise<boolean> {
    const { sessionId } = this.conversation
    const now = this.rooms.clock.now()
    const isDue = this.#questions.wereAskedWithin(now - 4 * LOOKS_AGAIN_AFTER_MS, now - LOOKS_AGAIN_AFTER_MS)
    if (sessionId === null || !isDue) return false
    const ahead = await this.#lookAhead(sessionId)
    return ahead !== null && this.#questions.hasMissed(ahead.awaiting)
  }

  /**
   * Its owner wrote something new instead of deciding. The session is not told here: until it has the denials it takes no message, so
   * the new one goes out with them, in one batch of the turn that follows.
   */
  async #endSuperseded(): Promise<TurnOutcome> {
    await this.#questions.load()
    await this.#ownerProfile()
    this.#owner.learnMailboxAddress()
    await this.#recall(null)
    if (this.conversation.sessionId !== null) await this.#recallNames(this.conversation.sessionId)
    return await this.#end('superseded')
  }

  /** Its owner edited or deleted what the session has heard. */
  async #takeUpAnew(turn: Turn): Promise<TurnOutcome> {
    this.#stopWaiting()
    const { isAnythingLeft, position } = await takeBack(
      this.rooms,
      turn,
      this.conversation,
      (ms) => this.#pause.take(ms),
      (sessionId) => this.#questions.deliverDenials(sessionId),
    )
    if (isAnythingLeft) return 'anew'
    if (!this.#questions.hasYes) {
      // Below a message that is gone, an answer would stand where everybody looks.
      await this.#display.remove()
      await this.rooms.store.turns.end(turn, 'retracted', position)
      return this.#ended('retracted', this.#display)
    }
    await this.#ownerProfile()
    await this.#recall(null)
    return await this.#end('retracted')
  }

  /** Reads the session's events until the turn is over or needs its owner. @param isAgain it was being read, and lost sight of */
  async #follow(sessionId: string, feed: EventFeed, abort: AbortController, isAgain = false): Promise<TurnOutcome> {
    if (this.#isRevised) return 'anew'
    const reading = this.#reading
    reading.begin(await this.#own(), this.#lostEvent)
    this.#stopFollowing = () => abort.abort()
    let isCaughtUp = false
    /** The calls that its owner has been asked about. */
    let asked: readonly string[] = []
    const silence = this.#watchForSilence(abort)
    for await (const event of feed) {
      if (event.type === 'caught_up') {
        isCaughtUp = true
        if (this.#questions.isAny) await this.#recallNames(sessionId)
        if (!isAgain || !this.#hasShownMore) this.#show({ type: 'working', goesOn: isAgain && this.#shown === null })
      } else {
        const taken = reading.take(event)
        this.#patience.progressed(reading.events)
        if (taken === 'earlier') continue
        silence.note(reading.isAtWork)
        // An interruption from before only reached an idle session.
        if (taken === 'begun' && isCaughtUp) this.#interruption.reset()
        if (this.#reply.end !== null) return await this.#rest()
        // Stopped before it went to work.
        if (event.type === 'idle' && this.#stopRequested && reading.hasRestedUnanswered)
          return await this.#end('stopped')
        if (this.#stopRequested && reading.isAtWork) await this.#interrupt(sessionId)
      }
      // What the session waited for in the middle of what is read again, it may not wait for any more, or for more than that.
      if (!isCaughtUp) continue
      // A stopped turn asks for nothing any more: the interruption ends it.
      if (this.#reply.awaiting.length > 0 && !this.#stopRequested) {
        const { awaiting } = this.#reply
        const { answers, isAsking, isHolding } = await this.#consider()
        if (answers.length > 0) await this.#deliver(sessionId, answers)
        else if (isAsking || isHolding) {
          if (awaiting.some((callId) => !asked.includes(callId))) await this.#ask(sessionId)
          asked = awaiting
          // Pressed while the question was being put, or it cannot be put at all: there is nothing to wait for.
          if (this.#wantsToStop) {
            await this.#interrupt(sessionId)
            continue
          }
          // It may have called for more while that was put to its owner: all of it is one question.
          if (await this.#hasGoneOn(sessionId)) continue
          return await this.#waitForDecision()
        }
      }
      if (event.type !== 'caught_up') this.#show({ type: 'working' })
    }
    this.signal.throwIfAborted()
    if (this.#wasRevised) return 'anew'
    if (!this.#isSilent) throw new Unavailable('claude', 'the event log ended')
    if (reading.settle()) return await this.#rest()
    await this.rooms.agent.interrupt(sessionId)
    if (this.#stopRequested) return await this.#end('stopped')
    return await this.#end(endingOfSilence(this.#reply))
  }

  async #own(): Promise<OwnMessages> {
    const messages = await this.rooms.store.messages.ofTurn(this.turn.id)
    return { turnId: this.turn.id, references: messages.map(({ id }) => id) }
  }

  /** Whether the session's log holds more than was read of it. Where that cannot be learnt, nothing waits for it. */
  async #hasGoneOn(sessionId: string): Promise<boolean> {
    const ahead = await this.#lookAhead(sessionId)
    return ahead !== null && ahead.position?.id !== this.#reply.position?.id
  }

  /** The reply as the session's log tells it now; null where it cannot be read. */
  async #lookAhead(sessionId: string): Promise<Reply | null> {
    const reading = new Reading()
    const abort = new AbortController()
    try {
      const signal = AbortSignal.any([this.signal, abort.signal])
      const feed = this.rooms.agent.follow(sessionId, this.conversation.position, signal)
      await reading.recall(feed, await this.#own(), null)
      return reading.reply
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof OperatorProblem)) throw error
      this.rooms.log.warn({ turn: this.turn.id, ...describeError(error) }, 'what a session waits for could not be read')
      return null
    } finally {
      abort.abort()
      // A feed that ends because the process does has not told all.
      this.signal.throwIfAborted()
    }
  }

  /**
   * What was being written when the events were lost sight of stands in Slack, and is nowhere else until it is whole: as long as the events tell
   * nothing beyond it, it stays as it is. What a process before this one has shown, nobody knows.
   */
  get #hasShownMore(): boolean {
    return this.#shown?.hasWords === true && this.#reply.items.length <= this.#shown.items
  }

  /** Null before it is known whose mailbox it is. */
  get #scope(): HostCallScope | null {
    const person = this.#owner.identified
    if (person === null) return null
    return { turnId: this.turn.id, conversation: this.conversation, person, signal: this.signal }
  }

  async #consider(): ReturnType<Questions['consider']> {
    const scope = this.#scope
    if (scope === null) throw new Error('a session works for somebody whose mailbox is not known')
    return await this.#questions.consider(this.#reply.awaiting, this.#reply, scope)
  }

  /** What was decided before is told by name, as it was asked. */
  async #recallNames(sessionId: string): Promise<void> {
    try {
      await this.#questions.lookUp(sessionId, this.#reply, this.#scope)
    } catch (error) {
      if (!(error instanceof Unavailable || error instanceof SessionGone)) throw error
      // It looks the worse for it, and nothing waits for that.
      this.rooms.log.warn({ turn: this.turn.id, ...describeError(error) }, 'what was decided could not be told by name')
    }
  }

  /** Puts all that the session waits for to its owner, who has it before them when this is done. */
  async #ask(sessionId: string): Promise<void> {
    const { clock } = this.rooms
    await this.#questions.lookUp(sessionId, this.#reply, this.#scope)
    const began = clock.now()
    this.#show({ type: 'deciding' })
    await this.#display.settled()
    if (!this.#display.reachesOwner) {
      this.#isUnreachable = true
      this.#stopRequested = true
      return
    }
    // They may see it, and write, before Slack has answered us; but what they wrote while Slack kept it back was no answer to it.
    await this.#questions.markAsked(this.#reply, Math.max(began, clock.now() - SEEN_BEFORE_ANSWERED_MS))
  }

  async #waitForDecision(): Promise<TurnOutcome> {
    const { turns } = this.rooms.store
    await turns.setState(this.turn.id, 'waiting_approval')
    if (await turns.supersede(this.turn)) return await this.#endSuperseded()
    this.rooms.alarms.set(this.conversation.id, this.rooms.clock.now() + LOOKS_AGAIN_AFTER_MS)
    // It may wait for days: nothing of it stays in memory.
    this.#display.close()
    return 'waiting'
  }

  /** The session has come to rest: the turn is over, unless that is because the mailbox was lost on the way. */
  async #rest(): Promise<TurnOutcome> {
    this.#accessEndedAt ??= (await this.rooms.store.turns.get(this.turn.id)).accessEndedAt
    const ending = endingOf(this.#reply, this.#stopRequested)
    const { end, position } = this.#reply
    if (
      position === null ||
      end === 'terminated' ||
      end === 'deleted' ||
      this.#stopRequested ||
      this.#accessEndedAt !== null
    )
      return await this.#end(ending)
    if (ending !== 'mailbox_refused' && !this.#reading.hasFailedSteps) return await this.#end(ending)
    const person = this.#owner.identified
    const isFirst = this.#lostEvent === null
    if (person === null || !(await hasLostMailbox(this.rooms, person, ending === 'mailbox_refused', isFirst)))
      return await this.#end(ending)
    await this.rooms.store.turns.lose(this.turn.id, position.id)
    this.#lostEvent = position.id
    return await this.#reconnect(await this.rooms.store.turns.get(this.turn.id))
  }

  /** Waits for the connection where it is gone, and then has the session go on with what it has heard already. */
  async #reconnect(turn: Turn): Promise<TurnOutcome> {
    if (turn.lost === null) return await this.#end('unknown')
    await this.#recall(turn.lost.event)
    if (this.#stopRequested) return await this.#end('stopped')
    const person = await this.#owner.identify(await this.#ownerProfile())
    if (this.#wantsToStop) return await this.#end('stopped')
    if (person === null) return await this.#end('identifier_taken')
    const state = await this.rooms.connections.state(person)
    if (state !== 'connected') return await this.#waitForConnection(turn, person, 'expired')
    const grant = await this.#owner.grant(person)
    if (grant === null) return await this.#waitForConnection(turn, person, 'expired')
    this.#stopWaiting()
    return await this.#goOn(await this.#ensureSession(grant), turn.lost.event)
  }

  /** Reads again what the session had said and done until it came to rest: it stays in sight. @param until the event it ends with; null: all there is */
  async #recall(until: string | null): Promise<void> {
    const { sessionId } = this.conversation
    if (sessionId === null || (until !== null && this.#reply.position?.id === until)) return
    const abort = new AbortController()
    try {
      const feed = this.rooms.agent.follow(
        sessionId,
        this.conversation.position,
        AbortSignal.any([this.signal, abort.signal]),
      )
      await this.#reading.recall(feed, await this.#own(), until)
      // A feed that ends because the process does has not told all.
      this.signal.throwIfAborted()
    } finally {
      abort.abort()
    }
  }

  /** Has a session that heard the turn's messages go on with them. */
  async #goOn(sessionId: string, lostEvent: string): Promise<TurnOutcome> {
    const { agent, store } = this.rooms
    const { position } = this.conversation
    const references = (await store.messages.ofTurn(this.turn.id)).map((message) => message.id)
    if ((await agent.findMessages(sessionId, references, position)).size === 0) {
      // The session that had heard it is gone; the one in its place begins from the beginning.
      await store.turns.beginAnew(this.turn.id)
      return await this.#advance()
    }
    const reference = noteReference(this.turn.id, lostEvent)
    const isFirst = (await store.turns.get(this.turn.id)).state === 'reconnecting'
    await store.turns.setState(this.turn.id, 'sending')
    this.#isSent = true
    const abort = new AbortController()
    try {
      const feed = await this.#openFeed(sessionId, abort)
      await tellReconnected(agent, sessionId, reference, position, isFirst, (ms) => this.#pause.take(ms))
      await store.turns.setState(this.turn.id, 'running')
      return await this.#follow(sessionId, feed, abort)
    } finally {
      abort.abort()
    }
  }

  /** A field that changes while others are awaited; the compiler believes that it stays as it was last seen. */
  get #wantsToStop(): boolean {
    return this.#stopRequested
  }

  get #wasRevised(): boolean {
    return this.#isRevised
  }

  get #endedMeanwhile(): boolean {
    return this.#accessEndedAt !== null
  }

  /** Ends the feed when a session that rests, or has not begun, shows no sign of taking up what it was sent. */
  #watchForSilence(abort: AbortController): { note(isAtWork: boolean): void } {
    const arm = () =>
      this.rooms.clock.setTimeout(() => {
        // Nobody follows this feed any more.
        if (abort.signal.aborted) return
        this.#isSilent = true
        abort.abort()
      }, SILENCE_MS)
    // A session may repeat for ever that it rests: that is no sign of life.
    let timer: { clear(): void } | null = arm()
    return {
      note: (isAtWork) => {
        if (isAtWork) timer?.clear()
        timer = isAtWork ? null : (timer ?? arm())
      },
    }
  }

  async #deliver(sessionId: string, answers: readonly ToolAnswer[]): Promise<void> {
    // Credentials are read when a session goes from idle to running, and a decision may come hours after the question.
    const person = this.#owner.identified
    const grant = person === null ? null : await this.#owner.grant(person)
    if (grant !== null) await this.rooms.agent.refreshSession(sessionId, grant)
    await this.#questions.deliver(sessionId, answers)
  }

  #threadBlock(thread: readonly ThreadMessage[], names: Names, { timeZone }: Profile): string | null {
    return thread.length === 0 ? null : threadBlock(thread, names, timeZone)
  }

  async #send(sessionId: string, messages: readonly Message[], profile: Profile): Promise<void> {
    const thread = this.#thread === 'unreadable' ? [] : (this.#thread ?? [])
    const wanted = [
      ...messages.flatMap(namesIn),
      ...namesInThread(thread),
      ...this.#earlier.flatMap(({ mentions }) => mentions),
    ]
    const names = await this.rooms.surface.names(wanted, this.conversation.owner)
    const outgoing = messages.map((message, index) =>
      index === 0
        ? outgoingMessage(
            message,
            this.conversation,
            profile,
            names,
            this.#earlier,
            this.#threadBlock(thread, names, profile),
          )
        : outgoingMessage(message, this.conversation, profile, names, []),
    )
    this.#threadRead = this.#thread === 'unreadable' ? 'unreadable' : (this.#thread?.length ?? null)
    await this.rooms.store.turns.noteThread(this.turn.id, this.#threadRead)
    const denials = await this.rooms.store.approvals.untoldDenials(this.conversation.id)
    await this.rooms.agent.sendMessages(sessionId, outgoing, denials.map(toolAnswer))
    await this.#hasArrived(denials)
  }

  /** The session has the turn's messages, and what went with them. */
  async #hasArrived(denials: readonly Approval[]): Promise<void> {
    const { approvals, turns } = this.rooms.store
    await approvals.markDelivered(denials.map(({ id }) => id))
    await turns.setState(this.turn.id, 'running')
  }

  /** The conversation's session, up to date; a new one where there is none or the old one is gone. */
  async #ensureSession(grant: MailboxGrant): Promise<string> {
    const kept = await ensureSession(this.rooms, this.conversation, grant, this.#title(), (ms) => this.#pause.take(ms))
    this.conversation = kept.conversation
    // Kept for a further attempt, which finds the new session made already.
    if (kept.earlier.length > 0) {
      this.#earlier = kept.earlier
      this.#notice = STARTED_AFRESH
    }
    return kept.sessionId
  }

  /** Titles are seen by whoever holds the API key: they name the person, not what was asked. */
  #title(): string {
    const name = this.#owner.name ?? this.conversation.owner.user
    return `Inbox of ${name}`.slice(0, TITLE_LENGTH)
  }

  async #openFeed(sessionId: string, abort: AbortController): Promise<EventFeed> {
    const feed = this.rooms.agent.follow(
      sessionId,
      this.conversation.position,
      AbortSignal.any([this.signal, abort.signal]),
    )
    await feed.opened
    return feed
  }

  async #waitForConnection(turn: Turn, person: IdentifiedPerson, state: 'missing' | 'expired'): Promise<TurnOutcome> {
    const { store, watch, wake, clock } = this.rooms
    this.rooms.mailboxes.forget(person)
    const hasTaken = turn.state === 'sending' || turn.lost !== null
    if (this.#stopRequested) {
      // The session may have the messages all the same.
      if (turn.state === 'sending' && this.conversation.sessionId !== null)
        await this.#interrupt(this.conversation.sessionId)
      return await this.#giveUp('stopped')
    }
    // One that waited behind something else is only asked now.
    const askedAt =
      turn.lost?.at ?? turn.startedAt ?? (turn.state === 'waiting_connection' ? turn.createdAt : clock.now())
    const givesUpAt = askedAt + CONNECTION_PATIENCE_MS
    if (clock.now() >= givesUpAt)
      return hasTaken ? await this.#end('mailbox_refused') : await this.#refuse('not_connected')
    if (this.#accessEndedAt !== null) return await this.#giveUp('disconnected')
    const link = await watch.link(person)
    this.#show({ type: 'connecting', state, url: link.url })
    await this.#display.settled()
    if (!this.#display.reachesOwner) return await this.#giveUp('no_direct_message')
    // Ended while the link was being fetched: whoever ended it has looked for waiting turns already.
    if (this.#endedMeanwhile) return await this.#giveUp('disconnected')
    // One that may have been sent, or not, stays at that: it is looked up when the wait is over.
    if (turn.state !== 'sending')
      await store.turns.setState(this.turn.id, hasTaken ? 'reconnecting' : 'waiting_connection')
    watch.wait(person, this.turn.id, link, {
      since: clock.now(),
      until: givesUpAt,
      onLink: (fresh) => this.#show({ type: 'connecting', state, url: fresh.url }),
      onOver: () => wake(this.conversation.id),
    })
    return 'waiting'
  }

  async #ownerProfile(): Promise<Profile> {
    const { profile, isDeactivated } = await this.#owner.recall()
    if (isDeactivated) {
      this.#stopRequested = true
      this.#accessEndedAt ??= this.rooms.clock.now()
    }
    return profile
  }

  async #reload(): Promise<void> {
    this.conversation = await this.rooms.store.conversations.get(this.conversation.id)
  }

  #show(phase: Phase): void {
    if (this.conversation.address === null) return
    const { items, preview } = this.#reply
    this.#shown = { items: items.length, hasWords: items.length > 0 || (preview?.text ?? '') !== '' }
    this.#display.show(this.#view(phase))
  }

  get #noticeNow(): string | null {
    const { origin, address } = this.conversation
    const lines = [this.#notice, threadNotice(this.#threadRead, origin, address)].filter((line) => line !== null)
    return lines.length === 0 ? null : lines.join(' ')
  }

  #view(phase: Phase): ReplyView {
    return {
      phase,
      reply: this.#reply,
      approvals: this.#questions.views(this.#reply, this.#owner.timeZone, this.#owner.mailboxAddress),
      ownerName: this.#owner.name,
      mailboxAddress: this.#owner.mailboxAddress,
      notice: this.#noticeNow,
      cutOff: phase.type === 'ended' && STOPPED.has(phase.ending) ? this.#reading.cutOff : null,
      tookMs: phase.type === 'ended' && this.#startedAt !== null ? this.rooms.clock.now() - this.#startedAt : null,
    }
  }

  /** Ends a turn that has not sent anything: its messages have been dealt with by these words, and no session hears of them. */
  async #refuse(wanted: Ending): Promise<'ended'> {
    const ending = this.#endingInView(wanted)
    const endedAt = this.#accessEndedAt
    const queued = await this.rooms.store.messages.queued(this.conversation.id)
    // What was written since is asked for a connection as if for the first time.
    const messages =
      ending === 'disconnected' && endedAt !== null
        ? queued.filter((message) => Number(message.ts) * 1_000 <= endedAt)
        : queued
    const display = this.#displayOfRefusal
    if (this.conversation.address === null) await this.rooms.surface.withdrawQuestion(this.conversation)
    await display.placeBelow(messages)
    this.#stopWaiting()
    display.show(this.#view({ type: 'ended', ending }))
    await display.settled()
    await this.rooms.store.turns.refuse(this.turn, messages, ending)
    return this.#ended(ending, display)
  }

  /**
   * A refusal says nothing of anybody's mail, so that where no place for replies has been decided it may stand where it was asked:
   * to some of the people who are refused, Slack opens no direct message.
   */
  get #displayOfRefusal(): ReplyDisplay {
    const { address, origin } = this.conversation
    return this.rooms.surface.reply(this.turn, { ...this.conversation, address: address ?? origin })
  }

  async #end(wanted: Ending): Promise<TurnOutcome> {
    const ending = this.#endingInView(wanted)
    this.#stopWaiting()
    await this.#questions.load()
    this.#show({ type: 'ended', ending })
    await this.#display.settled()
    // One that was overtaken by the end of its turn must not hit the next one.
    await this.#interruption.settled
    const person = this.#owner.identified
    if (ending === 'mailbox_refused' && person !== null) await this.rooms.access.distrust(person)
    // A reply without an end was given up: the session may go on, and nobody knows where its log will stand. One whose questions a new message
    // denied stands still until it hears of that.
    const isAtRest = this.#reply.end !== null || wanted === 'superseded' || wanted === 'retracted'
    if (!(await this.rooms.store.turns.end(this.turn, ending, isAtRest ? this.#reply.position : null))) return 'anew'
    if (ending === 'session_terminated' || ending === 'session_deleted') {
      await this.rooms.store.conversations.forgetSession(this.conversation.id)
    }
    return this.#ended(ending, this.#display)
  }

  /** Where access was ended, or its owner cannot be asked, that is why, however it came about. */
  #endingInView(ending: Ending): Ending {
    if (this.#accessEndedAt !== null && ending !== 'deactivated') return 'disconnected'
    return this.#isUnreachable ? 'no_direct_message' : ending
  }

  #ended(ending: Ending, display: ReplyDisplay): 'ended' {
    this.rooms.log.info(
      {
        turn: this.turn.id,
        conversation: this.conversation.id,
        session: this.conversation.sessionId,
        ending,
        steps: toolSteps(this.#reply).length,
      },
      'a turn ended',
    )
    this.rooms.onTurnEnded(ending)
    display.close()
    return 'ended'
  }

  #stopWaiting(): void {
    const person = this.#owner.identified
    if (person !== null) this.rooms.watch.forget(person, this.turn.id)
  }

  /** What waits behind a turn that has taken its messages stays queued: it is answered next. */
  async #giveUp(ending: Ending): Promise<TurnOutcome> {
    return (await this.#hasTaken()) ? await this.#end(ending) : await this.#refuse(ending)
  }

  async #hasTaken(): Promise<boolean> {
    const { state } = await this.rooms.store.turns.get(this.turn.id)
    return state !== 'queued' && state !== 'waiting_connection'
  }

  /** What cannot be tried again, in words for the person and a line for the operator. */
  async #fail(error: unknown): Promise<TurnOutcome> {
    const ending = failureEnding(error)
    this.rooms.log.error(
      { turn: this.turn.id, conversation: this.conversation.id, ending, ...describeError(error) },
      'a turn failed',
    )
    if (ending === null) throw error
    return await this.#giveUp(ending)
  }

  async #discard(): Promise<'ended'> {
    this.#stopWaiting()
    if (this.conversation.address === null) await this.rooms.surface.withdrawQuestion(this.conversation)
    else await this.#display.remove()
    await this.rooms.store.turns.discard(this.turn)
    if (this.conversation.address !== null) this.#display.close()
    return 'ended'
  }
}
