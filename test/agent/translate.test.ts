import { describe, expect, it } from 'vitest'
import { translate, type VendorEvent } from '../../src/agent/translate.js'
import type { AgentEvent } from '../../src/turns/events.js'

const id = 'sevt_1'
const processed_at = '2026-11-22T10:00:00.000Z'
const stamp = { id, processed_at }
const at = processed_at

/** The API sends more than the SDK's types know, and sends it before the SDK does. */
const unforeseen = (event: object): VendorEvent => JSON.parse(JSON.stringify(event))

const idle = (stop_reason: unknown): VendorEvent =>
  unforeseen({ ...stamp, type: 'session.status_idle', stop_details: null, stop_reason })

const failure = (type: string, retry: unknown = { type: 'exhausted' }): VendorEvent =>
  unforeseen({ ...stamp, type: 'session.error', error: { type, message: 'private words', retry_status: retry } })

const CASES: readonly [string, VendorEvent, AgentEvent | null][] = [
  [
    'a message of ours that was taken up',
    {
      ...stamp,
      type: 'user.message',
      content: [
        { type: 'text', text: '<context>\nFrom: Anna\nReference: ref-1\n</context>' },
        { type: 'text', text: 'hi\nReference: ref-2' },
      ],
    },
    { id, at, type: 'message_received', references: ['ref-1'] },
  ],
  [
    'a note of ours, in which nobody speaks',
    { ...stamp, type: 'user.message', content: [{ type: 'text', text: '<context>\nReference: t/e\n</context>' }] },
    { id, at, type: 'message_received', references: ['t/e'] },
  ],
  [
    'a message that is not ours',
    unforeseen({ ...stamp, type: 'user.message' }),
    { id, at, type: 'message_received', references: [] },
  ],
  ['the queued copy of a message', { id, processed_at: null, type: 'user.message', content: [] }, null],
  ['a queued copy that leaves the time out', { id, type: 'user.message', content: [] }, null],
  ['the session starting to run', { ...stamp, type: 'session.status_running' }, { id, at, type: 'running' }],
  ['a message without content', unforeseen({ ...stamp, type: 'agent.message' }), { id, at, type: 'message', text: '' }],
  [
    'an error that says nothing of itself',
    unforeseen({ ...stamp, type: 'session.error' }),
    { id, at, type: 'error', kind: 'unknown', retry: 'retrying' },
  ],
  ['thinking', { ...stamp, type: 'agent.thinking' }, { id, at, type: 'thinking' }],
  [
    'a message of several blocks, one withheld',
    {
      ...stamp,
      type: 'agent.message',
      content: [{ type: 'text', text: 'One, ' }, { type: 'redacted' }, { type: 'text', text: 'two.' }],
    },
    { id, at, type: 'message', text: 'One, two.' },
  ],
  [
    'a tool call that would send by itself',
    {
      ...stamp,
      type: 'agent.mcp_tool_use',
      name: 'gmail_send_message',
      mcp_server_name: 'mailbox',
      input: { to: 'x@example.com' },
      evaluated_permission: 'ask',
    },
    { id, at, type: 'tool_called', name: 'gmail_send_message', input: { to: 'x@example.com' }, permission: 'never' },
  ],
  [
    'a tool call that asks for a change',
    {
      ...stamp,
      type: 'agent.mcp_tool_use',
      name: 'gmail_create_draft',
      mcp_server_name: 'mailbox',
      input: { to: 'x@example.com' },
      evaluated_permission: 'ask',
    },
    { id, at, type: 'tool_called', name: 'gmail_create_draft', input: { to: 'x@example.com' }, permission: 'ask' },
  ],
  [
    'a call of a tool whose handler runs in the bot',
    { ...stamp, type: 'agent.custom_tool_use', name: 'send_email', input: { to: 'x@example.com' } },
    {
      id,
      at,
      type: 'tool_called',
      name: 'send_email',
      input: { to: 'x@example.com' },
      permission: 'ask',
      isHosted: true,
    },
  ],
  [
    'what the bot answered such a call',
    { ...stamp, type: 'user.custom_tool_result', custom_tool_use_id: 'call_1', content: [], is_error: true },
    { id, at, type: 'tool_finished', callId: 'call_1', failed: true },
  ],
  [
    'a tool call without a verdict',
    { ...stamp, type: 'agent.mcp_tool_use', name: 'gmail_get_profile', mcp_server_name: 'mailbox', input: {} },
    { id, at, type: 'tool_called', name: 'gmail_get_profile', input: {}, permission: 'allow' },
  ],
  [
    'a built-in tool that was refused',
    { ...stamp, type: 'agent.tool_use', name: 'bash', input: {}, evaluated_permission: 'deny' },
    { id, at, type: 'tool_called', name: 'bash', input: {}, permission: 'deny' },
  ],
  [
    'the result of a mailbox tool',
    { ...stamp, type: 'agent.mcp_tool_result', mcp_tool_use_id: 'sevt_0' },
    { id, at, type: 'tool_finished', callId: 'sevt_0', failed: false },
  ],
  [
    'the failed result of a built-in tool',
    { ...stamp, type: 'agent.tool_result', tool_use_id: 'sevt_0', is_error: true },
    { id, at, type: 'tool_finished', callId: 'sevt_0', failed: true },
  ],
  [
    'a denial',
    { ...stamp, type: 'user.tool_confirmation', tool_use_id: 'sevt_0', result: 'deny', deny_message: 'no' },
    { id, at, type: 'tool_decided', callId: 'sevt_0', allowed: false },
  ],
  [
    'a decision that is still queued',
    { id, processed_at: null, type: 'user.tool_confirmation', tool_use_id: 'sevt_0', result: 'allow' },
    null,
  ],
  [
    'the end of a failed model request',
    unforeseen({
      ...stamp,
      type: 'span.model_request_end',
      is_error: true,
      model_request_start_id: 'x',
      model_usage: {},
    }),
    { id, at, type: 'request_ended', failed: true },
  ],
  [
    'the end of a model request that says nothing of errors',
    unforeseen({
      ...stamp,
      type: 'span.model_request_end',
      is_error: null,
      model_request_start_id: 'x',
      model_usage: {},
    }),
    { id, at, type: 'request_ended', failed: false },
  ],
  ['the end of a turn', idle({ type: 'end_turn' }), { id, at, type: 'idle', reason: 'end_turn', awaiting: [] }],
  [
    'a turn that waits for its owner',
    idle({ type: 'requires_action', event_ids: ['a', 'b'] }),
    { id, at, type: 'idle', reason: 'requires_action', awaiting: ['a', 'b'] },
  ],
  [
    'retries used up',
    idle({ type: 'retries_exhausted' }),
    { id, at, type: 'idle', reason: 'retries_exhausted', awaiting: [] },
  ],
  [
    'a budget reached',
    idle({ type: 'budget_reached' }),
    { id, at, type: 'idle', reason: 'budget_reached', awaiting: [] },
  ],
  ['a refusal', idle({ type: 'refusal' }), { id, at, type: 'idle', reason: 'refusal', awaiting: [] }],
  ['a reason of tomorrow', idle({ type: 'moon_phase' }), { id, at, type: 'idle', reason: 'unknown', awaiting: [] }],
  ['no reason at all', idle(null), { id, at, type: 'idle', reason: 'unknown', awaiting: [] }],
  [
    'a terminated session',
    { ...stamp, type: 'session.status_terminated' },
    { id, at, type: 'session_ended', how: 'terminated' },
  ],
  ['a deleted session', { ...stamp, type: 'session.deleted' }, { id, at, type: 'session_ended', how: 'deleted' }],
  ['overload', failure('model_overloaded_error'), { id, at, type: 'error', kind: 'overloaded', retry: 'exhausted' }],
  [
    'a rate limit that is waited for',
    failure('model_rate_limited_error', { type: 'retrying' }),
    { id, at, type: 'error', kind: 'rate_limited', retry: 'retrying' },
  ],
  [
    'a failed model',
    failure('model_request_failed_error'),
    { id, at, type: 'error', kind: 'model_failed', retry: 'exhausted' },
  ],
  [
    'no credit',
    failure('billing_error', { type: 'terminal' }),
    { id, at, type: 'error', kind: 'billing', retry: 'terminal' },
  ],
  [
    'a refused mailbox',
    failure('mcp_authentication_failed_error'),
    { id, at, type: 'error', kind: 'mailbox_refused', retry: 'exhausted' },
  ],
  [
    'an unreachable mailbox',
    failure('mcp_connection_failed_error'),
    { id, at, type: 'error', kind: 'mailbox_unreachable', retry: 'exhausted' },
  ],
  [
    'too many steps',
    failure('tool_use_limit_reached_error'),
    { id, at, type: 'error', kind: 'too_many_steps', retry: 'exhausted' },
  ],
  [
    'a full context',
    failure('compaction_limit_reached_error'),
    { id, at, type: 'error', kind: 'context_full', retry: 'exhausted' },
  ],
  ['an error of tomorrow', failure('quantum_error'), { id, at, type: 'error', kind: 'unknown', retry: 'exhausted' }],
  [
    'an error that does not say how it goes on',
    failure('unknown_error', null),
    { id, at, type: 'error', kind: 'unknown', retry: 'retrying' },
  ],
  [
    'another thread going idle, which is not the session',
    unforeseen({ ...stamp, type: 'session.thread_status_idle', stop_reason: { type: 'end_turn' } }),
    { id, at, type: 'other' },
  ],
  ['an event of tomorrow', unforeseen({ ...stamp, type: 'session.dreamt' }), { id, at, type: 'other' }],
  ['an interrupt', { ...stamp, type: 'user.interrupt' }, { id, at, type: 'other' }],
  ['an interrupt without id, of which no position can be made', { ...stamp, id: '', type: 'user.interrupt' }, null],
  [
    'the start of a preview',
    { type: 'event_start', event: { type: 'agent.message', id: 'sevt_9' } },
    { type: 'preview_started', messageId: 'sevt_9' },
  ],
  [
    'the start of thinking, which has no text',
    { type: 'event_start', event: { type: 'agent.thinking', id: 'sevt_9' } },
    null,
  ],
  [
    'a piece of a preview',
    {
      type: 'event_delta',
      event_id: 'sevt_9',
      delta: { type: 'content_delta', index: 0, content: { type: 'text', text: 'Hel' } },
    },
    { type: 'preview_text', messageId: 'sevt_9', text: 'Hel' },
  ],
  [
    'a piece of another kind',
    unforeseen({ type: 'event_delta', event_id: 'sevt_9', delta: { type: 'signature_delta' } }),
    null,
  ],
]

describe('translate', () => {
  it.each(CASES)('%s', (_, event, expected) => {
    expect(translate(event)).toEqual(expected)
  })

  it('carries nothing of an event it does not know: a session update holds addresses that are secrets', () => {
    const event = unforeseen({
      ...stamp,
      type: 'session.updated',
      agent: { mcp_servers: [{ url: 'https://secret.example/abc' }] },
    })
    expect(translate(event)).toEqual({ id, at, type: 'other' })
  })
})
