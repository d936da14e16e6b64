/** Slack itself, which writes and joins like a person: its user id is the same in every workspace. */
export const SLACKBOT = 'USLACKBOT'
