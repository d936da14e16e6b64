import type { ChatPostMessageArguments } from '@slack/web-api'
import { expect, it, onTestFinished } from 'vitest'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { Streams } from '../../../src/slack/api/streams.js'
import { createWebClient } from '../../../src/slack/api/web.js'
import { FeedbackOffer } from '../../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../../src/slack/reply/reply-message.js'
import { Store } from '../../../src/store/store.js'
import { EMPTY_VIEW, type ReplyView } from '../../../src/turns/view.js'
import { slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { FakeClock } from '../../turns/fake-clock.js'
import { SilentLog } from '../../turns/silent-log.js'

/** A post that timed out, and is on its way to Slack still when its reply is removed. */

const CHANNEL = 'C0GENERAL'

const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 20_000 })

const ON_IT: ReplyView = {
  ...EMPTY_VIEW,
  phase: { type: 'starting' },
}

/** A reply that was removed while nobody knew whether its post arrived. */
async function removed() {
  const slack = await slackFor()
  const store = await Store.open(':memory:')
  onTestFinished(async () => await store.close())
  const log = new SilentLog()
  const clock = new FakeClock()
  const arrival = slack.faults.hold('chat.postMessage')
  onTestFinished(() => arrival.release())
  const web = createWebClient(slack.botToken, slack.apiUrl, log)
  const post = web.chat.postMessage
  const gaveUp = arrival.reached.then(() => {
    throw new Error('The operation was aborted due to timeout')
  })
  // The request itself goes on, as one does that a client has given up.
  web.chat.postMessage = async (message: ChatPostMessageArguments) => await Promise.race([post(message), gaveUp])
  const anna = slack.person('U0ANNA')
  const { ts: threadTs } = anna.post('a question', { channel: CHANNEL })
  const reply = new ReplyMessage(
    {
      web,
      poster: new Poster(web, store.posts, WORLD.bot.userId),
      posts: store.posts,
      budget: new EditBudget({ perMinute: 45, clock }),
      streams: new Streams({ mode: 'edit', editsPerMinute: 45, clock, log }),
      reader: { team: WORLD.team.id, user: 'U0ANNA' },
      feedback: new FeedbackOffer(() => 0),
      log,
      clock,
      ownersDm: async () => anna.dm,
      leave: async () => ({ channel: anna.dm, threadTs }),
    },
    { audience: 'owner', turnId: 'turn-1', slashCommand: '/inbox' },
    { channel: CHANNEL, threadTs },
    () => {},
  )
  reply.show(ON_IT)
  await arrival.reached
  await eventually(() => log.lines.map(({ message }) => message)).toContain('slack post failed: it is tried again')
  await reply.remove()
  reply.close()
  const shown = () =>
    anna
      .thread(CHANNEL, threadTs)
      .filter(({ user }) => user === WORLD.bot.userId)
      .map((message) => message.shown)
  const lookUps = () => slack.wire.entries.filter(({ method }) => method === 'conversations.replies').length
  return { clock, store, arrival, shown, lookUps }
}

it('a post that arrives after its reply was removed is found and deleted', async () => {
  const { clock, store, arrival, shown } = await removed()
  expect(shown()).toEqual([])
  arrival.release()
  await eventually(shown).toEqual(['👀 On it…'])
  await clock.advance(5_000)
  await eventually(shown).toEqual([])
  await eventually(() => store.posts.of('turn-1', 'reply')).toEqual([])
})

it('a post that arrives later still is found at a later look', async () => {
  const { clock, arrival, shown, lookUps } = await removed()
  const before = lookUps()
  await clock.advance(5_000)
  await eventually(() => lookUps() - before).toBe(1)
  await eventually(() => clock.waiting).toBe(1)
  arrival.release()
  await eventually(shown).toEqual(['👀 On it…'])
  await clock.advance(30_000)
  await eventually(shown).toEqual([])
})

it('a post that never arrives is looked for three times and then forgotten', async () => {
  const { clock, store, lookUps } = await removed()
  const before = lookUps()
  for (const [look, ms] of [5_000, 30_000, 120_000].entries()) {
    await eventually(() => clock.waiting).toBe(1)
    await clock.advance(ms)
    await eventually(() => lookUps() - before).toBe(look + 1)
  }
  await eventually(() => store.posts.of('turn-1', 'reply')).toEqual([])
  await eventually(() => clock.waiting).toBe(0)
})
