/** What the Home tab and the welcome say, beside what they share with commands and connect prompts. mrkdwn, unless it says otherwise. Pure. */

/** Plain text. */
export const HEADING = 'Your inbox, from Slack'
export const NOT_CONNECTED = "*Your Gmail isn't connected.*"
export const LINK_LAPSED = "*Your Gmail isn't connected.* Open this tab again for a new link."
export const NOT_KNOWN = "I can't tell right now whether your Gmail is connected. Open this tab again in a moment."
export const NOT_LISTED = "I can't list your requests right now. Open this tab again in a moment."
export const EXAMPLES_HEADING = '*Ask me*'
export const SETTINGS_HEADING = '*Settings*'
export const WHO_SETS_THEM = 'Whoever runs this app sets these.'
export const ONLY_YOU = 'Only you can direct me in your threads.'

/** The button that folds the help. Plain text. */
export const SHOW_HELP = 'Show help'
export const HIDE_HELP = 'Hide help'

export function greeting(does: string): string {
  return `👋 *Hi!* ${does}`
}
/** Plain text. */
export const GREETING_SHORT = 'Hi! I help with your email.'
export const TRY_ONE = 'Try one of these:'
