/** HTTP/1.1 of the sandbox's Scalekit: finds the endpoint, lets faults happen, answers, keeps the log. */
import { type IncomingMessage, type RequestListener, ServerResponse } from 'node:http'
import type { ClientCredentials } from '../resources/client-credentials.js'
import type { TokenSigner } from '../resources/token-signer.js'
import { type Exchange, parseJson, readBody, sendJson } from '../wire/exchange.js'
import { mcpAddressOf, mcpEndpointOf, routeOf } from '../wire/routes.js'
import { errorOfStatus, ScalekitError } from '../wire/scalekit-error.js'
import { type Endpoint, passed, refusalOf, type Traffic } from '../wire/traffic.js'
import { type ConsentParts, showConsent, showSuccess, takeConsent } from './consent.js'
import { answerInstance, answerServer, type McpParts } from './mcp-endpoints.js'
import type { RestHandler } from './rest.js'
import { toolNamedIn } from './tool-execution.js'

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

/** What a request asks for, and how to answer it once it is known that it may be. */
interface Job {
  readonly endpoint: Endpoint
  readonly tool: string | undefined
  answer(response: ServerResponse): Promise<void> | void
}

export function httpListener(parts: HttpParts): RequestListener {
  return (request, response) => {
    void answer(parts, request, response)
  }
}

async function answer(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const note = (job: Pick<Job, 'endpoint' | 'tool'>, status: number) =>
    parts.traffic.note({ at: parts.now(), endpoint: job.endpoint, tool: job.tool, status })
  let job: Job
  try {
    job = await jobOf(parts, request)
  } catch (error) {
    sendError(response, error)
    note({ endpoint: 'unknown', tool: undefined }, response.statusCode)
    return
  }
  const fault = parts.traffic.takeFault(job.endpoint, job.tool)
  await passed(fault)
  // An answer that will be dropped is written into a response that has no connection.
  const written = fault?.type === 'drop-answer' ? new ServerResponse(request) : response
  try {
    const refusal = refusalOf(fault)
    if (refusal !== undefined) throw errorOfStatus(refusal)
    await job.answer(written)
  } catch (error) {
    sendError(written, error)
  }
  if (fault?.type === 'drop-answer') request.socket.destroy()
  note(job, fault?.type === 'drop-answer' ? 0 : written.statusCode)
}

async function jobOf(parts: HttpParts, request: IncomingMessage): Promise<Job> {
  const url = new URL(request.url ?? '/', parts.baseUrl)
  const mcp = mcpAddressOf(url.pathname)
  if (mcp === undefined) {
    const route = routeOf(request.method ?? '', url.pathname)
    const { endpoint } = route
    // Which tool a request runs says its body alone, and a fault may be meant for one tool.
    const body = endpoint === 'POST /api/v1/execute_tool' ? parseJson(await readBody(request)) : undefined
    return {
      endpoint,
      tool: toolNamedIn(body),
      answer: (response) => perform(parts, endpoint, { request, response, url, parts: route.parts, body }),
    }
  }
  const body = request.method === 'POST' ? parseJson(await readBody(request)) : undefined
  const answerAddress = mcp.address === 'server' ? answerServer : answerInstance
  return {
    ...mcpEndpointOf(body),
    answer: (response) => answerAddress(parts.mcp, { request, response, url, parts: [mcp.part] }, body),
  }
}

async function perform(parts: HttpParts, endpoint: Endpoint, exchange: Exchange): Promise<void> {
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
  const message = error instanceof Error ? error.message : String(error)
  const known = error instanceof ScalekitError ? error : new ScalekitError('INTERNAL', message)
  sendJson(response, known.httpStatus, known.body())
}
