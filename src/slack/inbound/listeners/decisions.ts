/** What people decide by pressing. Each decision is stored when its promise resolves, and the store checks whose it is. */

import { describeError, type Log } from '../../../log.js'
import type { Approvals, Asked, DecisionOutcome } from '../../../store/tables/approvals.js'
import type { ChangeUndos } from '../../../store/tables/change-undos.js'
import type { Conversations } from '../../../store/tables/conversations.js'
import type { Turns } from '../../../store/tables/turns.js'
import type { Feedback } from '../../../turns/model.js'
import { stopSoon } from '../../../turns/stop-soon.js'
import { NOT_YOURS_TO_STOP } from '../../agent/native-stop.js'
import { SEVERAL_BLOCK } from '../../blocks/approval-group.js'
import * as words from '../../blocks/approval-words.js'
import { changeModal } from '../../blocks/change-modal.js'
import { NOT_YOURS_TO_RATE, readFeedback, THANKS } from '../../blocks/feedback.js'
import { AT_ONCE } from '../../blocks/outgoing-card.js'
import { TIME_PASSED_UNSENT } from '../../blocks/outgoing-words.js'
import type { ChangeSubmission, Press } from '../read-interactions.js'
import type { Modals } from './modals.js'

export interface DecisionDeps extends Pick<Modals, 'openModal'> {
  readonly approvals: Pick<Approvals, 'canDecideAll' | 'decideAll'>
  readonly conversations: Pick<Conversations, 'choosePlace'>
  readonly turns: Pick<Turns, 'ownedBy' | 'requestStop' | 'rate'>
  readonly undos: Pick<ChangeUndos, 'press'>
  /** A press on Undo is stored. */
  readonly onUndo: () => void
  /** An owner said what they think of an answer, or changed their mind. */
  readonly onFeedback: (feedback: Feedback) => void
  readonly wake: (conversationId: string) => void
  readonly stop: (turnId: string) => Promise<void>
  readonly log: Log
}

/** What the presser is told, for their eyes only. */
export interface PressAnswer {
  readonly text: string
  /** What becomes of the message with the button: `keep` it and say the words below; say the words in its `place`; it is `gone`. */
  readonly original: 'keep' | 'place' | 'gone'
}

/** Where the reply goes. Null where there is nothing to say. Never rejects. */
export async function choosePlace(
  deps: DecisionDeps,
  press: Press,
  place: 'here' | 'private',
): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    const result = await deps.conversations.choosePlace(press.value, place, press.team, press.user)
    switch (result.outcome) {
      case 'chosen':
        deps.wake(press.value)
        return { text: '', original: 'gone' }
      case 'already':
        return result.place === place
          ? { text: '', original: 'gone' }
          : { text: words.ALREADY_ANSWERING[result.place], original: 'place' }
      case 'not_yours':
        return keeping(words.ONLY_ASKER_CHOOSES)
      case 'unknown':
        return { text: words.GONE, original: 'place' }
    }
  })
}

/** A yes or no to everything that a button is about. Null where there is nothing to say. Never rejects. */
export async function decide(
  deps: DecisionDeps,
  press: Press,
  decision: 'approved' | 'denied',
): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    const { value, team, user, blockId, leftOut } = press
    const asked = askedIn(value)
    if (decision === 'approved') {
      // A yes to what somebody meant to leave out would be worse than a press that says nothing.
      if (leftOut === null && blockId?.startsWith(SEVERAL_BLOCK) === true) return keeping(words.BOXES_UNKNOWN)
      if (leftOut !== null && asked.every(({ id }) => leftOut.includes(id))) return keeping(words.ALL_LEFT_OUT)
    }
    const result = await deps.approvals.decideAll(asked, decision, team, user, null, new Set(leftOut))
    if (result.outcome === 'already' && result.decision === decision) return null
    return keeping(wordsFor(deps, result))
  })
}

