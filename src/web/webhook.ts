/** Scalekit's word that an account's status changed. Only a hint to look: what counts is what Scalekit answers when it is asked. */

import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { describeError, type Log } from '../log.js'
import type { Route } from './routes.js'

export const WEBHOOK_PATH = '/scalekit/webhook'

/** Far more than such an event has. Bytes. */
const LONGEST_BODY = 64 * 1024

const EVENT = z.object({ type: z.string(), data: z.unknown() })
const STATUS = z.object({ identifier: z.string(), status: z.string() })

export interface WebhookDeps {
  /** Whether Scalekit signed this, just now. */
  readonly isSigned: (headers: Readonly<Record<string, string>>, body: string) => boolean
  readonly onStatus: (identifier: string, status: string) => Promise<void>
  readonly log: Log
}

export function webhookRoute(deps: WebhookDeps): Route {
  return {
    path: WEBHOOK_PATH,
    method: 'POST',
    handler: (request, response) => {
      answerTo(deps, request).then(
        (status) => response.writeHead(status).end(),
        (error: unknown) => {
          deps.log.error(describeError(error), 'webhook not handled; Scalekit repeats it')
          response.writeHead(500).end()
        },
      )
    },
  }
}

async function answerTo(deps: WebhookDeps, request: IncomingMessage): Promise<number> {
  const body = await readBody(request)
  if (body === null) return 413
  const headers = Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
  if (!deps.isSigned(headers, body)) {
    deps.log.warn('webhook refused: not signed by Scalekit')
    return 401
  }
  const event = EVENT.safeParse(parsed(body))
  // Whatever else Scalekit tells, now or in future, is none of ours, and must not be sent again and again.
  if (!event.success || event.data.type !== 'connected_account.status_updated') return 200
  const change = STATUS.safeParse(event.data.data)
  if (change.success) await deps.onStatus(change.data.identifier, change.data.status)
  else deps.log.warn('webhook ignored: unknown shape')
  return 200
}

/** Null where it is too long; the rest of it is not read. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > LONGEST_BODY) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
