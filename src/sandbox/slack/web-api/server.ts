/** The Web API over HTTP: reads the call, checks the token, counts it against the limits, runs it, writes it down. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Fault, Faults } from '../wire/faults.js'
import { isObject, type Json, type JsonObject, parseJson, toJson } from '../wire/json.js'
import type { Budget, RateLimiter } from '../wire/rate-limits.js'
import { SlackRefusal } from '../wire/refusal.js'
import type { WireLog } from '../wire/wire-log.js'
import { Arguments, type Grant, type Inside, type Method, missingScope } from './method.js'
import { methodNamed } from './methods.js'

export interface WebApiParts {
  readonly inside: Inside
  readonly limits: RateLimiter
  readonly faults: Faults
  readonly wire: WireLog
  /** Who a token belongs to; `revoked` for one that was good once. */
  readonly grantOf: (token: string) => Grant | 'revoked' | undefined
}

/** What goes back: never anything but 200 unless Slack is throttling or broken. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
  readonly budget?: Budget
}

export class WebApi {
  constructor(private readonly parts: WebApiParts) {}

  async serve(method: string, request: IncomingMessage, content: Buffer, response: ServerResponse): Promise<void> {
    const { faults, wire } = this.parts
    const { values, token, warning } = readCall(request, content)
    const entry = wire.begin('call', method, unpacked(values))
    const fault = await faults.take(method)
    const answer = await this.#answer(method, values, token, fault)
    const dropped = fault !== undefined && ('dropAnswer' in fault || 'dropRequest' in fault)
    const body = warning !== undefined && isObject(answer.body) ? withWarning(answer.body, warning) : answer.body
    wire.settle(entry, dropped ? 'connection cut' : outcomeOf(answer.status, body), {
      response: body,
      ...(answer.budget !== undefined && { budget: answer.budget }),
    })
    if (dropped) {
      response.destroy()
      return
    }
    if (fault !== undefined && 'delayMs' in fault) await sleep(fault.delayMs, undefined, { ref: false })
    response.writeHead(answer.status, { 'Content-Type': 'application/json; charset=utf-8', ...answer.headers })
    response.end(JSON.stringify(body))
  }

  async #answer(
    name: string,
    values: JsonObject,
    token: string | undefined,
    fault: Fault | undefined,
  ): Promise<Answer> {
    if (fault !== undefined) {
      if ('dropRequest' in fault) return refused(0, null)
      if ('error' in fault) return refused(200, { ok: false, error: fault.error })
      if ('status' in fault) return refused(fault.status, fault.body ?? 'upstream connect error')
      if ('retryAfter' in fault) return throttled(fault.retryAfter)
    }
    const method = methodNamed(name)
    if (method === undefined) return refused(200, { ok: false, error: 'unknown_method', req_method: name })
    let budget: Budget | undefined
    try {
      const grant = this.#authorize(method, token)
      const scopes = {
        'X-OAuth-Scopes': [...grant.scopes].join(','),
        'X-Accepted-OAuth-Scopes': method.scopes.join(','),
      }
      const args = new Arguments(values)
      const channel = name === 'chat.postMessage' ? args.string('channel') : undefined
      const admission = this.parts.limits.admit(name, channel)
      budget = admission.budget
      if (!admission.admitted) return { ...throttled(admission.retryAfter), budget }
      const answer = await method.run({ inside: this.parts.inside, args, grant })
      return { status: 200, headers: scopes, body: toJson(answer), budget }
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error
      return { ...refused(200, { ok: false, error: error.code, ...error.details }), ...(budget && { budget }) }
    }
  }

  #authorize(method: Method<object>, token: string | undefined): Grant {
    if (method.token === 'none') return { kind: 'user', scopes: new Set() }
    if (token === undefined || token === '') throw new SlackRefusal('not_authed')
    const grant = this.parts.grantOf(token)
    if (grant === undefined) throw new SlackRefusal('invalid_auth')
    if (grant === 'revoked') throw new SlackRefusal('token_revoked')
    if (!method.token.split(' or ').includes(grant.kind)) throw new SlackRefusal('not_allowed_token_type')
    if (method.scopes.length > 0 && !method.scopes.some((scope) => grant.scopes.has(scope))) {
      throw missingScope(method.scopes, grant)
    }
    return grant
  }
}

/** Arguments come form-encoded or as JSON, the token in the header or among the arguments. */
function readCall(request: IncomingMessage, content: Buffer): { values: JsonObject; token?: string; warning?: string } {
  const type = request.headers['content-type'] ?? ''
  const values: JsonObject = {}
  let warning: string | undefined
  for (const [name, value] of new URL(request.url ?? '/', 'http://localhost').searchParams) values[name] = value
  if (type.startsWith('application/json')) {
    const json = parseJson(content.toString())
    if (isObject(json)) Object.assign(values, json)
    if (!/charset=/i.test(type)) warning = 'missing_charset'
  } else {
    for (const [name, value] of new URLSearchParams(content.toString())) values[name] = value
  }
  const [scheme, credentials] = (request.headers.authorization ?? '').split(' ')
  const fromHeader = scheme?.toLowerCase() === 'bearer' ? credentials : undefined
  const fromArguments = typeof values.token === 'string' ? values.token : undefined
  delete values.token
  if (scheme?.toLowerCase() === 'basic' && credentials !== undefined) {
    const [id = '', secret = ''] = Buffer.from(credentials, 'base64').toString().split(':')
    values.client_id ??= id
    values.client_secret ??= secret
  }
  const token = fromHeader ?? fromArguments
  return { values, ...(token !== undefined && { token }), ...(warning !== undefined && { warning }) }
}

/** Arguments as the caller meant them: a form packs lists and objects into strings. */
function unpacked(values: JsonObject): JsonObject {
  const copy: JsonObject = {}
  for (const [name, value] of Object.entries(values)) {
    const packed = typeof value === 'string' && /^[[{]/.test(value) ? parseJson(value) : undefined
    copy[name] = packed ?? value
  }
  return copy
}

function refused(status: number, body: Json): Answer {
  return { status, headers: {}, body }
}

function throttled(retryAfter: number | null): Answer {
  return {
    status: 429,
    headers: retryAfter === null ? {} : { 'Retry-After': String(retryAfter) },
    body: { ok: false, error: 'ratelimited' },
  }
}

function withWarning(body: JsonObject, warning: string): JsonObject {
  const metadata = isObject(body.response_metadata) ? body.response_metadata : {}
  const warnings = Array.isArray(metadata.warnings) ? metadata.warnings : []
  return {
    ...body,
    warning: typeof body.warning === 'string' ? `${body.warning},${warning}` : warning,
    response_metadata: { ...metadata, warnings: [...warnings, warning] },
  }
}

function outcomeOf(status: number, body: Json): string {
  if (isObject(body) && body.ok === true) return `${status} ok`
  return isObject(body) && typeof body.error === 'string' ? `${status} ${body.error}` : String(status)
}
