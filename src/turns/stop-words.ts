/** "Stop!" as a message of its own does what the Stop button does. Pure. */

import type { Message } from './model.js'

/** Alone but for punctuation, signs and blanks around it, in any case. */
const STOP_WORD = /^[\p{P}\p{S}\p{M}\s]*(?:stop|cancel|abort)[\p{P}\p{S}\p{M}\s]*$/iu
/** Longer than anybody puts around one word. */
const LONGEST = 60

/** What a turn finds waiting that has not begun, in the order in which it was written. */
export interface Waiting {
  /** What is to be answered. */
  readonly messages: readonly Message[]
  /** What was to stop, and what that stopped: dealt with, and nothing for a session. */
  readonly stopWords: readonly Message[]
  /** The last word is "stop", and there is something to stop. */
  readonly isStop: boolean
}

/** Stop words wait only where they come right behind their message, before a turn has begun with it, or where an edit made them. */
export function splitAtStop(waiting: readonly Message[]): Waiting {
  const last = waiting.findLastIndex(isStopWord)
  const stopWords = waiting.slice(0, last + 1)
  const messages = waiting.slice(last + 1)
  const isStop = messages.length === 0 && stopWords.some((message) => message.replaces || !isStopWord(message))
  return { messages, stopWords, isStop }
}

export function isStopWord(message: {
  readonly text: string
  readonly files: readonly unknown[]
  readonly forwarded: readonly unknown[]
}): boolean {
  const { text, files, forwarded } = message
  return files.length === 0 && forwarded.length === 0 && text.length <= LONGEST && STOP_WORD.test(text)
}
