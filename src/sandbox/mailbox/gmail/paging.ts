/** Pages of a list; a token is the place where the next page begins, opaque to the caller as Gmail's are. */
import { MailboxError } from '../store/mailbox-error.js'

export interface Page<Item> {
  readonly items: Item[]
  /** Absent on the last page. */
  readonly nextPageToken?: string
  /** Items of all pages. */
  readonly total: number
}

/** @throws {MailboxError} for a token that no page carried. */
export function pageOf<Item>(items: readonly Item[], size: number, token: string | undefined): Page<Item> {
  const start = token === undefined || token === '' ? 0 : position(token)
  const page = { items: items.slice(start, start + size), total: items.length }
  const end = start + size
  return end < items.length ? { ...page, nextPageToken: Buffer.from(`page:${end}`).toString('base64url') } : page
}

function position(token: string): number {
  const [, start] = /^page:(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  if (start === undefined) throw new MailboxError('Invalid pageToken')
  return Number(start)
}
