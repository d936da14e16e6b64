/** Presses of the bot's buttons. Each is stored before Slack is told that it arrived; who pressed is checked on the server. */

import { describeError, type Log } from '../../log.js'
import type { Approvals, Asked, DecisionOutcome } from '../../store/tables/approvals.js'
import type { Conversations } from '../../store/tables/conversations.js'
import type { Turns } from '../../store/tables/turns.js'
import { ACTIONS } from '../blocks/action-ids.js'
import { AT_ONCE } from '../blocks/outgoing-card.js'
import { TIME_PASSED_UNSENT } from '../blocks/outgoing-words.js'
import type { Delivery } from './deliveries.js'

export interface ActionRooms {
  readonly approvals: Approvals
  readonly conversations: Pick<Conversations, 'choosePlace'>
  readonly turns: Turns
  readonly wake: (conversationId: string) => void
  readonly stop: (turnId: string) => Promise<void>
  /** Shows the presser the modal that asks what should be different. @throws Unavailable, SlackRefused */
  readonly askForChange: (triggerId: string, approvalId: string) => Promise<void>
  readonly log: Log
}

type Press = Extract<Delivery, { kind: 'press' }>

const NOT_YOURS = 'Only the person whose mailbox this is about can decide that.'
const NOT_STORED = 'I could not store your decision, so nothing has happened. Please press again in a moment.'
const GONE = 'This is over already, so there is nothing left to decide or to stop.'

/** What the presser is told, for their eyes only. */
export interface PressAnswer {
  readonly text: string
  /** What becomes of the message with the button: `keep` it and say the words below; say the words in its `place`; it is `gone`. */
  readonly original: 'keep' | 'place' | 'gone'
}

/** Null where there is nothing to say. Never throws: presses are not delivered again. */
export async function press(rooms: ActionRooms, delivery: Press): Promise<PressAnswer | null> {
  const place = PLACES[delivery.actionId]
  if (place !== undefined) return await choosePlace(rooms, delivery, place)
  const words = await wordsAfter(rooms, delivery)
  return words === null ? null : { text: words, original: 'keep' }
}

const PLACES: Readonly<Record<string, 'here' | 'private' | undefined>> = {
  [ACTIONS.answerHere]: 'here',
  [ACTIONS.answerPrivately]: 'private',
}
const CHOSEN = {
  here: 'You had chosen already: I answer in the thread.',
  private: 'I answer in our direct messages; that was decided already.',
}

async function choosePlace(
  rooms: ActionRooms,
  delivery: Press,
  place: 'here' | 'private',
): Promise<PressAnswer | null> {
  try {
    const result = await rooms.conversations.choosePlace(delivery.value, place, delivery.team, delivery.user)
    switch (result.outcome) {
      case 'chosen':
        rooms.wake(delivery.value)
        return { text: '', original: 'gone' }
      case 'already':
        return result.place === place
          ? { text: '', original: 'gone' }
          : { text: CHOSEN[result.place], original: 'place' }
      case 'not_yours':
        return { text: 'Only the person who asked can choose that.', original: 'keep' }
      case 'unknown':
        return { text: GONE, original: 'place' }
    }
  } catch (error) {
    rooms.log.error(describeError(error), 'a press could not be stored')
    return { text: NOT_STORED, original: 'keep' }
  }
}

async function wordsAfter(rooms: ActionRooms, delivery: Press): Promise<string | null> {
  try {
    switch (delivery.actionId) {
      case ACTIONS.approve:
        return await decide(rooms, delivery, 'approved')
      case ACTIONS.deny:
        return await decide(rooms, delivery, 'denied')
      case ACTIONS.approveAll:
        return await decide(rooms, delivery, 'approved')
      case ACTIONS.denyAll:
        return await decide(rooms, delivery, 'denied')
      case ACTIONS.change:
        return await askForChange(rooms, delivery)
      case ACTIONS.stop:
        return await stop(rooms, delivery)
      default:
        return null
    }
  } catch (error) {
    rooms.log.error(describeError(error), 'a press could not be stored')
    return NOT_STORED
  }
}

async function decide(rooms: ActionRooms, delivery: Press, decision: 'approved' | 'denied'): Promise<string | null> {
  const result = await rooms.approvals.decideAll(askedIn(delivery.value), decision, delivery.team, delivery.user)
  if (result.outcome === 'already' && result.decision === decision) return null
  return wordsFor(rooms, result)
}

/** What a button's value names: ids of approvals, for mails each with the beginning of the hash of what its card shows. */
function askedIn(value: string): Asked[] {
  return value.split(',').map((part) => {
    const [id = '', shown = '', when] = part.split(':')
    return { id, shown: HASH.test(shown) ? shown : null, atOnce: when === AT_ONCE }
  })
}

/** Anything shorter could be the beginning of every hash. */
const HASH = /^[0-9a-f]{16}$/

/** Slack takes the press as a reason for a modal for three seconds: whatever has to be known before is looked up at once. */
async function askForChange(rooms: ActionRooms, { value, team, user, triggerId }: Press): Promise<string | null> {
  const answer = await rooms.approvals.canDecide(value, team, user)
  if (answer !== 'yes') return wordsFor(rooms, answer)
  try {
    await rooms.askForChange(triggerId, value)
    return null
  } catch (error) {
    rooms.log.warn(describeError(error), 'nobody could be asked what should be different')
    return NO_MODAL
  }
}

const NO_MODAL =
  'Slack did not let me open the window for your words. Press Change… again, or press Deny and write me below what should be different.'

/** Stores a no that says what should be different. Answers what is wrong, in words; null where it is stored. Never throws. */
export async function change(
  rooms: Pick<ActionRooms, 'approvals' | 'wake' | 'log'>,
  { approvalId, words, team, user }: Extract<Delivery, { kind: 'change' }>,
): Promise<string | null> {
  if (words === '') return 'Say what should be different, or close this window and press Deny.'
  try {
    return wordsFor(rooms, await rooms.approvals.decide(approvalId, 'denied', team, user, words))
  } catch (error) {
    rooms.log.error(describeError(error), 'a wish for a change could not be stored')
    return 'I could not store that, so nothing has happened. Please send it again in a moment.'
  }
}

/** What there is to say about a decision; one that is new wakes its conversation. */
function wordsFor({ wake }: Pick<ActionRooms, 'wake'>, result: DecisionOutcome): string | null {
  switch (result.outcome) {
    case 'decided':
      wake(result.conversationId)
      return null
    case 'already':
      return `You had already ${result.decision} this; that stands.`
    case 'not_yours':
      return NOT_YOURS
    case 'changed':
      return CHANGED
    case 'late':
      wake(result.conversationId)
      return TIME_PASSED_UNSENT
    case 'unknown':
      return GONE
  }
}

const CHANGED = 'This email has changed since. Please look at the new version first.'

async function stop(rooms: ActionRooms, delivery: Press): Promise<string | null> {
  const owned = await rooms.turns.ownedBy(delivery.value, delivery.team, delivery.user)
  if (owned !== 'yes') return owned === 'unknown' ? GONE : 'Only the person who asked can stop this.'
  if (!(await rooms.turns.requestStop(delivery.value))) return GONE
  rooms
    .stop(delivery.value)
    .catch((error: unknown) => rooms.log.warn(describeError(error), 'a turn could not be interrupted yet'))
  return null
}
