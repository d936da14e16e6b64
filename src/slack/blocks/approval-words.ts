/**
 * What is said to people about a decision on a tool call. What the tool would do is said by the table of tools (`gmail/tools.ts`); what is said about an
 * email on its way stands in `outgoing-words.ts`. Pure.
 */

import { shorten } from '../../turns/shorten.js'
import { LABEL_CHARACTERS } from '../api/limits.js'

/** mrkdwn. The answer above may hold a text that looks like a card, copied from a mail. Text of the agent's never is in this small print. */
export const OUR_OWN_WORDS = "🔐 *Nothing happens until you choose.* Only what's shown below will be done."
/** mrkdwn. @param deny what the button says that says no */
export function unnamed(deny: string): string {
  return `⚠️ I don't know its subject. To see it first, choose “${deny}” and ask me to show it to you.`
}

export const NO_NAME = "⚠️ An email whose subject I don't know"
/** mrkdwn. What nobody has seen is not approved. @param deny what the button says that says no */
export function someUnnamed(deny: string): string {
  return `⚠️ I can't do this before you have seen all of them. Choose “${deny}” and ask me to list them first.`
}

export const CHANGE = 'Change…'
export function approveAll(count: number): string {
  return `Yes to all ${count}`
}
export function denyAll(count: number): string {
  return `No to all ${count}`
}
export const LEAVE_OUT = 'Tick any you want to leave out.'
/** @param from the first of those that stand below, from 1 on */
export function pageOf(from: number, to: number, count: number): string {
  return `${from} to ${to} of ${count}`
}
export const DENY_INSTEAD = 'Skip that, go on with this'
/** For those who hear a button and do not see its card. @param what "Issue 214, from Exhibit Weekly"; null where nobody knows */
export function buttonLabel(label: string, what: string | null): string {
  return shorten(what === null ? label : `${label}: ${what}`, LABEL_CHARACTERS)
}

export const FROM = 'From'
export const MAILBOX = 'Mailbox'
export const CHECK = '⚠️ Check'
export const WITHOUT_DETAILS = 'No details were given.'

/**
 * Plain text, as everything below. On the card.
 * @param past what becomes of the thing that it is about: "archived"
 * @param when "8:13 PM"; null where it is not known
 */
export function done(past: string, when: string | null): string {
  return `✅ ${first(past)}${when === null ? '' : ` at ${when}`}`
}
export function underWay(running: string): string {
  return `⏳ ${running}…`
}
export function failed(past: string): string {
  return `⚠️ Not ${past}: something went wrong. Ask me to try again.`
}
export function unheard(past: string): string {
  return `⚠️ I can't tell whether this was ${past}. Please check in Gmail.`
}
export function tooLate(past: string): string {
  return `🚫 Not ${past}: this had already ended. Ask me again if you still want it.`
}
export function undecided(past: string): string {
  return `🚫 Not ${past}. Ask me again if you still want it.`
}
export function wroteInstead(past: string): string {
  return `🚫 Not ${past}. I set it aside because you wrote again.`
}
export function disconnected(past: string): string {
  return `🚫 Not ${past}. Gmail was disconnected.`
}
export function askedAnew(past: string): string {
  return `🚫 Not ${past}. I'm asking you again in a new message.`
}
export function leftOut(past: string): string {
  return `🚫 Not ${past}. You left it out.`
}
export function denied(past: string): string {
  return `🚫 Not ${past}`
}
export function changeAsked(reason: string): string {
  return `✏️ You asked for a change: ${reason}`
}

/** Of several, which stand below. @param ran "Archived 4 emails" */
export function doneSeveral(ran: string): string {
  return `✅ ${ran}`
}

/** In the reply. @param what "Issue 214, from Exhibit Weekly"; null where nobody knows. @param ran "Archived an email" */
export function doneWith(past: string, ran: string, what: string | null): string {
  return what === null ? `✅ ${ran}` : `✅ ${first(past)}: ${what}`
}
export function failedWith(past: string, what: string | null): string {
  return `⚠️ Not ${past}${about(what)}. Something went wrong.`
}
export function notDone(past: string, what: string | null): string {
  return `🚫 Not ${past}${about(what)}`
}
export function tooLateFor(past: string, what: string | null): string {
  return `${notDone(past, what)}. This had already ended.`
}
export function leftOutOf(past: string, what: string | null): string {
  return `${notDone(past, what)}. You left ${what === null ? 'them' : 'it'} out.`
}
export function askedAnewFor(past: string, what: string | null): string {
  return `${notDone(past, what)}. I'm asking you again in a new message.`
}
export function unheardOf(past: string, what: string | null): string {
  return `⚠️ I can't tell whether this was ${past}${about(what)}`
}
export function changeAskedFor(past: string, what: string | null, reason: string): string {
  return `✏️ Not ${past}${about(what)}. You asked for a change: ${reason}`
}

/** Of a change that was done. */
export const UNDO = 'Undo'
export const UNDONE = {
  undone: '↩️ Undone',
  incomplete: "⚠️ I couldn't undo all of this. Please check in Gmail.",
  ended_access: '⚠️ Not undone. Gmail was disconnected.',
}
/** Answers to a press on Undo. */
export const UNDO_ANSWERS = {
  already: 'You already pressed Undo for this.',
  expired: 'Undo works for a day. Ask me to change it back.',
  disconnected: "Gmail was disconnected, so I can't undo this. Connect it, then ask me to change it back.",
  not_yours: 'Only the person whose mailbox this is can undo that.',
  unknown: 'This can no longer be undone. Ask me to change it back.',
}

/** Answers to presses. */
export const NOT_YOURS = 'Only the person whose mailbox this is can decide that.'
export const NOT_STORED = "That didn't work, and nothing was done. Please press again in a moment."
export const GONE = 'This is over. Ask me again if you still want it.'
export const CHANGED_SINCE = 'This email has changed. Please look at the new version first.'
export const ALL_LEFT_OUT = 'You ticked all of them. Untick what you want done, or press the button that says no.'
export const BOXES_UNKNOWN = "Slack didn't say which boxes you ticked, and nothing was done. Please press again."
export function alreadyDecided(decision: 'approved' | 'denied'): string {
  return decision === 'approved' ? 'You already said yes to this.' : 'You already said no to this.'
}
export const ONLY_ASKER_CHOOSES = 'Only the person who asked can choose that.'
export const ALREADY_ANSWERING = {
  here: "Already decided: I'll answer in the thread.",
  private: "Already decided: I'll answer in your direct messages.",
}

/** The window in which a change is asked for. `mail`: to an email; `call`: to what another tool would do. */
export const CHANGE_TITLE = 'Ask for a change'
export const HOW_INSTEAD = { mail: 'How should it read?', call: 'What should be different?' }
export const WHAT_FOLLOWS = {
  mail: "I won't send this version. Here comes a new one.",
  call: "I won't do this. I'll ask you again with your change.",
}
export const CHANGE_EXAMPLE = 'Say Wednesday instead of Friday'
export const SEND_CHANGE = 'Send'
export const CANCEL = 'Cancel'
export const NO_WINDOW = `Slack didn't open that window. Press “${CHANGE}” again, or write to me below.`
export const SAY_WHAT = 'Tell me what should be different, or close this window.'
export const CHANGE_NOT_STORED = "That didn't work, and nothing was done. Please send it again in a moment."

function about(what: string | null): string {
  return what === null ? '' : `: ${what}`
}

function first(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
