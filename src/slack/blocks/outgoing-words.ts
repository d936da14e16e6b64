/**
 * What is said to people about a mail on its way, each sentence a function of its values. Sentences for `mrkdwn` hold words of our own alone; what comes
 * from a mail stands in sentences for plain text only. Pure.
 */

import { shorten } from '../../turns/shorten.js'
import { dayAndTime, timeOfDay } from '../../turns/time/time-of-day.js'
import { LABEL_CHARACTERS } from '../api/limits.js'
import { onOneLine } from './card-text.js'

/** A mail in a few words. */
export interface MailInPassing {
  readonly isReply: boolean
  /** "Rosa Diaz and 2 others"; null where nobody knows. */
  readonly who: string | null
}

const LONGEST_NAME = 60
const LONGEST_WHY = 300

/** "reply to Rosa", in the middle of a sentence. Plain text. */
export function inPassing({ isReply, who }: MailInPassing): string {
  const kind = isReply ? 'reply' : 'email'
  return who === null ? kind : `${kind} to ${shorten(onOneLine(who), LONGEST_NAME)}`
}

/** "Rosa Diaz and 2 others". */
export function andOthers(name: string, others: number): string {
  return others === 0 ? name : `${name} and ${others} ${others === 1 ? 'other' : 'others'}`
}

