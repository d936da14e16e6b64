import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Claude } from '../../src/agent/claude.js'
import { type FollowPace, followSession } from '../../src/agent/event-log.js'
import type { BrainTurn } from '../../src/sandbox/agents/session/brain.js'
import type { AgentEvent, LogPosition, PersistedEvent } from '../../src/turns/events.js'
import { OperatorProblem, SessionGone, Unavailable } from '../../src/turns/ports.js'
import { ANNA, BRISK, conversationOf, Platform, rejection } from './platform.js'

let platform: Platform
let sessionId: string
let abort: AbortController

/** Never gets impatient: what a test waits for then comes from the stream alone. */
const PATIENT: FollowPace = { ...BRISK, silenceMs: 1_000_000 }

async function start(options: Parameters<typeof Platform.start>[0] = {}): Promise<void> {
  platform = await Platform.start(options)
  await platform.setUp()
  platform.scalekit.connect(ANNA.identifier, 'anna@northwind.example')
  const grant = await platform.virtualAccess().grant(ANNA)
  sessionId = await platform.agent().createSession(conversationOf(ANNA), grant, 'Title')
  abort = new AbortController()
}

beforeEach(() => start())

afterEach(async () => {
  abort.abort()
  await platform.close()
})

const send = (text = 'What is new?') =>
  platform.agent().sendMessages(sessionId, [{ reference: 'r', context: 'reference: r', text }])

const isEndOfTurn = (event: AgentEvent): boolean => event.type === 'idle' && event.reason !== 'requires_action'
const isPersisted = (event: AgentEvent): event is PersistedEvent => 'id' in event

/** A feed that a test reads a stretch at a time. */
class Reader {
  readonly events: AgentEvent[] = []
  readonly #feed
  readonly #iterator

  constructor(after: LogPosition | null = null, pace = BRISK, signal = abort.signal, claude = platform.claude) {
    this.#feed = followSession(claude, sessionId, after, signal, pace)
    this.#iterator = this.#feed[Symbol.asyncIterator]()
  }

  get opened(): Promise<void> {
    return this.#feed.opened
  }

  async until(isLast: (event: AgentEvent) => boolean): Promise<AgentEvent> {
    for (;;) {
      const { value, done } = await this.#iterator.next()
      if (done === true) throw new Error(`the feed ended after ${this.events.map(({ type }) => type).join(', ')}`)
      this.events.push(value)
      if (isLast(value)) return value
    }
  }

  next = () => this.#iterator.next()

  get types(): string[] {
    return this.events.map(({ type }) => type)
  }

  get persisted(): PersistedEvent[] {
    return this.events.filter(isPersisted)
  }

  /** What somebody who only reads previews has seen of each message. */
  get previews(): Map<string, string> {
    const texts = new Map<string, string>()
    for (const event of this.events) {
      if (event.type === 'preview_text') texts.set(event.messageId, (texts.get(event.messageId) ?? '') + event.text)
    }
    return texts
  }
}

/** The ids of what the session's log holds, in its order. */
const logged = () =>
  platform.agents.driver
    .events(sessionId)
    .filter(({ processed_at }) => typeof processed_at === 'string')
    .map(({ id }) => id)

const position = (event: AgentEvent | undefined): LogPosition => {
  if (event === undefined || !isPersisted(event)) throw new Error('not a position')
  return { id: event.id, at: event.at }
}

const isText = (text: string) => (event: AgentEvent) => event.type === 'message' && event.text === text

/** A turn that a test takes step by step. */
function steps(): { say(text: string): Promise<void>; finish(): void } {
  let begin: (turn: BrainTurn) => void = () => undefined
  let finish = (): void => undefined
  const begun = new Promise<BrainTurn>((resolve) => (begin = resolve))
  platform.brain.next((turn) => {
    begin(turn)
    return new Promise<void>((resolve, reject) => {
      finish = resolve
      turn.signal.addEventListener('abort', () => reject(turn.signal.reason))
    })
  })
  return { say: async (text) => (await begun).say(text), finish: () => finish() }
}

