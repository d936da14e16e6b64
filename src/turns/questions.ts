/** The decisions that one turn asks of its owner: which are open, what they are about, and telling the session what was decided. */

import { shortLocalTime } from './context.js'
import type { Approval } from './model.js'
import { type Agent, Rejected, type ToolDecision } from './ports.js'
import { type Reply, type ToolStep, toolSteps } from './reply.js'
import type { TurnStore } from './turn-store.js'
import type { ApprovalView } from './view.js'

type DraftContent = Readonly<Record<string, unknown>>

export class Questions {
  #approvals: readonly Approval[] = []
  #names: ReadonlyMap<string, string> = new Map()
  /** Content of drafts that are to be sent, by the call that sends them; null where it is not known. */
  readonly #drafts = new Map<string, DraftContent | null>()

  constructor(
    private readonly store: TurnStore['approvals'],
    private readonly agent: Pick<Agent, 'describeIds' | 'findDraft' | 'sendDecisions'>,
    private readonly turnId: string,
  ) {}

  async load(): Promise<void> {
    this.#approvals = await this.store.ofTurn(this.turnId)
  }

  /** There is a decision that the session has not been told. */
  get hasNews(): boolean {
    return this.#approvals.some((approval) => approval.decision !== null && !approval.delivered)
  }

  /** There is a yes that the session has not been told: it was there first, whatever its owner changes now. */
  get hasUntoldYes(): boolean {
    return this.#approvals.some((approval) => approval.decision === 'approved' && !approval.delivered)
  }

  /** Something was allowed in this turn, and may have been done. */
  get hasYes(): boolean {
    return this.#approvals.some((approval) => approval.decision === 'approved')
  }

  /** What a session that waits for these calls can go on with: `deciding` while it is all up to the owner, else what was decided. */
  async open(callIds: readonly string[]): Promise<'deciding' | readonly Approval[]> {
    this.#approvals = await this.store.open(this.turnId, callIds)
    const undelivered = this.#approvals.filter((approval) => callIds.includes(approval.callId) && !approval.delivered)
    const decided = undelivered.filter((approval) => approval.decision !== null)
    return decided.length === 0 && undelivered.length > 0 ? 'deciding' : decided
  }

  /** Some were put to their owner in this span of time. Epoch milliseconds. */
  wereAskedWithin(from: number, to: number): boolean {
    return this.#approvals.some(({ askedAt }) => askedAt !== null && askedAt >= from && askedAt <= to)
  }

  /** A session that waits for these calls waits for something that was not asked yet. */
  hasMissed(callIds: readonly string[]): boolean {
    return callIds.some((callId) => !this.#approvals.some((approval) => approval.callId === callId))
  }

  /** There was something to decide in this turn. */
  get isAny(): boolean {
    return this.#approvals.length > 0
  }

  /**
   * An id tells a person nothing: what it stands for, and what a draft says that is to be sent, is looked up in the session.
   * @throws Unavailable, SessionGone, OperatorProblem
   */
  async lookUp(sessionId: string, reply: Reply): Promise<void> {
    const asked = new Set(this.#approvals.map((approval) => approval.callId))
    const steps = toolSteps(reply).filter((step) => asked.has(step.id))
    const ids = steps.flatMap((step) => idsIn(step.input))
    if (ids.length > 0) this.#names = await this.agent.describeIds(sessionId, ids)
    for (const step of steps) {
      const draftId = draftToSend(step)
      if (draftId === null) continue
      // Of one that was decided, what it said when that was asked: it may have been changed since.
      const asOf = step.state === 'undecided' ? null : step.id
      this.#drafts.set(step.id, await this.agent.findDraft(sessionId, draftId, asOf))
    }
  }

  /** All that is open stands before its owner. @param at epoch milliseconds: what they write from then on, they write instead of deciding */
  async markAsked(at: number): Promise<void> {
    const open = this.#approvals.filter((approval) => approval.decision === null)
    await this.store.markAsked(
      open.map((approval) => approval.id),
      at,
    )
  }

  /** @throws SessionGone, Unavailable, OperatorProblem, Rejected */
  async deliver(sessionId: string, decided: readonly Approval[]): Promise<void> {
    await this.agent.sendDecisions(sessionId, decided.map(toolDecision))
    await this.store.markDelivered(decided.map((approval) => approval.id))
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
      await this.deliver(sessionId, denied)
    } catch (error) {
      // The session waits for it no more, so nothing can come of it either.
      if (!(error instanceof Rejected)) throw error
    }
  }

  /** In the order in which they were asked. @param timeZone the owner's @param mailbox its address, where it is known */
  views(reply: Reply, timeZone: string, mailbox: string | null): ApprovalView[] {
    const approvals = new Map(this.#approvals.map((approval) => [approval.callId, approval]))
    return toolSteps(reply).flatMap((step) => {
      const approval = approvals.get(step.id)
      if (approval === undefined) return []
      const draft = this.#drafts.get(step.id)
      return [
        {
          id: approval.id,
          step,
          decision: approval.decision,
          decidedAt: approval.decidedAt === null ? null : shortLocalTime(approval.decidedAt, timeZone),
          reason: approval.reason,
          deniedBy: approval.deniedBy,
          names: this.#names,
          mailbox,
          ...(draft === undefined ? {} : { draft }),
        },
      ]
    })
  }
}

/** What the agent hears of a no that nobody pressed. */
const WRITTEN_INSTEAD =
  'The person did not decide this. They wrote a new message instead, which follows: go on with that. Do this only if they ask for it again; if all they say is yes, call the tool once more, since only their press decides.'

/** What the session is told of an approval that was decided. */
export function toolDecision({ callId, decision, reason, deniedBy }: Approval): ToolDecision {
  const words = deniedBy === 'new_message' ? WRITTEN_INSTEAD : reason
  return { callId, allowed: decision === 'approved', ...(words === null ? {} : { reason: words }) }
}

/** The draft that this call would send; null for every other call. */
function draftToSend(step: ToolStep): string | null {
  const { draft_id } = step.input
  return step.name === 'gmail_send_draft' && typeof draft_id === 'string' ? draft_id : null
}

/** The values of a tool's input that are named as ids. */
function idsIn(input: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(input).flatMap(([name, value]) => {
    if (!/(^|_)ids?$/i.test(name)) return []
    return (Array.isArray(value) ? value : [value]).filter((id) => typeof id === 'string')
  })
}
