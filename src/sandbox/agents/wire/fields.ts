/**
 * Reading requests as strictly as the API does: fields it does not know are refused, never ignored, so that a client which
 * puts one in the wrong place learns of it here and not in production.
 */
import { z } from 'zod'
import { badRequest } from './api-error.js'

/** @throws ApiError 400 that names the first field at fault */
export function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw badRequest(issue === undefined ? 'Invalid request' : describe(issue))
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `${[...issue.path, issue.keys[0]].join('.')}: Extra inputs are not permitted`
  const where = issue.path.join('.')
  const what = issue.code === 'invalid_type' && issue.input === undefined ? 'Field required' : issue.message
  return where === '' ? what : `${where}: ${what}`
}

const MAX_METADATA_PAIRS = 16
const metadataKey = z.string().min(1).max(64)
const metadataValue = z.string().max(512)
const fewPairs = (pairs: Record<string, unknown>): boolean => Object.keys(pairs).length <= MAX_METADATA_PAIRS
const TOO_MANY_PAIRS = `at most ${MAX_METADATA_PAIRS} key-value pairs are allowed`

export const metadata = z.record(metadataKey, metadataValue).refine(fewPairs, TOO_MANY_PAIRS)
/** A change to stored metadata: a string sets a key, null removes it. */
export const metadataPatch = z.record(metadataKey, metadataValue.nullable())

/** @throws ApiError 400 when the result would hold too many pairs */
export function patchMetadata(
  stored: Record<string, string>,
  patch: Record<string, string | null> | null | undefined,
): Record<string, string> {
  const patched = { ...stored }
  for (const [key, value] of Object.entries(patch ?? {})) {
    if (value === null) delete patched[key]
    else patched[key] = value
  }
  if (!fewPairs(patched)) throw badRequest(`metadata: ${TOO_MANY_PAIRS}`)
  return patched
}

/** A body that must carry nothing (archive, delete). */
export const nothing = z.strictObject({}).optional()

/** An http(s) URL. Plain http is accepted, because the sandbox's own servers are on loopback. */
export const serverUrl = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be a valid URL')

/** The form in which URLs of MCP servers are compared: scheme and host lower-cased, default port and trailing slashes dropped. */
export function normalizeServerUrl(text: string): string {
  const url = new URL(text)
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url.href.replace(/\/$/, '')
}

// Query parameters.
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
export const order = z.enum(['asc', 'desc'])
export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
export const wholeNumber = z.string().regex(/^\d+$/, 'must be a whole number').transform(Number)

/** A repeated parameter (`types[]=a&types[]=b`); one value alone is a list of one. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (value === undefined ? undefined : [value].flat()), z.array(item).optional())
}

/** Parameters of every list. */
export function pageFields(limits: { readonly byDefault: number; readonly most: number }) {
  return {
    limit: wholeNumber.pipe(z.number().min(1).max(limits.most)).default(limits.byDefault),
    page: z.string().optional(),
  }
}

/** Query string → the value the schemas above read; `name[]` and a repeated `name` both become lists. */
export function queryFields(query: URLSearchParams): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = {}
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name)
    const [only] = values
    fields[name.replace(/\[\]$/, '')] = only === undefined || values.length > 1 ? values : only
  }
  return fields
}
