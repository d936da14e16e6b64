/** Messages that take the place of a decision: the session hears of every call that it waits for, in the same batch. */

import { expect, it } from 'vitest'
import { WRITTEN_INSTEAD } from '../../src/turns/sending/sending-results.js'
import { serve } from './answering-server.js'

const EVENTS = '/v1/sessions/sesn_1/events'
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 9, 0, second)).toISOString()
const waits = (second: number, ...event_ids: string[]) => ({
  type: 'session.status_idle',
  id: `idle_${second}`,
  stop_reason: { type: 'requires_action', event_ids },
  processed_at: at(second),
})
const mcp = (id: string) => ({ type: 'agent.mcp_tool_use', id, name: 'gmail_trash_message', input: {} })
const custom = (id: string) => ({ type: 'agent.custom_tool_use', id, name: 'send_email', input: {} })

async function sent(log: readonly object[]) {
  const { agent, bodies } = await serve({
    [`GET ${EVENTS}`]: { data: log, next_page: null },
    [`POST ${EVENTS}`]: { data: [] },
  })
  const words = { reference: 'r', context: 'Reference: r', text: 'Something else' }
  await agent.sendMessages('sesn_1', [words], [{ callId: 'a', allowed: false, reason: 'no' }])
  return bodies.at(-1)
}

const A = { type: 'user.tool_confirmation', tool_use_id: 'a', result: 'deny', deny_message: 'no' }
const MESSAGE = { type: 'user.message', content: [{ text: 'Reference: r' }, { text: 'Something else' }] }

it.each([
  ['it called for no more', [mcp('a'), waits(1, 'a')], [A]],
  [
    'it called a tool of the mailbox after its owner was asked',
    [mcp('a'), waits(1, 'a'), mcp('b'), waits(2, 'a', 'b')],
    [A, { type: 'user.tool_confirmation', tool_use_id: 'b', result: 'deny', deny_message: WRITTEN_INSTEAD }],
  ],
  [
    'it called a tool of the bot after its owner was asked',
    [mcp('a'), waits(1, 'a'), custom('b'), waits(2, 'a', 'b')],
    [
      A,
      {
        type: 'user.custom_tool_result',
        custom_tool_use_id: 'b',
        content: [{ text: WRITTEN_INSTEAD }],
        is_error: false,
      },
    ],
  ],
  [
    'it was told of one before',
    [
      mcp('a'),
      mcp('b'),
      waits(1, 'a', 'b'),
      { type: 'user.tool_confirmation', id: 'u', tool_use_id: 'b', result: 'allow' },
    ],
    [A],
  ],
  ['it waits for nothing any more', [mcp('a'), waits(1, 'a'), { ...waits(2), stop_reason: { type: 'end_turn' } }], []],
])('where %s', async (_, log, answers) => {
  expect(await sent(log)).toMatchObject({ events: [...answers, MESSAGE] })
})
