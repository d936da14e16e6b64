/** The few things that every part of the server needs of HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Largest body that is read. */
const MOST_BYTES = 100 * 1024 * 1024

/** @throws Error where the body is larger than any request to Slack may be */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request) {
    const bytes = Buffer.from(part)
    length += bytes.length
    if (length > MOST_BYTES) throw new Error('request body too large')
    parts.push(bytes)
  }
  return Buffer.concat(parts)
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

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
