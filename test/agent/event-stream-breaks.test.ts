/** What no well-behaved server does: streams that break in the middle of a frame, error frames, bodies that never end. */

import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { followSession } from '../../src/agent/event-log.js'
import type { AgentEvent, LogPosition } from '../../src/turns/events.js'
import { Unavailable } from '../../src/turns/ports.js'
import { BRISK, rejection } from './platform.js'

const AT = '2026-11-22T10:00:00.000Z'
const running = { type: 'session.status_running', id: 'sevt_1', processed_at: AT }
const idle = {
  type: 'session.status_idle',
  id: 'sevt_2',
  processed_at: AT,
  stop_reason: { type: 'end_turn' },
  stop_details: null,
}

const frame = (event: Readonly<Record<string, unknown>>): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`

let server: Server | undefined

afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)))
  server = undefined
})

async function serve(listener: RequestListener): Promise<Claude> {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return new Claude({ apiKey: 'sk-ant-key', baseUrl: `http://127.0.0.1:${port}` }, 300)
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}

function answerList(response: ServerResponse, events: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ data: events, next_page: null }))
}

async function readUntilIdle(claude: Claude, after: LogPosition | null = null): Promise<string[]> {
  const abort = new AbortController()
  const types: string[] = []
  const isIdle = (event: AgentEvent) => event.type === 'idle'
  for await (const event of followSession(claude, 'session_1', after, abort.signal, { ...BRISK, silenceMs: 100_000 })) {
    // Where the list ends and the stream begins is told in between; what is read is what counts here.
    if (event.type !== 'caught_up') types.push(event.type)
    if (isIdle(event)) break
  }
  abort.abort()
  return types
}

describe('a stream that breaks', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    [
      'in the middle of a frame',
      (response) => response.write('event: session.status_idle\ndata: {"ty', () => response.destroy()),
    ],
    [
      'with an error frame',
      (response) => response.write('event: error\ndata: {"error":{"type":"overloaded_error"}}\n\n'),
    ],
    ['with a frame that is no JSON', (response) => response.write('event: session.status_idle\ndata: {nonsense\n\n')],
    ['with a proper end', (response) => response.end()],
  ])('%s is opened anew, and nothing comes twice', async (_, end) => {
    let streams = 0
    const claude = await serve((request, response) => {
      if (!request.url?.includes('/stream')) return answerList(response, streams > 1 ? [running, idle] : [])
      streams += 1
      openStream(response)
      if (streams === 1) response.write(frame(running), () => end(response))
    })
    expect(await readUntilIdle(claude)).toEqual(['running', 'idle'])
    expect(streams).toBe(2)
  })

  it('does not wait for ever for a list whose body never ends', async () => {
    const claude = await serve((request, response) => {
      if (request.url?.includes('/stream')) return openStream(response)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{"data":[')
    })
    const call = claude.once('session', (sdk, options) => sdk.beta.sessions.events.list('session_1', {}, options))
    expect(await rejection(call)).toBeInstanceOf(Unavailable)
  })

  it('shows nothing of a message whose preview broke off, until it is whole', async () => {
    const id = 'sevt_9'
    const delta = (text: string) =>
      frame({
        type: 'event_delta',
        event_id: id,
        delta: { type: 'content_delta', index: 0, content: { type: 'text', text } },
      })
    const begin = frame({ type: 'event_start', event: { type: 'agent.message', id } })
    let streams = 0
    const claude = await serve((request, response) => {
      if (!request.url?.includes('/stream')) return answerList(response, [])
      streams += 1
      openStream(response)
      if (streams === 1) response.end(begin + delta('One, '))
      else if (streams === 2) response.end(delta('three, '))
      else {
        const message = {
          type: 'agent.message',
          id,
          processed_at: AT,
          content: [{ type: 'text', text: 'One, two, three, four.' }],
        }
        response.write(begin + delta('four.') + frame(message) + frame(idle))
      }
    })
    expect(await readUntilIdle(claude)).toEqual(['preview_started', 'preview_text', 'message', 'idle'])
  })

  it('is not needed to read what a session said before it was over', async () => {
    const claude = await serve((request, response) => {
      if (request.url?.includes('/stream')) {
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message: 'terminated' } }))
      } else if (request.url?.includes('/events')) answerList(response, [running, idle])
      else {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ id: 'session_1', status: 'terminated', archived_at: null }))
      }
    })
    expect(await readUntilIdle(claude)).toEqual(['running', 'idle'])
  })

  it('keeps an earlier turn out of this one, also where the list takes no filter by time', async () => {
    const at = (second: number, event: object) => ({ ...event, processed_at: `2026-11-22T09:00:0${second}.000Z` })
    const earlier = [at(1, { ...running, id: 'sevt_a' }), at(2, { type: 'agent.message', id: 'sevt_b', content: [] })]
    const anchor = at(3, { ...idle, id: 'sevt_c' })
    const claude = await serve((request, response) => {
      if (request.url?.includes('/stream')) openStream(response)
      else answerList(response, [...earlier, anchor, running, idle])
    })
    const types = await readUntilIdle(claude, { id: 'sevt_c', at: '2026-11-22T09:00:03.000Z' })
    expect(types).toEqual(['running', 'idle'])
  })

  it('takes an event without id each time it comes', async () => {
    const nameless = { ...running, id: '' }
    const claude = await serve((request, response) => {
      if (!request.url?.includes('/stream')) return answerList(response, [])
      openStream(response)
      response.write(frame(nameless) + frame(nameless) + frame(idle))
    })
    expect(await readUntilIdle(claude)).toEqual(['running', 'running', 'idle'])
  })

  it('takes a message when it is processed, not when it is queued, on the stream as in the list', async () => {
    const message = { type: 'user.message', id: 'sevt_0', content: [{ type: 'text', text: 'hi' }] }
    const claude = await serve((request, response) => {
      if (!request.url?.includes('/stream')) return answerList(response, [{ ...message, processed_at: null }])
      openStream(response)
      response.write(frame({ ...message, processed_at: null }) + frame(running))
      response.write(frame({ ...message, processed_at: AT }) + frame(idle))
    })
    expect(await readUntilIdle(claude)).toEqual(['running', 'message_received', 'idle'])
  })
})
