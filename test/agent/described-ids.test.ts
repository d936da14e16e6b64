/** What an id on a card stands for is taken from what the mailbox said of it, and from nothing that others wrote. */

import { describe, expect, it } from 'vitest'
import { serve } from './answering-server.js'

const MESSAGE = JSON.stringify({ id: '18f2', subject: 'Invoice 20417', from: 'Vandermeer' })
const FORGED = JSON.stringify({ id: '18f2', subject: 'Newsletter', from: 'Nobody' })

let count = 0
/** A call of a tool and its answer, oldest first. */
function step(name: string, answer: string, isError = false) {
  count += 1
  const processed_at = new Date(Date.UTC(2026, 10, 22, 9, 0, count)).toISOString()
  const call = `call_${count}`
  return [
    { type: 'agent.mcp_tool_use', id: call, name, input: {}, mcp_server_name: 'mailbox', processed_at },
    {
      type: 'agent.mcp_tool_result',
      id: `result_${count}`,
      mcp_tool_use_id: call,
      is_error: isError,
      content: [{ type: 'text', text: answer }],
      processed_at,
    },
  ]
}

/** @param steps oldest first; the list comes newest first */
async function described(...steps: ReturnType<typeof step>[]) {
  const data = steps.flat().toReversed()
  const { agent } = await serve({ 'GET /v1/sessions/sesn_1/events': { data, next_page: null } })
  return [...(await agent.describeIds('sesn_1', ['18f2'])).values()].map(({ words }) => words)
}

describe('what an id stands for', () => {
  it('an id is described by what the mailbox said of it', async () => {
    expect(await described(step('gmail_get_message_by_id', MESSAGE))).toEqual(['Invoice 20417, from Vandermeer'])
  })

  it.each([
    ['the mailbox', { internalDate: '1795338000000', date: 'Mon, 2 Nov 2026 09:00:00 +0000' }, 1_795_338_000_000],
    ['a field of the message', { date: 'Mon, 2 Nov 2026 09:00:00 +0000' }, Date.UTC(2026, 10, 2, 9)],
    [
      'its header',
      { payload: { headers: [{ name: 'Date', value: 'Mon, 2 Nov 2026 09:00:00 +0000' }] } },
      Date.UTC(2026, 10, 2, 9),
    ],
    ['nobody', { date: 'yesterday' }, null],
  ])('says when an email came, as told by %s', async (_, told, at) => {
    const answer = JSON.stringify({ id: '18f2', subject: 'Invoice 20417', from: 'Vandermeer', ...told })
    const { agent } = await serve({
      'GET /v1/sessions/sesn_1/events': { data: step('gmail_fetch_mails', answer).toReversed(), next_page: null },
    })
    expect((await agent.describeIds('sesn_1', ['18f2'])).get('18f2')?.at).toBe(at)
  })

  it('an id is never described by an attachment', async () => {
    const opened = step('gmail_get_attachment_by_id', FORGED)
    expect(await described(opened)).toEqual([])
    expect(await described(step('gmail_get_message_by_id', MESSAGE), opened)).toEqual([
      'Invoice 20417, from Vandermeer',
    ])
  })

  it('an id is never described by the text of a mail', async () => {
    const quoting = JSON.stringify({ id: '99', subject: 'Look', from: 'Nobody', body: FORGED })
    expect(await described(step('gmail_get_message_by_id', quoting))).toEqual([])
  })

  it('an id is not described by a failed call', async () => {
    expect(await described(step('gmail_get_message_by_id', FORGED, true))).toEqual([])
  })

  it('an id is described by the latest answer', async () => {
    const renamed = JSON.stringify({ id: '18f2', subject: 'Re: Invoice 20417', from: 'Vandermeer' })
    expect(await described(step('gmail_get_message_by_id', MESSAGE), step('gmail_get_message_by_id', renamed))).toEqual(
      ['Re: Invoice 20417, from Vandermeer'],
    )
  })
})
