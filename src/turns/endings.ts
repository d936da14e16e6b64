/**
 * How a turn can end, and what the person is told then: what happened, and what to do next. Every kind has words of its own.
 * Plain Slack-independent text; `{command}` stands for the slash command.
 */

import type { Reply } from './reply.js'

export type Ending =
  | 'answered'
  | 'empty_answer'
  | 'stopped'
  | 'superseded'
  | 'retracted'
  | 'disconnected'
  | 'help'
  | 'nothing_to_stop'
  | 'too_long'
  | 'refused'
  | 'budget_reached'
  | 'overloaded'
  | 'rate_limited'
  | 'model_failed'
  | 'too_many_steps'
  | 'context_full'
  | 'mailbox_refused'
  | 'mailbox_unreachable'
  | 'billing'
  | 'operator_credentials'
  | 'operator_setup'
  | 'session_terminated'
  | 'session_deleted'
  | 'claude_unavailable'
  | 'scalekit_unavailable'
  | 'lost_contact'
  | 'not_connected'
  | 'no_direct_message'
  | 'stalled'
  | 'unknown_person'
  | 'outsider'
  | 'guest'
  | 'deactivated'
  | 'identifier_taken'
  | 'rejected'
  | 'unknown'

/** What is said below whatever the agent wrote. Null: the answer speaks for itself. */
export const ENDING_WORDS: Readonly<Record<Ending, string | null>> = {
  answered: null,
  empty_answer: 'I finished, but had nothing to say. Ask me again in other words if you expected an answer.',
  stopped: 'Stopped, as you asked. What was done up to here stays done. Write again to go on.',
  superseded:
    'You wrote something new instead of deciding, so I left it undone. Ask me for it again if you want it after all.',
  retracted: 'You deleted your message, so I stopped. Write again if you still need something.',
  disconnected:
    'Access to this mailbox was ended, so I stopped here. What was done up to here stays done. Write again when you want to go on: I then send you a link to connect.',
  help: null,
  nothing_to_stop: 'There’s nothing to stop right now. Write me what you need.',
  too_long: 'That is more than I can take at once. Send it in smaller pieces, or ask me to look for it in your mail.',
  refused: 'Claude declined to go on with this. Put it differently, or ask for something else.',
  budget_reached:
    'This conversation has used up its budget, so I have paused. Ask whoever runs this app to raise it, or start a new conversation.',
  overloaded: 'Claude is overloaded right now and I gave up after several tries. Send it again in a few minutes.',
  rate_limited: 'Too many requests are being made of Claude right now. Send it again in a minute or two.',
  model_failed: 'Claude could not finish this. Send it again; if it happens twice, ask for a smaller piece of it.',
  too_many_steps:
    'This took more steps than I am allowed in one go. Tell me to continue, or ask for a smaller piece of it.',
  context_full:
    'This conversation has become too long for me to go on. Start a new one and tell me what you need from here.',
  mailbox_refused:
    'Your mailbox did not let me in, so this is not done. Write to me again: I then check the connection, and ask you to renew it where needed.',
  mailbox_unreachable: 'I could not reach your mailbox just now, so this is not done. Send it again in a few minutes.',
  billing:
    "The Claude account behind this app is out of credit or over its spending limit. Tell whoever runs this app; sending it again won't help until then.",
  operator_credentials:
    'One of the services I need refused my credentials. Tell whoever runs this app to check its keys; then send this again.',
  operator_setup:
    'This app is not set up completely. Tell whoever runs it to run its setup again; then send this again.',
  session_terminated:
    'The session behind this conversation broke off and cannot go on. Write again: I then start a new one here and take your earlier messages along.',
  session_deleted:
    'The session behind this conversation was deleted. Write again: I then start a new one here and take your earlier messages along.',
  claude_unavailable: 'I could not reach Claude for ten minutes, so I gave up. Nothing was done. Send it again later.',
  scalekit_unavailable:
    'I could not reach the service that connects me to your mailbox for ten minutes, so I gave up. Nothing was done. Send it again later.',
  lost_contact:
    'I lost contact with Claude in the middle of this and gave up after ten minutes. Part of it may have been done: have a look before you send it again.',
  not_connected:
    'You have not connected your Gmail, so I have not done anything with this. Write again when you want to: I then send you a fresh link.',
  no_direct_message:
    'What is for your eyes only I send you in private, but Slack lets me open no direct message with you, so I stopped here. Write to me in a direct message yourself, or ask a workspace admin.',
  stalled:
    'I sent this to Claude but no answer came for five minutes, so I stopped it. Have a look whether anything was done, then send it again.',
  unknown_person:
    "I can't find you among the members of this workspace, so I can't tell whose mailbox is yours. Ask a workspace admin to check your account.",
  outsider:
    'I only work for members of this workspace, and your account belongs to another one. Ask for the app in your own workspace.',
  guest:
    'I only work for full members of this workspace, not for guests. Ask a workspace admin if you think that should change.',
  deactivated:
    'Your account in this workspace is deactivated, so I have not done anything with this. Ask a workspace admin.',
  identifier_taken:
    "The mailbox that belongs to your address is already in use by another account, so I won't touch it. Tell whoever runs this app.",
  rejected: 'Claude did not accept this message. Put it differently or send it without unusual contents.',
  unknown: 'Something unexpected ended this. Send it again; if it happens twice, tell whoever runs this app.',
}

/** How a turn ended whose session has come to rest (`reply.end` is set). */
export function endingOf(reply: Reply, stopRequested: boolean): Ending {
  switch (reply.end) {
    case 'end_turn':
      if (stopRequested) return 'stopped'
      if (reply.error !== null && reply.error.retry !== 'retrying') return errorEnding(reply)
      return reply.items.some((item) => item.type === 'text' && item.text.trim() !== '') ? 'answered' : 'empty_answer'
    case 'refusal':
      return 'refused'
    case 'budget_reached':
      return 'budget_reached'
    case 'retries_exhausted':
      return reply.error === null ? 'model_failed' : errorEnding(reply)
    case 'terminated':
      return reply.error?.kind === 'billing' ? 'billing' : 'session_terminated'
    case 'deleted':
      return 'session_deleted'
    default:
      return reply.error === null ? 'unknown' : errorEnding(reply)
  }
}

/** How a turn ended whose session rests and shows no sign of taking up what it was sent. */
export function endingOfSilence(reply: Reply): Ending {
  return reply.error === null || reply.error.retry === 'retrying' ? 'stalled' : errorEnding(reply)
}

function errorEnding(reply: Reply): Ending {
  return reply.error?.kind ?? 'unknown'
}