describe('a feed', () => {
  it('brings every event of a turn once and in order, with previews that add up to the message', async () => {
    const answer = 'A long answer, word by word, in **Markdown**.\n\nAnd a second paragraph.'
    platform.brain.next(async (turn) => {
      await turn.callTools([{ name: 'gmail_get_profile', input: {} }])
      await turn.say(answer)
    })
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
    const message = reader.persisted.find(({ type }) => type === 'message')
    expect(message).toMatchObject({ text: answer })
    expect(reader.previews.get(message?.id ?? '')).toBe(answer)
    expect(reader.types.indexOf('preview_text')).toBeLessThan(reader.types.indexOf('message'))
    expect(reader.types.filter((type) => type === 'message_received')).toHaveLength(1)
  })

  it('misses nothing that happens between its opening and its first reading', async () => {
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await vi.waitFor(() => expect(platform.agents.driver.events(sessionId).at(-1)?.type).toBe('session.status_idle'))
    await reader.until(isEndOfTurn)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
  })

  it('replays a turn from before it was opened, and goes on from there', async () => {
    await send()
    const first = new Reader()
    await first.until(isEndOfTurn)
    const again = new Reader()
    await again.until(isEndOfTurn)
    expect(again.persisted).toEqual(first.persisted)
    const turn = steps()
    await send()
    await turn.say('Live.')
    await again.until(isText('Live.'))
    turn.finish()
  })

  it('starts after a position, with more events behind it than fit a page', async () => {
    platform.brain.next(async (turn) => {
      for (let part = 0; part < 230; part += 1) await turn.say(`part ${part}`)
    })
    await send()
    const whole = new Reader()
    await whole.until(isEndOfTurn)
    expect(whole.persisted.length).toBeGreaterThan(200)
    expect(whole.persisted.map(({ id }) => id)).toEqual(logged())
    const middle = whole.persisted.findIndex(isText('part 7'))
    const rest = new Reader(position(whole.persisted[middle]))
    await rest.until(isEndOfTurn)
    expect(rest.persisted).toEqual(whole.persisted.slice(middle + 1))
  })

  it('starts after a position among events of the very same time', async () => {
    await platform.close()
    const stopped = Date.now()
    await start({ now: () => stopped })
    platform.brain.next(async (turn) => {
      for (const text of ['one', 'two', 'three']) await turn.say(text)
    })
    await send()
    const whole = new Reader()
    await whole.until(isEndOfTurn)
    expect(new Set(whole.persisted.map(({ at }) => at)).size).toBe(1)
    const middle = whole.persisted.findIndex(isText('two'))
    const rest = new Reader(position(whole.persisted[middle]))
    await rest.until(isEndOfTurn)
    // Another turn, since what was wrongly kept back would come only now.
    await send()
    await rest.until(isEndOfTurn)
    expect(rest.persisted.map(({ id }) => id)).toEqual(logged().slice(middle + 1))
  })

  it('loses nothing when its position is not in the log', async () => {
    await send()
    const whole = new Reader()
    await whole.until(isEndOfTurn)
    const { at } = position(whole.persisted[1])
    const rest = new Reader({ id: 'sevt_unknown', at })
    await rest.until(isEndOfTurn)
    expect(rest.persisted.map(({ id }) => id)).toEqual(
      expect.arrayContaining(whole.persisted.slice(1).map(({ id }) => id)),
    )
  })

  it.each([
    ['from the beginning', false],
    ['after a position', true],
  ])('brings what is stamped a little earlier than what it has brought already: %s', async (_, isPositioned) => {
    await platform.close()
    let now = Date.now()
    await start({ now: () => now })
    const turn = steps()
    await send()
    await turn.say('one')
    let after: LogPosition | null = null
    if (isPositioned) {
      const first = new Reader()
      after = position(await first.until(isText('one')))
    }
    now += 20_000
    await turn.say('two')
    const reader = new Reader(after)
    await reader.until(isText('two'))
    platform.agents.driver.hangStreams(sessionId)
    // Another of the platform's machines, whose clock is behind.
    now -= 5_000
    await turn.say('three')
    now += 10_000
    await turn.say('four')
    await reader.until(isText('four'))
    const said = reader.persisted.flatMap((event) => (event.type === 'message' ? [event.text] : []))
    expect(said.slice(isPositioned ? 0 : 1).toSorted()).toEqual(['four', 'three', 'two'])
    turn.finish()
  })

  it('waits for the previous turn’s end that a position marks, and sees only the next turn', async () => {
    await send()
    const first = new Reader()
    const end = await first.until(isEndOfTurn)
    const reader = new Reader(position(end))
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    expect(reader.types.filter((type) => type === 'message')).toHaveLength(1)
    expect(reader.types.filter((type) => type === 'idle')).toHaveLength(1)
  })
})