/** Presses are delivered once: whoever made one that cannot be stored is told. */
async function told(
  { log }: Pick<DecisionDeps, 'log'>,
  store: () => Promise<PressAnswer | null>,
): Promise<PressAnswer | null> {
  try {
    return await store()
  } catch (error) {
    log.error(describeError(error), 'press not stored')
    return keeping(words.NOT_STORED)
  }
}

/** Words beside the message, which stays; null where there are none. */
export function keeping(text: string | null): PressAnswer | null {
  return text === null ? null : { text, original: 'keep' }
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

/** Asks in a modal what should be different. Slack opens one within three seconds of a press only, so what has to be known is looked up first. */
export async function askForChange(
  deps: DecisionDeps,
  { value, team, user, triggerId }: Press,
): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    const answer = await deps.approvals.canDecideAll(value.split(','), team, user)
    if (typeof answer !== 'string') return keeping(wordsFor(deps, answer))
    try {
      await deps.openModal(triggerId, changeModal(value, answer))
      return null
    } catch (error) {
      deps.log.warn(describeError(error), 'change modal not opened')
      return keeping(words.NO_WINDOW)
    }
  })
}

/** Stores a no that says what should be different. Answers what is wrong, in words; null where it is stored. Never rejects. */
export async function change(
  deps: Pick<DecisionDeps, 'approvals' | 'wake' | 'log'>,
  { approvalIds, words: wish, team, user }: ChangeSubmission,
): Promise<string | null> {
  if (wish === '') return words.SAY_WHAT
  try {
    const asked = approvalIds.map((id) => ({ id, shown: null }))
    return wordsFor(deps, await deps.approvals.decideAll(asked, 'denied', team, user, wish))
  } catch (error) {
    deps.log.error(describeError(error), 'change not stored')
    return words.CHANGE_NOT_STORED
  }
}

/** What there is to say about a decision; one that is new wakes its conversation. */
function wordsFor({ wake }: Pick<DecisionDeps, 'wake'>, result: DecisionOutcome): string | null {
  switch (result.outcome) {
    case 'decided':
      wake(result.conversationId)
      return null
    case 'already':
      return words.alreadyDecided(result.decision)
    case 'not_yours':
      return words.NOT_YOURS
    case 'changed':
      return words.CHANGED_SINCE
    case 'late':
      wake(result.conversationId)
      return TIME_PASSED_UNSENT
    case 'unknown':
      return words.GONE
  }
}

/** Stores what its owner thinks of an answer. */
export async function rate(deps: DecisionDeps, { value, team, user }: Press): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    const rating = readFeedback(value)
    if (rating === null) return keeping(words.GONE)
    const { turnId, feedback } = rating
    const outcome = await deps.turns.rate(turnId, feedback, team, user)
    if (outcome === 'stored') deps.onFeedback(feedback)
    if (outcome === 'not_yours') return keeping(NOT_YOURS_TO_RATE)
    return keeping(outcome === 'unknown' ? words.GONE : THANKS[feedback])
  })
}

/** Takes back changes that were done. The message says when that is so. */
export async function undoChange(
  deps: Pick<DecisionDeps, 'undos' | 'onUndo' | 'log'>,
  { value, team, user, message, threadTs }: Press,
): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    if (message === null) return keeping(words.UNDO_ANSWERS.unknown)
    const outcome = await deps.undos.press(value.split(','), { team, user }, { ...message, threadTs })
    if (outcome !== 'taken') return keeping(words.UNDO_ANSWERS[outcome])
    deps.onUndo()
    return null
  })
}

/** Ends a turn. The wish is in the store; where the turn runs here, it is heard at once. */
export async function stop(deps: DecisionDeps, { value, team, user }: Press): Promise<PressAnswer | null> {
  return await told(deps, async () => {
    const owned = await deps.turns.ownedBy(value, team, user)
    if (owned !== 'yes') return keeping(owned === 'unknown' ? words.GONE : NOT_YOURS_TO_STOP)
    if (!(await deps.turns.requestStop(value))) return keeping(words.GONE)
    stopSoon(deps, value)
    return null
  })
}
