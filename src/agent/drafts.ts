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

/**
 * Null: nothing in these events says what the draft contains, or a change of it may be under way. Only what really happened counts: a change that was
 * denied, or failed, is not in the draft, however harmless it would have made it look.
 */
export function draftContent(events: readonly BetaManagedAgentsSessionEvent[], draftId: string): DraftContent | null {
  const { answers, undone } = outcomesOf(events)
  let content: Record<string, unknown> = {}
  let isWhole = false
  for (const event of events) {
    if (event.type !== 'agent.mcp_tool_use' || !DRAFT_TOOLS.has(event.name) || undone.has(event.id)) continue
    const changesIt = event.name === 'gmail_update_draft' && event.input.draft_id === draftId
    const answer = answers.get(event.id)
    if (answer === undefined) {
      if (changesIt) return null
      continue
    }
    const described = answer.map((text) => describedDraft(text, draftId)).find((one) => one !== null) ?? null
    const madeIt = event.name === 'gmail_create_draft' && described !== null
    // What is newer is true; what is older only fills what the newer does not mention.
    content = { ...(changesIt || madeIt ? contentOf(event.input) : {}), ...described, ...content }
    // A change says what it changes; whom the draft goes to may stand only where it was made, or read.
    if (madeIt || (described !== null && 'body' in described)) isWhole = true
    if (madeIt) break
  }
  return isWhole ? content : null
}

/** The tools whose answers are about drafts. What others answer, an attachment for one, anybody may have written. */
const DRAFT_TOOLS: ReadonlySet<string> = new Set([
  'gmail_create_draft',
  'gmail_update_draft',
  'gmail_get_draft',
  'gmail_list_drafts',
])

/** What became of the calls: the answers of those that worked, and those that did nothing. A call that is in neither has no answer yet. */
function outcomesOf(events: readonly BetaManagedAgentsSessionEvent[]) {
  const answers = new Map<string, string[]>()
  const undone = new Set<string>()
  for (const event of events) {
    if (event.type === 'user.tool_confirmation' && event.result === 'deny') undone.add(event.tool_use_id)
    if (event.type !== 'agent.mcp_tool_result') continue
    if (event.is_error === true) undone.add(event.mcp_tool_use_id)
    else {
      const texts = (event.content ?? []).flatMap((block) => (block.type === 'text' ? [block.text] : []))
      answers.set(event.mcp_tool_use_id, texts)
    }
  }
  return { answers, undone }
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
