/** Calls of tools whose handlers run in the bot: what becomes of each while a session waits for it. */

import { describeError, type Log } from '../../log.js'
import type { Approval, Conversation, IdentifiedPerson } from '../model.js'
import { type Mailer, type OutgoingMail, type ResolvedMail, UnsendableMail } from '../outgoing-mail.js'
import type { OutgoingMailStore } from '../outgoing-store.js'
import { NotConnected } from '../ports.js'
import type { ToolStep } from '../reply.js'
import type { Clock } from '../time/clock.js'
import type { HostResult, HostTools, RunningHostTool, SendingHostTool } from './host-tools.js'
import { isAsShown, type OutgoingContents, shownOf } from './outgoing-contents.js'
import { deniedResult, sendingResult } from './sending-results.js'

export interface HostCallsDeps {
  readonly tools: HostTools
  readonly mailer: Mailer
  readonly contents: OutgoingContents
  readonly outgoing: OutgoingMailStore
  readonly approvals: { openHosted(turnId: string, callId: string): Promise<Approval> }
  readonly clock: Clock
  readonly log: Log
}

/** In whose name the calls of one turn are handled. */
export interface HostCallScope {
  readonly turnId: string
  readonly conversation: Conversation
  readonly person: IdentifiedPerson
  /** The bot stops. */
  readonly signal: AbortSignal
}

/** `asking`: its owner decides. `holding`: they said yes, and it has not come to its end. Otherwise what the agent hears. */
export type HostCallState = 'asking' | 'holding' | HostResult

const GONE = 'This tool does not exist here (any more). Say that you cannot do it.'
const DISCONNECTED = 'Gmail is not connected, so nothing was done.'
const TOO_LONG = 'This took too long and was given up.'
const FAILED = 'This did not work, for a reason that is none of yours. Nothing was done.'

/** @throws Unavailable, OperatorProblem */
export async function handleHostCall(
  deps: HostCallsDeps,
  scope: HostCallScope,
  step: ToolStep,
  mail: OutgoingMail | null,
  approval: Approval | null,
): Promise<HostCallState> {
  const tool = deps.tools.find(step.name)
  if (mail !== null) return await resumeProposed(deps, scope, mail, approval)
  // Denied before it was known what it says.
  if (approval?.decision === 'denied') return deniedResult({ by: approval.deniedBy, reason: approval.reason })
  if (tool === null) return failed(GONE)
  return tool.kind === 'runs' ? await run(deps, scope, tool, step) : await propose(deps, scope, tool, step)
}

async function propose(
  { mailer, contents, outgoing, approvals, clock }: HostCallsDeps,
  { turnId, conversation, person }: HostCallScope,
  tool: SendingHostTool,
  step: ToolStep,
): Promise<HostCallState> {
  try {
    const request = tool.toRequest(step.input)
    const sendAt = tool.sendAt(step.input, clock.now())
    const content = await mailer.resolve(person, request)
    const { id } = await approvals.openHosted(turnId, step.id)
    contents.rememberRequest(id, request)
    contents.remember(id, content)
    await outgoing.propose({
      approvalId: id,
      personId: person.id,
      conversationId: conversation.id,
      turnId,
      callId: step.id,
      tool: tool.name,
      sendAt,
      ...shownOf(content),
    })
    return 'asking'
  } catch (error) {
    if (error instanceof UnsendableMail) return failed(error.message)
    if (error instanceof NotConnected) return failed(DISCONNECTED)
    throw error
  }
}

/** A mail that was proposed before, perhaps by a process that ended since. */
async function resumeProposed(
  deps: HostCallsDeps,
  { person }: HostCallScope,
  mail: OutgoingMail,
  approval: Approval | null,
): Promise<HostCallState> {
  const { contents, outgoing } = deps
  if (mail.state === 'asking' && contents.known(mail) === null) {
    try {
      const content = await contents.read(person, mail)
      // What the card shows from now on is what a press counts for.
      if (!isAsShown(mail, content)) await outgoing.updateShown(mail.id, shownOf(content))
    } catch (error) {
      if (error instanceof NotConnected) {
        // The agent hears that nothing was done, so a press on its card must not send it later.
        await outgoing.finish(mail.id, ['asking'], 'ended_access')
        return failed(DISCONNECTED)
      }
      if (!(error instanceof UnsendableMail)) throw error
      await outgoing.finish(mail.id, ['asking'], 'refused', { why: 'The email could not be read any more.' })
      return failed(error.message)
    }
  }
  const isFinalWithText = mail.edited && (mail.state === 'sent' || mail.state === 'held')
  const content: ResolvedMail | null = isFinalWithText ? await contents.shown(person, mail) : null
  const result = sendingResult(mail, content, { by: approval?.deniedBy ?? null, reason: approval?.reason ?? null })
  return result ?? (mail.state === 'asking' ? 'asking' : 'holding')
}

async function run(
  { clock, log }: HostCallsDeps,
  { turnId, conversation, person, signal }: HostCallScope,
  tool: RunningHostTool,
  step: ToolStep,
): Promise<HostResult> {
  const limit = new AbortController()
  const timer = clock.setTimeout(() => limit.abort(), tool.timeLimitMs)
  try {
    const call = { id: step.id, conversation, person, signal: AbortSignal.any([signal, limit.signal]) }
    return await untilAborted(tool.run(call, step.input), call.signal)
  } catch (error) {
    signal.throwIfAborted()
    log.warn({ turn: turnId, tool: tool.name, ...describeError(error) }, 'host-side tool failed')
    return failed(limit.signal.aborted ? TOO_LONG : FAILED)
  } finally {
    timer.clear()
  }
}

/** A handler that overhears the abort must not hold up its turn. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return await new Promise<Result>((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function failed(text: string): HostResult {
  return { text, failed: true }
}
