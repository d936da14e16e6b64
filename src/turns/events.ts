/**
 * What an agent's session reports, in this project's words. The agent room translates the vendor's events into these; nothing
 * behind it knows the vendor. Persisted events carry `id` and `at` and come exactly once and in order; previews carry neither,
 * may be missing, and never decide how a reply ends.
 */
export type AgentEvent = PersistedEvent | PreviewEvent | CaughtUp

/** Everything that had happened when the log was opened has been told; what comes from now on is new. Once per feed. */
export interface CaughtUp {
  readonly type: 'caught_up'
}

/** A point in a session's event log: everything up to and including `id` is behind it. */
export interface LogPosition {
  readonly id: string
  /** RFC 3339 `processed_at` of that event. */
  readonly at: string
}

interface Persisted {
  readonly id: string
  /** RFC 3339, UTC. */
  readonly at: string
}

export type PersistedEvent = Persisted &
  (
    | {
        /** The session has processed a `user.message`: before its answer, or only when the answer is complete. */
        readonly type: 'message_received'
        /** What its context block says it is known by; empty for a message that is not ours. */
        readonly references: readonly string[]
      }
    | { readonly type: 'running' }
    | { readonly type: 'thinking' }
    | /** One whole message of the agent. Markdown. */ { readonly type: 'message'; readonly text: string }
    | /** A model request ended: what was only previewed until here will never be confirmed. */ {
        readonly type: 'request_ended'
        readonly failed: boolean
      }
    | {
        readonly type: 'tool_called'
        readonly name: string
        readonly input: Readonly<Record<string, unknown>>
        /** `never`: it would send by itself, as earlier versions let it; it waits, and is always denied. */
        readonly permission: 'allow' | 'ask' | 'deny' | 'never'
        /** Its handler runs in the bot. */
        readonly isHosted?: boolean
      }
    | { readonly type: 'tool_finished'; readonly callId: string; readonly failed: boolean }
    | { readonly type: 'tool_decided'; readonly callId: string; readonly allowed: boolean }
    | { readonly type: 'error'; readonly kind: AgentErrorKind; readonly retry: 'retrying' | 'exhausted' | 'terminal' }
    | {
        readonly type: 'idle'
        readonly reason: IdleReason /** Tool calls that wait for a decision. */
        readonly awaiting: readonly string[]
      }
    | { readonly type: 'session_ended'; readonly how: 'terminated' | 'deleted' }
    | /** Anything newer than this code; it moves the log position and nothing else. */ { readonly type: 'other' }
  )

export type PreviewEvent =
  | { readonly type: 'preview_started'; readonly messageId: string }
  /** `text` is appended to what the preview of that message already holds. */
  | { readonly type: 'preview_text'; readonly messageId: string; readonly text: string }

export type IdleReason = 'end_turn' | 'requires_action' | 'retries_exhausted' | 'budget_reached' | 'refusal' | 'unknown'

/** Errors sorted by the advice they lead to, not by their cause. */
export type AgentErrorKind =
  | 'overloaded'
  | 'rate_limited'
  | 'model_failed'
  | 'billing'
  | 'mailbox_refused'
  | 'mailbox_unreachable'
  | 'too_many_steps'
  | 'context_full'
  | 'unknown'
