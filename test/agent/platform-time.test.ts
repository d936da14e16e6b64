/** What is looked up at the platform by time is looked up by its own time: the host's clock may be off. */

import { expect, it } from 'vitest'
import { serve } from './answering-server.js'
import { ANNA, conversationOf } from './platform.js'

const NOBODYS = { 'GET /v1/sessions': { data: [], next_page: null } }

it('the platform’s time is not known before the platform has told it', async () => {
  const { agent } = await serve({})
  expect(agent.now()).toBeNull()
})

it.each(['2020-02-29T12:00:00Z', '2096-02-29T12:00:00Z'])('is what its answers say: %s', async (date) => {
  const { agent } = await serve(NOBODYS, { date: new Date(date) })
  await agent.findSession(conversationOf(ANNA), null)
  expect(new Date(agent.now() ?? 0).getUTCFullYear()).toBe(new Date(date).getUTCFullYear())
})

it.each([
  ['from a little before its request', Date.UTC(2026, 10, 22, 9, 0), '2026-11-22T08:59:30.000Z'],
  ['without a beginning where the time of its request was not known', null, null],
])('a session is looked up %s', async (_, requestedAt, from) => {
  const { agent, queries } = await serve(NOBODYS)
  await agent.findSession(conversationOf(ANNA), requestedAt)
  expect(queries.map((query) => query.get('created_at[gte]'))).toEqual([from])
})
