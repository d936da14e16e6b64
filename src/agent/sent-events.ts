/** Reads what a session was sent: its last messages, and the tool calls that are answered or still wait. */

import type {
  BetaManagedAgentsSessionEvent,
  BetaManagedAgentsUserMessageEventParams,
  EventSendParams,
} from '@anthropic-ai/sdk/resources/beta/sessions/events'
import type { AttachedContent } from '../turns/model.js'
import type { OutgoingMessage, ToolAnswer } from '../turns/ports.js'
import { WRITTEN_INSTEAD } from '../turns/sending/sending-results.js'
import type { Exchange } from '../turns/words.js'
import { textOf } from './translate.js'

/** What moves a session on that waits for its calls. */
export const ANSWERS = ['user.tool_confirmation', 'user.custom_tool_result'] as const

function answeredCall(event: BetaManagedAgentsSessionEvent): string | null {
  if (event.type === 'user.tool_confirmation') return event.tool_use_id
  return event.type === 'user.custom_tool_result' ? event.custom_tool_use_id : null
}

/** A no to a call that its owner was never asked about: they wrote something new first. */
function unasked(callId: string, isHosted: boolean): ToolAnswer {
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

type ContentBlock = BetaManagedAgentsUserMessageEventParams['content'][number]

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

/**
 * An answer to every call that a session waits for, because the API takes no message before all are answered. Calls that the owner was never asked
 * about are denied, too.
 */
export function denialsOf(awaited: readonly AwaitedCall[], denials: readonly ToolAnswer[]): ToolAnswer[] {
  return awaited.map(
    ({ callId, isHosted }) => denials.find((one) => one.callId === callId) ?? unasked(callId, isHosted),
  )
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
      ...(message.attached ?? []).map(contentBlock),
      ...(message.text === null ? [] : [{ type: 'text' as const, text: message.text }]),
    ],
  }
}

/** By its id, so that a log which is read again and again does not hold the content. */
function contentBlock({ kind, fileId, name }: AttachedContent): ContentBlock {
  const source = { type: 'file', file_id: fileId } as const
  return kind === 'image' ? { type: 'image', source } : { type: 'document', source, title: name }
}

/** What a person asked last, in one message or in several, and what the agent answered to it. @param events newest first */
export async function lastExchangeIn(events: AsyncIterable<BetaManagedAgentsSessionEvent>): Promise<Exchange | null> {
  const asked: string[] = []
  const answered: string[] = []
  for await (const event of events) {
    if (event.type === 'agent.message') {
      if (asked.length > 0) break
      answered.unshift(textOf(event.content))
    }
    if (event.type !== 'user.message') continue
    const [, ...blocks] = event.content
    const words = blocks.at(-1)
    // As `messageEvent` writes it: words come last, and a note of the bot's own is a context block and nothing more.
    if (words?.type === 'text') asked.unshift(words.text)
  }
  return asked.length === 0 ? null : { asked: asked.join('\n'), answered: answered.join('\n\n') }
}
