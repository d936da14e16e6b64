/** Slack itself: it answers what is written near it, has neither a bot's mark nor `is_bot`, and the same user id in every workspace. */
export const SLACKBOT = 'USLACKBOT'
