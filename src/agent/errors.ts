/**
 * Sorts what the Claude API (or the way to it) answers into the few errors that the turns know, by the advice they lead to.
 * What comes out carries a status, the API's own error type and a request id: never a body, a header or a person's words.
 */

import { APIConnectionError, APIError } from '@anthropic-ai/sdk'
import { redact } from '../log.js'
import { OperatorProblem, Rejected, SessionGone, Unavailable } from '../turns/ports.js'
import { readRetryAfter } from '../turns/time/retry-pause.js'

/** What a call was about: the same status means different things for different things. */
export type Subject = 'agent' | 'environment' | 'vault' | 'session' | 'message' | 'file'

/** @returns an error to throw; what is sorted already, or is a defect of this program, comes back as it was */
export function sortClaudeError(error: unknown, subject: Subject): unknown {
  if (error instanceof APIConnectionError) return new Unavailable('claude', 'the Claude API could not be reached')
  if (!(error instanceof APIError)) {
    return isTransport(error) ? new Unavailable('claude', 'the connection to the Claude API broke') : error
  }
  const { status } = error
  const said = describe(error)
  if (isBilling(error))
    return new OperatorProblem('billing', `${said}: the organization's credit or spend limit is used up`)
  if (status === 401)
    return new OperatorProblem('credentials', `${said}: ANTHROPIC_API_KEY was refused; set a valid key`)
  if (status === 403 || error.errorCode === 'organization_on_hold') {
    return new OperatorProblem('credentials', `${said}: ANTHROPIC_API_KEY may not do this${quoted(error, subject)}`)
  }
  if (status === undefined || status === 408 || status === 409 || status === 429 || status >= 500) {
    return new Unavailable('claude', said, retryAfter(error))
  }
  if (status === 404 && (subject === 'session' || subject === 'message')) return new SessionGone('deleted')
  if (subject === 'message' || subject === 'file') return new Rejected(rejection(error), said)
  return new OperatorProblem('setup', `${said} about the ${subject}${quoted(error, subject)}${remedy(error)}`)
}

function describe(error: APIError): string {
  const parts = [error.type, error.errorCode, error.requestID && `request ${error.requestID}`].filter(Boolean)
  const answered = error.status === undefined ? 'broke off with an error' : `answered ${error.status}`
  return `the Claude API ${answered}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`
}

/** The API's own sentence, where the request held nothing private that it could repeat. */
function quoted(error: APIError, subject: Subject): string {
  const isPrivate = subject !== 'agent' && subject !== 'environment'
  return isPrivate || error.apiMessage === null ? '' : `: ${redact(error.apiMessage).slice(0, 300)}`
}

function remedy(error: APIError): string {
  if (error.status === 404) return '; run `npm run setup`'
  return /\bmodel\b/i.test(error.apiMessage ?? '') ? '; check AGENT_MODEL' : ''
}

function isBilling(error: APIError): boolean {
  return (
    error.status === 402 ||
    error.type === 'billing_error' ||
    /spend_limit/.test(error.errorCode ?? '') ||
    (error.status === 400 && /credit balance/i.test(error.apiMessage ?? ''))
  )
}

function rejection(error: APIError): Rejected['reason'] {
  const words = `${error.errorCode ?? ''} ${error.apiMessage ?? ''}`
  if (error.status === 413 || /too (long|large|many tokens)|at most \d+ characters|maximum length/i.test(words))
    return 'too_large'
  return /budget/i.test(words) ? 'budget' : 'invalid'
}

/** `retry-after` comes in seconds or as a date; `retry-after-ms` is more exact. */
function retryAfter(error: APIError): number | undefined {
  const ms = Number(error.headers?.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(ms)) return Math.max(0, ms)
  const date = Date.parse(error.headers?.get('date') ?? '')
  return readRetryAfter(error.headers?.get('retry-after'), Number.isNaN(date) ? Date.now() : date)
}

/** A socket that closed in the middle of a body, or a body that was cut short: the SDK lets these through as they are. */
function isTransport(error: unknown): boolean {
  if (error instanceof SyntaxError) return true
  return (
    error instanceof TypeError &&
    (/terminated|fetch failed|network/i.test(error.message) || error.cause instanceof Error)
  )
}
