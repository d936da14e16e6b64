/** HTTP/1.1 of the sandbox's Scalekit: finds the endpoint, lets faults happen, answers, keeps the log. */
import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { ClientCredentials } from './client-credentials.js'
import { type ConsentParts, showConsent, showSuccess, takeConsent } from './consent.js'
import { type Exchange, sendJson } from './exchange.js'
import { answerInstance, answerServer, type McpParts } from './mcp-endpoints.js'
import type { RestHandler } from './rest.js'
import { errorOfStatus, ScalekitError } from './scalekit-error.js'
import type { TokenSigner } from './token-signer.js'
import { ENDPOINTS, type Endpoint, type Fault, type Traffic } from './traffic.js'

export interface HttpParts {
  readonly baseUrl: string
  readonly credentials: ClientCredentials
  readonly signer: TokenSigner
  readonly rest: ReadonlyMap<Endpoint, RestHandler>
  readonly mcp: McpParts
  readonly consent: ConsentParts
  readonly traffic: Traffic
  readonly now: () => number
}

interface Route {
  readonly endpoint: Endpoint
  /** None: the endpoint sees to its methods itself. */
  readonly method: string | undefined
  readonly path: RegExp
}

/** `{part}` of an endpoint's name is anything but a slash; a part before a colon ends there. */
const ROUTES: readonly Route[] = ENDPOINTS.filter((endpoint) => endpoint.includes('/')).map((endpoint) => {
  const [first = '', second] = endpoint.split(' ')
  const path = second ?? first
  return {
    endpoint,
    method: second === undefined ? undefined : first,
    path: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/:]+)')}$`),
  }
})

export function httpListener(parts: HttpParts): RequestListener {
  return (request, response) => {
    void answer(parts, request, response)
  }
}

async function answer(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', parts.baseUrl)
  const route = ROUTES.find(
    ({ method, path }) => (method === undefined || method === request.method) && path.test(url.pathname),
  )
  const endpoint = route?.endpoint ?? 'unknown'
  const note = (status: number) =>
    parts.traffic.note({ at: parts.now(), endpoint, method: request.method ?? '', status })
  const variable = route?.path.exec(url.pathname)?.slice(1) ?? []

  const fault = parts.traffic.takeFault(endpoint)
  if (fault?.type === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.milliseconds))
  // An answer that will be dropped is written into a response that has no connection.
  const written = fault?.type === 'drop-answer' ? new ServerResponse(request) : response
  try {
    const exchange = { request, response: written, url, parts: variable }
    await perform(parts, endpoint, exchange, fault)
  } catch (error) {
    sendError(written, error)
  }
  if (fault?.type === 'drop-answer') request.socket.destroy()
  note(fault?.type === 'drop-answer' ? 0 : written.statusCode)
}

async function perform(
  parts: HttpParts,
  endpoint: Endpoint,
  exchange: Exchange,
  fault: Fault | undefined,
): Promise<void> {
  if (fault?.type === 'fail') throw errorOfStatus(fault.status)
  const rest = parts.rest.get(endpoint)
  if (rest !== undefined) {
    parts.credentials.check(exchange.request.headers.authorization)
    const { status, body } = await rest(exchange)
    sendJson(exchange.response, status, body)
    return
  }
  switch (endpoint) {
    case 'POST /oauth/token':
      return await parts.credentials.answerTokenRequest(exchange)
    case 'GET /keys':
      return sendJson(exchange.response, 200, parts.signer.jwks())
    case 'GET /magicLink/{link}':
      return showConsent(parts.consent, exchange)
    case 'POST /magicLink/{link}':
      return await takeConsent(parts.consent, exchange)
    case 'GET /connect/success':
      return showSuccess(exchange)
    case '/mcp/v3/servers/{id}':
      return await answerServer(parts.mcp, exchange)
    case '/mcp/v1/instances/{secret}':
      return await answerInstance(parts.mcp, exchange)
    default:
      throw new ScalekitError('NOT_FOUND', 'Not Found')
  }
}

/** A mistake of the sandbox itself is a 500 with its message: whoever runs it is its developer. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const known =
    error instanceof ScalekitError
      ? error
      : new ScalekitError('INTERNAL', error instanceof Error ? error.message : String(error))
  sendJson(response, known.httpStatus, known.body())
}
