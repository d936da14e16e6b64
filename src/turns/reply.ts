/**
 * A reply as a value, and the fold that grows it. Pure: live, replayed after a crash, with previews or without them, the same
 * persisted events make the same reply. Previews only fill the time until the message they preview arrives.
 */

import type { AgentErrorKind, AgentEvent, IdleReason, LogPosition } from './events.js'

export interface Reply {
  /** What has been said and done, in the order of the log. */
  readonly items: readonly ReplyItem[]
  /** The message that is being written right now, where previews tell. */
  readonly preview: { readonly messageId: string; readonly text: string } | null
  /** The session has done something: idle before that, it only repeats how it came to rest earlier. */
  readonly begun: boolean
  /** Tool calls that the session waits for its owner to decide; empty while it works. */
  readonly awaiting: readonly string[]
  /** The last error, as long as nothing came after it that shows it was overcome. */
  readonly error: { readonly kind: AgentErrorKind; readonly retry: 'retrying' | 'exhausted' | 'terminal' } | null
  /** How the session came to rest; null while it works or waits. */
  readonly end: ReplyEnd | null
  /** The last persisted event that was folded in. */
  readonly position: LogPosition | null
}

export type ReplyItem = ReplyText | ToolStep

export interface ReplyText {
  readonly type: 'text'
  readonly id: string
  /** Markdown, as the agent wrote it. */
  readonly text: string
}

export interface ToolStep {
  readonly type: 'tool'
  readonly id: string
  readonly name: string
  readonly input: Readonly<Record<string, unknown>>
  /** Its handler runs in the bot. */
  readonly isHosted?: boolean
  /** What it would do is never allowed any more: it was called as earlier versions let it. */
  readonly isRetired?: boolean
  /** `undecided` until the owner, or the policy, has said yes or no. */
  readonly state: 'undecided' | 'working' | 'done' | 'failed' | 'denied'
}

export type ReplyEnd = Exclude<IdleReason, 'requires_action'> | 'terminated' | 'deleted'

export const EMPTY_REPLY: Reply = {
  items: [],
  preview: null,
  begun: false,
  awaiting: [],
  error: null,
  end: null,
  position: null,
}

export function fold(reply: Reply, event: AgentEvent): Reply {
  if (event.type === 'caught_up') return reply
  if (event.type === 'preview_started') {
    return isKnown(reply, event.messageId) ? reply : { ...reply, preview: { messageId: event.messageId, text: '' } }
  }
  if (event.type === 'preview_text') {
    if (reply.preview?.messageId !== event.messageId) return reply
    return { ...reply, preview: { messageId: event.messageId, text: reply.preview.text + event.text } }
  }
  const next: Reply = { ...reply, position: { id: event.id, at: event.at } }
  switch (event.type) {
    case 'message_received':
      return { ...next, begun: true }
    case 'running':
    case 'thinking':
      // A session that runs again waits for nothing and has not ended.
      return { ...next, begun: true, awaiting: [], end: null }
    case 'message':
      return {
        ...next,
        begun: true,
        error: null,
        preview: reply.preview?.messageId === event.id ? null : reply.preview,
        items: [...reply.items, { type: 'text', id: event.id, text: event.text }],
      }
    case 'request_ended':
      return { ...next, begun: true, preview: null, error: event.failed ? reply.error : null }
    case 'tool_called':
      return {
        ...next,
        begun: true,
        items: [
          ...reply.items,
          {
            type: 'tool',
            id: event.id,
            name: event.name,
            input: event.input,
            ...(event.isHosted === true ? { isHosted: true } : {}),
            ...(event.permission === 'never' ? { isRetired: true } : {}),
            state: TOOL_START[event.permission],
          },
        ],
      }
    case 'tool_decided':
      return {
        ...withTool(next, event.callId, event.allowed ? 'working' : 'denied'),
        awaiting: reply.awaiting.filter((id) => id !== event.callId),
      }
    case 'tool_finished': {
      const step = reply.items.find((item) => item.type === 'tool' && item.id === event.callId)
      // The result of a denied call is the denial itself.
      if (step?.type === 'tool' && step.state === 'denied') return next
      return {
        ...withTool(next, event.callId, event.failed ? 'failed' : 'done'),
        awaiting: reply.awaiting.filter((id) => id !== event.callId),
      }
    }
    case 'error':
      return { ...next, error: { kind: event.kind, retry: event.retry } }
    case 'idle':
      if (event.reason === 'requires_action')
        return { ...next, preview: null, awaiting: event.awaiting.filter((id) => hasCalled(reply, id)) }
      // Idle before the session did anything repeats the end of an earlier turn.
      return reply.begun ? { ...next, preview: null, awaiting: [], end: event.reason } : next
    case 'session_ended':
      return { ...next, preview: null, awaiting: [], end: event.how }
    case 'other':
      return next
  }
}

const TOOL_START = { allow: 'working', ask: 'undecided', deny: 'denied', never: 'undecided' } as const

/** The messages of a reply so far, previews included: what is shown. Each is Markdown that is to be read by itself. */
export function replyTexts(reply: Reply): string[] {
  const texts = reply.items.flatMap((item) => (item.type === 'text' && item.text.trim() !== '' ? [item.text] : []))
  return isWriting(reply) ? [...texts, reply.preview?.text ?? ''] : texts
}

/** All of them, one below the other: to be kept as a text, not to be read as one. */
export function replyText(reply: Reply): string {
  return replyTexts(reply).join('\n\n')
}

/** The last of the messages is not whole yet. */
export function isWriting({ preview }: Reply): boolean {
  return preview !== null && preview.text.trim() !== ''
}

export function toolSteps(reply: Reply): ToolStep[] {
  return reply.items.filter((item) => item.type === 'tool')
}

function isKnown(reply: Reply, messageId: string): boolean {
  return reply.items.some((item) => item.type === 'text' && item.id === messageId)
}

/** What was called before this turn has been dealt with before it: a session may repeat that it waited for that. */
export function hasCalled(reply: Reply, callId: string): boolean {
  return reply.items.some((item) => item.type === 'tool' && item.id === callId)
}

function withTool(reply: Reply, callId: string, state: ToolStep['state']): Reply {
  return {
    ...reply,
    items: reply.items.map((item) => (item.type === 'tool' && item.id === callId ? { ...item, state } : item)),
  }
}
