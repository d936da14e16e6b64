import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { Poster, type PostTarget } from '../../../src/slack/api/poster.js'
import { createWebClient, SlackRefused } from '../../../src/slack/api/web.js'
import { Store } from '../../../src/store/store.js'
import { Unavailable } from '../../../src/turns/ports.js'
import { slackFor, WORLD } from '../../sandbox/slack/harness.js'
import { SilentLog } from '../../turns/silent-log.js'

const CHANNEL = 'C0GENERAL'
const KEY = { subject: 'turn-1', place: 'reply', part: 0 } as const

let store: Store

beforeEach(async () => {
  store = await Store.open(':memory:')
})
afterEach(async () => {
  await store.close()
})

const content = (text: string) => ({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } } as const] })

async function open() {
  const slack = await slackFor()
  const poster = new Poster(
    createWebClient(slack.botToken, slack.apiUrl, new SilentLog()),
    store.posts,
    WORLD.bot.userId,
  )
  const anna = slack.person('U0ANNA')
  const { ts: threadTs } = anna.post('the first message of a thread', { channel: CHANNEL })
  const posted = () => anna.thread(CHANNEL, threadTs).filter((message) => message.user === WORLD.bot.userId)
  return { slack, poster, anna, posted, thread: { channel: CHANNEL, threadTs } satisfies PostTarget }
}

describe('a message of the bot', () => {
  it('is posted once, however often it is asked for', async () => {
    const { poster, posted, thread } = await open()
    const first = await poster.post(KEY, thread, content('Hello'))
    expect(first.isNew).toBe(true)
    expect(await poster.post(KEY, thread, content('Hello again'))).toEqual({
      ts: first.ts,
      isNew: false,
      isStream: false,
    })
    expect(posted().map((message) => message.ts)).toEqual([first.ts])
  })

  it('whose answer was lost is found, not posted again', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await expect(poster.post(KEY, thread, content('Hello'))).rejects.toBeInstanceOf(Unavailable)
    const [there] = posted()
    // It may say something older than what is wanted by now: whoever asked has to look after that.
    expect(await poster.post(KEY, thread, content('Hello, newer'))).toEqual({
      ts: there?.ts,
      isNew: false,
      isStream: false,
    })
    expect(posted()).toHaveLength(1)
  })

  it('at the top of a channel is found there, too', async () => {
    const { slack, poster, anna } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    const target = { channel: anna.openDm() }
    await expect(poster.post(KEY, target, content('Hello'))).rejects.toBeInstanceOf(Unavailable)
    expect(await poster.post(KEY, target, content('Hello'))).toMatchObject({ isNew: false, isStream: false })
    expect(anna.messages(target.channel).filter((message) => message.user === WORLD.bot.userId)).toHaveLength(1)
  })

  it('that never arrived is posted', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { dropRequest: true })
    await expect(poster.post(KEY, thread, content('Hello'))).rejects.toBeInstanceOf(Unavailable)
    expect(posted()).toEqual([])
    expect(await poster.post(KEY, thread, content('Hello'))).toMatchObject({ isNew: true, isStream: false })
    expect(posted()).toHaveLength(1)
  })

  it('is found by a process that only finds the note of it', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await poster.post(KEY, thread, content('Hello')).catch(() => {})
    const next = new Poster(
      createWebClient(slack.botToken, slack.apiUrl, new SilentLog()),
      store.posts,
      WORLD.bot.userId,
    )
    await next.post(KEY, thread, content('Hello'))
    expect(posted()).toHaveLength(1)
    expect((await store.posts.of(KEY.subject, KEY.place))[0]?.ts).toBe(posted()[0]?.ts)
  })

  it('is not posted while it cannot be known whether it is there', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await poster.post(KEY, thread, content('Hello')).catch(() => {})
    slack.faults.next('conversations.replies', { status: 503 })
    await expect(poster.post(KEY, thread, content('Hello'))).rejects.toBeInstanceOf(Unavailable)
    expect(posted()).toHaveLength(1)
  })

  it('is not taken for another: other parts, places and subjects are messages of their own', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await poster.post(KEY, thread, content('Hello')).catch(() => {})
    for (const key of [
      { ...KEY, part: 1 },
      { ...KEY, place: 'card' as const },
      { ...KEY, subject: 'turn-11' },
    ]) {
      await store.posts.announce(key, CHANNEL)
      expect(await poster.post(key, thread, content('Another'))).toMatchObject({ isNew: true, isStream: false })
    }
    expect(posted()).toHaveLength(4)
  })

  it('that Slack refuses is told as refused, with the code', async () => {
    const { poster } = await open()
    const refused = poster.post(KEY, { channel: 'C0NOWHERE' }, content('Hello'))
    await expect(refused).rejects.toBeInstanceOf(SlackRefused)
    await expect(refused).rejects.toMatchObject({ code: 'channel_not_found' })
  })

  it('that is throttled is told as such, with the time to wait', async () => {
    const { slack, poster, posted, thread } = await open()
    slack.faults.next('chat.postMessage', { retryAfter: 7 })
    await expect(poster.post(KEY, thread, content('Hello'))).rejects.toMatchObject({
      service: 'slack',
      retryAfterMs: 7_000,
    })
    expect(posted()).toEqual([])
    // Until then no post is even tried: each would only be refused, and counted.
    const other = poster.post({ ...KEY, subject: 'turn-2' }, thread, content('Hello'))
    await expect(other).rejects.toMatchObject({ service: 'slack', retryAfterMs: expect.any(Number) })
    expect(slack.wire.entries.filter((entry) => entry.method === 'chat.postMessage')).toHaveLength(1)
  })
})

