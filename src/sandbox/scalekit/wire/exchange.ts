/** One HTTP/1.1 request and its answer, and the few ways the sandbox's Scalekit reads and writes them. */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { BodyTooLargeError, readBody as readUpTo, sendJson as writeJson } from '../../wire/http.js'
import { ScalekitError } from './scalekit-error.js'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  /** The variable parts of the path: ids and secrets, in which nothing is ever percent-encoded. */
  readonly parts: readonly string[]
  /** The JSON body, where it was read before it was known what to do with it. */
  readonly body?: unknown
}

const MAX_BODY = 4 * 1024 * 1024

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): void {
  writeJson(response, status, body, { 'cache-control': 'no-store', ...headers })
}

export async function readBody(request: IncomingMessage): Promise<string> {
  try {
    return (await readUpTo(request, MAX_BODY)).toString()
  } catch (error) {
    throw error instanceof BodyTooLargeError ? new ScalekitError('INVALID_ARGUMENT', error.message) : error
  }
}

/** No body is an empty object, as for Scalekit's gateway. @throws {ScalekitError} for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    throw new ScalekitError('INVALID_ARGUMENT', 'request body is not valid JSON', 'VALIDATION_ERROR')
  }
}

/** A JSON body of the given form. @throws {ScalekitError} that says which field is wrong. */
export async function readJson<Schema extends z.ZodType>(
  request: IncomingMessage,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return checked(schema, parseJson(await readBody(request)))
}

/** @throws {ScalekitError} that says which field is wrong. */
export function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new ScalekitError('INVALID_ARGUMENT', problems.join('; '), 'VALIDATION_ERROR')
}

export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(await readBody(request))
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf(authorization: string | undefined | null): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
}
