import { type ViewsPublishArguments, WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ReadSchedule, Schedule } from '../../../src/slack/blocks/scheduled-list.js'
import { Home } from '../../../src/slack/home/home.js'
import type { Store } from '../../../src/store/store.js'
import { ConnectionWatch } from '../../../src/turns/connections/connection-watch.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { ANNA, openStore, TEAM } from '../../store/fixture.js'
import { FakeClock } from '../../turns/fake-clock.js'
import { SilentLog } from '../../turns/silent-log.js'
import { AT, mail } from '../blocks/outgoing-views.js'

let store: Store
let shown: string[]
let home: Home
let schedule: ReadSchedule
let isConnected: boolean
let clock: FakeClock
let waiting: () => Promise<string[]>

const ONE: Schedule = {
  mails: [{ id: 'a1', dueAt: AT, conversationId: 'c1', mail: mail() }],
  timeZone: 'UTC',
}
const NONE: Schedule = { mails: [], timeZone: 'UTC' }

beforeEach(async () => {
  store = await openStore()
  shown = []
  schedule = async () => ONE
  isConnected = true
  clock = new FakeClock()
  waiting = async () => []
  const log = new SilentLog()
  const web = new WebClient('xoxb-1')
  web.views.publish = async (options: ViewsPublishArguments) => {
    shown.push(JSON.stringify(options))
    return { ok: true }
  }
  const connections = {
    state: async () => (isConnected ? ('connected' as const) : ('missing' as const)),
    link: async () => ({ url: 'https://connect.example/1', expiresAt: clock.now() + 3_600_000 }),
    disconnect: async () => true,
  }
  home = new Home({
    web,
    people: store.people,
    endings: store.accessEndings,
    connections,
    watch: new ConnectionWatch(connections, clock, log),
    mailboxes: { address: async () => 'anna@northwind.example' },
    profile: async () => ({ name: 'Anna', timeZone: 'UTC', email: null }),
    identifierOf: () => 'slack:T1:anna',
    rules: { slashCommand: '/inbox' },
    answers: {
      waiting: async () => await waiting(),
      recent: async () => '*Your recent conversations*',
    },
    settings: { channelReplies: 'ask', undoMs: 10_000, replyStreaming: 'edit' },
    schedule: (person) => schedule(person),
    now: () => clock.now(),
    log,
  })
})
afterEach(async () => {
  await store.close()
})

async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('what waits for its time, in the Home tab', () => {
  it('is listed with its button, and follows what happens to it', async () => {
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).toContain('Email to Rosa Diaz')
    expect(shown.at(-1)).toContain('schedule_cancel')
    schedule = async () => NONE
    await home.refresh(await store.people.ensure(TEAM, ANNA))
    expect(shown.at(-1)).not.toContain('schedule_cancel')
    expect(shown.at(-1)).toContain('No emails are scheduled.')
  })

  it('is left out for those who are not connected and have none', async () => {
    isConnected = false
    schedule = async () => NONE
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).toContain("isn't connected")
    expect(shown.at(-1)).not.toContain('Scheduled')
  })

  it('does not keep the rest from showing where it cannot be told', async () => {
    schedule = async () => await Promise.reject(new Unavailable('slack', 'no answer'))
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).toContain('*Connected:* anna@northwind.example')
    expect(shown.at(-1)).toContain("I can't show your scheduled emails right now.")
  })

  it('is never shown as it was before, however long an earlier look takes', async () => {
    const person = await store.people.ensure(TEAM, ANNA)
    let answer: ((schedule: Schedule) => void) | undefined
    schedule = () => new Promise((resolve) => (answer = resolve))
    const opening = home.open(TEAM, ANNA)
    await expect.poll(() => answer).toBeDefined()
    schedule = async () => NONE
    const refreshing = home.refresh(person)
    // Without an order of its own, the later look would be done by now.
    await Promise.race([refreshing, turnsOfTheLoop(100)])
    answer?.(ONE)
    await Promise.all([opening, refreshing])
    expect(shown).toHaveLength(2)
    expect(shown.at(-1)).toContain('No emails are scheduled.')
  })
})

describe('an open Home tab', () => {
  const anna = async () => await store.people.ensure(TEAM, ANNA)
  const one = async () => ['*1 request is waiting for you*']

  it('follows the requests of its visitor', async () => {
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).toContain('Nothing is waiting for you.')
    waiting = one
    await home.workChanged(await anna())
    expect(shown.at(-1)).toContain('1 request is waiting for you')
  })

  it('is shown anew once for all that comes to rest before its turn', async () => {
    await home.open(TEAM, ANNA)
    const person = await anna()
    await Promise.all([home.workChanged(person), home.workChanged(person), home.workChanged(person)])
    expect(shown.length).toBeLessThanOrEqual(3)
    waiting = one
    await home.workChanged(person)
    expect(shown.at(-1)).toContain('1 request is waiting for you')
  })

  it('follows nothing before it was opened, and no longer than it is likely to be looked at', async () => {
    await home.workChanged(await anna())
    expect(shown).toEqual([])
    await home.open(TEAM, ANNA)
    await clock.advance(10 * 60_000 + 1)
    await home.workChanged(await anna())
    expect(shown).toHaveLength(1)
    await home.open(TEAM, ANNA)
    await home.workChanged(await anna())
    expect(shown).toHaveLength(3)
  })

  it('keeps its help unfolded until it is opened again', async () => {
    await home.open(TEAM, ANNA, true)
    expect(shown.at(-1)).toContain('/inbox threads')
    await home.refresh(await anna())
    expect(shown.at(-1)).toContain('/inbox threads')
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).not.toContain('/inbox threads')
  })

  it('says so where its requests cannot be told', async () => {
    waiting = async () => await Promise.reject(new Unavailable('slack', 'no answer'))
    await home.open(TEAM, ANNA)
    expect(shown.at(-1)).toContain("I can't list your requests right now.")
    expect(shown.at(-1)).not.toContain('Nothing is waiting')
  })
})
