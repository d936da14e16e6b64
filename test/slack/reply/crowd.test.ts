import type { WebClient } from '@slack/web-api'
import { expect, it, onTestFinished } from 'vitest'
import { answerOf } from '../../../bench/replies/answer.js'
import { plain, resultOf, type Sight, visibleLength } from '../../../bench/replies/staleness.js'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { Streams } from '../../../src/slack/api/streams.js'
import { FeedbackOffer } from '../../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../../src/slack/reply/reply-message.js'
import { Store } from '../../../src/store/store.js'
import { EMPTY_REPLY, type Reply } from '../../../src/turns/reply.js'
import type { Phase, ReplyView } from '../../../src/turns/view.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'

/** Many replies at once, in time that passes by itself: what people see, when, and what it costs. */

const SECONDS = 30
const LATENCY_MS = 60
const answer = answerOf(SECONDS)
const whole = plain(answer.markdown)

interface Call {
  readonly at: number
  readonly method: 'chat.postMessage' | 'chat.update'
  readonly channel: string
}

/** Messages by channel, and all calls. Each takes effect in the middle of its way there and back. */
class FakeSlack {
  readonly calls: Call[] = []
  /** Channels in which a message had a Stop button at any time. */
  readonly withStop = new Set<string>()
  readonly #messages = new Map<string, Map<string, string>>()
  readonly #blocks = new Map<string, unknown[]>()

  constructor(
    private readonly clock: FakeClock,
    private readonly onChange: (channel: string) => void,
  ) {}

  get client(): WebClient {
    const chat = {
      postMessage: (body: { channel: string; blocks: unknown[] }) =>
        this.#write('chat.postMessage', body.channel, `${this.calls.length + 1}.000001`, body.blocks),
      update: (body: { channel: string; ts: string; blocks: unknown[] }) =>
        this.#write('chat.update', body.channel, body.ts, body.blocks),
    }
    const client: unknown = { chat }
    return client as WebClient
  }