describe('a feed whose stream fails', () => {
  it('goes on over an end in the middle of a turn', async () => {
    const turn = steps()
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await turn.say('before')
    await reader.until(isText('before'))
    platform.agents.driver.endStreams(sessionId)
    await turn.say('while nobody watched')
    await reader.until(isText('while nobody watched'))
    await turn.say('after')
    await reader.until(isText('after'))
    turn.finish()
    await reader.until(isEndOfTurn)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
  })

  it('notices a stream that went silent without closing, from the list', async () => {
    const turn = steps()
    const reader = new Reader()
    await reader.opened
    await send()
    await reader.until(({ type }) => type === 'running')
    platform.agents.driver.hangStreams(sessionId)
    await turn.say('unheard')
    await reader.until(isText('unheard'))
    turn.finish()
    await reader.until(isEndOfTurn)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
  })

  it('opens a stream anew after a long silence in which nothing happened', async () => {
    const reader = new Reader()
    await reader.opened
    const streams = () =>
      platform.agents.driver.requests.filter(({ endpoint }) => endpoint === 'sessions.events.stream').length
    await reader.until(({ type }) => type === 'caught_up')
    const reading = reader.next()
    await vi.waitFor(() => expect(streams()).toBeGreaterThan(2))
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(1))
    abort.abort()
    expect(await reading).toEqual({ done: true, value: undefined })
  })

  it('drops what the stream repeats', async () => {
    platform.agents.faults.duplicateStreamEvents = true
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
  })

  it('shows no preview with a hole in it: the message itself comes whole', async () => {
    let write: (text: string) => Promise<void> = async () => undefined
    let end: () => Promise<void> = async () => undefined
    const begun = new Promise<void>((resolve) => {
      platform.brain.next(async (turn) => {
        const writer = turn.startMessage()
        write = (text) => writer.write(text)
        await new Promise<void>((finish) => {
          end = async () => {
            await writer.end()
            finish()
          }
          resolve()
        })
      })
    })
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await begun
    await write('First part, ')
    await reader.until(({ type }) => type === 'preview_text')
    platform.agents.driver.endStreams(sessionId)
    const reading = reader.until(({ type }) => type === 'message')
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(1))
    await write('second part, ')
    await write('third part.')
    await end()
    expect(await reading).toMatchObject({ text: 'First part, second part, third part.' })
    expect('First part, second part, third part.'.startsWith([...reader.previews.values()].join(''))).toBe(true)
  })

  it('brings whole messages where previews stop early', async () => {
    platform.agents.faults.deltasPerMessage = 1
    platform.brain.next((turn) => turn.say('Many words that the preview never shows to the end.'))
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isText('Many words that the preview never shows to the end.'))
  })

  it.each([500, 529, 429])('waits out a %i when it opens the stream anew or reads the list', async (status) => {
    const turn = steps()
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(({ type }) => type === 'running')
    platform.agents.faults.answer('sessions.events.stream', status, { times: 2 })
    platform.agents.faults.answer('sessions.events.list', status, { headers: { 'retry-after-ms': '1' }, times: 2 })
    platform.agents.driver.endStreams(sessionId)
    await turn.say('after')
    await reader.until(isText('after'))
    turn.finish()
  })

  it.each(['stream', 'list'] as const)('gives up when the %s stays away', async (part) => {
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    platform.agents.faults.answer(`sessions.events.${part}`, 500, { times: 50 })
    platform.agents.driver.endStreams(sessionId)
    expect(await rejection(reader.next())).toBeInstanceOf(Unavailable)
  })
})

describe('a feed without previews', () => {
  it('brings the same events', async () => {
    await platform.close()
    await start({ eventDeltas: false })
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    expect(reader.previews.size).toBe(0)
    expect(reader.persisted.map(({ id }) => id)).toEqual(logged())
  })
})

describe('a feed of messages that count as processed only at the end', () => {
  it('brings them once, whatever their place in the log', async () => {
    await platform.close()
    await start({ messageProcessed: 'finished' })
    const reader = new Reader(null, PATIENT)
    await reader.opened
    await send()
    await reader.until(isEndOfTurn)
    const again = new Reader()
    await again.until(isEndOfTurn)
    expect(again.types.filter((type) => type === 'message_received').length).toBeLessThanOrEqual(1)
    expect(reader.types.filter((type) => type === 'message_received').length).toBeLessThanOrEqual(1)
    expect(again.persisted.map(({ id }) => id)).toEqual(expect.arrayContaining(logged()))
  })
})

