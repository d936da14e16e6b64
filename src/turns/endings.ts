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
  empty_answer: "I'm done, but have nothing to say. Ask me in other words.",
  stopped: 'Stopped. Write again to go on.',
  superseded: 'I set that aside because you wrote again. Ask me if you still want it.',
  retracted: 'You deleted your message, so I stopped. Write again if you still need something.',
  disconnected: 'Stopped: Gmail was disconnected. Write again to reconnect.',
  help: null,
  nothing_to_stop: 'There’s nothing to stop right now. Write me what you need.',
  too_long: "That's more than I can read at once. Send it in smaller parts, or tell me which email it's in.",
  refused: 'Claude declined to go on. Put it another way, or ask for something else.',
  budget_reached: 'This conversation has used up its budget. Start a new one, or ask whoever runs this app for more.',
  overloaded: 'Claude is overloaded right now. Send this again in a few minutes.',
  rate_limited: 'Claude is very busy right now. Send this again in a minute or two.',
  model_failed: "Claude couldn't finish this. Send it again, or ask for a smaller part.",
  too_many_steps: 'This was too much for one go. Say “continue”, or ask for a smaller part.',
  context_full: 'This conversation has become too long. Start a new one and tell me what you need.',
  mailbox_refused: "I couldn't get into your mailbox, so this isn't done. Write again and I'll check the connection.",
  mailbox_unreachable: "I couldn't reach your mailbox, so this isn't done. Send it again in a few minutes.",
  billing: 'The Claude account behind this app is out of credit. Please tell whoever runs this app.',
  operator_credentials: 'A service turned me away. Ask whoever runs this app to check its keys, then send this again.',
  operator_setup: "This app isn't fully set up. Ask whoever runs it to run setup again, then send this again.",
  session_terminated: "I can't go on from here. Write again and I'll start over with your earlier messages.",
  session_deleted: 'I lost my place here. Write again and I will start over with your earlier messages.',
  claude_unavailable: "I couldn't reach Claude, so nothing was done. Send this again later.",
  scalekit_unavailable: "I couldn't reach your mailbox, so nothing was done. Send this again later.",
  lost_contact: 'I lost contact with Claude halfway. Check what was done before you send this again.',
  not_connected: "Your Gmail isn't connected, so nothing was done. Write again and I'll send you a new link.",
  no_direct_message:
    "Slack won't let me message you directly, so I stopped. Send me a direct message, or ask a workspace admin.",
  stalled: "Claude didn't answer, so I stopped. Check whether anything was done, then send this again.",
  unknown_person: "I can't find you in this workspace. Ask a workspace admin to check your account.",
  outsider: 'I only work for members of this workspace. Ask for the app in your own workspace.',
  guest: 'I only work for full members of this workspace. Ask a workspace admin if you need access.',
  deactivated: 'Your account is deactivated, so nothing was done. Ask a workspace admin.',
  identifier_taken: 'Another account already uses the mailbox for your address. Please tell whoever runs this app.',
  rejected: "Claude didn't accept this message. Put it another way.",
  unknown: 'Something went wrong. Send this again. If it happens again, tell whoever runs this app.',
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
