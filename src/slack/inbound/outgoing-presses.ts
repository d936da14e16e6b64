/**
 * Presses about a mail on its way: Edit opens a window, Undo and Cancel stop it. Whose it is, the outbox checks. Slack opens a window for three seconds
 * after a press, and wants to hear about a window that was sent off within three seconds.
 */

import type { ModalView } from '@slack/web-api'
import { describeError, type Log } from '../../log.js'
import type { OutgoingPresses } from '../../turns/outgoing-mail.js'
import { UnsendableMail } from '../../turns/outgoing-mail.js'
import { NotConnected } from '../../turns/ports.js'
import type { Clock } from '../../turns/time/clock.js'
import { inTime, LATE } from '../../turns/time/in-time.js'
import { ACKNOWLEDGE_MS } from '../api/limits.js'
import {
  type EditWindow,
  editedBy,
  editedIn,
  editModal,
  editWindow,
  errorsIn,
  FIRST,
  wordsModal,
} from '../blocks/edit-modal.js'
import * as words from '../blocks/outgoing-words.js'
import type { Delivery } from './deliveries.js'

export interface OutgoingRooms {
  readonly outgoing: OutgoingPresses
  /** @returns the id of the view @throws Unavailable, SlackRefused */
  readonly openModal: (triggerId: string, view: ModalView) => Promise<string>
  /** @throws Unavailable, SlackRefused */
  readonly updateModal: (viewId: string, view: ModalView) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

type Press = Extract<Delivery, { kind: 'press' }>

/** What Slack is told of a window that was sent off; undefined closes it. */
export type WindowAnswer =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: ModalView }
  | undefined

/** Of the time that Slack gives, in milliseconds; the rest is for the way. */
const PATIENCE_MS = ACKNOWLEDGE_MS - 1_000

/** Opens the window. Answers words for the presser where there is none to open; null otherwise. Never throws. */
export async function openEdit(rooms: OutgoingRooms, { value, team, user, triggerId }: Press): Promise<string | null> {
  const id = editedBy(value)
  const { outgoing, openModal, updateModal, clock, log } = rooms
  const opened = Promise.resolve()
    .then(() => outgoing.openEdit(id, { team, user }))
    .then(
      (answer) => windowFor(id, answer),
      (error: unknown) => {
        log.warn({ approval: id, ...describeError(error) }, 'email could not be read for editing')
        return error instanceof NotConnected ? words.NOT_CONNECTED : words.NOT_OPENED
      },
    )
  try {
    const first = await inTime(clock, opened, PATIENCE_MS)
    if (first !== LATE) {
      if (typeof first === 'string') return first
      await openModal(triggerId, editModal(first))
      return null
    }
    const view = await openModal(triggerId, wordsModal(words.GETTING))
    const late = await opened
    await updateModal(view, typeof late === 'string' ? wordsModal(late) : editModal(late))
    return null
  } catch (error) {
    log.warn({ approval: id, ...describeError(error) }, 'edit window could not be opened')
    return words.NOT_OPENED
  }
}

/** The window, or words for whoever cannot have one. */
function windowFor(id: string, answer: Awaited<ReturnType<OutgoingPresses['openEdit']>>): EditWindow | string {
  if (typeof answer === 'string') return ANSWERS[answer]
  return editWindow(id, answer.mail, answer.sendAt !== null) ?? words.NOT_EDITABLE
}

const ANSWERS = {
  not_editable: words.NOT_EDITABLE,
  already: words.ALREADY_DECIDED,
  not_yours: words.NOT_YOUR_MAIL,
  unknown: words.NOTHING_TO_DECIDE,
}

/**
 * Approves what was left in the window, once a draft holds it. Where that takes longer than Slack waits, the window stays open with the same words, and
 * nothing is approved before the next press. Never throws.
 */
export async function submitEdit(
  rooms: OutgoingRooms,
  { window, team, user }: Extract<Delivery, { kind: 'edit' }>,
): Promise<WindowAnswer> {
  const { outgoing, clock, log } = rooms
  const { approvalId, button } = window
  const by = { team, user }
  const edited = editedIn(window)
  const prepared = Promise.resolve()
    .then(() => outgoing.prepareEdit(approvalId, by, edited))
    .catch((error: unknown) => {
      log.warn({ approval: approvalId, ...describeError(error) }, 'edited email could not be saved')
      if (error instanceof NotConnected) return { failed: words.NOT_CONNECTED }
      return { failed: error instanceof UnsendableMail ? words.NOT_TAKEN : words.notSaved(button) }
    })
  const answer = await inTime(clock, prepared, PATIENCE_MS)
  if (answer === LATE) return { response_action: 'update', view: editModal(window, words.savingTakesLonger(button)) }
  if (answer !== 'ready') {
    if (typeof answer === 'string') return failure(ANSWERS[answer])
    if ('failed' in answer) return failure(answer.failed)
    return { response_action: 'errors', errors: errorsIn(answer.problems) }
  }
  try {
    const approved = await outgoing.approveEdit(approvalId, by, edited, button !== words.SCHEDULE)
    if (approved === 'late') {
      const view = editModal({ ...window, button: words.SEND }, words.timePassedIn(words.SEND))
      return { response_action: 'update', view }
    }
    if (approved !== 'approved') return failure(ANSWERS[approved])
    return undefined
  } catch (error) {
    log.error({ approval: approvalId, ...describeError(error) }, 'edited email could not be approved')
    return failure(words.notSaved(button))
  }
}

function failure(said: string): WindowAnswer {
  return { response_action: 'errors', errors: { [FIRST]: said } }
}

/** Stops a mail. Answers words for the presser; null where the card says it. Never throws. */
export async function undoSend(
  { outgoing, log }: OutgoingRooms,
  { value: id, team, user }: Press,
): Promise<string | null> {
  try {
    const answer = await outgoing.undo(id, { team, user })
    return answer === 'undone' ? null : STOP_ANSWERS[answer === 'too_late' ? 'sent' : answer]
  } catch (error) {
    log.error({ approval: id, ...describeError(error) }, 'press could not be stored')
    return words.NOT_STORED
  }
}

/** Takes a mail that waits for its time off the list. Answers words for the presser. Never throws. */
export async function cancelScheduled(
  { outgoing, log }: OutgoingRooms,
  { value: id, team, user }: Press,
): Promise<{ readonly isCancelled: boolean; readonly text: string }> {
  try {
    const answer = await outgoing.cancel(id, { team, user })
    return { isCancelled: answer === 'cancelled', text: STOP_ANSWERS[answer] }
  } catch (error) {
    log.error({ approval: id, ...describeError(error) }, 'press could not be stored')
    return { isCancelled: false, text: words.NOT_STORED }
  }
}

const STOP_ANSWERS = {
  cancelled: words.CANCELLED,
  sent: words.TOO_LATE_TO_UNDO,
  too_late: words.TOO_LATE_TO_CANCEL,
  not_yours: words.NOT_YOUR_MAIL,
  unknown: words.NOTHING_TO_DECIDE,
}
