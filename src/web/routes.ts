/** What is served where, and what everything else is answered with. */

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

export interface Route {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
}

export function routed(routes: readonly Route[]): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?')[0]
    const route = routes.find((candidate) => candidate.path === path)
    if (route === undefined) return answer(response, 404, 'not found\n')
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (method !== route.method) return answer(response, 405, 'method not allowed\n')
    route.handler(request, response)
  }
}

export function answer(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(body)
}
