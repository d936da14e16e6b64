/**
 * What a draft says, read from how it was written and answered in the same session: whoever is asked "Send this draft?" has to
 * see what would be sent. Pure; the events come newest first.
 */

import type { BetaManagedAgentsSessionEvent } from '@anthropic-ai/sdk/resources/beta/sessions/events'

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

/** Null: nothing in these events says what the draft contains. */
export function draftContent(events: readonly BetaManagedAgentsSessionEvent[], draftId: string): DraftContent | null {
  let content: Record<string, unknown> = {}
  const writers = new Set<string>()
  for (const event of events) {
    if (event.type === 'agent.mcp_tool_result' && event.is_error !== true) {
      for (const block of event.content ?? []) {
        const described = block.type === 'text' ? describedDraft(block.text, draftId) : null
        if (described === null) continue
        writers.add(event.mcp_tool_use_id)
        // What is newer is true; what is older only fills what the newer does not mention.
        content = { ...described, ...content }
      }
    }
    if (event.type === 'agent.mcp_tool_use' && (writers.has(event.id) || event.input.draft_id === draftId)) {
      if (/_draft$/.test(event.name) && !/^gmail_(send|get)/.test(event.name))
        content = { ...contentOf(event.input), ...content }
    }
  }
  return 'body' in content || 'subject' in content ? content : null
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
  for (const [name, value] of Object.entries(source)) {
    const field =
      CONTENT_FIELDS.find((known) => known === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined)
    if (field !== undefined && value !== null && value !== undefined && value !== '') content[field] ??= value
  }
  return content
}
