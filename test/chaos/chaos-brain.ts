/**
 * What the agent says under chaos: each message names itself by a token and says in one word what it wants, and each answer
 * repeats the token, so that whatever stands in Slack in the end can be told apart.
 */

import type { AgentBrain, BrainTurn, HistoryItem, ToolCall } from '../../src/sandbox/agents/session/brain.js'

/** Stands in whatever anybody says, and nowhere else: nothing of it may be found in a log. */
export const TOKEN = /zq[0-9]+x[0-9]+q/

export const VERBS = ['say', 'long', 'look', 'send', 'both', 'later', 'draft', 'reply', 'mixed', 'hold'] as const
export type Verb = (typeof VERBS)[number]

export function wordsOf(token: string, verb: Verb): string {
  return `${token} ${verb} please`
}

/** Verbs that ask for mails to be sent, and how many. */
export const MAILS = { send: 1, both: 2, later: 2, draft: 1, reply: 1, mixed: 1 } as const
export type MailVerb = keyof typeof MAILS

/** Which mail it is, of all that are ever sent: it stands in the address that it goes to. */
export function mailKey(token: string, part: number): string {
  return `${token}-${part}`
}

export function letterOf(key: string): { readonly to: string; readonly subject: string; readonly body: string } {
  return { to: `${key}@lumen.example`, subject: `${key} mail`, body: `${key} says nothing but chaos.` }
}

const LONG_SENTENCES = 330
/** How far ahead a mail for later is put, in milliseconds. */
const LATER_MS = 5_000

export class ChaosBrain implements AgentBrain {
  readonly #gates = new Map<string, { open: () => void; opened: Promise<void>; reached: boolean }>()
  /** Messages taken up already: after an interruption the history ends with them, though they are not new. */
  readonly #takenUp = new WeakSet<HistoryItem>()

  /** What a message is about, by its token: a draft for `draft`, a mail thread for `reply`, a message for `mixed`. */
  readonly subjects = new Map<string, string>()

  /** Whether a `hold` has said its first half. */
  holds(token: string): boolean {
    return this.#gate(token).reached
  }

  /** Lets a `hold` say its second half. */
  release(token: string): void {
    this.#gate(token).open()
  }

  async respond(turn: BrainTurn): Promise<void> {
    const fresh = turn.history.filter((item) => item.type === 'user' && !this.#takenUp.has(item))
    for (const item of fresh) this.#takenUp.add(item)
    for (const item of fresh) if (item.type === 'user') await this.#answer(turn, item.texts.at(-1) ?? '')
  }

  async #answer(turn: BrainTurn, words: string): Promise<void> {
    const token = TOKEN.exec(words)?.[0] ?? 'nameless'
    const verb = VERBS.find((each) => words.includes(` ${each} `))
    switch (verb) {
      case 'long':
        return await turn.say(sentences(token, LONG_SENTENCES))
      case 'look': {
        await turn.say(`${token} lets me look.`)
        const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input: { max_results: 1 } }])
        return await turn.say(`${token} looked: ${found?.status ?? 'nothing'}.`)
      }
      case 'send':
      case 'both':
      case 'later':
      case 'draft':
      case 'reply':
      case 'mixed':
        return await this.#send(turn, token, verb)
      case 'hold':
        return await this.#hold(turn, token)
      default:
        return await turn.say(sentences(token, 4))
    }
  }

  async #send(turn: BrainTurn, token: string, verb: MailVerb): Promise<void> {
    const about = this.subjects.get(token) ?? ''
    // The card of a change names the mail that was read before.
    if (verb === 'mixed') await turn.callTools([{ name: 'gmail_get_message_by_id', input: { message_id: about } }])
    const outcomes = await turn.callTools(callsOf(token, verb, about))
    await turn.say(`${token} came to this: ${outcomes.map(({ status }) => status).join(' and ')}.`)
  }

  async #hold(turn: BrainTurn, token: string): Promise<void> {
    const gate = this.#gate(token)
    const message = turn.startMessage()
    await message.write(`${token} has a first half. `)
    gate.reached = true
    await Promise.race([gate.opened, rejection(turn.signal)])
    await message.write(`${token} has a second half.`)
    await message.end()
  }

  #gate(token: string): { open: () => void; opened: Promise<void>; reached: boolean } {
    const known = this.#gates.get(token)
    if (known !== undefined) return known
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const gate = { open: () => open(), opened, reached: false }
    this.#gates.set(token, gate)
    return gate
  }
}

function callsOf(token: string, verb: MailVerb, about: string): ToolCall[] {
  const letters = Array.from({ length: MAILS[verb] }, (_, part) => letterOf(mailKey(token, part)))
  const later = new Date(Date.now() + LATER_MS).toISOString()
  return letters.flatMap((letter, part): ToolCall[] => {
    switch (verb) {
      case 'draft':
        return [{ name: 'send_draft', input: { draft_id: about } }]
      case 'reply':
        return [{ name: 'reply_to_email', input: { ...letter, thread_id: about } }]
      case 'mixed':
        return [
          { name: 'send_email', input: letter },
          { name: 'gmail_modify_message_labels', input: { message_id: about, remove_label_ids: ['INBOX'] } },
        ]
      default:
        return [{ name: 'send_email', input: verb === 'later' && part === 0 ? { ...letter, send_at: later } : letter }]
    }
  })
}

function sentences(token: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${token} makes this sentence number ${index + 1}.`).join(' ')
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
