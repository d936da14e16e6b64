/**
 * The vendor's session events in this project's words. Pure, and tolerant: what it does not know moves the log position and
 * nothing else, because new event types appear without notice.
 */

import type {
  BetaManagedAgentsSessionErrorEvent,
  BetaManagedAgentsSessionStatusIdleEvent,
  BetaManagedAgentsStreamSessionEvents,
} from '@anthropic-ai/sdk/resources/beta/sessions/events'
import { GMAIL_TOOLS, isGmailTool } from '../gmail/tools.js'
import type { AgentErrorKind, AgentEvent, IdleReason, PersistedEvent } from '../turns/events.js'
import { referencesIn } from './references.js'

export type VendorEvent = BetaManagedAgentsStreamSessionEvents

/**
 * Null for what is no event of the log: a preview of something other than a message, the copy of a sent event that is still
 * queued (`processed_at` null), an event without id that says nothing (interrupts may have none, and no position can be made of it).
 */
export function translate(event: VendorEvent): AgentEvent | null {
  if (event.type === 'event_start') {
    return event.event.type === 'agent.message' ? { type: 'preview_started', messageId: event.event.id } : null
  }
  if (event.type === 'event_delta') {
    const text = event.delta.content?.text
    return event.delta.type === 'content_delta' && typeof text === 'string' && text !== ''
      ? { type: 'preview_text', messageId: event.event_id, text }
      : null
  }
  const at = event.processed_at
  if (typeof at !== 'string') return null
  const persisted = translatePersisted(event, { id: event.id, at })
  return persisted.type === 'other' && persisted.id === '' ? null : persisted
}

type VendorPersisted = Exclude<VendorEvent, { type: 'event_start' | 'event_delta' }>
type Stamp = Pick<PersistedEvent, 'id' | 'at'>

function translatePersisted(event: VendorPersisted, stamp: Stamp): PersistedEvent {
  switch (event.type) {
    case 'user.message':
      return { ...stamp, type: 'message_received', references: referencesIn(event) }
    case 'user.tool_confirmation':
      return { ...stamp, type: 'tool_decided', callId: event.tool_use_id, allowed: event.result === 'allow' }
    case 'agent.thinking':
      return { ...stamp, type: 'thinking' }
    case 'agent.message':
      return { ...stamp, type: 'message', text: textOf(event.content ?? []) }
    case 'agent.mcp_tool_use':
    case 'agent.tool_use':
      return {
        ...stamp,
        type: 'tool_called',
        name: event.name,
        input: event.input,
        permission: permissionOf(event),
      }
    case 'agent.custom_tool_use':
      return { ...stamp, type: 'tool_called', name: event.name, input: event.input, permission: 'ask', isHosted: true }
    case 'user.custom_tool_result':
      return { ...stamp, type: 'tool_finished', callId: event.custom_tool_use_id, failed: event.is_error === true }
    case 'agent.mcp_tool_result':
      return { ...stamp, type: 'tool_finished', callId: event.mcp_tool_use_id, failed: event.is_error === true }
    case 'agent.tool_result':
      return { ...stamp, type: 'tool_finished', callId: event.tool_use_id, failed: event.is_error === true }
    case 'span.model_request_end':
      return { ...stamp, type: 'request_ended', failed: event.is_error === true }
    case 'session.status_running':
      return { ...stamp, type: 'running' }
    case 'session.status_idle':
      return { ...stamp, type: 'idle', ...whyIdle(event.stop_reason) }
    case 'session.status_terminated':
      return { ...stamp, type: 'session_ended', how: 'terminated' }
    case 'session.deleted':
      return { ...stamp, type: 'session_ended', how: 'deleted' }
    case 'session.error':
      return {
        ...stamp,
        type: 'error',
        kind: errorKind(event.error),
        retry: event.error?.retry_status?.type ?? 'retrying',
      }
    default:
      return { ...stamp, type: 'other' }
  }
}

/** A session of an earlier version may still call what sends; its owner's yes to that would show nothing of what leaves. */
function permissionOf({
  name,
  evaluated_permission: evaluated = 'allow',
}: Extract<VendorPersisted, { type: 'agent.mcp_tool_use' | 'agent.tool_use' }>): 'allow' | 'ask' | 'deny' | 'never' {
  return evaluated === 'ask' && isGmailTool(name) && GMAIL_TOOLS[name].kind === 'leave' ? 'never' : evaluated
}

/** Withheld blocks have no text; the blocks of one message are one text cut into pieces. */
export function textOf(content: readonly { readonly type: string; readonly text?: string }[]): string {
  return content.map((block) => (block.type === 'text' ? (block.text ?? '') : '')).join('')
}

type StopReason = BetaManagedAgentsSessionStatusIdleEvent['stop_reason']

const IDLE_REASONS: Readonly<Record<string, IdleReason>> = {
  end_turn: 'end_turn',
  requires_action: 'requires_action',
  retries_exhausted: 'retries_exhausted',
  budget_reached: 'budget_reached',
  refusal: 'refusal',
} satisfies Record<StopReason['type'], IdleReason>

function whyIdle(stop: StopReason | null | undefined): { reason: IdleReason; awaiting: readonly string[] } {
  const reason = IDLE_REASONS[stop?.type ?? ''] ?? 'unknown'
  return { reason, awaiting: stop?.type === 'requires_action' ? (stop.event_ids ?? []) : [] }
}

type SessionError = BetaManagedAgentsSessionErrorEvent['error']

const ERROR_KINDS: Readonly<Record<string, AgentErrorKind>> = {
  model_overloaded_error: 'overloaded',
  model_rate_limited_error: 'rate_limited',
  model_request_failed_error: 'model_failed',
  billing_error: 'billing',
  mcp_authentication_failed_error: 'mailbox_refused',
  mcp_connection_failed_error: 'mailbox_unreachable',
  tool_use_limit_reached_error: 'too_many_steps',
  compaction_limit_reached_error: 'context_full',
} satisfies Partial<Record<SessionError['type'], AgentErrorKind>>

function errorKind(error: SessionError | undefined): AgentErrorKind {
  return ERROR_KINDS[error?.type ?? ''] ?? 'unknown'
}
