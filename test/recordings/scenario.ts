/**
 * A scenario: what people do and what happens to the bot, in a house of its own. What the bot asked of the outside meanwhile is compared
 * with the recording that is committed beside it; `npx vitest run test/recordings -u` records anew.
 */

import Sqlite from 'better-sqlite3'
import { expect, it } from 'vitest'
import { provision } from '../../src/cli/provision.js'
import { readPlatformConfig } from '../../src/config.js'
import type { SeenMessage } from '../../src/sandbox/slack/index.js'
import type { Person } from '../../src/sandbox/slack/people/person.js'
import { Store } from '../../src/store/store.js'
import { TestBrain } from '../support/brains.js'
import { ANNA, BEN, House, type HouseOptions } from '../support/house.js'
import { beginningOf, recordingOf } from './recording.js'
import { recordChanges } from './store-log.js'
import { HttpTap } from './tap.js'

export const BOT = 'U0INBOXBOT'

export interface Stage {
  readonly house: House
  readonly anna: Person
  readonly ben: Person
  /** Resolves when Slack has had an acknowledgement for everything. */
  delivered(): Promise<void>
  /** Resolves when no turn is under way and no mail on its way. */
  settled(): Promise<void>
  /** Resolves when every unfinished turn is in this state. */
  turnIs(state: string): Promise<void>
  killed(): Promise<void>
}

export type Play = (stage: Stage) => Promise<void>

export const says = (text: string) => (message: SeenMessage) => message.user === BOT && message.shown.includes(text)
export const linkOf = (message: SeenMessage) => message.elements.find(({ label }) => label.startsWith('Connect'))?.url
export const asksToConnect = (message: SeenMessage) => linkOf(message) !== undefined

/** @param name of the recording, too */
export function scenario(name: string, options: Partial<HouseOptions>, play: Play): void {
  it(name, { timeout: 240_000 }, async () => {
    const tap = new HttpTap()
    const house = await House.open({
      brain: new TestBrain(),
      killable: true,
      slack: { timing: RETRIES },
      ...PROGRAM,
      ...options,
    })
    try {
      await setUp(house)
      recordChanges(house.databasePath)
      const beginning = beginningOf(house, tap)
      await house.startBot()
      const stage = stageOf(house)
      await play(stage)
      await stage.settled()
      // In order, so that what a turn leaves to be done after it is done.
      await house.bot.kill('SIGTERM')
      await expect(recordingOf(house, tap, beginning)).toMatchFileSnapshot(`${name.replace(/\W+/g, '-')}.txt`)
    } finally {
      tap.close()
      await house.close()
    }
  })
}

/** Another build of the bot can be compared with the recordings of this one, to find out which commit changed what. */
const PROGRAM = process.env.RECORDED_PROGRAM === undefined ? {} : { program: process.env.RECORDED_PROGRAM }

/** An event that the dying bot did not acknowledge comes again soon. */
const RETRIES = { retryAfterMs: [100, 300, 1_000, 3_000, 10_000, 30_000] }

/** What `npm run setup` does, without a process of its own. */
async function setUp(house: House): Promise<void> {
  const store = await Store.open(house.databasePath)
  await provision(readPlatformConfig(house.environment), store.deployments, () => undefined)
  await store.close()
}

const UNDER_WAY = `select (select count(*) from turn where state <> 'ended')
  + (select count(*) from message where state = 'queued')
  + (select count(*) from command where state = 'received')
  + (select count(*) from access_ending where done_at is null)
  + (select count(*) from outgoing_mail where state in ('asking', 'held', 'sending'))`

function stageOf(house: House): Stage {
  const ask = (query: string): unknown[] => {
    const database = new Sqlite(house.databasePath, { readonly: true })
    try {
      return database.prepare(query).pluck().all()
    } finally {
      database.close()
    }
  }
  const poll = { interval: 20, timeout: 40_000 }
  const delivered = async () => {
    await house.slack.waitFor(() => house.slack.deliveries.all.every(({ acknowledged }) => acknowledged) || undefined)
  }
  return {
    house,
    anna: house.slack.person(ANNA),
    ben: house.slack.person(BEN),
    delivered,
    settled: async () => {
      await delivered()
      await expect.poll(() => ask(UNDER_WAY), poll).toEqual([0])
    },
    turnIs: async (state) => {
      await expect.poll(() => ask("select distinct state from turn where state <> 'ended'"), poll).toEqual([state])
    },
    killed: async () => {
      await house.bot.kill()
    },
  }
}