describe('a 429 that says to wait for no time at all', () => {
  it.each([0, -1])('is waited out with growing pauses all the same: %j', async (retryAfter) => {
    const { slack, thread } = await open()
    const clock = { now: 0 }
    const web = createWebClient(slack.botToken, slack.apiUrl, new SilentLog())
    const poster = new Poster(
      web,
      store.posts,
      WORLD.bot.userId,
      null,
      () => null,
      () => clock.now,
    )
    slack.faults.next('chat.postMessage', { retryAfter }, 3)
    const tries = () => slack.wire.entries.filter((entry) => entry.method === 'chat.postMessage').length
    for (const [index, pause] of [1_000, 2_000, 4_000].entries()) {
      await expect(poster.post(KEY, thread, content('Hello'))).rejects.toMatchObject({ retryAfterMs: pause })
      clock.now += pause - 1
      await expect(poster.post(KEY, thread, content('Hello'))).rejects.toMatchObject({ retryAfterMs: 1 })
      expect(tries()).toBe(index + 1)
      clock.now += 1
    }
    expect(await poster.post(KEY, thread, content('Hello'))).toMatchObject({ isNew: true })
  })
})

/** A Slack of a few lines, for what people cannot do in a real one: messages of other apps, many pages. */
async function slackOf(pages: readonly (readonly Record<string, unknown>[])[]) {
  const calls: { method: string; body: URLSearchParams }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const body = new URLSearchParams(text)
      const method = request.url?.split('/').at(-1) ?? ''
      calls.push({ method, body })
      const page = Number(body.get('cursor') ?? 0)
      const answer =
        method === 'chat.postMessage'
          ? { ok: true, ts: '99.000001', channel: body.get('channel') }
          : {
              ok: true,
              messages: pages[page] ?? [],
              response_metadata: { next_cursor: page + 1 < pages.length ? String(page + 1) : '' },
            }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const web = createWebClient('xoxb-1', `http://127.0.0.1:${port}/api/`, new SilentLog())
  return { calls, poster: new Poster(web, store.posts, 'U0BOT', 'B0BOT') }
}

const marked = (ts: string, user: string, key = 'turn-1:reply:0') => ({
  type: 'message',
  user,
  ts,
  text: 'x',
  metadata: { event_type: 'inbox_post', event_payload: { key } },
})

