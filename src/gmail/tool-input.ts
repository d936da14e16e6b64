/** What a tool is called with, in a few words for the person who sees it run. Plain text, one line, never a result. Pure. */

import { shorten } from '../turns/shorten.js'

export type ToolInput = Readonly<Record<string, unknown>>

const LONGEST_DETAIL = 80

/** What is searched, as people say it and never as Gmail's query has it: "your unread email". */
export function emailSearched({ query, q }: ToolInput): string {
  const asked = typeof query === 'string' ? query : typeof q === 'string' ? q : ''
  // Of alternatives none can be told for certain.
  const terms = /[{}]|\bOR\b/.test(asked) ? [] : asked.toLowerCase().split(/\s+/)
  const kinds = Object.entries(KINDS_OF_EMAIL).flatMap(([term, kind]) => (terms.includes(term) ? [kind] : []))
  return ['your', ...kinds, 'email'].join(' ')
}

const KINDS_OF_EMAIL = { 'is:unread': 'unread', 'is:starred': 'starred', 'in:sent': 'sent' }

/** "Preparing an email to rosa@homes.example". */
export function toWhom(what: string, input: ToolInput): string {
  const people = words(input, 'to', 'recipient_email')
  return people === '' ? what : `${what} to ${shorten(people, LONGEST_DETAIL)}`
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
