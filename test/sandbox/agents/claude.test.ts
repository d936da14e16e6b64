import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Anthropic from '@anthropic-ai/sdk'
import { expect, onTestFinished, test } from 'vitest'
import { claudeBrain } from '../../../src/sandbox/agents/claude.js'
import { allow, awaitedIds, deny, exchange, message, newSession, of, said, start, Watch } from './fixture.js'
import { mailAgent, startMcpServer } from './mcp-server.js'

type Piece = string | { readonly tool: string; readonly input: object }

/** A stand-in for the Messages API, which streams the scripted answers one after the other. */
async function startMessages(answers: Piece[][], stop?: Anthropic.StopReason) {
  const requests: Anthropic.MessageCreateParams[] = []
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    requests.push(JSON.parse(Buffer.concat(chunks).toString()))
    const pieces = answers.shift() ?? []
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const send = (event: { type: string }) => response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    for (const event of streamOf(pieces, stop)) send(event)
    response.end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return { requests, baseURL: `http://127.0.0.1:${(http.address() as AddressInfo).port}` }
}

function* streamOf(pieces: readonly Piece[], stop: Anthropic.StopReason | undefined): Generator<{ type: string }> {
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  }
  yield { type: 'message_start', ...{ message } }
  for (const [index, piece] of pieces.entries()) {
    const isText = typeof piece === 'string'
    const block = isText
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: `toolu_${index}`, name: piece.tool, input: {} }
    yield { type: 'content_block_start', ...{ index, content_block: block } }
    const parts = isText ? (piece.match(/.{1,5}/gs) ?? []) : [JSON.stringify(piece.input)]
    for (const part of parts) {
      const delta = isText ? { type: 'text_delta', text: part } : { type: 'input_json_delta', partial_json: part }
      yield { type: 'content_block_delta', ...{ index, delta } }
    }
    yield { type: 'content_block_stop', ...{ index } }
  }
  const called = pieces.some((piece) => typeof piece !== 'string')
  yield {
    type: 'message_delta',
    ...{ delta: { stop_reason: stop ?? (called ? 'tool_use' : 'end_turn'), stop_sequence: null }, usage },
  }
  yield { type: 'message_stop' }
}

test('Claude reads the mail with the tools of the session, and its words stream', async () => {
  const mcp = await startMcpServer()
  const api = await startMessages([
    ['Let me look. ', { tool: 'read_mail', input: { id: '7' } }],
    ['It says: **Mail 7**'],
    ['As I said.'],
  ])
  const bench = await start(claudeBrain({ apiKey: 'k', baseURL: api.baseURL }).respond)
  const agent = {
    system: 'Be kind',
    ...mailAgent(mcp.openUrl, { default_config: { permission_policy: { type: 'always_allow' } } }),
  }
  const { id } = await newSession(bench, { agent })
  const watch = await Watch.open(bench.beta, id, ['agent.message'])
  await bench.beta.sessions.events.send(id, { events: [message('What does mail 7 say?')] })
  await watch.idle()
  expect(said(watch.seen)).toEqual(['Let me look. ', 'It says: **Mail 7**'])
  expect(of(watch.seen, 'event_delta').length).toBeGreaterThan(3)
  expect(mcp.calls).toMatchObject([{ tool: 'read_mail', input: { id: '7' } }])
  expect(api.requests[0]).toMatchObject({
    model: 'claude-opus-5-5',
    system: 'Be kind',
    messages: [{ role: 'user', content: 'What does mail 7 say?' }],
  })
  expect(api.requests[0]?.tools).toContainEqual(
    expect.objectContaining({ name: 'read_mail', description: 'Reads a mail' }),
  )
  expect(api.requests[1]?.messages.map((each) => each.role)).toEqual(['user', 'assistant', 'user'])
  expect(api.requests[1]?.messages.at(-1)).toEqual({
    role: 'user',
    content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'Mail 7', is_error: false }],
  })
  // The next turn tells it everything that was said and done.
  await exchange(bench, id, [message('Sure?')])
  expect(api.requests[2]?.messages.map((each) => each.role)).toEqual([
    'user',
    'assistant',
    'assistant',
    'user',
    'assistant',
    'user',
  ])
})

test('Claude is told what the person did not allow', async () => {
  const mcp = await startMcpServer()
  const both = [
    { tool: 'send_mail', input: { id: '1' } },
    { tool: 'send_mail', input: { id: '2' } },
  ]
  const api = await startMessages([both, ['Then not.']])
  const bench = await start(claudeBrain({ apiKey: 'k', baseURL: api.baseURL, model: 'claude-haiku-4-5' }).respond)
  const { id } = await newSession(bench, { agent: mailAgent(mcp.openUrl) })
  const [first = '', second = ''] = awaitedIds((await exchange(bench, id, [message('Send both')])).seen)
  const watch = await exchange(bench, id, [allow(first), deny(second, 'Too late')])
  expect(said(watch.seen)).toEqual(['Then not.'])
  expect(api.requests[0]?.model).toBe('claude-haiku-4-5')
  expect(api.requests[1]?.messages.at(-1)?.content).toEqual([
    { type: 'tool_result', tool_use_id: 'toolu_0', content: 'Sent 1', is_error: false },
    {
      type: 'tool_result',
      tool_use_id: 'toolu_1',
      content: 'The person did not allow this call. They said: Too late',
      is_error: true,
    },
  ])
})

test('what the Messages API refuses is an error of the session', async () => {
  const api = await startMessages([[]], 'refusal')
  const bench = await start(claudeBrain({ apiKey: 'k', baseURL: api.baseURL }).respond)
  const { id } = await newSession(bench)
  const watch = await exchange(bench, id, [message('Hello')])
  expect(of(watch.seen, 'session.error')[0]?.error).toMatchObject({
    type: 'model_request_failed_error',
    message: 'The model declined to answer',
  })
})
