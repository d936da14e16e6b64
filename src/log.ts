/**
 * Structured logs for the person who runs the bot: one JSON object a line, ids and counts, never what people or mails say and
 * never a secret. Errors are reduced to their class, code and message, since SDK errors carry whole requests.
 */

import { type DestinationStream, pino } from 'pino'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type Log = Pick<ReturnType<typeof pino>, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>

/** @param destination where the lines go; the standard output, if not given */
export function createLog(level: LogLevel, destination: DestinationStream = standardOutput()): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  return pino(options, destination)
}

/**
 * Written at once. Lines kept back until the process exits would be tried for ever where nobody reads them any more (`npm start | tee log`,
 * and both were stopped), and the process would never end.
 */
function standardOutput(): DestinationStream {
  return pino.destination({ dest: 1, sync: true })
}

/** What may be logged of an error. Messages of ours and of the SDKs hold no content, save those that say so; their other fields do. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : undefined
  const status = 'status' in error && typeof error.status === 'number' ? error.status : undefined
  return {
    error: error.name,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(quotesMail(error) ? {} : { message: redact(error.message).slice(0, 500) }),
    ...(error.cause instanceof Error && !quotesMail(error.cause)
      ? { cause: `${error.cause.name}: ${redact(error.cause.message).slice(0, 200)}` }
      : {}),
  }
}

/** Its message is for the agent or its person, and may say what a mail says. */
function quotesMail(error: Error): boolean {
  return 'quotesMail' in error && error.quotesMail === true
}

const REMOVED = '[removed]'

const SECRET_SHAPES = [
  /xox[a-z]-[\w-]+/g,
  /xapp-[\w-]+/g,
  /sk-ant-[\w-]+/g,
  /eyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // The signing secret of Scalekit's webhooks: base64.
  /whsec_[\w+/=-]+/g,
  // Google's access tokens; refresh tokens (1//) and authorization codes (4/); client secrets; API keys.
  /ya29\.[\w.~+/-]+=*/g,
  /(?<![\w/.])[14]\/{1,2}[\w-]{20,}/g,
  /GOCSPX-[\w-]+/g,
  /AIza[\w-]{20,}/g,
  /Bearer\s+[\w.~+/-]+=*/gi,
  // Long, or padded: "Basic Information" is a page of Slack's.
  /Basic\s+(?:[\w+/-]{16,}=*|[\w+/-]+=+)/gi,
  // Whatever its form, what a query, a header or JSON calls a secret.
  /(?<![a-z\d])(?:client[_-]?secret|signing[_-]?secret|(?:access|refresh|id|bot|app)?[_-]?token|api[_-]?key|authorization|password|secret)["']?\s*[:=]\s*["']?[^\s"'&,;)}\]]{6,}/gi,
  // Email addresses, which are whom somebody writes to. An "@" alone begins the name of a package.
  /[^\s"'<>()[\]{},;:=]+@[^\s"'<>()[\]{},;:=]+\.[^\s"'<>()[\]{},;:=]+/g,
  // Any scheme: Slack's WebSocket address carries a ticket.
  /\b[a-z][a-z\d+.-]*:\/\/[^\s"'<>]+/gi,
]

/** Shorter ones would take ordinary words out of every line. */
const SHORTEST_SECRET = 8
const heldSecrets = new Set<string>()

/** Secrets that this process holds and that have no shape of their own (Slack's signing secret, Scalekit's client secret): removed by their value. */
export function neverLog(secrets: readonly (string | undefined)[]): void {
  for (const secret of secrets) if (secret !== undefined && secret.length >= SHORTEST_SECRET) heldSecrets.add(secret)
}

/** Removes what looks like a token, what this process holds as one, and addresses, which may be pre-authenticated. */
export function redact(text: string): string {
  let result = text
  for (const secret of heldSecrets) result = result.replaceAll(secret, REMOVED)
  return SECRET_SHAPES.reduce((rest, shape) => rest.replace(shape, REMOVED), result)
}
