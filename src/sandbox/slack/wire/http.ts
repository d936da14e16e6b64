/** The few things that every part of the server needs of HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody as readUpTo } from '../../wire/http.js'

/** Largest body that is read. */
const MOST_BYTES = 100 * 1024 * 1024

/** @throws {BodyTooLargeError} where the body is larger than any request to Slack may be */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  return await readUpTo(request, MOST_BYTES)
}

export function reply(
  response: ServerResponse,
  status: number,
  type: 'text/plain' | 'text/html' | 'application/json',
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Cache-Control': 'no-store', ...headers })
  response.end(body)
}

export function replyJson(response: ServerResponse, status: number, body: object): void {
  reply(response, status, 'application/json', JSON.stringify(body))
}
