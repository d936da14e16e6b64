/**
 * What a thread says, as far as the session has not heard it: read from Slack at the moment of the turn, handed to the session as data,
 * before the words of the person who mentions the bot there. Only where others may have written, and never in a direct message.
 */

import type { Address, Conversation, Message, ThreadMessage, ThreadRead, Turn } from '../model.js'
import type { Surface } from '../ports.js'
import { type QuotedMessage, quotedBlock } from '../quoted.js'
import { shorten } from '../shorten.js'
import type { TurnStore } from '../turn-store.js'
import { type Named, type Names, namesIn, withNames } from '../words.js'
import { quotedForward } from './outgoing.js'

/** How many messages of a thread the session hears at once. */
const MOST_MESSAGES = 50
/** How much of a single one, in characters. */
const MOST_CHARACTERS = 4_000

export interface ThreadReadingDeps {
  readonly surface: Pick<Surface, 'readThread'>
  readonly store: { readonly messages: Pick<TurnStore['messages'], 'inThread'> }
}

/**
 * @param messages those of the turn, oldest first
 * @returns null where there is nothing to read; `unreadable` where Slack lets the bot read nothing there
 * @throws Unavailable
 */
export async function readThread(
  deps: ThreadReadingDeps,
  turn: Pick<Turn, 'id'>,
  { id, kind, origin, position }: Conversation,
  messages: readonly Message[],
): Promise<readonly ThreadMessage[] | 'unreadable' | null> {
  const inThread = messages.filter((message) => message.channel === origin.channel)
  const [first, last] = [inThread[0], inThread.at(-1)]
  if (kind === 'im' || first === undefined || last === undefined) return null
  const { heard, lastHeard, othersSpoke } = await deps.store.messages.inThread(id, origin.channel, turn.id)
  // A session that has finished no turn has heard nothing, whatever one before it knew.
  const after = position === null ? null : lastHeard
  const isBegun = after !== null || first.ts === origin.threadTs
  if (isBegun && !othersSpoke) return null
  return await deps.surface.readThread(origin, { after, before: last.ts, without: heard, limit: MOST_MESSAGES })
}

/** Everybody whose name these need. */
export function namesInThread(messages: readonly ThreadMessage[]): Named[] {
  const authors = messages.flatMap(({ authorId }): Named[] =>
    authorId === null ? [] : [{ kind: 'user', id: authorId }],
  )
  return [...authors, ...messages.flatMap(namesIn)]
}

/** @param timeZone the reader's, an IANA name */
export function threadBlock(messages: readonly ThreadMessage[], names: Names, timeZone: string): string {
  const quoted = messages.flatMap((message): QuotedMessage[] => {
    const { author, authorId, ts, files, forwarded } = message
    const own: QuotedMessage = {
      author: (authorId === null ? author : names.get(authorId)) ?? authorId ?? 'somebody whom Slack does not name',
      authorId,
      ts,
      where: null,
      text: shorten(withNames(message, names), MOST_CHARACTERS),
      files,
    }
    const passedOn = forwarded.map((one) => quotedForward(one, names))
    return passedOn.length > 0 && message.text === '' && files.length === 0 ? passedOn : [own, ...passedOn]
  })
  return quotedBlock('thread', quoted, timeZone)
}

/** What the turn's owner is told of it; null where nothing was read. @param address where the reply stands */
export function threadNotice(read: ThreadRead, origin: Address, address: Address | null): string | null {
  if (read === null || read === 0) return null
  if (read === 'unreadable') return "I couldn't read the other messages in this thread."
  const where = address?.channel === origin.channel ? 'above' : 'in that thread'
  if (read === 1) return `I read the message ${where}.`
  return `I read the ${read >= MOST_MESSAGES ? 'last ' : ''}${read} messages ${where}.`
}