describe('looking for a message', () => {
  it.each([
    ['ahead', 86_400_000],
    ['behind', -86_400_000],
  ])('uses Slack’s time where the host’s clock is a day %s: nothing is posted twice', async (_, ahead) => {
    const slack = await slackFor()
    const anna = slack.person('U0ANNA')
    const dm = anna.openDm()
    const wrong = await Store.open(':memory:', () => Date.now() + ahead)
    onTestFinished(async () => await wrong.close())
    const web = createWebClient(slack.botToken, slack.apiUrl, new SilentLog())
    const poster = new Poster(web, wrong.posts, WORLD.bot.userId, null, () => Date.now())
    slack.faults.next('chat.postMessage', { dropAnswer: true })
    await expect(poster.post(KEY, { channel: dm }, content('Hello'))).rejects.toBeInstanceOf(Unavailable)
    expect(await poster.post(KEY, { channel: dm }, content('Hello'))).toMatchObject({ isNew: false })
  })

  it('has no beginning where Slack’s time is not known', async () => {
    const { poster, calls } = await slackOf([[]])
    await store.posts.announce(KEY, CHANNEL, null)
    await poster.post(KEY, { channel: CHANNEL, threadTs: '1.0' }, content('Hello'))
    expect(calls[0]?.body.has('oldest')).toBe(false)
  })

  it.each([
    ['of somebody else with the same mark: any app can write one', [marked('5.0', 'U0OTHER')]],
    ["of somebody else's bot", [{ ...marked('5.0', ''), user: undefined, bot_id: 'B0OTHER' }]],
    ['with the mark of another turn', [marked('5.0', 'U0BOT', 'turn-2:reply:0')]],
    ['without a mark', [{ type: 'message', user: 'U0BOT', ts: '5.0', text: 'x' }]],
    [
      'with a mark of another kind',
      [{ ...marked('5.0', 'U0BOT'), metadata: { event_type: 'other', event_payload: { key: 'turn-1:reply:0' } } }],
    ],
    [
      'with a mark that is no text',
      [{ ...marked('5.0', 'U0BOT'), metadata: { event_type: 'inbox_post', event_payload: { key: 7 } } }],
    ],
  ])('does not take one %s', async (_, messages) => {
    await store.posts.announce(KEY, CHANNEL)
    const { poster } = await slackOf([messages])
    expect(await poster.post(KEY, { channel: CHANNEL, threadTs: '1.0' }, content('Hello'))).toEqual({
      ts: '99.000001',
      isNew: true,
      isStream: false,
    })
  })

  it('knows its own by the id of the bot where no user is named', async () => {
    await store.posts.announce(KEY, CHANNEL)
    const { poster } = await slackOf([[{ ...marked('5.0', ''), user: undefined, bot_id: 'B0BOT' }]])
    const posted = await poster.post(KEY, { channel: CHANNEL, threadTs: '1.0' }, content('Hello'))
    expect(posted).toEqual({ ts: '5.0', isNew: false, isStream: false })
  })

  it('reads on until it is found, from a little before it was noted', async () => {
    await store.posts.announce(KEY, CHANNEL)
    const [post] = await store.posts.of(KEY.subject, KEY.place)
    const { poster, calls } = await slackOf([[], [marked('4.0', 'U0OTHER')], [marked('5.0', 'U0BOT')], []])
    expect(await poster.post(KEY, { channel: CHANNEL, threadTs: '1.0' }, content('Hello'))).toEqual({
      ts: '5.0',
      isNew: false,
      isStream: false,
    })
    expect(calls.map((call) => call.method)).toEqual(Array.from({ length: 3 }, () => 'conversations.replies'))
    const oldest = Number(calls[0]?.body.get('oldest'))
    expect(oldest).toBeLessThan((post?.announcedAt ?? 0) / 1_000)
    expect(calls[0]?.body.get('include_all_metadata')).toBe('true')
  })
})

describe('what is sent to Slack', () => {
  it('unfurls nothing, parses nothing, and is marked with nothing but an opaque key', async () => {
    const { poster, calls } = await slackOf([])
    await poster.post(KEY, { channel: CHANNEL, threadTs: '1.0' }, content('Hello'))
    const [post] = calls
    expect(Object.fromEntries(post?.body ?? [])).toMatchObject({
      channel: CHANNEL,
      thread_ts: '1.0',
      unfurl_links: 'false',
      unfurl_media: 'false',
      parse: 'none',
    })
    expect(JSON.parse(post?.body.get('metadata') ?? '')).toEqual({
      event_type: 'inbox_post',
      event_payload: { key: 'turn-1:reply:0' },
    })
  })
})