function first(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** "tomorrow at 8:00 AM", by the reader's own clock. mrkdwn. @param at epoch milliseconds */
export function readersTime(at: number, timeZone: string): string {
  return `<!date^${Math.floor(at / 1_000)}^{date_short_pretty} at {time}|${dayAndTime(at, timeZone)}>`
}

/** mrkdwn. @param sendAt epoch milliseconds; null: at once; `now`: at once, although it had a time */
export function question(isReply: boolean, sendAt: number | 'now' | null, timeZone: string): string {
  const what = isReply ? 'Send this reply' : 'Send this email'
  if (sendAt === 'now') return `*${what} now?*`
  return sendAt === null ? `*${what}?*` : `*${what} ${readersTime(sendAt, timeZone)}?*`
}

/** mrkdwn. */
export const CHANGED = '⚠️ *This email was changed in the meantime.* Here is what it says now.'
/** mrkdwn. */
export const TIME_PASSED = '⏰ *The time for this has passed.*'
/** mrkdwn. */
export const NOT_SHOWN = "⚠️ *I can't show this email right now.* Choose “Don't send”, then ask me for it again."

export const SEND = 'Send'
export const SEND_NOW = 'Send now'
export const SCHEDULE = 'Schedule'
export const EDIT = 'Edit'
export const CHANGE = 'Change…'
export const DO_NOT_SEND = "Don't send"
export const UNDO = 'Undo'
export const CANCEL = 'Cancel'

/** @param label what the button says */
export function sendLabel(mail: MailInPassing, label: string): string {
  return shorten(`${label}${label === SEND_NOW ? ':' : ' this'} ${inPassing(mail)}`, LABEL_CHARACTERS)
}
export function editLabel(mail: MailInPassing): string {
  return shorten(`Edit this ${inPassing(mail)}`, LABEL_CHARACTERS)
}
export function changeLabel(mail: MailInPassing): string {
  return shorten(`${CHANGE} this ${inPassing(mail)}`, LABEL_CHARACTERS)
}
export function doNotSendLabel(mail: MailInPassing): string {
  return shorten(`${DO_NOT_SEND} this ${inPassing(mail)}`, LABEL_CHARACTERS)
}
export function undoLabel(mail: MailInPassing): string {
  return shorten(`Undo: don't send the ${inPassing(mail)}`, LABEL_CHARACTERS)
}
export function cancelLabel(mail: MailInPassing): string {
  return shorten(`Cancel the ${inPassing(mail)}`, LABEL_CHARACTERS)
}

export const HTML_SHOWN_AS_TEXT = 'HTML. Only its text and links are shown here.'
export const CHECK = '⚠️ Check'
export const NO_SUBJECT = '(no subject)'
export const NO_TEXT = '(no text)'
export const SHOWN_ABOVE = 'listed above'

/** Plain text, as everything below. */
export function sendingAt(mail: MailInPassing, dueAt: number | null, timeZone: string): string {
  return dueAt === null
    ? sending(mail)
    : `⏳ ${first(`sending the ${inPassing(mail)}`)} at ${timeOfDay(dueAt, timeZone)}…`
}
/** @param canCancel there is a button for it below */
export function scheduledFor(mail: MailInPassing, dueAt: number, timeZone: string, canCancel: boolean): string {
  const when = `🗓️ ${first(inPassing(mail))}: scheduled for ${dayAndTime(dueAt, timeZone)}`
  return canCancel ? when : `${when}. You can cancel it in my Home tab.`
}
export function sending(mail: MailInPassing): string {
  return `⏳ Sending the ${inPassing(mail)}…`
}
/** The message ends here; another tells how it went. */
export function toldBelow(mail: MailInPassing): string {
  return `📤 ${first(inPassing(mail))}: I'll say below whether it was sent.`
}
export function sent(mail: MailInPassing, at: number | null, timeZone: string): string {
  return `✅ ${first(inPassing(mail))} sent${at === null ? '' : ` at ${timeOfDay(at, timeZone)}`}`
}
export const DRAFT_KEPT = 'Your draft was changed in Gmail, so I left it there.'
export function notSent(mail: MailInPassing): string {
  return `🚫 Not sent: ${inPassing(mail)}`
}
export function setAside(mail: MailInPassing): string {
  return `${notSent(mail)}. I set it aside because you wrote again. Ask me if you still want it.`
}
export function disconnected(mail: MailInPassing): string {
  return `${notSent(mail)}. Gmail was disconnected.`
}
export function askedAnew(mail: MailInPassing): string {
  return `${notSent(mail)}. I'm asking you again in a new message.`
}
export function changeAsked(mail: MailInPassing, words: string): string {
  return `✏️ You asked for a change to the ${inPassing(mail)}: ${words}`
}
export function undone(mail: MailInPassing): string {
  return `↩️ Undone. The ${inPassing(mail)} was not sent.`
}
export function cancelled(mail: MailInPassing): string {
  return `🚫 Cancelled. The ${inPassing(mail)} was not sent.`
}
export function refused(mail: MailInPassing, why: string | null): string {
  const reason = why === null ? '' : ` ${shorten(onOneLine(why), LONGEST_WHY)}`
  return `⚠️ ${notSent(mail).slice('🚫 '.length)}.${reason}`
}
export function unconfirmed(mail: MailInPassing): string {
  return `⚠️ I can't tell whether the ${inPassing(mail)} was sent: it isn't in your Sent mail. Check there before you ask me again.`
}
export function nobodyDecided(mail: MailInPassing): string {
  return `${notSent(mail)}. Ask me again if you still want it.`
}
export const EDITED = '✏️ You edited this before it was sent.'
export const EDITED_NOT_SENT = '✏️ You edited this.'

/** Answers to presses. */
export const TOO_LATE_TO_UNDO = 'Too late: this email has already left, or is leaving right now.'
export const TOO_LATE_TO_CANCEL = 'Too late: this email is no longer waiting.'
export const CANCELLED = "Cancelled. I won't send this email."
export const NOT_YOUR_MAIL = 'Only the person whose mailbox this is can decide that.'
export const NOTHING_TO_DECIDE = 'This is over. Ask me again if you still want it.'
export const TOO_LATE_TO_EDIT = 'Too late to edit: this email has already left, or is leaving right now.'
export const ALREADY_DECIDED = 'You already decided about this email.'
export const TIME_PASSED_UNSENT = 'The time for this has passed, so nothing was sent. You can still send it now.'
export const NOT_STORED = "That didn't work, and nothing was done. Please press again in a moment."

/** The window in which a mail is edited. */
export const EDIT_TITLE = 'Edit email'
export const GETTING = 'Getting the email…'
export const HTML_BECOMES_TEXT = 'This email has formatting. What you leave here is sent as plain text.'
export function savingTakesLonger(button: string): string {
  return `⏳ Saving takes longer than usual. Press ${button} again in a moment.`
}
export function notSaved(button: string): string {
  return `I couldn't save this email, so nothing was sent. Press ${button} again in a moment.`
}
export function timePassedIn(button: string): string {
  return `⏰ The time for this has passed. Press ${button} to send it now.`
}
export const CHANGED_MEANWHILE =
  'This email changed in the meantime, so nothing was sent. Close this and press “Edit” again.'
export const NOT_TAKEN = "Gmail didn't take this email, so nothing was sent. Change it, or close this and ask me."
export const NOT_CONNECTED = "Your Gmail isn't connected, so nothing was sent."
export const NOT_EDITABLE = "I can't edit this email here. Choose “Change…” and tell me what should be different."
export const NOT_OPENED = "I couldn't open the email for editing. Press “Edit” again in a moment."

/** What waits for its time. */
export const NOTHING_SCHEDULED = 'No emails are scheduled.'
export const SCHEDULED_HEADING = 'Scheduled'
export const SCHEDULED_NOT_SHOWN = "I can't show this email right now."
export const SCHEDULED_NOT_LISTED = "I can't show your scheduled emails right now. Open this tab again in a moment."
/** Plain text. */
export function scheduledEntry(mail: MailInPassing, subject: string): string {
  return `${first(inPassing(mail))}\n${subject === '' ? NO_SUBJECT : subject}`
}
/** mrkdwn. */
export function scheduledTime(at: number, timeZone: string): string {
  return `🗓️ ${readersTime(at, timeZone)}`
}
export function moreScheduled(more: number): string {
  return `And ${more} more.`
}
export function scheduledCount(emails: number): string {
  if (emails === 0) return NOTHING_SCHEDULED
  return emails === 1 ? '1 email is scheduled.' : `${emails} emails are scheduled.`
}
