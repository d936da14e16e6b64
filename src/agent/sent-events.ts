/** What a session is sent: messages and the answers to its tool calls, and which of these it waits for or has been told. */

import type {
  BetaManagedAgentsSessionEvent,
  BetaManagedAgentsUserMessageEventParams,
  EventSendParams,
} from '@anthropic-ai/sdk/resources/beta/sessions/events'
import type { OutgoingMessage, ToolAnswer } from '../turns/ports.js'
import { WRITTEN_INSTEAD } from '../turns/sending/sending-results.js'

/** What moves a session on that waits for its calls. */
export const ANSWERS = ['user.tool_confirmation', 'user.custom_tool_result'] as const

function answeredCall(event: BetaManagedAgentsSessionEvent): string | null {
  if (event.type === 'user.tool_confirmation') return event.tool_use_id
  return event.type === 'user.custom_tool_result' ? event.custom_tool_use_id : null
}

/** A no to a call that its owner was never asked about: they wrote something new first. */
export function unasked(callId: string, isHosted: boolean): ToolAnswer {
  return isHosted
    ? { callId, text: WRITTEN_INSTEAD, failed: false }
    : { callId, allowed: false, reason: WRITTEN_INSTEAD }
}

export function answerEvent(answer: ToolAnswer): EventSendParams['events'][number] {
  if ('text' in answer) {
    return {
      type: 'user.custom_tool_result',
      custom_tool_use_id: answer.callId,
      content: [{ type: 'text', text: answer.text }],
      is_error: answer.failed,
    }
  }
  const confirmation = { type: 'user.tool_confirmation', tool_use_id: answer.callId } as const
  if (answer.allowed) return { ...confirmation, result: 'allow' }
  return { ...confirmation, result: 'deny', ...(answer.reason === undefined ? {} : { deny_message: answer.reason }) }
}

export interface AwaitedCall {
  readonly callId: string
  readonly isHosted: boolean
}

/** What has to be read of a log to know what the session waits for. */
export const AWAITED_TYPES = ['session.status_idle', 'agent.custom_tool_use', ...ANSWERS] as const

/** The tool calls whose answers the session waits for, without those that it has been told, and may not have processed. */
export async function awaitedIn(events: AsyncIterable<BetaManagedAgentsSessionEvent>): Promise<AwaitedCall[]> {
  let awaited: readonly string[] = []
  const told = new Set<string>()
  const hosted = new Set<string>()
  for await (const event of events) {
    const callId = answeredCall(event)
    if (callId !== null) told.add(callId)
    if (event.type === 'agent.custom_tool_use') hosted.add(event.id)
    if (event.type !== 'session.status_idle') continue
    awaited = event.stop_reason.type === 'requires_action' ? event.stop_reason.event_ids : []
  }
  return awaited.flatMap((callId) => (told.has(callId) ? [] : [{ callId, isHosted: hosted.has(callId) }]))
}

/** The calls whose answers the session has been told. */
export async function toldIn(events: AsyncIterable<BetaManagedAgentsSessionEvent>): Promise<ReadonlySet<string>> {
  const told = new Set<string>()
  for await (const event of events) {
    const callId = answeredCall(event)
    if (callId !== null) told.add(callId)
  }
  return told
}

export function messageEvent(message: OutgoingMessage): BetaManagedAgentsUserMessageEventParams {
  return {
    type: 'user.message',
    content: [
      { type: 'text', text: message.context },
      ...(message.quoted ?? []).map((text) => ({ type: 'text' as const, text })),
      ...(message.text === null ? [] : [{ type: 'text' as const, text: message.text }]),
    ],
  }
}
