import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Poster } from '../../../src/slack/api/poster.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { EXAMPLES } from '../../../src/slack/blocks/examples.js'
import { Welcome } from '../../../src/slack/home/welcome.js'
import type { Store } from '../../../src/store/store.js'
import { slackFor } from '../../sandbox/slack/harness.js'
import { incoming, journaled, openStore } from '../../store/fixture.js'
import { SilentLog } from '../../turns/silent-log.js'

const TEAM = 'T0NORTHWIND'
const ANNA = 'U0ANNA'

let store: Store
let log: SilentLog
let isGuest: boolean
let whileOpening: () => Promise<void>

beforeEach(async () => {
  store = await openStore()
  log = new SilentLog()
  isGuest = false
  whileOpening = async () => {}
})
afterEach(async () => {
  await store.close()
})

async function opened() {
  const slack = await slackFor()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const anna = slack.person(ANNA)
  const greeter = () =>
    new Welcome({
      people: store.people,
      posts: store.posts,
      poster: new Poster(web, store.posts, 'U0INBOXBOT'),
      work: store.personsWork,
      profile: async () => (isGuest ? { problem: 'guest' } : { name: 'Anna', timeZone: 'UTC', email: null }),
      directMessage: async () => {
        await whileOpening()
        return anna.dm
      },
      rules: { slashCommand: '/inbox' },
      log,
    })
  return { slack, anna, greeter }
}

describe('a welcome', () => {
  it('says what the bot does, with examples to press', async () => {
    const { anna, greeter } = await opened()
    await greeter().greet(TEAM, ANNA)
    const [message] = anna.messages(anna.dm)
    expect(message?.shown).toContain('*Hi!* I find, sum up, write, send and tidy email')
    expect(message?.shown).toContain('I ask you before I send or change anything')
    expect(message?.elements.map(({ label }) => label)).toEqual(EXAMPLES)
  })

  it('comes once, however often the app is opened, also at once and after a restart', async () => {
    const { anna, greeter } = await opened()
    const first = greeter()
    await Promise.all([first.greet(TEAM, ANNA), first.greet(TEAM, ANNA)])
    await first.greet(TEAM, ANNA)
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toHaveLength(1)
  })

  it('comes the next time where Slack did not take it', async () => {
    const { slack, anna, greeter } = await opened()
    slack.faults.next('chat.postMessage', { error: 'internal_error' })
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toEqual([])
    expect(log.lines).toMatchObject([{ level: 'warn', message: 'welcome not posted' }])
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toHaveLength(1)
  })

  it('is not for somebody who has asked something already', async () => {
    const { anna, greeter } = await opened()
    await journaled(store, incoming('10.0', { team: TEAM, user: ANNA, userTeam: TEAM }))
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toEqual([])
  })

  it('is not for somebody who writes while Slack is asked for their direct messages', async () => {
    const { anna, greeter } = await opened()
    whileOpening = async () => {
      await journaled(store, incoming('10.0', { team: TEAM, user: ANNA, userTeam: TEAM }))
    }
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toEqual([])
  })

  it('is not for somebody whom the bot does not work for', async () => {
    const { anna, greeter } = await opened()
    isGuest = true
    await greeter().greet(TEAM, ANNA)
    expect(anna.messages(anna.dm)).toEqual([])
  })
})
