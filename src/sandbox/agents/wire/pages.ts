import { badRequest } from './api-error.js'
import type { Page, TwoWayPage } from './vendor-types.js'

interface Cursor {
  readonly way: 'next' | 'prev'
  /** The item at the edge of the page before, and where it stood, should it be gone by now. */
  readonly id: string
  readonly at: number
}

const encode = (cursor: Cursor): string => `page_${Buffer.from(JSON.stringify(cursor)).toString('base64url')}`

function decode(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text.replace(/^page_/, ''), 'base64url').toString())
    if (isCursor(value)) return value
  } catch {
    // Not JSON: the same answer as JSON of another shape, below.
  }
  throw badRequest('page: invalid page cursor')
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'object' || value === null) return false
  const { way, id, at } = value as Partial<Cursor>
  return (way === 'next' || way === 'prev') && typeof id === 'string' && Number.isInteger(at)
}

/**
 * The page of `items` that a cursor asks for. Cursors name an item, not an offset, so what is added between two pages neither
 * repeats nor hides anything that was there.
 * @throws ApiError 400 for a cursor that was not issued here
 */
export function twoWayPage<T>(
  items: readonly T[],
  request: { readonly limit: number; readonly page?: string | undefined },
  idOf: (item: T) => string,
): TwoWayPage<T> {
  let start = 0
  let end = request.limit
  if (request.page !== undefined) {
    const cursor = decode(request.page)
    const found = items.findIndex((item) => idOf(item) === cursor.id)
    const edge = found === -1 ? cursor.at : found
    start = cursor.way === 'next' ? edge + (found === -1 ? 0 : 1) : Math.max(0, edge - request.limit)
    end = cursor.way === 'next' ? start + request.limit : edge
  }
  const data = items.slice(start, end)
  const [first] = data
  const last = data.at(-1)
  return {
    data,
    next_page: last !== undefined && end < items.length ? encode({ way: 'next', id: idOf(last), at: end - 1 }) : null,
    prev_page: first !== undefined && start > 0 ? encode({ way: 'prev', id: idOf(first), at: start }) : null,
  }
}

/** As `twoWayPage`, for the lists that only go forward. */
export function onePage<T>(...args: Parameters<typeof twoWayPage<T>>): Page<T> {
  const { data, next_page } = twoWayPage<T>(...args)
  return { data, next_page }
}

/** Limits of the lists of resources. */
export const RESOURCE_PAGE = { byDefault: 20, most: 100 } as const
/** Limits of a session's events, which are many and small. */
export const EVENT_PAGE = { byDefault: 100, most: 1000 } as const
