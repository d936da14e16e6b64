/** What a person sees of what the bot asks them, and presses: known by ids, since labels say what happens and may change. */

import type { ShownElement } from '../../src/sandbox/slack/block-kit/shown.js'

export const APPROVE = { actionId: 'approval_approve' }
export const DENY = { actionId: 'approval_deny' }
export const CHANGE = { actionId: 'approval_change' }
export const EDIT = { actionId: 'approval_edit' }
export const APPROVE_ALL = { actionId: 'approval_approve_all' }
export const DENY_ALL = { actionId: 'approval_deny_all' }
export const UNDO_CHANGE = { actionId: 'change_undo' }
export const UNDO = { actionId: 'send_undo' }
export const CANCEL_SCHEDULED = { actionId: 'schedule_cancel' }
export const FEEDBACK = { actionId: 'answer_feedback' }

interface Shown {
  readonly elements: readonly ShownElement[]
}

export function has(message: Shown, { actionId }: { readonly actionId: string }): boolean {
  return message.elements.some((element) => element.actionId === actionId)
}

/** Something waits for its owner's yes. */
export function asks(message: Shown): boolean {
  return has(message, APPROVE)
}

/** What can be pressed besides saying whether the answer was good, and taking back what was done. */
export function leftToPress(message: Shown | undefined): readonly ShownElement[] {
  return (
    message?.elements.filter(({ actionId }) => actionId !== FEEDBACK.actionId && actionId !== UNDO_CHANGE.actionId) ??
    []
  )
}
