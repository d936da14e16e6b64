/** The HTTP side of the API: who may call, which route it is, how refusals look, and the log of what was asked. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { BodyTooLargeError, listenOnLoopback, readBody, sendJson } from '../../wire/http.js'
import { ApiError, badRequest } from './api-error.js'
import type { Answer, Call, Endpoint, Route } from './endpoints.js'
import type { Faults } from './faults.js'
import { newId } from './ids.js'
import type { RateLimiter, RateLimits } from './rate-limits.js'

const BETA = 'managed-agents-2026-04-01'
const MAX_BODY_BYTES = 32 * 1024 * 1024

/** One call as it arrived. `status` is undefined while the answer is outstanding, or when the connection broke before it. */
export interface RequestRecord {
  readonly endpoint: Endpoint | undefined
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: unknown
  readonly requestId: string
  status: number | undefined
}

export interface RouterOptions {
  readonly apiKey: string
  readonly routes: readonly Route[]
  readonly faults: Faults
  readonly rateLimiter: RateLimiter | undefined
  readonly now: () => number
}

export class Router {
  readonly requests: RequestRecord[] = []
  readonly #server: Server
  readonly #routes: readonly { readonly route: Route; readonly segments: readonly string[] }[]

  constructor(private readonly options: RouterOptions) {
    this.#routes = options.routes.map((route) => ({ route, segments: route.path.split('/') }))
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  /** Listens on loopback only; resolves to the base URL. */
  async listen(port: number): Promise<string> {
    return `http://127.0.0.1:${await listenOnLoopback(this.#server, port)}`
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeAllConnections()
    await closed
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = newId('req')
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const method = request.method ?? 'GET'
    const match = this.#match(method, url.pathname)
    const record: RequestRecord = {
      endpoint: match?.route.endpoint,
      method,
      path: url.pathname,
      query: url.search,
      body: undefined,
      requestId,
      status: undefined,
    }
    this.requests.push(record)
    response.setHeader('request-id', requestId)
    response.setHeader('date', new Date(this.options.now()).toUTCString())
    try {
      const bytes = await bodyOf(request)
      const isJson = /^application\/json\b/.test(request.headers['content-type'] ?? '')
      const body = isJson && bytes.length > 0 ? parseJson(bytes) : undefined
      Object.assign(record, { body })
      this.#admit(request, match?.route)
      if (match === undefined) throw this.#noRoute(url.pathname)
      const fault = this.options.faults.takeCall(match.route.endpoint)
      fault.arrived?.()
      await fault.until
      if (fault.answer !== undefined) {
        throw new ApiError(fault.answer.status, fault.answer.message, undefined, fault.answer.headers)
      }
      this.options.rateLimiter?.spend(kindOf(match.route.endpoint))
      const answer = await match.route.answer(callOf(match.params, url, body, bytes, request))
      if (fault.dropAnswer === true) {
        request.socket.destroy()
        return
      }
      record.status = 200
      write(response, answer)
    } catch (error) {
      const refusal = error instanceof ApiError ? error : new ApiError(500, `Internal server error: ${String(error)}`)
      record.status = refusal.status
      for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value)
      sendJson(response, refusal.status, refusal.envelope(requestId))
    }
  }

  /** @throws ApiError for a request that the API does not look at any further */
  #admit(request: IncomingMessage, route: Route | undefined): void {
    const { authorization } = request.headers
    const bearer = authorization?.startsWith('Bearer ') === true ? authorization.slice('Bearer '.length) : undefined
    const key = bearer ?? request.headers['x-api-key']
    if (key === undefined) throw new ApiError(401, 'Authentication is required: send an API key')
    if (key !== this.options.apiKey)
      throw new ApiError(401, bearer === undefined ? 'invalid x-api-key' : 'Invalid bearer token')
    if (request.headers['anthropic-version'] === undefined) throw badRequest('anthropic-version: header is required')
    const betas = [request.headers['anthropic-beta'] ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((beta) => beta.trim())
    // The Files API left its beta; everything else here has not.
    if (route !== undefined && !route.endpoint.startsWith('files.') && !betas.includes(BETA)) {
      throw badRequest(`This API is in beta: requests must send \`${BETA}\` in the \`anthropic-beta\` header`)
    }
  }

  #match(
    method: string,
    pathname: string,
  ): { readonly route: Route; readonly params: ReadonlyMap<string, string> } | undefined {
    for (const { route, segments } of this.#routes) {
      const params = route.method === method ? paramsOf(segments, pathname) : undefined
      if (params !== undefined) return { route, params }
    }
    return undefined
  }

  #noRoute(pathname: string): ApiError {
    const known = this.#routes.some(({ segments }) => paramsOf(segments, pathname) !== undefined)
    return known ? new ApiError(405, 'Method Not Allowed') : new ApiError(404, 'Not Found')
  }
}

function paramsOf(segments: readonly string[], pathname: string): ReadonlyMap<string, string> | undefined {
  const given = pathname.split('/')
  if (given.length !== segments.length) return undefined
  const params = new Map<string, string>()
  for (const [index, segment] of segments.entries()) {
    const value = given[index] ?? ''
    if (segment.startsWith(':') && value !== '') params.set(segment.slice(1), decodeURIComponent(value))
    else if (segment !== value) return undefined
  }
  return params
}

function callOf(
  params: ReadonlyMap<string, string>,
  url: URL,
  body: unknown,
  bytes: Buffer,
  request: IncomingMessage,
): Call {
  return {
    param: (name) => {
      const value = params.get(name)
      if (value === undefined) throw new Error(`The route has no parameter ${name}`)
      return value
    },
    query: url.searchParams,
    body,
    form: async () => {
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      try {
        return await new Request(url, { method: 'POST', headers, body: new Uint8Array(bytes) }).formData()
      } catch {
        throw badRequest('The body must be multipart/form-data')
      }
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  try {
    return await readBody(request, MAX_BODY_BYTES)
  } catch (error) {
    throw error instanceof BodyTooLargeError ? new ApiError(413, 'Request exceeds the maximum size') : error
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    throw badRequest('The request body is not valid JSON')
  }
}

function kindOf(endpoint: Endpoint): keyof RateLimits {
  if (endpoint.startsWith('environments.')) return 'environments'
  return endpoint.endsWith('.create') || endpoint === 'files.upload' ? 'creates' : 'others'
}

function write(response: ServerResponse, answer: Answer): void {
  if ('json' in answer) {
    sendJson(response, 200, answer.json)
    return
  }
  if ('bytes' in answer) {
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(answer.filename)}`
    response.writeHead(200, { 'content-type': answer.type, 'content-disposition': disposition })
    response.end(answer.bytes)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  response.flushHeaders()
  answer.stream({
    write: (text) => {
      // The client may be gone before its 'close' was heard of.
      if (!response.destroyed && !response.writableEnded) response.write(text)
    },
    end: () => void response.end(),
    onClose: (listener) => void response.once('close', listener),
  })
}
