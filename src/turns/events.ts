/**
 * Events of a Managed Agents session as the core sees them. `agent/` translates the vendor's events into these. Persisted events carry `id`
 * and `at`, and come exactly once and in order. Previews carry neither, may be missing, and never decide how a reply ends.
 */
export type AgentEvent = PersistedEvent | PreviewEvent | CaughtUp

/** All events from before the feed was opened have been read; later ones are new. Once per feed. */
export interface CaughtUp {
  readonly type: 'caught_up'
}

/** A position in a session's event log: everything up to and including `id` has been read. */
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
        /** The session has processed a `user.message`. May come before its answer or after it. */
        readonly type: 'message_received'
        /** References in its context block; empty for a message that the bot did not send. */
        readonly references: readonly string[]
      }
    | { readonly type: 'running' }
    | { readonly type: 'thinking' }
    | /** One whole message of the agent. Markdown. */ { readonly type: 'message'; readonly text: string }
    | /** A model request ended: a preview that has no message by now will never get one. */ {
        readonly type: 'request_ended'
        readonly failed: boolean
      }
    | {
        readonly type: 'tool_called'
        readonly name: string
        readonly input: Readonly<Record<string, unknown>>
        /** `never`: it would send mail by itself, which only earlier versions allowed. It waits, and is always denied. */
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
    | /** An event that this version does not know. It only moves the log position. */ { readonly type: 'other' }
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
