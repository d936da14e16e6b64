import type { PageChannel, PageMessage, PagePerson, Snapshot } from '../../../src/sandbox/slack/wire/page-api.js'

/** A small workspace for tests of what the page makes of it. */

export const ANNA = person('U0ANNA', 'anna', 'Anna Lindqvist', 'Europe/Stockholm')
export const BEN = person('U0BEN', 'ben', 'Ben Okafor', 'America/New_York')
export const BOT: PagePerson = { ...person('U0INBOXBOT', 'inbox', 'inbox', 'UTC'), isBot: true }
export const PEOPLE = [ANNA, BEN, BOT]

export const CHANNELS: PageChannel[] = [
  { id: 'C0GENERAL', kind: 'channel', name: 'general', members: PEOPLE.map(({ id }) => id) },
  { id: 'D0ANNA', kind: 'im', name: 'inbox', members: [ANNA.id, BOT.id] },
]

function person(id: string, name: string, realName: string, tz: string): PagePerson {
  return { id, name, realName, title: '', color: '#000', tz, isBot: false }
}

/** A message of #general at that second. */
export function message(seconds: number, user: PagePerson, more: Partial<PageMessage> = {}): PageMessage {
  return { channel: 'C0GENERAL', ts: `${seconds}.000100`, user: user.id, text: 'Hello', ...more }
}

/** What Anna sees. */
export function snapshot(messages: PageMessage[], more: Partial<Snapshot> = {}): Snapshot {
  return {
    team: { id: 'T1', name: 'Northwind' },
    viewer: ANNA,
    people: [ANNA, BEN],
    bot: BOT,
    slashCommand: '/inbox',
    channels: CHANNELS,
    messages,
    appConnected: true,
    wire: [],
    ...more,
  }
}
