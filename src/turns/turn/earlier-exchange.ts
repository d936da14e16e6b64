/**
 * What a new conversation hears of the one before: people answer a bot's direct message below, not in its thread, and "the second one" means
 * what stands there. It goes to the session as data, in front of the person's words.
 */

import { describeError, type Log } from '../../log.js'
import type { Conversation, Message, Profile } from '../model.js'
import { type Agent, type MailboxGrant, OperatorProblem, SessionGone, Unavailable } from '../ports.js'
import { quotedBlock } from '../quoted.js'
import { shorten } from '../shorten.js'
import type { Clock } from '../time/clock.js'
import { inTime, LATE } from '../time/in-time.js'
import type { TurnStore } from '../turn-store.js'

/** How long after a question or its answer a new line may still be about it, in milliseconds. */
const WITHIN_MS = 2 * 60 * 60_000
/** How long the message waits for what is only good to know, in milliseconds. */
const PATIENCE_MS = 3_000
/** How much of the question and of the answer is handed on, in characters each. */
const MOST_CHARACTERS = 4_000

export interface EarlierExchangeDeps {
  readonly store: { readonly conversations: Pick<TurnStore['conversations'], 'sessionBefore'> }
  readonly agent: Pick<Agent, 'lastExchange'>
  readonly clock: Pick<Clock, 'setTimeout'>
  readonly log: Log
}

/**
 * A block of data for a conversation whose session has heard nothing yet; null where there was nothing shortly before, or it cannot be read.
 * @param messages those that begin the conversation, oldest first
 */
export async function earlierExchange(
  { store, agent, clock, log }: EarlierExchangeDeps,
  conversation: Conversation,
  grant: MailboxGrant,
  messages: readonly Message[],
  { name, timeZone }: Pick<Profile, 'name' | 'timeZone'>,
): Promise<string | null> {
  const { id, kind, owner, position } = conversation
  const [first] = messages
  if (kind !== 'im' || position !== null || first === undefined) return null
  const since = Number(first.ts) * 1_000 - WITHIN_MS
  const sessionId = await store.conversations.sessionBefore(conversation, first.ts, since)
  if (sessionId === null) return null
  try {
    const exchange = await inTime(clock, agent.lastExchange(sessionId, grant), PATIENCE_MS)
    if (exchange === LATE) log.warn({ conversation: id, error: 'late' }, 'earlier conversation not readable')
    if (exchange === LATE || exchange === null) return null
    const common = { ts: null, where: null, files: [] }
    const asked = { ...common, author: name, authorId: owner.user, text: shorten(exchange.asked, MOST_CHARACTERS) }
    const answered = { ...common, author: 'you', authorId: null, text: shorten(exchange.answered, MOST_CHARACTERS) }
    return quotedBlock('earlier', exchange.answered === '' ? [asked] : [asked, answered], timeZone)
  } catch (error) {
    if (!(error instanceof SessionGone || error instanceof Unavailable || error instanceof OperatorProblem)) throw error
    log.warn({ conversation: id, ...describeError(error) }, 'earlier conversation not readable')
    return null
  }
}
