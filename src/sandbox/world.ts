/**
 * Who and what lives in the sandbox: one workspace, two people, two channels, two Gmail accounts. Every sandbox server is
 * given this value (or a test's own); none of them keeps a second copy of a name or an id.
 */

/** A member of the sandbox's Slack workspace. */
export interface WorldPerson {
  /** Slack user id (`U…`). */
  readonly id: string
  /** Slack handle, without `@`. */
  readonly name: string
  readonly realName: string
  readonly title: string
  readonly email: string
  /** IANA time zone, as `users.info` reports it. */
  readonly tz: string
  /** CSS colour of the generated avatar. */
  readonly color: string
}

/** A public channel of the sandbox's Slack workspace. */
export interface WorldChannel {
  readonly id: string
  readonly name: string
  readonly topic: string
  /** Slack user ids of the people in it; the bot is a member of every channel. */
  readonly members: readonly string[]
}

/** A Gmail account that somebody can choose on the consent page. */
export interface WorldMailAccount {
  readonly address: string
  readonly displayName: string
}

export interface World {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string }
  readonly bot: { readonly userId: string; readonly botId: string; readonly appId: string; readonly name: string }
  readonly people: readonly WorldPerson[]
  readonly channels: readonly WorldChannel[]
  readonly mailAccounts: readonly WorldMailAccount[]
}

export const WORLD: World = {
  team: { id: 'T0NORTHWIND', name: 'Northwind Studio', domain: 'northwind-studio' },
  bot: { userId: 'U0INBOXBOT', botId: 'B0INBOXBOT', appId: 'A0INBOXAPP', name: 'inbox' },
  people: [
    {
      id: 'U0ANNA',
      name: 'anna',
      realName: 'Anna Lindqvist',
      title: 'Studio director',
      email: 'anna@northwind.example',
      tz: 'Europe/Stockholm',
      color: '#7c3aed',
    },
    {
      id: 'U0BEN',
      name: 'ben',
      realName: 'Ben Okafor',
      title: 'Project lead',
      email: 'ben@northwind.example',
      tz: 'America/New_York',
      color: '#0f766e',
    },
  ],
  channels: [
    { id: 'C0GENERAL', name: 'general', topic: 'Company-wide news and chatter', members: ['U0ANNA', 'U0BEN'] },
    {
      id: 'C0ATLAS',
      name: 'project-atlas',
      topic: 'The Atlas exhibition, opening in March',
      members: ['U0ANNA', 'U0BEN'],
    },
  ],
  mailAccounts: [
    { address: 'anna@northwind.example', displayName: 'Anna Lindqvist' },
    { address: 'ben@northwind.example', displayName: 'Ben Okafor' },
  ],
}
