/** The commands, once: the help text, the manifest's hint, what a person's words mean and what is done about them all come from here. Pure. */

import { isStopWord } from '../../turns/stop-words.js'
import { editDistance } from './edit-distance.js'

/** What each one is for, in the order in which help lists them. Whoever adds one is told by the compiler where it is missing. */
export const COMMANDS = {
  connect: 'connect your Gmail',
  status: "what's connected, and what's waiting for you",
  threads: 'your recent conversations',
  scheduled: 'emails that will be sent later',
  stop: "stop what I'm doing for you",
  settings: 'how I work here',
  disconnect: 'disconnect your Gmail',
  help: 'this list',
} as const

export type CommandWord = keyof typeof COMMANDS

export const COMMAND_WORDS = Object.keys(COMMANDS) as readonly CommandWord[]

/** What the bare command asks, as if its person had written it. */
export const BARE_QUESTION = 'What needs my attention?'

/** `usage_hint` in the manifest: Slack shows it while the command is typed. */
export const USAGE_HINT = ['what is unread?', ...COMMAND_WORDS].join(' | ')

/** What somebody means by what they typed behind the command. */
export type Meaning =
  | { readonly kind: 'command'; readonly word: CommandWord }
  /** One word that is nearly a command: asked back, and no question for the agent. */
  | { readonly kind: 'typo'; readonly meant: CommandWord }
  | { readonly kind: 'bare' }
  | { readonly kind: 'question' }

/** Punctuation and blanks behind a word: "Help!". */
const TAIL = /[\p{P}\s]+$/u
/** From this length on, a word may be two typing errors away from what was meant. Below it, two lead from one English word to another. */
const LONG_WORD = 9

export function meaningOf(text: string): Meaning {
  const words = text.trim().toLowerCase()
  if (words === '') return { kind: 'bare' }
  const word = words.replace(TAIL, '')
  const command = COMMAND_WORDS.find((one) => one === word)
  if (command !== undefined) return { kind: 'command', word: command }
  // In a thread these do what the Stop button does.
  if (isStopWord({ text: words, files: [], forwarded: [] })) return { kind: 'command', word: 'stop' }
  const meant = nearest(word)
  return meant === null ? { kind: 'question' } : { kind: 'typo', meant }
}

function nearest(word: string): CommandWord | null {
  if (/\s/.test(word)) return null
  const near = COMMAND_WORDS.map((command) => ({ command, distance: editDistance(word, command) }))
    .filter(({ command, distance }) => distance <= (command.length < LONG_WORD ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.command ?? null
}
