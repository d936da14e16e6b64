/** Stands between the bot and Slack's Web API and keeps every body as it was, where the sandbox's own log leaves secrets out. */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface RecordedCall {
  readonly method: string
  /** Decoded: forms as `name=value` lines, everything else as it is. */
  readonly body: string
  readonly answer: string
}

export interface RecordingProxy {
  /** What `SLACK_API_URL` takes. */
  readonly url: string
  readonly calls: readonly RecordedCall[]
  close(): Promise<void>
}

/** @param target with its slash at the end, asked at each call */
export async function recordingProxy(target: () => string): Promise<RecordingProxy> {
  const calls: RecordedCall[] = []
  const server = createServer((request, response) => {
    const forward = async () => {
      const body = await bodyOf(request)
      const method = (request.url ?? '').slice('/api/'.length)
      const { authorization = '', 'content-type': type = '' } = request.headers
      const answer = await fetch(`${target()}${method}`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body: new Uint8Array(body),
      })
      const text = await answer.text()
      const isForm = type.includes('form-urlencoded')
      const words = isForm
        ? [...new URLSearchParams(body.toString())].map((pair) => pair.join('=')).join('\n')
        : body.toString()
      calls.push({ method, body: words, answer: text })
      const headers = Object.fromEntries(
        ['content-type', 'retry-after'].flatMap((name) => {
          const value = answer.headers.get(name)
          return value === null ? [] : [[name, value]]
        }),
      )
      response.writeHead(answer.status, headers).end(text)
    }
    forward().catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/api/`,
    calls,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
