/**
 * What a draft says, read from how it was written and answered in the same session: whoever is asked "Send this draft?" has to
 * see what would be sent. Pure; the events come newest first.
 */

import type { BetaManagedAgentsSessionEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'
import { textsOf } from './tool-results.js'

/** The parts of a mail that its sender decides on, by the names that the tools give them: `to`, `cc`, `bcc`, `subject`, `body`. */
export type DraftContent = Readonly<Record<string, unknown>>

const CONTENT_FIELDS = ['to', 'cc', 'bcc', 'subject', 'body', 'attachments'] as const
/** Other names for the same, in answers and in other tools. */
const ALIASES: Readonly<Record<string, (typeof CONTENT_FIELDS)[number]>> = {
  recipient_email: 'to',
  message_body: 'body',
  text: 'body',
}
const DEEPEST = 12

/**
 * Null: nothing in these events says for certain what the draft contains. Only what really happened counts: a change that was denied is not in the draft,
 * however harmless it would have made it look, and after one that failed or is under way nobody knows. Whether a change keeps the fields that it does
 * not name is the tool's business; where older events had one, it may be there or not, and that is not certain either.
 */
export function draftContent(events: readonly BetaManagedAgentsSessionEvent[], draftId: string): DraftContent | null {
  const { answers, denied } = outcomesOf(events)
  let newest: Record<string, unknown> | null = null
  for (const event of events) {
    if (event.type !== 'agent.mcp_tool_use' || !DRAFT_TOOLS.has(event.name) || denied.has(event.id)) continue
    const changesIt = event.name === 'gmail_update_draft' && event.input.draft_id === draftId
    const answer = answers.get(event.id)
    if (answer === undefined) {
      if (changesIt) return null
      continue
    }
    const described = answer.map((text) => describedDraft(text, draftId)).find((one) => one !== null) ?? null
    const madeIt = event.name === 'gmail_create_draft' && described !== null
    const found = changesIt || madeIt ? { ...contentOf(event.input), ...described } : described
    // A list of drafts names them, and perhaps a line of each.
    const isWhole = changesIt || madeIt || (found !== null && 'body' in found)
    if (found === null || !isWhole) continue
    if (newest !== null && Object.keys(found).some((field) => !Object.hasOwn(newest ?? {}, field))) return null
    newest ??= found
    // Here the draft began, or was read whole: what is older is not in it any more.
    if (!changesIt) return newest
  }
  return null
}

/** The tools whose answers are about drafts. What others answer, an attachment for one, anybody may have written. */
const DRAFT_TOOLS: ReadonlySet<string> = new Set([
  'gmail_create_draft',
  'gmail_update_draft',
  'gmail_get_draft',
  'gmail_list_drafts',
])

/** What became of the calls: the answers of those that worked, and those that were not allowed. Of a call that is in neither, nobody knows what it did. */
function outcomesOf(events: readonly BetaManagedAgentsSessionEvent[]) {
  const answers = new Map<string, string[]>()
  const denied = new Set<string>()
  for (const event of events) {
    if (event.type === 'user.tool_confirmation' && event.result === 'deny') denied.add(event.tool_use_id)
    if (event.type === 'agent.mcp_tool_use' && event.evaluated_permission === 'deny') denied.add(event.id)
    if (event.type !== 'agent.mcp_tool_result' || event.is_error === true) continue
    answers.set(event.mcp_tool_use_id, textsOf(event))
  }
  return { answers, denied }
}

/** The content fields of the draft in an answer; empty where it only names the draft; null where it does not mention it. */
function describedDraft(answer: string, draftId: string): Record<string, unknown> | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(answer)
  } catch {
    // Not every answer is JSON; one that is not describes nothing.
    return null
  }
  return findDraft(parsed, draftId, 0)
}

function findDraft(value: unknown, draftId: string, depth: number): Record<string, unknown> | null {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return null
  if (!Array.isArray(value)) {
    const fields = new Map<string, unknown>(Object.entries(value))
    if (fields.get('id') === draftId || fields.get('draft_id') === draftId || fields.get('draftId') === draftId) {
      const message = fields.get('message')
      const nested = typeof message === 'object' && message !== null ? contentOf(message) : {}
      return { ...nested, ...contentOf(value) }
    }
  }
  for (const child of Object.values(value)) {
    const found = findDraft(child, draftId, depth + 1)
    if (found !== null) return found
  }
  return null
}

function contentOf(source: object): Record<string, unknown> {
  const content: Record<string, unknown> = {}
  if ('payload' in source) Object.assign(content, headersOf(source.payload))
  for (const [name, value] of Object.entries(source)) {
    const field =
      CONTENT_FIELDS.find((known) => known === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)
    if (field !== undefined && value !== null && value !== undefined && value !== '') content[field] ??= value
  }
  return content
}

/** Gmail's own form keeps recipients and subject in a list of headers. */
function headersOf(payload: unknown): Record<string, unknown> {
  if (typeof payload !== 'object' || payload === null || !('headers' in payload) || !Array.isArray(payload.headers))
    return {}
  const named = payload.headers.map((header: unknown) =>
    typeof header === 'object' && header !== null && 'name' in header && 'value' in header
      ? [String(header.name).toLowerCase(), header.value]
      : [],
  )
  return Object.fromEntries(named.filter(([name]) => CONTENT_FIELDS.some((field) => field === name)))
}
