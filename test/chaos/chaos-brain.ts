/**
 * What the agent says under chaos: each message names itself by a token and says in one word what it wants, and each answer
 * repeats the token, so that whatever stands in Slack in the end can be told apart.
 */

import type { AgentBrain, BrainTurn, HistoryItem } from '../../src/sandbox/agents/brain.js'

/** Stands in whatever anybody says, and nowhere else: nothing of it may be found in a log. */
export const TOKEN = /zq[0-9]+x[0-9]+q/

export const VERBS = ['say', 'long', 'look', 'send', 'both', 'hold'] as const
export type Verb = (typeof VERBS)[number]

export function wordsOf(token: string, verb: Verb): string {
  return `${token} ${verb} please`
}

/** The subject of the mail that a `send` sends; `both` sends two. */
export function subjectOf(token: string, part = 0): string {
  return `${token} mail ${part}`
}

const LONG_SENTENCES = 330

export class ChaosBrain implements AgentBrain {
  readonly #gates = new Map<string, { open: () => void; opened: Promise<void>; reached: boolean }>()
  /** Messages taken up already: after an interruption the history ends with them, though they are not new. */
  readonly #takenUp = new WeakSet<HistoryItem>()

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
    switch (VERBS.find((verb) => words.includes(` ${verb} `))) {
      case 'long':
        return await turn.say(sentences(token, LONG_SENTENCES))
      case 'look': {
        await turn.say(`${token} lets me look.`)
        const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input: { max_results: 1 } }])
        return await turn.say(`${token} looked: ${found?.status ?? 'nothing'}.`)
      }
      case 'send':
        return await this.#send(turn, token, 1)
      case 'both':
        return await this.#send(turn, token, 2)
      case 'hold':
        return await this.#hold(turn, token)
      default:
        return await turn.say(sentences(token, 4))
    }
  }

  async #send(turn: BrainTurn, token: string, mails: number): Promise<void> {
    const outcomes = await turn.callTools(
      Array.from({ length: mails }, (_, part) => ({
        name: 'gmail_send_message',
        input: { to: 'dana@lumen.example', subject: subjectOf(token, part), body: 'Nothing but chaos.' },
      })),
    )
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

function sentences(token: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${token} makes this sentence number ${index + 1}.`).join(' ')
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
