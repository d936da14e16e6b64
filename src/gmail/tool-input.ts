/** What a tool is called with, in a few words for the person who sees it run. Plain text, one line, never a result. Pure. */

import { shorten } from '../turns/shorten.js'

export type ToolInput = Readonly<Record<string, unknown>>

const LONGEST_DETAIL = 80

/** "Searching mail: from dana", from the first of these fields that holds words. */
export function about(what: string, input: ToolInput, ...fields: readonly string[]): string {
  const detail = words(input, ...fields)
  return detail === '' ? what : `${what}: ${shorten(detail, LONGEST_DETAIL)}`
}

/** "Preparing an email to rosa@homes.example". */
export function toWhom(what: string, input: ToolInput): string {
  const people = words(input, 'to')
  return people === '' ? what : `${what} to ${shorten(people, LONGEST_DETAIL)}`
}

/** Gmail archives by taking the label INBOX away, and nothing else. */
export function isArchiving({ add_label_ids, remove_label_ids }: ToolInput): boolean {
  const isEmpty = (labels: unknown) =>
    labels === undefined || labels === null || (Array.isArray(labels) && labels.length === 0)
  return (
    isEmpty(add_label_ids) &&
    Array.isArray(remove_label_ids) &&
    remove_label_ids.length === 1 &&
    remove_label_ids[0] === 'INBOX'
  )
}

/** The first of these fields that holds words. */
function words(input: ToolInput, ...fields: readonly string[]): string {
  for (const field of fields) {
    const value = input[field]
    const text = Array.isArray(value) ? value.filter((item) => typeof item === 'string').join(', ') : value
    if (typeof text === 'string' && text.trim() !== '') return oneLine(text)
  }
  return ''
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
