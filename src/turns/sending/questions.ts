/**
 * The tool calls that a session waits for in one turn: which need their owner's decision, what each is about, what host-side tools answer, and the
 * delivery of all answers to the session.
 */

import type { UndoState } from '../change-undo.js'
import type { Approval, DeniedBy } from '../model.js'
import { isPast, type OutgoingMail, type OutgoingMailView, type ResolvedMail } from '../outgoing-mail.js'
import { type Agent, Rejected, type ToolAnswer } from '../ports.js'
import { type Reply, type ToolStep, toolSteps } from '../reply.js'
import { day, timeOfDay } from '../time/time-of-day.js'
import type { TurnStore } from '../turn-store.js'
import type { ApprovalView, IdName } from '../view.js'
import { callHash } from './call-hash.js'
import type { AllowedChange } from './change-undoing.js'
import { type HostCallScope, type HostCallsDeps, handleHostCall } from './host-calls.js'
import { deniedResult, LEFT_OUT, WRITTEN_INSTEAD } from './sending-results.js'

export interface QuestionsDeps {
  readonly approvals: TurnStore['approvals']
  readonly outgoing: TurnStore['outgoing']
  readonly undos: Pick<TurnStore['undos'], 'ofTurn' | 'offer'>
  readonly agent: Pick<Agent, 'describeIds' | 'sendAnswers'>
  readonly hostCalls: HostCallsDeps
}

/** How a session's wait stands. */
export interface AwaitedStatus {
  /** What it can be told now. */
  readonly answers: readonly ToolAnswer[]
  /** Something is up to the owner. */
  readonly isAsking: boolean
  /** Something that they approved has not come to its end. */
  readonly isHolding: boolean
}

export class Questions {
  #approvals: readonly Approval[] = []
  #names: ReadonlyMap<string, IdName> = new Map()
  #mails: ReadonlyMap<string, OutgoingMail> = new Map()
  #hasLookedUp = false
  #undos: ReadonlyMap<string, UndoState> = new Map()
  /** What the cards of mails show, by approval. */
  readonly #contents = new Map<string, ResolvedMail | null>()

  constructor(
    private readonly deps: QuestionsDeps,
    private readonly turnId: string,
  ) {}

  async load(): Promise<void> {
    this.#approvals = await this.deps.approvals.ofTurn(this.turnId)
    this.#mails = new Map((await this.deps.outgoing.ofTurn(this.turnId)).map((mail) => [mail.id, mail]))
    this.#undos = await this.deps.undos.ofTurn(this.turnId)
  }

