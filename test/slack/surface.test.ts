/** What turns are told of people, and how long it is believed. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { AgentSurface } from '../../src/slack/agent/agent-surface.js'
import { EditBudget } from '../../src/slack/api/edit-budget.js'
import { Poster } from '../../src/slack/api/poster.js'
import { Streams } from '../../src/slack/api/streams.js'
import { createWebClient } from '../../src/slack/api/web.js'
import { SlackSurface } from '../../src/slack/surface.js'
import { Store } from '../../src/store/store.js'
import { slackFor, WORLD } from '../sandbox/slack/harness.js'
import { SilentLog } from '../turns/silent-log.js'
import { FakeClock } from './fake-clock.js'

const ANNA = { id: 'person-anna', team: WORLD.team.id, user: 'U0ANNA', identifier: null }
const MINUTE = 60_000

async function open() {
  const slack = await slackFor()
  const store = await Store.open(':memory:')
  onTestFinished(async () => await store.close())
  const clock = new FakeClock()
  const log = new SilentLog()
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const budget = new EditBudget({ perMinute: 45, clock })
  const surface = new SlackSurface({
    web,
    poster: new Poster(web, store.posts, WORLD.bot.userId),
    posts: store.posts,
    conversations: store.conversations,
    budget,
    streams: new Streams({ mode: 'edit', editsPerMinute: 45, clock, log }),
    agent: new AgentSurface({ web, firstWords: (id) => store.conversations.firstWords(id), clock, log }),
    log,
    rules: { slashCommand: '/inbox', unasked: [] },
    channelReplies: 'ask',
    identity: { userId: WORLD.bot.userId, botId: null, teamId: WORLD.team.id, enterpriseId: null },
    homeTeam: WORLD.team.id,
    homeEnterprise: null,
    allowGuests: false,
    clock,
  })
  const asked = () => slack.wire.entries.filter(({ method }) => method === 'users.info').length
  return { slack, surface, clock, asked }
}

it('a profile is believed for five minutes, then looked up again: whoever left meanwhile is not served', async () => {
  const { slack, surface, clock, asked } = await open()
  expect(await surface.profile(ANNA)).toMatchObject({ name: expect.any(String) })
  slack.changePerson(ANNA.user, { deleted: true })
  await clock.pass(5 * MINUTE - 1)
  expect(await surface.profile(ANNA)).toMatchObject({ name: expect.any(String) })
  expect(asked()).toBe(1)
  await clock.pass(1)
  expect(await surface.profile(ANNA)).toEqual({ problem: 'deactivated' })
  expect(asked()).toBe(2)
})

it.each([
  ['of this person', (surface: SlackSurface) => surface.forgetProfile(ANNA)],
  ['of whoever has this user id', (surface: SlackSurface) => surface.forgetUser(ANNA.user)],
])('a profile is looked up again at once where Slack says that something changed: %s', async (_, forget) => {
  const { slack, surface } = await open()
  await surface.profile(ANNA)
  slack.changePerson(ANNA.user, { deleted: true })
  forget(surface)
  expect(await surface.profile(ANNA)).toEqual({ problem: 'deactivated' })
})

describe('what one message holds besides its words', () => {
  it.each(['at the top', 'in a thread'])('is read from Slack: %s', async (where) => {
    const { slack, surface } = await open()
    const anna = slack.person(ANNA.user)
    const offer = anna.post('The offer ends on Friday', { channel: 'C0GENERAL' })
    const threadTs = where === 'in a thread' ? offer.ts : undefined
    const mention = '<@U0INBOXBOT> what is this?'
    const { channel, ts } = anna.share(offer, mention, { channel: 'C0GENERAL', ...(threadTs && { threadTs }) })
    anna.post('Later', { channel, threadTs: threadTs ?? ts })
    const rest = await surface.readMessage({ channel, threadTs: threadTs ?? ts }, ts)
    expect(rest?.forwarded).toMatchObject([{ words: { text: 'The offer ends on Friday' } }])
  })

  it('is nothing where Slack does not list it', async () => {
    const { surface } = await open()
    expect(await surface.readMessage({ channel: 'C0GENERAL', threadTs: '1.000000' }, '1.000000')).toBeNull()
  })
})
