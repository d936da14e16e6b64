/** What the houses of fixtures are in the middle of. A brain that knows its part by heart: it can go on where another one was cut off. */

import type { AgentBrain, BrainTurn, HistoryItem, ToolCall } from '../../src/sandbox/agents/session/brain.js'

/** Of an answer: a message, and another that was half-written. */
export const WHOLE = 'The first message stands.'
export const HALF = 'Of the second there is '
export const OTHER_HALF = 'now the rest.'

/** Subjects of the mails that were asked about. */
export const MAILS = {
  open: 'Open on a card',
  edited: 'Open in a window',
  superseded: 'Not wanted any more',
  held: 'Approved and held',
  scheduled: 'Approved for later',
} as const

export const BODY = 'Dear Dana,\n\nFriday suits me.\n\nAnna'
/** Of the mail that is to be archived. */
export const INVOICE = 'Invoice 20417'

const DAY = 86_400_000

export class UnfinishedBrain implements AgentBrain {
  /** What it was told by people, in their own words, since it is in this house. */
  readonly words: string[] = []

  /** @param goOn resolves when a half-written message may be ended */
  constructor(
    private readonly goOn: Promise<void>,
    private readonly now: () => number = Date.now,
  ) {}

  async respond(turn: BrainTurn): Promise<void> {
    const last = turn.history.at(-1)
    if (last?.type === 'tool') {
      // Somebody wrote instead of deciding: what they wrote is answered.
      if (!turn.isFollowed) await turn.say(`Heard: ${heard(last)}`)
    } else if (last?.type === 'agent') {
      // Cut off behind a whole message.
      await this.#write(turn)
    } else if (last?.type === 'user') {
      const words = last.texts.at(-1) ?? ''
      this.words.push(words)
      await this.#answer(turn, words)
    }
  }

  async #answer(turn: BrainTurn, words: string): Promise<void> {
    if (words.startsWith('tell')) {
      await turn.say(WHOLE)
      return await this.#write(turn)
    }
    const call = await this.#callFor(turn, words)
    if (call === undefined) return await turn.say(`You said: ${words}`)
    await turn.callTools([call])
    await this.respond(turn)
  }

  async #write(turn: BrainTurn): Promise<void> {
    const message = turn.startMessage()
    await message.write(HALF)
    await this.goOn
    await message.write(OTHER_HALF)
    await message.end()
  }

  async #callFor(turn: BrainTurn, words: string): Promise<ToolCall | undefined> {
    if (words.startsWith('archive')) {
      const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input: { query: `subject:"${INVOICE}"` } }])
      const id = /"id":\s*"([^"]+)"/.exec(found?.status === 'ok' ? found.text : '')?.[1] ?? ''
      return { name: 'gmail_modify_message_labels', input: { message_id: id, remove_label_ids: ['INBOX'] } }
    }
    const subject = Object.entries(MAILS).find(([name]) => words === `propose ${name}`)?.[1]
    if (subject === undefined) return undefined
    const later = subject === MAILS.scheduled ? { send_at: new Date(this.now() + DAY).toISOString() } : {}
    return { name: 'send_email', input: { to: 'Dana <dana@lumen.example>', subject, body: BODY, ...later } }
  }
}

function heard({ outcome }: Extract<HistoryItem, { type: 'tool' }>): string {
  return outcome.status === 'denied' ? (outcome.message ?? 'no') : outcome.text.replace(/\{.*/s, 'it is done')
}
