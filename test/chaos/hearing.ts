/** What the sessions heard, said and did, turn by turn, read from their event logs. */

import type { ManagedAgentsDriver } from '../../src/sandbox/agents/index.js'
import { TOKEN } from './chaos-brain.js'

export interface Heard {
  /** The person's own words: the last text block. */
  readonly words: string
  /** The bot says that it takes the place of what was heard before. */
  readonly replaces: boolean
}

/** A change of the mailbox that the session makes by itself once its owner allowed it. */
export interface Change {
  /** The message that is changed. */
  readonly messageId: string
  readonly confirmations: ('allow' | 'deny')[]
}

/** A mail that the agent asked the bot to send. */
export interface MailCall {
  readonly input: Readonly<Record<string, unknown>>
  /** What the agent heard of it. */
  readonly results: MailResult[]
}

export interface MailResult {
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

/** From the moment in which a session goes to work to the moment in which it is at rest. */
export interface HeardTurn {
  readonly sessionId: string
  readonly messages: Heard[]
  /** Whole messages of the agent. */
  texts: string[]
  /** Where the texts stand that were said between a denial and the message that came with it: about an earlier turn, unless none follow. */
  aside: { readonly from: number; readonly to: number } | null
  readonly changes: Change[]
  readonly mails: MailCall[]
  /** A new message denied what it asked: two turns of the bot's, and to the session one. */
  superseded: boolean
  /** Its owner edited or deleted a part of it: the next one with any of its messages took its place. */
  revised: boolean
  ended: boolean
}

/** All turns of the sessions that were made since then (epoch milliseconds), in order. */
export function heardSince(driver: ManagedAgentsDriver, since: number): HeardTurn[] {
  return driver
    .sessions()
    .filter((session) => Date.parse(session.created_at) >= since)
    .flatMap((session) => turnsOf(driver, session.id))
}

function turnsOf(driver: ManagedAgentsDriver, sessionId: string): HeardTurn[] {
  const fresh = (): HeardTurn => ({
    sessionId,
    messages: [],
    texts: [],
    aside: null,
    changes: [],
    mails: [],
    superseded: false,
    revised: false,
    ended: false,
  })
  const turns: HeardTurn[] = []
  const changes = new Map<string, Change>()
  const mails = new Map<string, MailCall>()
  /** Where what is said for a message instead of a decision begins. */
  let denials: { readonly texts: number; readonly messages: number }[] = []
  const deny = () => {
    turn.superseded = true
    denials.push({ texts: turn.texts.length, messages: turn.messages.length })
  }
  let turn = fresh()
  for (const event of driver.events(sessionId)) {
    switch (event.type) {
      case 'user.message': {
        const last = event.content.at(-1)
        const [first] = event.content
        const replaces = first?.type === 'text' && /^Replaces: /m.test(first.text)
        const denied = denials.find(({ messages }) => messages === turn.messages.length)
        if (denied !== undefined) turn.aside = { from: denied.texts, to: turn.texts.length }
        turn.messages.push({ words: last?.type === 'text' ? last.text : '', replaces })
        break
      }
      case 'agent.message':
        for (const block of event.content) if (block.type === 'text') turn.texts.push(block.text)
        break
      case 'agent.mcp_tool_use':
        if (event.name === 'gmail_modify_message_labels') {
          const change = { messageId: String(event.input.message_id), confirmations: [] }
          changes.set(event.id, change)
          turn.changes.push(change)
        }
        break
      case 'agent.custom_tool_use': {
        const mail = { input: event.input, results: [] }
        mails.set(event.id, mail)
        turn.mails.push(mail)
        break
      }
      case 'user.tool_confirmation':
        changes.get(event.tool_use_id)?.confirmations.push(event.result)
        if (event.deny_message?.includes('new message instead')) deny()
        break
      case 'user.custom_tool_result': {
        const text = (event.content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join('')
        mails.get(event.custom_tool_use_id)?.results.push({ text, at: Date.parse(event.processed_at ?? '') })
        if (text.includes('new message instead')) deny()
        break
      }
      case 'session.status_idle': {
        if (event.stop_reason.type === 'requires_action') break
        // The session rested before it took up the message: what it said until then belongs to nobody.
        const [denial] = denials
        if (denial?.messages === turn.messages.length) turn.texts = turn.texts.slice(0, denial.texts)
        if (turn.aside !== null && turn.aside.to === turn.texts.length) turn.aside = null
        denials = []
        turn.ended = true
        turns.push(turn)
        turn = fresh()
      }
    }
  }
  if (turn.messages.length > 0 || turn.texts.length > 0) turns.push(turn)
  for (const [index, later] of turns.entries()) {
    const anew = new Set(later.messages.filter(({ replaces }) => replaces).map(tokenOf))
    if (anew.size === 0) continue
    for (const earlier of turns.slice(0, index))
      earlier.revised ||= earlier.messages.some((message) => anew.has(tokenOf(message)))
  }
  return turns
}

function tokenOf({ words }: Heard): string {
  return TOKEN.exec(words)?.[0] ?? ''
}
