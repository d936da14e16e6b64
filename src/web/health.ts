/** `GET /healthz`, `/readyz` and `/metrics`, for whoever watches the bot. In HTTP mode they stand beside Slack's requests on the same port. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { describeError, type Log } from '../log.js'

export interface HealthOptions {
  /** Why the bot is not ready, a line each; empty when it is. */
  readonly problems: () => Promise<readonly string[]>
  /** Prometheus text. */
  readonly metrics: () => string
  readonly log: Log
}

export interface Route {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
}

export function healthRoutes(options: HealthOptions): Route[] {
  const route = (path: string, handler: Route['handler']): Route => ({ path, method: 'GET', handler })
  return [
    route('/healthz', (_, response) => answer(response, 200, 'ok\n')),
    route('/metrics', (_, response) =>
      answer(response, 200, options.metrics(), 'text/plain; version=0.0.4; charset=utf-8'),
    ),
    route('/readyz', (_, response) => {
      options.problems().then(
        (problems) =>
          answer(
            response,
            problems.length === 0 ? 200 : 503,
            problems.length === 0 ? 'ready\n' : `${problems.join('\n')}\n`,
          ),
        (error: unknown) => {
          options.log.error(describeError(error), 'readiness could not be checked')
          answer(response, 503, 'readiness could not be checked\n')
        },
      )
    }),
  ]
}

/** @throws the listen error, e.g. EADDRINUSE */
export async function serveRoutes(routes: readonly Route[], port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    const route = routes.find((candidate) => candidate.path === path)
    if (route === undefined) return answer(response, 404, 'not found\n')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (method !== route.method) return answer(response, 405, 'method not allowed\n')
    route.handler(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server
}

function answer(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