  /** There is a decision that the session has not been told, whether or not it can be told already, or something that nobody was asked yet. */
  get hasUndelivered(): boolean {
    return this.#approvals.some(
      ({ decision, askedAt, delivered }) => !delivered && (decision !== null || askedAt === null),
    )
  }

  /** There is a yes that the session has not been told: it was there first, whatever its owner changes now. */
  get hasUndeliveredApproval(): boolean {
    return this.#approvals.some((approval) => approval.decision === 'approved' && !approval.delivered)
  }

  /** Something was allowed in this turn, and may have been done. */
  get hasApproved(): boolean {
    return this.#approvals.some((approval) => approval.decision === 'approved')
  }

  /** Some were put to their owner in this span of time. Epoch milliseconds. */
  wereAskedWithin(from: number, to: number): boolean {
    return this.#approvals.some(({ askedAt }) => askedAt !== null && askedAt >= from && askedAt <= to)
  }

  /** A session that waits for these calls waits for something that was not asked yet. */
  hasUnasked(callIds: readonly string[]): boolean {
    return callIds.some((callId) => !this.#approvals.some((approval) => approval.callId === callId))
  }

  /** Mails that this reply asks for, as they were loaded last. One from before its question was edited is in no reply. */
  mailsIn(reply: Reply): readonly OutgoingMail[] {
    const calls = new Set(toolSteps(reply).map(({ id }) => id))
    const shown = this.#approvals.filter(({ callId }) => calls.has(callId))
    return shown.flatMap(({ id }) => this.#mails.get(id) ?? [])
  }

  /** Names are known, as far as the session knows them. */
  get hasLookedUp(): boolean {
    return this.#hasLookedUp
  }

  /** There was something to decide in this turn. */
  get hasAny(): boolean {
    return this.#approvals.length > 0
  }

  /**
   * Looks at every call that the session waits for: asks, runs, or finds what became of it.
   * @throws Unavailable, OperatorProblem
   */
  async handleAwaited(awaiting: readonly string[], reply: Reply, scope: HostCallScope): Promise<AwaitedStatus> {
    const steps = toolSteps(reply).filter((step) => awaiting.includes(step.id))
    await this.#openSessionCalls(steps)
    const answers: ToolAnswer[] = []
    let isAsking = false
    let isHolding = false
    for (const step of steps) {
      const approval = this.#approvalOf(step)
      if (approval?.delivered === true) continue
      if (step.isHosted !== true) {
        if (approval === undefined || approval.decision === null) isAsking = true
        else answers.push(toolAnswer(approval))
        continue
      }
      const mail = approval === undefined ? null : (this.#mails.get(approval.id) ?? null)
      const state = await handleHostCall(this.deps.hostCalls, scope, step, mail, approval ?? null)
      if (state === 'asking') isAsking = true
      else if (state === 'holding') isHolding = true
      else answers.push({ callId: step.id, ...state })
    }
    await this.load()
    return { answers, isAsking, isHolding }
  }

  /** What could send by itself in earlier versions is denied at once. */
  async #openSessionCalls(steps: readonly ToolStep[]): Promise<void> {
    const { approvals } = this.deps
    const own = steps.filter((step) => step.isHosted !== true)
    await approvals.open(
      this.turnId,
      own.map((step) => step.id),
    )
    await this.load()
    const retired = own.flatMap((step) => (step.isRetired === true ? (this.#approvalOf(step)?.id ?? []) : []))
    if (retired.length === 0) return
    await approvals.denyOutdated(retired)
    await this.load()
  }

  #approvalOf(step: ToolStep): Approval | undefined {
    return this.#approvals.find((approval) => approval.callId === step.id)
  }

  /**
   * An id tells a person nothing: what it stands for is looked up in the session, and what a mail says in the mailbox.
   * @throws Unavailable, SessionGone, OperatorProblem
   */
  async lookUp(sessionId: string, reply: Reply, scope: HostCallScope | null): Promise<void> {
    const asked = new Set(this.#approvals.map((approval) => approval.callId))
    const steps = toolSteps(reply).filter((step) => asked.has(step.id))
    const ids = steps.filter((step) => step.isHosted !== true).flatMap((step) => idsIn(step.input))
    if (ids.length > 0) this.#names = await this.deps.agent.describeIds(sessionId, ids)
    this.#hasLookedUp = true
    if (scope === null) return
    for (const mail of this.#mails.values())
      this.#contents.set(mail.id, await this.deps.hostCalls.contents.shown(scope.person, mail))
  }

  /**
   * All that is open stands before its owner.
   * @param at epoch milliseconds: what they write from then on, they write instead of deciding
   */
  async markAsked(reply: Reply, at: number): Promise<void> {
    const steps = new Map(toolSteps(reply).map((step) => [step.id, step]))
    const open = this.#approvals.filter((approval) => approval.decision === null)
    await this.deps.approvals.markAsked(
      open.map(({ id, callId }) => ({ id, shown: this.#mails.get(id)?.hash ?? shownOf(steps.get(callId)) })),
      at,
    )
  }

  /** What these answers allow the session to do by itself. */
  allowedBy(answers: readonly ToolAnswer[], reply: Reply): AllowedChange[] {
    const allowed = new Set(answers.flatMap((answer) => ('allowed' in answer && answer.allowed ? [answer.callId] : [])))
    return toolSteps(reply).flatMap((step) => {
      const approval = allowed.has(step.id) ? this.#approvalOf(step) : undefined
      return approval === undefined ? [] : [{ id: approval.id, name: step.name, input: step.input }]
    })
  }

  /** What was done is its owner's to take back from now on, where it is known how. */
  async offerUndo(reply: Reply): Promise<void> {
    const done = toolSteps(reply).filter(({ state }) => state === 'done')
    const known = done
      .flatMap((step) => this.#approvalOf(step)?.id ?? [])
      .filter((id) => this.#undos.get(id) === 'known')
    if (known.length === 0) return
    await this.deps.undos.offer(known)
    await this.load()
  }

  /** @throws SessionGone, Unavailable, OperatorProblem, Rejected */
  async deliver(sessionId: string, answers: readonly ToolAnswer[]): Promise<void> {
    await this.deps.agent.sendAnswers(sessionId, answers)
    const told = new Set(answers.map(({ callId }) => callId))
    await this.deps.approvals.markDelivered(
      this.#approvals.filter(({ callId }) => told.has(callId)).map((approval) => approval.id),
    )
    await this.load()
  }

  /**
   * For a turn that may do nothing more: the session is told of what was denied. A yes that it has not heard yet, it never hears.
   * @throws SessionGone, Unavailable, OperatorProblem
   */
  async deliverDenials(sessionId: string): Promise<void> {
    await this.load()
    const denied = this.#approvals.filter((approval) => approval.decision === 'denied' && !approval.delivered)
    if (denied.length === 0) return
    try {
      await this.deliver(sessionId, denied.map(toolAnswer))
    } catch (error) {
      // The session waits for it no more, so nothing can come of it either.
      if (!(error instanceof Rejected)) throw error
    }
  }

  /** In the order in which they were asked. @param timeZone the owner's @param mailbox its address, where it is known */
  views(reply: Reply, timeZone: string, mailbox: string | null): ApprovalView[] {
    const { hostCalls } = this.deps
    const approvals = new Map(this.#approvals.map((approval) => [approval.callId, approval]))
    const names = new Map([...this.#names].map(([id, { words }]) => [id, words]))
    const dated = [...this.#names].flatMap(([id, { at }]) => (at === null ? [] : [[id, day(at, timeZone)] as const]))
    const dates = new Map(dated)
    return toolSteps(reply).flatMap((step) => {
      const approval = approvals.get(step.id)
      if (approval === undefined) return []
      const mail = this.#mails.get(approval.id)
      const outgoing =
        mail &&
        outgoingView(
          mail,
          this.#contents.get(mail.id) ?? hostCalls.contents.known(mail),
          timeZone,
          hostCalls.clock.now(),
        )
      const undo = undoView(this.#undos.get(approval.id))
      const view = { ...approvalView(approval, step, timeZone), names, dates, mailbox, ...(undo && { undo }) }
      return [outgoing === undefined ? view : { ...view, outgoing }]
    })
  }
}

/** A press that is being carried out is told when it is done. */
function undoView(state: UndoState | undefined): ApprovalView['undo'] {
  if (state === undefined || state === 'closed' || state === 'known') return undefined
  return state === 'pressed' ? 'offered' : state
}

/** What its own record says of an approval. @param timeZone the owner's */
export function approvalView(approval: Approval, step: ToolStep, timeZone: string): ApprovalView {
  return {
    id: approval.id,
    step,
    decision: approval.decision,
    decidedAt: approval.decidedAt === null ? null : timeOfDay(approval.decidedAt, timeZone),
    reason: approval.reason,
    deniedBy: approval.deniedBy,
    askedAt: approval.askedAt,
    names: new Map(),
    mailbox: null,
  }
}

/**
 * @param content what its owner saw last; null where it cannot be read just now
 * @param now epoch milliseconds
 */
export function outgoingView(
  mail: OutgoingMail,
  content: ResolvedMail | null,
  timeZone: string,
  now: number,
): OutgoingMailView {
  const { state, changed, edited, sendAt, dueAt, endedAt, why } = mail
  const isDraftKept = mail.ownDraft === 'changed'
  const isLate = isPast(sendAt, now)
  return { state, changed, edited, sendAt, isLate, dueAt, endedAt, isDraftKept, why, timeZone, mail: content }
}

const OUTDATED =
  'This tool cannot send any more. Propose the same email again with send_email, reply_to_email or send_draft: the person gets a card with exactly what leaves, and decides.'

/** What the session is told of an approval that was decided. */
export function toolAnswer({ callId, decision, reason, deniedBy, isHosted }: Approval): ToolAnswer {
  if (isHosted) return { callId, ...deniedResult({ by: deniedBy, reason }) }
  const words = (deniedBy === null ? undefined : SAID_OF_DENIALS[deniedBy]) ?? reason
  return { callId, allowed: decision === 'approved', ...(words === null ? {} : { reason: words }) }
}

/** What is said of a no beside its owner's own words. */
const SAID_OF_DENIALS: Partial<Record<DeniedBy, string>> = {
  outdated: OUTDATED,
  new_message: WRITTEN_INSTEAD,
  left_out: LEFT_OUT,
}

/** What a card of one of the session's own tools shows: the whole call. */
function shownOf(step: ToolStep | undefined): string | null {
  return step === undefined ? null : callHash(step)
}

/** The values of a tool's input that are named as ids. */
function idsIn(input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(input).flatMap(([name, value]) => {
    if (!/(^|_)ids?$/i.test(name)) return []
    return (Array.isArray(value) ? value : [value]).filter((id) => typeof id === 'string')
  })
}
