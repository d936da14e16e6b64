import type { WebClient } from '@slack/web-api'
import { expect, it, onTestFinished } from 'vitest'
import { answerOf } from '../../../bench/replies/answer.js'
import { plain, resultOf, type Sight, visibleLength } from '../../../bench/replies/staleness.js'
import { EditBudget } from '../../../src/slack/api/edit-budget.js'
import { Poster } from '../../../src/slack/api/poster.js'
import { type ReplyStreaming, Streams } from '../../../src/slack/api/streams.js'
import { FeedbackOffer } from '../../../src/slack/reply/feedback-offer.js'
import { ReplyMessage } from '../../../src/slack/reply/reply-message.js'
import { Store } from '../../../src/store/store.js'
import { EMPTY_REPLY, type Reply } from '../../../src/turns/reply.js'
import { EMPTY_VIEW, type Phase, type ReplyView } from '../../../src/turns/view.js'
import { SilentLog } from '../../turns/silent-log.js'
import { FakeClock } from '../fake-clock.js'

/** Many replies at once, in time that passes by itself: what people see, when, and what it costs. */

const SECONDS = 30
const LATENCY_MS = 60
const answer = answerOf(SECONDS)
const whole = plain(answer.markdown)

interface Call {
  readonly at: number
  readonly method: 'chat.postMessage' | 'chat.update' | 'chat.startStream' | 'chat.appendStream' | 'chat.stopStream'
  readonly channel: string
}

/** Messages by channel, and all calls. Each takes effect in the middle of its way there and back. */
class FakeSlack {
  readonly calls: Call[] = []
  /** Channels in which a message had a Stop button at any time. */
  readonly withStop = new Set<string>()
  #made = 0
  readonly #messages = new Map<string, Map<string, string>>()
  readonly #blocks = new Map<string, unknown[]>()

  constructor(
    private readonly clock: FakeClock,
    private readonly onChange: (channel: string) => void,
  ) {}

  get client(): WebClient {
    const next = () => {
      this.#made += 1
      return `${this.#made}.000001`
    }
    const chat = {
      postMessage: ({ channel, blocks }: { channel: string; blocks: unknown[] }) =>
        this.#call('chat.postMessage', channel, next(), (ts) => this.#stand(channel, ts, textOf(blocks), blocks)),
      update: ({ channel, ts: at, blocks }: { channel: string; ts: string; blocks: unknown[] }) =>
        this.#call('chat.update', channel, at, (ts) => this.#stand(channel, ts, textOf(blocks), blocks)),
      startStream: ({ channel, chunks }: { channel: string; chunks: unknown[] }) =>
        this.#call('chat.startStream', channel, next(), (ts) => this.#stand(channel, ts, '', chunks)),
      appendStream: ({ channel, ts: at, chunks }: { channel: string; ts: string; chunks: unknown[] }) =>
        this.#call('chat.appendStream', channel, at, (ts) =>
          this.#stand(channel, ts, `${this.#messages.get(channel)?.get(ts) ?? ''}${textOf(chunks)}`, chunks),
        ),
      stopStream: ({ channel, ts: at, chunks = [] }: { channel: string; ts: string; chunks?: unknown[] }) =>
        this.#call('chat.stopStream', channel, at, (ts) =>
          this.#stand(channel, ts, `${this.#messages.get(channel)?.get(ts) ?? ''}${textOf(chunks)}`, chunks),
        ),
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

  async #call(method: Call['method'], channel: string, ts: string, take: (ts: string) => void) {
    await this.clock.sleep(LATENCY_MS / 2)
    this.calls.push({ at: this.clock.now(), method, channel })
    take(ts)
    this.onChange(channel)
    await this.clock.sleep(LATENCY_MS / 2)
    return { ok: true, ts, channel }
  }

  #stand(channel: string, ts: string, text: string, blocks: unknown[]): void {
    const messages = this.#messages.get(channel) ?? new Map<string, string>()
    this.#messages.set(channel, messages.set(ts, text))
    this.#blocks.set(ts, blocks)
    if (JSON.stringify(blocks).includes('"Stop"')) this.withStop.add(channel)
  }
}

function textOf(blocks: unknown[]): string {
  return blocks.map((block) => (hasText(block) ? block.text : '')).join('')
}

function hasText(block: unknown): block is { text: string } {
  return (
    typeof block === 'object' &&
    block !== null &&
    'type' in block &&
    'text' in block &&
    /^markdown/.test(String(block.type))
  )
}

/** @param happens called with each reply when half of its text is there */
async function answered(
  count: number,
  mode: ReplyStreaming = 'edit',
  happens: (reply: ReplyMessage, channel: string) => void = () => undefined,
) {
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
  const streams = new Streams({ mode, editsPerMinute: 45, clock, log })
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
    ...EMPTY_VIEW,
    phase,
    reply: { ...EMPTY_REPLY, ...reply },
    ownerName: 'Anna',
  }
}

/** The most calls of a kind in any window, in one channel or in all together. */
function most(calls: readonly Call[], windowMs: number): number {
  return Math.max(
    0,
    ...calls.map(({ at }) => calls.filter((other) => other.at > at - windowMs && other.at <= at).length),
  )
}

it.each<[number, ReplyStreaming, number, number, number]>([
  [1, 'edit', 0.55, 0.2, 0.5],
  [5, 'edit', 2.7, 1, 0.5],
  [20, 'edit', 6, 1.5, 2],
  [50, 'edit', 6.5, 3, 5],
  [1, 'auto', 0.3, 0.5, 0.5],
  [5, 'auto', 0.95, 1, 2],
  [20, 'auto', 4, 1.5, 2],
  [50, 'auto', 6.5, 3, 5],
])(
  '%i at once (%s): text is %f s old, first words come within %f s, the end within %f s',
  async (count, mode, age, first, late) => {
    const seen = await answered(count, mode)
    expect(seen.age).toBeLessThan(age)
    expect(seen.late).toBeLessThan(late)
    expect(seen.first).toBeLessThan(first)
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
  },
)

it('six at once have no Stop button of their own, and have one where nothing beside them stops them any more', async () => {
  const { slack } = await answered(6, 'edit', (reply, channel) => {
    if (channel === 'C3') reply.release()
  })
  expect([...slack.withStop]).toEqual(['C3'])
})

it('a few at once say what the agent does, and have a Stop button', async () => {
  const { slack, channels } = await answered(5)
  expect([...slack.withStop].sort()).toEqual(channels)
})
