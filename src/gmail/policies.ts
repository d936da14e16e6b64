/**
 * What becomes of each tool of the table in this deployment: the table's own rule, or what `TOOL_POLICIES` says instead. One thing
 * cannot be said there: that something leaves the mailbox without its owner's press of a button.
 */

import { SENDING_TOOLS, type SendingTool } from './sending-tools.js'
import { GMAIL_TOOL_NAMES, GMAIL_TOOLS, type GmailToolKind, type GmailToolName, isGmailTool } from './tools.js'

/** `allow`: runs by itself. `ask`: waits for its owner's yes, each time. `off`: does not exist for the agent. */
export type ToolPolicy = 'allow' | 'ask' | 'off'

/** A policy for every tool of the table. */
export type ToolPolicies = ReadonlyMap<GmailToolName, ToolPolicy>

const POLICIES = ['allow', 'ask', 'off'] as const

/** The table as it stands, with nothing said about it. */
export const STANDARD_POLICIES: ToolPolicies = policiesWith(new Map())

/**
 * The tools that the agent calls itself, in the table's order. None of them sends: the bot does that. So nobody can send with a session's token or
 * address.
 */
export function offeredTools(policies: ToolPolicies): readonly GmailToolName[] {
  return GMAIL_TOOL_NAMES.filter((name) => GMAIL_TOOLS[name].kind !== 'leave' && policies.get(name) !== 'off')
}

/** The host-side tools that send, as far as this deployment has them. */
export function sendingTools(policies: ToolPolicies): readonly SendingTool[] {
  return SENDING_TOOLS.filter(({ governedBy }) => policies.get(governedBy) !== 'off')
}

/** The tools that change something and run without a question: nothing, unless somebody configured it. */
export function unaskedChanges(policies: ToolPolicies): readonly GmailToolName[] {
  return GMAIL_TOOL_NAMES.filter((name) => GMAIL_TOOLS[name].kind !== 'read' && policies.get(name) === 'allow')
}

/** What differs from the table, as it would be written in `TOOL_POLICIES`. */
export function describeOverrides(policies: ToolPolicies): string {
  return GMAIL_TOOL_NAMES.filter((name) => policies.get(name) !== STANDARD_POLICIES.get(name))
    .map((name) => `${name}=${policies.get(name)}`)
    .join(',')
}

/**
 * Reads `TOOL_POLICIES`, e.g. `gmail_create_draft=allow,gmail_trash_thread=off`. Empty: the table.
 * @returns every problem at once, each a phrase that goes on after the variable's name
 */
export function readToolPolicies(
  text: string,
): { readonly policies: ToolPolicies } | { readonly problems: readonly string[] } {
  const problems: string[] = []
  const overrides = new Map<GmailToolName, ToolPolicy>()
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue
    const [name = '', policy = '', ...rest] = entry.split('=').map((part) => part.trim())
    if (!isGmailTool(name)) {
      problems.push(`names ${shown(name)}, which is no tool of the table: choose from ${GMAIL_TOOL_NAMES.join(', ')}`)
    } else if (!isPolicy(policy) || rest.length > 0) {
      problems.push(`says ${shown(policy)} of ${name}: it must be one of ${POLICIES.join(', ')}`)
    } else if (GMAIL_TOOLS[name].kind === 'leave' && policy === 'allow') {
      problems.push(
        `may not allow ${name}: it lets something leave the mailbox, which always waits for its owner's Approve; use ask or off`,
      )
    } else if (overrides.has(name) && overrides.get(name) !== policy) {
      problems.push(`says two things about ${name}: keep one of them`)
    } else overrides.set(name, policy)
  }
  const policies = policiesWith(overrides)
  if (offeredTools(policies).length === 0) problems.push('switches every tool off: leave at least one')
  return problems.length > 0 ? { problems } : { policies }
}

function policiesWith(overrides: ToolPolicies): ToolPolicies {
  return new Map(GMAIL_TOOL_NAMES.map((name) => [name, overrides.get(name) ?? standardPolicy(GMAIL_TOOLS[name].kind)]))
}

function standardPolicy(kind: GmailToolKind): ToolPolicy {
  return kind === 'read' ? 'allow' : 'ask'
}

/** What looks like a word is repeated; anything else may be a secret in the wrong place. */
function shown(text: string): string {
  return /^[a-z_]{1,60}$/.test(text) ? `"${text}"` : 'something'
}

function isPolicy(text: string): text is ToolPolicy {
  return POLICIES.some((policy) => policy === text)
}
