/** What is said about a person's connection to Gmail: the prompt to connect it, what they agree to, and how it ends. mrkdwn, unless it says otherwise. Pure. */

/** Why somebody is asked to connect. */
export const NEEDED = '*To do this, I need access to your Gmail.*'
export const WANTED = '*Connect your Gmail so I can help with your email.*'
export const EXPIRED = '*Your Gmail connection has expired. Please connect it again.*'

/** What happens then. @param channel where the question was asked, when the prompt stands elsewhere */
export function thenAnswered(channel: string | null): string {
  return `Connect Gmail, then I'll answer your question ${channel === null ? 'here' : `in <#${channel}>`}.`
}
export const THEN_CONFIRMED = "I'll tell you here once it's connected."
export const LINK_IS_YOURS = "This link is only for you. Please don't share it."

/** Buttons and notifications. Plain text. */
export const CONNECT = 'Connect Gmail'
export const CONNECT_AGAIN = 'Connect Gmail again'
export const CONNECT_YOURS = 'Connect your Gmail'

/** What they agree to. */
export const READS = 'I read and search your email only when you ask me something.'
export const ASKS_FIRST = 'I ask you before I send or change anything, every time.'
/** @param kinds what configuration lets happen without a question: "saving a draft" */
export function asksBeforeSending(kinds: readonly string[]): string {
  const listed = new Intl.ListFormat('en', { type: 'disjunction' }).format(kinds)
  return `I ask you before I send anything, every time. I don't ask before ${listed}.`
}
export function endsAnyTime(slashCommand: string): string {
  return `You can disconnect any time with \`${slashCommand} disconnect\`.`
}

export const SOMEBODY_ELSE =
  "⚠️ *Someone else opened your link to connect Gmail.* Nothing was connected, and the link no longer works. If you didn't share it, tell whoever runs this app."
/** Plain text. */
export const SOMEBODY_ELSE_IN_SHORT = 'Someone else opened your link. Nothing was connected.'

export const DISCONNECTING = "*Disconnecting your Gmail…* I'll message you when it's done."

/** The button that disconnects, and what it asks. Plain text. */
export const DISCONNECT_GMAIL = 'Disconnect Gmail'
export const DISCONNECT_TITLE = 'Disconnect your Gmail?'
export const DISCONNECT_TEXT =
  "I'll lose access right away. Anything I'm working on stops, and nothing that's waiting for you will be done."
export const DISCONNECT = 'Disconnect'
export const STAY_CONNECTED = 'Stay connected'