  /** What stands of the answer in a channel, message by message. */
  shown(channel: string): string[] {
    return [...(this.#messages.get(channel)?.values() ?? [])]
  }

  /** All blocks of a channel's messages, as text. */
  blocksOf(channel: string): string[] {
    return [...(this.#messages.get(channel)?.keys() ?? [])].map((ts) => JSON.stringify(this.#blocks.get(ts)))
  }

  async #write(method: Call['method'], channel: string, ts: string, blocks: unknown[]) {
    await this.clock.sleep(LATENCY_MS / 2)
    this.calls.push({ at: this.clock.now(), method, channel })
    const texts = blocks.flatMap((block) => (hasText(block) ? [block.text] : []))
    const messages = this.#messages.get(channel) ?? new Map<string, string>()
    this.#messages.set(channel, messages.set(ts, texts.join('')))
    this.#blocks.set(ts, blocks)
    if (JSON.stringify(blocks).includes('"Stop"')) this.withStop.add(channel)
    this.onChange(channel)
    await this.clock.sleep(LATENCY_MS / 2)
    return { ok: true, ts, channel }
  }
}

function hasText(block: unknown): block is { text: string } {
  return typeof block === 'object' && block !== null && 'type' in block && block.type === 'markdown' && 'text' in block
}

/** @param happens called with each reply when half of its text is there */
async function answered(count: number, happens: (reply: ReplyMessage, channel: string) => void = () => undefined) {
  const clock = new FakeClock()
  const store = await Store.open(':memory:')
  onTestFinished(() => store.close())
  const log = new SilentLog()
  const sights = new Map<string, Sight[]>()
  const begunAt = 1_000
  const slack = new FakeSlack(clock, (channel) => {
    const seen = sights.get(channel) ?? []
    sights.set(channel, seen)
    seen.push({ at: clock.now() - begunAt, visible: visibleLength(whole, plain(slack.shown(channel).join(''))) })
  })
  const web = slack.client
  const budget = new EditBudget({ perMinute: 45, clock })
  const streams = new Streams({ mode: 'edit', editsPerMinute: 45, clock, log })
  const reply = async (channel: string) => {
    const message = new ReplyMessage(
      {
        web,
        poster: new Poster(
          web,
          store.posts,
          'U0BOT',
          null,
          () => clock.now(),
          () => clock.now(),
        ),
        posts: store.posts,
        budget,
        streams,
        reader: { team: 'T1', user: 'U0ANNA' },
        feedback: new FeedbackOffer(() => clock.now()),
        log,
        clock,
        ownersDm: async () => channel,
        leave: async () => ({ channel, threadTs: '1.000001' }),
      },
      { audience: 'owner', turnId: channel, slashCommand: '/inbox' },
      { channel, threadTs: '1.000001' },
      () => undefined,
    )
    const show = (phase: Phase, rest: Partial<Reply> = {}) => message.show(viewOf(phase, { begun: true, ...rest }))
    message.hold()
    show({ type: 'starting' })
    await clock.sleep(begunAt)
    let text = ''
    for (const piece of answer.pieces) {
      const wait = begunAt + piece.at - clock.now()
      if (wait > 0) await clock.sleep(wait)
      text += piece.text
      if (piece === answer.pieces[answer.pieces.length >> 1]) happens(message, channel)
      show({ type: 'working' }, { preview: { messageId: 'm', text } })
    }
    show({ type: 'ended', ending: 'answered' }, { items: [{ type: 'text', id: 'm', text: answer.markdown }] })
    await message.settled()
    message.close()
  }
  const channels = Array.from({ length: count }, (_, index) => `C${index}`)
  await clock.during(Promise.all(channels.map(reply)))
  const results = channels.map((channel) => resultOf(answer, sights.get(channel) ?? [], clock.now()))
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length / 1_000
  return {
    slack,
    channels,
    age: mean(results.flatMap(({ ages }) => ages)),
    first: Math.max(...results.map(({ firstMs }) => firstMs ?? Number.POSITIVE_INFINITY)) / 1_000,
    late: Math.max(...results.map(({ lateMs }) => lateMs ?? Number.POSITIVE_INFINITY)) / 1_000,
    messages: channels.map((channel) => slack.shown(channel).length),
  }
}

function viewOf(phase: Phase, reply: Partial<Reply>): ReplyView {
  return {
    phase,
    reply: { ...EMPTY_REPLY, ...reply },
    approvals: [],
    ownerName: 'Anna',
    mailboxAddress: null,
    notice: null,
    cutOff: null,
    saysHowToGoOn: false,
    tookMs: null,
  }
}

/** The most calls of a kind in any window, in one channel or in all together. */
function most(calls: readonly Call[], windowMs: number): number {
  return Math.max(
    0,
    ...calls.map(({ at }) => calls.filter((other) => other.at > at - windowMs && other.at <= at).length),
  )
}

it.each([
  [1, 0.55, 0.5],
  [5, 2.7, 0.5],
  [20, 6, 2],
  [50, 6.5, 5],
])('%i at once: text is %f s old on average, and all of it is there %f s after the end', async (count, age, late) => {
  const seen = await answered(count)
  expect(seen.age).toBeLessThan(age)
  expect(seen.late).toBeLessThan(late)
  expect(seen.first).toBeLessThan(1.5)
  const { calls } = seen.slack
  expect(
    most(
      calls.filter(({ method }) => method === 'chat.update'),
      60_000,
    ),
  ).toBeLessThanOrEqual(50)
  for (const channel of seen.channels) {
    const posts = calls.filter((call) => call.method === 'chat.postMessage' && call.channel === channel)
    expect(most(posts, 1_000)).toBeLessThanOrEqual(1)
    expect(plain(seen.slack.shown(channel).join(''))).toBe(whole)
    // Nothing of what only a growing reply holds is left.
    expect(seen.slack.blocksOf(channel).join('')).not.toMatch(/Stop|Writing/)
  }
  if (count <= 5) expect(seen.messages).toEqual(seen.messages.map(() => 1))
})

it('six at once have no Stop button of their own, and have one where nothing beside them stops them any more', async () => {
  const { slack } = await answered(6, (reply, channel) => {
    if (channel === 'C3') reply.release()
  })
  expect([...slack.withStop]).toEqual(['C3'])
})

it('a few at once say what the agent does, and have a Stop button', async () => {
  const { slack, channels } = await answered(5)
  expect([...slack.withStop].sort()).toEqual(channels)
})
