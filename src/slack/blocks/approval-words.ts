/**
 * What is said to people about a decision on a tool call. What the tool would do is said by the table of tools (`gmail/tools.ts`); what is said about a mail
 * on its way stands in `outgoing-words.ts`. Pure.
 */

/** mrkdwn. The answer above may hold a text that looks like a card, copied from a mail. Text of the agent's never is in this small print. */
export const OUR_OWN_WORDS = '🔐 *Nothing happens until you choose.* Only what is shown below will be done.'
/** mrkdwn. */
export const UNNAMED = "⚠️ I can't tell you its subject. To see it first, press Deny and ask me to read it to you."

export const DENY = 'Deny'
export const CHANGE = 'Change…'
export function approveAll(count: number): string {
  return `Approve all ${count}`
}
export function denyAll(count: number): string {
  return `Deny all ${count}`
}
export const DENY_INSTEAD = 'Deny that, go on with this'

export const FROM = 'From'
export const MAILBOX = 'Mailbox'
export const LOOK_TWICE = '⚠️ Look twice'
export function withoutDetails(tool: string): string {
  return `${tool} without any details`
}

/** Plain text, as everything below. On the card. @param when "27 Nov, 20:13"; null where it is not known */
export const UNDECIDED = '⏹️ This is over: nobody decided, so it did not happen.'
export function tooLate(when: string | null): string {
  return `🚫 Not done: you approved this, but it was over before that.${after(when)}`
}
export function approvedUnheard(when: string | null): string {
  return `⚠️ You approved this; whether it was done I cannot say.${after(when)}`
}
export function approved(when: string | null): string {
  return `✅ You approved this.${after(when)}`
}
export function wroteInstead(when: string | null): string {
  return `🚫 Not done: you wrote something new instead of deciding.${after(when)}`
}
export function disconnected(when: string | null): string {
  return `🚫 Not done: access to the mailbox was ended.${after(when)}`
}
export const ASKED_ANEW = "🚫 Not done: I'm asking you again in a new message."
export function denied(when: string | null): string {
  return `🚫 You said no to this.${after(when)}`
}
export function changeAsked(when: string | null, reason: string): string {
  return `✏️ You asked for a change.${after(when)}\n${reason}`
}

/** In the reply. @param what "archiving a message: Issue 214, from Exhibit Weekly" */
export function tooLateFor(what: string, when: string | null): string {
  return `🚫 Not done: ${what}. You approved it${inBrackets(when)}, but it was over before that`
}
export function unheardOf(what: string, when: string | null): string {
  return `⚠️ You approved ${what}${inBrackets(when)}; whether it was done I cannot say`
}
export function approvedWhat(what: string, when: string | null): string {
  return `✅ You approved ${what}${inBrackets(when)}`
}
export function askedAnewFor(what: string): string {
  return `🚫 Not done: ${what}. I'm asking you again in a new message.`
}
export function notDone(what: string, when: string | null): string {
  return `🚫 Not done: ${what}${inBrackets(when)}`
}
export function deniedWhat(what: string, when: string | null): string {
  return `🚫 You said no to ${what}${inBrackets(when)}`
}
export function changeAskedBefore(what: string, when: string | null, reason: string): string {
  return `✏️ You asked for a change before ${what}${inBrackets(when)}: ${reason}`
}

function after(when: string | null): string {
  return when === null ? '' : ` ${when}`
}

function inBrackets(when: string | null): string {
  return when === null ? '' : ` (${when})`
}
