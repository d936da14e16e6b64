/**
 * What the ids in a tool call stand for, read from what the mailbox answered earlier in the same session: a person who is asked
 * about `18f2c…` has to see "Invoice 20417, from Vandermeer". Only the structure of the answers counts; text inside a mail
 * that looks like an answer is never parsed, so that no mail can name another.
 */

import type { BetaManagedAgentsSessionEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'
import { namesIds } from '../gmail/tool-words.js'
import type { IdName } from '../turns/view.js'
import { textsOf } from './tool-results.js'

/** How many of the newest tool results are searched for what an id stands for. */
const RESULTS_READ = 200

/** What has to be read of a log to describe ids. */
export const DESCRIBING_TYPES = ['agent.mcp_tool_use', 'agent.mcp_tool_result'] as const

/**
 * Words for those of the ids that the newest answers of a log describe.
 * @param events newest first, so that the answer to a call stands before the call, which says what answered
 */
export async function describedInLog(
  events: AsyncIterable<BetaManagedAgentsSessionEvent>,
  ids: readonly string[],
): Promise<Map<string, IdName>> {
  const found = new Map<string, IdName>()
  const missing = new Set(ids)
  let read = 0
  const answers = new Map<string, string[]>()
  for await (const event of events) {
    if (missing.size === 0 || read >= RESULTS_READ) break
    if (event.type === 'agent.mcp_tool_result' && event.is_error !== true)
      answers.set(event.mcp_tool_use_id, textsOf(event))
    if (event.type !== 'agent.mcp_tool_use') continue
    read += 1
    if (!namesIds(event.name)) continue
    for (const text of answers.get(event.id) ?? []) {
      for (const [id, name] of describedIn(text, missing)) {
        found.set(id, name)
        missing.delete(id)
      }
    }
  }
  return found
}

/** Words for those of the ids that this answer of a tool describes. */
function describedIn(answer: string, ids: ReadonlySet<string>): Map<string, IdName> {
  const found = new Map<string, IdName>()
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    // Not every answer is JSON; one that is not names nothing.
    return found
  }
  visit(parsed, ids, found, 0)
  return found
}

const ID_FIELDS = [
  'id',
  'message_id',
  'messageId',
  'thread_id',
  'threadId',
  'draft_id',
  'draftId',
  'label_id',
  'labelId',
]
const DEEPEST = 12

function visit(value: unknown, ids: ReadonlySet<string>, found: Map<string, IdName>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return
  if (Array.isArray(value)) {
    for (const item of value) visit(item, ids, found, depth + 1)
    return
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const words = describe(fields)
  if (words !== '') {
    const at = dateOf(fields)
    for (const field of ID_FIELDS) {
      const id = fields.get(field)
      if (typeof id === 'string' && ids.has(id) && !found.has(id)) found.set(id, { words, at })
    }
  }
  for (const child of fields.values()) visit(child, ids, found, depth + 1)
}

/** "Subject, from Sender" of a message or draft, the name of a label. */
function describe(fields: ReadonlyMap<string, unknown>): string {
  const headers = headersOf(fields.get('payload'))
  const subject = text(fields.get('subject')) || headers.subject
  const from = text(fields.get('from')) || text(fields.get('sender')) || headers.from
  if (subject === '' && from === '') return text(fields.get('name'))
  return [subject || '(no subject)', from === '' ? '' : `from ${from}`].filter((part) => part !== '').join(', ')
}

/** Gmail's own form keeps them in a list of headers. */
function headersOf(payload: unknown): { subject: string; from: string; date: string } {
  const result = { subject: '', from: '', date: '' }
  if (typeof payload !== 'object' || payload === null || !('headers' in payload) || !Array.isArray(payload.headers))
    return result
  for (const header of payload.headers) {
    if (typeof header !== 'object' || header === null || !('name' in header) || !('value' in header)) continue
    const name = text(header.name).toLowerCase()
    if (name === 'subject' || name === 'from' || name === 'date') result[name] = text(header.value)
  }
  return result
}

/** When a message came, in epoch milliseconds: the mailbox's own time, else what the message says. */
function dateOf(fields: ReadonlyMap<string, unknown>): number | null {
  const internal = fields.get('internalDate') ?? fields.get('internal_date')
  const received = typeof internal === 'string' || typeof internal === 'number' ? Number(internal) : Number.NaN
  if (Number.isFinite(received) && received > 0) return received
  const said = Date.parse(text(fields.get('date')) || headersOf(fields.get('payload')).date)
  return Number.isFinite(said) ? said : null
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
