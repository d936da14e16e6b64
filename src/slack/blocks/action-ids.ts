/** Ids of the bot's buttons. They stand in messages that live for years: rename nothing, add new ones. */
export const ACTIONS = {
  approve: 'approval_approve',
  deny: 'approval_deny',
  change: 'approval_change',
  edit: 'approval_edit',
  review: 'approval_review',
  approveAll: 'approval_approve_all',
  denyAll: 'approval_deny_all',
  undoSend: 'send_undo',
  undoChange: 'change_undo',
  cancelScheduled: 'schedule_cancel',
  stop: 'turn_stop',
  connect: 'mailbox_connect',
  disconnect: 'mailbox_disconnect',
  answerHere: 'place_here',
  answerPrivately: 'place_private',
  feedback: 'answer_feedback',
  /** With the number of the example behind it. */
  example: 'example_ask',
  help: 'home_help',
  leaveOut: 'approval_leave_out',
} as const
