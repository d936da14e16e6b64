/** Who the bot is, and by what organisation or workspace a person is keyed. Pure. */

export interface BotIdentity {
  readonly userId: string
  readonly botId: string | null
  /** The workspace that the bot's token belongs to, and its organisation on Enterprise Grid. */
  readonly teamId?: string
  readonly enterpriseId?: string | null
}

/**
 * What a person is keyed by: the organisation on Enterprise Grid, else the workspace. Not every kind of delivery names both, and the
 * same person must be the same in all of them.
 */
export function homeOf(
  team: string | null | undefined,
  enterprise: string | null | undefined,
  bot: BotIdentity,
): string | undefined {
  if (enterprise) return enterprise
  const isOurs = !team || team === bot.teamId
  return (isOurs && bot.enterpriseId) || team || bot.teamId
}

/**
 * Whose a user id is. Ids are unique within a workspace or an organisation only, and in a channel shared with another one both are
 * heard: the same id there is another person.
 * @param userTeam the workspace or organisation that the user belongs to, as Slack tells it
 */
export function homeOfUser(userTeam: string | null | undefined, home: string, bot: BotIdentity): string {
  if (!userTeam || userTeam === bot.teamId || userTeam === bot.enterpriseId) return home
  // Another workspace of the same organisation has the same ids; who is from outside, the directory tells then.
  if (home.startsWith('E') && userTeam.startsWith('T')) return home
  return userTeam
}
