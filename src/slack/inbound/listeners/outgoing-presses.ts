/**
 * Presses about a mail on its way: Edit opens a modal, Undo and Cancel stop the mail. The outbox checks whose it is. Slack opens a modal within three
 * seconds of a press only, and waits three seconds for the answer to a modal that was sent off.
 */

import type { ModalView } from '@slack/web-api'
import { describeError, type Log } from '../../../log.js'
import type { OutgoingPresses } from '../../../turns/outgoing-mail.js'
import { UnsendableMail } from '../../../turns/outgoing-mail.js'
import { NotConnected } from '../../../turns/ports.js'
import type { Clock } from '../../../turns/time/clock.js'
import { inTime, LATE } from '../../../turns/time/in-time.js'
import { ACKNOWLEDGE_MS } from '../../api/limits.js'
import {
  type EditWindow,
  editedBy,
  editedIn,
  editModal,
  editWindow,
  errorsIn,
  FIRST,
  wordsModal,
} from '../../blocks/edit-modal.js'
import * as words from '../../blocks/outgoing-words.js'
import type { EditSubmission, Press } from '../read-interactions.js'
import type { Modals } from './modals.js'

export interface OutgoingDeps extends Modals {
  readonly outgoing: OutgoingPresses
  readonly clock: Clock
  readonly log: Log
}

/** What Slack is told of a window that was sent off; undefined closes it. */
export type WindowAnswer =
  | { readonly response_action: 'errors'; readonly errors: Record<string, string> }
  | { readonly response_action: 'update'; readonly view: ModalView }
  | undefined

/** Of the time that Slack gives, in milliseconds; the rest is for the way. */
const PATIENCE_MS = ACKNOWLEDGE_MS - 1_000

/** Opens the window. Answers words for the presser where there is none to open; null otherwise. Never rejects. */
export async function openEdit(deps: OutgoingDeps, { value, team, user, triggerId }: Press): Promise<string | null> {
  const id = editedBy(value)
  const { outgoing, openModal, updateModal, clock, log } = deps
  const opened = Promise.resolve()
    .then(() => outgoing.openEdit(id, { team, user }))
    .then(
      (answer) => windowFor(id, answer),
      (error: unknown) => {
        log.warn({ approval: id, ...describeError(error) }, 'email not read for editing')
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
    log.warn({ approval: id, ...describeError(error) }, 'edit modal not opened')
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
  too_late: words.TOO_LATE_TO_EDIT,
  changed: words.CHANGED_MEANWHILE,
  not_yours: words.NOT_YOUR_MAIL,
  unknown: words.NOTHING_TO_DECIDE,
}

/**
 * Approves what was left in the window, once a draft holds it. Where that takes longer than Slack waits, the window stays open with the same words, and
 * nothing is approved before the next press. Never rejects.
 */
export async function submitEdit(deps: OutgoingDeps, { window, team, user }: EditSubmission): Promise<WindowAnswer> {
  const { outgoing, clock, log } = deps
  const { approvalId, button } = window
  const by = { team, user }
  const edited = editedIn(window)
  const prepared = Promise.resolve()
    .then(() => outgoing.prepareEdit(approvalId, by, edited))
    .catch((error: unknown) => {
      log.warn({ approval: approvalId, ...describeError(error) }, 'edited email not saved')
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
    log.error({ approval: approvalId, ...describeError(error) }, 'edited email not approved')
    return failure(words.notSaved(button))
  }
}

function failure(said: string): WindowAnswer {
  return { response_action: 'errors', errors: { [FIRST]: said } }
}

/** Stops a mail. Answers words for the presser; null where the card says it. Never rejects. */
export async function undoSend(
  { outgoing, log }: OutgoingDeps,
  { value: id, team, user }: Press,
): Promise<string | null> {
  try {
    const answer = await outgoing.undo(id, { team, user })
    return answer === 'undone' ? null : STOP_ANSWERS[answer === 'too_late' ? 'sent' : answer]
  } catch (error) {
    log.error({ approval: id, ...describeError(error) }, 'mail press not stored')
    return words.NOT_STORED
  }
}

/** Takes a mail that waits for its time off the list. Answers words for the presser. Never rejects. */
export async function cancelScheduled(
  { outgoing, log }: OutgoingDeps,
  { value: id, team, user }: Press,
): Promise<{ readonly isCancelled: boolean; readonly text: string }> {
  try {
    const answer = await outgoing.cancel(id, { team, user })
    return { isCancelled: answer === 'cancelled', text: STOP_ANSWERS[answer] }
  } catch (error) {
    log.error({ approval: id, ...describeError(error) }, 'mail press not stored')
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
