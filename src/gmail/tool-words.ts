/**
 * What people read about a tool call, looked up by its name: one of Gmail's, one of the host's own that sends, or one that this version does not know.
 * Everything else knows tools by name alone and asks here.
 */

import { SENDING_TOOLS } from './sending-tools.js'
import { oneLine, type ToolInput } from './tool-input.js'
import { GMAIL_TOOLS, isGmailTool, type ToolSentence, type ToolWords } from './tools.js'

/** One line for the reply: "Searching mail: from dana". Plain text, unescaped. */
export function describeToolCall(name: string, input: ToolInput): string {
  return said(rowOf(name).running, input)
}

/** The same without anything of the input, for where others read along. */
export function describeToolKind(name: string): string {
  return describeToolCall(name, {})
}

/** "Archive this message?" */
export function approvalQuestion(name: string, input: ToolInput): string {
  return said(rowOf(name).question ?? `Allow this? (${name})`, input)
}

/** What the button that says yes says. */
export function approveLabel(name: string): string {
  return rowOf(name).approve
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
  const running = `Using ${oneLine(name.replace(/^gmail_/, '').replaceAll('_', ' '))}`
  return /send|reply/.test(name)
    ? { kind: 'leave', running, question: null, approve: 'Approve and send' }
    : { kind: 'change', running, question: null, approve: 'Approve' }
}

function said(sentence: ToolSentence, input: ToolInput): string {
  return typeof sentence === 'string' ? sentence : sentence(input)
}
