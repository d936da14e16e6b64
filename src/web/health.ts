/** `GET /healthz`, `/readyz` and `/metrics`, for whoever watches the bot. */

import { describeError, type Log } from '../log.js'
import { answer, type Route } from './routes.js'

export interface HealthOptions {
  /** Why the bot is not ready, a line each; empty when it is. */
  readonly problems: () => Promise<readonly string[]>
  readonly log: Log
}

/** @param render Prometheus text */
export function metricsRoute(render: () => string): Route {
  const type = 'text/plain; version=0.0.4; charset=utf-8'
  return { path: '/metrics', method: 'GET', handler: (_, response) => answer(response, 200, render(), type) }
}

export function healthRoutes(options: HealthOptions): Route[] {
  const route = (path: string, handler: Route['handler']): Route => ({ path, method: 'GET', handler })
  return [
    route('/healthz', (_, response) => answer(response, 200, 'ok\n')),
    route('/readyz', (_, response) => {
      options.problems().then(
        (problems) =>
          answer(
            response,
            problems.length === 0 ? 200 : 503,
            problems.length === 0 ? 'ready\n' : `${problems.join('\n')}\n`,
          ),
        (error: unknown) => {
          options.log.error(describeError(error), 'readiness check failed')
          answer(response, 503, 'readiness could not be checked\n')
        },
      )
    }),
  ]
}
