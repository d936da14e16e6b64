/**
 * The words for a tool call, by the tool's name. It may be one of Gmail's tools, a host-side tool that sends, or a tool that this version does not
 * know. All other code knows a tool by its name only, and asks here.
 */

import { isLabelField, type SeveralLabels } from './label-changes.js'
import { SENDING_TOOLS } from './sending-tools.js'
import { oneLine, type ToolInput } from './tool-input.js'
import { GMAIL_TOOLS, isGmailTool, type ToolSentence, type ToolWords } from './tools.js'

/** One line for the reply, while it runs: "Searching your unread email". Plain text, unescaped. */
export function describeToolCall(name: string, input: ToolInput): string {
  return said(rowOf(name).running, input)
}

/** The same without anything of the input, for where others read along. */
export function describeToolKind(name: string): string {
  return describeToolCall(name, {})
}

/** The same when it has run: "Searched your unread email". */
export function describeDone(name: string, input: ToolInput): string {
  return said(rowOf(name).ran, input)
}

/** "Archive this email?" */
export function approvalQuestion(name: string, input: ToolInput): string {
  return said(rowOf(name).question, input)
}

/** What the button that says yes says. */
export function approveLabel(name: string, input: ToolInput): string {
  return said(rowOf(name).approve, input)
}

/** What the button that says no says. */
export function denyLabel(name: string, input: ToolInput): string {
  return said(rowOf(name).deny, input)
}

/** What the buttons about several such calls say; null where they say no more than yes and no. */
export function severalLabels(name: string, input: ToolInput): SeveralLabels | null {
  return rowOf(name).several?.(input) ?? null
}

/** The fields that name the one email or conversation that a change is about. */
const TARGETS: readonly string[] = ['message_id', 'thread_id']

/**
 * What several changes have in common where they differ in nothing but the one email that each is about; null for a call that stands for itself. The
 * same change has the same text, in whatever order its fields came.
 */
export function changeInCommon(name: string, input: ToolInput): string | null {
  if (severalLabels(name, input)?.asOne === undefined) return null
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null)
  const targets = given.filter(([field]) => TARGETS.includes(field))
  if (targets.length !== 1 || typeof targets[0]?.[1] !== 'string') return null
  const others = given.filter(([field]) => !TARGETS.includes(field)).sort(([a], [b]) => (a < b ? -1 : 1))
  // The question shows labels and nothing else of what they have in common.
  return others.every(([field]) => isLabelField(field)) ? JSON.stringify([name, others]) : null
}

/** What becomes of the thing that a call is about, as it follows "not": "archived". */
export function becomes(name: string, input: ToolInput): string {
  return said(rowOf(name).past, input)
}

/** The question says all that the labels in the input would. */
export function isWholeChange(name: string, input: ToolInput): boolean {
  return rowOf(name).isWholeChange?.(input) === true
}

/** Something leaves the mailbox: the mailbox is then a sender. */
export function leavesMailbox(name: string): boolean {
  return rowOf(name).kind === 'leave'
}

/** The tool asks to answer a mail, as far as its name tells. */
export function isReplyTool(name: string): boolean {
  return SENDING_TOOLS.some((tool) => tool.name === name && tool.isReply)
}

/** What the result says about an id is believed. */
export function namesIds(name: string): boolean {
  return !isGmailTool(name) || GMAIL_TOOLS[name].namesIds
}

function rowOf(name: string): ToolWords {
  if (isGmailTool(name)) return GMAIL_TOOLS[name]
  return SENDING_TOOLS.find((tool) => tool.name === name)?.words ?? unknownTool(name)
}

/** A session may call what another version of this program gave it. A name that tells of sending is taken at its word. */
function unknownTool(name: string): ToolWords {
  const tool = oneLine(name.replace(/^gmail_/, '').replaceAll('_', ' '))
  const words = { running: `Using ${tool}`, ran: `Used ${tool}`, question: `Allow this? (${name})` }
  return /send|reply/.test(name)
    ? { kind: 'leave', ...words, approve: 'Send', deny: "Don't send", past: 'sent' }
    : { kind: 'change', ...words, approve: 'Allow', deny: "Don't allow", past: 'done' }
}

function said(sentence: ToolSentence, input: ToolInput): string {
  return typeof sentence === 'string' ? sentence : sentence(input)
}
