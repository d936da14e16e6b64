/** Everything that is to be seen in the workspace, as text: what a wait prints when it was in vain. */

import type { WireLog } from '../wire/wire-log.js'
import type { Clients } from '../workspace/clients.js'
import type { Workspace } from '../workspace/workspace.js'
import { type SeenMessage, seenEphemeral, seenMessage } from './seen.js'

/** Longest line of a message. */
const LINE = 240
/** Entries of the wire that are worth printing. */
const LAST_ENTRIES = 25

export function stateReport(workspace: Workspace, clients: Clients, wire: WireLog): string {
  const lines: string[] = []
  for (const conversation of workspace.conversations) {
    const messages = workspace.messages(conversation.id).map((message) => seenMessage(workspace, clients, message))
    if (messages.length === 0) continue
    lines.push(`${conversation.id} (${conversation.kind} ${conversation.name})`, ...messages.map(line))
  }
  for (const member of workspace.members) {
    const ephemerals = clients.ephemerals(member.id).map((ephemeral) => seenEphemeral(workspace, ephemeral))
    if (ephemerals.length > 0) lines.push(`only visible to ${member.id}`, ...ephemerals.map(line))
    for (const { view } of clients.modals(member.id)) lines.push(`modal of ${member.id}: ${JSON.stringify(view.title)}`)
  }
  lines.push('the wire, latest last')
  for (const { direction, method, outcome } of wire.entries.slice(-LAST_ENTRIES)) {
    lines.push(`  ${direction === 'call' ? '→' : '←'} ${method}: ${outcome}`)
  }
  return lines.join('\n')
}

function line(message: SeenMessage): string {
  const place = message.threadTs === undefined ? '  ' : '    ↳ '
  const words = message.shown.replace(/\s+/g, ' ')
  const buttons = message.elements.map(({ label }) => ` [${label}]`).join('')
  return `${place}${message.ts} ${message.user}: ${words.length > LINE ? `${words.slice(0, LINE)}…` : words}${buttons}`
}
