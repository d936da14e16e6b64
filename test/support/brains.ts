/** Deterministic stand-ins for the model: what they say depends on nothing but what they were told. */

import type { AgentBrain, BrainTurn, HistoryItem } from '../../src/sandbox/agents/session/brain.js'

type Answer = (turn: BrainTurn, words: string) => Promise<void>

/** Answers each kind of request in its own way; what nobody listed is repeated. */
export class TestBrain implements AgentBrain {
  readonly #answers: { pattern: RegExp; answer: Answer }[] = []
  /** The text blocks of every user message that was taken up, oldest first. */
  readonly heard: (readonly string[])[] = []

  when(pattern: RegExp, answer: Answer): this {
    this.#answers.push({ pattern, answer })
    return this
  }

  async respond(turn: BrainTurn): Promise<void> {
    // A message whose answer was interrupted stays at the end of the history, and is not answered again.
    const messages = newMessages(turn.history).filter(({ texts }) => !this.heard.some((known) => known[0] === texts[0]))
    this.heard.push(...messages.map((message) => message.texts))
    for (const message of messages) {
      const words = message.texts.at(-1) ?? ''
      const known = this.#answers.find(({ pattern }) => pattern.test(words))
      if (known === undefined) await turn.say(`You said: ${words}`)
      else await known.answer(turn, words)
    }
  }

  /** The last text block of every message: the people's own words. */
  get words(): string[] {
    return this.heard.map((texts) => texts.at(-1) ?? '')
  }
}

function newMessages(history: readonly HistoryItem[]): Extract<HistoryItem, { type: 'user' }>[] {
  const lastOther = history.findLastIndex((item) => item.type !== 'user')
  return history.slice(lastOther + 1).filter((item) => item.type === 'user')
}

/** Looks into the mailbox and says what it found there. */
export const readMail: Answer = async (turn) => {
  const [found] = await turn.callTools([{ name: 'gmail_fetch_mails', input: { query: 'in:inbox', max_results: 1 } }])
  await turn.say(found?.status === 'ok' ? `The newest mail: ${found.text}` : `I could not look: ${found?.status}`)
}

/** Asks for a mail to be sent, and says what it hears of it. */
export const sendMail: Answer = async (turn) => {
  const [sent] = await turn.callTools([
    {
      name: 'send_email',
      input: { to: 'dana@lumen.example', subject: 'Friday', body: 'Dear Dana,\n\nFriday suits me.\n\nAnna' },
    },
  ])
  const heard = sent === undefined || sent.status === 'denied' ? 'nothing' : sent.text
  if (sent?.status !== 'ok') return await turn.say(`Failed: ${heard}`)
  await turn.say(heard.startsWith('Sent') ? 'The mail is sent.' : `I did not send it. ${heard}`)
}

/** A message of two halves; the second is written when the test says so. */
export function inTwoHalves(
  first: string,
  second: string,
): { answer: Answer; reached: Promise<void>; goOn: () => void } {
  let goOn = () => {}
  let reach = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const gate = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const answer: Answer = async (turn) => {
    const message = turn.startMessage()
    await message.write(first)
    reach()
    await Promise.race([gate, aborted(turn.signal)])
    await message.write(second)
    await message.end()
  }
  return { answer, reached, goOn }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