describe('a list whose queued events move while its pages are read', () => {
  it('never brings the end of a turn before what was said until then', async () => {
    await platform.close()
    await start({ messageProcessed: 'finished' })
    let goOn = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      goOn = resolve
    })
    platform.brain.next(async (turn) => {
      await turn.say('First.')
      await gate
      await turn.say('Second.')
    })
    const message = (reference: string) => ({ reference, context: `reference: ${reference}`, text: 'What is new?' })
    await platform.agent().sendMessages(sessionId, [message('one'), message('two')])
    await vi.waitFor(() => expect(said()).toEqual(['First.']))
    const { faults, driver } = platform.agents
    // The first page ends with one of the messages, which are queued until the turn is over.
    faults.eventsPerPage = driver.events(sessionId).length - 1
    const first = faults.hold('sessions.events.list')
    const reader = new Reader(null, PATIENT)
    await reader.opened
    const reading = reader.until(isEndOfTurn)
    await first.reached
    const second = faults.hold('sessions.events.list')
    first.release()
    await second.reached
    goOn()
    await vi.waitFor(() => expect(driver.sessions().find(({ id }) => id === sessionId)?.status).toBe('idle'))
    second.release()
    await reading
    expect(reader.persisted.flatMap((event) => (event.type === 'message' ? [event.text] : []))).toEqual([
      'First.',
      'Second.',
    ])
  })

  const said = () =>
    platform.agents.driver
      .events(sessionId)
      .flatMap((event) =>
        event.type === 'agent.message'
          ? event.content.flatMap((block) => (block.type === 'text' ? [block.text] : []))
          : [],
      )
})

describe('the end of a feed', () => {
  it('is quick and quiet when it is aborted, and closes the connection', async () => {
    const reader = new Reader(null, PATIENT)
    await reader.opened
    const reading = reader.next()
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(1))
    abort.abort()
    expect(await reading).toEqual({ done: true, value: undefined })
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(0))
  })

  it('closes the connection when nobody ever read', async () => {
    const reader = new Reader(null, PATIENT)
    await reader.opened
    expect(platform.agents.driver.streams(sessionId)).toBe(1)
    abort.abort()
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(0))
  })

  it('closes the connection when the reader leaves', async () => {
    const feed = followSession(platform.claude, sessionId, null, abort.signal, PATIENT)
    await feed.opened
    await send()
    for await (const event of feed) if (event.type === 'running') break
    await vi.waitFor(() => expect(platform.agents.driver.streams(sessionId)).toBe(0))
  })

  it.each(['terminated', 'deleted'] as const)(
    'comes with the end of a session (%s), after everything it said',
    async (how) => {
      platform.agents.faults.failNextTurn({ end: how }, { when: 'end' })
      const reader = new Reader(null, PATIENT)
      await reader.opened
      await send()
      await reader.until(({ type }) => type === 'session_ended')
      expect(reader.types).toContain('message')
      expect(reader.events.at(-1)).toMatchObject({ how })
      const error = await rejection(reader.next())
      expect(error).toBeInstanceOf(SessionGone)
      expect(error).toMatchObject({ how })
    },
  )

  it('lets a session that is over already be read to its end', async () => {
    platform.agents.faults.failNextTurn({ end: 'terminated' }, { when: 'end' })
    await send()
    await vi.waitFor(() =>
      expect(platform.agents.driver.events(sessionId).at(-1)?.type).toBe('session.status_terminated'),
    )
    const reader = new Reader()
    await reader.opened
    await reader.until(({ type }) => type === 'session_ended')
    expect(reader.types).toContain('message')
    await reader.until(({ type }) => type === 'caught_up')
    expect(await rejection(reader.next())).toMatchObject({ name: 'SessionGone', how: 'terminated' })
  })

  it('is told to whoever waits for its opening', async () => {
    await platform.claude.repeatable('session', (sdk, options) => sdk.beta.sessions.delete(sessionId, {}, options))
    expect(await rejection(new Reader().opened)).toMatchObject({ name: 'SessionGone', how: 'deleted' })
    expect(await rejection(new Reader().next())).toMatchObject({ name: 'SessionGone', how: 'deleted' })
  })

  it('is an operator’s problem when the key is refused, and Unavailable when nobody is there', async () => {
    const config = platform.config.anthropic
    const wrongKey = new Reader(null, BRISK, abort.signal, new Claude({ ...config, apiKey: 'sk-ant-wrong' }))
    expect(await rejection(wrongKey.opened)).toBeInstanceOf(OperatorProblem)
    const nobody = new Reader(null, BRISK, abort.signal, new Claude({ ...config, baseUrl: 'http://127.0.0.1:9' }))
    expect(await rejection(nobody.opened)).toBeInstanceOf(Unavailable)
  })
})
