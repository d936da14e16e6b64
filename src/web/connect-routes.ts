/** The two addresses of the connect flow, as the browser sees them: redirects, pages, and the cookie in between. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { describeError, type Log } from '../log.js'
import type { ConnectFlow, Outcome } from './connect-flow.js'
import { CONTENT_SECURITY_POLICY, connectPage } from './connect-pages.js'
import type { Route } from './routes.js'

/** Where Scalekit sends the browser after consent. */
export const VERIFY_PATH = '/connect/verify'
/** Where Slack sends it after the sign-in; stands in the app's settings as redirect URL. */
export const SIGNED_IN_PATH = '/connect/signed-in'

const COOKIE = 'inbox_connect'
/** As long as a sign-in may take, in seconds. */
const COOKIE_LIFETIME_S = 15 * 60

export function connectRoutes(flow: ConnectFlow, isHttps: boolean, log: Log): Route[] {
  const route = (
    path: string,
    visit: (query: URLSearchParams, cookie: string | undefined) => Promise<Outcome>,
  ): Route => ({
    path,
    method: 'GET',
    handler: (request, response) => {
      visit(queryOf(request), cookieOf(request)).then(
        (outcome) => answer(response, outcome, isHttps),
        (error: unknown) => {
          log.error(describeError(error), 'connect page failed')
          answer(response, { type: 'page', page: 'try_again' }, isHttps)
        },
      )
    },
  })
  return [
    route(VERIFY_PATH, (query) => flow.begin(query)),
    route(SIGNED_IN_PATH, (query, cookie) => flow.finish(query, cookie)),
  ]
}

/** The address of a request holds secrets: it is neither stored, nor told to whatever is visited next. */
const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
}

function answer(response: ServerResponse, outcome: Outcome, isHttps: boolean): void {
  if (outcome.type === 'redirect') {
    const cookie = setCookie(outcome.cookie, COOKIE_LIFETIME_S, isHttps)
    response.writeHead(303, { ...HEADERS, location: outcome.to, 'set-cookie': cookie }).end()
    return
  }
  const { status, html } = connectPage(outcome.page, outcome.retry)
  const cookie = setCookie('', 0, isHttps)
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/html; charset=utf-8', 'set-cookie': cookie }).end(html)
}

/** `Lax`: it has to come along when Slack sends the browser back, and with nothing else from elsewhere. */
function setCookie(value: string, seconds: number, isHttps: boolean): string {
  return `${COOKIE}=${value}; Path=/connect/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`
}

function queryOf(request: IncomingMessage): URLSearchParams {
  return new URLSearchParams(request.url?.split('?')[1] ?? '')
}

function cookieOf(request: IncomingMessage): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(/; */)
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}
